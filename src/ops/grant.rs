//! What a login brought, as it is kept: the pair of tokens, whose client they belong to, and how long each lives.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::model::{Connection, ConnectionId, Expiry, GrantFlow, OAuthTokens, Stamp, Timestamp};
use crate::secret::Secret;
use crate::store::{Db, Error as StoreError, GrantRecord};

/// A pair of tokens with the ends of both.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) access: Secret,
    /// `None` where the one before stays good.
    pub(super) refresh: Option<Secret>,
    pub(super) expiry: Expiry,
    /// `None` where nobody says, or where the one before stays good.
    pub(super) refresh_expires_at: Option<Timestamp>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) issued_at: Timestamp,
}

impl Pair {
    /// As a token endpoint handed them out at that moment.
    pub(super) fn new(tokens: OAuthTokens, issued_at: Timestamp) -> Self {
        let after = |seconds: u64| {
            let span = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
            issued_at.checked_add(span).ok()
        };
        Self {
            expiry: tokens.expires_in.and_then(after).map_or(Expiry::Unknown, Expiry::At),
            refresh_expires_at: tokens.refresh_expires_in.and_then(after),
            access: tokens.access,
            refresh: tokens.refresh,
            scopes: tokens.scopes,
            issued_at,
        }
    }

    /// Fills in what a connection says of its pair, with everything that is known of it.
    pub(super) fn fill(&self, connection: &mut Connection) {
        connection.fingerprint = self.access.fingerprint();
        connection.expiry = self.expiry;
        if self.refresh.is_some() {
            connection.refresh_expires_at = self.refresh_expires_at;
        }
    }

    /// Puts the pair in the place of a connection's present one.
    pub(super) fn put(&self, db: &Db, connection: &mut Connection, stamp: &Stamp) -> Result<(), StoreError> {
        self.fill(connection);
        connection.updated_at = stamp.at;
        db.set_token(&connection.id, &self.access)?;
        if let Some(refresh) = &self.refresh {
            db.set_refresh_token(&connection.id, Some(refresh))?;
        }
        db.update(connection)
    }

    /// As text, for the one case that it cannot be put into the store. `spent` is the fingerprint of the refresh token that it was bought with.
    pub(super) fn write(&self, spent: &str) -> Secret {
        let millisecond = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
        let written = Written {
            access_token: self.access.expose(),
            refresh_token: self.refresh.as_ref().map(Secret::expose),
            expires_at: millisecond(self.expiry.at()),
            refresh_expires_at: millisecond(self.refresh_expires_at),
            scopes: self.scopes.clone(),
            issued_at: self.issued_at.as_millisecond(),
            spent,
        };
        // Strings and numbers only: this cannot fail.
        Secret::from(serde_json::to_string(&written).unwrap_or_default())
    }

    /// Reads what [`Pair::write`] wrote, and which refresh token it was bought with.
    pub(super) fn read(text: &Secret) -> Option<(Self, String)> {
        let read: Read = serde_json::from_str(text.expose()).ok()?;
        let moment = |at: Option<i64>| at.and_then(|at| Timestamp::from_millisecond(at).ok());
        let pair = Self {
            access: Secret::from(read.access_token),
            refresh: read.refresh_token.map(Secret::from),
            expiry: moment(read.expires_at).map_or(Expiry::Unknown, Expiry::At),
            refresh_expires_at: moment(read.refresh_expires_at),
            scopes: read.scopes,
            issued_at: Timestamp::from_millisecond(read.issued_at).ok()?,
        };
        Some((pair, read.spent))
    }
}

/// What is written of a pair. Moments are milliseconds since 1970.
#[derive(Serialize)]
struct Written<'a> {
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    expires_at: Option<i64>,
    refresh_expires_at: Option<i64>,
    scopes: Option<Vec<String>>,
    issued_at: i64,
    spent: &'a str,
}

#[derive(Deserialize)]
struct Read {
    access_token: String,
    refresh_token: Option<String>,
    expires_at: Option<i64>,
    refresh_expires_at: Option<i64>,
    scopes: Option<Vec<String>>,
    issued_at: i64,
    spent: String,
}

/// What a login brought.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(super) pair: Pair,
    pub(super) client_id: String,
    pub(super) flow: GrantFlow,
    /// Scopes that were asked for; `None` where they mean nothing to the client, or where nobody knows.
    pub(super) requested: Option<Vec<String>>,
}

impl Grant {
    /// When the access token ends. Of a pair that somebody had already, the provider knows more than the answer that it once came in.
    pub(super) fn expiry(&self, told: Option<Expiry>) -> Option<Expiry> {
        let (own, told) = (Some(self.pair.expiry), told);
        let says_when = |expiry: &Option<Expiry>| matches!(expiry, Some(Expiry::At(_)));
        let (first, second) = if self.flow == GrantFlow::Given { (told, own) } else { (own, told) };
        first.filter(|_| says_when(&first)).or(second)
    }

    /// What was granted: by the answer that brought the tokens, else by the check.
    pub(super) fn scopes(&self, checked: Option<Vec<String>>) -> Option<Vec<String>> {
        let said = self.pair.scopes.clone().filter(|scopes| !scopes.is_empty());
        said.filter(|_| self.requested.is_some() || self.flow == GrantFlow::Given).or(checked)
    }

    /// Keeps everything about a login but the access token, which every connection has.
    pub(super) fn keep(&self, db: &Db, id: &ConnectionId) -> Result<(), StoreError> {
        db.set_refresh_token(id, self.pair.refresh.as_ref())?;
        let record = GrantRecord {
            client_id: self.client_id.clone(),
            flow: self.flow,
            requested: self.requested.clone(),
            issued_at: self.pair.issued_at,
        };
        db.put_grant(id, &record)
    }
}

#[cfg(test)]
mod tests {
    use super::Pair;
    use crate::model::{Expiry, OAuthTokens, Timestamp};
    use crate::secret::Secret;

    #[test]
    fn a_pair_is_read_as_it_was_written() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for (expires_in, refresh, refresh_expires_in) in [(Some(7200), Some("r"), Some(15_811_200)), (None, None, None)] {
            let tokens = OAuthTokens {
                access: Secret::from("a".to_owned()),
                refresh: refresh.map(|text| Secret::from(text.to_owned())),
                expires_in,
                refresh_expires_in,
                created_at: None,
                scopes: Some(vec!["api".to_owned()]),
            };
            let pair = Pair::new(tokens, now);
            let (again, spent) = Pair::read(&pair.write("f0")).unwrap();
            assert_eq!(spent, "f0");
            assert_eq!((again.expiry, again.refresh_expires_at, again.issued_at), (pair.expiry, pair.refresh_expires_at, now));
            assert_eq!(again.access.expose(), "a");
            assert_eq!(again.refresh.as_ref().map(Secret::expose), refresh);
        }
        assert!(Pair::read(&Secret::from("{}".to_owned())).is_none());
    }

    #[test]
    fn an_end_beyond_the_calendar_is_no_end() {
        let tokens = OAuthTokens {
            access: Secret::from("a".to_owned()),
            refresh: None,
            expires_in: Some(u64::MAX),
            refresh_expires_in: None,
            created_at: None,
            scopes: None,
        };
        assert_eq!(Pair::new(tokens, Timestamp::MAX).expiry, Expiry::Unknown);
    }
}

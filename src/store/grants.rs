//! How a connection's OAuth tokens were obtained, and the refresh token that renews them.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::rows::{list, millisecond, moment, optional_list, word};
use super::{Db, Error};
use crate::model::{ConnectionId, GrantFlow};
use crate::secret::Secret;

/// The kind of secret that a connection has beside its token if it renews itself.
pub(super) const REFRESH: &str = "refresh";

/// How a connection's OAuth tokens were obtained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantRecord {
    /// The client that they were given to: no other can renew them.
    pub(crate) client_id: String,
    pub(crate) flow: GrantFlow,
    /// The scopes that were asked for; `None` where nobody knows.
    pub(crate) requested: Option<Vec<String>>,
    pub(crate) issued_at: Timestamp,
}

impl Db {
    /// How a connection's tokens were obtained; `None` for one without OAuth.
    pub(crate) fn grant(&self, id: &ConnectionId) -> Result<Option<GrantRecord>, Error> {
        self.sqlite
            .query_row("SELECT * FROM grants WHERE connection_id = ?1", [id.as_str()], grant_from)
            .optional()
            .map_err(self.failed())
    }

    /// Writes how a connection's tokens were obtained, in place of what was known.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] if there is no such connection: look for it in the same change.
    pub(crate) fn put_grant(&self, id: &ConnectionId, grant: &GrantRecord) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO grants VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (connection_id) DO UPDATE SET \
                 client_id = excluded.client_id, flow = excluded.flow, requested = excluded.requested, issued_at = excluded.issued_at",
                (
                    id.as_str(),
                    &grant.client_id,
                    grant.flow.id(),
                    grant.requested.as_deref().map(list),
                    millisecond(grant.issued_at),
                ),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Forgets how a connection's tokens were obtained. Its refresh token is another matter: [`Db::set_refresh_token`].
    pub(crate) fn remove_grant(&self, id: &ConnectionId) -> Result<(), Error> {
        self.sqlite.execute("DELETE FROM grants WHERE connection_id = ?1", [id.as_str()]).map(drop).map_err(self.failed())
    }

    /// A connection's refresh token, if it has one.
    pub(crate) fn refresh_token(&self, id: &ConnectionId) -> Result<Option<Secret>, Error> {
        Ok(self.secret(id, REFRESH)?.map(|(token, _)| token))
    }

    /// Puts another refresh token, or none, in place of a connection's refresh token. What was there is overwritten, not only unlinked.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] if there is no such connection: look for it in the same change.
    pub(crate) fn set_refresh_token(&self, id: &ConnectionId, token: Option<&Secret>) -> Result<(), Error> {
        match token {
            Some(token) => self.put_secret(id, REFRESH, token, None),
            None => self.remove_secret(id, REFRESH),
        }
    }
}

fn grant_from(row: &Row<'_>) -> rusqlite::Result<GrantRecord> {
    Ok(GrantRecord {
        client_id: row.get("client_id")?,
        flow: word(row, "flow")?,
        requested: optional_list(row, "requested")?,
        issued_at: moment(row, "issued_at")?,
    })
}

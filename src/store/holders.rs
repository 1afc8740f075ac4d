//! Whose a secret is, by its fingerprint: for one that was found where it should not be.

use jiff::Timestamp;

use super::audit::event_from;
use super::rows::optional_moment;
use super::{Db, Error, apps, db, grants, installations};
use crate::model::{ConnectionId, Event};
use crate::secret::Secret;

/// What a connection holds a secret as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeldAs {
    Token,
    /// What renews its token.
    Refresh,
    /// The token of one of an app's installations.
    Installation(u64),
    /// What an app signs with.
    PrivateKey,
    /// What an app's events are signed with.
    WebhookSecret,
}

impl HeldAs {
    fn of_kind(kind: &str) -> Option<Self> {
        match kind {
            db::TOKEN => Some(Self::Token),
            grants::REFRESH => Some(Self::Refresh),
            apps::KEY => Some(Self::PrivateKey),
            apps::WEBHOOK => Some(Self::WebhookSecret),
            other => installations::of_kind(other).map(Self::Installation),
        }
    }
}

/// A connection that holds a secret.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub(crate) connection: ConnectionId,
    pub(crate) held_as: HeldAs,
    /// When it ends, where the store keeps that with the secret (installation tokens).
    pub(crate) expires_at: Option<Timestamp>,
}

impl Db {
    /// Who holds a secret of this fingerprint now. An app's key has that of its public half too, by which its connection names it.
    pub(crate) fn holders(&self, fingerprint: &str) -> Result<Vec<Holder>, Error> {
        let read = || {
            let mut found = Vec::new();
            let mut statement =
                self.sqlite.prepare("SELECT connection_id, kind, value, expires_at FROM secrets ORDER BY connection_id, kind")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if Secret::from(row.get::<_, String>("value")?).fingerprint() != fingerprint {
                    continue;
                }
                if let Some(held_as) = HeldAs::of_kind(&row.get::<_, String>("kind")?) {
                    let connection = ConnectionId::from_stored(row.get("connection_id")?);
                    found.push(Holder { connection, held_as, expires_at: optional_moment(row, "expires_at")? });
                }
            }
            let mut named = self
                .sqlite
                .prepare("SELECT id FROM connections JOIN apps ON connection_id = id WHERE fingerprint = ?1 ORDER BY name_key")?;
            for id in named.query_map([fingerprint], |row| row.get(0))? {
                found.push(Holder { connection: ConnectionId::from_stored(id?), held_as: HeldAs::PrivateKey, expires_at: None });
            }
            Ok(found)
        };
        read().map_err(self.failed())
    }

    /// The events that carry this fingerprint, oldest first.
    pub(crate) fn events_about(&self, fingerprint: &str) -> Result<Vec<Event>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT * FROM events WHERE instr(detail, ?1) > 0 ORDER BY sequence")?;
            let rows = statement.query_map([fingerprint], event_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }
}

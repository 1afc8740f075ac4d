//! What was begun at a provider and not finished: written before the request that cannot be taken back, cleared with what it brought. One that
//! is found says that a process died in between.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::rows::{millisecond, moment, word};
use super::{Db, Error};
use crate::model::{ConnectionId, IntentKind};

/// Something that was begun at a provider and not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IntentRecord {
    pub(crate) connection: ConnectionId,
    pub(crate) kind: IntentKind,
    /// Which secret was about to be spent: its fingerprint.
    pub(crate) fingerprint: String,
    /// `user@host`.
    pub(crate) who: String,
    pub(crate) at: Timestamp,
}

impl Db {
    /// What was begun for a connection.
    pub(crate) fn intent(&self, id: &ConnectionId) -> Result<Option<IntentRecord>, Error> {
        self.sqlite
            .query_row("SELECT * FROM intents WHERE connection_id = ?1", [id.as_str()], intent_from)
            .optional()
            .map_err(self.failed())
    }

    /// Writes what is about to begin, in place of what was begun before.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] if there is no such connection: look for it in the same change.
    pub(crate) fn put_intent(&self, intent: &IntentRecord) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO intents VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (connection_id) DO UPDATE SET \
                 kind = excluded.kind, fingerprint = excluded.fingerprint, who = excluded.who, at = excluded.at",
                (intent.connection.as_str(), intent.kind.id(), &intent.fingerprint, &intent.who, millisecond(intent.at)),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Forgets what was begun: it is finished. Returns whether there was anything.
    pub(crate) fn clear_intent(&self, id: &ConnectionId) -> Result<bool, Error> {
        self.sqlite
            .execute("DELETE FROM intents WHERE connection_id = ?1", [id.as_str()])
            .map(|removed| removed > 0)
            .map_err(self.failed())
    }
}

fn intent_from(row: &Row<'_>) -> rusqlite::Result<IntentRecord> {
    Ok(IntentRecord {
        connection: ConnectionId::from_stored(row.get("connection_id")?),
        kind: word(row, "kind")?,
        fingerprint: row.get("fingerprint")?,
        who: row.get("who")?,
        at: moment(row, "at")?,
    })
}

//! Rotations that were begun and not finished, with the old token while it is still needed.

use rusqlite::{OptionalExtension, Row};

use super::rows::{millisecond, moment, word};
use super::{Db, Error};
use crate::model::{ConnectionId, Rotation};
use crate::secret::Secret;

/// The kind of secret that a connection has while the token it had before is not ended.
const PREVIOUS: &str = "previous";

impl Db {
    /// The rotation that was begun for a connection and not finished.
    pub(crate) fn rotation(&self, id: &ConnectionId) -> Result<Option<Rotation>, Error> {
        self.sqlite
            .prepare_cached("SELECT * FROM rotations WHERE connection_id = ?1")
            .and_then(|mut statement| statement.query_row([id.as_str()], rotation_from).optional())
            .map_err(self.failed())
    }

    /// All that were begun and not finished, the oldest first.
    pub(crate) fn rotations(&self) -> Result<Vec<Rotation>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT * FROM rotations ORDER BY at, connection_id")?;
            let rows = statement.query_map([], rotation_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// Writes what is about to begin, or how far it has come.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] if there is no such connection: look for it in the same change.
    pub(crate) fn put_rotation(&self, rotation: &Rotation) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO rotations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (connection_id) DO UPDATE SET \
                 way = excluded.way, step = excluded.step, fingerprint = excluded.fingerprint, label = excluded.label, \
                 maker = excluded.maker, ending = excluded.ending, hook = excluded.hook, who = excluded.who, at = excluded.at",
                (
                    rotation.connection.as_str(),
                    rotation.way.id(),
                    rotation.step.id(),
                    &rotation.fingerprint,
                    &rotation.label,
                    rotation.maker.as_ref().map(ConnectionId::as_str),
                    rotation.old.id(),
                    &rotation.hook,
                    &rotation.who,
                    millisecond(rotation.at),
                ),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Forgets a rotation: it is finished, or never happened. The token from before it goes too. Returns whether there was one.
    pub(crate) fn clear_rotation(&self, id: &ConnectionId) -> Result<bool, Error> {
        self.remove_secret(id, PREVIOUS)?;
        self.sqlite
            .execute("DELETE FROM rotations WHERE connection_id = ?1", [id.as_str()])
            .map(|removed| removed > 0)
            .map_err(self.failed())
    }

    /// The token that a connection had before the rotation that is not finished.
    pub(crate) fn previous_token(&self, id: &ConnectionId) -> Result<Option<Secret>, Error> {
        Ok(self.secret(id, PREVIOUS)?.map(|(token, _)| token))
    }

    /// Keeps the token that a rotation puts another in place of, or forgets it.
    pub(crate) fn set_previous_token(&self, id: &ConnectionId, token: Option<&Secret>) -> Result<(), Error> {
        match token {
            Some(token) => self.put_secret(id, PREVIOUS, token, None),
            None => self.remove_secret(id, PREVIOUS),
        }
    }
}

fn rotation_from(row: &Row<'_>) -> rusqlite::Result<Rotation> {
    Ok(Rotation {
        connection: ConnectionId::from_stored(row.get("connection_id")?),
        way: word(row, "way")?,
        step: word(row, "step")?,
        fingerprint: row.get("fingerprint")?,
        label: row.get("label")?,
        maker: row.get::<_, Option<String>>("maker")?.map(ConnectionId::from_stored),
        old: word(row, "ending")?,
        hook: row.get("hook")?,
        who: row.get("who")?,
        at: moment(row, "at")?,
    })
}

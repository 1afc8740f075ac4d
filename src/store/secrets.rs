//! The secrets of a connection, each of a kind: what goes into the image that is encrypted.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::rows::{millisecond, optional_moment};
use super::{Db, Error};
use crate::model::ConnectionId;
use crate::secret::Secret;

impl Db {
    /// A connection's secret of this kind, if it has one, and when it ends.
    pub(super) fn secret(&self, id: &ConnectionId, kind: &str) -> Result<Option<(Secret, Option<Timestamp>)>, Error> {
        self.sqlite
            .query_row(
                "SELECT value, expires_at FROM secrets WHERE connection_id = ?1 AND kind = ?2",
                (id.as_str(), kind),
                |row| Ok((row.get::<_, String>(0).map(Secret::from)?, optional_moment(row, "expires_at")?)),
            )
            .optional()
            .map_err(self.failed())
    }

    /// Puts a secret in place of a connection's secret of this kind. What was there is overwritten, not only unlinked.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] if there is no such connection: look for it in the same change.
    pub(super) fn put_secret(
        &self,
        id: &ConnectionId,
        kind: &str,
        secret: &Secret,
        expires_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO secrets VALUES (?1, ?2, ?3, ?4) ON CONFLICT (connection_id, kind) DO UPDATE SET \
                 value = excluded.value, expires_at = excluded.expires_at",
                (id.as_str(), kind, secret.expose(), expires_at.map(millisecond)),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Forgets a connection's secret of this kind, overwriting it.
    pub(super) fn remove_secret(&self, id: &ConnectionId, kind: &str) -> Result<(), Error> {
        self.sqlite
            .execute("DELETE FROM secrets WHERE connection_id = ?1 AND kind = ?2", (id.as_str(), kind))
            .map(drop)
            .map_err(self.failed())
    }

    /// What a connection's secrets are, in words, each once.
    pub(crate) fn kinds_of_secrets(&self, id: &ConnectionId) -> Result<Vec<&'static str>, Error> {
        let mut kinds: Vec<&str> = self.fingerprints(id)?.iter().map(|(kind, _)| in_words(kind)).collect();
        kinds.dedup();
        Ok(kinds)
    }

    /// The kinds and fingerprints of all secrets of a connection.
    pub(super) fn fingerprints(&self, id: &ConnectionId) -> Result<Vec<(String, String)>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT kind, value FROM secrets WHERE connection_id = ?1 ORDER BY kind")?;
            let rows = statement.query_map([id.as_str()], |row| {
                Ok((row.get::<_, String>(0)?, Secret::from(row.get::<_, String>(1)?).fingerprint()))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }
}

/// What a kind of secret is.
fn in_words(kind: &str) -> &'static str {
    match kind {
        "token" => "token",
        "refresh" => "refresh token",
        "private_key" => "private key",
        "webhook_secret" => "webhook secret",
        "previous" => "previous token",
        kind if kind.starts_with("installation:") => "installation tokens",
        _ => "another secret",
    }
}

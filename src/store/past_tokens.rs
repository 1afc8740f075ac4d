//! Tokens that were here once, by fingerprint: whoever finds a token somewhere can be told whose it was.

use jiff::Timestamp;
use rusqlite::Row;

use super::rows::{millisecond, moment, optional_moment, url, word};
use super::{Db, Error};
use crate::model::{Connection, ConnectionId, PastToken, TokenEnd};

/// So many are kept; the oldest go first.
const MOST: i64 = 10_000;

impl Db {
    /// Remembers a connection's present token (its fingerprint, not the token) as one that is about to be held no longer.
    pub(crate) fn retire(&self, connection: &Connection, by: TokenEnd, at: Timestamp) -> Result<(), Error> {
        let retire = || {
            self.sqlite.execute(
                "INSERT INTO past_tokens VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL) \
                 ON CONFLICT (fingerprint, connection_id) DO UPDATE SET connection_name = excluded.connection_name, \
                 expires_at = excluded.expires_at, last_used_at = excluded.last_used_at, ended_at = excluded.ended_at, \
                 ended_by = excluded.ended_by",
                (
                    &connection.fingerprint,
                    connection.id.as_str(),
                    connection.name.as_str(),
                    connection.provider.id(),
                    connection.host.as_str(),
                    &connection.username,
                    connection.expiry.at().map(millisecond),
                    connection.last_used_at.map(millisecond),
                    millisecond(at),
                    by.id(),
                ),
            )?;
            self.sqlite.execute(
                "DELETE FROM past_tokens WHERE rowid IN (SELECT rowid FROM past_tokens ORDER BY ended_at DESC, rowid DESC LIMIT -1 OFFSET ?1)",
                [MOST],
            )
        };
        retire().map(drop).map_err(self.failed())
    }

    /// Notes that a token of the past is dead at its provider. One that is not known changes nothing.
    pub(crate) fn bury(&self, fingerprint: &str, at: Timestamp) -> Result<(), Error> {
        self.sqlite
            .execute(
                "UPDATE past_tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE fingerprint = ?1",
                (fingerprint, millisecond(at)),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Who held a token once, the last holder first.
    pub(crate) fn past_tokens(&self, fingerprint: &str) -> Result<Vec<PastToken>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT * FROM past_tokens WHERE fingerprint = ?1 ORDER BY ended_at DESC")?;
            let rows = statement.query_map([fingerprint], past_token_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }
}

fn past_token_from(row: &Row<'_>) -> rusqlite::Result<PastToken> {
    Ok(PastToken {
        fingerprint: row.get("fingerprint")?,
        connection: ConnectionId::from_stored(row.get("connection_id")?),
        connection_name: row.get("connection_name")?,
        provider: word(row, "provider")?,
        host: url(row, "host")?,
        username: row.get("username")?,
        expires_at: optional_moment(row, "expires_at")?,
        last_used_at: optional_moment(row, "last_used_at")?,
        ended_at: moment(row, "ended_at")?,
        ended_by: word(row, "ended_by")?,
        revoked_at: optional_moment(row, "revoked_at")?,
    })
}

//! The keys that may read a store: rows of `recipients`.

use rusqlite::{OptionalExtension, Row};

use super::rows::{millisecond, moment, word};
use super::{Db, Error, seal};
use crate::model::{Name, Reader};

/// So many readers a store has at most: a header has room for more, and age reads it in time with the square of its length.
pub(crate) const MOST_READERS: usize = 64;

impl Db {
    /// The keys of all readers: whom a save encrypts to besides the writer.
    pub(super) fn recipients(&self) -> Result<Vec<age::x25519::Recipient>, Error> {
        let readers = self.readers()?;
        if readers.len() > MOST_READERS {
            return Err(self.damaged("it has more readers than a store takes"));
        }
        let parsed = readers.iter().map(|reader| seal::recipient(&reader.recipient));
        parsed.map(|recipient| recipient.ok_or_else(|| self.damaged("the public key of a reader in it is none"))).collect()
    }

    /// All readers by name.
    pub(crate) fn readers(&self) -> Result<Vec<Reader>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare_cached("SELECT * FROM recipients ORDER BY name_key")?;
            let rows = statement.query_map([], reader_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// The reader of this name (without regard to case), or with this public key.
    pub(crate) fn reader(&self, typed: &str) -> Result<Option<Reader>, Error> {
        self.sqlite
            .query_row(
                "SELECT * FROM recipients WHERE name_key = ?1 OR recipient = ?2",
                (typed.to_lowercase(), typed),
                reader_from,
            )
            .optional()
            .map_err(self.failed())
    }

    /// Adds a reader. Whether the name or the key is taken is looked up in the same change.
    pub(crate) fn add_reader(&self, reader: &Reader) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO recipients VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    &reader.recipient,
                    reader.name.as_str(),
                    reader.name.key(),
                    reader.kind.id(),
                    &reader.added_by,
                    millisecond(reader.added_at),
                ),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Removes a reader by its public key.
    pub(crate) fn remove_reader(&self, recipient: &str) -> Result<bool, Error> {
        self.sqlite
            .execute("DELETE FROM recipients WHERE recipient = ?1", [recipient])
            .map(|removed| removed > 0)
            .map_err(self.failed())
    }
}

fn reader_from(row: &Row<'_>) -> rusqlite::Result<Reader> {
    Ok(Reader {
        recipient: row.get("recipient")?,
        name: Name::from_stored(row.get("name")?),
        kind: word(row, "kind")?,
        added_by: row.get("added_by")?,
        added_at: moment(row, "added_at")?,
    })
}

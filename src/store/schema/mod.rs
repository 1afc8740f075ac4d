//! The tables of each version, word for word: an image is compared with them before a row is read. One file a version.

mod v1;
mod v2;
mod v3;
mod v4;
mod v5;
mod v6;
mod v7;

use rusqlite::Connection;
use rusqlite::types::Value;

/// `application_id` of every image: "gitc".
pub(super) const APPLICATION_ID: u32 = 0x6769_7463;

/// One row of `sqlite_schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) table: &'static str,
    /// `None` for an index that SQLite makes by itself.
    pub(super) sql: Option<&'static str>,
}

/// A version of the schema, and how the rows of the version before it come over.
#[derive(Debug)]
pub(super) struct Schema {
    /// `user_version`.
    pub(super) version: u32,
    /// How long a page of its images is, in bytes.
    pub(super) page: usize,
    pub(super) objects: &'static [Object],
    /// The version before, with what copies its rows into a fresh image of this one. (`ALTER TABLE` would rewrite the text of the
    /// schema, and it could not be compared any more.)
    pub(super) before: Option<(&'static Schema, Migration)>,
}

/// Copies rows from an image of the version before into an empty one.
pub(super) type Migration = fn(&Connection, &Connection) -> rusqlite::Result<()>;

impl Schema {
    /// This version or an earlier one by its number.
    pub(super) fn version(&'static self, number: u32) -> Option<&'static Schema> {
        if self.version == number { Some(self) } else { self.before.as_ref().and_then(|(before, _)| before.version(number)) }
    }

    /// Makes the tables in an empty image.
    pub(super) fn build(&self, connection: &Connection) -> rusqlite::Result<()> {
        for sql in self.objects.iter().filter_map(|object| object.sql) {
            connection.execute_batch(sql)?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", self.version)
    }
}

/// What this gitconn writes.
pub(super) static CURRENT: Schema = v7::V7;

const fn table(name: &'static str, sql: &'static str) -> Object {
    Object { kind: "table", name, table: name, sql: Some(sql) }
}

const fn own_index(name: &'static str, table: &'static str) -> Object {
    Object { kind: "index", name, table, sql: None }
}

/// The tables of the version before, and behind them those that are new.
const fn together<const ALL: usize>(before: &[Object], new: &[Object]) -> [Object; ALL] {
    assert!(before.len() + new.len() == ALL, "one object for each place");
    let mut all = [before[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < before.len() { before[at] } else { new[at - before.len()] };
        at += 1;
    }
    all
}

/// The tables of the version before, one of them in a new form in its old place.
const fn replaced<const ALL: usize>(before: &[Object], new: Object) -> [Object; ALL] {
    let mut all = together(before, &[]);
    let (mut at, mut found) = (0, false);
    while at < ALL {
        if is_same(all[at].name, new.name) {
            all[at] = new;
            found = true;
        }
        at += 1;
    }
    assert!(found, "there is such a table");
    all
}

/// `==`, which is not yet to be had at compile time.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    one.len() == other.len() && at == one.len()
}

/// Copies all rows of tables. A column that only the new version has is null in them. A table comes after those that its rows refer to.
pub(super) fn copy(old: &Connection, new: &Connection, tables: &[&str]) -> rusqlite::Result<()> {
    let transaction = new.unchecked_transaction()?;
    for table in tables {
        let mut rows = old.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = rows.column_names().collect::<Vec<_>>().join(", ");
        let places = vec!["?"; rows.column_count()].join(", ");
        let mut put = transaction.prepare(&format!("INSERT INTO {table} ({columns}) VALUES ({places})"))?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..row.as_ref().column_count() {
                put.raw_bind_parameter(column + 1, row.get::<_, Value>(column)?)?;
            }
            put.raw_execute()?;
        }
    }
    transaction.commit()
}

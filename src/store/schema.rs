//! The tables of each version, word for word: an image is compared with them before a row is read.

use rusqlite::Connection;

/// `application_id` of every image: "gitc".
pub(super) const APPLICATION_ID: u32 = 0x6769_7463;

/// One row of `sqlite_schema`.
#[derive(Debug, PartialEq, Eq)]
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
pub(super) static CURRENT: Schema = V1;

/// Moments are milliseconds since 1970, UTC. Words are those of `crate::model`. Lists are JSON arrays of strings.
const V1: Schema = Schema { version: 1, objects: V1_OBJECTS, before: None };

const fn table(name: &'static str, sql: &'static str) -> Object {
    Object { kind: "table", name, table: name, sql: Some(sql) }
}

const fn own_index(name: &'static str, table: &'static str) -> Object {
    Object { kind: "index", name, table, sql: None }
}

// Tables with a secret keep their rowid: in a table without one, SQLite leaves copies of deleted rows behind when it balances pages, whatever
// `secure_delete` says.
const V1_OBJECTS: &[Object] = &[
    table(
        "meta",
        "CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  store_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  signer TEXT NOT NULL,
  home TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  dropped_events INTEGER NOT NULL,
  dropped_hash BLOB NOT NULL,
  spool_hash BLOB
) STRICT",
    ),
    table(
        "hosts",
        "CREATE TABLE hosts (
  host TEXT NOT NULL,
  api TEXT NOT NULL,
  ca_pem TEXT,
  client_pem TEXT,
  allow_http INTEGER NOT NULL CHECK (allow_http IN (0, 1)),
  provider TEXT NOT NULL,
  PRIMARY KEY (host, provider)
) STRICT",
    ),
    own_index("sqlite_autoindex_hosts_1", "hosts"),
    table(
        "connections",
        "CREATE TABLE connections (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT,
  provider TEXT NOT NULL,
  host TEXT NOT NULL,
  auth_method TEXT NOT NULL,
  token_kind TEXT,
  username TEXT,
  account_id TEXT,
  account_type TEXT,
  status TEXT NOT NULL,
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
  tags TEXT NOT NULL,
  scopes TEXT,
  expires_at INTEGER,
  never_expires INTEGER NOT NULL CHECK (never_expires IN (0, 1)),
  auto_renews INTEGER NOT NULL CHECK (auto_renews IN (0, 1)),
  refresh_expires_at INTEGER,
  fingerprint TEXT NOT NULL,
  rotated_at INTEGER,
  validated_at INTEGER,
  validation_error TEXT,
  last_used_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT",
    ),
    own_index("sqlite_autoindex_connections_1", "connections"),
    own_index("sqlite_autoindex_connections_2", "connections"),
    table(
        "secrets",
        "CREATE TABLE secrets (
  connection_id TEXT NOT NULL REFERENCES connections (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (connection_id, kind)
) STRICT",
    ),
    own_index("sqlite_autoindex_secrets_1", "secrets"),
    table(
        "events",
        "CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  connection_id TEXT,
  connection_name TEXT,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT",
    ),
];

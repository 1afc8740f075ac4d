//! Version 2: what OAuth needs. The refresh token is a row of `secrets`, as every secret of a connection is.

use rusqlite::Connection;

use super::v1::{self, V1};
use super::{Object, Schema, copy, own_index, table, together};

/// Units and lists as in version 1.
pub(super) const V2: Schema = Schema { version: 2, page: 4096, objects: OBJECTS, before: Some((&V1, move_v1)) };

pub(super) const OBJECTS: &[Object] = &together::<{ v1::OBJECTS.len() + NEW.len() }>(v1::OBJECTS, NEW);

const NEW: &[Object] = &[
    // The client (app registration) of a host. It has a rowid because a secret lies in it, as version 1 explains.
    table(
        "oauth_clients",
        "CREATE TABLE oauth_clients (
  host TEXT NOT NULL,
  provider TEXT NOT NULL,
  client_id TEXT NOT NULL,
  client_secret TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (host, provider)
) STRICT",
    ),
    own_index("sqlite_autoindex_oauth_clients_1", "oauth_clients"),
    // How a connection's OAuth tokens were obtained. `requested` is a list of scopes, null where nobody knows.
    table(
        "grants",
        "CREATE TABLE grants (
  connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id),
  client_id TEXT NOT NULL,
  flow TEXT NOT NULL,
  requested TEXT,
  issued_at INTEGER NOT NULL
) STRICT",
    ),
    own_index("sqlite_autoindex_grants_1", "grants"),
    // What was begun at a provider and not finished.
    table(
        "intents",
        "CREATE TABLE intents (
  connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id),
  kind TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  who TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT",
    ),
    own_index("sqlite_autoindex_intents_1", "intents"),
];

/// All that version 1 has is there in version 2.
fn move_v1(old: &Connection, new: &Connection) -> rusqlite::Result<()> {
    copy(old, new, &["meta", "hosts", "connections", "secrets", "events"])
}

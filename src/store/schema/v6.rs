//! Version 6: a store in front of git. Routes say which connection serves which repositories; a connection's token may be kept from being handed out; a store that
//! was made for one pipeline knows of which it is a copy.

use rusqlite::Connection;

use super::v5::{self, V5};
use super::{Object, Schema, copy, own_index, replaced, table, together};

/// Units and lists as in version 1.
pub(super) const V6: Schema = Schema { version: 6, page: 4096, objects: OBJECTS, before: Some((&V5, move_v5)) };

const OLD: usize = v5::OBJECTS.len();

pub(super) const OBJECTS: &[Object] =
    &together::<{ OLD + NEW.len() }>(&replaced::<OLD>(&replaced::<OLD>(v5::OBJECTS, CONNECTIONS), META), NEW);

// `copy_of` is the id of the store that this one is a copy of some connections of.
const META: Object = table(
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
  spool_hash BLOB,
  copy_of TEXT
) STRICT",
);

const CONNECTIONS: Object = table(
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
  updated_at INTEGER NOT NULL,
  email TEXT,
  workspace TEXT,
  server_version TEXT,
  hook TEXT,
  no_export INTEGER NOT NULL DEFAULT 0 CHECK (no_export IN (0, 1))
) STRICT",
);

const NEW: &[Object] = &[
    // `path` is as it was written, without slashes around it, and empty for all of the host; `path_key` is the same in lower case. The host is the connection's.
    table(
        "routes",
        "CREATE TABLE routes (
  host TEXT NOT NULL,
  path TEXT NOT NULL,
  path_key TEXT NOT NULL,
  connection_id TEXT NOT NULL REFERENCES connections (id),
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (host, path_key)
) STRICT",
    ),
    own_index("sqlite_autoindex_routes_1", "routes"),
];

/// All that version 5 has is there in version 6.
fn move_v5(old: &Connection, new: &Connection) -> rusqlite::Result<()> {
    let tables = [
        "meta",
        "hosts",
        "connections",
        "secrets",
        "events",
        "oauth_clients",
        "grants",
        "intents",
        "apps",
        "installations",
        "rotations",
        "past_tokens",
        "recipients",
    ];
    copy(old, new, &tables)
}

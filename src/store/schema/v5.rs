//! Version 5: rotation, and readers. A connection has a hook; a rotation that was begun is remembered until its last step; of tokens that were
//! replaced or removed, a fingerprint stays; keys that may read the store beside its writer's are listed.

use rusqlite::Connection;

use super::v4::{self, V4};
use super::{Object, Schema, copy, own_index, replaced, table, together};

/// Units and lists as in version 1.
pub(super) const V5: Schema = Schema { version: 5, page: 4096, objects: OBJECTS, before: Some((&V4, move_v4)) };

const OLD: usize = v4::OBJECTS.len();

pub(super) const OBJECTS: &[Object] = &together::<{ OLD + NEW.len() }>(&replaced::<OLD>(v4::OBJECTS, CONNECTIONS), NEW);

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
  hook TEXT
) STRICT",
);

const NEW: &[Object] = &[
    // A rotation that was begun and not finished. `fingerprint` is the old token's; that token itself, while it is still needed, is a row of `secrets`.
    // `label` is the name under which the new one is made at the provider; `maker` the id of the connection that makes it, where another does.
    table(
        "rotations",
        "CREATE TABLE rotations (
  connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id),
  way TEXT NOT NULL,
  step TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  label TEXT,
  maker TEXT,
  ending TEXT NOT NULL,
  hook TEXT,
  who TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT",
    ),
    own_index("sqlite_autoindex_rotations_1", "rotations"),
    // Tokens and keys that were here once, by fingerprint: a connection may be gone, so its name stands here too.
    table(
        "past_tokens",
        "CREATE TABLE past_tokens (
  fingerprint TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  connection_name TEXT NOT NULL,
  provider TEXT NOT NULL,
  host TEXT NOT NULL,
  username TEXT,
  expires_at INTEGER,
  last_used_at INTEGER,
  ended_at INTEGER NOT NULL,
  ended_by TEXT NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (fingerprint, connection_id)
) STRICT",
    ),
    own_index("sqlite_autoindex_past_tokens_1", "past_tokens"),
    // Keys that open the store and never save it. The writer's own is not among them.
    table(
        "recipients",
        "CREATE TABLE recipients (
  recipient TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL
) STRICT",
    ),
    own_index("sqlite_autoindex_recipients_1", "recipients"),
    own_index("sqlite_autoindex_recipients_2", "recipients"),
];

/// All that version 4 has is there in version 5.
fn move_v4(old: &Connection, new: &Connection) -> rusqlite::Result<()> {
    let tables =
        ["meta", "hosts", "connections", "secrets", "events", "oauth_clients", "grants", "intents", "apps", "installations"];
    copy(old, new, &tables)
}

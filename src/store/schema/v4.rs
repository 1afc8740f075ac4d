//! Version 4: providers that want more than a token. A connection has the e-mail address that its token goes with and the workspace it is
//! confined to, and remembers what its server said it is.

use rusqlite::Connection;

use super::v3::{self, V3};
use super::{Object, Schema, copy, replaced, table};

/// Units and lists as in version 1.
pub(super) const V4: Schema = Schema { version: 4, page: 4096, objects: OBJECTS, before: Some((&V3, move_v3)) };

pub(super) const OBJECTS: &[Object] = &replaced::<{ v3::OBJECTS.len() }>(v3::OBJECTS, CONNECTIONS);

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
  server_version TEXT
) STRICT",
);

/// All that version 3 has is there in version 4.
fn move_v3(old: &Connection, new: &Connection) -> rusqlite::Result<()> {
    let tables =
        ["meta", "hosts", "connections", "secrets", "events", "oauth_clients", "grants", "intents", "apps", "installations"];
    copy(old, new, &tables)
}

//! Version 3: GitHub Apps. An app's private key and the tokens of its installations are rows of `secrets`, as every secret of a connection is.

use rusqlite::Connection;

use super::v2::{self, V2};
use super::{Object, Schema, copy, own_index, table, together};

/// Units and lists as in version 1; permissions are JSON objects of strings.
pub(super) const V3: Schema = Schema { version: 3, page: 4096, objects: OBJECTS, before: Some((&V2, move_v2)) };

pub(super) const OBJECTS: &[Object] = &together::<{ v2::OBJECTS.len() + NEW.len() }>(v2::OBJECTS, NEW);

const NEW: &[Object] = &[
    // The app that a connection is. `takes_all`: installations that are new at the provider are taken in, and not only those that were named.
    table(
        "apps",
        "CREATE TABLE apps (
  connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id),
  app_id INTEGER NOT NULL,
  client_id TEXT,
  issuer TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  owner_id TEXT,
  owner_type TEXT,
  permissions TEXT NOT NULL,
  page TEXT NOT NULL,
  takes_all INTEGER NOT NULL CHECK (takes_all IN (0, 1))
) STRICT",
    ),
    own_index("sqlite_autoindex_apps_1", "apps"),
    // `token_issued_at` is of the installation's token in `secrets`, if there is one.
    table(
        "installations",
        "CREATE TABLE installations (
  connection_id TEXT NOT NULL REFERENCES apps (connection_id),
  id INTEGER NOT NULL,
  account TEXT NOT NULL,
  account_id TEXT,
  account_type TEXT,
  selection TEXT NOT NULL,
  permissions TEXT NOT NULL,
  page TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  suspended_at INTEGER,
  removed_at INTEGER,
  uninstalled_at INTEGER,
  token_issued_at INTEGER,
  PRIMARY KEY (connection_id, id)
) STRICT",
    ),
    own_index("sqlite_autoindex_installations_1", "installations"),
];

/// All that version 2 has is there in version 3.
fn move_v2(old: &Connection, new: &Connection) -> rusqlite::Result<()> {
    copy(old, new, &["meta", "hosts", "connections", "secrets", "events", "oauth_clients", "grants", "intents"])
}

//! Version 1: connections with their hosts and tokens, and the trail.

use super::{Object, Schema, own_index, table};

/// Moments are milliseconds since 1970, UTC. Words are those of `crate::model`. Lists are JSON arrays of strings.
pub(super) const V1: Schema = Schema { version: 1, page: 4096, objects: OBJECTS, before: None };

// Tables with a secret keep their rowid: in a table without one, SQLite leaves copies of deleted rows behind when it balances pages, whatever
// `secure_delete` says.
pub(super) const OBJECTS: &[Object] = &[
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

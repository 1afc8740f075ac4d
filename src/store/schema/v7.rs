//! Version 7: the tables of version 6 on smaller pages. A table takes a page though nothing is in it, and every reading decrypts and hashes all of them: of a store
//! with 100 connections and 1,000 events, a third was empty.

use rusqlite::Connection;

use super::v6::{self, V6};
use super::{Schema, copy};

pub(super) const V7: Schema = Schema { version: 7, page: 1024, objects: v6::OBJECTS, before: Some((&V6, move_v6)) };

/// All of it.
fn move_v6(old: &Connection, new: &Connection) -> rusqlite::Result<()> {
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
        "routes",
    ];
    copy(old, new, &tables)
}

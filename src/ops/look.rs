//! Looking at connections, with the uses that still wait in the spool counted in.

use std::collections::HashMap;

use super::apps::installations::Installed;
use super::{Error, audit, resolve, routes};
use crate::model::{Connection, ConnectionId, Event, Rotation, Route, Timestamp};
use crate::store::{Db, Store};

/// So many of a connection's events are shown with it.
const NEWEST_EVENTS: usize = 5;

/// What there is, as one reading of the store found it.
pub(crate) struct Every {
    /// By name.
    pub(crate) connections: Vec<Connection>,
    /// The names of those whose rotation was begun and not finished.
    pub(crate) unfinished: Vec<String>,
}

/// A connection and what belongs to it, as one reading of the store found it.
pub(crate) struct Whole {
    pub(crate) connection: Connection,
    pub(crate) app: Option<Installed>,
    /// The routes that lead to it.
    pub(crate) routes: Vec<Route>,
    /// A rotation that was begun and not finished.
    pub(crate) rotation: Option<Rotation>,
    /// Newest first.
    pub(crate) events: Vec<Event>,
}

/// All connections.
pub(crate) fn all(store: &Store) -> Result<Every, Error> {
    let view = store.read()?;
    let mut connections = view.connections()?;
    let uses = waiting(store);
    for connection in &mut connections {
        count_in(connection, &uses);
    }
    Ok(Every { connections, unfinished: unfinished(&view)? })
}

/// The connection of this name or id prefix.
pub(crate) fn one(store: &Store, typed: &str) -> Result<Whole, Error> {
    let view = store.read()?;
    let mut connection = resolve::named(&view, typed)?;
    count_in(&mut connection, &waiting(store));
    Ok(Whole {
        app: if connection.is_app() { Some(Installed::of(&view, connection.clone())?) } else { None },
        routes: routes::to(&view, &connection)?,
        rotation: view.rotation(&connection.id)?,
        events: audit::newest(store, &view, &connection.id, NEWEST_EVENTS)?,
        connection,
    })
}

/// When each connection was last used, as far as the spool knows.
fn waiting(store: &Store) -> HashMap<ConnectionId, Timestamp> {
    // Oldest first: the newest of each is the one that stays.
    store.spooled().into_iter().filter_map(|event| Some((event.connection?, event.at))).collect()
}

fn count_in(connection: &mut Connection, uses: &HashMap<ConnectionId, Timestamp>) {
    connection.last_used_at = connection.last_used_at.max(uses.get(&connection.id).copied());
}

fn unfinished(db: &Db) -> Result<Vec<String>, Error> {
    db.rotations()?.iter().map(|open| Ok(resolve::named(db, open.connection.as_str())?.name.to_string())).collect()
}

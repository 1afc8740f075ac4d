//! Looking at connections, with the uses that still wait in the spool counted in.

use std::collections::HashMap;

use super::{Error, resolve};
use crate::model::{Connection, ConnectionId, Timestamp};
use crate::store::Store;

/// All connections, by name.
pub(crate) fn all(store: &Store) -> Result<Vec<Connection>, Error> {
    let mut connections = store.read()?.connections()?;
    let uses = waiting(store);
    for connection in &mut connections {
        count_in(connection, &uses);
    }
    Ok(connections)
}

/// The connection of this name or id prefix.
pub(crate) fn one(store: &Store, typed: &str) -> Result<Connection, Error> {
    let mut connection = resolve::named(&*store.read()?, typed)?;
    count_in(&mut connection, &waiting(store));
    Ok(connection)
}

/// When each connection was last used, as far as the spool knows.
fn waiting(store: &Store) -> HashMap<ConnectionId, Timestamp> {
    // Oldest first: the newest of each is the one that stays.
    store.spooled().into_iter().filter_map(|event| Some((event.connection?, event.at))).collect()
}

fn count_in(connection: &mut Connection, uses: &HashMap<ConnectionId, Timestamp>) {
    connection.last_used_at = connection.last_used_at.max(uses.get(&connection.id).copied());
}

/// The names of the connections whose rotation was begun and not finished.
pub(crate) fn unfinished(store: &Store) -> Result<Vec<String>, Error> {
    let view = store.read()?;
    view.rotations()?.iter().map(|open| Ok(resolve::named(&view, open.connection.as_str())?.name.to_string())).collect()
}

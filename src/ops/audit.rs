//! The trail, with the uses that still wait in the spool.

use super::{Error, resolve};
use crate::model::{Event, Timestamp};
use crate::store::{Chain, EventQuery, Store};

/// The kind of event that may wait in the spool.
const USED: &str = "used";

/// Events, newest first; those that wait for the next save have sequence 0. A connection may be named by a name that is gone: the trail outlives
/// connections.
pub(crate) fn list(
    store: &Store,
    connection: Option<&str>,
    since: Option<Timestamp>,
    kinds: Vec<String>,
    limit: Option<usize>,
) -> Result<Vec<Event>, Error> {
    let view = store.read()?;
    let mut query = EventQuery { connection: None, since, kinds, limit };
    let mut gone = None;
    if let Some(typed) = connection {
        match resolve::named(&view, typed) {
            Ok(connection) => query.connection = Some(connection.id),
            Err(error) => {
                query.limit = None;
                gone = Some((typed.to_lowercase(), error));
            }
        }
    }
    let mut events = waiting(store, &query);
    events.extend(view.events(&query)?);
    if let Some((name, error)) = gone {
        events.retain(|event| event.connection_name.as_deref().is_some_and(|its| its.to_lowercase() == name));
        if events.is_empty() {
            return Err(error);
        }
    }
    events.truncate(limit.unwrap_or(usize::MAX));
    Ok(events)
}

/// Uses that wait for the next save, newest first.
fn waiting(store: &Store, query: &EventQuery) -> Vec<Event> {
    if !query.kinds.is_empty() && !query.kinds.iter().any(|kind| kind == USED) {
        return Vec::new();
    }
    let mut events = store.spooled();
    events.retain(|event| {
        query.since.is_none_or(|since| event.at >= since)
            && query.connection.as_ref().is_none_or(|id| event.connection.as_ref() == Some(id))
    });
    events.reverse();
    events
}

/// Recomputes the chain.
pub(crate) fn verify(store: &Store) -> Result<Chain, Error> {
    Ok(store.read()?.verify_chain()?)
}

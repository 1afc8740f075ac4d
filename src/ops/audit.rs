//! The trail, with the uses that still wait in the spool.

use super::{Error, resolve};
use crate::model::{Event, Timestamp};
use crate::store::{Chain, EventQuery, Store};

/// Events, newest first. A connection may be named by a name that is gone: the trail outlives connections.
pub(crate) fn list(
    store: &Store,
    connection: Option<&str>,
    since: Option<Timestamp>,
    kinds: Vec<String>,
    limit: Option<usize>,
) -> Result<Vec<Event>, Error> {
    let view = store.read()?;
    let mut query = EventQuery { connection: None, since, kinds, limit };
    if let Some(typed) = connection {
        match resolve::named(&view, typed) {
            Ok(connection) => query.connection = Some(connection.id),
            Err(error) => {
                query.limit = None;
                let mut events = view.events(&query)?;
                events.retain(|event| {
                    event.connection_name.as_deref().is_some_and(|name| name.to_lowercase() == typed.to_lowercase())
                });
                if events.is_empty() {
                    return Err(error);
                }
                events.truncate(limit.unwrap_or(usize::MAX));
                return Ok(events);
            }
        }
    }
    Ok(view.events(&query)?)
}

/// Recomputes the chain.
pub(crate) fn verify(store: &Store) -> Result<Chain, Error> {
    Ok(store.read()?.verify_chain()?)
}

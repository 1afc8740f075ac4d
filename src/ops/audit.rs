//! The trail, with the uses that still wait in the spool.

use std::collections::HashMap;

use super::{Error, resolve};
use crate::model::{Connection, ConnectionId, EVENT_KINDS, Event, Timestamp, clean};
use crate::store::{Chain, Db, EventQuery, Link, Store};

/// The kind of event that may wait in the spool.
const USED: &str = "used";

/// Which part of the trail is wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Name or beginning of an id. The name may be one that is gone: the trail outlives connections.
    pub(crate) connection: Option<String>,
    /// From then on.
    pub(crate) since: Option<Timestamp>,
    /// Before then.
    pub(crate) until: Option<Timestamp>,
    /// Words of events, or of families of them (`store`); empty means all.
    pub(crate) kinds: Vec<String>,
    /// At most so many.
    pub(crate) limit: Option<usize>,
}

/// Events, newest first; those that wait for the next save have sequence 0.
///
/// # Errors
///
/// `Error::Usage` for a kind that neither this version nor the trail knows.
pub(crate) fn list(store: &Store, wanted: &Wanted) -> Result<Vec<Event>, Error> {
    let view = store.read()?;
    check_kinds(&view, &wanted.kinds)?;
    let Wanted { connection, since, until, kinds, limit } = wanted.clone();
    let mut query = EventQuery { connection: None, since, until, kinds, limit };
    let mut whose = None;
    if let Some(typed) = connection {
        let chosen = Whose::of(&view, &typed);
        match &chosen {
            Whose::Present(id) => query.connection = Some(id.clone()),
            Whose::Gone(..) => query.limit = None,
        }
        whose = Some(chosen);
    }
    let mut events = events(store, &view, &query)?;
    if let Some(whose) = whose {
        events.retain(|event| whose.is(event));
        if let (Whose::Gone(_, error), true) = (whose, events.is_empty()) {
            return Err(*error);
        }
    }
    events.truncate(limit.unwrap_or(usize::MAX));
    Ok(events)
}

/// The newest events of one connection.
pub(super) fn newest(store: &Store, db: &Db, of: &ConnectionId, limit: usize) -> Result<Vec<Event>, Error> {
    let query = EventQuery { connection: Some(of.clone()), limit: Some(limit), ..EventQuery::default() };
    let mut events = events(store, db, &query)?;
    events.truncate(limit);
    Ok(events)
}

fn events(store: &Store, db: &Db, query: &EventQuery) -> Result<Vec<Event>, Error> {
    let mut events = waiting(store, query);
    events.extend(db.events(query)?);
    Ok(events)
}

/// The connection whose events are meant.
enum Whose {
    Present(ConnectionId),
    /// In lower case; and the error, if the trail does not know it either.
    Gone(String, Box<Error>),
}

impl Whose {
    fn of(db: &Db, typed: &str) -> Self {
        match resolve::named(db, typed) {
            Ok(connection) => Self::Present(connection.id),
            Err(error) => Self::Gone(typed.to_lowercase(), Box::new(error)),
        }
    }

    fn is(&self, event: &Event) -> bool {
        match self {
            Self::Present(id) => event.connection.as_ref() == Some(id),
            Self::Gone(name, _) => event.connection_name.as_deref().is_some_and(|its| its.to_lowercase() == *name),
        }
    }
}

/// Whether a word names a kind of event, or its family.
fn names(word: &str, kind: &str) -> bool {
    kind.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn check_kinds(db: &Db, kinds: &[String]) -> Result<(), Error> {
    for word in kinds {
        let is_known = EVENT_KINDS.iter().any(|kind| names(word, kind));
        if !is_known && !db.event_kinds()?.iter().any(|kind| names(word, kind)) {
            let word = clean(word);
            return Err(Error::Usage(format!(
                "there is no kind of event `{word}`; there are {}, and the families `oauth` and `store`",
                EVENT_KINDS.join(", ")
            )));
        }
    }
    Ok(())
}

/// Uses that wait for the next save, newest first.
fn waiting(store: &Store, query: &EventQuery) -> Vec<Event> {
    if !query.kinds.is_empty() && !query.kinds.iter().any(|kind| kind == USED) {
        return Vec::new();
    }
    let mut events = store.spooled();
    events.retain(|event| {
        query.since.is_none_or(|since| event.at >= since)
            && query.until.is_none_or(|until| event.at < until)
            && query.connection.as_ref().is_none_or(|id| event.connection.as_ref() == Some(id))
    });
    events.reverse();
    events
}

/// Recomputes the chain.
pub(crate) fn verify(store: &Store) -> Result<Chain, Error> {
    Ok(store.read()?.verify_chain()?)
}

/// A part of the trail for another system.
pub(crate) struct Export {
    pub(crate) store_id: String,
    /// Oldest first.
    pub(crate) links: Vec<Link>,
    /// The connections that are still there, by id.
    pub(crate) connections: HashMap<ConnectionId, Connection>,
    /// The first event that does not fit, wherever it stands in the trail.
    pub(crate) broken: Option<Link>,
    /// Uses that wait for the next save, and are not in it.
    pub(crate) waiting: usize,
    /// The numbers of the oldest and newest event that are kept.
    pub(crate) kept: Option<(u64, u64)>,
}

/// The trail from its oldest event on, without what waits to be saved. `after` is the number of the last event that is not wanted any more.
pub(crate) fn export(store: &Store, wanted: &Wanted, after: Option<u64>) -> Result<Export, Error> {
    let view = store.read()?;
    let mut links = view.links()?;
    let broken = links.iter().find(|link| link.fault.is_some()).cloned();
    let kept = links.first().zip(links.last()).map(|(first, last)| (first.event.sequence, last.event.sequence));
    let whose = wanted.connection.as_deref().map(|typed| Whose::of(&view, typed));
    if let Some(Whose::Gone(..)) = &whose
        && !links.iter().any(|link| whose.as_ref().is_some_and(|whose| whose.is(&link.event)))
        && let Some(Whose::Gone(_, error)) = whose
    {
        return Err(*error);
    }
    links.retain(|Link { event, .. }| {
        after.is_none_or(|after| event.sequence > after)
            && wanted.since.is_none_or(|since| event.at >= since)
            && wanted.until.is_none_or(|until| event.at < until)
            && whose.as_ref().is_none_or(|whose| whose.is(event))
    });
    let connections = view.connections()?.into_iter().map(|connection| (connection.id.clone(), connection)).collect();
    let waiting = store.spooled().len();
    Ok(Export { store_id: view.header().store_id.clone(), links, connections, broken, waiting, kept })
}

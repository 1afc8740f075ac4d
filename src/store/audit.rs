//! The trail: events, each holding the hash of the one before.

use jiff::Timestamp;

use crate::model::ConnectionId;

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventQuery {
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) since: Option<Timestamp>,
    /// Event kinds by their stored word (`created`, `validated`, `store.created`); empty means all.
    pub(crate) kinds: Vec<String>,
    /// At most so many.
    pub(crate) limit: Option<usize>,
}

/// What recomputing the chain found.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) events: u64,
    /// When the oldest kept event happened.
    pub(crate) since: Option<Timestamp>,
    /// The first event that does not fit, if any.
    pub(crate) broken_at: Option<u64>,
}

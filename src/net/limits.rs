//! Rate limits: how long a provider asks us to wait, and how long we do.

use jiff::Timestamp;

use super::Answer;

/// A provider's request to slow down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// When requests are welcome again, if the provider says so.
    pub(crate) until: Option<Timestamp>,
    /// Whether too much was asked *at once*: from then on one request at a time goes to this host.
    pub(crate) secondary: bool,
}

/// A provider's rule for recognising a limit in an answer. The moment is the present.
pub(crate) type Classifier = fn(&Answer, Timestamp) -> Option<Limit>;

/// A wait that has begun, for a countdown.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) host: String,
    pub(crate) until: Timestamp,
}

/// Is told of every wait as long as it lasts, about once a second, and with `None` when it is over.
pub(crate) trait Watcher {
    fn waiting(&self, waiting: Option<&Waiting>);
}

//! Why a piece of work was not done: the errors of the layers below, and what only their meeting can tell.

use crate::config::Origin;
use crate::model::{HostError, NameError, Status};
use crate::provider::Probe;
use crate::{config, net, provider, store};

/// Work that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Provider(#[from] provider::Error),
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Host(#[from] HostError),
    #[error(transparent)]
    Name(#[from] NameError),
    /// No connection of that name (exit 3).
    #[error("there is no connection `{typed}`")]
    NoConnection { typed: String, nearest: Vec<String> },
    /// The store holds no usable connection, or none that passes the filter (exit 3).
    #[error("{why}")]
    NoneUsable { why: String },
    /// No usable connection for that host (exit 3).
    #[error("there is no usable connection for {host}")]
    NoneFor { host: String },
    /// Several connections serve equally well (exit 2).
    #[error("{} connections for {what} fit equally well: {}", names.len(), some(names))]
    Ambiguous { what: String, names: Vec<String> },
    /// The default connection is for another host (exit 2).
    #[error("connection `{name}` ({origin}) is for {its}, not for {wanted}")]
    OtherHost { name: String, origin: Origin, its: String, wanted: String },
    /// The user has disabled the connection (exit 4).
    #[error("connection `{name}` is disabled")]
    Disabled { name: String },
    /// The provider has refused the credential before (exit 4).
    #[error("connection `{name}` cannot be used: its token is {status}")]
    Dead { name: String, status: Status },
    /// A new credential was refused or could not be checked; nothing was stored.
    #[error("{}", probe.reason.as_deref().unwrap_or(probe.verdict.id()))]
    NotStored {
        probe: Box<Probe>,
        /// Whether it may be stored without asking (`connect --offline`).
        offline: bool,
    },
    /// The store is gone, kept generations of it are there (exit 3): a new store would push them out.
    #[error("there is no store at `{path}`, but {count} kept generations of one are there")]
    OnlyBackups { path: String, count: usize },
    /// The default connection is not there (exit 3).
    #[error("the default connection `{name}` ({origin}) is not there")]
    NoDefault { name: String, origin: Origin },
    /// What does not name a repository (exit 2).
    #[error("`{0}` does not name a repository")]
    NotARepository(String),
    /// No checkout here, or one without `origin` (exit 2).
    #[error("no repository is named, and {why}")]
    NoCheckout { why: String },
    /// Something depends on the connection that is to go (exit 2).
    #[error("connection `{name}` is in use: {}", by.join(", "))]
    Depended { name: String, by: Vec<String> },
    /// The host is known with other settings, which other connections rely on (exit 2).
    #[error("{host} is known with other settings ({} differ; its API is {api}), and {} relies on them", differing.join(", "), others.join(", "))]
    HostDiffers { host: String, api: String, differing: Vec<&'static str>, others: Vec<String> },
    /// An argument holds a secret (exit 2). It is not repeated; the shell may have kept it.
    #[error("an argument holds {what}: no secret is taken there, and this one may be in your shell's history now")]
    SecretTyped { what: &'static str },
    /// A combination of options that makes no sense (exit 2).
    #[error("{0}")]
    Usage(String),
}

impl From<net::Error> for Error {
    fn from(error: net::Error) -> Self {
        Self::Provider(error.into())
    }
}

/// The first few of many names.
fn some(names: &[String]) -> String {
    const ENOUGH: usize = 5;
    match names.len().saturating_sub(ENOUGH) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..ENOUGH].join(", ")),
    }
}

//! Why a piece of work was not done: the errors of the layers below, and what only their meeting can tell.

use super::apps::AppError;
use super::backing::BoundError;
use super::check::CheckError;
use super::guide::Guide;
use super::rotate::RotateError;
use crate::config::Origin;
use crate::git::Remote;
use crate::model::{Connection, HostError, NameError, ProviderId, Status};
use crate::provider::Probe;
use crate::{config, net, oauth, provider, store};

/// What a connection lives by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LivesBy {
    /// A token that somebody made.
    Token,
    /// A login, whose tokens renew themselves.
    Login,
    /// The private key of an app.
    Key,
}

impl LivesBy {
    const fn words(self) -> &'static str {
        match self {
            Self::Token | Self::Login => "token",
            Self::Key => "private key",
        }
    }
}

/// Work that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Provider(provider::Error),
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
    #[error("{} connections for {} fit equally well: {}", names.len(), fitted(what), some(names))]
    Ambiguous { what: Remote, names: Vec<String> },
    /// A route leads to a connection that cannot be used (exit 4).
    #[error("{error}")]
    RouteTo { route: String, error: Box<Error> },
    /// The default connection is for another host (exit 2).
    #[error("connection `{name}` ({origin}) is for {its}, not for {wanted}")]
    OtherHost { name: String, origin: Origin, its: String, wanted: String },
    /// The user has disabled the connection (exit 4).
    #[error("connection `{name}` is disabled")]
    Disabled { name: String },
    /// The provider has refused the credential before (exit 4).
    #[error("connection `{name}` cannot be used: its {} is {status}", lives_by.words())]
    Dead {
        name: String,
        status: Status,
        /// What mends it.
        lives_by: LivesBy,
        /// What the last check or renewal found.
        why: Option<String>,
    },
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
    /// Somebody has said that it is to serve git and `exec` only (exit 2).
    #[error("the token of `{name}` is not handed out: it serves git, and programs that `exec` runs")]
    NoExport { name: String },
    /// The file that a small store is to be written to is something else (exit 2).
    #[error("`{0}` is there already, and was not exported from this store")]
    NotACopy(String),
    /// The key that is to open a small store opens the whole one too (exit 2): the name of the reader, or none for the store's own.
    #[error("{} the whole store: a pipeline's key opens its own file and nothing else", opener(reader.as_deref()))]
    OpensAll { reader: Option<String>, is_typed: bool },
    /// What does not name a repository (exit 2).
    #[error("`{0}` does not name a repository")]
    NotARepository(String),
    /// What does not name a host, an owner or a repository (exit 2).
    #[error("`{0}` is no address that a route could be for")]
    NotARoute(String),
    /// An address below which no repository can lie (exit 2). `meant` is what it may have been meant for, as it can be typed.
    #[error("`{typed}` cannot be a route: {why}")]
    WrongRoute { typed: String, why: String, meant: String, name: String },
    /// No route for that (exit 3).
    #[error("there is no route `{typed}`")]
    NoRoute { typed: String, nearest: Option<String> },
    /// git did not say which repository, and an app needs to know its owner (exit 2).
    #[error("`{name}` serves each owner with an installation of its own, and git did not say which repository is meant")]
    PathUnsaid { name: String, host: String },
    /// This program cannot be named in git's settings (exit 1).
    #[error("this program, or a path that it was given, cannot be written into git's settings")]
    NoPlace,
    /// git does not do what was asked of its settings (exit 1).
    #[error(transparent)]
    GitConfig(#[from] crate::git::config::ConfigError),
    /// No checkout here, or one without `origin` (exit 2).
    #[error("no repository is named, and {why}")]
    NoCheckout { why: String },
    /// Something depends on the connection that is to go (exit 2).
    #[error("connection `{name}` is in use: {}", by.join(", "))]
    Depended { name: String, by: Vec<String> },
    /// A connection has the token already, and there are to be no twins (exit 2).
    #[error("`{name}` has this token already")]
    HeldAlready { name: String, id: String },
    /// The host is known with other settings, which other connections rely on (exit 2).
    #[error("{host} is known with other settings ({} differ; its API is {api}), and {} relies on them", differing.join(", "), others.join(", "))]
    HostDiffers { host: String, api: String, differing: Vec<&'static str>, others: Vec<String> },
    /// An argument holds a secret (exit 2). It is not repeated; the shell may have kept it.
    #[error("an argument holds {what}: no secret is taken there, and this one may be in your shell's history now")]
    SecretTyped { what: &'static str },
    /// A login or a renewal that the authorization server refused, or that did not get through.
    #[error("{error}")]
    OAuth {
        error: oauth::Error,
        host: String,
        provider: ProviderId,
        /// The connection it was for, if it is there already.
        name: Option<String>,
    },
    /// Nobody is known there as whom one could log in (exit 2).
    #[error("no OAuth client is known for {}", .0.host)]
    NoClient(Box<Guide>),
    /// A connection's tokens belong to a client that is not known any more (exit 2).
    #[error("`{name}` renews itself as client `{client_id}` of {host}, which is not known any more")]
    OtherClient { name: String, host: String, client_id: String },
    /// The client cannot log in that way (exit 2).
    #[error("the browser login at {host} needs the client's secret, and none is known")]
    NoClientSecret { host: String, provider: ProviderId, client_id: String },
    /// Something about a token that only its owner knows (exit 2).
    #[error("this token wants {what} beside it")]
    Unsaid {
        what: &'static str,
        /// What says it.
        option: &'static str,
    },
    /// Each host of this provider is somebody's own, and none was named (exit 2).
    #[error("{provider} has no host of its own: which one is meant?")]
    NoDefaultHost { provider: ProviderId },
    /// Whose API an address speaks could not be found out (exit 2).
    #[error("what speaks at {address} could not be found out: it answers as none of the providers that are known here")]
    Undetected {
        address: String,
        /// The same without its path.
        host: String,
    },
    /// The host is known by its name to speak another provider's API (exit 2).
    #[error("{host} is known to be {other}, not {provider}")]
    OthersHost { host: String, provider: ProviderId, other: ProviderId },
    /// An address alone does not tell whose API it speaks (exit 2).
    #[error("whose host {host} is cannot be told from its address")]
    WhichProvider { host: String },
    /// Nothing came back from the browser (exit 1).
    #[error("nothing came back from the browser within {minutes} minutes{}", only.map(|only| format!(", only {only}")).unwrap_or_default())]
    NothingCame {
        host: String,
        minutes: u64,
        provider: ProviderId,
        /// What came instead.
        only: Option<&'static str>,
        /// The redirect address that the app should have.
        registered: String,
        /// The one that was sent.
        sent: String,
    },
    /// A refresh token is dead: somebody has to log in again (exit 4).
    #[error("`{name}` cannot be renewed any more: {why}")]
    LoginEnded { name: String, why: String },
    /// It does not renew itself (exit 2).
    #[error("`{name}` does not renew itself")]
    NoRenewal { name: String },
    /// A copy of the store must not spend a single-use token (exit 5).
    #[error("`{name}` is not renewed here: this store is a copy, and its home is another machine")]
    Copy { name: String, provider: ProviderId, host: String },
    /// A reader's key must not spend what it cannot save (exit 5).
    #[error("`{name}` is not renewed here: this key reads the store and does not write it")]
    Reading { name: String, provider: ProviderId, host: String },
    /// The store cannot be saved, so nothing was asked (exit 5 where it is read-only).
    #[error("{} not renewed: the store cannot be saved, and the new tokens would be lost", name.as_ref().map_or_else(|| "the tokens are".to_owned(), |name| format!("`{name}` is")))]
    Unsavable {
        /// `None` for a pair of tokens that no connection holds yet.
        name: Option<String>,
        provider: ProviderId,
        host: String,
        source: Box<store::Error>,
    },
    /// New tokens could be saved nowhere (exit 1).
    #[error("`{name}` was renewed, but the new tokens could be saved neither in the store ({source}) nor beside it ({second})")]
    Unkept { name: String, source: Box<store::Error>, second: Box<store::Error> },
    /// What stands between a GitHub App and its work.
    #[error(transparent)]
    App(Box<AppError>),
    /// What became of a rotation that stopped.
    #[error(transparent)]
    Rotate(Box<RotateError>),
    /// Another process holds the lock of the renewal (exit 6).
    #[error("another gitconn has been renewing or rotating this connection for {seconds} s")]
    RenewalBusy { seconds: u64 },
    /// Which host a token from a variable is for (exit 2).
    #[error(transparent)]
    Bound(Box<BoundError>),
    /// What stands between a connection and a repository.
    #[error(transparent)]
    Check(Box<CheckError>),
    /// A program could not be started (`exec`: 127 if it is not there, else 126).
    #[error("`{}` cannot be run", crate::model::clean(program))]
    CannotRun { program: String, source: std::io::Error },
    /// What is needed beside a program could not be had, so it was not started (exit 1; `exec`: 125).
    #[error("the program was not started")]
    NotBegun(#[source] std::io::Error),
    /// A connection's name stands where an address should, and the other way round (exit 2).
    #[error("the address stands before the name: `{name}` is a connection")]
    Swapped { address: String, name: String },
    /// A combination of options that makes no sense (exit 2).
    #[error("{0}")]
    Usage(String),
}

impl Error {
    /// What a connection's authorization server said.
    pub(super) fn oauth(error: oauth::Error, connection: &Connection) -> Self {
        let name = Some(connection.name.to_string());
        Self::OAuth { error, host: connection.host.to_string(), provider: connection.provider, name }
    }

    /// Whether somebody has to log in again.
    pub(super) const fn ends_login(&self) -> bool {
        matches!(self, Self::LoginEnded { .. })
    }
}

impl From<AppError> for Error {
    fn from(error: AppError) -> Self {
        Self::App(Box::new(error))
    }
}

impl From<net::Error> for Error {
    fn from(error: net::Error) -> Self {
        provider::Error::from(error).into()
    }
}

/// A token that could not be had for a request is our own error, come back up through the layers below.
impl From<provider::Error> for Error {
    fn from(error: provider::Error) -> Self {
        match error {
            provider::Error::Net(net::Error::Token(source)) => match source.downcast::<Self>() {
                Ok(own) => *own,
                Err(source) => Self::Provider(net::Error::Token(source).into()),
            },
            other => Self::Provider(other),
        }
    }
}

/// What several connections fit: a repository, or a whole host.
fn fitted(what: &Remote) -> String {
    let words = what.describe();
    if what.host_text().as_ref() == Some(&words) { words } else { format!("`{words}`") }
}

/// Whose key opens everything.
fn opener(reader: Option<&str>) -> String {
    reader.map_or_else(
        || "this is the key of".to_owned(),
        |reader| format!("this is the key of the reader `{reader}`, which opens"),
    )
}

/// The first few of many names.
pub(super) fn some(names: &[String]) -> String {
    const ENOUGH: usize = 5;
    match names.len().saturating_sub(ENOUGH) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..ENOUGH].join(", ")),
    }
}

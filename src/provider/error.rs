//! Why a provider did not do what was asked, named for what happened to the user.

use super::{Obstacle, Shape};
use crate::model::{ProviderId, RepositoryPath, Verdict};
use crate::net;

/// A request to a provider that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The text is not a token of this provider. `why`: `truncated: 40 characters expected, got 38`.
    #[error("this is not a usable token: {why}")]
    Malformed {
        why: String,
        belongs_to: Option<ProviderId>,
        /// What it would be all the same: set where the facts make it wrong only as long as the provider keeps its published rule
        /// (a checksum, a prefix), so that a user may insist (`--force`). `None`: it can never work.
        if_forced: Option<Box<Shape>>,
    },
    /// The text is not an app's private key, or not one that can be used.
    #[error("this is not a usable private key: {why}")]
    Key {
        why: String,
        /// A passphrase stands in the way, and nothing else.
        is_encrypted: bool,
    },
    /// An installation gives no token.
    #[error("{}", obstacle.words())]
    Installation { obstacle: Obstacle, answered: Box<Answered> },
    /// The provider refused the credential. The verdict says how.
    #[error("{reason}")]
    Refused { verdict: Verdict, reason: String, mend_url: Option<String>, answered: Box<Answered> },
    /// The repository does not exist, or this token may not see it: the provider does not say which. `likely` says what is likely for
    /// this kind of token.
    #[error("repository `{path}` is not there, or this token may not see it")]
    NoRepository { path: RepositoryPath, likely: Option<String>, answered: Box<Answered> },
    /// The workspace does not exist, or this token may not see it.
    #[error("workspace `{workspace}` is not there, or this token may not see it")]
    NoWorkspace { workspace: String, answered: Box<Answered> },
    /// A path that no repository of this provider can have, found without asking. `why`: `GitHub's are owner/name`.
    #[error("`{path}` is not the path of a repository: {why}")]
    WrongPath { path: RepositoryPath, why: &'static str },
    /// The provider cannot do this by API; a person can on a page.
    #[error("{host} has no call for this, or does not let this token make it")]
    Impossible { host: String, page: Option<String> },
    /// The token of a CI job is not let into a call, whatever its job may do.
    #[error("the token of a CI job cannot {what}")]
    NotForJobs { what: &'static str },
    /// The provider answered in a way that makes no sense here: 5xx, HTML, JSON of another shape.
    #[error("{} gave no usable answer: {why}", answered.host)]
    Unintelligible { why: String, answered: Box<Answered> },
    /// The request itself was refused (422, 400): our bug, or a limit of that server.
    #[error("{} did not accept the request: {why}", answered.host)]
    NotAccepted { why: String, answered: Box<Answered> },
    /// Something was asked that this provider is known not to have: our bug.
    #[error("this provider has no such call")]
    Unsupported,
    /// No answer.
    #[error(transparent)]
    Net(#[from] net::Error),
}

impl Error {
    /// Whether a request that changes something may have been carried out all the same: it may have arrived, and nobody knows what became of it. Where the
    /// provider says why not, it was not.
    pub(crate) const fn may_have_happened(&self) -> bool {
        match self {
            // 408: a proxy was tired of waiting for the server.
            Self::Unintelligible { answered, .. } => matches!(answered.status, 200..=299 | 408 | 500..),
            Self::Net(net::Error::Unreachable { maybe_sent, .. }) => *maybe_sent,
            Self::Net(net::Error::TooLarge { .. } | net::Error::Redirected { .. }) => true,
            _ => false,
        }
    }

    /// Whether nothing was learnt: the same request may well go through later.
    pub(crate) const fn is_passing(&self) -> bool {
        match self {
            Self::Unintelligible { answered, .. } => answered.status >= 500,
            Self::Net(error) => matches!(error, net::Error::Unreachable { .. } | net::Error::Limited { .. }),
            _ => false,
        }
    }
}

/// Which answer it was, for `caused by:` and for the provider's support.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) host: String,
    pub(crate) status: u16,
    /// `GET /repos/acme/site`.
    pub(crate) call: String,
    pub(crate) request_id: Option<String>,
}

impl Answered {
    /// Takes from an answer what may be said of it.
    pub(crate) fn by(answer: &net::Answer) -> Self {
        Self {
            host: answer.host.clone(),
            status: answer.status,
            call: answer.call.clone(),
            request_id: answer.request_id().map(super::remote::name),
        }
    }
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} answered {} to {}", self.host, self.status, self.call)?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

//! What stands between a connection and a repository, one step after the other: connection, token, repository, branches, and where asked for, a push.

use super::backing::Backing;
use super::serving::Serving;
use super::{Error, resolve};
use crate::git::Remote;
use crate::model::{Branch, Expiry, Purpose, RepositoryPath};
use crate::net::Flow;
use crate::provider::{Access, BranchAccess, BranchQuery, Error as ProviderError, PageChoice, Provider, Push};

/// So many branches are looked through for names like the one that is missing.
const ENOUGH: usize = 1_000;

/// What is to be checked.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) remote: &'a Remote,
    /// The connection that was named.
    pub(crate) connection: Option<&'a str>,
    /// Of an app only the installation on the repository's owner counts.
    pub(crate) strict: bool,
    pub(crate) branch: Option<&'a str>,
    /// Whether it may push, too.
    pub(crate) write: bool,
}

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// It is enabled, and was not refused before.
    Connection,
    /// There is a live token, renewed or made if need be.
    Token,
    /// It can be read.
    Repository,
    /// There is one.
    DefaultBranch,
    /// The one that was named is there.
    Branch,
    /// The token may push.
    Push,
}

/// What stands in the way, where that is nobody else's error.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum CheckError {
    /// Nothing can be taken from it (exit 3).
    #[error("`{path}` has no default branch: {why}")]
    NoDefaultBranch { path: RepositoryPath, why: &'static str },
    /// The default branch is named, and not there (exit 3).
    #[error("`{name}` is the default branch of `{path}`, and is not there: the repository may be empty")]
    Dangling { path: RepositoryPath, name: String },
    /// (Exit 3.)
    #[error("`{name}` does not exist{}", if nearest.is_empty() { String::new() } else { format!("; nearest: {}", nearest.join(", ")) })]
    NoBranch { name: String, nearest: Vec<String> },
    /// Git finds it under its new name alone (exit 3).
    #[error("`{name}` does not exist: it was renamed to `{now}`")]
    Renamed { name: String, now: String },
    /// (Exit 4.)
    #[error("{0}")]
    MayNotPush(String),
    /// Nobody says (exit 6).
    #[error("whether it may push cannot be told: {0}")]
    PushUnknown(String),
}

impl From<CheckError> for Error {
    fn from(error: CheckError) -> Self {
        Self::Check(Box::new(error))
    }
}

/// What was found, as far as it went.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) serving: Option<Serving>,
    pub(crate) path: Option<RepositoryPath>,
    /// When the live token ends.
    pub(crate) token_ends: Option<Expiry>,
    pub(crate) access: Option<Access>,
    pub(crate) default_branch: Option<Branch>,
    /// The one that was named.
    pub(crate) branch: Option<Branch>,
    /// Of the one that was named, where the provider says so.
    pub(crate) branch_is_open: Option<bool>,
    pub(crate) push: Option<Push>,
    /// The step at which it ended, and why.
    pub(crate) stopped: Option<(Step, Error)>,
}

impl Report {
    fn stop(mut self, step: Step, error: impl Into<Error>) -> Self {
        self.stopped = Some((step, error.into()));
        self
    }
}

/// Goes through the steps until one fails.
///
/// # Errors
///
/// Where it cannot be told which connection is meant.
pub(crate) async fn check(backing: &dyn Backing, wanted: &Wanted<'_>) -> Result<Report, Error> {
    let mut report = Report::default();
    // What is only good for reading another owner's public repositories must not pass for one that may push.
    let (serving, path) = match backing.serving(wanted.connection, wanted.remote, wanted.strict || wanted.write) {
        Ok(found) => found,
        Err(error @ (Error::Disabled { .. } | Error::Dead { .. } | Error::RouteTo { .. } | Error::App(_))) => {
            return Ok(report.stop(Step::Connection, error));
        }
        Err(error) => return Err(error),
    };
    report.serving = Some(serving.clone());
    report.path = Some(path.clone());
    let provider = match backing.enliven(&serving).await {
        Ok(expiry) => {
            report.token_ends = Some(expiry);
            backing.provider(&serving).await
        }
        Err(error) => Err(error),
    };
    let provider = match provider {
        Ok(provider) => provider,
        Err(error) => return Ok(report.stop(Step::Token, error)),
    };
    match look(&*provider, &path, wanted, &mut report).await {
        Ok(()) => {}
        Err((step, Obstacle::Own(error))) => return Ok(report.stop(step, error)),
        Err((step, Obstacle::Provider(error))) => {
            // That a token is dead shows at its first use.
            let is_dead = matches!(&error, ProviderError::Refused { verdict, .. } if verdict.is_dead());
            let step = if is_dead { Step::Token } else { step };
            let error = backing.explained(&serving, Some(&path), error).await;
            return Ok(report.stop(step, error));
        }
    }
    backing.used(&serving.connection, Purpose::Check, Some(path.as_str()));
    Ok(report)
}

/// Why a step failed.
enum Obstacle {
    Provider(ProviderError),
    Own(CheckError),
}

type Stopped = (Step, Obstacle);

fn at(step: Step) -> impl FnOnce(ProviderError) -> Stopped {
    move |error| (step, Obstacle::Provider(error))
}

/// The steps that the provider answers.
async fn look(provider: &dyn Provider, path: &RepositoryPath, wanted: &Wanted<'_>, report: &mut Report) -> Result<(), Stopped> {
    let access = provider.repository(path).await.map_err(at(Step::Repository))?;
    report.access = Some(access.clone());
    let default = default_branch(provider, path, &access).await?;
    report.default_branch = Some(default.branch.clone());
    let named = match wanted.branch {
        Some(name) if name == default.branch.name => Some(default.clone()),
        Some(name) => Some(named_branch(provider, path, name).await?),
        None => None,
    };
    report.branch = named.as_ref().map(|named| named.branch.clone());
    report.branch_is_open = named.as_ref().and_then(|named| named.may_push);
    if !wanted.write {
        return Ok(());
    }
    let push = provider.may_push(path, &access).await.map_err(at(Step::Push))?;
    let push = match (push, &named) {
        (Push::May(_), Some(BranchAccess { branch, may_push: Some(false) })) => {
            Push::MayNot(format!("`{}` is protected, and is not open to this account", branch.name))
        }
        (push, _) => push,
    };
    report.push = Some(push.clone());
    match push {
        Push::May(_) => Ok(()),
        Push::MayNot(why) => Err((Step::Push, Obstacle::Own(CheckError::MayNotPush(why)))),
        Push::Unknown(why) => Err((Step::Push, Obstacle::Own(CheckError::PushUnknown(why)))),
    }
}

async fn default_branch(provider: &dyn Provider, path: &RepositoryPath, access: &Access) -> Result<BranchAccess, Stopped> {
    let stop = |error| (Step::DefaultBranch, Obstacle::Own(error));
    let path = || path.clone();
    let Some(name) = &access.default_branch else {
        let why = match access.is_empty {
            Some(true) => "it is empty",
            Some(false) | None => "it is empty, or its code is hidden from this token",
        };
        return Err(stop(CheckError::NoDefaultBranch { path: path(), why }));
    };
    let found = provider.branch(&path(), name).await.map_err(at(Step::DefaultBranch))?;
    let mut found = found.ok_or_else(|| stop(CheckError::Dangling { path: path(), name: name.clone() }))?;
    found.branch.is_default = true;
    Ok(found)
}

async fn named_branch(provider: &dyn Provider, path: &RepositoryPath, name: &str) -> Result<BranchAccess, Stopped> {
    let stop = |error| (Step::Branch, Obstacle::Own(error));
    match provider.branch(path, name).await.map_err(at(Step::Branch))? {
        Some(found) if found.branch.name == name => Ok(found),
        Some(found) => Err(stop(CheckError::Renamed { name: name.to_owned(), now: found.branch.name })),
        None => Err(stop(CheckError::NoBranch { name: name.to_owned(), nearest: nearest(provider, path, name).await })),
    }
}

/// Branches whose names are like one that is not there. That they cannot be listed is no news beside that.
async fn nearest(provider: &dyn Provider, path: &RepositoryPath, name: &str) -> Vec<String> {
    let mut names = Vec::new();
    let query = BranchQuery { search: None, pages: PageChoice::Walk { per_page: 100 } };
    let mut each = |rows: Vec<Branch>| {
        names.extend(rows.into_iter().map(|row| row.name));
        if names.len() < ENOUGH { Flow::Continue(()) } else { Flow::Break(()) }
    };
    let listed = provider.branches(path, &query, &mut each).await;
    match listed {
        Ok(_) => resolve::nearest(name, names),
        Err(_) => Vec::new(),
    }
}

//! Cloning and pulling: git itself, answered from here while it runs. It finds no token in its environment, in its arguments or in an address, and leaves none in a
//! checkout.

mod desk;
mod known;
mod left;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use tokio::process::Command;

use self::desk::Desk;
pub(crate) use self::known::{Known, known};
pub(crate) use self::left::{left, remove_left};
use super::apps::route::Fallback;
use super::exec::{self, signals};
use super::serving::Serving;
use super::{Error, Session, checkout, resolve};
use crate::git::{self, Remote};
use crate::model::{RepositoryPath, shell_word};
use crate::store::{Store, View};

/// `0` keeps git from asking on the terminal (git(1), "Environment Variables").
const TERMINAL_PROMPT: &str = "GIT_TERMINAL_PROMPT";

/// A repository that a person named, and what serves it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) serving: Serving,
    pub(crate) path: RepositoryPath,
    /// Where git finds it: the plain address, which is what a checkout keeps.
    pub(crate) address: String,
}

/// The repository that was typed, served by the connection that was named, or as routes say.
///
/// # Errors
///
/// If it names no repository, or nothing serves it.
pub(crate) fn source(session: &Session<'_>, view: &View, connection: Option<&str>, typed: &str) -> Result<Source, Error> {
    found(session, view, connection, &checkout::remote(Some(typed))?)
}

/// The repository that a checkout is pulled from. `None` where git needs nothing from here: it goes over SSH, or to a host that no connection, or not the default one, is
/// for; and where this is no checkout, which git itself says.
///
/// # Errors
///
/// If something stands in the way of a connection that is for it, or the one that was named is for another host.
pub(crate) fn pulled(
    session: &Session<'_>,
    view: &View,
    connection: Option<&str>,
    folder: &Path,
) -> Result<Option<Source>, Error> {
    let address = git::pulled_from(folder).unwrap_or_default();
    let over_http = |address: &String| address.starts_with("https://") || address.starts_with("http://");
    let Some(remote) = address.filter(over_http).as_deref().and_then(Remote::parse) else { return Ok(None) };
    let is_named = connection.is_some() || session.config().connection().is_some();
    match found(session, view, connection, &remote) {
        Err(error @ (Error::Dead { .. } | Error::Disabled { .. })) if is_named => Err(error),
        // What anybody may read needs no token. Of what is dead the desk says so, if git asks at all.
        Err(Error::NoneFor { .. } | Error::NoneUsable { .. } | Error::Dead { .. } | Error::Disabled { .. }) => {
            say_disabled(session, view, &remote)?;
            Ok(None)
        }
        Err(Error::OtherHost { .. }) => Ok(None),
        found => found.map(Some),
    }
}

/// Says why git is left to itself for a host whose connections are all disabled.
fn say_disabled(session: &Session<'_>, view: &View, remote: &Remote) -> Result<(), Error> {
    let there = view.connections()?.into_iter().filter(|connection| remote.is_on(&connection.host));
    if let Some(disabled) = there.reduce(|one, other| if one.is_active { one } else { other }).filter(|one| !one.is_active) {
        let (name, host) = (&disabled.name, &disabled.host);
        let enable = shell_word(name.as_str()).into_owned();
        session
            .notices()
            .warn(&format!("git gets no token for {host}: connection `{name}` is disabled: gitconn enable {enable}"));
    }
    Ok(())
}

fn found(session: &Session<'_>, view: &View, connection: Option<&str>, remote: &Remote) -> Result<Source, Error> {
    let (serving, path) = resolve::serving(session, view, connection, remote, Fallback::Never)?;
    let address = remote.web_address(&serving.connection.host).ok_or_else(|| Error::NotARepository(remote.describe()))?;
    Ok(Source { serving, path, address })
}

/// What git is to do.
#[derive(Debug)]
pub(crate) struct Errand<'a> {
    pub(crate) arguments: Vec<OsString>,
    /// The repository that a person named.
    pub(crate) source: Option<&'a Source>,
    /// The hosts of which something here knows: for others git is left to itself.
    pub(crate) hosts: Vec<Known>,
    /// Whether git may ask a person who there is on the terminal.
    pub(crate) may_ask: bool,
}

/// Runs git to its end, answers it meanwhile, and gives its exit code.
///
/// # Errors
///
/// `Error::Usage` if it is not installed; `Error::CannotRun` if it could not be started, or not be answered.
pub(crate) async fn run(session: &Session<'_>, store: &Store, errand: &Errand<'_>) -> Result<u8, Error> {
    let cannot = |source| Error::CannotRun { program: "git".to_owned(), source };
    let desk = Desk::open(session, store, errand.source).map_err(cannot)?;
    let mut command = Command::new("git");
    command.args(&errand.arguments);
    for name in session.env().own_names() {
        command.env_remove(name);
    }
    if !errand.may_ask && session.env().os(TERMINAL_PROMPT).is_none() {
        command.env(TERMINAL_PROMPT, "0");
    }
    let nowhere = || std::io::Error::other("this program lies at a path that no setting of git can hold");
    let hosts = errand.hosts.iter().enumerate().map(|(at, host)| host.laid_out(&desk, at));
    let hosts = hosts.collect::<std::io::Result<Vec<_>>>().map_err(cannot)?;
    let variables = settings(session, &desk, &hosts).ok_or_else(nowhere).map_err(cannot)?;
    command.envs(variables);
    // Listened for before it is there: none is lost.
    let mut signals = signals::Passed::listen().map_err(Error::NotBegun)?;
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::Usage("git is not installed".to_owned()),
        _ => cannot(error),
    })?;
    let code = tokio::select! {
        ended = exec::ended(&mut child, &mut signals) => ended.map_err(cannot)?,
        never = desk.attend() => match never {},
    };
    desk.close();
    Ok(code)
}

fn settings(session: &Session<'_>, desk: &Desk<'_>, hosts: &[git::DeskHost]) -> Option<Vec<(String, String)>> {
    let path = session.env().program()?;
    let told = git::Desk { program: path.to_str()?, socket: desk.socket(), hosts };
    told.variables(|name| session.env().text(name).map(ToOwned::to_owned))
}

//! What git is told when it asks for a credential: one that is for exactly that address, or nothing.

use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::apps::route::Fallback;
use super::error::LivesBy;
use super::serving::Serving;
use super::token::{self, Handed};
use super::{Error, Session, resolve};
use crate::env::Env;
use crate::git::credential::{Answer, Target};
use crate::model::{AuthMethod, Connection, EventKind, HostUrl, ProviderId, RepositoryPath, Status};
use crate::secret::Secret;
use crate::store::{Db, Error as StoreError, HeldAs, Keep, Store, View};

pub(crate) use crate::git::credential::{CAPABILITIES, LONGEST_REQUEST, QUIT, Request};

/// What git asks about; `None` where there can be no answer.
pub(crate) fn read(input: &[u8]) -> Option<Request> {
    Request::read(input)
}

/// What serves a request, and the repository if git says which. `None` where nothing here is for that address.
///
/// # Errors
///
/// What stands in the way of a connection that is for it.
pub(crate) fn meant(
    session: &Session<'_>,
    view: &View,
    request: &Request,
) -> Result<Option<(Serving, Option<RepositoryPath>)>, Error> {
    let target = request.target();
    // Hosts are few, and connections may be many: a route leads to one of them without the others being read.
    let is_known = view.hosts()?.iter().any(|record| target.is_on(&record.host));
    let Some(remote) = request.remote().filter(|_| is_known) else { return Ok(None) };
    // A default connection for another host is an error elsewhere. To git it is no answer: nobody typed this request.
    if let Some(setting) = session.config().connection()
        && let Some(default) = view.find(&setting.value)?
        && !target.is_on(&default.host)
    {
        return Ok(None);
    }
    let connection = match resolve::connection_for(session, view, None, &remote) {
        Ok(connection) => connection,
        Err(Error::NoneFor { .. } | Error::NoneUsable { .. }) => return say_dead(view, request).map(|()| None),
        // What a person has disabled is not there for git, unless it was chosen for everything.
        Err(Error::Disabled { .. }) if session.config().connection().is_none() => return Ok(None),
        Err(error) => return Err(error),
    };
    served(session, view, request, connection)
}

/// Where nothing serves an address: nothing is for it; or what is for it is dead, and whoever waits for git should know. What was disabled, a person has
/// disabled.
///
/// # Errors
///
/// `Error::Dead`.
pub(super) fn say_dead(view: &View, request: &Request) -> Result<(), Error> {
    let is_dead = |connection: &Connection| {
        request.target().is_on(&connection.host) && connection.is_active && !connection.status.is_usable()
    };
    view.connections()?.into_iter().find(is_dead).map_or(Ok(()), |dead| resolve::usable(view, dead.id.as_str()).map(drop))
}

/// What serves a request with this connection. `None` where it is not for that address.
///
/// # Errors
///
/// Of an app, where no installation is the repository's owner's.
pub(super) fn served(
    session: &Session<'_>,
    view: &View,
    request: &Request,
    connection: Connection,
) -> Result<Option<(Serving, Option<RepositoryPath>)>, Error> {
    let target = request.target();
    let Some(remote) = request.remote().filter(|_| target.is_on(&connection.host)) else { return Ok(None) };
    if !may_travel(view, target, &connection)? {
        return Ok(None);
    }
    let path = remote.path_on(&connection.host);
    let serving = match &path {
        Some(path) => Serving::of(session, view, connection, path, Fallback::Never)?,
        None if connection.is_app() => {
            return Err(Error::PathUnsaid { name: connection.name.to_string(), host: connection.host.as_str().to_owned() });
        }
        None => Serving { connection, installation: None },
    };
    Ok(Some((serving, path)))
}

/// Whether a token may go there: in the clear only to this machine, or where the host's settings allow it.
fn may_travel(view: &View, target: &Target, connection: &Connection) -> Result<bool, Error> {
    if !target.is_plain() || connection.host.is_loopback() {
        return Ok(true);
    }
    Ok(view.host(&connection.host, connection.provider)?.is_some_and(|host| host.allow_http))
}

/// The lines that git reads; `None` where the token cannot be written in one.
///
/// # Errors
///
/// `Error::Dead` for one whose end has passed: git would drop it without a word.
pub(crate) fn answer(session: &Session<'_>, handed: &Handed, request: &Request) -> Result<Option<Zeroizing<String>>, Error> {
    let Handed { connection, token: password, expiry, .. } = handed;
    if expiry.at().is_some_and(|at| at <= session.now()) {
        let lives_by = if connection.auto_renews { LivesBy::Login } else { LivesBy::Token };
        return Err(Error::Dead { name: connection.name.to_string(), status: Status::Expired, lives_by, why: None });
    }
    Ok(Answer { username: token::git_username(connection), password, expires_at: expiry.at() }.text(request))
}

/// The lines for git inside a program that was given one token: from its variable, for one origin. It knows no store, no settings and no network.
pub(crate) fn from_variable(
    env: &Env,
    request: &Request,
    origin: &HostUrl,
    variable: &str,
    username: &str,
) -> Option<Zeroizing<String>> {
    let token = env.text(variable).filter(|_| request.target().is_on(origin)).map(|token| Secret::from(token.to_owned()))?;
    Answer { username, password: &token, expires_at: None }.text(request)
}

/// The lines for git from whoever runs it; `None` where nobody is there any more, or has none.
pub(crate) fn at_desk(socket: &Path, operation: &str, question: &[u8]) -> Option<Zeroizing<String>> {
    let answer = crate::git::ask_at_desk(socket, operation, question).ok()?;
    Some(Zeroizing::new(std::str::from_utf8(&answer).ok()?.to_owned()))
}

/// Whether what git was refused with can have come from here, as far as that can be told without a store: by the user name.
pub(crate) fn may_be_ours(request: &Request) -> bool {
    let is_ours = |username: &str| {
        let methods = || AuthMethod::ALL.iter().copied();
        let usernames =
            ProviderId::ALL.iter().flat_map(|id| methods().map(|method| crate::provider::kind(*id).git_username(method)));
        usernames.into_iter().any(|known| known == username)
    };
    request.password().is_some() && request.username().is_some_and(is_ours)
}

/// How long a refusal waits for somebody who saves the store: whoever waits for git does not care to know.
const PATIENCE: Duration = Duration::from_secs(2);

/// The connection whose present token git was refused with.
///
/// # Errors
///
/// If the store cannot be read.
pub(super) fn refused_connection(db: &Db, request: &Request) -> Result<Option<Connection>, StoreError> {
    let fingerprint = request.password().map(Secret::fingerprint);
    fingerprint.map_or(Ok(None), |fingerprint| holder(db, request.target(), &fingerprint))
}

/// Notes that git was refused with the present token of a connection: a person, or the next check, finds out why. It is not deleted, and goes on serving: a server
/// that is unwell refuses good tokens too.
///
/// # Errors
///
/// If the store cannot be read or saved.
pub(crate) fn refused(session: &Session<'_>, store: &Store, request: &Request) -> Result<(), Error> {
    let Some(held) = refused_connection(&*store.read()?, request)? else { return Ok(()) };
    let Some(fingerprint) = request.password().map(Secret::fingerprint) else { return Ok(()) };
    let told = sentence(&held);
    // One that is known to be dead has a better word for it.
    if !held.status.is_usable() || held.validation_error.as_ref() == Some(&told) {
        return Ok(());
    }
    let stamp = session.stamp();
    let _ = store.clone().with_patience(PATIENCE).change(&stamp, Keep::Nothing, |db| {
        // Another token may have taken its place meanwhile.
        let Some(mut connection) = holder(db, request.target(), &fingerprint)? else { return Ok(()) };
        connection.validation_error = Some(told);
        db.update(&connection)?;
        db.record(&stamp, Some(&connection), &EventKind::Updated { fields: vec!["validation_error".to_owned()] })
    })?;
    Ok(())
}

fn sentence(connection: &Connection) -> String {
    let name = crate::model::shell_word(connection.name.as_str()).into_owned();
    format!("git was refused with it at {}: gitconn validate {name}", connection.host)
}

/// The connection on that host whose token this is now.
fn holder(db: &Db, target: &Target, fingerprint: &str) -> Result<Option<Connection>, StoreError> {
    for holder in db.holders(fingerprint)? {
        if !matches!(holder.held_as, HeldAs::Token | HeldAs::Installation(_)) {
            continue;
        }
        if let Some(connection) = db.find(holder.connection.as_str())?.filter(|connection| target.is_on(&connection.host)) {
            return Ok(Some(connection));
        }
    }
    Ok(None)
}

/// Whether the program was started under the name by which git looks for a helper `gitconn`.
pub(crate) fn is_helper_name(program: &Path) -> bool {
    program.file_stem().is_some_and(|name| name == "git-credential-gitconn")
}

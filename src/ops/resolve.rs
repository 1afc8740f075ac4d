//! Which connection serves: named, set as default, or the only one that fits (design §6). There is no current connection.

use super::apps::route::Fallback;
use super::error::LivesBy;
use super::serving::Serving;
use super::{Error, Filter, Session};
use crate::git::Remote;
use crate::model::{Connection, HostUrl, InstallationStatus, RepositoryPath, Route, clean};
use crate::store::{Db, InstallationRecord};

/// The connection of this name or id prefix, usable or not.
///
/// # Errors
///
/// `Error::NoConnection` with the nearest names.
pub(crate) fn named(db: &Db, typed: &str) -> Result<Connection, Error> {
    if let Some(connection) = db.find(typed)? {
        return Ok(connection);
    }
    let names = db.connections()?.into_iter().map(|connection| connection.name.to_string());
    Err(Error::NoConnection { typed: clean(typed).into_owned(), nearest: nearest(typed, names) })
}

/// The names that are most like the one that was typed, at most three, without regard to case.
pub(super) fn nearest(typed: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let wanted = typed.to_lowercase();
    let letters = wanted.chars().count();
    let near = names.into_iter().filter_map(|name| {
        let key = name.to_lowercase();
        let distance = match strsim::damerau_levenshtein(&key, &wanted) {
            _ if letters >= 2 && key.starts_with(&wanted) => 1,
            _ if letters >= 3 && key.contains(&wanted) => 2,
            distance => distance,
        };
        (distance <= (letters / 3).max(2) && distance < letters).then_some((distance, name))
    });
    let mut near: Vec<(usize, String)> = near.collect();
    near.sort();
    near.into_iter().map(|(_, name)| name).take(3).collect()
}

/// The connection of this name, fit for use.
///
/// # Errors
///
/// As [`named`]; `Error::Disabled` and `Error::Dead` where it must not be used.
pub(crate) fn usable(db: &Db, typed: &str) -> Result<Connection, Error> {
    let connection = named(db, typed)?;
    if !connection.is_active {
        return Err(Error::Disabled { name: connection.name.to_string() });
    }
    if !connection.status.is_usable() {
        let lives_by = match connection.is_app() {
            true => LivesBy::Key,
            false if db.grant(&connection.id)?.is_some() => LivesBy::Login,
            false => LivesBy::Token,
        };
        let why = connection.validation_error.clone();
        return Err(Error::Dead { name: connection.name.to_string(), status: connection.status, lives_by, why });
    }
    Ok(connection)
}

/// The hosts of all enabled connections.
pub(crate) fn hosts(db: &Db) -> Result<Vec<HostUrl>, Error> {
    let active = db.connections()?.into_iter().filter(|connection| connection.is_active);
    let mut hosts: Vec<HostUrl> = active.map(|connection| connection.host).collect();
    hosts.sort();
    hosts.dedup();
    Ok(hosts)
}

/// Those that were named, or else all enabled ones that pass the filter.
///
/// # Errors
///
/// If a name does not exist, or if nothing is left.
pub(crate) fn several(db: &Db, typed: &[String], filter: &Filter) -> Result<Vec<Connection>, Error> {
    if !typed.is_empty() {
        if *filter != Filter::default() {
            return Err(Error::Usage("connections are chosen by name or by filter, not by both".to_owned()));
        }
        let mut found: Vec<Connection> = Vec::with_capacity(typed.len());
        for name in typed {
            let connection = named(db, name)?;
            if !found.iter().any(|known| known.id == connection.id) {
                found.push(connection);
            }
        }
        return Ok(found);
    }
    let all = db.connections()?;
    if all.is_empty() {
        return Err(Error::NoneUsable { why: "the store holds no connections yet".to_owned() });
    }
    let found: Vec<Connection> = all.into_iter().filter(|connection| connection.is_active && filter.passes(connection)).collect();
    if found.is_empty() {
        return Err(Error::NoneUsable { why: "no enabled connection fits".to_owned() });
    }
    Ok(found)
}

/// What serves a repository, and its path there: the connection named, else the default one, else the one that the longest route
/// leads to, else (on the remote's host, or on any where it names none) the app that is installed on the repository's owner, else the
/// only usable connection that is no app, else the only app. Of an app it is the installation on the owner, or for reading the first
/// one, as `fallback` says.
///
/// # Errors
///
/// If none serves, or several would; if what was named is for another host.
pub(crate) fn serving(
    session: &Session<'_>,
    db: &Db,
    typed: Option<&str>,
    remote: &Remote,
    fallback: Fallback,
) -> Result<(Serving, RepositoryPath), Error> {
    let connection = connection_for(session, db, typed, remote)?;
    let path = path_on(remote, &connection)?;
    Ok((Serving::of(session, db, connection, &path, fallback)?, path))
}

/// The path of a remote's repository on a connection's host.
pub(super) fn path_on(remote: &Remote, connection: &Connection) -> Result<RepositoryPath, Error> {
    if !remote.is_on(&connection.host) {
        let wanted = remote.host_text().unwrap_or_default();
        return Err(Error::Usage(format!("`{wanted}` is not the host of `{}` ({})", connection.name, connection.host)));
    }
    remote.path_on(&connection.host).ok_or_else(|| Error::NotARepository(remote.describe()))
}

/// The connection that serves a repository. Of an app this says nothing of the installation.
pub(super) fn connection_for(session: &Session<'_>, db: &Db, typed: Option<&str>, remote: &Remote) -> Result<Connection, Error> {
    if let Some(typed) = typed {
        return usable(db, typed).inspect(|connection| told(connection, "it was named"));
    }
    if let Some(setting) = session.config().connection() {
        let missing = |error| match error {
            Error::NoConnection { typed, .. } => Error::NoDefault { name: typed, origin: setting.origin.clone() },
            other => other,
        };
        let connection = usable(db, &setting.value).map_err(missing)?;
        return match remote.host_text() {
            Some(wanted) if !remote.is_on(&connection.host) => Err(Error::OtherHost {
                name: connection.name.to_string(),
                origin: setting.origin.clone(),
                its: connection.host.to_string(),
                wanted,
            }),
            _ => {
                told(&connection, &format!("it is the default connection ({})", setting.origin));
                Ok(connection)
            }
        };
    }
    let why = |error| why_none(db, error, |connection| remote.is_on(&connection.host));
    Ok(by_itself(db, remote).map_err(why)?.connection)
}

/// Of what serves nothing: why the only one that might does not. A person is told of the token that is dead, and not to connect once more.
pub(super) fn why_none(db: &Db, error: Error, is_there: impl Fn(&Connection) -> bool) -> Error {
    if !matches!(error, Error::NoneFor { .. } | Error::NoneUsable { .. }) {
        return error;
    }
    let all = db.connections().unwrap_or_default();
    let mut there = all.iter().filter(|connection| is_there(connection));
    match (there.next(), there.next()) {
        (Some(only), None) => usable(db, only.id.as_str()).err().unwrap_or(error),
        _ => error,
    }
}

/// Says with `-v` which connection was chosen, and why.
pub(super) fn told(connection: &Connection, why: &str) {
    tracing::debug!("`{}` ({}) serves: {}", clean(connection.name.as_str()), connection.host, clean(why));
}

/// Why a connection serves, where nobody named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Because {
    /// A route leads there.
    Route(Route),
    /// It is an app that is installed on the owner.
    Installed { account: String },
    /// The address names its account, and that of no other that fits as well.
    Username,
    /// There is no other for the host.
    Only,
}

/// A connection that serves, and why.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) connection: Connection,
    pub(crate) because: Because,
}

/// The connection that serves a repository where neither the command line nor a setting names one: by the longest route, else the app
/// that is installed on the owner, else the only usable connection of the host that is no app, else the only app. Where several are left, a user name in the address
/// chooses.
///
/// # Errors
///
/// `Error::RouteTo` if a route leads to a connection that cannot be used; `Error::Ambiguous`, `Error::NoneFor`.
pub(crate) fn by_itself(db: &Db, remote: &Remote) -> Result<Chosen, Error> {
    let found = found(db, remote)?;
    let why = match &found.because {
        Because::Route(route) => format!("the route `{route}` leads there"),
        Because::Installed { account } => format!("it is installed on `{account}`"),
        Because::Username => "the address names its account".to_owned(),
        Because::Only => "no other connection fits".to_owned(),
    };
    told(&found.connection, &why);
    Ok(found)
}

fn found(db: &Db, remote: &Remote) -> Result<Chosen, Error> {
    if let Some(chosen) = routed(db, remote)? {
        return Ok(chosen);
    }
    let fitting: Vec<Connection> =
        db.connections()?.into_iter().filter(|connection| connection.is_usable() && serves_path(connection, remote)).collect();
    let installed = installed(db, &fitting, remote)?;
    if !installed.is_empty() {
        let account = |connection: &Connection| remote.path_on(&connection.host).map(|path| path.owner().to_owned());
        return chosen(installed, remote, |connection| Because::Installed { account: account(connection).unwrap_or_default() });
    }
    let (apps, others): (Vec<_>, Vec<_>) = fitting.into_iter().partition(Connection::is_app);
    // An app that is not installed on the owner sees less of it than anybody else.
    let left = if others.is_empty() { apps } else { others };
    chosen(left, remote, |_| Because::Only)
}

/// The only one of them; of several that fit equally well, the one whose account the address names: `https://ada@github.com/…`.
fn chosen(fitting: Vec<Connection>, remote: &Remote, because: impl FnOnce(&Connection) -> Because) -> Result<Chosen, Error> {
    if let (Some(wanted), [_, _, ..]) = (remote.username().map(str::to_lowercase), fitting.as_slice()) {
        let is_meant = |connection: &&Connection| connection.username.as_ref().is_some_and(|name| name.to_lowercase() == wanted);
        let mut meant = fitting.iter().filter(is_meant);
        if let (Some(connection), None) = (meant.next(), meant.next()) {
            return Ok(Chosen { connection: connection.clone(), because: Because::Username });
        }
    }
    let connection = only(fitting, remote)?;
    Ok(Chosen { because: because(&connection), connection })
}

/// The connection that the longest fitting route leads to.
fn routed(db: &Db, remote: &Remote) -> Result<Option<Chosen>, Error> {
    let fits = |route: &Route| {
        let covers = |path: &RepositoryPath| route.path.covers(path);
        // A host without a repository is all of it.
        let is_below = remote.path_on(&route.host).as_ref().map_or(route.path.depth() == 0, covers);
        remote.is_on(&route.host) && is_below
    };
    let mut fitting: Vec<Route> = db.routes()?.into_iter().filter(fits).collect();
    let deepest = fitting.iter().map(|route| route.path.depth()).max();
    fitting.retain(|route| Some(route.path.depth()) == deepest);
    let route = match fitting.as_slice() {
        [] => return Ok(None),
        [route] => route.clone(),
        // Each for a host of its own, where the repository's was not said.
        several => {
            let names = several.iter().map(|route| Ok(named(db, route.connection.as_str())?.name.to_string()));
            let names = names.collect::<Result<_, Error>>()?;
            return Err(Error::Ambiguous { what: remote.clone(), names });
        }
    };
    let to = |error| Error::RouteTo { route: route.to_string(), error: Box::new(error) };
    let connection = usable(db, route.connection.as_str()).map_err(to)?;
    Ok(Some(Chosen { connection, because: Because::Route(route) }))
}

/// Whether a remote lies on a connection's host, and not outside of what the connection is confined to.
fn serves_path(connection: &Connection, remote: &Remote) -> bool {
    let is_inside = |path: RepositoryPath| match &connection.workspace {
        // By its UUID nobody can tell.
        Some(workspace) if !workspace.starts_with('{') => path.owner().eq_ignore_ascii_case(workspace),
        Some(_) | None => true,
    };
    remote.is_on(&connection.host) && remote.path_on(&connection.host).is_none_or(is_inside)
}

/// The apps among them that are installed on the owner of the remote's repository, and can be used there.
fn installed(db: &Db, fitting: &[Connection], remote: &Remote) -> Result<Vec<Connection>, Error> {
    let mut found = Vec::new();
    for app in fitting.iter().filter(|connection| connection.is_app()) {
        let Some(path) = remote.path_on(&app.host) else { continue };
        let owner = path.owner();
        // One that is suspended is asked too: it may have been lifted, and if not, that is the answer.
        let is_there = |record: &InstallationRecord| {
            record.is_of(owner) && matches!(record.status(), InstallationStatus::Active | InstallationStatus::Suspended)
        };
        if db.installations(&app.id)?.iter().any(is_there) {
            found.push(app.clone());
        }
    }
    Ok(found)
}

/// The default connection if it is for that host, else the one that a route of the whole host leads to, else the only usable one for it.
pub(crate) fn for_host(session: &Session<'_>, db: &Db, host: &HostUrl) -> Result<Connection, Error> {
    let fitting: Vec<Connection> =
        db.connections()?.into_iter().filter(|connection| connection.is_usable() && serves(connection, host)).collect();
    if let Some(setting) = session.config().connection()
        && let Some(default) = db.find(&setting.value)?
        && let Some(default) = fitting.iter().find(|connection| connection.id == default.id)
    {
        told(default, &format!("it is the default connection ({})", setting.origin));
        return Ok(default.clone());
    }
    let is_of_all = |route: &Route| route.path.depth() == 0 && fitting.iter().any(|connection| connection.id == route.connection);
    if let Some(route) = db.routes()?.into_iter().find(is_of_all) {
        return usable(db, route.connection.as_str()).inspect(|to| told(to, &format!("the route `{route}` leads there")));
    }
    let found = only(fitting, &Remote::whole(host)).map_err(|error| why_none(db, error, |connection| serves(connection, host)));
    found.inspect(|one| told(one, "no other connection fits"))
}

/// Whether a connection's host is meant, also by the address of its API.
fn serves(connection: &Connection, typed: &HostUrl) -> bool {
    crate::provider::kind(connection.provider).web_host(typed) == connection.host
}

fn only(mut fitting: Vec<Connection>, what: &Remote) -> Result<Connection, Error> {
    match (fitting.pop(), fitting.is_empty()) {
        (Some(connection), true) => Ok(connection),
        (None, _) => Err(match what.host_text() {
            Some(host) => Error::NoneFor { host },
            None => Error::NoneUsable { why: "the store holds no usable connection".to_owned() },
        }),
        (Some(last), false) => {
            let names = fitting.into_iter().chain([last]).map(|connection| connection.name.to_string()).collect();
            Err(Error::Ambiguous { what: what.clone(), names })
        }
    }
}

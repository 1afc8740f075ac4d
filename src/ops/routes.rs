//! Routes: rules that say which connection serves which repositories, and what they come to for one of them.

use super::resolve::{self, Because, Chosen};
use super::serving::Serving;
use super::{Error, Session};
use crate::git::Remote;
use crate::model::{Connection, EventKind, Installation, RepositoryPath, Route, RoutePath};
use crate::ops::apps::route::Fallback;
use crate::store::{Db, Keep, Store};

/// A route with the connection it leads to.
#[derive(Debug, Clone)]
pub(crate) struct Led {
    pub(crate) route: Route,
    pub(crate) to: Connection,
}

/// All routes by host and path.
pub(crate) fn list(db: &Db) -> Result<Vec<Led>, Error> {
    let led = |route: Route| Ok(Led { to: resolve::named(db, route.connection.as_str())?, route });
    db.routes()?.into_iter().map(led).collect()
}

/// The routes that lead to a connection.
pub(crate) fn to(db: &Db, connection: &Connection) -> Result<Vec<Route>, Error> {
    Ok(db.routes()?.into_iter().filter(|route| route.connection == connection.id).collect())
}

/// A route that was added.
#[derive(Debug)]
pub(crate) struct Added {
    pub(crate) led: Led,
    /// Where it led before, if that was elsewhere.
    pub(crate) before: Option<String>,
    /// What stands in its way now.
    pub(crate) doubt: Option<Doubt>,
    pub(crate) durable: bool,
}

/// Why a route serves nobody as things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Its connection is disabled, or its credential is refused.
    Unusable,
    /// Its connection is an app that is not installed on the owner.
    NotInstalled,
}

/// Reads the beginning of addresses that a route is for.
///
/// # Errors
///
/// `Error::NotARoute`.
pub(crate) fn beginning(typed: &str) -> Result<Remote, Error> {
    Remote::parse_beginning(typed).ok_or_else(|| Error::NotARoute(crate::model::clean(typed).into_owned()))
}

/// Adds a route, in place of the one that is there for the same.
///
/// # Errors
///
/// `Error::Usage` if the address is not on the connection's host: a credential goes nowhere else; `Error::WrongRoute` if no repository can lie below it.
pub(crate) fn add(session: &Session<'_>, store: &Store, typed: &str, name: &str) -> Result<Added, Error> {
    let (stamp, beginning) = (session.stamp(), beginning(typed)?);
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let connection = match resolve::named(db, name) {
            Err(Error::NoConnection { .. }) if db.find(typed)?.is_some() && Remote::parse_beginning(name).is_some() => {
                return Err(Error::Swapped { address: name.to_owned(), name: typed.to_owned() });
            }
            found => found?,
        };
        let path = path_on(&beginning, &connection, typed)?;
        sound(&path, &beginning, &connection)?;
        let host = connection.host.clone();
        let (added_by, added_at) = (stamp.who.clone(), stamp.at);
        let route = Route { host, path, connection: connection.id.clone(), added_by, added_at };
        let same = |old: &Route| old.host == route.host && old.path.key() == route.path.key();
        let before = db.routes()?.into_iter().find(same).filter(|old| old.connection != route.connection);
        let before = before.map(|old| resolve::named(db, old.connection.as_str())).transpose()?;
        db.put_route(&route)?;
        db.record(&stamp, Some(&connection), &EventKind::Route { what: "added".to_owned(), route: route.to_string() })?;
        let doubt = doubt(db, &connection, &route)?;
        Ok::<_, Error>((Led { route, to: connection }, before.map(|before| before.name.to_string()), doubt))
    })?;
    let (led, before, doubt) = saved.value;
    Ok(Added { led, before, doubt, durable: saved.durable })
}

fn path_on(beginning: &Remote, connection: &Connection, typed: &str) -> Result<RoutePath, Error> {
    if !beginning.is_on(&connection.host) {
        let (shown, name, host) = (beginning.describe(), &connection.name, &connection.host);
        return Err(Error::Usage(format!("`{shown}` is not on the host of `{name}` ({host}): its token goes nowhere else")));
    }
    let path = beginning.below(&connection.host).and_then(RoutePath::new);
    path.ok_or_else(|| Error::NotARoute(crate::model::clean(typed).into_owned()))
}

/// Refuses what would never serve anybody: a pattern, which routes do not know, and more than a repository's path where that has two parts.
fn sound(path: &RoutePath, beginning: &Remote, connection: &Connection) -> Result<(), Error> {
    let segments: Vec<&str> = path.as_str().split('/').collect();
    let nests = crate::provider::kind(connection.provider).nests_owners();
    let pattern = segments.iter().position(|segment| segment.contains(['*', '?']));
    let (kept, why) = match pattern {
        Some(at) => (at, "it is for everything below it without a pattern".to_owned()),
        None if segments.len() > 2 && !nests => (2, format!("at {} a repository is owner/name", connection.host)),
        None => return Ok(()),
    };
    let kept = segments[..kept].join("/");
    let host = connection.host.to_string();
    let meant = match (beginning.host_text(), kept.is_empty()) {
        (_, true) => host,
        (Some(_), false) => format!("{host}/{kept}"),
        (None, false) => kept,
    };
    Err(Error::WrongRoute {
        typed: crate::model::clean(&beginning.describe()).into_owned(),
        why: format!("{why}: `{meant}`"),
        meant,
        name: connection.name.to_string(),
    })
}

/// What speaks against a route as things are.
pub(crate) fn doubt(db: &Db, connection: &Connection, route: &Route) -> Result<Option<Doubt>, Error> {
    if !connection.is_usable() {
        return Ok(Some(Doubt::Unusable));
    }
    let owner = route.path.as_str().split('/').next().filter(|owner| !owner.is_empty() && connection.is_app());
    let Some(owner) = owner else { return Ok(None) };
    let is_there = db.installations(&connection.id)?.iter().any(|record| record.is_of(owner));
    Ok((!is_there).then_some(Doubt::NotInstalled))
}

/// A route that was removed.
#[derive(Debug)]
pub(crate) struct Removed {
    pub(crate) route: Route,
    pub(crate) durable: bool,
}

/// Removes a route.
///
/// # Errors
///
/// `Error::NoRoute`; `Error::Usage` if no host was named and it is there on several.
pub(crate) fn remove(session: &Session<'_>, store: &Store, typed: &str) -> Result<Removed, Error> {
    let (stamp, beginning) = (session.stamp(), beginning(typed)?);
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let all = db.routes()?;
        let is_meant = |route: &Route| {
            let path = beginning.below(&route.host).and_then(RoutePath::new);
            beginning.is_on(&route.host) && path.is_some_and(|path| path.key() == route.path.key())
        };
        let mut meant = all.iter().filter(|route| is_meant(route));
        let route = match (meant.next(), meant.next()) {
            (Some(route), None) => route.clone(),
            (None, _) => {
                let typed = beginning.describe();
                // Typed without a host, it is like the path of one.
                let shown =
                    |route: &Route| beginning.host_text().map_or_else(|| route.path.key(), |_| route.to_string().to_lowercase());
                let near = |route: &Route| strsim::jaro_winkler(&shown(route), &typed.to_lowercase());
                let nearest = all.iter().map(|route| (near(route), route)).filter(|(likeness, _)| *likeness > 0.8);
                let nearest = nearest.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, route)| route.to_string());
                return Err(Error::NoRoute { typed, nearest });
            }
            (Some(_), Some(_)) => {
                return Err(Error::Usage(format!("`{}` is a route on several hosts: name the host too", beginning.describe())));
            }
        };
        db.remove_route(&route.host, &route.path)?;
        let connection = resolve::named(db, route.connection.as_str())?;
        db.record(&stamp, Some(&connection), &EventKind::Route { what: "removed".to_owned(), route: route.to_string() })?;
        Ok(route)
    })?;
    Ok(Removed { route: saved.value, durable: saved.durable })
}

/// What serves an address, and why.
#[derive(Debug)]
pub(crate) struct Tested {
    pub(crate) remote: Remote,
    pub(crate) connection: Connection,
    pub(crate) because: Why,
    /// Of an app: whose installation it is; `None` too where the address names no repository.
    pub(crate) installation: Option<Installation>,
}

/// Why a connection serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// A variable or a setting names it for everything.
    Setting(crate::config::Origin),
    Found(Because),
}

/// Says what serves an address. Nobody is asked, and nothing is used.
///
/// # Errors
///
/// What whoever wants to use the address would be told.
pub(crate) fn test(session: &Session<'_>, db: &Db, typed: &str, fallback: Fallback) -> Result<Tested, Error> {
    let remote = beginning(typed)?;
    let (connection, because) = if let Some(setting) = session.config().connection() {
        (resolve::connection_for(session, db, None, &remote)?, Why::Setting(setting.origin.clone()))
    } else {
        let why = |error| resolve::why_none(db, error, |connection| remote.is_on(&connection.host));
        let Chosen { connection, because } = resolve::by_itself(db, &remote).map_err(why)?;
        (connection, Why::Found(because))
    };
    let path: Option<RepositoryPath> = remote.path_on(&connection.host);
    let installation = match path {
        Some(path) => Serving::of(session, db, connection.clone(), &path, fallback)?.installation,
        None => None,
    };
    Ok(Tested { remote, connection, because, installation })
}

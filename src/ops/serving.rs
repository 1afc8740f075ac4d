//! What serves a request: a connection, and where that is an app, one of its installations.

use super::apps::AppError;
use super::apps::route::{self, Fallback};
use super::{Error, Notices, Session};
use crate::model::{Connection, Installation, InstallationStatus, Narrowing, RepositoryPath, Verdict};
use crate::provider::{Error as ProviderError, Obstacle};
use crate::store::{Db, InstallationRecord, Store};

/// A connection, and of an app the installation, that something is asked with.
#[derive(Debug, Clone)]
pub(crate) struct Serving {
    pub(crate) connection: Connection,
    /// Set where the connection is an app.
    pub(crate) installation: Option<Installation>,
}

impl Serving {
    /// What serves one repository with this connection. That it is not the owner's installation is told.
    pub(super) fn of(
        session: &Session<'_>,
        db: &Db,
        connection: Connection,
        path: &RepositoryPath,
        fallback: Fallback,
    ) -> Result<Self, Error> {
        if !connection.is_app() {
            return Ok(Self { connection, installation: None });
        }
        let records = db.installations(&connection.id)?;
        let (installation, is_first) = route::for_repository(&connection, &records, path, fallback)?;
        if is_first {
            warn(session.notices(), &connection, &installation, path);
        }
        Ok(Self { connection, installation: Some(installation) })
    }
}

/// What an error of a request means for what served it: an installation that is suspended, or does not see a repository, is named.
pub(super) async fn explained(
    session: &Session<'_>,
    store: &Store,
    serving: &Serving,
    path: Option<&RepositoryPath>,
    error: ProviderError,
) -> Error {
    let Serving { connection, installation: Some(installation) } = serving else { return error.into() };
    let (obstacle, wanted, answered) = match error {
        ProviderError::Installation { obstacle, answered } => (obstacle, Narrowing::default(), answered),
        // Of another owner's repository nothing is known but that the app is not there.
        ProviderError::NoRepository { path: found, answered, .. }
            if path.is_some_and(|path| path.owner().to_lowercase() == installation.account.to_lowercase()) =>
        {
            let name = found.segments().nth(1).unwrap_or_default().to_owned();
            (Obstacle::NotSelected, Narrowing { repositories: vec![name], ..Narrowing::default() }, answered)
        }
        // An owner of the account grants it there.
        ProviderError::Refused { verdict: verdict @ Verdict::InsufficientScope, reason, mend_url, answered } => {
            let mend_url = mend_url.or_else(|| Some(installation.page.clone()));
            return ProviderError::Refused { verdict, reason, mend_url, answered }.into();
        }
        other => return other.into(),
    };
    session.minter(store).hindered(connection, installation.id, obstacle, &wanted, *answered).await
}

fn warn(notices: &dyn Notices, connection: &Connection, installation: &Installation, path: &RepositoryPath) {
    let owner = path.owner();
    notices.warn(&format!(
        "`{}` is not installed on `{}`: asking with its first installation, on `{}` (--strict forbids it)",
        connection.name,
        crate::model::clean(owner),
        crate::model::clean(&installation.account)
    ));
}

/// What a listing over whole connections asks with, and what it cannot ask.
#[derive(Debug, Default)]
pub(crate) struct Spread {
    pub(crate) servings: Vec<Serving>,
    /// Installations that are not asked, with their connections.
    pub(crate) left_out: Vec<(Connection, InstallationRecord)>,
    /// Apps that are not known to be installed anywhere.
    pub(crate) nowhere: Vec<Connection>,
    /// Connections that are not asked because they are known to be dead, with what stands in the way.
    pub(crate) dead: Vec<(Connection, Error)>,
}

/// Spreads connections that were named over the one installation of each that is on an account, or of a number.
///
/// # Errors
///
/// If one of them is no app, or has no such installation that can be used.
pub(crate) fn spread_over(db: &Db, connections: Vec<Connection>, installation: &str) -> Result<Spread, Error> {
    let mut spread = Spread::default();
    for connection in connections {
        let installation = Some(route::named_or_only(db, &connection, Some(installation))?);
        spread.servings.push(Serving { connection, installation });
    }
    Ok(spread)
}

/// Spreads over the installations on an account, or of a number, of whichever connections are apps and have one.
///
/// # Errors
///
/// `AppError::NoApp` and `AppError::NoAppOn` if none has; what stands in the way of the only one.
pub(crate) fn spread_to(db: &Db, connections: Vec<Connection>, installation: &str) -> Result<Spread, Error> {
    let mut spread = Spread::default();
    for app in connections.into_iter().filter(Connection::is_app) {
        let records = db.installations(&app.id)?;
        // That one of several apps is not there is no error.
        let Ok(record) = route::find(&app, &records, installation) else { continue };
        match route::usable(&app, record) {
            Ok(installation) => spread.servings.push(Serving { connection: app, installation: Some(installation) }),
            Err(_) => spread.left_out.push((app, record.clone())),
        }
    }
    match (spread.servings.as_slice(), spread.left_out.as_slice()) {
        ([], []) if !db.connections()?.iter().any(Connection::is_app) => Err(AppError::NoApp.into()),
        ([], []) => Err(AppError::NoAppOn { account: installation.to_owned() }.into()),
        // Why the only one gives nothing is an error like any other.
        ([], [(app, record)]) => route::usable(app, record).map(|_| spread),
        _ => Ok(spread),
    }
}

/// Spreads connections over the installations of those that are apps.
///
/// # Errors
///
/// What stands in the way of an app that was asked for alone.
pub(crate) fn spread(db: &Db, connections: Vec<Connection>) -> Result<Spread, Error> {
    let is_alone = connections.len() == 1;
    let mut spread = Spread::default();
    for connection in connections {
        if !connection.is_app() {
            spread.servings.push(Serving { connection, installation: None });
            continue;
        }
        let records = db.installations(&connection.id)?;
        let (active, others): (Vec<_>, Vec<_>) =
            // Whether one is still suspended only the provider knows.
            records.into_iter().partition(|record| {
                matches!(record.status(), InstallationStatus::Active | InstallationStatus::Suspended)
            });
        if active.is_empty() && is_alone {
            // Why the only one gives nothing is an error like any other.
            return Err(route::named_or_only(db, &connection, None).map_or_else(|error| error, |_| none(&connection)));
        }
        if active.is_empty() && others.is_empty() {
            spread.nowhere.push(connection);
            continue;
        }
        for record in active {
            let (connection, installation) = (connection.clone(), Some(record.installation));
            spread.servings.push(Serving { connection, installation });
        }
        spread.left_out.extend(others.into_iter().map(|record| (connection.clone(), record)));
    }
    Ok(spread)
}

fn none(connection: &Connection) -> Error {
    AppError::NoInstallation { name: connection.name.to_string() }.into()
}

//! The installations of an app: which there are, taking one in that was just made, putting one aside and taking it back.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::sleep;

use super::super::{Error, Session, resolve};
use super::{AppError, Hindered, kind, record, route, signing, sync};
use crate::model::{Connection, EventKind, Installation, Narrowing};
use crate::provider::{Error as ProviderError, Obstacle};
use crate::store::{AppRecord, Db, InstallationRecord, Keep, Store};

/// How often the provider is asked whether somebody has installed the app by now.
const POLL: Duration = Duration::from_secs(2);
/// How long somebody may take for that.
const LONGEST: Duration = Duration::from_mins(15);

/// An app with its installations.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) connection: Connection,
    pub(crate) record: AppRecord,
    /// The oldest first.
    pub(crate) installations: Vec<InstallationRecord>,
}

impl Installed {
    pub(in crate::ops) fn of(db: &Db, connection: Connection) -> Result<Self, Error> {
        let record = record(db, &connection)?;
        let installations = db.installations(&connection.id)?;
        Ok(Self { connection, record, installations })
    }

    /// The page where it is installed on another account.
    pub(crate) fn install_page(&self) -> Result<String, Error> {
        Ok(kind(&self.connection)?.install_page(&self.record.app))
    }

    /// The page of its owner: keys, permissions, webhook.
    pub(crate) fn settings_page(&self) -> Result<String, Error> {
        Ok(kind(&self.connection)?.settings_page(&self.connection.host, &self.record.app))
    }
}

/// The app of this name, or the only one.
///
/// # Errors
///
/// `AppError::NotAnApp`; where none is named, `AppError::NoApp` if there is none and `AppError::WhichApp` if there are several.
pub(crate) fn one(store: &Store, typed: Option<&str>) -> Result<Installed, Error> {
    let view = store.read()?;
    if let Some(typed) = typed {
        return Installed::of(&view, resolve::named(&view, typed)?);
    }
    let mut apps: Vec<Connection> = view.connections()?.into_iter().filter(Connection::is_app).collect();
    match (apps.pop(), apps.is_empty()) {
        (Some(only), true) => Installed::of(&view, only),
        (None, _) => Err(none()),
        (Some(last), false) => {
            let names = apps.into_iter().chain([last]).map(|app| app.name.to_string()).collect();
            Err(AppError::WhichApp { names }.into())
        }
    }
}

/// The app of this name, or all.
///
/// # Errors
///
/// `AppError::NotAnApp`; `AppError::NoApp` if there is none.
pub(crate) fn all(store: &Store, typed: Option<&str>) -> Result<Vec<Installed>, Error> {
    if typed.is_some() {
        return Ok(vec![one(store, typed)?]);
    }
    let view = store.read()?;
    let apps = view.connections()?.into_iter().filter(Connection::is_app);
    let found = apps.map(|app| Installed::of(&view, app)).collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() { Err(none()) } else { Ok(found) }
}

fn none() -> Error {
    AppError::NoApp.into()
}

/// Waits until the app is installed on another account, and takes that in. What else has changed meanwhile is kept too. Says whether the save is durable.
///
/// # Errors
///
/// `AppError::NobodyInstalled` after a quarter of an hour.
pub(crate) async fn wait_for_another(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    before: &HashSet<u64>,
) -> Result<(Vec<InstallationRecord>, bool), Error> {
    let view = store.read()?;
    let (app, known) = (signing(session.http(), &view, connection)?, sync::known(&view, &connection.id)?);
    drop(view);
    let wait = async {
        loop {
            sleep(POLL).await;
            match sync::look(&*app, &known).await {
                Ok(seen) if seen.installations.iter().any(|one| !before.contains(&one.id)) => return Ok(seen),
                Ok(_) => {}
                // Somebody is busy in the browser: a provider that is unwell for a moment is asked again.
                Err(error) if error.is_passing() => tracing::debug!(%error, "asking again"),
                Err(error) => return Err(app.refused(error)),
            }
        }
    };
    let nobody = |_| AppError::NobodyInstalled { name: connection.name.to_string(), minutes: LONGEST.as_secs() / 60 };
    let seen = tokio::time::timeout(LONGEST, wait).await.map_err(nobody)??;
    let (stamp, new) = (session.stamp(), |id: &u64| !before.contains(id));
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let current = resolve::named(db, connection.id.as_str())?;
        sync::apply(db, &current, &seen, &stamp)?;
        let known = db.installations(&current.id)?;
        // Of an app that takes in named ones only, the one that was waited for is named by that.
        for installation in seen.installations.iter().filter(|one| new(&one.id)) {
            if !known.iter().any(|known| known.installation.id == installation.id) {
                sync::add(db, &current.id, &known, installation)?;
                let event = EventKind::Installation { what: "added".to_owned(), account: installation.account.clone() };
                db.record(&stamp, Some(&current), &event)?;
            }
        }
        Ok::<_, Error>(db.installations(&current.id)?)
    })?;
    Ok((saved.value.into_iter().filter(|record| new(&record.installation.id)).collect(), saved.durable))
}

/// The numbers of the installations that the provider knows now.
pub(crate) async fn present(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<HashSet<u64>, Error> {
    let app = signing(session.http(), &*store.read()?, connection)?;
    let found = app.installations().await;
    super::warn_of_clock(session, &*app, &connection.host);
    Ok(found.map_err(|error| app.refused(error))?.into_iter().map(|installation| installation.id).collect())
}

/// Takes in one that the provider knows, by its number. Says whether the save is durable.
///
/// # Errors
///
/// `AppError::NoSuchInstallation` if the provider knows no such one of this app.
pub(crate) async fn take_in(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    id: u64,
) -> Result<(InstallationRecord, bool), Error> {
    let installation = match asked(session, store, connection, id, None).await {
        Err(Error::App(error)) if matches!(&*error, AppError::Installation(_)) => {
            return Err(no_such(session, store, connection, id).await);
        }
        found => found?,
    };
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let current = resolve::named(db, connection.id.as_str())?;
        sync::add(db, &current.id, &db.installations(&current.id)?, &installation)?;
        let event = EventKind::Installation { what: "added".to_owned(), account: installation.account.clone() };
        db.record(&stamp, Some(&current), &event)?;
        Ok::<_, Error>(())
    })?;
    Ok((InstallationRecord::new(installation), saved.durable))
}

/// Puts an installation aside here: nothing is asked with it until it is restored. Its token is forgotten. Says whether the save is durable.
pub(crate) fn remove(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    id: u64,
    what: &'static str,
) -> Result<bool, Error> {
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let current = resolve::named(db, connection.id.as_str())?;
        let records = db.installations(&current.id)?;
        let mut record = route::find(&current, &records, &id.to_string())?.clone();
        db.remove_installation_token(&current.id, id)?;
        match what {
            UNINSTALLED => record.uninstalled_at = Some(stamp.at),
            _ => record.removed_at = record.removed_at.or(Some(stamp.at)),
        }
        db.put_installation(&current.id, &record)?;
        let event = EventKind::Installation { what: what.to_owned(), account: record.installation.account };
        db.record(&stamp, Some(&current), &event)?;
        Ok::<_, Error>(())
    })?;
    Ok(saved.durable)
}

/// Forgets an installation that is gone at its provider.
pub(crate) fn forget(session: &Session<'_>, store: &Store, connection: &Connection, id: u64) -> Result<bool, Error> {
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let current = resolve::named(db, connection.id.as_str())?;
        let account = route::find(&current, &db.installations(&current.id)?, &id.to_string())?.installation.account.clone();
        db.drop_installation(&current.id, id)?;
        db.record(&stamp, Some(&current), &EventKind::Installation { what: "forgotten".to_owned(), account })?;
        Ok::<_, Error>(())
    })?;
    Ok(saved.durable)
}

/// It was put aside here.
pub(crate) const REMOVED: &str = "removed";
/// It is gone at the provider.
pub(crate) const UNINSTALLED: &str = "uninstalled";

/// Takes the app off the account at its provider, for good.
pub(crate) async fn uninstall(session: &Session<'_>, store: &Store, connection: &Connection, id: u64) -> Result<(), Error> {
    let app = signing(session.http(), &*store.read()?, connection)?;
    match app.uninstall(id).await {
        // That it is gone already is what was wanted.
        Err(ProviderError::Installation { obstacle: Obstacle::Gone, .. }) => Ok(()),
        outcome => outcome.map_err(|error| app.refused(error)),
    }
}

/// Takes back one that was put aside, if it is still there at the provider. Says whether the save is durable.
///
/// # Errors
///
/// `AppError::Installation` if it was uninstalled meanwhile.
pub(crate) async fn restore(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    record: &InstallationRecord,
) -> Result<(InstallationRecord, bool), Error> {
    let known = &record.installation;
    let installation = asked(session, store, connection, known.id, Some(known)).await?;
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let current = resolve::named(db, connection.id.as_str())?;
        let record = InstallationRecord::new(installation.clone());
        db.put_installation(&current.id, &record)?;
        let event = EventKind::Installation { what: "restored".to_owned(), account: installation.account.clone() };
        db.record(&stamp, Some(&current), &event)?;
        Ok::<_, Error>(record)
    })?;
    Ok((saved.value, saved.durable))
}

/// That there is no such installation, with those that there are.
async fn no_such(session: &Session<'_>, store: &Store, connection: &Connection, id: u64) -> Error {
    let known = async {
        let (view, app) = (store.read()?, signing(session.http(), &*store.read()?, connection)?);
        let known = app.installations().await.map_err(|error| app.refused(error))?;
        let known = known.into_iter().map(|known| (known.account, known.id)).collect();
        let (app, name) = (record(&view, connection)?.app.slug, Some(connection.name.to_string()));
        Ok::<_, Error>(AppError::NoSuchInstallation { app, id, known, name })
    };
    known.await.map_or_else(|error| error, Error::from)
}

/// What the provider says of one installation.
async fn asked(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    id: u64,
    known: Option<&Installation>,
) -> Result<Installation, Error> {
    let app = signing(session.http(), &*store.read()?, connection)?;
    let found = app.installation(id).await;
    super::warn_of_clock(session, &*app, &connection.host);
    match found {
        Err(ProviderError::Installation { obstacle, answered }) => {
            let hindered = Hindered {
                name: connection.name.to_string(),
                id,
                installation: known.cloned(),
                obstacle,
                wanted: Narrowing::default(),
                answered: Some(*answered),
                asks: None,
            };
            Err(AppError::Installation(Box::new(hindered)).into())
        }
        found => found.map_err(|error| app.refused(error)),
    }
}

//! GitHub Apps as connections: who the app is, where it is installed, and the tokens that it makes.

mod check;
pub(crate) mod connect;
pub(crate) mod create;
mod error;
pub(crate) mod installations;
mod mint;
pub(crate) mod replace_key;
pub(crate) mod route;
mod source;
pub(crate) mod sync;
pub(crate) mod token;

use super::live::Door;
use super::{Error, Session};
use crate::model::{Connection, InstallationStatus, Permissions};
use crate::net::Http;
use crate::provider::{self, AppAccount, AppSigner, Apps, Error as ProviderError};
use crate::store::{AppRecord, Db, Store};

pub(super) use self::check::check;
pub(crate) use self::error::{AppError, Asks, Hindered};
pub(super) use self::mint::Minter;
pub(super) use self::source::OfInstallation;

/// What a connection's provider knows of apps.
///
/// # Errors
///
/// `AppError::NotAnApp` where it has none.
pub(super) fn kind(connection: &Connection) -> Result<&'static dyn Apps, Error> {
    let apps = provider::kind(connection.provider).apps();
    apps.ok_or_else(|| AppError::NotAnApp { name: connection.name.to_string() }.into())
}

/// The app that a connection is.
///
/// # Errors
///
/// `AppError::NotAnApp` for any other.
pub(crate) fn record(db: &Db, connection: &Connection) -> Result<AppRecord, Error> {
    db.app(&connection.id)?.ok_or_else(|| AppError::NotAnApp { name: connection.name.to_string() }.into())
}

/// The page where an app's keys are made and deleted; `None` for a connection that is no app.
pub(super) fn keys_page(db: &Db, connection: &Connection) -> Result<Option<String>, Error> {
    let Some(record) = db.app(&connection.id)? else { return Ok(None) };
    Ok(Some(kind(connection)?.settings_page(&connection.host, &record.app)))
}

/// An app that signs with its stored key.
pub(super) struct Signing {
    account: Box<dyn AppAccount>,
    name: String,
    /// The page of its owner.
    settings: String,
    /// What it asks every account for.
    permissions: Permissions,
}

impl std::ops::Deref for Signing {
    type Target = dyn AppAccount;

    fn deref(&self) -> &Self::Target {
        &*self.account
    }
}

impl Signing {
    /// The page of the app's owner: keys, permissions, webhook.
    pub(super) fn settings_page(&self) -> &str {
        &self.settings
    }

    /// What the app asks every account for.
    fn asks(&self) -> Asks {
        Asks { permissions: self.permissions.clone(), settings: self.settings.clone() }
    }

    /// A refusal of the app itself, with where it is mended.
    pub(super) fn refused(&self, error: ProviderError) -> Error {
        match error {
            ProviderError::Refused { .. } => {
                AppError::Refused { name: self.name.clone(), settings: self.settings.clone(), error: Box::new(error) }.into()
            }
            other => other.into(),
        }
    }
}

/// The app behind a connection.
pub(super) fn signing(http: &Http, db: &Db, connection: &Connection) -> Result<Signing, Error> {
    let AppRecord { app, issuer, .. } = record(db, connection)?;
    let apps = kind(connection)?;
    let signer = AppSigner { issuer, key: db.app_key(&connection.id)?, was_active: connection.validated_at.is_some() };
    let door = Door::stored(db, connection)?;
    let account = apps.connect(http, &door.host, &door.api, &door.trust, signer)?;
    let settings = apps.settings_page(&connection.host, &app);
    Ok(Signing { account, name: connection.name.to_string(), settings, permissions: app.permissions })
}

/// New tokens for every active installation, in place of those that are kept.
///
/// # Errors
///
/// The first thing that stood in the way; the other installations have theirs.
pub(super) async fn anew(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(), Error> {
    let records = store.read()?.installations(&connection.id)?;
    let minter = session.minter(store);
    let active: Vec<_> = records.into_iter().filter(|record| record.status() == InstallationStatus::Active).collect();
    if active.is_empty() {
        return Err(AppError::NoInstallation { name: connection.name.to_string() }.into());
    }
    let each = active.into_iter().map(|record| {
        let (minter, id) = (&minter, &connection.id);
        async move { minter.anew(id, record.installation.id).await }
    });
    futures_util::future::join_all(each).await.into_iter().collect()
}

/// Says that the clock of this machine is wrong, if the provider had to be asked a second time for that.
pub(super) fn warn_of_clock(session: &Session<'_>, account: &dyn AppAccount, host: &crate::model::HostUrl) {
    if let Some(text) = clock_warning(account, &host.to_string()) {
        session.notices().warn(&text);
    }
}

/// `the clock of this machine is 12 minutes behind github.com's: it was signed by theirs, but set the clock right`, where it is wrong.
fn clock_warning(account: &dyn AppAccount, host: &str) -> Option<String> {
    let error = account.clock_error()?;
    let (seconds, side) = (error.unsigned_abs(), if error > 0 { "ahead of" } else { "behind" });
    let span = match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    };
    Some(format!("the clock of this machine is {span} {side} {host}'s: it was signed by theirs, but set the clock right"))
}

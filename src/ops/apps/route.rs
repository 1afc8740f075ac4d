//! Which installation of an app serves a repository: the one on its owner; else, for reading and unless that is switched off, the first active one.

use super::super::{Error, Session};
use super::{AppError, record};
use crate::model::{Connection, Installation, InstallationStatus, RepositoryPath};
use crate::store::{Db, InstallationRecord};

/// Whether another installation than the owner's may serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// The first active one, with a warning: what the seeds ask for reading.
    First,
    /// None.
    Never,
}

impl Fallback {
    /// For reading: unless `--strict` or the setting says no.
    pub(crate) fn for_reading(session: &Session<'_>, strict: bool) -> Self {
        if strict || session.config().is_strict() { Self::Never } else { Self::First }
    }
}

/// The installation on this account, without regard to case, fit for use.
///
/// # Errors
///
/// `AppError::Installation` and its kin where it must not be used; `AppError::NotInstalled` if there is none.
pub(crate) fn on_account(connection: &Connection, records: &[InstallationRecord], account: &str) -> Result<Installation, Error> {
    match of_account(records, account) {
        Some(record) => usable(connection, record),
        None => Err(not_installed(connection, records, account)),
    }
}

/// The installation on an account; of one that went and came back, the present one.
fn of_account<'a>(records: &'a [InstallationRecord], account: &str) -> Option<&'a InstallationRecord> {
    let all = || records.iter().filter(|record| record.is_of(account));
    all().find(|record| record.uninstalled_at.is_none()).or_else(|| all().next_back())
}

/// The installation that serves a repository, and whether it is only the first one.
///
/// # Errors
///
/// As [`on_account`].
pub(crate) fn for_repository(
    connection: &Connection,
    records: &[InstallationRecord],
    path: &RepositoryPath,
    fallback: Fallback,
) -> Result<(Installation, bool), Error> {
    let owner = path.owner();
    if let Some(record) = of_account(records, owner) {
        return Ok((usable(connection, record)?, false));
    }
    let first = records.iter().find(|record| record.status() == InstallationStatus::Active);
    match first.filter(|_| fallback == Fallback::First) {
        Some(first) => Ok((first.installation.clone(), true)),
        None => Err(not_installed(connection, records, owner)),
    }
}

/// The only active installation, or the one that was named by its account or number.
///
/// # Errors
///
/// `AppError::WhichInstallation` if several are.
pub(crate) fn named_or_only(db: &Db, connection: &Connection, typed: Option<&str>) -> Result<Installation, Error> {
    record(db, connection)?;
    let records = db.installations(&connection.id)?;
    if let Some(typed) = typed {
        return usable(connection, find(connection, &records, typed)?);
    }
    let mut active = records.iter().filter(|record| record.status() == InstallationStatus::Active);
    match (active.next(), active.next()) {
        (Some(only), None) => Ok(only.installation.clone()),
        (Some(_), Some(_)) => {
            let active = records.iter().filter(|record| record.status() == InstallationStatus::Active);
            let accounts = active.map(|record| record.installation.account.clone()).collect();
            Err(AppError::WhichInstallation { name: connection.name.to_string(), accounts }.into())
        }
        // Why the only one cannot be used says more than that none can be.
        (None, _) => match records.as_slice() {
            [only] => usable(connection, only),
            _ => Err(AppError::NoInstallation { name: connection.name.to_string() }.into()),
        },
    }
}

/// An installation of this account or number, whatever its status.
///
/// # Errors
///
/// `AppError::NotInstalled` if there is none.
pub(crate) fn find<'a>(
    connection: &Connection,
    records: &'a [InstallationRecord],
    typed: &str,
) -> Result<&'a InstallationRecord, Error> {
    let by_number = typed.parse::<u64>().ok().and_then(|id| records.iter().find(|record| record.installation.id == id));
    by_number.or_else(|| of_account(records, typed)).ok_or_else(|| not_installed(connection, records, typed))
}

fn not_installed(connection: &Connection, records: &[InstallationRecord], account: &str) -> Error {
    let present = records.iter().filter(|record| record.uninstalled_at.is_none());
    AppError::NotInstalled {
        name: connection.name.to_string(),
        account: crate::model::clean(account).into_owned(),
        accounts: present.map(|record| record.installation.account.clone()).collect(),
    }
    .into()
}

/// An installation, unless it was put aside here. That it was suspended or gone when it was last asked is no reason not to ask again: both may have
/// changed, and only the provider knows.
pub(in crate::ops) fn usable(connection: &Connection, record: &InstallationRecord) -> Result<Installation, Error> {
    let installation = record.installation.clone();
    if record.status() == InstallationStatus::Removed {
        let name = connection.name.to_string();
        return Err(AppError::InstallationRemoved { name, account: installation.account }.into());
    }
    Ok(installation)
}

#[cfg(test)]
mod tests;

//! Bringing what is known of an app's installations up to date with its provider.

use futures_util::future::{join_all, try_join};

use super::super::{Error, Session};
use super::{signing, warn_of_clock};
use crate::model::{App, Connection, ConnectionId, EventKind, Installation, Stamp};
use crate::provider::{AppAccount, Error as ProviderError, Obstacle};
use crate::store::{Db, Error as StoreError, InstallationRecord, Keep, Store};

/// What the provider says of an app.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) app: App,
    /// The oldest first.
    pub(crate) installations: Vec<Installation>,
    /// Of those that were known before: what the provider has no more.
    pub(crate) gone: Vec<u64>,
}

/// What a look at the provider changed: accounts.
#[derive(Debug, Default, Clone)]
pub(crate) struct Changes {
    pub(crate) added: Vec<String>,
    pub(crate) suspended: Vec<String>,
    pub(crate) unsuspended: Vec<String>,
    pub(crate) uninstalled: Vec<String>,
    /// Where permissions or the choice of repositories are others now.
    pub(crate) changed: Vec<String>,
    /// Accounts and numbers that were not taken in, because only named ones are.
    pub(crate) passed_over: Vec<(String, u64)>,
}

/// Asks who the app is and where it is installed. That one of the `known` is not in the list proves nothing (rows move between pages while they are read, and
/// lists lag behind): it is asked for by itself.
pub(super) async fn look(account: &dyn AppAccount, known: &[u64]) -> Result<Seen, ProviderError> {
    let (app, mut installations) = try_join(account.identity(), account.installations()).await?;
    let missing: Vec<u64> = known.iter().copied().filter(|id| !installations.iter().any(|listed| listed.id == *id)).collect();
    let asked = join_all(missing.iter().map(|id| account.installation(*id))).await;
    let mut gone = Vec::new();
    for (id, found) in missing.into_iter().zip(asked) {
        match found {
            Ok(found) => installations.push(found),
            Err(ProviderError::Installation { obstacle: Obstacle::Gone, .. }) => gone.push(id),
            Err(error) => return Err(error),
        }
    }
    installations.sort_by_key(|installation| (installation.created_at, installation.id));
    Ok(Seen { app, installations, gone })
}

/// The numbers of the installations that are known and were not found gone.
pub(super) fn known(db: &Db, id: &ConnectionId) -> Result<Vec<u64>, StoreError> {
    let records = db.installations(id)?;
    Ok(records.iter().filter(|record| record.uninstalled_at.is_none()).map(|record| record.installation.id).collect())
}

/// Asks, and keeps what was learnt.
pub(crate) async fn sync(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(Changes, bool), Error> {
    let view = store.read()?;
    let (app, known) = (signing(session.http(), &view, connection)?, known(&view, &connection.id)?);
    let seen = look(&*app, &known).await;
    warn_of_clock(session, &*app, &connection.host);
    keep(session, store, connection, &seen.map_err(|error| app.refused(error))?)
}

/// Keeps what was learnt. Second: false if the last fsync failed.
pub(super) fn keep(session: &Session<'_>, store: &Store, connection: &Connection, seen: &Seen) -> Result<(Changes, bool), Error> {
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Nothing, |db| {
        let current = super::super::resolve::named(db, connection.id.as_str())?;
        Ok::<_, Error>(apply(db, &current, seen, &stamp)?)
    })?;
    Ok((saved.value, saved.durable))
}

/// Writes what was learnt of a connection that is there.
pub(in crate::ops) fn apply(db: &Db, connection: &Connection, seen: &Seen, stamp: &Stamp) -> Result<Changes, StoreError> {
    let id = &connection.id;
    let changes = compare(db, id, seen)?;
    let Some(mut record) = db.app(id)? else { return Ok(changes) };
    record.app = seen.app.clone();
    db.put_app(id, &record)?;
    let known = db.installations(id)?;
    for installation in &seen.installations {
        match known.iter().find(|known| known.installation.id == installation.id) {
            Some(before) => update(db, id, before, installation)?,
            None if record.takes_all => add(db, id, &known, installation)?,
            None => {}
        }
    }
    for gone in known.iter().filter(|known| seen.has_lost(known)) {
        db.remove_installation_token(id, gone.installation.id)?;
        db.put_installation(id, &InstallationRecord { uninstalled_at: Some(stamp.at), ..gone.clone() })?;
    }
    changes.record(db, connection, stamp)?;
    Ok(changes)
}

/// What was learnt, beside what is known of it. Changes nothing.
pub(in crate::ops) fn compare(db: &Db, id: &ConnectionId, seen: &Seen) -> Result<Changes, StoreError> {
    let mut changes = Changes::default();
    let Some(record) = db.app(id)? else { return Ok(changes) };
    let known = db.installations(id)?;
    for installation in &seen.installations {
        let account = installation.account.clone();
        let Some(before) = known.iter().find(|known| known.installation.id == installation.id) else {
            if record.takes_all {
                changes.added.push(account);
            } else {
                changes.passed_over.push((account, installation.id));
            }
            continue;
        };
        let before = &before.installation;
        if (&before.permissions, &before.selection) != (&installation.permissions, &installation.selection) {
            changes.changed.push(account.clone());
        }
        match (before.suspended_at.is_some(), installation.suspended_at.is_some()) {
            (false, true) => changes.suspended.push(account),
            (true, false) => changes.unsuspended.push(account),
            _ => {}
        }
    }
    let gone = known.iter().filter(|known| seen.has_lost(known));
    changes.uninstalled.extend(gone.map(|gone| gone.installation.account.clone()));
    Ok(changes)
}

impl Seen {
    /// Whether an installation that is known is not there any more.
    fn has_lost(&self, known: &InstallationRecord) -> bool {
        known.uninstalled_at.is_none() && self.gone.contains(&known.installation.id)
    }
}

/// Takes an installation in. What is known of one that went from the same account before is forgotten, but not that it was put aside here: whoever installs the
/// app again does not decide that for us.
pub(super) fn add(
    db: &Db,
    id: &ConnectionId,
    known: &[InstallationRecord],
    installation: &Installation,
) -> Result<(), StoreError> {
    let mut record = InstallationRecord::new(installation.clone());
    for gone in known.iter().filter(|known| known.uninstalled_at.is_some() && known.is_on_account_of(installation)) {
        record.removed_at = record.removed_at.max(gone.removed_at);
        db.drop_installation(id, gone.installation.id)?;
    }
    db.put_installation(id, &record)
}

fn update(db: &Db, id: &ConnectionId, before: &InstallationRecord, installation: &Installation) -> Result<(), StoreError> {
    if before.installation.suspended_at.is_none() && installation.suspended_at.is_some() {
        // It is worth nothing now, and is not handed out again after it was lifted.
        db.remove_installation_token(id, installation.id)?;
    }
    let record = InstallationRecord { installation: installation.clone(), removed_at: before.removed_at, uninstalled_at: None };
    if record == *before { Ok(()) } else { db.put_installation(id, &record) }
}

impl Changes {
    /// Whether everything is as it was.
    pub(crate) fn is_empty(&self) -> bool {
        [&self.added, &self.suspended, &self.unsuspended, &self.uninstalled, &self.changed]
            .iter()
            .all(|accounts| accounts.is_empty())
    }

    fn record(&self, db: &Db, connection: &Connection, stamp: &Stamp) -> Result<(), StoreError> {
        for (what, accounts) in [
            ("added", &self.added),
            ("suspended", &self.suspended),
            ("unsuspended", &self.unsuspended),
            ("uninstalled", &self.uninstalled),
        ] {
            for account in accounts {
                let event = EventKind::Installation { what: what.to_owned(), account: account.clone() };
                db.record(stamp, Some(connection), &event)?;
            }
        }
        Ok(())
    }
}

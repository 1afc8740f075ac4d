//! Asking the providers whether credentials still work, side by side, and keeping what was learnt.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::apps::sync::{self, Seen};
use super::backing::Backing;
use super::serving::Serving;
use super::{Error, RotateError, Session, apps, live, rotate};
use crate::model::{Connection, EventKind, Expiry, Stamp, Status, Verdict};
use crate::provider::{Known, Probe};
use crate::store::{Db, Error as StoreError, Keep, Store};

/// What one check found.
#[derive(Debug)]
pub(crate) struct Checked {
    /// As it was before the check.
    pub(crate) connection: Connection,
    pub(crate) probe: Probe,
    /// Whether a login brought it, and another one mends it.
    pub(crate) is_login: bool,
    /// What kept it from being renewed, and so from being checked: a copy of the store, for one.
    pub(crate) obstacle: Option<Error>,
    /// Of an app: who it is and where it is installed.
    pub(crate) seen: Option<Seen>,
}

impl Checked {
    /// The connection as the check leaves it.
    pub(crate) fn after(&self, stamp: &Stamp) -> Connection {
        let mut connection = self.connection.clone();
        learn(&mut connection, &self.probe, stamp);
        connection
    }
}

/// Asks about each connection; results come back in the order of `connections`. `done` hears how many are finished.
pub(crate) async fn check(
    backing: &dyn Backing,
    connections: Vec<Connection>,
    done: impl Fn(usize),
) -> Result<Vec<Checked>, Error> {
    let mut running = FuturesUnordered::new();
    for (position, connection) in connections.into_iter().enumerate() {
        running.push(async move { Ok::<_, Error>((position, backing.check(connection).await?)) });
    }
    let mut results = Vec::with_capacity(running.len());
    while let Some(result) = running.next().await {
        results.push(result?);
        done(results.len());
    }
    results.sort_by_key(|(position, _)| *position);
    let mut results: Vec<Checked> = results.into_iter().map(|(_, checked)| checked).collect();
    if results.iter().any(|checked| checked.connection.is_renewing_login()) {
        backing.catch_up(&mut results).await?;
    }
    Ok(results)
}

/// Asks about one connection of the store.
pub(super) async fn check_stored(
    session: &Session<'_>,
    store: &Store,
    db: &Db,
    connection: Connection,
) -> Result<Checked, Error> {
    if connection.is_app() {
        let (probe, seen) = apps::check(session, db, &connection).await?;
        return Ok(Checked { connection, probe, is_login: false, obstacle: None, seen });
    }
    check_token(session, store, db, connection).await
}

/// Asks about one connection that has a token.
async fn check_token(session: &Session<'_>, store: &Store, db: &Db, connection: Connection) -> Result<Checked, Error> {
    // What a provider has refused as invalid never worked.
    let was_active = matches!(connection.status, Status::Active | Status::Expired | Status::Revoked);
    let known = Known { was_active, expires_at: connection.expiry.at() };
    let serving = Serving { connection, installation: None };
    let provider = live::provider(session, store, db, &serving).await;
    let connection = serving.connection;
    let obstacle = renewed(session, store, &connection).await.err();
    let probe = match (&obstacle, provider) {
        (Some(obstacle), _) => in_the_way(obstacle),
        (None, Ok(provider)) => provider.probe(&known).await,
        // A rotation that was cut off has ended it, as was found just now.
        (None, Err(Error::Rotate(error))) if matches!(*error, RotateError::Lost { .. }) => {
            let told = store.read()?.find(connection.id.as_str())?.and_then(|now| now.validation_error);
            Probe::of(Verdict::Revoked, told.unwrap_or_else(|| error.to_string()))
        }
        // A certificate that cannot be read, plain HTTP: nothing was learnt of the token.
        (None, Err(Error::Provider(error))) => Probe::of(Verdict::Unreachable, error.to_string()),
        (None, Err(error)) => return Err(error),
    };
    let is_login = db.grant(&connection.id)?.is_some();
    // That the old access token is dead is no news: why nobody can renew it is.
    let was_over = is_login && !connection.auto_renews && connection.status == Status::Expired;
    let probe = match &connection.validation_error {
        Some(why) if was_over && probe.verdict.is_refusal() => Probe { reason: Some(why.clone()), ..probe },
        // How a rotation came to end it stays told: the provider only knows that it is dead.
        Some(why) if probe.verdict.is_dead() && why.starts_with(rotate::STORY) => Probe { reason: Some(why.clone()), ..probe },
        _ => probe,
    };
    Ok(Checked { connection, probe, is_login, obstacle, seen: None })
}

/// Brings the connections that renew themselves up to date: a renewal may have put another token in the place of one, and the check was of that one. What
/// somebody else has put there since was not checked, so that one stays as it was.
pub(super) async fn catch_up(session: &Session<'_>, store: &Store, results: &mut [Checked]) -> Result<(), Error> {
    let renewer = session.renewer(store);
    let view = store.read()?;
    for Checked { connection, probe, .. } in results.iter_mut().filter(|checked| checked.connection.is_renewing_login()) {
        let checked = renewer.in_use(&connection.id).await.unwrap_or_else(|| connection.fingerprint.clone());
        if let Some(present) = view.find(connection.id.as_str())?.filter(|present| present.fingerprint == checked) {
            *connection = present;
        }
        // A provider's refusal may have been what brought the end of the login to light.
        if probe.verdict == Verdict::Unreachable && connection.status == Status::Expired {
            *probe = Probe::of(Verdict::Expired, connection.validation_error.clone());
        }
    }
    Ok(())
}

/// Renews a token that is due, as any command would.
async fn renewed(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(), Error> {
    if connection.auto_renews {
        session.renewer(store).live(&connection.id).await?;
    }
    Ok(())
}

/// What stands in the way of a renewal is what the check finds.
fn in_the_way(obstacle: &Error) -> Probe {
    let verdict = if obstacle.ends_login() { Verdict::Expired } else { Verdict::Unreachable };
    Probe::of(verdict, crate::model::clean(&obstacle.to_string()).into_owned())
}

/// Keeps what the checks found, in one save. A connection that was removed meanwhile is left out; one whose token was changed meanwhile keeps
/// what is known of the new one.
pub(crate) fn save(store: &Store, stamp: &Stamp, results: &[Checked]) -> Result<bool, Error> {
    let saved = store.change(stamp, Keep::Nothing, |db| {
        for Checked { connection, probe, seen, .. } in results {
            let Some(current) = put(db, connection, probe, stamp)? else { continue };
            if let Some(seen) = seen {
                sync::apply(db, &current, seen, stamp)?;
            }
            db.record(stamp, Some(&current), &EventKind::Validated { verdict: probe.verdict })?;
        }
        Ok::<_, Error>(())
    })?;
    Ok(saved.durable)
}

/// Writes what was found out about a connection, and gives it as it is now. `None` if it is gone, or has another credential meanwhile.
pub(crate) fn put(db: &Db, connection: &Connection, probe: &Probe, stamp: &Stamp) -> Result<Option<Connection>, StoreError> {
    let Some(mut current) = db.find(connection.id.as_str())?.filter(|now| now.fingerprint == connection.fingerprint) else {
        return Ok(None);
    };
    learn(&mut current, probe, stamp);
    db.update(&current)?;
    Ok(Some(current))
}

/// Brings what is known of a connection up to date (design §2, verdict to status).
pub(crate) fn learn(connection: &mut Connection, probe: &Probe, stamp: &Stamp) {
    connection.status = probe.verdict.status_after(connection.status);
    connection.updated_at = stamp.at;
    if !probe.verdict.is_unknown() {
        connection.validated_at = Some(stamp.at);
    }
    connection.validation_error = match probe.verdict {
        Verdict::Valid => None,
        verdict => Some(probe.reason.clone().unwrap_or_else(|| verdict.to_string())),
    };
    if probe.verdict != Verdict::Valid {
        return;
    }
    if let Some(username) = &probe.username {
        connection.username = Some(username.clone());
    }
    if let Some(id) = &probe.account_id {
        connection.account_id = Some(id.clone());
    }
    connection.account_type = probe.account_type.or(connection.account_type);
    if probe.server_version.is_some() {
        connection.server_version.clone_from(&probe.server_version);
    }
    connection.auth_method = probe.method.unwrap_or(connection.auth_method);
    connection.token_kind = probe.kind.or(connection.token_kind);
    if probe.scopes.is_some() {
        connection.scopes.clone_from(&probe.scopes);
    }
    match (probe.expiry, connection.expiry) {
        // What the user said stands where the provider does not know better.
        (Some(Expiry::At(at)), _) => connection.expiry = Expiry::At(at),
        (Some(Expiry::Never), Expiry::Unknown) => connection.expiry = Expiry::Never,
        (Some(Expiry::Never | Expiry::Unknown) | None, _) => {}
    }
}

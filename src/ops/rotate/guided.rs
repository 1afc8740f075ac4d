//! A rotation for which the provider has no call: a person makes the new token, it is proved to be of the same account, and only then takes the old one's place.

use super::super::live::Door;
use super::super::replace_token::{is_same_account, lost_scopes};
use super::super::{Error, Said, Session, apps, remove, resolve, unblocked, validate};
use super::keep::{self, New};
use super::{Order, Plan, RotateError, at_home};
use crate::model::{Connection, Expiry, OldToken, Rotation, RotationStep, RotationWay, Verdict};
use crate::provider::{self, Issued, Known, Probe, Revoked, Warning};
use crate::secret::Secret;
use crate::store::{Error as StoreError, Store};

/// A token that was taken.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// As it is now.
    pub(crate) connection: Connection,
    pub(crate) probe: Probe,
    /// What is doubtful about it, and what it lacks.
    pub(crate) warnings: Vec<Warning>,
    /// Whether it has all scopes of the old one; `None` where nobody can tell.
    pub(crate) has_same_scopes: Option<bool>,
}

/// Proves, before anybody makes a token, that it could be saved.
///
/// # Errors
///
/// `RotateError::Unsavable`, `RotateError::Copy`.
pub(crate) async fn prepare(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(), Error> {
    at_home(store, &store.read()?, connection)?;
    let name = connection.name.to_string();
    unblocked::change(store, session.stamp(), |_, _| Ok(()))
        .await
        .map_err(|source| RotateError::Unsavable { name, source: Box::new(source) }.into())
}

/// Revokes a token that is in wrong hands, before anything else.
///
/// # Errors
///
/// `ProviderError::Impossible` with the page where a person can.
pub(crate) async fn revoke_first(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<Revoked, Error> {
    remove::revoke(session, store, connection).await
}

/// Takes a token that a person has made in the place of a connection's, keeping the old one until it is said what becomes of it.
///
/// # Errors
///
/// `Error::NotStored` if it does not work, `RotateError::SameToken`, `RotateError::OtherAccount`.
pub(crate) async fn accept(
    session: &Session<'_>,
    store: &Store,
    plan: &Plan,
    order: &Order,
    token: Secret,
) -> Result<Accepted, Error> {
    let connection = &plan.connection;
    let name = || connection.name.to_string();
    if token.fingerprint() == connection.fingerprint {
        return Err(RotateError::SameToken { name: name() }.into());
    }
    let kind = provider::kind(connection.provider);
    let shape = kind.shape(&token, &connection.host)?;
    let said = Said::default().or_of(connection, &shape);
    said.check(kind, &shape)?;
    let door = Door::stored(&*store.read()?, connection)?;
    let probe = door.open(session.http(), said.identity(&shape), token.clone())?.probe(&Known::default()).await;
    if probe.verdict != Verdict::Valid {
        return Err(Error::NotStored { probe: Box::new(probe), offline: false });
    }
    if let (Some(old), Some(new)) = (&connection.username, &probe.username)
        && !is_same_account(connection, &probe)
        && !order.allow_account_change
    {
        let new = crate::model::clean(new).into_owned();
        return Err(RotateError::OtherAccount { name: name(), old: old.clone(), new }.into());
    }
    let lost = lost_scopes(kind, connection, shape.method, probe.scopes.as_ref());
    let has_same_scopes = probe.scopes.as_ref().and(connection.scopes.as_ref()).map(|_| lost.is_none());
    let mut warnings: Vec<Warning> = kind.scope_warnings(&probe);
    warnings.extend(shape.doubts.iter().map(|doubt| Warning { text: doubt.clone(), hint: None }));
    warnings.extend(lost);
    let connection = save(session, store, plan, order, (token, &probe, shape.method, shape.kind)).await?;
    Ok(Accepted { connection, probe, warnings, has_same_scopes })
}

/// One save: token, what was found of it, and what is left to do.
async fn save(
    session: &Session<'_>,
    store: &Store,
    plan: &Plan,
    order: &Order,
    (token, probe, method, kind): (Secret, &Probe, crate::model::AuthMethod, Option<crate::model::TokenKind>),
) -> Result<Connection, Error> {
    let before = &plan.connection;
    let stamp = session.stamp();
    let rotation = Rotation {
        connection: before.id.clone(),
        way: RotationWay::Guided,
        step: RotationStep::Saved,
        fingerprint: before.fingerprint.clone(),
        label: None,
        maker: None,
        // One that is dead already cannot be ended.
        old: if before.status.is_usable() && !order.is_compromised { order.fate(OldToken::Ask) } else { OldToken::Dead },
        hook: order.hook_of(before),
        who: stamp.who.clone(),
        at: stamp.at,
    };
    // What was known of the old token says nothing of the new one.
    let expiry = if order.is_said { Expiry::At(end_of(order)) } else { Expiry::Unknown };
    let new = New { issued: Issued { token, expiry: probe.expiry.unwrap_or(expiry) }, old: before.fingerprint.clone() };
    let (id, found) = (before.id.clone(), probe.clone());
    let saved = unblocked::change(store, stamp, move |db, stamp| {
        let Some(mut current) = keep::put(db, stamp, &id, &new, &rotation)? else { return Ok(None) };
        current.auth_method = method;
        current.token_kind = kind;
        current.scopes = None;
        if current.expiry == Expiry::Unknown {
            current.expiry = expiry;
        }
        validate::learn(&mut current, &found, stamp);
        db.update(&current)?;
        Ok::<_, StoreError>(Some(current))
    });
    let saved = saved.await?;
    saved.ok_or_else(|| {
        Error::Usage(format!("`{}` was given another token meanwhile: this one was not put in its place", before.name))
    })
}

/// The moment on which the new token ends, where somebody said so.
fn end_of(order: &Order) -> crate::model::Timestamp {
    order.expires_on.to_zoned(jiff::tz::TimeZone::UTC).map_or(crate::model::Timestamp::MAX, |zoned| zoned.timestamp())
}

/// Takes a new private key in the place of an app's, once it is proved to be the same app's.
pub(crate) async fn accept_key(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    text: &Secret,
) -> Result<(Connection, Vec<Warning>), Error> {
    let replaced = apps::replace_key::replace(session, store, connection, text).await?;
    let now = resolve::named(&*store.read()?, connection.id.as_str())?;
    Ok((now, replaced.warnings))
}

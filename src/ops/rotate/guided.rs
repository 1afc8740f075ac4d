//! A rotation for which the provider has no call: a person makes the new token, it is proved to be of the same account, and only then takes the old one's place.

use super::super::live::Door;
use super::super::replace_token::{is_same_account, lost_scopes};
use super::super::{Error, Said, Session, apps, remove, resolve, unblocked, validate};
use super::keep::{self, New};
use super::settle::{self, Care, Settling};
use super::{Order, Plan, RotateError, at_home, finish, many};
use crate::model::{Connection, Expiry, OldToken, Rotation, RotationStep, RotationWay, Verdict};
use crate::provider::{self, Error as ProviderError, Issued, Known, Probe, Revoked, Warning};
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

/// Settles what was begun before, and proves, before anybody makes a token, that it could be saved.
///
/// # Errors
///
/// `RotateError::Unsavable`, `RotateError::Copy`; `RotateError::Lost` is none here: this is what mends it.
pub(crate) async fn prepare(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(), Error> {
    at_home(store, &store.read()?, connection)?;
    let _lock = many::lock(store, &connection.id).await?;
    if let Settling::Orphan(error) = settle::settle_locked(session, store, &connection.id, Care::Rotate).await? {
        return Err(error.into());
    }
    let name = connection.name.to_string();
    unblocked::change(store, session.stamp(), |_, _| Ok(()))
        .await
        .map_err(|source| RotateError::Unsavable { name, source: Box::new(source) }.into())
}

/// What became of a token that was to be revoked first.
#[derive(Debug)]
pub(crate) enum First {
    Revoked(Revoked),
    /// Only a person can, on this page.
    ByHand(Option<String>),
}

/// Revokes a token that is in wrong hands before anything else, and with it the one before it if that still lives.
///
/// # Errors
///
/// `RotateError::Copy` where nothing is rotated; what the provider says.
pub(crate) async fn revoke_first(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<First, Error> {
    at_home(store, &store.read()?, connection)?;
    let _lock = many::lock(store, &connection.id).await?;
    finish::abandon(session, store, connection).await?;
    match remove::revoke(session, store, connection).await {
        Ok(revoked) => Ok(First::Revoked(revoked)),
        Err(Error::Provider(ProviderError::Impossible { page, .. })) => Ok(First::ByHand(page)),
        Err(error) => Err(error),
    }
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
    match (&connection.username, &probe.username) {
        _ if order.allow_account_change => {}
        (Some(old), Some(new)) if !is_same_account(connection, &probe) => {
            let new = crate::model::clean(new).into_owned();
            return Err(RotateError::OtherAccount { name: name(), old: old.clone(), new }.into());
        }
        (Some(old), None) => return Err(RotateError::UnknownAccount { name: name(), old: old.clone() }.into()),
        _ => {}
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
        old: if before.status.is_usable() { order.fate(OldToken::Ask) } else { OldToken::Dead },
        hook: order.hook_of(before),
        who: stamp.who.clone(),
        at: stamp.at,
    };
    // What was known of the old token says nothing of the new one.
    let expiry = if order.is_said { Expiry::At(end_of(order)) } else { Expiry::Unknown };
    let new = New { issued: Issued { token, expiry: probe.expiry.unwrap_or(expiry) }, old: before.fingerprint.clone() };
    let (id, found, kept) = (before.id.clone(), probe.clone(), new.clone());
    // The page may have ended the old one, and the new one is shown once.
    let _lock = many::lock(store, &before.id).await?;
    let _held = session.shield().hold();
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
    let saved = match saved.await {
        Ok(saved) => saved,
        Err(StoreError::Gone) => return Err(StoreError::Gone.into()),
        Err(source) => {
            let store_id = store.read()?.header().store_id.clone();
            return Err(keep::rescue(store, &store_id, before, &kept, source));
        }
    };
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

//! A new token put into the store in the place of an old one, in one save; or, where that fails, beside it.

use serde::{Deserialize, Serialize};

use super::super::{Error, unblocked};
use super::RotateError;
use crate::model::{
    Connection, ConnectionId, EventKind, Expiry, OldToken, Rotation, RotationStep, RotationWay, Stamp, Status, TokenEnd,
};
use crate::provider::Issued;
use crate::secret::Secret;
use crate::store::{Db, Error as StoreError, Store};

/// A new token with what is known of it.
#[derive(Clone)]
pub(super) struct New {
    pub(super) issued: Issued,
    /// Fingerprint of the token whose place it takes.
    pub(super) old: String,
}

/// As it is written beside the store.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    rotated_token: std::borrow::Cow<'a, str>,
    /// Milliseconds since 1970; `never` where it is known to have no end.
    expires_at: Option<i64>,
    never_expires: bool,
    old_fingerprint: std::borrow::Cow<'a, str>,
}

impl New {
    fn write(&self) -> Secret {
        let written = Written {
            rotated_token: self.issued.token.expose().into(),
            expires_at: self.issued.expiry.at().map(jiff::Timestamp::as_millisecond),
            never_expires: self.issued.expiry == Expiry::Never,
            old_fingerprint: self.old.as_str().into(),
        };
        // Texts and numbers only: this cannot fail.
        Secret::from(serde_json::to_string(&written).unwrap_or_default())
    }

    /// What was written beside the store; `None` for what is something else.
    pub(super) fn read(payload: &Secret) -> Option<Self> {
        let written: Written<'_> = serde_json::from_str(payload.expose()).ok()?;
        let expiry = match written.expires_at {
            Some(at) => Expiry::At(jiff::Timestamp::from_millisecond(at).ok()?),
            None if written.never_expires => Expiry::Never,
            None => Expiry::Unknown,
        };
        let issued = Issued { token: Secret::from(written.rotated_token.into_owned()), expiry };
        Some(Self { issued, old: written.old_fingerprint.into_owned() })
    }
}

/// Puts it in place, keeping the old one while it is still needed. Only in the place of the token that it was made for: whoever has put another there meanwhile has
/// the last word, and `None` is returned.
pub(super) fn put(
    db: &Db,
    stamp: &Stamp,
    id: &ConnectionId,
    new: &New,
    rotation: &Rotation,
) -> Result<Option<Connection>, StoreError> {
    let Some(mut current) = db.find(id.as_str())? else { return Err(StoreError::Gone) };
    if current.fingerprint != new.old {
        return Ok(None);
    }
    let by = match rotation.way {
        RotationWay::AtOnce | RotationWay::Overlap => "api",
        RotationWay::Guided => "guided",
    };
    let event = EventKind::Rotated { old: new.old.clone(), new: new.issued.token.fingerprint(), by: Some(by.to_owned()) };
    db.retire(&current, TokenEnd::Replaced, stamp.at)?;
    match rotation.old {
        OldToken::Dead => db.bury(&new.old, stamp.at)?,
        OldToken::Revoke | OldToken::Ask | OldToken::Keep => {
            let old = db.token(id)?;
            db.set_previous_token(id, Some(&old))?;
        }
    }
    for mut twin in twins(db, &current)? {
        db.retire(&twin, TokenEnd::Replaced, stamp.at)?;
        fill(db, stamp, &mut twin, &new.issued)?;
        // Whoever it is to tell still has the old one.
        if let Some(left) = told_later(&twin, rotation, db.rotation(&twin.id)?, stamp) {
            db.put_rotation(&left)?;
        }
        db.record(stamp, Some(&twin), &event)?;
    }
    fill(db, stamp, &mut current, &new.issued)?;
    db.put_rotation(&Rotation { step: RotationStep::Saved, ..rotation.clone() })?;
    db.record(stamp, Some(&current), &event)?;
    Ok(Some(current))
}

/// What is left to do for a connection that got its new token with another: its own hook. What a rotation of its own has left undone stays to be done: a token
/// that nobody received, one that lives and is to be ended.
fn told_later(twin: &Connection, rotation: &Rotation, open: Option<Rotation>, stamp: &Stamp) -> Option<Rotation> {
    if let Some(open) = open {
        let hook = open.hook.clone().or_else(|| twin.hook.clone());
        // Whoever was told already was told of another token.
        return (open.step == RotationStep::Told && hook.is_some()).then_some(Rotation {
            step: RotationStep::Verified,
            hook,
            ..open
        });
    }
    twin.hook.is_some().then(|| Rotation {
        connection: twin.id.clone(),
        way: RotationWay::AtOnce,
        step: RotationStep::Verified,
        label: None,
        maker: None,
        old: OldToken::Dead,
        hook: twin.hook.clone(),
        who: stamp.who.clone(),
        at: stamp.at,
        ..rotation.clone()
    })
}

/// The other connections that hold the same token.
pub(super) fn twins(db: &Db, connection: &Connection) -> Result<Vec<Connection>, StoreError> {
    let holds_it = |other: &Connection| {
        let same =
            (&other.fingerprint, &other.host, other.provider) == (&connection.fingerprint, &connection.host, connection.provider);
        same && other.id != connection.id
    };
    Ok(db.connections()?.into_iter().filter(holds_it).collect())
}

/// The new token, and what is known of it, as a connection's.
fn fill(db: &Db, stamp: &Stamp, connection: &mut Connection, issued: &Issued) -> Result<(), StoreError> {
    db.set_token(&connection.id, &issued.token)?;
    connection.fingerprint = issued.token.fingerprint();
    connection.expiry = issued.expiry;
    connection.rotated_at = Some(stamp.at);
    connection.status = Status::Active;
    connection.validation_error = None;
    connection.updated_at = stamp.at;
    db.update(connection)
}

/// Saves it; what cannot be saved is kept beside the store.
///
/// # Errors
///
/// `RotateError::Rescued` with where it is, `RotateError::Unkept` if it could be written nowhere.
pub(super) async fn save(
    store: &Store,
    store_id: &str,
    connection: &Connection,
    new: New,
    rotation: Rotation,
    stamp: Stamp,
) -> Result<Option<Connection>, Error> {
    let (id, kept) = (connection.id.clone(), new.clone());
    let saved = unblocked::change(store, stamp, move |db, stamp| put(db, stamp, &id, &new, &rotation)).await;
    match saved {
        Ok(connection) => Ok(connection),
        // Removed meanwhile: there is nothing to keep it for.
        Err(StoreError::Gone) => Err(StoreError::Gone.into()),
        Err(source) => Err(rescue(store, store_id, connection, &kept, source)),
    }
}

/// Keeps a new token beside the store that cannot be saved. What is returned is how that went.
pub(super) fn rescue(store: &Store, store_id: &str, connection: &Connection, new: &New, source: StoreError) -> Error {
    let (name, host, source) = (connection.name.to_string(), connection.host.to_string(), Box::new(source));
    match store.rescue(store_id, &connection.id, &new.write()) {
        Ok(path) => RotateError::Rescued { name, path, source }.into(),
        Err(second) => RotateError::Unkept { name, host, source, second: Box::new(second) }.into(),
    }
}

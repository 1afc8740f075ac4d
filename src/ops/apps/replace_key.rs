//! A new private key in place of an app's old one: proved to be the same app's first, and only then stored.

use super::super::live::Door;
use super::super::{Error, Session, resolve};
use super::{clock_warning, kind, record};
use crate::model::{Connection, EventKind, Status, TokenEnd};
use crate::provider::{AppSigner, Warning};
use crate::secret::Secret;
use crate::store::{AppRecord, Keep, Store};

/// What became of it.
#[derive(Debug)]
pub(crate) struct Replaced {
    pub(crate) warnings: Vec<Warning>,
    pub(crate) durable: bool,
}

/// Puts a key in place of the app's. The tokens that were made with the old one stay good for their hour.
///
/// # Errors
///
/// If the key cannot be used, is the same, or is not this app's.
pub(crate) async fn replace(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    text: &Secret,
) -> Result<Replaced, Error> {
    let apps = kind(connection)?;
    let key = apps.key(text)?;
    if key.fingerprint == connection.fingerprint {
        return Err(Error::Usage(format!("this is the key that `{}` has already", connection.name)));
    }
    let view = store.read()?;
    let AppRecord { app: known, issuer, .. } = record(&view, connection)?;
    let door = Door::stored(&view, connection)?;
    let signer = AppSigner { issuer, key: key.pem.clone(), was_active: false };
    let account = apps.connect(session.http(), &door.host, &door.api, &door.trust, signer)?;
    let app = account.identity().await?;
    if app.id != known.id {
        return Err(Error::Usage(format!("the key is of the app `{}`, `{}` is `{}`", app.slug, connection.name, known.slug)));
    }
    let warnings = clock_warning(&*account, &connection.host.to_string()).map(|text| Warning { text, hint: None });
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let mut current = resolve::named(db, connection.id.as_str())?;
        let event =
            EventKind::Rotated { old: current.fingerprint.clone(), new: key.fingerprint.clone(), by: Some("key".to_owned()) };
        db.retire(&current, TokenEnd::Replaced, stamp.at)?;
        current.fingerprint.clone_from(&key.fingerprint);
        current.status = Status::Active;
        current.validation_error = None;
        current.rotated_at = Some(stamp.at);
        current.validated_at = Some(stamp.at);
        current.updated_at = stamp.at;
        db.set_app_key(&current.id, &key.pem)?;
        db.update(&current)?;
        db.record(&stamp, Some(&current), &event)?;
        Ok::<_, Error>(())
    })?;
    Ok(Replaced { warnings: warnings.into_iter().collect(), durable: saved.durable })
}

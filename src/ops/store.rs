//! What is done with the store as a file: made, unlocked, verified, backed up, brought back.

use std::path::PathBuf;
use std::time::Duration;

use super::{Error, Session};
use crate::model::Timestamp;
use crate::secret::Secret;
use crate::store::key::{self, KeyPlace, Made};
use crate::store::{Error as StoreError, Header, Report, Store};

pub(crate) use crate::store::key::USUAL;
pub(crate) use crate::store::{Change, Difference, PinState, Source};

/// Where a new key is to live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// The desktop's keyring.
    Keyring,
    /// A file beside the store, protected by a passphrase.
    Passphrase,
    /// A plain file that only its owner can read.
    File(PathBuf),
    /// The first of these that this machine can do without leaving the key in the clear; or the key that was handed to this run.
    Best,
}

/// A store that was just made.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) store: Store,
    /// Where its key is, in words; for a key that was handed in, where it came from.
    pub(crate) key_in: String,
    /// False after an error on the very last fsync: the store is there, but may not survive a power loss.
    pub(crate) durable: bool,
}

/// Makes a store, its key first: the key is where it belongs before anything is encrypted to it.
///
/// # Errors
///
/// `Exists`; what the key's place says. A key is taken away again if the store does not come about.
pub(crate) fn init(session: &Session<'_>, keeping: &Keeping) -> Result<New, Error> {
    let place = session.place();
    if place.header()?.is_some() {
        return Err(StoreError::Exists(place.path().to_owned()).into());
    }
    if let error @ Error::OnlyBackups { .. } = session.missing() {
        return Err(error);
    }
    let (id, stamp) = (uuid::Uuid::new_v4().to_string(), session.stamp());
    let made = session.with_sources(|sources| {
        let key_place = match keeping {
            Keeping::Best => {
                return match sources.given()? {
                    Some(key) => Ok(Key::Given(key)),
                    None => key::make_anywhere(&id, place.key_file(), sources, stamp.at).map(Key::Made),
                };
            }
            Keeping::Keyring => KeyPlace::Keyring { store_id: id.clone() },
            Keeping::Passphrase => KeyPlace::Passphrase { file: place.key_file() },
            Keeping::File(path) => KeyPlace::File { path: path.clone() },
        };
        key::make(key_place, sources, stamp.at).map(Key::Made)
    })?;
    let (key, key_in) = match &made {
        Key::Given(key) => (key.clone(), key.from().to_owned()),
        Key::Made(made) => (made.key.clone(), made.place.to_string()),
    };
    match Store::create(place.clone(), key.clone(), &id, &stamp) {
        Ok(saved) => Ok(New { store: session.opened(key), key_in, durable: saved.durable }),
        Err(error) => {
            if let Key::Made(made) = made
                && let Err(error) = made.discard()
            {
                tracing::warn!(%error, "the new key was not taken away again");
            }
            Err(error.into())
        }
    }
}

enum Key {
    Given(key::StoreKey),
    Made(Made),
}

/// The key for a recovery copy, on one line: `age -d -i` takes it as a key file, `GITCONN_KEY` as it is.
pub(crate) fn export_key(session: &Session<'_>) -> Result<Secret, Error> {
    Ok(session.store()?.key().line())
}

/// Leaves the key in the kernel's keyring for a while. The key comes from elsewhere than from there: nobody stays in by having been in.
pub(crate) fn unlock(session: &Session<'_>, lasting: Duration) -> Result<Timestamp, Error> {
    key::check_time(lasting)?;
    let (id, protected) = (claimed(session)?.store_id, session.place().key_file());
    let store = session.opened(session.with_sources(|sources| sources.find_outside_kernel(&id, &protected))?);
    // Only a key that really opens it is worth keeping.
    let header = store.read()?.header().clone();
    Ok(key::unlock(&header.store_id, store.key(), lasting, session.now())?)
}

/// Takes the key out of the kernel's keyring; says whether there was one.
pub(crate) fn lock(session: &Session<'_>) -> Result<bool, Error> {
    Ok(key::lock(&claimed(session)?.store_id)?)
}

/// What can be said without the key.
pub(crate) fn claimed(session: &Session<'_>) -> Result<Header, Error> {
    session.place().header()?.ok_or_else(|| session.missing())
}

/// Until when the kernel holds the key.
pub(crate) fn unlocked_until(header: &Header) -> Option<Timestamp> {
    key::unlocked_until(&header.store_id)
}

/// Checks everything there is to check.
pub(crate) fn verify(session: &Session<'_>) -> Result<Report, Error> {
    Ok(session.store()?.verify()?)
}

/// The store with its key, also where the file itself is damaged, gone, or was written by another tool: its id is then taken from a kept generation.
pub(crate) fn for_recovery(session: &Session<'_>) -> Result<Store, Error> {
    let place = session.place();
    let key = match place.store_id() {
        Some(id) => session.with_sources(|sources| sources.find(&id, &place.key_file()))?,
        None => session.with_sources(|sources| {
            sources.given()?.ok_or_else(|| StoreError::Locked {
                why: "nothing says which store this is, so its key must be given".to_owned(),
                tried: Vec::new(),
            })
        })?,
    };
    Ok(session.opened(key))
}

/// Signs a store that was not signed by its key, or that went back, as it is now. Says whether the last fsync went well.
pub(crate) fn accept(session: &Session<'_>, store: &Store, moved: bool) -> Result<bool, Error> {
    Ok(store.accept(&session.stamp(), moved)?.durable)
}

/// Puts a kept generation or a backup in the store's place. Says whether the last fsync went well.
pub(crate) fn restore(session: &Session<'_>, store: &Store, source: &Source) -> Result<bool, Error> {
    Ok(store.restore(source, &session.stamp())?.durable)
}

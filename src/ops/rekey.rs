//! A new key for the store, in place of one that is old, known to somebody, or lost.

use std::path::{Path, PathBuf};

use super::store::{Keeping, claimed};
use super::{Error, Session};
use crate::store::key::{self, KeyPlace, Made, Next, Slot, Wanted};
use crate::store::{KeysError, Rekeyed, Store, StoreKey};

/// What was done.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) store_id: String,
    pub(crate) rekeyed: Rekeyed,
    /// Whether this only finished what was begun before.
    pub(crate) is_finish: bool,
    /// Where the new key is, in words.
    pub(crate) key_in: String,
    /// The new key's file, where somebody has to name it.
    pub(crate) key_file: Option<PathBuf>,
    /// The public half of the new key.
    pub(crate) recipient: String,
    /// Where the old key came from.
    pub(crate) old_from: String,
    /// Whether the old key is still where it was: it was handed in from there.
    pub(crate) is_old_left: bool,
    /// Whether another machine is the store's home.
    pub(crate) is_copy: bool,
    /// What could not be done after the store was saved: the next run finishes it.
    pub(crate) unsettled: Option<Error>,
}

/// A store that is about to get a new key.
pub(crate) struct Begun {
    wanted: Wanted,
    key: StoreKey,
}

impl Begun {
    /// Whether a re-keying was cut off after the store was saved: then that is finished, and nobody has to agree to anything.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.key.is_unsettled()
    }
}

/// Finds the key that opens the store, where it lives: what the kernel holds for a while does not say that.
pub(crate) fn begin(session: &Session<'_>) -> Result<Begun, Error> {
    let wanted = session.place().wanted(&claimed(session)?);
    let key = session.with_sources(|sources| sources.find_outside_kernel(&wanted))?;
    Ok(Begun { wanted, key })
}

/// Makes a new key, saves the store with it, reads it back with that alone, and then does away with the old key if that was kept by this program. A
/// re-keying that was cut off is finished instead.
///
/// # Errors
///
/// As [`Store::rekey`] and [`Next::prepare`]; nothing has changed then, unless it says so.
pub(crate) fn rekey(
    session: &Session<'_>,
    begun: Begun,
    keeping: Option<Keeping>,
    old_key_out: Option<&Path>,
) -> Result<Done, Error> {
    let Begun { wanted, key } = begun;
    let store = session.opened(key.clone());
    if let Some(next) = Next::found(key.clone(), &wanted) {
        return finish(session, &store, &next);
    }
    let stamp = session.stamp();
    // Before anybody types a passphrase.
    store.read()?;
    if store.is_reader() {
        store.may_recover()?;
        if old_key_out.is_some() {
            return Err(Error::Usage("there is no old key to keep: it was a recovery key that opened the store".to_owned()));
        }
    }
    let place = place(session, &wanted, &key, keeping)?;
    let next = session.with_sources(|sources| Next::prepare(place, &wanted, &key, sources, stamp.at))?;
    let kept = old_key_out.map(|path| {
        let place = KeyPlace::File { path: path.to_owned() };
        session.with_sources(|sources| key::keep(key.clone(), place, sources, stamp.at))
    });
    let kept = kept.transpose()?;
    // Whoever the kernel still hands the old key to would only be refused.
    if let Err(error) = key::lock(wanted.store_id()) {
        tracing::debug!(%error, "the kernel's keyring was not asked");
    }
    let rekeyed = match store.rekey(&next, &stamp) {
        Ok(rekeyed) => rekeyed,
        Err(error) => {
            if let Some(Err(error)) = kept.filter(|_| !store.is_rekeyed(&next)).map(Made::discard) {
                tracing::warn!(%error, "the copy of the old key was not taken away again");
            }
            return Err(error.into());
        }
    };
    // While the disk has not confirmed the new file, a power loss may bring back the one that the old key opens.
    let unsettled = if rekeyed.durable { next.settle(Some(&key)).err().map(Error::from) } else { None };
    done(session, &next, &key, rekeyed, false, unsettled)
}

/// Does what a re-keying that was cut off has left to do.
fn finish(session: &Session<'_>, store: &Store, next: &Next) -> Result<Done, Error> {
    let old = session.with_sources(|sources| Ok(next.before(sources)))?;
    let before = old.clone().map(|old| session.opened(old));
    let rekeyed = store.finish_rekey(before.as_ref())?;
    let unsettled = next.settle(None).err().map(Error::from);
    done(session, next, old.as_ref().unwrap_or(next.key()), rekeyed, true, unsettled)
}

fn done(
    session: &Session<'_>,
    next: &Next,
    old: &StoreKey,
    rekeyed: Rekeyed,
    is_finish: bool,
    unsettled: Option<Error>,
) -> Result<Done, Error> {
    let store = session.opened(next.key().clone());
    let view = store.read()?;
    let meta = view.meta()?;
    Ok(Done {
        is_copy: !store.is_at_home(&meta),
        store_id: meta.store_id,
        is_finish,
        key_in: next.place().to_string(),
        key_file: if let KeyPlace::File { path } = next.place() { Some(path.clone()) } else { None },
        recipient: next.key().recipient()?,
        old_from: old.from().to_owned(),
        is_old_left: !is_finish && old.slot() == Slot::Given,
        rekeyed,
        unsettled,
    })
}

/// Where the new key goes: where the old one is, if nothing else was said and this program keeps it there.
fn place(session: &Session<'_>, wanted: &Wanted, present: &StoreKey, keeping: Option<Keeping>) -> Result<KeyPlace, Error> {
    let keyring = || KeyPlace::Keyring { store_id: wanted.store_id().to_owned() };
    let protected = || KeyPlace::Passphrase { file: session.place().key_file() };
    Ok(match (keeping, present.slot()) {
        (Some(Keeping::Keyring), _) | (None | Some(Keeping::Best), Slot::Keyring | Slot::KeyringNext) => keyring(),
        (Some(Keeping::Passphrase), _) | (None | Some(Keeping::Best), Slot::Protected | Slot::ProtectedNext) => protected(),
        (Some(Keeping::File(path)), _) => KeyPlace::File { path },
        (None | Some(Keeping::Best), Slot::Given | Slot::Kernel) => {
            let error = crate::store::Error::from(KeysError::NoPlace { from: present.from().to_owned() });
            return Err(error.into());
        }
    })
}

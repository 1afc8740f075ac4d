//! What is done with the store as a file: made, unlocked, verified, backed up, brought back.

use std::path::PathBuf;
use std::time::Duration;

use super::{Error, Session};
use crate::model::{EventKind, Timestamp};
use crate::secret::Secret;
use crate::store::key::{self, KeyPlace, Made};
use crate::store::{Backup, Claims, Error as StoreError, Header, Keep, Report, Store, StoreKey};

pub(crate) use crate::store::key::USUAL;
pub(crate) use crate::store::{Change, Difference, Field, How, KeysError, NowIn, PinState, Source, What};

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
                    None => key::make_anywhere(&id, &place.key_file(), sources, stamp.at).map(Key::Made),
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
    Given(StoreKey),
    Made(Made),
}

/// The key for a recovery copy.
#[derive(Debug)]
pub(crate) struct Exported {
    /// On one line: `age -d -i` takes it as a key file, `GITCONN_KEY` as it is.
    pub(crate) line: Secret,
    pub(crate) store_id: String,
    /// Its public half.
    pub(crate) recipient: String,
    /// Whether it only reads.
    pub(crate) is_reader: bool,
    /// Why the trail does not say that it was exported.
    pub(crate) unrecorded: Option<Error>,
}

/// The key of this store, after somebody has agreed to see it. The trail says so first.
pub(crate) fn export_key(session: &Session<'_>, by: &str) -> Result<Exported, Error> {
    let store = session.store()?;
    // Another store's key would be a copy worth nothing.
    let store_id = store.read()?.header().store_id.clone();
    let (stamp, is_reader) = (session.stamp(), store.is_reader());
    let kind = EventKind::Store { what: "store.key_exported".to_owned(), detail: Some(by.to_owned()) };
    // A copy is wanted most when a disk is failing: that it cannot be noted is no reason to withhold it from somebody who has the key.
    let recorded = if is_reader {
        Ok(true)
    } else {
        store.change(&stamp, Keep::Nothing, |db| db.record(&stamp, None, &kind)).map(|saved| saved.durable)
    };
    let (line, recipient) = (store.key().line(), store.key().recipient()?);
    Ok(Exported { line, store_id, recipient, is_reader, unrecorded: recorded.err().map(Error::from) })
}

/// Leaves the key in the kernel's keyring for a while. The key comes from elsewhere than from there: nobody stays in by having been in.
pub(crate) fn unlock(session: &Session<'_>, lasting: Duration) -> Result<Timestamp, Error> {
    key::check_time(lasting)?;
    let wanted = session.place().wanted(&claimed(session)?);
    let store = session.opened(session.with_sources(|sources| sources.find_outside_kernel(&wanted))?);
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

/// A store as far as it can be looked at, whatever is wrong with it.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// As its header claims, or else a kept generation.
    pub(crate) store_id: Option<String>,
    /// `None` if its header does not read.
    pub(crate) claims: Option<Claims>,
    pub(crate) pin: Option<PinState>,
    /// The newest generation that this machine has seen.
    pub(crate) pinned_generation: Option<u64>,
    /// Until when the kernel holds the key.
    pub(crate) unlocked_until: Option<Timestamp>,
    /// The key that was found: not always the right one.
    pub(crate) key: Option<StoreKey>,
    /// Whether it opens the store; `None` where that cannot be told.
    pub(crate) opens: Option<bool>,
    /// Where a key was looked for in vain.
    pub(crate) tried: Vec<String>,
    /// `None` unless everything is right.
    pub(crate) content: Option<Content>,
    /// Newest first.
    pub(crate) backups: Vec<Backup>,
    /// The first thing that is wrong.
    pub(crate) problem: Option<Error>,
}

/// What is inside.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) connections: usize,
    pub(crate) created_at: Timestamp,
    pub(crate) at_home: bool,
    /// Of which store it holds some connections.
    pub(crate) copy_of: Option<String>,
}

/// Looks at a store from outside inwards, as far as it goes.
///
/// # Errors
///
/// `Missing` if there is nothing at all to look at. What else is wrong is in [`Inspection::problem`].
pub(crate) fn inspect(session: &Session<'_>) -> Result<Inspection, Error> {
    let (place, backups) = (session.place(), session.place().backups());
    let (claims, unreadable) = match place.claims() {
        Err(error @ StoreError::Missing(_)) if backups.is_empty() => return Err(error.into()),
        Err(error) => (None, Some(error)),
        Ok(claims) => (Some(claims), None),
    };
    let store_id = place.store_id();
    let (pin, pinned_generation) =
        match claims.as_ref().and_then(|claims| claims.header.as_ref()).map(|header| place.pin_of(header)) {
            Some(Ok((pin, generation))) => (Some(pin), generation),
            _ => (None, None),
        };
    let (store, tried, no_key) = match for_recovery(session) {
        Ok(store) => (Some(store), Vec::new(), None),
        Err(Error::Store(StoreError::Locked { why, tried })) => {
            // The places are shown with the rest, and need not be said again.
            (None, tried, Some(StoreError::Locked { why, tried: Vec::new() }))
        }
        Err(Error::Store(error)) => (None, Vec::new(), Some(error)),
        Err(other) => return Err(other),
    };
    let read = store.as_ref().filter(|_| claims.is_some()).map(content);
    let opens = match &read {
        Some(Ok(_) | Err(StoreError::Foreign { .. } | StoreError::RolledBack { .. } | StoreError::Newer { .. })) => Some(true),
        Some(Err(StoreError::WrongKey { .. })) => Some(false),
        _ => None,
    };
    let (content, unsound) = match read {
        Some(Ok(content)) => (Some(content), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    // Without a key, that there is no signature is known all the same, and is the worse news.
    let unsigned = || match &claims {
        Some(Claims { header: None, .. }) => place.header().err(),
        _ => None,
    };
    let problem = unreadable.or(unsound).or_else(unsigned).or(no_key).map(Error::from);
    Ok(Inspection {
        unlocked_until: store_id.as_deref().and_then(key::unlocked_until),
        store_id,
        pin,
        pinned_generation,
        key: store.map(|store| store.key().clone()),
        opens,
        tried,
        content,
        backups,
        problem,
        claims,
    })
}

fn content(store: &Store) -> Result<Content, StoreError> {
    let view = store.read()?;
    let meta = view.meta()?;
    let at_home = store.is_at_home(&meta);
    Ok(Content { connections: view.connections()?.len(), created_at: meta.created_at, at_home, copy_of: meta.copy_of })
}

/// Checks everything there is to check.
pub(crate) fn verify(session: &Session<'_>) -> Result<Report, Error> {
    Ok(session.store()?.verify()?)
}

/// The store with its key, also where the file itself is damaged, gone, or was written by another tool: its id is then taken from a kept generation.
pub(crate) fn for_recovery(session: &Session<'_>) -> Result<Store, Error> {
    let place = session.place();
    let wanted = match place.header() {
        Ok(Some(header)) => Some(place.wanted(&header)),
        _ => place.store_id().map(|id| place.wanted_by_id(&id)),
    };
    let key = match wanted {
        Some(wanted) => session.with_sources(|sources| sources.find(&wanted))?,
        None => session.with_sources(|sources| {
            sources.given()?.ok_or_else(|| StoreError::Locked {
                why: "nothing says which store this is, so its key must be given".to_owned(),
                tried: Vec::new(),
            })
        })?,
    };
    Ok(session.opened(key))
}

/// Signs a store that was not signed by its key, or that went back, as it was shown. Says whether the last fsync went well.
pub(crate) fn accept(session: &Session<'_>, store: &Store, shown: &Difference, moved: bool) -> Result<bool, Error> {
    Ok(store.accept(shown.seen, &session.stamp(), moved)?.durable)
}

/// Puts a kept generation or a backup in the store's place, as it was shown. Says whether the last fsync went well.
pub(crate) fn restore(session: &Session<'_>, store: &Store, source: &Source, shown: &Difference) -> Result<bool, Error> {
    Ok(store.restore(source, shown.seen, &session.stamp())?.durable)
}

/// Whether another machine is the store's home: then nothing that works once is spent here.
pub(crate) fn is_copy(store: &Store) -> Result<bool, Error> {
    Ok(!store.is_at_home(&store.read()?.meta()?))
}

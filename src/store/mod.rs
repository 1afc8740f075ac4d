//! The store: one age-encrypted SQLite image, and what keeps it whole (design §5). It knows neither terminal nor network.

mod audit;
mod db;
mod error;
mod file;
mod header;
mod image;
pub(crate) mod key;
mod pin;
mod schema;
mod seal;
mod spool;

use std::path::{Path, PathBuf};

pub(crate) use audit::{Chain, EventQuery};
pub(crate) use db::{Db, HostRecord, Meta};
pub(crate) use error::Error;
pub(crate) use header::Header;
pub(crate) use key::StoreKey;

use crate::model::{ConnectionId, Stamp};

/// Where a store lies and where this machine keeps what it knows about it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The store file, links resolved.
    path: PathBuf,
    /// Pins, locks, spool, this machine's id.
    state: PathBuf,
    /// Whether the pin is looked at (`GITCONN_PIN=off` switches it off).
    pinned: bool,
}

impl Place {
    /// A place for a store. A symlink is resolved here, once: lock and temp then stand beside the real file.
    pub(crate) fn new(path: &Path, state: &Path, pinned: bool) -> Result<Self, Error> {
        todo!()
    }

    /// The store file, links resolved.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of what this machine knows.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// What the file's age header says of it without any key, or `None` where there is no file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is too large, or is no store of ours.
    pub(crate) fn header(&self) -> Result<Option<Header>, Error> {
        todo!()
    }

    /// The passphrase-protected key beside the store: `STORE.key.age`.
    pub(crate) fn key_file(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".key.age");
        PathBuf::from(name)
    }
}

/// Whether a save keeps the file it replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Keeps it as a generation (three are kept).
    Generation,
    /// Only events, statuses or cached tokens change: keeps none, so that the useful ones are not pushed out.
    Nothing,
}

/// A change that is on disk.
#[derive(Debug)]
#[must_use]
pub(crate) struct Saved<T> {
    pub(crate) value: T,
    /// False after an error on the very last fsync: the new content is there, but may not survive a power loss.
    pub(crate) durable: bool,
}

/// A store with the key that opens it.
#[derive(Debug)]
pub(crate) struct Store {
    place: Place,
    key: StoreKey,
}

/// One moment's content, read without a lock. Changes made to it are not saved.
pub(crate) struct View {
    db: Db,
    header: Header,
}

impl std::ops::Deref for View {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl View {
    /// The verified header of the file that was read.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }
}

impl Store {
    /// Makes a new store at a place where there is none, with an event `store.created`.
    pub(crate) fn create(place: Place, key: StoreKey, store_id: &str, stamp: &Stamp) -> Result<Self, Error> {
        todo!()
    }

    /// A store that exists. Nothing is read yet.
    pub(crate) fn new(place: Place, key: StoreKey) -> Self {
        Self { place, key }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn key(&self) -> &StoreKey {
        &self.key
    }

    /// Reads the store: pin, file, caps, decrypt, signature, pin, hostile-image checks.
    pub(crate) fn read(&self) -> Result<View, Error> {
        todo!()
    }

    /// Changes the store under its lock: read again, merge the spool, change, save. Nothing is saved if `change` fails.
    ///
    /// `E` is the caller's own error; the store's convert into it.
    pub(crate) fn change<T, E: From<Error>>(
        &self,
        stamp: &Stamp,
        keep: Keep,
        change: impl FnOnce(&Db) -> Result<T, E>,
    ) -> Result<Saved<T>, E> {
        todo!()
    }

    /// Notes that a connection was used. Never makes anyone wait and never fails: it tries the lock once; busy, failing, read-only, or used
    /// for the same within the last minute → it goes to the spool in the state directory, which the next save merges.
    pub(crate) fn note_use(
        &self,
        view: &View,
        connection: &ConnectionId,
        purpose: crate::model::Purpose,
        repository: Option<&str>,
        stamp: &Stamp,
    ) {
        todo!()
    }
}

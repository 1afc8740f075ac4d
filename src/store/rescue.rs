//! Tokens that a provider has handed out and that could not be saved: the store's file system is full or read-only, its lock stays busy. The old
//! ones are spent by then, so these are put beside the store, or else into the state directory, until a save takes them in.
//!
//! A rescued file is an age file to the store key (`age -d -i key FILE` shows what is in it), signed as the store is: anybody can encrypt to
//! the store's public key, and must not be able to slip another token under a connection. The name that is signed is the connection's, so
//! that no file passes for that of another connection, nor for a store.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::file::{self, Replaced};
use super::{Error, Store, StoreKey, header, seal};
use crate::model::ConnectionId;
use crate::secret::Secret;

/// The largest file that is written or read, in bytes: a pair of tokens has a few thousand.
const MOST: u64 = 1 << 20;
/// What is signed as the generation: these files have none.
const GENERATION: u64 = 1;

/// What was rescued for a connection.
#[derive(Debug)]
pub(crate) struct Rescued {
    pub(crate) payload: Secret,
    /// Where it lies.
    pub(crate) path: PathBuf,
}

impl Store {
    /// Writes what could not be saved beside the store, or where that fails into the state directory, in place of what was rescued for this
    /// connection before. Returns where it is. Only under the connection's lock, or for a connection that nobody knows yet.
    ///
    /// # Errors
    ///
    /// Why it could not be written beside the store, if it could be written nowhere.
    pub(crate) fn rescue(&self, store_id: &str, id: &ConnectionId, payload: &Secret) -> Result<PathBuf, Error> {
        let [beside, state] = self.rescue_places(store_id, id)?;
        self.must_write()?;
        let sealed = seal::seal(&self.key, &[], id.as_str(), GENERATION, payload.expose().as_bytes(), &beside)?.file;
        if sealed.len() as u64 > MOST {
            let source = io::Error::new(io::ErrorKind::FileTooLarge, "it would be larger than 1 MiB");
            return Err(Error::Io { path: beside, what: "written", source });
        }
        let first = write(&beside, &sealed);
        if let Ok(true) = first {
            return Ok(beside);
        }
        // It is not there, or may not survive a power loss. The store's own directory is not made: where it is missing, something else is
        // about to be mounted there.
        let directory = file::directory(&state);
        let second = file::make_directory(directory).and_then(|()| write(&state, &sealed));
        let _ = file::sync_directory(file::directory(directory));
        match (first, second) {
            (Err(_), Ok(_)) | (_, Ok(true)) => Ok(state),
            (Ok(_), _) => Ok(beside),
            (Err(error), Err(_)) => Err(error),
        }
    }

    /// Whether anything was rescued for a connection. Reads nothing: every use of a connection asks.
    pub(crate) fn has_rescued(&self, store_id: &str, id: &ConnectionId) -> bool {
        self.rescue_places(store_id, id).is_ok_and(|places| places.iter().any(|path| is_file(path)))
    }

    /// What was rescued for a connection; the newest if it lies in both places. It may be older than what the store holds: a file that was removed
    /// can come back.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] for what does not decrypt with the store's key, [`Error::Foreign`] for what it did not sign.
    pub(crate) fn rescued(&self, store_id: &str, id: &ConnectionId) -> Result<Option<Rescued>, Error> {
        let places = self.rescue_places(store_id, id)?.into_iter().filter(|path| is_file(path));
        // Of two of the same age the one beside the store.
        let newest = places.rev().max_by_key(|path| fs::symlink_metadata(path).and_then(|facts| facts.modified()).ok());
        let Some(path) = newest else { return Ok(None) };
        match self.open_rescued(&path, id) {
            Ok(payload) => Ok(Some(Rescued { payload, path })),
            // Another process has saved and removed it just now.
            Err(Error::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes what was rescued for a connection: the store holds it, or something newer.
    pub(crate) fn forget_rescued(&self, store_id: &str, id: &ConnectionId) -> Result<(), Error> {
        let mut result = Ok(());
        for path in self.rescue_places(store_id, id)?.iter().filter(|path| is_file(path)) {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    result = result.and(Err(Error::io(path, "removed")(error)));
                }
                _ => drop(file::sync_directory(file::directory(path))),
            }
        }
        result
    }

    /// All that was rescued and not taken in yet, with the connections' ids.
    pub(super) fn rescues(&self, store_id: &str) -> Vec<(PathBuf, String)> {
        let path = self.place.path();
        let beside = path.file_name().map(|name| format!("{}.rescue-", name.to_string_lossy())).unwrap_or_default();
        let state = self.place.state().join("rescue");
        let mut found = Vec::new();
        for (directory, start) in [(file::directory(path), beside), (&state, format!("{store_id}-"))] {
            let Ok(entries) = fs::read_dir(directory) else { continue };
            for path in entries.flatten().map(|entry| entry.path()).filter(|path| is_file(path)) {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if let Some(id) = name.strip_prefix(&start).filter(|id| header::is_store_id(id)).map(ToOwned::to_owned) {
                    found.push((path, id));
                }
            }
        }
        found.sort();
        found
    }

    /// Beside the store, and in the state directory.
    fn rescue_places(&self, store_id: &str, id: &ConnectionId) -> Result<[PathBuf; 2], Error> {
        let state = self.place.of_connection("rescue", store_id, id)?;
        Ok([file::beside(self.place.path(), &format!(".rescue-{id}")), state])
    }

    fn open_rescued(&self, path: &Path, id: &ConnectionId) -> Result<Secret, Error> {
        let file = file::read(path, MOST)?;
        let scan = header::scan(&file, path)?;
        // It is signed under the connection's name, so whose the store's signature is says nothing here.
        let key = StoreKey { signer: None, ..self.key.clone() };
        let opening = seal::open(&key, file.as_slice(), file.len() as u64, scan, path);
        let mut opening = opening.map_err(|error| match error {
            Error::WrongKey { from, .. } => Error::damaged(path, format!("the key from {from} does not open it")),
            other => other,
        })?;
        let mut payload = Zeroizing::new(Vec::with_capacity(opening.length() + 1));
        // What fails here is said by `finish`.
        let _ = opening.read_to_end(&mut payload);
        let header = opening.finish(path)?.trusted.map_err(|why| Error::foreign(path, why.to_string()))?;
        if header.store_id != id.as_str() {
            return Err(Error::foreign(path, "it was rescued for another connection"));
        }
        let text = std::str::from_utf8(&payload).map_err(|_| Error::damaged(path, "there is no text in it"))?;
        Ok(Secret::from(text.to_owned()))
    }
}

/// Writes a file as a save does. Returns whether the last fsync went well.
fn write(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    file::sweep(path);
    file::replace(path, bytes, Replaced::Dropped)
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file())
}

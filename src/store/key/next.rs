//! The key that a store is about to get: put beside the present one, so that at no moment there is a store without a key that opens it.
//!
//! The file names the public half of its writer's key as signer. So whoever looks for the key of a file knows which of two it is, before asking for any
//! passphrase, and a re-keying that was cut off at any point is only a key that lies in another place.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::make::{KeyPlace, keep_in_keyring, unusable};
use super::{Ask, Slot, Sources, StoreKey, file, keyring, passphrase};
use crate::store::Error;

/// So many bytes of a signer stand in the name of a next key's file.
const NAMED: usize = 8;

/// Which store's key is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(super) store_id: String,
    /// Who signed the file, as it claims; `None` where that does not read.
    signer: Option<String>,
    /// The passphrase-protected key beside the store: `STORE.key.age`.
    main: PathBuf,
    /// The file of the next key, if it is there and is the one that signed the store.
    next: Option<PathBuf>,
    /// Where the key is, if that is known and is no place that is looked in.
    pub(super) told: Option<String>,
}

impl Wanted {
    pub(crate) fn new(store_id: &str, signer: Option<&str>, main: PathBuf) -> Self {
        let next = signer.and_then(|signer| next_file(&main, signer)).filter(|path| path.symlink_metadata().is_ok());
        Self { store_id: store_id.to_owned(), signer: signer.map(ToOwned::to_owned), main, next, told: None }
    }

    /// The same, with where the key is said to be.
    pub(crate) fn knowing(self, told: Option<String>) -> Self {
        Self { told, ..self }
    }

    pub(crate) fn store_id(&self) -> &str {
        &self.store_id
    }

    /// Whether a key is the one that signed the file; true where the file names nobody.
    pub(super) fn fits(&self, key: &StoreKey) -> bool {
        self.signer.is_none() || key.signer_of(&self.store_id).ok() == self.signer
    }

    /// The file under a passphrase that holds the key, and which of the two it is.
    pub(super) fn protected(&self) -> (&Path, Slot) {
        match &self.next {
            Some(next) => (next, Slot::ProtectedNext),
            None => (&self.main, Slot::Protected),
        }
    }
}

/// `STORE.key.age.next-0123456789abcdef`: the beginning of the signer, in hexadecimal.
fn next_file(main: &Path, signer: &str) -> Option<PathBuf> {
    use std::fmt::Write as _;
    let bytes = BASE64_STANDARD_NO_PAD.decode(signer).ok()?;
    let mut suffix = NEXT.to_owned();
    for byte in bytes.get(..NAMED)? {
        let _ = write!(suffix, "{byte:02x}");
    }
    let mut name = main.as_os_str().to_owned();
    name.push(suffix);
    Some(PathBuf::from(name))
}

/// What the name of a next key's file goes on with.
const NEXT: &str = ".next-";

/// The account of a store's next key in the desktop's keyring.
pub(super) fn next_account(store_id: &str) -> String {
    format!("{store_id}.next")
}

/// A new key, and where it goes.
pub(crate) struct Next {
    key: StoreKey,
    /// Where it is to live.
    place: KeyPlace,
    put: Put,
    wanted: Wanted,
}

/// Where it lies until the store has been saved with it.
enum Put {
    Keyring { account: String },
    File { path: PathBuf, content: Zeroizing<Vec<u8>> },
}

impl Next {
    /// Makes a key for a place, beside the `present` one if that is there. Asks for a new passphrase where one is needed; nothing is written yet.
    ///
    /// # Errors
    ///
    /// As [`super::keep`]. `KeyInTheWay` for a file beside the store that is not the present key's.
    pub(crate) fn prepare(
        place: KeyPlace,
        wanted: &Wanted,
        present: &StoreKey,
        sources: &Sources<'_>,
        at: Timestamp,
    ) -> Result<Self, Error> {
        let key = StoreKey::generate();
        let put = match &place {
            KeyPlace::Keyring { store_id } => {
                let held = keyring::read(store_id).map_err(|refusal| unusable(&place, refusal))?;
                Put::Keyring { account: if held.is_some() { next_account(store_id) } else { store_id.clone() } }
            }
            KeyPlace::Passphrase { file: main } => {
                let is_taken = main.symlink_metadata().is_ok();
                if is_taken && present.slot() != Slot::Protected {
                    file::refuse_taken(main)?;
                }
                let signer = key.signer_of(&wanted.store_id)?;
                let path = if is_taken { next_file(main, &signer) } else { None }.unwrap_or_else(|| main.clone());
                let asked = Ask::New { file: main.clone(), no_keyring: false };
                let passphrase = sources.passphrase(&asked)?.ok_or(Error::NoNewPassphrase)?;
                let content = passphrase::protect(&key.file_text(Some(at))?, &passphrase).map_err(|why| unusable(&place, why))?;
                Put::File { path, content: Zeroizing::new(content) }
            }
            KeyPlace::File { path } => {
                file::refuse_taken(path)?;
                Put::File { path: path.clone(), content: Zeroizing::new(key.file_text(Some(at))?.expose().as_bytes().to_vec()) }
            }
        };
        Ok(Self { key: key.found_in(place.to_string()), place, put, wanted: wanted.clone() })
    }

    /// The key of a store that was saved with it, and that still lies where only a re-keying leaves it.
    pub(crate) fn found(key: StoreKey, wanted: &Wanted) -> Option<Self> {
        let (place, put) = match (key.slot(), &wanted.next) {
            (Slot::KeyringNext, _) => {
                let account = next_account(&wanted.store_id);
                (KeyPlace::Keyring { store_id: wanted.store_id.clone() }, Put::Keyring { account })
            }
            (Slot::ProtectedNext, Some(next)) => (
                KeyPlace::Passphrase { file: wanted.main.clone() },
                Put::File { path: next.clone(), content: Zeroizing::default() },
            ),
            _ => return None,
        };
        Some(Self { key, place, put, wanted: wanted.clone() })
    }

    pub(crate) fn key(&self) -> &StoreKey {
        &self.key
    }

    /// Where it is to live.
    pub(crate) fn place(&self) -> &KeyPlace {
        &self.place
    }

    /// Puts the key where it lies until the store is saved with it, and reads it back. Only under the store's lock: what an attempt before has left is
    /// removed, and that is nobody's key then.
    pub(crate) fn put(&self) -> Result<(), Error> {
        match &self.put {
            Put::Keyring { account } => {
                if *account != self.wanted.store_id {
                    self.clear(account)?;
                }
                keep_in_keyring(&self.key, account, &self.place)
            }
            Put::File { path, content } => {
                self.sweep();
                file::make_directory_of(path)?;
                file::write_new(path, content)
            }
        }
    }

    /// Removes a next key that no store was ever saved with.
    fn clear(&self, account: &str) -> Result<(), Error> {
        let held = keyring::read(account).map_err(|refusal| unusable(&self.place, refusal))?;
        match held.map(|text| StoreKey::parse(text.expose(), "the keyring")) {
            Some(Ok(key)) if self.wanted.fits(&key) => {
                Err(unusable(&self.place, "it holds the store's present key as its next one"))
            }
            Some(_) => keyring::delete(account).map_err(|refusal| unusable(&self.place, refusal)),
            None => Ok(()),
        }
    }

    /// Removes files of next keys that no store was ever saved with.
    fn sweep(&self) {
        let (Some(directory), Some(main)) = (self.wanted.main.parent(), self.wanted.main.file_name()) else { return };
        let mut start = main.to_owned();
        start.push(NEXT);
        let Ok(entries) = std::fs::read_dir(directory) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let rest = name.as_encoded_bytes().strip_prefix(start.as_encoded_bytes());
            let is_one = rest.is_some_and(|rest| rest.len() == 2 * NAMED && rest.iter().all(u8::is_ascii_hexdigit));
            if is_one && Some(&entry.path()) != self.wanted.next.as_ref() && std::fs::remove_file(entry.path()).is_ok() {
                tracing::debug!("removed a key that no store was saved with");
            }
        }
    }

    /// Takes the key away again: no store was saved with it.
    pub(crate) fn take_back(&self) {
        let taken = match &self.put {
            Put::Keyring { account } => keyring::delete(account).map_err(|refusal| refusal.to_string()),
            Put::File { path, .. } => std::fs::remove_file(path).map_err(|error| error.to_string()),
        };
        if let Err(error) = taken {
            tracing::warn!(%error, "the new key was not taken away again");
        }
    }

    /// Gives the key its place, and does away with the old one where that was kept by this program. Only once the store has been read with it.
    pub(crate) fn settle(&self, old: Option<&StoreKey>) -> Result<(), Error> {
        let refused = |refusal: keyring::Refusal| unusable(&self.place, refusal);
        let main = &self.wanted.main;
        match &self.put {
            Put::Keyring { account } if *account != self.wanted.store_id => {
                let store_id = &self.wanted.store_id;
                keyring::write(store_id, &self.key.line()).map_err(refused)?;
                let again = keyring::read(store_id).map_err(refused)?;
                if !again.and_then(|text| StoreKey::parse(text.expose(), "").ok()).is_some_and(|again| again.is(&self.key)) {
                    return Err(unusable(&self.place, "it did not give back what was put in"));
                }
                keyring::delete(account).map_err(refused)?;
            }
            Put::File { path, .. } if matches!(self.place, KeyPlace::Passphrase { .. }) && path != main => {
                std::fs::rename(path, main).map_err(Error::io(main, "replaced"))?;
                file::sync_directory(main).map_err(Error::io(main, "made durable"))?;
            }
            Put::Keyring { .. } | Put::File { .. } => {}
        }
        match (old.map(StoreKey::slot), &self.place) {
            (Some(Slot::Keyring), KeyPlace::Passphrase { .. } | KeyPlace::File { .. }) => {
                keyring::delete(&self.wanted.store_id).map_err(refused)
            }
            (Some(Slot::Protected), KeyPlace::Keyring { .. } | KeyPlace::File { .. }) => match std::fs::remove_file(main) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(main, "removed")(error)),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The key that lies in the place that this one is to have, if it is another and can be had: that of kept generations.
    pub(crate) fn before(&self, sources: &Sources<'_>) -> Option<StoreKey> {
        let held = match &self.place {
            KeyPlace::Keyring { store_id } => {
                keyring::read(store_id).ok()?.and_then(|text| StoreKey::parse(text.expose(), "the keyring").ok())
            }
            KeyPlace::Passphrase { file } => sources.open_protected(file).ok()?,
            KeyPlace::File { .. } => None,
        };
        held.filter(|held| !held.is(&self.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_next_key_is_found_by_who_signed_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("store.age.key.age");
        let (old, new) = (StoreKey::generate(), StoreKey::generate());
        let [was, is] = [&old, &new].map(|key| key.signer_of("store-1").unwrap());
        let next = next_file(&main, &is).unwrap();
        let name = next.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(name.starts_with("store.age.key.age.next-") && name.len() == "store.age.key.age.next-".len() + 16, "{name}");
        assert_ne!(next_file(&main, &was), Some(next.clone()));
        file::write_new(&next, b"sealed").unwrap();
        let place = |signer: Option<&str>| {
            let wanted = Wanted::new("store-1", signer, main.clone());
            let (path, slot) = wanted.protected();
            (path.to_owned(), slot)
        };
        assert_eq!(place(Some(&is)), (next, Slot::ProtectedNext));
        assert_eq!(place(Some(&was)), (main.clone(), Slot::Protected));
        assert_eq!(place(None), (main.clone(), Slot::Protected));
        let wanted = Wanted::new("store-1", Some(&is), main);
        assert!(wanted.fits(&new) && !wanted.fits(&old));
    }
}

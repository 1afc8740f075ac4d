//! Making a key: it is put where it is to live and read back there before anything is encrypted to it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::sources::KEYRING;
use super::{Ask, Sources, StoreKey, file, keyring, passphrase};
use crate::env::name;
use crate::store::Error;

/// Where a key is to live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyPlace {
    /// The desktop's keyring.
    Keyring { store_id: String },
    /// A file protected by a passphrase: `STORE.key.age`.
    Passphrase { file: PathBuf },
    /// A plain key file that only its owner can read.
    File { path: PathBuf },
}

impl std::fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Keyring { .. } => f.write_str(KEYRING),
            Self::Passphrase { file: path } | Self::File { path } => write!(f, "`{}`", path.display()),
        }
    }
}

/// A key that lives somewhere now.
#[derive(Debug)]
#[must_use]
pub(crate) struct Made {
    pub(crate) key: StoreKey,
    pub(crate) place: KeyPlace,
}

impl Made {
    /// Takes the key away again, because the store it was made for did not come about. A second try then finds the place free.
    pub(crate) fn discard(self) -> Result<(), Error> {
        match &self.place {
            KeyPlace::Keyring { store_id } => keyring::delete(store_id).map_err(|refusal| unusable(&self.place, refusal)),
            KeyPlace::Passphrase { file: path } | KeyPlace::File { path } => {
                std::fs::remove_file(path).map_err(|source| Error::Io { path: path.clone(), what: "removed", source })
            }
        }
    }
}

/// Makes a new key in one place.
pub(crate) fn make(place: KeyPlace, sources: &Sources, at: Timestamp) -> Result<Made, Error> {
    keep(StoreKey::generate(), place, sources, at)
}

/// Makes a new key where this machine can keep it: in its keyring, else under a passphrase, if one can be had.
///
/// # Errors
///
/// `NoKeyPlace`, with what each place answered, if there is none: never a key that lies about in plain text.
pub(crate) fn make_anywhere(store_id: &str, protected: &Path, sources: &Sources, at: Timestamp) -> Result<Made, Error> {
    // One key for both tries: a keyring that answers too late then holds the right key, not a wrong one.
    let key = StoreKey::generate();
    let refusal = match keep(key.clone(), KeyPlace::Keyring { store_id: store_id.to_owned() }, sources, at) {
        Ok(made) => return Ok(made),
        Err(Error::UnusablePlace { why, .. }) => why,
        Err(error) => return Err(error),
    };
    if sources.has_passphrase() {
        return keep_protected(&key, protected, true, sources, at);
    }
    Err(Error::NoKeyPlace {
        tried: vec![
            format!("{KEYRING}: {refusal}"),
            format!("a passphrase: nobody can be asked for one, and {} is not set", name::PASSPHRASE_FILE),
            format!("--key-file, {} and {}: not set", name::KEY_FILE, name::KEY),
        ],
    })
}

/// Puts a key into a place that has none yet, and reads it back there.
///
/// # Errors
///
/// `KeyInTheWay` if the place is taken, `UnusablePlace` if it refuses, `Cancelled` if no passphrase was given, `Io`. Nothing is left behind then.
pub(crate) fn keep(key: StoreKey, place: KeyPlace, sources: &Sources, at: Timestamp) -> Result<Made, Error> {
    match &place {
        KeyPlace::Keyring { store_id } => keep_in_keyring(&key, store_id, &place)?,
        KeyPlace::Passphrase { file: path } => return keep_protected(&key, path, false, sources, at),
        KeyPlace::File { path } => file::write_new(path, key.file_text(Some(at))?.expose().as_bytes())?,
    }
    Ok(Made { key: key.found_in(place.to_string()), place })
}

/// Puts a key under a new passphrase. `no_keyring`: nobody chose that, but there is no keyring.
fn keep_protected(key: &StoreKey, path: &Path, no_keyring: bool, sources: &Sources, at: Timestamp) -> Result<Made, Error> {
    let place = KeyPlace::Passphrase { file: path.to_owned() };
    // Said before a person types a passphrase for nothing; what really holds is `write_new`.
    file::refuse_taken(path)?;
    let passphrase = sources.passphrase(&Ask::New { file: path.to_owned(), no_keyring })?;
    let passphrase = passphrase.ok_or(Error::NoNewPassphrase)?;
    let sealed = passphrase::protect(&key.file_text(Some(at))?, &passphrase).map_err(|why| unusable(&place, why))?;
    file::make_directory_of(path)?;
    file::write_new(path, &sealed)?;
    Ok(Made { key: key.clone().found_in(place.to_string()), place })
}

pub(super) fn keep_in_keyring(key: &StoreKey, account: &str, place: &KeyPlace) -> Result<(), Error> {
    let refused = |refusal| unusable(place, refusal);
    if keyring::read(account).map_err(refused)?.is_some() {
        return Err(unusable(place, "it already holds a key for this store, and a key is never written over"));
    }
    keyring::write(account, &key.line()).map_err(refused)?;
    // Some keyrings take everything and keep nothing.
    let again = keyring::read(account).map_err(refused)?;
    match again.map(|text| StoreKey::parse(text.expose(), KEYRING)) {
        Some(Ok(again)) if again.is(key) => Ok(()),
        _ => {
            let _ = keyring::delete(account);
            Err(unusable(place, "it did not give back what was put in"))
        }
    }
}

pub(super) fn unusable(place: &KeyPlace, why: impl std::fmt::Display) -> Error {
    Error::UnusablePlace { place: place.to_string(), why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;
    use crate::secret::Secret;
    use crate::store::key::{Cancelled, Wanted};
    use std::cell::Cell;

    fn nothing() -> Env {
        Env::from_variables::<&str, &str>([])
    }

    #[test]
    fn a_key_file_opens_with_what_was_made_and_is_discarded_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let env = nothing();
        let place = KeyPlace::File { path: path.clone() };
        let made = make(place.clone(), &Sources::new(&env, None, None), Timestamp::UNIX_EPOCH).unwrap();
        let found = Sources::new(&env, Some(("--key-file", &path)), None).given().unwrap().unwrap();
        assert!(found.is(&made.key));
        assert_eq!(made.key.from(), format!("`{}`", path.display()));
        let second = make(place, &Sources::new(&env, None, None), Timestamp::UNIX_EPOCH);
        assert!(matches!(second, Err(Error::KeyInTheWay { .. })));
        assert!(
            Sources::new(&env, Some(("--key-file", &path)), None).given().unwrap().unwrap().is(&found),
            "the first one is untouched"
        );
        made.discard().unwrap();
        assert!(!path.exists());
    }

    /// One encryption and two decryptions at full cost.
    #[test]
    fn a_protected_key_is_found_by_a_person_who_mistypes_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/store.age.key.age");
        let env = nothing();
        let asked = Cell::new(0);
        let person = |ask: &Ask| {
            asked.set(asked.get() + 1);
            Ok(Secret::from(match ask {
                Ask::New { file, .. } if *file == path => "right".to_owned(),
                Ask::Open { file, attempt } if *file == path && *attempt == asked.get() - 1 => {
                    if *attempt == 1 {
                        "wrong".to_owned()
                    } else {
                        "right".to_owned()
                    }
                }
                other => panic!("asked for {other:?}"),
            }))
        };
        let sources = Sources::new(&env, None, Some(&person));
        let made = make(KeyPlace::Passphrase { file: path.clone() }, &sources, Timestamp::UNIX_EPOCH).unwrap();
        let found = sources.find(&Wanted::new("test-of-a-protected-key", None, path.clone())).unwrap();
        assert!(found.is(&made.key));
        assert_eq!(found.from(), format!("`{}`", path.display()));
        assert_eq!(asked.get(), 3);
    }

    #[test]
    fn nobody_is_asked_for_the_passphrase_of_a_file_that_is_there_already() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.age.key.age");
        file::write_new(&path, b"older").unwrap();
        let env = nothing();
        let nobody = |_: &Ask| -> Result<Secret, Cancelled> { panic!("asked") };
        let sources = Sources::new(&env, None, Some(&nobody));
        let error = make(KeyPlace::Passphrase { file: path.clone() }, &sources, Timestamp::UNIX_EPOCH).unwrap_err();
        assert!(error.to_string().contains("and a key is never written over"), "{error}");
        assert_eq!(file::read_encrypted(&path).unwrap().as_slice(), b"older");
    }

    #[test]
    fn no_passphrase_means_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.age.key.age");
        let place = || KeyPlace::Passphrase { file: path.clone() };
        let env = nothing();
        let refuses = |_: &Ask| Err(Cancelled);
        let empty = |_: &Ask| Ok(Secret::from(String::new()));
        for person in [&refuses as crate::store::key::Asker, &empty] {
            let made = make(place(), &Sources::new(&env, None, Some(person)), Timestamp::UNIX_EPOCH);
            assert!(matches!(made, Err(Error::Cancelled)));
        }
        let made = make(place(), &Sources::new(&env, None, None), Timestamp::UNIX_EPOCH);
        assert!(matches!(made, Err(Error::NoNewPassphrase)));
        let broken = Env::from_variables([(name::PASSPHRASE_FILE, folder.path().join("none"))]);
        let made = make(place(), &Sources::new(&broken, None, Some(&refuses)), Timestamp::UNIX_EPOCH);
        assert!(matches!(made, Err(Error::KeyFile { flaw: file::Flaw::Absent, .. })));
        assert!(!Path::exists(&path));
    }
}

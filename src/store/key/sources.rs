//! Where the key is looked for, and in which order: the first place that is set decides (design §5, Key).

use std::path::{Path, PathBuf};

use super::kernel::Refusal as Kernel;
use super::next::{Wanted, next_account};
use super::passphrase::{self, Refused};
use super::{Slot, StoreKey, file, kernel, keyring};
use crate::env::{Env, name};
use crate::secret::Secret;
use crate::store::Error;

/// The desktop's keyring, in messages.
pub(super) const KEYRING: &str = "the keyring";
/// The kernel's keyring, in messages.
const KERNEL: &str = "the kernel's keyring";

/// How often a person may try a passphrase.
const ATTEMPTS: u32 = 3;

/// What a person is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The passphrase that opens this key file. `attempt` counts from 1; the one before was wrong.
    Open { file: PathBuf, attempt: u32 },
    /// A new passphrase for this key file: to be typed twice. `no_keyring`: nobody chose a passphrase, but a new store found no keyring
    /// for its key.
    New { file: PathBuf, no_keyring: bool },
}

/// The person did not want to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cancelled;

/// Asks a person. An empty answer counts as none.
pub(crate) type Asker<'a> = &'a dyn Fn(&Ask) -> Result<Secret, Cancelled>;

/// Everything that can give a key.
pub(crate) struct Sources<'a> {
    env: &'a Env,
    key_file: Option<(&'a str, &'a Path)>,
    asker: Option<Asker<'a>>,
}

impl std::fmt::Debug for Sources<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources").field("key_file", &self.key_file).field("asks", &self.asker.is_some()).finish_non_exhaustive()
    }
}

impl<'a> Sources<'a> {
    /// `key_file` is the key file that was set, with what set it (`--key-file`); `asker` is `None` where nobody can be asked.
    pub(crate) fn new(env: &'a Env, key_file: Option<(&'a str, &'a Path)>, asker: Option<Asker<'a>>) -> Self {
        Self { env, key_file, asker }
    }

    /// The key that was handed to this run: `--key-file`, `GITCONN_KEY_FILE`, `GITCONN_KEY`. Touches nothing but the file.
    ///
    /// # Errors
    ///
    /// `KeyFile` or `BadKey` if the first of them that is set is no good: the next is not tried.
    pub(crate) fn given(&self) -> Result<Option<StoreKey>, Error> {
        let from_variable = || self.env.os(name::KEY_FILE).map(Path::new);
        let key_file = self.key_file.or_else(|| Some((name::KEY_FILE, from_variable()?)));
        if let Some((source, path)) = key_file {
            let from = format!("{source} `{}`", path.display());
            return match file::read_private(path) {
                Ok(bytes) => StoreKey::from_bytes(&bytes, &from).map(Some),
                Err(flaw) => Err(Error::KeyFile { from, path: path.to_owned(), flaw }),
            };
        }
        let Some(text) = self.env.os(name::KEY) else { return Ok(None) };
        match text.to_str() {
            Some(text) => StoreKey::parse(text, name::KEY).map(Some),
            None => Err(Error::BadKey { from: name::KEY.to_owned(), why: "it is not text".to_owned() }),
        }
    }

    /// The key of a store that exists.
    ///
    /// # Errors
    ///
    /// `BadKey` from a source that was set and is no good; `Cancelled`; `Locked`, with what each source answered, if none has it.
    pub(crate) fn find(&self, wanted: &Wanted) -> Result<StoreKey, Error> {
        // The kernel answers in microseconds, also where the desktop's bus is silent: who has unlocked the store never waits for it.
        self.search(wanted, |search| search.kernel(kernel::find(&wanted.store_id)))
    }

    /// The same without the kernel's keyring: what it holds for a while must not be the reason that it holds it for longer.
    pub(crate) fn find_outside_kernel(&self, wanted: &Wanted) -> Result<StoreKey, Error> {
        self.search(wanted, |search| {
            search.tried.push(format!("{KERNEL}: not asked, its key is what is to be put there anew"));
            None
        })
    }

    fn search(&self, wanted: &Wanted, ask_kernel: impl FnOnce(&mut Search) -> Option<StoreKey>) -> Result<StoreKey, Error> {
        if let Some(key) = self.given()? {
            return Ok(key);
        }
        let mut search = Search { tried: vec![format!("--key-file, {} and {}: not set", name::KEY_FILE, name::KEY)], why: None };
        if let Some(key) = ask_kernel(&mut search) {
            return Ok(key);
        }
        // A store that was re-keyed has its new key elsewhere than its old one was.
        let other = match search.keyring(keyring::read(&wanted.store_id)) {
            Some(key) if wanted.fits(&key) => return Ok(key.in_slot(Slot::Keyring)),
            Some(key) => {
                let next = keyring::read(&next_account(&wanted.store_id)).ok().flatten();
                match next.and_then(|text| usable(&text, KEYRING).ok()).filter(|next| wanted.fits(next)) {
                    Some(next) => return Ok(next.in_slot(Slot::KeyringNext)),
                    None => Some(key.in_slot(Slot::Keyring)),
                }
            }
            None => None,
        };
        let (protected, slot) = wanted.protected();
        match (self.protected(protected)?, other) {
            (Opened::Key(key), other) => {
                let key = key.in_slot(slot);
                // Where none of them fits, the first one is what there is something to say about.
                Ok(if wanted.fits(&key) { key } else { other.unwrap_or(key) })
            }
            (Opened::Absent | Opened::NobodyToAsk, Some(other)) => Ok(other),
            (Opened::Absent, None) => {
                search.tried.push(format!("`{}`: there is no such file", protected.display()));
                search.why = wanted.told.clone().or(search.why);
                Err(search.locked())
            }
            (Opened::NobodyToAsk, None) => {
                let nobody = format!("nobody can be asked for the passphrase, and {} is not set", name::PASSPHRASE_FILE);
                search.tried.push(format!("`{}`: {nobody}", protected.display()));
                search.why = Some(nobody);
                Err(search.locked())
            }
        }
    }

    /// The key under a passphrase in this file, if it is there and somebody knows the passphrase.
    pub(super) fn open_protected(&self, path: &Path) -> Result<Option<StoreKey>, Error> {
        match self.protected(path)? {
            Opened::Key(key) => Ok(Some(key)),
            Opened::Absent | Opened::NobodyToAsk => Ok(None),
        }
    }

    /// The key under a passphrase.
    fn protected(&self, path: &Path) -> Result<Opened, Error> {
        // A dangling symlink is there, and is a fault.
        if path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return Ok(Opened::Absent);
        }
        let from = format!("`{}`", path.display());
        let bad = |why: String| Error::BadKey { from: from.clone(), why };
        let sealed = file::read_encrypted(path).map_err(|flaw| bad(flaw.to_string()))?;
        for attempt in 1..=ATTEMPTS {
            let Some(passphrase) = self.passphrase(&Ask::Open { file: path.to_owned(), attempt })? else {
                return Ok(Opened::NobodyToAsk);
            };
            match passphrase::open(&sealed, &passphrase) {
                Ok(text) => return StoreKey::from_bytes(&text, &from).map(Opened::Key),
                Err(Refused::File(why)) => return Err(bad(why)),
                // The file will not say anything else the next time.
                Err(Refused::Passphrase) if self.passphrase_file().is_some() => {
                    return Err(bad(format!("the passphrase in {} is wrong", name::PASSPHRASE_FILE)));
                }
                Err(Refused::Passphrase) => {}
            }
        }
        Err(bad(format!("the passphrase was wrong {ATTEMPTS} times")))
    }

    /// A passphrase from the file that is set, else from a person, else none.
    pub(super) fn passphrase(&self, ask: &Ask) -> Result<Option<Secret>, Error> {
        if let Some(path) = self.passphrase_file() {
            let from = || format!("{} `{}`", name::PASSPHRASE_FILE, path.display());
            let unfit = |flaw| Error::KeyFile { from: from(), path: path.to_owned(), flaw };
            return file::read_passphrase(path).map(Some).map_err(unfit);
        }
        let Some(asker) = self.asker else { return Ok(None) };
        match asker(ask) {
            Ok(passphrase) if !passphrase.expose().is_empty() => Ok(Some(passphrase)),
            _ => Err(Error::Cancelled),
        }
    }

    /// Whether a passphrase can be had at all.
    pub(super) fn has_passphrase(&self) -> bool {
        self.asker.is_some() || self.passphrase_file().is_some()
    }

    fn passphrase_file(&self) -> Option<&'a Path> {
        self.env.os(name::PASSPHRASE_FILE).map(Path::new)
    }
}

enum Opened {
    Key(StoreKey),
    Absent,
    NobodyToAsk,
}

/// What a keyring held as a key, or in words why it is none.
fn usable(text: &Secret, from: &str) -> Result<StoreKey, String> {
    StoreKey::parse(text.expose(), from).map_err(|error| match error {
        Error::BadKey { why, .. } => format!("what it holds for this store is no key: {why}"),
        error => error.to_string(),
    })
}

/// What was tried so far, for someone who has to find out why nothing opens.
struct Search {
    tried: Vec<String>,
    /// The answer that most likely explains it.
    why: Option<String>,
}

impl Search {
    fn keyring(&mut self, answer: Result<Option<Secret>, keyring::Refusal>) -> Option<StoreKey> {
        let said = match answer {
            Ok(Some(text)) => match usable(&text, KEYRING) {
                Ok(key) => return Some(key),
                Err(why) => why,
            },
            Ok(None) => "it holds no key for this store".to_owned(),
            Err(refusal) => {
                if matches!(refusal, keyring::Refusal::Locked(_) | keyring::Refusal::Silent) {
                    self.why = Some(format!("{KEYRING} may have the key, but {refusal}"));
                }
                refusal.to_string()
            }
        };
        self.tried.push(format!("{KEYRING}: {said}"));
        None
    }

    fn kernel(&mut self, answer: Result<kernel::Held, Kernel>) -> Option<StoreKey> {
        let said = match answer {
            Ok(held) => match usable(&held.text, KERNEL) {
                Ok(key) => return Some(key.in_slot(Slot::Kernel)),
                Err(why) => why,
            },
            Err(Kernel::Nothing) => "it holds no key for this store".to_owned(),
            Err(Kernel::Expired) => "it held the key, and the time for that is over".to_owned(),
            Err(Kernel::Failed(why)) => why,
        };
        self.tried.push(format!("{KERNEL}: {said}"));
        None
    }

    fn locked(self) -> Error {
        let why = self.why.unwrap_or_else(|| "its key was found nowhere".to_owned());
        Error::Locked { why, tried: self.tried }
    }
}

#[cfg(unix)]
#[cfg(test)]
#[path = "sources_tests.rs"]
mod tests;

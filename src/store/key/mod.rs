//! The store's key: what it is. The other files here say where it lives and how it is found (design §5, Key).
//!
//! None of this knows a terminal: whoever has one hands in an [`Asker`].

mod file;
#[cfg(target_os = "linux")]
mod kernel;
#[cfg(not(target_os = "linux"))]
#[path = "kernel_absent.rs"]
mod kernel;
mod keyring;
mod make;
mod next;
mod passphrase;
#[cfg(all(test, target_os = "linux"))]
#[path = "permitted_tests.rs"]
mod permitted;
mod sources;
mod text;
mod unlock;

use age::x25519::Identity;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::Error;
use crate::secret::Secret;

pub(crate) use file::Flaw;
pub(crate) use keyring::{answers as keyring_answers, delete_of, read_of};
pub(crate) use make::{KeyPlace, Made, keep, make, make_anywhere};
pub(crate) use next::{Next, Wanted};
pub(crate) use sources::{Ask, Asker, Cancelled, Sources};
pub(crate) use unlock::{USUAL, check_time, lock, unlock, unlocked_until};

/// A public key (`age1…`) in its one spelling; `None` for what is none.
pub(crate) fn public(text: &str) -> Option<String> {
    super::seal::recipient(text).map(|recipient| recipient.to_string())
}

/// The key that opens a store, with where it came from (`GITCONN_KEY`, `the keyring`, …).
#[derive(Debug, Clone)]
pub(crate) struct StoreKey {
    /// The canonical `AGE-SECRET-KEY-1…`.
    pub(in crate::store) identity: Secret,
    /// For messages.
    pub(in crate::store) from: String,
    /// The writer's public key, for a reader's key that came with one: the text after `gitconn-signer:`, not yet judged.
    pub(in crate::store) signer: Option<String>,
    /// Which of the places it was found in.
    pub(in crate::store) slot: Slot,
}

/// The places that a key is found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// It was handed to this run: a file, a variable; or it was made by it.
    Given,
    /// The kernel's keyring.
    Kernel,
    /// The desktop's keyring, for this store.
    Keyring,
    /// There, as the next key of this store: it was re-keyed, and that was not finished.
    KeyringNext,
    /// The file beside the store, under a passphrase.
    Protected,
    /// The file of the next key.
    ProtectedNext,
}

impl StoreKey {
    /// A new key.
    pub(crate) fn generate() -> Self {
        let identity = Secret::from(Identity::generate().to_string());
        Self { identity, from: "this run".to_owned(), signer: None, slot: Slot::Given }
    }

    /// The one key in a text: the bare key, or an age key file with comments. A signer may stand after the key or in a comment.
    ///
    /// # Errors
    ///
    /// `BadKey` naming `from`, if the text holds no key, several, or something that only looks like one. The text is not shown.
    pub(crate) fn parse(text: &str, from: &str) -> Result<Self, Error> {
        match text::parse(text) {
            Ok((identity, signer)) => Ok(Self { identity, from: from.to_owned(), signer, slot: Slot::Given }),
            Err(why) => Err(Error::BadKey { from: from.to_owned(), why }),
        }
    }

    /// The public half, `age1…`: what a store is encrypted to.
    ///
    /// # Errors
    ///
    /// `BadKey` if the identity is no X25519 key, which `parse` and `generate` rule out.
    pub(crate) fn recipient(&self) -> Result<String, Error> {
        match self.identity.expose().parse::<Identity>() {
            Ok(identity) => Ok(identity.to_public().to_string()),
            Err(why) => Err(Error::BadKey { from: self.from.clone(), why: why.to_owned() }),
        }
    }

    /// As whom it signs a store: the public half of its writer key there.
    pub(crate) fn signer_of(&self, store_id: &str) -> Result<String, Error> {
        super::seal::signer(self, store_id)
    }

    /// The same key as a reader's, who believes this writer.
    pub(crate) fn reading(self, signer: &str) -> Self {
        Self { signer: Some(signer.to_owned()), ..self }
    }

    /// Where the key came from, for messages.
    pub(crate) fn from(&self) -> &str {
        &self.from
    }

    /// The text of a key file as `age-keygen` writes it.
    fn file_text(&self, created: Option<Timestamp>) -> Result<Secret, Error> {
        let created = created.map(|at| format!("# created: {}\n", text::to_the_second(at))).unwrap_or_default();
        let public = format!("# public key: {}\n", self.recipient()?);
        let signer = self.signer.as_ref().map(|signer| format!("# {} {signer}\n", text::SIGNER)).unwrap_or_default();
        Ok(text::join(&[&created, &public, &signer, self.identity.expose(), "\n"]))
    }

    /// The key on one line, as `GITCONN_KEY` takes it and the keyring keeps it.
    pub(crate) fn line(&self) -> Secret {
        match &self.signer {
            Some(signer) => text::join(&[self.identity.expose(), text::BEHIND.encode_utf8(&mut [0; 4]), signer]),
            None => self.identity.clone(),
        }
    }

    /// Whether the two are the same key. Only for keys that are both ours: it takes as long as they agree.
    fn is(&self, other: &Self) -> bool {
        self.identity.expose() == other.identity.expose()
    }

    /// The same key, found elsewhere.
    fn found_in(self, from: impl Into<String>) -> Self {
        Self { from: from.into(), ..self }
    }

    fn in_slot(self, slot: Slot) -> Self {
        Self { slot, ..self }
    }

    /// Which of the places it was found in.
    pub(crate) fn slot(&self) -> Slot {
        self.slot
    }

    /// Whether it is where only a re-keying that was cut off leaves it.
    pub(crate) fn is_unsettled(&self) -> bool {
        matches!(self.slot, Slot::KeyringNext | Slot::ProtectedNext)
    }

    /// Bytes of a key file as a key.
    fn from_bytes(bytes: &Zeroizing<Vec<u8>>, from: &str) -> Result<Self, Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text, from),
            Err(_) => Err(Error::BadKey { from: from.to_owned(), why: text::not_text(bytes).to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exported_key_is_read_back_with_its_signer() {
        let mut key = StoreKey::generate();
        key.signer = Some("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".to_owned());
        for text in [key.file_text(None).unwrap(), key.file_text(Some(Timestamp::UNIX_EPOCH)).unwrap(), key.line()] {
            let again = StoreKey::parse(text.expose(), "here").unwrap();
            assert!(again.is(&key));
            assert_eq!(again.signer.as_deref(), Some("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"));
            assert_eq!(again.from(), "here");
        }
    }

    #[test]
    fn a_key_file_is_what_age_keygen_writes() {
        let key = StoreKey::generate();
        let text = key.file_text(Some("2026-11-02T12:30:00.123Z".parse().unwrap())).unwrap();
        let lines: Vec<&str> = text.expose().lines().collect();
        assert_eq!(lines[0], "# created: 2026-11-02T12:30:00Z");
        assert_eq!(lines[1], format!("# public key: {}", key.recipient().unwrap()));
        assert_eq!(lines[2], key.identity.expose());
        assert_eq!(lines.len(), 3);
        assert!(text.expose().ends_with('\n'));
    }

    #[test]
    fn two_new_keys_differ_and_neither_shows_in_debug() {
        let (one, two) = (StoreKey::generate(), StoreKey::generate());
        assert!(!one.is(&two));
        assert!(one.is(&one.clone()));
        let shown = format!("{one:?}");
        assert!(!shown.to_ascii_uppercase().contains("AGE-SECRET"), "{shown}");
    }
}

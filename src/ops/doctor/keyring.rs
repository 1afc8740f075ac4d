//! Whether the keyring is where the store's key is, or would go.

use super::{Area, Finding, Place};
use crate::store::key::{Slot, keyring_answers};
use crate::store::{Error as StoreError, Store};

/// Asks the desktop's keyring only where somebody counts on it: a silent one costs three seconds.
pub(super) fn look(store: Option<&Store>, closed: Option<&crate::ops::Error>) -> Place {
    let unused = |why: &str| Place::new(Area::Keyring, why, Vec::new());
    match (store.map(Store::key), closed) {
        (Some(key), _) if key.is_unsettled() => {
            let what = format!("the store was re-keyed, and that was cut off: its key is {}, beside the old one", key.from());
            let finding = Finding::new(Area::Keyring, what, "the old key still stands where programs look first");
            Place::new(Area::Keyring, String::new(), vec![finding.command("gitconn store rekey")])
        }
        (Some(key), _) if key.slot() == Slot::Keyring => unused("it holds the store's key"),
        (Some(key), _) => unused(&format!("not needed: the key is from {}", key.from())),
        (None, Some(crate::ops::Error::Store(StoreError::Locked { .. })) | None) => answers(closed.is_some()),
        (None, Some(_)) => Place::unseen(Area::Keyring, "not asked: the key is not what is in the way"),
    }
}

fn answers(is_wanted: bool) -> Place {
    match keyring_answers() {
        Ok(()) => Place::new(Area::Keyring, "it answers", Vec::new()),
        Err(why) if is_wanted => {
            let what = format!("the keyring does not answer: {why}");
            let finding = Finding::new(Area::Keyring, what, "if the store's key is in it, the store stays closed");
            Place::new(Area::Keyring, String::new(), vec![finding.command("gitconn store info")])
        }
        Err(why) => Place::unseen(Area::Keyring, &format!("there is none ({why}): the first `connect` asks for a passphrase")),
    }
}

//! Who may write: the writer's key alone. A reader's opens the store by the writer's signature and never saves it (design §5, Writer).

use super::seal::Distrust;
use super::{Db, Error, Header, Store, StoreKey, note};

impl StoreKey {
    /// Whether the key only reads this store: it names another writer than itself. A key that names nobody is the writer's, or opens nothing.
    pub(crate) fn reads_only(&self, store_id: &str) -> bool {
        self.signer.as_ref().is_some_and(|signer| self.signer_of(store_id).ok().as_ref() != Some(signer))
    }
}

impl Store {
    /// Whether the key only reads the store. By what the file says of itself, which is enough for what a save checks again.
    pub(crate) fn is_reader(&self) -> bool {
        // The writer's key usually names nobody, and then no file has to be looked at.
        self.key.signer.is_some() && self.place.store_id().is_some_and(|id| self.key.reads_only(&id))
    }

    /// Fails for a reader's key, before anything is asked, locked or written.
    ///
    /// # Errors
    ///
    /// [`Error::Reader`].
    pub(crate) fn must_write(&self) -> Result<(), Error> {
        if self.is_reader() { Err(self.reads()) } else { Ok(()) }
    }

    fn reads(&self) -> Error {
        let is_copy = self.read().is_ok_and(|view| view.meta().is_ok_and(|meta| meta.copy_of.is_some()));
        Error::Reader { from: self.key.from.clone(), is_copy }
    }

    /// Fails for a key that would make itself the writer by signing this content: a reader's, also one that came without its signer.
    pub(super) fn may_sign(&self, db: &Db, store_id: &str) -> Result<(), Error> {
        if self.key.reads_only(store_id) || db.reader(&self.key.recipient()?)?.is_some() { Err(self.reads()) } else { Ok(()) }
    }

    /// Why a file is not believed. `recipients` is how many keys open it.
    pub(super) fn disbelieved(&self, why: &Distrust, recipients: usize) -> Error {
        let (from, path) = (self.key.from.clone(), self.place.path().to_owned());
        match why {
            Distrust::OtherSigner if self.key.signer.is_some() => Error::OtherSigner { from, path },
            // With several keys this may be a reader's that came without its signer. With one it is the store's own, and the file is another's.
            Distrust::OtherSigner if recipients > 1 => Error::NoSigner { from, path },
            Distrust::OtherSigner | Distrust::Flaw(_) => Error::foreign(&path, why.to_string()),
        }
    }

    /// Of a key that does not open the file: whether it is the one from before the store got a new key.
    pub(super) fn explain_key(&self, error: Error, claimed: Option<&Header>) -> Error {
        match (error, claimed) {
            (Error::WrongKey { from, path }, Some(claimed)) => match note::read(self.place.state(), claimed) {
                Some(now_in) => Error::Rekeyed { from, path, now_in },
                None => Error::WrongKey { from, path },
            },
            (error, _) => error,
        }
    }
}

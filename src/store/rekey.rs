//! A new key of the store's own (ARCHITECTURE.md, "How the key changes"): put in its place, the store saved with it and read back with it, and only then
//! the old one gone. Killed at any point, the store opens with one of the two, and both lie where they are looked for.

use std::fs;
use std::path::PathBuf;

use super::file::{self, Replaced};
use super::image::{self, Care};
use super::key::{KeyPlace, Next};
use super::seal;
use super::{Db, Error, Goal, Keep, KeysError, Loaded, NowIn, Store, note};
use crate::model::{EventKind, Reader, ReaderKind, Stamp};

/// A store that has a new key.
#[derive(Debug)]
pub(crate) struct Rekeyed {
    pub(crate) generation: u64,
    /// As whom the new key signs.
    pub(crate) signer: String,
    /// Whose keys name the old signer.
    pub(crate) readers: Vec<Reader>,
    /// The recovery key it was done with.
    pub(crate) recovered_by: Option<String>,
    /// False if the disk did not confirm the save: the old key is then still there.
    pub(crate) durable: bool,
    /// Kept generations that now open with the new key.
    pub(crate) resealed: Vec<PathBuf>,
    /// Kept generations and rescued tokens that only the old key opens.
    pub(crate) left: Vec<PathBuf>,
}

impl Store {
    /// Saves the store with a new key. The old one is as it was afterwards: see [`Next::settle`].
    ///
    /// # Errors
    ///
    /// [`KeysError`] where it cannot be done now, and then nothing has changed. After the store was saved, what fails is left for another run: the store
    /// opens with the new key.
    pub(crate) fn rekey(&self, next: &Next, stamp: &Stamp) -> Result<Rekeyed, Error> {
        self.place.require()?;
        file::check_directory(self.place.directory())?;
        let lock = self.lock()?;
        let is_reader = self.is_reader();
        if !is_reader {
            // Proves that the store can be saved; and uses that a save left over when it died are signed with the old key.
            let _ = self.change_under(&lock, stamp, Keep::Nothing, |db| self.nothing_waits(db))?;
        }
        let Loaded { db, header, .. } = self.load(Care::Whole)?;
        let recovered_by = if is_reader { Some(self.recovery(&db)?) } else { None };
        let readers = db.readers()?;
        let signer = next.key().signer_of(&header.store_id)?;
        next.put()?;
        let detail = match &recovered_by {
            Some(name) => format!("by the recovery key `{name}`: {}, in {}", next.key().recipient()?, next.place()),
            None => format!("{} → {}, in {}", self.key.recipient()?, next.key().recipient()?, next.place()),
        };
        let kind = EventKind::Store { what: "store.rekeyed".to_owned(), detail: Some(detail) };
        let generation = header.generation + 1;
        let goal = Goal { writer: next.key(), store_id: &header.store_id, generation, replaced: Replaced::Kept };
        let now_in = match next.place() {
            KeyPlace::File { path } => NowIn::File(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
            usual => NowIn::Usual(usual.to_string()),
        };
        let saved = note::write(self.place.state(), &header.store_id, &signer, &now_in)
            .and_then(|()| self.rewrite(db, goal, stamp, |db| db.record(stamp, None, &kind)));
        let ((), durable) = saved.inspect_err(|_| next.take_back())?;
        let proven = self.opened_by(next);
        let read = proven.load(Care::Whole)?;
        if read.header.generation != generation {
            return Err(Error::damaged(self.place.path(), "it is not what was just saved"));
        }
        let (resealed, mut left) = proven.reseal(self, &header.store_id);
        left.extend(self.rescues(&header.store_id).into_iter().map(|(path, _)| path));
        Ok(Rekeyed { generation, signer, readers, recovered_by, durable, resealed, left })
    }

    /// Finishes what a re-keying that was cut off has left: `self` opens with the new key. `old` is the key before, where it can be had.
    pub(crate) fn finish_rekey(&self, old: Option<&Self>) -> Result<Rekeyed, Error> {
        let _lock = self.lock()?;
        let Loaded { db, header, .. } = self.load(Care::Whole)?;
        let (resealed, left) = match old {
            Some(old) => self.reseal(old, &header.store_id),
            None => (Vec::new(), self.generations()),
        };
        let (generation, signer) = (header.generation, header.signer);
        Ok(Rekeyed { generation, signer, readers: db.readers()?, recovered_by: None, durable: true, resealed, left })
    }

    /// Fails unless the key is a recovery key of this store.
    pub(crate) fn may_recover(&self) -> Result<(), Error> {
        self.recovery(&self.load(Care::Schema)?.db).map(drop)
    }

    /// Whether the file is signed by the next key already, as it claims.
    pub(crate) fn is_rekeyed(&self, next: &Next) -> bool {
        let claimed = self.place.header().ok().flatten();
        claimed.is_some_and(|claimed| next.key().signer_of(&claimed.store_id).is_ok_and(|signer| signer == claimed.signer))
    }

    /// The same store with a new key.
    fn opened_by(&self, next: &Next) -> Self {
        Self { key: next.key().clone(), ..self.clone() }
    }

    /// The name of the recovery key that this one is.
    fn recovery(&self, db: &Db) -> Result<String, Error> {
        let (reader, from) = (db.reader(&self.key.recipient()?)?, self.key.from.clone());
        match reader {
            Some(reader) if reader.kind == ReaderKind::Recovery => Ok(reader.name.to_string()),
            Some(reader) => {
                Err(KeysError::NotRecovery { from, kind: reader.kind.id(), name: Some(reader.name.to_string()) }.into())
            }
            None => Err(KeysError::NotRecovery { from, kind: "reader's", name: None }.into()),
        }
    }

    /// Fails while new tokens wait in a file that only the present key opens.
    fn nothing_waits(&self, db: &Db) -> Result<(), Error> {
        let Some((path, id)) = self.rescues(&db.meta()?.store_id).into_iter().next() else { return Ok(()) };
        Err(KeysError::Rescued { path, name: db.find(&id)?.map(|connection| connection.name.to_string()) }.into())
    }

    /// Seals kept generations with this store's key that opened with `old`'s, which is about to go: they are the undo. What fails is left as it is.
    /// Second: those that were left.
    fn reseal(&self, old: &Self, store_id: &str) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let (mut resealed, mut left) = (Vec::new(), Vec::new());
        for path in self.generations() {
            if self.recover(&path).is_ok_and(|kept| kept.signed.is_ok()) {
                continue;
            }
            match self.reseal_one(old, &path, store_id) {
                Ok(()) => resealed.push(path),
                Err(error) => {
                    tracing::warn!(%error, "a kept generation still opens with the old key alone");
                    left.push(path);
                }
            }
        }
        (resealed, left)
    }

    fn reseal_one(&self, old: &Self, path: &std::path::Path, store_id: &str) -> Result<(), Error> {
        // A copy from before a migration is for the gitconn of then: in today's format it would be worth nothing.
        if !self.place.backups().iter().any(|backup| backup.path == path) {
            return Err(Error::damaged(path, "it is of an older format"));
        }
        let saved_at = fs::metadata(path).and_then(|facts| facts.modified());
        let kept = old.recover(path)?;
        let generation = kept.generation();
        kept.signed.map_err(|why| Error::foreign(path, why))?;
        if kept.store_id != store_id {
            return Err(Error::foreign(path, "it is of another store"));
        }
        kept.db.set_generation(generation, &self.key.signer_of(store_id)?)?;
        let mut sqlite = kept.db.sqlite;
        let image = image::serialize(&mut sqlite).map_err(Error::Sql)?;
        // To its writer alone: who reads the present store need not read those before it.
        let sealed = seal::seal(&self.key, &[], store_id, generation, image.bytes(), path)?;
        file::sweep(path);
        file::replace(path, &sealed.file, Replaced::Dropped)?;
        // When it was saved is what it is listed by.
        if let (Ok(at), Ok(file)) = (saved_at, file::private().write(true).open(path)) {
            let _ = file.set_modified(at);
        }
        Ok(())
    }
}

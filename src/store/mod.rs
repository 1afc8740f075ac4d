//! The store: one age-encrypted SQLite image, and what keeps it whole (design §5). It knows neither terminal nor network.

mod apps;
mod audit;
mod chain;
mod clients;
mod connection_lock;
mod db;
mod difference;
mod error;
mod extract;
mod file;
mod grants;
mod header;
mod holders;
mod image;
mod installations;
mod intents;
pub(crate) mod key;
mod lock;
mod note;
mod past_tokens;
mod pin;
mod place;
mod readers;
mod reading;
mod recover;
mod rekey;
mod reminders;
mod rescue;
mod rotations;
mod routes;
mod rows;
mod schema;
mod seal;
mod secrets;
mod spool;
#[cfg(test)]
mod tests;
mod uses;

use std::path::Path;
use std::time::Duration;

pub(crate) use apps::AppRecord;
pub(crate) use audit::{EventQuery, Retention};
pub(crate) use chain::{Chain, Fault, Link};
pub(crate) use clients::ClientRecord;
pub(crate) use connection_lock::ConnectionLock;
pub(crate) use db::{Db, HostRecord, Meta};
pub(crate) use difference::{Change, Difference, Field, How, What};
pub(crate) use error::{Error, KeysError, NowIn};
pub(crate) use extract::Extract;
pub(crate) use grants::GrantRecord;
pub(crate) use header::Header;
pub(crate) use holders::{HeldAs, Holder};
pub(crate) use installations::{CachedToken, InstallationRecord};
pub(crate) use intents::IntentRecord;
pub(crate) use key::StoreKey;
pub(crate) use place::{Claims, Place};
pub(crate) use readers::MOST_READERS;
pub(crate) use recover::{Backup, PinState, Report, Source};
pub(crate) use rekey::Rekeyed;

use crate::model::{EventKind, Stamp};
use file::{Input, Replaced};
use header::Scan;
use image::{Care, Unopened};
use lock::Lock;
use pin::Pin;
use schema::Schema;
use seal::Opened;
use spool::Spool;

/// How long a writer waits for another.
const PATIENCE: Duration = Duration::from_secs(30);

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
#[derive(Debug, Clone)]
pub(crate) struct Store {
    place: Place,
    key: StoreKey,
    retention: Retention,
    /// How long it waits for another writer.
    patience: Duration,
    schema: &'static Schema,
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

/// What a save makes of an image.
#[derive(Clone, Copy)]
struct Goal<'a> {
    /// Who signs it. Also whose spool is merged, unless the store gets a new key by this save.
    writer: &'a StoreKey,
    store_id: &'a str,
    generation: u64,
    replaced: Replaced<'a>,
}

/// A file that was read to its end, not yet believed.
struct Decrypted {
    image: Unopened,
    opened: Opened,
}

/// A file that was read and believed, with what it was.
struct Loaded {
    db: Db,
    header: Header,
    recipients: usize,
    /// The size of the file in bytes.
    bytes: u64,
    /// The version that the image had before it was migrated in memory.
    version: u32,
    pin: Option<Pin>,
}

impl Store {
    /// Makes a new store at a place where there is none, with an event `store.created`.
    pub(crate) fn create(place: Place, key: StoreKey, store_id: &str, stamp: &Stamp) -> Result<Saved<Self>, Error> {
        if !header::is_store_id(store_id) {
            return Err(Error::damaged(place.path(), "a store's id has 1–64 letters, digits and dashes"));
        }
        file::make_directory(place.directory())?;
        file::check_directory(place.directory())?;
        let store = Self::new(place, key);
        let _lock = store.lock()?;
        file::sweep(store.place.path());
        let home = pin::home(store.place.state())?;
        let meta = Meta { store_id: store_id.to_owned(), generation: 1, home, created_at: stamp.at, copy_of: None };
        let db = Db::new(image::fresh(store.schema).map_err(Error::Sql)?, store.place.path());
        db.put_meta(&meta, &seal::signer(&store.key, store_id)?)?;
        db.record(stamp, None, &EventKind::Store { what: "store.created".to_owned(), detail: None })?;
        let durable = store.write(db, Goal { writer: &store.key, store_id, generation: 1, replaced: Replaced::Absent })?;
        Ok(Saved { value: store, durable })
    }

    /// A store that exists. Nothing is read yet.
    pub(crate) fn new(place: Place, key: StoreKey) -> Self {
        Self { place, key, retention: Retention::default(), patience: PATIENCE, schema: &schema::CURRENT }
    }

    /// The same store, with another length of its trail.
    #[must_use]
    pub(crate) fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// The same store, for whoever does not wait as long for another writer.
    #[must_use]
    pub(crate) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(crate) fn key(&self) -> &StoreKey {
        &self.key
    }

    /// Reads the store: pin, file, caps, decrypt, signature, pin, hostile-image checks.
    pub(crate) fn read(&self) -> Result<View, Error> {
        let Loaded { db, header, .. } = self.load(Care::Schema)?;
        Ok(View { db, header })
    }

    /// Whether nobody has saved since a view was read, by what the file says of itself: far cheaper than to read it again. Nothing of it is verified, so
    /// this is for what does no harm if it is wrong.
    pub(crate) fn is_current(&self, view: &View) -> bool {
        self.place.header().is_ok_and(|header| header.as_ref() == Some(&view.header))
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
        self.place.require()?;
        self.must_write()?;
        file::check_directory(self.place.directory())?;
        let lock = self.lock()?;
        self.change_under(&lock, stamp, keep, change)
    }

    fn change_under<T, E: From<Error>>(
        &self,
        _lock: &Lock,
        stamp: &Stamp,
        keep: Keep,
        change: impl FnOnce(&Db) -> Result<T, E>,
    ) -> Result<Saved<T>, E> {
        file::sweep(self.place.path());
        let Loaded { db, header, version, .. } = self.load(Care::Whole)?;
        let before = file::beside(self.place.path(), &format!(".~v{version}~"));
        let replaced = match keep {
            _ if version < self.schema.version => Replaced::KeptAs(&before),
            Keep::Generation => Replaced::Kept,
            Keep::Nothing => Replaced::Dropped,
        };
        let goal = Goal { writer: &self.key, store_id: &header.store_id, generation: header.generation + 1, replaced };
        let (value, durable) = self.rewrite(db, goal, stamp, change)?;
        Ok(Saved { value, durable })
    }

    /// Applies a change to an image in one transaction, together with the spool and the retention, and writes the file.
    fn rewrite<T, E: From<Error>>(
        &self,
        db: Db,
        goal: Goal<'_>,
        stamp: &Stamp,
        change: impl FnOnce(&Db) -> Result<T, E>,
    ) -> Result<(T, bool), E> {
        let Goal { writer, store_id, generation, .. } = goal;
        let failed = |db: &Db, error| E::from(db.failed()(error));
        // What waits in the spool must not stand in the way of a change.
        let batch = Spool::new(self.place.state(), store_id, &self.key)?.take().unwrap_or_else(|error| {
            tracing::warn!(%error, "the spool of uses was not merged");
            None
        });
        db.sqlite.execute_batch("BEGIN").map_err(|error| failed(&db, error))?;
        if let Some(batch) = &batch {
            batch.merge(&db)?;
        }
        let value = change(&db)?;
        db.retain(self.retention, stamp.at)?;
        db.set_generation(generation, &seal::signer(writer, store_id)?)?;
        db.sqlite.execute_batch("COMMIT").map_err(|error| failed(&db, error))?;
        let durable = self.write(db, goal)?;
        if let Some(batch) = batch.filter(|_| durable) {
            batch.done();
        }
        Ok((value, durable))
    }

    /// Serializes, seals and writes an image, then raises the pin. Returns whether the last fsync went well.
    fn write(&self, db: Db, goal: Goal<'_>) -> Result<bool, Error> {
        let Goal { writer, store_id, generation, replaced } = goal;
        let readers = db.recipients()?;
        let mut sqlite = db.sqlite;
        let sealed = {
            let image = image::serialize(&mut sqlite).map_err(Error::Sql)?;
            seal::seal(writer, &readers, store_id, generation, image.bytes(), self.place.path())?
        };
        if sealed.file.len() as u64 > header::MAX_FILE {
            let source = std::io::Error::new(std::io::ErrorKind::FileTooLarge, "it would be larger than 64 MiB");
            return Err(Error::Io { path: self.place.path().to_owned(), what: "written", source });
        }
        let durable = file::replace(self.place.path(), &sealed.file, replaced)?;
        // A pin on a file that a power loss may take back would make the file before it look rolled back.
        if durable && self.place.is_pinned() {
            let pin = Pin::new(generation, &sealed.hash);
            if let Err(error) = pin::raise(self.place.state(), store_id, &pin) {
                tracing::warn!(%error, "the newest generation was not recorded");
            }
        }
        Ok(durable)
    }

    /// The id of this machine's state directory, made if it has none.
    fn here(&self) -> Result<String, Error> {
        pin::home(self.place.state())
    }

    /// Whether this machine is the store's home; elsewhere it is a copy. What was exported has none, wherever it is moved to.
    pub(crate) fn is_at_home(&self, meta: &Meta) -> bool {
        meta.copy_of.is_none() && pin::known_home(self.place.state()).is_some_and(|here| here == meta.home)
    }

    fn lock(&self) -> Result<Lock, Error> {
        Lock::take(&self.place.lock_path(), self.patience, self.place.path())
    }

    /// Reads, decrypts, verifies and checks the file.
    fn load(&self, care: Care) -> Result<Loaded, Error> {
        let (decrypted, input, pin) = self.open_file(Input::open)?;
        self.believe(decrypted, input.length(), pin, care)
    }

    /// Verifies and checks what was decrypted.
    fn believe(&self, decrypted: Decrypted, bytes: u64, pin: Option<Pin>, care: Care) -> Result<Loaded, Error> {
        let path = self.place.path();
        let Opened { hash, recipients, trusted } = decrypted.opened;
        let header = trusted.map_err(|why| self.disbelieved(&why, recipients))?;
        if let Some(why) = pin.as_ref().and_then(|pin| pin.objection(header.generation, &hash)) {
            return Err(Error::RolledBack { path: path.to_owned(), why });
        }
        let (db, version) = self.open_image(decrypted.image, path, care)?;
        db.agree(&header)?;
        Ok(Loaded { db, header, recipients, bytes, version, pin })
    }

    /// Opens an image, brought to this version's schema.
    fn open_image(&self, image: Unopened, path: &Path, care: Care) -> Result<(Db, u32), Error> {
        let (sqlite, version) = image::open(image, path, self.schema, care)?;
        let sqlite = image::migrate(sqlite, version, self.schema).map_err(|error| image::explain_migration(error, path))?;
        Ok((Db::new(sqlite, path), version))
    }

    /// Decrypts the file with the pin that was read before it. Which pin it is stands in the file, so its header is read first of all; a
    /// file that seems older than the pin may have been replaced in between, and is then opened once more.
    fn open_file(&self, open: impl Fn(&Path, u64) -> Result<Input, Error>) -> Result<(Decrypted, Input, Option<Pin>), Error> {
        let path = self.place.path();
        let mut input = open(path, header::MAX_FILE)?;
        let mut scan = header::scan_input(&mut input, path)?;
        let mut pin = None;
        if self.place.is_pinned()
            && let Some((claimed, _)) = &scan.signed
        {
            let id = claimed.store_id.clone();
            pin = pin::read(self.place.state(), &id)?;
            if pin.as_ref().is_some_and(|pin| pin.generation > claimed.generation) {
                input = open(path, header::MAX_FILE)?;
                scan = header::scan_input(&mut input, path)?;
                if scan.signed.as_ref().is_none_or(|(header, _)| header.store_id != id) {
                    return Err(Error::damaged(path, "another store was put in its place just now"));
                }
            }
        }
        Ok((self.decrypt(&mut input, scan, path)?, input, pin))
    }

    /// Decrypts a file straight into SQLite's memory, where nothing looks at it yet.
    fn decrypt(&self, input: &mut Input, scan: Scan, path: &Path) -> Result<Decrypted, Error> {
        let size = input.length();
        let claimed = scan.signed.as_ref().map(|(header, _)| header.clone());
        let opening = seal::open(&self.key, input.reader(), size, scan, path);
        let mut opening = opening.map_err(|error| self.explain_key(error, claimed.as_ref()))?;
        let length = opening.length();
        let image = Unopened::read(&mut opening, length);
        let image = image.map_err(|error| opening.failure(path).unwrap_or_else(|| image::explain(error, path)))?;
        Ok(Decrypted { image, opened: opening.finish(path)? })
    }
}

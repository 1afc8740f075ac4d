//! Looking after the file: verify, back up, restore, accept (design §5).

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::file::{self, Input, Replaced};
use super::header::{self, Header};
use super::image::Care;
use super::pin::{self, Pin};
use super::seal::ImageHash;
use super::{Chain, Db, Decrypted, Error, Goal, Loaded, Place, Saved, Store};
use crate::model::{EventKind, Stamp};

/// What [`Store::verify`] found. What makes a store unusable is an error there and not in here.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) header: Header,
    /// How many keys open it.
    pub(crate) recipients: usize,
    /// How many readers are listed inside: one less than keys open it, unless something is wrong.
    pub(crate) readers: usize,
    /// The size of the file in bytes.
    pub(crate) bytes: u64,
    /// The version of the schema in the file.
    pub(crate) version: u32,
    pub(crate) connections: usize,
    pub(crate) chain: Chain,
    pub(crate) pin: PinState,
    /// Whether this machine is the store's home.
    pub(crate) at_home: bool,
    /// Newest first.
    pub(crate) backups: Vec<Backup>,
}

/// What the pin says of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PinState {
    /// Switched off (`GITCONN_PIN=off`).
    Off,
    /// This machine has saved nothing to this store yet.
    None,
    /// The file is what this machine saved last.
    Same,
    /// The file is newer: another machine saved it.
    Ahead,
    /// The file is older than one that was here already.
    Behind,
}

impl PinState {
    /// What a generation is to the newest that was seen here.
    fn of(generation: u64, pinned: Option<u64>) -> Self {
        match pinned.map(|pinned| generation.cmp(&pinned)) {
            None => Self::None,
            Some(Ordering::Less) => Self::Behind,
            Some(Ordering::Equal) => Self::Same,
            Some(Ordering::Greater) => Self::Ahead,
        }
    }

    /// Its word.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::None => "none",
            Self::Same => "same",
            Self::Ahead => "ahead",
            Self::Behind => "behind",
        }
    }
}

/// A kept generation.
#[derive(Debug, Clone)]
pub(crate) struct Backup {
    pub(crate) path: PathBuf,
    /// As its header says; `None` where it does not read.
    pub(crate) generation: Option<u64>,
    /// When it was saved.
    pub(crate) at: Option<Timestamp>,
    /// Its size in bytes.
    pub(crate) bytes: u64,
}

/// Where [`Store::restore`] takes the content from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A kept generation by its number, as [`Place::backups`] lists it.
    Generation(u64),
    /// A file that `backup_to` made, or a copy of the store.
    File(PathBuf),
}

/// Which content was looked at: what was shown, and agreed to, is what is accepted or restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen(ImageHash);

/// How far a file was believed.
pub(super) struct Recovered {
    pub(super) seen: Seen,
    pub(super) db: Db,
    /// Its verified generation, or the one that its unsigned content names.
    generation: u64,
    pub(super) store_id: String,
    pub(super) signed: Result<(), String>,
}

impl Recovered {
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Fails unless this is the file that was looked at.
    fn must_be(&self, seen: Seen, path: &Path) -> Result<(), Error> {
        if self.seen == seen { Ok(()) } else { Err(Error::Swapped { path: path.to_owned() }) }
    }
}

impl Store {
    /// Looks at everything: header, signature, pin, every page and row, the chain, the kept generations.
    ///
    /// # Errors
    ///
    /// As [`Store::read`], with the damage that a plain read does not look for.
    pub(crate) fn verify(&self) -> Result<Report, Error> {
        let Loaded { db, header, recipients, bytes, version, pin } = self.load(Care::Whole)?;
        let pinned = pin.map(|pin| pin.generation);
        let pin = if self.place.is_pinned() { PinState::of(header.generation, pinned) } else { PinState::Off };
        Ok(Report {
            recipients,
            readers: db.readers()?.len(),
            bytes,
            version,
            connections: db.connections()?.len(),
            chain: db.verify_chain()?,
            pin,
            at_home: self.is_at_home(&db.meta()?),
            backups: self.place.backups(),
            header,
        })
    }

    /// Copies the file as it is, encrypted, to a path where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if there is one; as [`Store::verify`] if the store itself is not whole.
    pub(crate) fn backup_to(&self, path: &Path) -> Result<(), Error> {
        // The very bytes that are looked at are copied.
        let whole = |path: &Path, most| {
            let mut input = Input::open(path, most)?;
            input.read_to(most)?;
            Ok(input)
        };
        let (decrypted, input, pin) = self.open_file(whole)?;
        self.believe(decrypted, input.length(), pin, Care::Whole)?;
        file::replace(path, input.start(), Replaced::Absent).map(drop)
    }

    /// Saves the content of a kept generation or a backup as the newest generation. Works on a store that is damaged or gone; a damaged
    /// file is kept as `STORE.~damaged~`.
    ///
    /// # Errors
    ///
    /// [`Error::Swapped`] if the source is not the file any more that [`Store::difference_of`] looked at.
    pub(crate) fn restore(&self, from: &Source, seen: Seen, stamp: &Stamp) -> Result<Saved<u64>, Error> {
        self.must_write()?;
        file::make_directory(self.place.directory())?;
        file::check_directory(self.place.directory())?;
        let _lock = self.lock()?;
        let (path, said) = self.locate(from)?;
        let source = self.recover(&path)?;
        source.must_be(seen, &path)?;
        self.may_sign(&source.db, &source.store_id)?;
        source.signed.map_err(|why| Error::foreign(&path, why))?;
        if self.place.store_id().is_some_and(|id| id != source.store_id) {
            return Err(Error::foreign(&path, "it is a backup of another store"));
        }
        let present = match self.recover(self.place.path()) {
            Ok(present) => Some(present).filter(|present| present.signed.is_ok()),
            Err(Error::Damaged { .. } | Error::Missing(_)) => None,
            // A store of another key or of a newer gitconn is not replaced.
            Err(other) => return Err(other),
        };
        let damaged = file::beside(self.place.path(), ".~damaged~");
        let replaced = match (&present, fs::symlink_metadata(self.place.path()).is_ok()) {
            (Some(_), _) => Replaced::Kept,
            (None, true) => Replaced::KeptAs(&damaged),
            (None, false) => Replaced::Absent,
        };
        let highest = source.generation.max(present.map_or(0, |present| present.generation));
        let detail = format!("{said}, generation {}", source.generation);
        self.save_recovered(source.db, &source.store_id, highest, stamp, replaced, "store.restored", detail, None)
    }

    /// The file of a source, and what it is.
    pub(super) fn locate(&self, from: &Source) -> Result<(PathBuf, String), Error> {
        match from {
            Source::File(path) => Ok((path.clone(), "a backup file".to_owned())),
            Source::Generation(number) => {
                let kept = self.place.backups().into_iter().find(|backup| backup.generation == Some(*number));
                Ok((kept.ok_or(Error::NoBackup(*number))?.path, format!("kept generation {number}")))
            }
        }
    }

    /// Signs what is in the file now: one that another tool encrypted, that went back to an older generation, or that forked. With
    /// `moved` this machine becomes the store's home. Returns the new generation.
    ///
    /// Show [`Store::difference`] first: this believes the file.
    ///
    /// # Errors
    ///
    /// [`Error::Swapped`] if it is not the file any more that was looked at.
    pub(crate) fn accept(&self, seen: Seen, stamp: &Stamp, moved: bool) -> Result<Saved<u64>, Error> {
        self.place.require()?;
        self.must_write()?;
        file::check_directory(self.place.directory())?;
        let _lock = self.lock()?;
        let present = self.recover(self.place.path())?;
        present.must_be(seen, self.place.path())?;
        self.may_sign(&present.db, &present.store_id)?;
        let detail = match present.signed {
            Ok(()) => format!("generation {}", present.generation),
            Err(why) => format!("generation {}, {why}", present.generation),
        };
        let home = if moved { Some(self.here()?) } else { None };
        let (id, generation) = (present.store_id, present.generation);
        self.save_recovered(present.db, &id, generation, stamp, Replaced::Kept, "store.accepted", detail, home)
    }

    /// The files of kept generations, newest first, and copies from before a migration.
    pub(crate) fn generations(&self) -> Vec<PathBuf> {
        let path = self.place.path();
        let numbered = (1..=file::GENERATIONS).map(|number| file::generation(path, number));
        let migrated = (1..self.schema.version).rev().map(|version| file::beside(path, &format!(".~v{version}~")));
        numbered.chain(migrated).filter(|path| fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file())).collect()
    }

    /// Removes all kept generations, the only undo there is. Returns which they were.
    pub(crate) fn drop_generations(&self) -> Result<Vec<PathBuf>, Error> {
        let _lock = self.lock()?;
        let all = self.generations();
        for path in &all {
            fs::remove_file(path).map_err(Error::io(path, "removed"))?;
        }
        let _ = file::sync_directory(self.place.directory());
        Ok(all)
    }

    /// Reads a file without asking for its signature or the pin, but with every check of its content.
    pub(super) fn recover(&self, path: &Path) -> Result<Recovered, Error> {
        let mut input = Input::open(path, header::MAX_FILE)?;
        let scan = header::scan_input(&mut input, path)?;
        let Decrypted { image, opened } = self.decrypt(&mut input, scan, path)?;
        let seen = Seen(opened.hash);
        let (db, _) = self.open_image(image, path, Care::Whole)?;
        let meta = db.meta()?;
        // Half of what a header may hold: unsigned content that is accepted must leave room for the saves to come.
        if !header::is_store_id(&meta.store_id) || meta.generation == 0 || meta.generation > header::MAX_GENERATION / 2 {
            return Err(Error::damaged(path, "its content names no store or generation"));
        }
        let signed = match opened.trusted {
            Ok(header) => {
                db.agree(&header)?;
                Ok(())
            }
            Err(why) => Err(why.to_string()),
        };
        Ok(Recovered { seen, db, generation: meta.generation, store_id: meta.store_id, signed })
    }

    /// Saves an image as one more than the highest generation known.
    #[expect(clippy::too_many_arguments, reason = "restore and accept differ in just these")]
    fn save_recovered(
        &self,
        db: Db,
        store_id: &str,
        highest: u64,
        stamp: &Stamp,
        replaced: Replaced<'_>,
        what: &str,
        detail: String,
        home: Option<String>,
    ) -> Result<Saved<u64>, Error> {
        let pinned = pin::read(self.place.state(), store_id)?.map_or(0, |pin: Pin| pin.generation);
        let generation = highest.max(pinned) + 1;
        let kind = EventKind::Store { what: what.to_owned(), detail: Some(detail) };
        let goal = Goal { writer: &self.key, store_id, generation, replaced };
        let (value, durable) = self.rewrite(db, goal, stamp, |db| {
            if let Some(home) = home {
                db.set_home(&home)?;
            }
            db.record(stamp, None, &kind)?;
            Ok::<_, Error>(generation)
        })?;
        Ok(Saved { value, durable })
    }
}

impl Place {
    /// What the pin says of a file by what its header claims, and the newest generation seen here. That another file of the same generation
    /// is there shows only when it is decrypted.
    ///
    /// # Errors
    ///
    /// If what this machine keeps does not read.
    pub(crate) fn pin_of(&self, claimed: &Header) -> Result<(PinState, Option<u64>), Error> {
        if !self.is_pinned() {
            return Ok((PinState::Off, None));
        }
        let pinned = pin::read(self.state(), &claimed.store_id)?.map(|pin| pin.generation);
        Ok((PinState::of(claimed.generation, pinned), pinned))
    }

    /// The kept generations, newest first. Their headers are only claims.
    pub(crate) fn backups(&self) -> Vec<Backup> {
        let kept = (1..=file::GENERATIONS).map(|number| file::generation(self.path(), number));
        kept.filter_map(|path| {
            let facts = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
            let generation = header::scan_file(&path).ok().and_then(|scan| scan.signed).map(|(header, _)| header.generation);
            let at = facts.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
            Some(Backup { path, generation, at, bytes: facts.len() })
        })
        .collect()
    }
}

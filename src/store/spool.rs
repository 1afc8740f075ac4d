//! Uses of connections that wait to be saved: lines in the state directory, merged at the next save.
//!
//! A batch is taken under the store's lock: the spool is renamed, then locked, so that a writer that still had it open has finished
//! and the next one begins a new spool. The image remembers the hash of the batch it merged last: after a crash between the save and
//! the removal of the batch, the next save recognises it and counts nothing twice.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lock::is_still_there;
use super::seal::{self, ImageHash};
use super::{Db, Error, StoreKey, file};
use crate::model::{ConnectionId, Event, EventKind, Stamp};

/// HKDF's info for the key of the lines' HMAC.
const INFO: &str = "gitconn-spool-1";
/// A spool does not grow beyond this: something that uses connections for weeks and never saves.
const MOST: u64 = 4 << 20;
/// No line is longer than this.
const LINE: u64 = 16 << 10;
/// Most lines are shorter than this.
const USUAL_LINE: usize = 512;
/// How long a batch waits for a writer that has the spool open.
const PATIENCE: Duration = Duration::from_millis(100);

/// One use, as a line of the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Use {
    /// Milliseconds since 1970.
    pub(super) at: i64,
    pub(super) who: String,
    pub(super) connection: String,
    pub(super) name: String,
    pub(super) purpose: String,
    pub(super) repository: Option<String>,
}

/// A line: the use as JSON text, and the HMAC over just that text.
#[derive(Serialize, Deserialize)]
struct Line {
    line: String,
    mac: String,
}

/// Where the uses of a store wait.
pub(super) struct Spool {
    path: PathBuf,
    key: hmac::Key,
}

/// Lines taken out of the spool, to be merged.
pub(super) struct Batch {
    uses: Vec<Use>,
    hash: ImageHash,
    path: PathBuf,
    /// Held open, and so locked, until the batch is done.
    file: File,
}

impl Spool {
    pub(super) fn new(state: &Path, store_id: &str, key: &StoreKey) -> Result<Self, Error> {
        let secret = seal::derive(key, store_id, INFO)?;
        Ok(Self { path: state.join("spool").join(store_id), key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_ref()) })
    }

    /// Appends a use without waiting and without fsync.
    pub(super) fn append(&self, used: &Use) -> io::Result<()> {
        file::make_directory(file::directory(&self.path)).map_err(io::Error::other)?;
        let line = serde_json::to_string(used)?;
        let mac = BASE64_STANDARD_NO_PAD.encode(hmac::sign(&self.key, line.as_bytes()));
        let mut text = serde_json::to_string(&Line { line, mac })?;
        text.push('\n');
        // Each try meets a spool that was renamed at that very moment, which happens once a save.
        for _ in 0..16 {
            let mut spool = file::private().append(true).create(true).open(&self.path)?;
            let facts = spool.metadata()?;
            if !facts.is_file() || facts.len() > MOST {
                return Err(io::Error::other("the spool is no file or is full"));
            }
            if self.write(&mut spool, text.as_bytes())? {
                return Ok(());
            }
        }
        Err(io::Error::other("the spool is being merged"))
    }

    /// Writes to an open spool, unless it has been taken since it was opened: then nobody would read it.
    fn write(&self, spool: &mut File, text: &[u8]) -> io::Result<bool> {
        let is_ours = spool.try_lock_shared().is_ok() && is_still_there(spool, &self.path);
        if is_ours {
            spool.write_all(text)?;
        }
        Ok(is_ours)
    }

    /// What waits in the spool, oldest first; lines that do not carry our HMAC are left out.
    pub(super) fn waiting(&self) -> Vec<Use> {
        let mut uses = self.parse(&Self::content(&self.merging()));
        uses.extend(self.parse(&Self::content(&self.path)));
        uses
    }

    /// When the oldest of what waits was done, in milliseconds since 1970; `None` where that does not read. Reads little, however much waits.
    pub(super) fn oldest(&self) -> Option<i64> {
        let merging = self.merging();
        let path = if merging.exists() { merging } else { self.path.clone() };
        let spool = file::private().read(true).open(path).ok()?;
        let mut first = Vec::new();
        BufReader::with_capacity(USUAL_LINE, spool.take(LINE)).read_until(b'\n', &mut first).ok()?;
        self.line(first.trim_ascii_end()).map(|used| used.at)
    }

    fn content(path: &Path) -> Vec<u8> {
        file::read(path, 2 * MOST).unwrap_or_else(|error| {
            if !matches!(error, Error::Missing(_)) {
                tracing::warn!("the spool of uses does not read");
            }
            Vec::new()
        })
    }

    fn merging(&self) -> PathBuf {
        file::beside(&self.path, ".merging")
    }

    /// Takes what waits, under the store's lock. `None` if nothing does, or if a writer holds on to it.
    ///
    /// # Errors
    ///
    /// If it does not read: it then stays where it is, for the next save.
    pub(super) fn take(&self) -> io::Result<Option<Batch>> {
        let path = self.merging();
        // One that a crash has left comes first; the spool itself has to wait for the save after.
        if fs::symlink_metadata(&path).is_err() {
            match fs::rename(&self.path, &path) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let lines = file::private().read(true).open(&path)?;
        let started = Instant::now();
        loop {
            match lines.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(1)),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        let mut content = Vec::new();
        if (&lines).take(2 * MOST + 1).read_to_end(&mut content)? as u64 > 2 * MOST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the spool is larger than any that was written here"));
        }
        Ok(Some(Batch { uses: self.parse(&content), hash: seal::hash(&content), path, file: lines }))
    }

    fn parse(&self, content: &[u8]) -> Vec<Use> {
        let mut refused = 0;
        let uses = content
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .filter_map(|line| {
                let read = self.line(line);
                refused += u32::from(read.is_none());
                read
            })
            .collect();
        if refused > 0 {
            tracing::warn!(refused, "lines of the spool do not carry our signature");
        }
        uses
    }

    fn line(&self, line: &[u8]) -> Option<Use> {
        let line: Line = serde_json::from_slice(line).ok()?;
        let mac = BASE64_STANDARD_NO_PAD.decode(&line.mac).ok()?;
        hmac::verify(&self.key, line.line.as_bytes(), &mac).ok()?;
        serde_json::from_str(&line.line).ok()
    }
}

impl Batch {
    /// Writes the uses into the trail, unless this very batch is in it already.
    pub(super) fn merge(&self, db: &Db) -> Result<(), Error> {
        if db.spool_hash()?.as_deref() == Some(&self.hash) {
            return Ok(());
        }
        for event in coalesce(&self.uses) {
            let Some(id) = &event.connection else { continue };
            let stamp = Stamp { who: event.who, at: event.at };
            db.append(&stamp, Some((id, event.connection_name.as_deref().unwrap_or_default())), &event.kind)?;
            db.touch(id, event.at)?;
        }
        db.set_spool_hash(&self.hash)
    }

    /// Removes the batch: it is in a file that is on the disk.
    pub(super) fn done(self) {
        let _ = fs::remove_file(&self.path);
        drop(self.file);
    }
}

/// Uses as events (without a place in the chain): those of one minute, connection, purpose, repository and person are one.
pub(super) fn coalesce(uses: &[Use]) -> Vec<Event> {
    let mut minutes: BTreeMap<_, (Timestamp, u32, &Use)> = BTreeMap::new();
    for used in uses {
        let Ok(at) = Timestamp::from_millisecond(used.at) else { continue };
        let key = (used.at.div_euclid(60_000), &used.connection, &used.purpose, &used.repository, &used.who);
        let (last, times, _) = minutes.entry(key).or_insert((at, 0, used));
        *last = at.max(*last);
        *times = times.saturating_add(1);
    }
    let mut events: Vec<Event> = minutes
        .into_values()
        .map(|(at, times, used)| Event {
            sequence: 0,
            at,
            who: used.who.clone(),
            connection: Some(ConnectionId::from_stored(used.connection.clone())),
            connection_name: Some(used.name.clone()),
            kind: EventKind::Used { purpose: used.purpose.clone(), repository: used.repository.clone(), times },
        })
        .collect();
    events.sort_by_key(|event| event.at);
    events
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::{Spool, Use, coalesce};
    use crate::model::EventKind;
    use crate::store::{StoreKey, file};

    fn key() -> StoreKey {
        StoreKey::generate()
    }

    fn one(at: i64, purpose: &str) -> Use {
        Use {
            at,
            who: "ana@pc".into(),
            connection: "c".into(),
            name: "work".into(),
            purpose: purpose.into(),
            repository: Some("a/b\u{1b}".into()),
        }
    }

    #[test]
    fn what_is_appended_waits_and_is_taken_once() {
        let state = tempfile::tempdir().unwrap();
        let spool = Spool::new(state.path(), "s", &key()).unwrap();
        assert!(spool.take().unwrap().is_none());
        spool.append(&one(1, "token")).unwrap();
        spool.append(&one(2, "repos")).unwrap();
        assert_eq!(spool.waiting(), [one(1, "token"), one(2, "repos")]);
        let batch = spool.take().unwrap().unwrap();
        assert_eq!(batch.uses, [one(1, "token"), one(2, "repos")]);
        // What comes meanwhile is not lost, and comes with the next batch.
        spool.append(&one(3, "token")).unwrap();
        assert_eq!(spool.waiting().len(), 3);
        batch.done();
        assert_eq!(spool.take().unwrap().unwrap().uses, [one(3, "token")]);
    }

    #[test]
    fn nothing_is_written_to_a_spool_that_was_taken() {
        let state = tempfile::tempdir().unwrap();
        let spool = Spool::new(state.path(), "s", &key()).unwrap();
        spool.append(&one(1, "token")).unwrap();
        let open = || file::private().append(true).open(&spool.path).unwrap();
        let (mut early, mut late) = (open(), open());
        assert!(spool.write(&mut early, b"").unwrap());
        // A writer still holds it: it waits for the next save.
        assert!(spool.take().unwrap().is_none());
        drop(early);
        let batch = spool.take().unwrap().unwrap();
        assert!(!spool.write(&mut late, b"lost").unwrap());
        assert_eq!(batch.uses, [one(1, "token")]);
        batch.done();
        assert!(!spool.write(&mut late, b"lost").unwrap());
    }

    #[test]
    fn what_does_not_read_is_kept_and_comes_with_a_later_save() {
        let state = tempfile::tempdir().unwrap();
        let spool = Spool::new(state.path(), "s", &key()).unwrap();
        spool.append(&one(1, "token")).unwrap();
        let path = spool.take().unwrap().unwrap().path;
        let length = std::fs::metadata(&path).unwrap().len();
        let resize = |length| file::private().write(true).open(&path).unwrap().set_len(length).unwrap();
        resize(2 * super::MOST + 1);
        assert!(spool.take().is_err());
        assert!(path.exists());
        resize(length);
        assert_eq!(spool.take().unwrap().unwrap().uses, [one(1, "token")]);
    }

    #[test]
    fn lines_that_others_wrote_do_not_count() {
        let state = tempfile::tempdir().unwrap();
        let spool = Spool::new(state.path(), "s", &key()).unwrap();
        spool.append(&one(1, "token")).unwrap();
        Spool::new(state.path(), "s", &key()).unwrap().append(&one(2, "token")).unwrap();
        file::private().append(true).open(&spool.path).unwrap().write_all(b"{\"line\":\"x\",\"mac\":\"\"}\nhalf a li").unwrap();
        assert_eq!(spool.waiting(), [one(1, "token")]);
    }

    #[test]
    fn uses_of_one_minute_are_one_event() {
        let events = coalesce(&[one(59_999, "token"), one(60_000, "token"), one(61_000, "token"), one(61_500, "repos")]);
        let times: Vec<u32> = events
            .iter()
            .map(|event| match &event.kind {
                EventKind::Used { times, .. } => *times,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(times, [1, 2, 1]);
        assert_eq!(events[1].at.as_millisecond(), 61_000);
    }

    #[test]
    fn no_line_is_lost_between_writers_and_merger() {
        let state = tempfile::tempdir().unwrap();
        let key = key();
        let merged = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let spool = Spool::new(state.path(), "s", &key).unwrap();
                        (0..200).filter(|_| spool.append(&one(1, "token")).is_ok()).count()
                    })
                })
                .collect();
            let spool = Spool::new(state.path(), "s", &key).unwrap();
            let mut merged = 0;
            while writers.iter().any(|writer| !writer.is_finished()) {
                if let Some(batch) = spool.take().unwrap() {
                    merged += batch.uses.len();
                    batch.done();
                }
            }
            while let Some(batch) = spool.take().unwrap() {
                merged += batch.uses.len();
                batch.done();
            }
            let written: usize = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
            assert_eq!(merged, written);
            merged
        });
        assert!(merged >= 790, "{merged} of 800");
    }
}

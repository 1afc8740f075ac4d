//! Noting that connections are used, without anybody waiting for it (design §5, Events).

use super::lock::Lock;
use super::spool::{self, Spool, Use};
use super::{Error, Keep, Store, View, file};
use crate::model::{ConnectionId, Event, EventKind, Purpose, Stamp};

/// Uses within so many milliseconds after another of the same kind are only counted.
const MINUTE: i64 = 60_000;

/// Why a use goes to the spool: nothing that anybody has to hear of.
struct NotSaved;

impl From<Error> for NotSaved {
    fn from(error: Error) -> Self {
        tracing::debug!(%error, "a use was not saved at once");
        Self
    }
}

impl Use {
    /// Whether it happened within the minute after a moment.
    fn is_just_after(&self, at: i64) -> bool {
        (0..MINUTE).contains(&self.at.saturating_sub(at))
    }

    /// Whether the same was done within the last minute, as far as the trail and the spool know.
    fn was_just_done(&self, view: &View, spool: &Spool) -> bool {
        let is_same = |other: &Self| {
            (&other.connection, &other.purpose, &other.repository) == (&self.connection, &self.purpose, &self.repository)
        };
        spool.newest().iter().any(|other| is_same(other) && self.is_just_after(other.at))
            || view.last_use(self).is_some_and(|at| self.is_just_after(at))
    }
}

impl Store {
    /// Notes that a connection was used. Never makes anyone wait and never fails: it tries the lock once; busy, failing, read-only, or used
    /// for the same within the last minute → it goes to the spool in the state directory, which the next save merges.
    pub(crate) fn note_use(
        &self,
        view: &View,
        connection: &ConnectionId,
        purpose: Purpose,
        repository: Option<&str>,
        stamp: &Stamp,
    ) {
        let store_id = &view.header.store_id;
        let Ok(spool) = Spool::new(self.place.state(), store_id, &self.key) else { return };
        let name = view.name_of(connection).unwrap_or_default();
        let used = Use {
            at: stamp.at.as_millisecond(),
            who: stamp.who.clone(),
            connection: connection.to_string(),
            name,
            purpose: purpose.id().to_owned(),
            repository: repository.map(ToOwned::to_owned),
        };
        if !used.was_just_done(view, &spool) && self.save_use(connection, &used, stamp) {
            return;
        }
        if let Err(error) = spool.append(&used) {
            tracing::warn!(%error, "a use was not noted");
        }
    }

    /// Saves one use if the lock is free and everything works at once.
    fn save_use(&self, connection: &ConnectionId, used: &Use, stamp: &Stamp) -> bool {
        if file::check_directory(self.place.directory()).is_err() {
            return false;
        }
        let Ok(Some(lock)) = Lock::attempt(&self.place.lock_path()) else { return false };
        let kind = EventKind::Used { purpose: used.purpose.clone(), repository: used.repository.clone(), times: 1 };
        let saved = self.change_under(&lock, stamp, Keep::Nothing, |db| {
            // The view may be older than the file.
            if db.last_use(used).is_some_and(|at| used.is_just_after(at)) {
                return Err(NotSaved);
            }
            db.append(stamp, Some((connection, &used.name)), &kind)?;
            db.touch(connection, stamp.at)?;
            Ok(())
        });
        saved.is_ok()
    }

    /// Uses that wait in the spool, as events without a place in the chain (sequence 0), oldest first.
    pub(crate) fn spooled(&self) -> Vec<Event> {
        let waiting = || {
            let header = self.place.header()?.ok_or_else(|| Error::Missing(self.place.path().to_owned()))?;
            Ok::<_, Error>(Spool::new(self.place.state(), &header.store_id, &self.key)?.waiting())
        };
        spool::coalesce(&waiting().unwrap_or_default())
    }
}

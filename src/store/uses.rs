//! Noting that connections are used, without anybody waiting for it (design §5, Events).

use super::lock::Lock;
use super::spool::{self, Spool, Use};
use super::{Error, Keep, Store, View, file};
use crate::model::{ConnectionId, Event, Purpose, Stamp};

/// Uses wait in the spool for so many milliseconds at most, as long as somebody uses something: the use after that merges them.
const LONGEST_WAIT: i64 = 3_600_000;

impl Store {
    /// Notes that a connection was used. Never makes anyone wait and never fails: the use goes to the spool in the state directory, which the next save
    /// merges into the trail. If none has come for an hour, this use tries the lock once and merges what waits.
    pub(crate) fn note_use(
        &self,
        view: &View,
        connection: &ConnectionId,
        purpose: Purpose,
        repository: Option<&str>,
        stamp: &Stamp,
    ) {
        let store_id = &view.header.store_id;
        // The writer could not tell a reader's lines from anybody's: what a reader does is not in the trail.
        if self.key.reads_only(store_id) {
            return;
        }
        let Ok(spool) = Spool::new(self.place.state(), store_id, &self.key) else { return };
        let used = Use {
            at: stamp.at.as_millisecond(),
            who: stamp.who.clone(),
            connection: connection.to_string(),
            name: view.name_of(connection).unwrap_or_default(),
            purpose: purpose.id().to_owned(),
            repository: repository.map(ToOwned::to_owned),
        };
        if let Err(error) = spool.append(&used) {
            tracing::warn!(%error, "a use was not noted");
        } else if spool.oldest().is_none_or(|oldest| used.at.saturating_sub(oldest) >= LONGEST_WAIT) {
            self.merge_uses(stamp);
        }
    }

    /// Saves what waits in the spool, if the lock is free and everything works at once. Otherwise it goes on waiting.
    fn merge_uses(&self, stamp: &Stamp) {
        if file::check_directory(self.place.directory()).is_err() {
            return;
        }
        let Ok(Some(lock)) = Lock::attempt(&self.place.lock_path()) else { return };
        match self.change_under(&lock, stamp, Keep::Nothing, |_| Ok::<_, Error>(())) {
            Ok(saved) => tracing::debug!(durable = saved.durable, "the uses that waited are in the trail"),
            Err(error) => tracing::debug!(%error, "the uses go on waiting"),
        }
    }

    /// Uses that wait in the spool, as events without a place in the chain (sequence 0), oldest first.
    pub(crate) fn spooled(&self) -> Vec<Event> {
        let waiting = || {
            let header = self.place.header()?.ok_or_else(|| Error::Missing(self.place.path().to_owned()))?;
            if self.key.reads_only(&header.store_id) {
                return Ok(Vec::new());
            }
            Ok::<_, Error>(Spool::new(self.place.state(), &header.store_id, &self.key)?.waiting())
        };
        spool::coalesce(&waiting().unwrap_or_default())
    }
}

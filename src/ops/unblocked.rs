//! Waiting for other processes, done so that Ctrl-C is heard meanwhile.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::model::{ConnectionId, Stamp};
use crate::store::{ConnectionLock, Db, Error as StoreError, Keep, Store};

/// Takes a connection's lock, or that of one of its installations; `None` if it is still busy after so long.
///
/// # Errors
///
/// Where the state directory cannot be written to.
pub(super) async fn lock(
    store: &Store,
    store_id: &str,
    id: &ConnectionId,
    installation: Option<u64>,
    patience: Duration,
) -> Result<Option<ConnectionLock>, StoreError> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(lock) = store.try_connection_lock(store_id, id, installation)? {
            return Ok(Some(lock));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(25));
    }
}

/// Saves, keeping no generation, in a thread of its own: the store's lock may have to be waited for.
pub(super) async fn change<T: Send + 'static>(
    store: &Store,
    stamp: Stamp,
    change: impl FnOnce(&Db, &Stamp) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = store.clone();
    let saving = tokio::task::spawn_blocking(move || {
        store.change(&stamp, Keep::Nothing, |db| change(db, &stamp)).map(|saved| saved.value)
    });
    match saving.await {
        Ok(outcome) => outcome,
        // The thread panicked: so do we, and the program says whose fault it is.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

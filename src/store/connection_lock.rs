//! The lock of one connection: held while its tokens are renewed, so that a refresh token is spent once; or of one of its installations, so that one token is
//! made for all who want one. It serves one machine.

use super::lock::Lock;
use super::{Error, Store, file};
use crate::model::ConnectionId;

/// The lock of one connection, held until this is dropped.
///
/// Whoever needs the store's lock too takes it after this one, never before.
#[derive(Debug)]
#[must_use]
pub(crate) struct ConnectionLock {
    _lock: Lock,
}

impl Store {
    /// Takes the lock of a connection, or of one of its installations, if it is free. Never waits: whoever waits for it may not block a thread.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] where the state directory cannot be written to or has no locks.
    pub(crate) fn try_connection_lock(
        &self,
        store_id: &str,
        id: &ConnectionId,
        installation: Option<u64>,
    ) -> Result<Option<ConnectionLock>, Error> {
        let mut path = self.place.of_connection("locks", store_id, id)?;
        if let Some(installation) = installation {
            path.as_mut_os_string().push(format!("-{installation}"));
        }
        file::make_directory(file::directory(&path))?;
        Ok(Lock::attempt(&path)?.map(|lock| ConnectionLock { _lock: lock }))
    }

    /// Whether somebody holds the lock of a connection. Makes no file.
    pub(crate) fn is_connection_locked(&self, store_id: &str, id: &ConnectionId) -> bool {
        self.place.of_connection("locks", store_id, id).is_ok_and(|path| Lock::is_held(&path))
    }
}

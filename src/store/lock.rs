//! A lock file: taken with `flock`, which the kernel drops when its holder dies, and never unlinked (two processes could otherwise
//! each hold "the" lock).

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Error, file};

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes a lock, waiting for at most `patience`.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] after that; [`Error::Io`] where the file system has no locks: nothing is written without one.
    pub(super) fn take(path: &Path, patience: Duration, guarded: &Path) -> Result<Self, Error> {
        let started = Instant::now();
        let mut pause = Duration::from_micros(500);
        loop {
            if let Some(lock) = Self::attempt(path)? {
                return Ok(lock);
            }
            if started.elapsed() >= patience {
                return Err(Error::Busy { path: guarded.to_owned(), seconds: started.elapsed().as_secs() });
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Whether somebody holds a lock. Nothing is made for that: where there is no file, nobody does.
    pub(super) fn is_held(path: &Path) -> bool {
        let file = file::private().read(true).write(true).open(path);
        // Closing the file lets go of it.
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }

    /// Takes a lock if it is free.
    pub(super) fn attempt(path: &Path) -> Result<Option<Self>, Error> {
        let failed = || Error::io(path, "locked");
        let file = file::private().read(true).write(true).create(true).open(path).map_err(failed())?;
        if !file.metadata().map_err(failed())?.is_file() {
            return Err(failed()(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
        }
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => return Err(failed()(error)),
            }
        }
        // Somebody may have removed the file between opening and locking: then this locks nothing.
        Ok(is_still_there(&file, path).then_some(Self { _file: file }))
    }
}

/// Whether the path still leads to this open file.
#[cfg(unix)]
pub(super) fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => open.dev() == there.dev() && open.ino() == there.ino(),
        _ => false,
    }
}

/// Whether the path still leads to this open file (open files cannot be removed there).
#[cfg(not(unix))]
pub(super) fn is_still_there(_: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Lock;
    use crate::store::Error;

    #[test]
    fn one_holder_at_a_time_and_no_one_waits_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.lock");
        let held = Lock::attempt(&path).unwrap().unwrap();
        assert!(Lock::attempt(&path).unwrap().is_none());
        assert!(matches!(Lock::take(&path, Duration::from_millis(30), &path), Err(Error::Busy { .. })));
        drop(held);
        assert!(Lock::attempt(&path).unwrap().is_some());
    }

    #[test]
    fn a_link_in_the_place_of_the_lock_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.lock");
        std::os::unix::fs::symlink(directory.path().join("elsewhere"), &path).unwrap();
        assert!(matches!(Lock::attempt(&path), Err(Error::Io { what: "locked", .. })));
        assert!(!directory.path().join("elsewhere").exists());
    }
}

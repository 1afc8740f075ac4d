//! Where things lie: the store, what stands beside it, what this machine keeps of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::header::{self, Header};
use super::key::Wanted;
use super::{Error, NowIn, file, note};
use crate::model::ConnectionId;

/// Links in a row that are followed, as Linux does.
const MOST_LINKS: u32 = 40;

/// Where a store lies and where this machine keeps what it knows about it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The store file, links resolved.
    path: PathBuf,
    /// Pins, locks, spool, this machine's id.
    state: PathBuf,
    /// Whether the pin is looked at (`GITCONN_PIN=off` switches it off).
    pinned: bool,
}

/// What a file says of itself to somebody without its key. Nothing of it is verified.
#[derive(Debug)]
pub(crate) struct Claims {
    /// `None` if it has no signature.
    pub(crate) header: Option<Header>,
    /// How many keys open it.
    pub(crate) recipients: usize,
}

impl Place {
    /// A place for a store. A symlink is resolved here, once: lock and temp then stand beside the real file.
    pub(crate) fn new(path: &Path, state: &Path, pinned: bool) -> Result<Self, Error> {
        let path = resolve(path).map_err(Error::io(path, "found"))?;
        let state = std::path::absolute(state).map_err(Error::io(state, "found"))?;
        Ok(Self { path, state, pinned })
    }

    /// The store file, links resolved.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of what this machine knows.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// What the file's age header says of it without any key, or `None` where there is no file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is too large, or is no store of ours.
    pub(crate) fn header(&self) -> Result<Option<Header>, Error> {
        match header::scan_file(&self.path) {
            Ok(scan) => match scan.signed {
                Some((header, _)) => Ok(Some(header)),
                None => Err(Error::foreign(&self.path, "it has no signature")),
            },
            Err(Error::Missing(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// What the file says of itself. Errors as with [`Place::header`], with [`Error::Missing`] where there is none.
    pub(crate) fn claims(&self) -> Result<Claims, Error> {
        let scan = header::scan_file(&self.path)?;
        Ok(Claims { header: scan.signed.map(|(header, _)| header), recipients: scan.recipients.len() })
    }

    /// The store's id as the file says it, or else the newest kept generation that does: for finding the key of a store that is
    /// damaged or was re-encrypted by another tool.
    pub(crate) fn store_id(&self) -> Option<String> {
        let claimed = |path: &Path| Some(header::scan_file(path).ok()?.signed?.0.store_id);
        claimed(&self.path).or_else(|| (1..=file::GENERATIONS).find_map(|number| claimed(&file::generation(&self.path, number))))
    }

    /// The passphrase-protected key beside the store: `STORE.key.age`.
    pub(crate) fn key_file(&self) -> PathBuf {
        file::beside(&self.path, ".key.age")
    }

    /// Temporary files beside the store: of savers that are at it, or that died.
    pub(crate) fn temporaries(&self) -> Vec<PathBuf> {
        file::temps(&self.path)
    }

    /// Which key opens the file, by what it claims.
    pub(crate) fn wanted(&self, claimed: &Header) -> Wanted {
        let told = note::read(&self.state, claimed).and_then(|now_in| match now_in {
            NowIn::File(path) => Some(format!("the store was re-keyed, and its key is in `{}`", path.display())),
            NowIn::Usual(_) => None,
        });
        Wanted::new(&claimed.store_id, Some(&claimed.signer), self.key_file()).knowing(told)
    }

    /// Which key opens a file that claims nothing, or is gone.
    pub(crate) fn wanted_by_id(&self, store_id: &str) -> Wanted {
        Wanted::new(store_id, None, self.key_file())
    }

    pub(super) fn is_pinned(&self) -> bool {
        self.pinned
    }

    pub(super) fn directory(&self) -> &Path {
        file::directory(&self.path)
    }

    /// The lock beside the store: `store.age` → `store.lock`.
    pub(super) fn lock_path(&self) -> PathBuf {
        let is_age = self.path.extension().is_some_and(|extension| extension == "age");
        if is_age { self.path.with_extension("lock") } else { file::beside(&self.path, ".lock") }
    }

    /// What this machine keeps of one connection: `STATE/<room>/STORE-ID-ID`.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] for an id that is no name of a file: it comes from a content that only its signature vouches for.
    pub(super) fn of_connection(&self, room: &str, store_id: &str, id: &ConnectionId) -> Result<PathBuf, Error> {
        if header::is_store_id(store_id) && header::is_store_id(id.as_str()) {
            Ok(self.state.join(room).join(format!("{store_id}-{id}")))
        } else {
            Err(Error::damaged(&self.path, "an id in it is not one of ours"))
        }
    }

    /// Fails where there is no file, before a lock is made beside nothing.
    pub(super) fn require(&self) -> Result<(), Error> {
        match fs::symlink_metadata(&self.path) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::Missing(self.path.clone())),
            Err(source) => Err(Error::Io { path: self.path.clone(), what: "found", source }),
        }
    }
}

/// The path that a path leads to, whether or not there is anything.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..MOST_LINKS {
        let is_link = fs::symlink_metadata(&path).is_ok_and(|facts| facts.is_symlink());
        if !is_link {
            // The directory's own links too: two spellings of a path must not have two locks.
            let directory = file::directory(&path);
            return match (fs::canonicalize(directory), path.file_name()) {
                (Ok(directory), Some(name)) => Ok(directory.join(name)),
                (Err(error), Some(_)) if error.kind() != io::ErrorKind::NotFound => Err(error),
                (Err(_), Some(_)) => Ok(path),
                (_, None) => Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file")),
            };
        }
        path = file::directory(&path).join(fs::read_link(&path)?);
    }
    Err(io::Error::other("too many links lead on from it"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::Place;

    #[test]
    fn links_lead_to_the_real_file_even_if_it_is_not_there_yet() {
        let root = tempfile::tempdir().unwrap();
        let real = root.path().canonicalize().unwrap().join("real");
        std::fs::create_dir(&real).unwrap();
        symlink("real", root.path().join("alias")).unwrap();
        symlink("alias/store.age", root.path().join("one")).unwrap();
        symlink("one", root.path().join("two")).unwrap();
        let place = Place::new(&root.path().join("two"), root.path(), true).unwrap();
        assert_eq!(place.path(), real.join("store.age"));
        assert_eq!(place.lock_path(), real.join("store.lock"));
        assert_eq!(place.key_file(), real.join("store.age.key.age"));
        symlink("loop", root.path().join("loop")).unwrap();
        assert!(Place::new(&root.path().join("loop"), root.path(), true).is_err());
    }

    #[test]
    fn a_lock_never_is_the_store() {
        for (store, lock) in [
            ("/nowhere/x.age", "/nowhere/x.lock"),
            ("/nowhere/x.lock", "/nowhere/x.lock.lock"),
            ("/nowhere/x", "/nowhere/x.lock"),
        ] {
            assert_eq!(Place::new(store.as_ref(), "/s".as_ref(), true).unwrap().lock_path(), std::path::Path::new(lock));
        }
    }
}

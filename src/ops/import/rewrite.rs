//! Putting another content in the place of somebody else's file: whole or not at all, with the mode and the owner that it had.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::gather;

/// What is left of a file that was replaced.
#[derive(Debug)]
pub(super) struct Replaced {
    /// Whether the old content still has a name elsewhere: a second link.
    pub(super) lives_on: bool,
}

/// A file that is about to get another content. Where its writers take git's lock, `FILE.lock`, that is held as long as this lives.
pub(super) struct Opened {
    path: PathBuf,
    old: File,
    facts: fs::Metadata,
    bytes: Zeroizing<Vec<u8>>,
    lock: Option<Temp>,
}

impl Opened {
    /// Opens a file that is no link. `locked`: its lock is taken before it is read, so that nobody who takes it too writes in between.
    ///
    /// # Errors
    ///
    /// If another program has the lock, or the file is not there or cannot be read.
    pub(super) fn new(path: &Path, locked: bool) -> io::Result<Self> {
        let lock = locked.then(|| Temp::create(lock_path(path))).transpose()?;
        let bytes = gather::read(path)?.ok_or_else(|| io::Error::other("it is not there any more"))?;
        let old = File::open(path)?;
        let facts = old.metadata()?;
        Ok(Self { path: path.to_owned(), old, facts, bytes, lock })
    }

    /// What it holds.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Puts other bytes in the place of those that were read. The lock, where there is one, is what is renamed, as git does it.
    ///
    /// # Errors
    ///
    /// At the first call that fails, and if somebody changed the file after it was read; it is as they left it then.
    pub(super) fn replace(mut self, bytes: &[u8]) -> io::Result<Replaced> {
        let temp = match self.lock.take() {
            Some(lock) => lock,
            None => Temp::create(temp_path(&self.path))?,
        };
        let mut file = &temp.file;
        file.write_all(bytes)?;
        like(file, &self.facts)?;
        file.sync_all()?;
        if fs::read(&temp.path)? != bytes {
            return Err(io::Error::other("what was written does not read back the same"));
        }
        // Not everybody takes a lock, and most files have none.
        if !self.is_as_it_was() {
            return Err(io::Error::other("it was changed meanwhile, and is left as it is now"));
        }
        temp.rename(&self.path)?;
        if cfg!(unix)
            && let Some(folder) = self.path.parent()
        {
            // It is in its place: that it may not survive a power loss is no reason to say otherwise.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(Replaced { lives_on: has_name(&self.old) })
    }

    /// Whether the path still leads to the file that was read, with the same in it.
    fn is_as_it_was(&self) -> bool {
        let is_same = fs::symlink_metadata(&self.path).is_ok_and(|facts| is_one(&facts, &self.facts));
        is_same && gather::read(&self.path).ok().flatten().is_some_and(|bytes| *bytes == *self.bytes)
    }
}

/// Whether these are facts of one file.
#[cfg(unix)]
fn is_one(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_one(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

fn temp_path(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}{}.tmp", beginning(path), Uuid::new_v4().simple()))
}

/// Git's lock of a file.
fn lock_path(path: &Path) -> PathBuf {
    path.with_file_name(format!("{}.lock", path.file_name().unwrap_or_default().to_string_lossy()))
}

/// What the names of our temporary files for a file begin with.
fn beginning(path: &Path) -> String {
    format!(".{}.gitconn-", path.file_name().unwrap_or_default().to_string_lossy())
}

/// What a program that was stopped in the middle of a change has left beside a file.
pub(super) fn left_beside(path: &Path, locked: bool) -> Vec<PathBuf> {
    let mut left: Vec<PathBuf> = Some(lock_path(path)).filter(|lock| locked && lock.is_file()).into_iter().collect();
    let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    let is_ours = |name: &str| name.strip_prefix(&beginning(path)).is_some_and(|rest| rest.strip_suffix(".tmp").is_some());
    let ours = entries.into_iter().flatten().flatten().filter(|entry| is_ours(&entry.file_name().to_string_lossy()));
    left.extend(ours.map(|entry| entry.path()));
    left
}

/// Mode and owner as another file has them.
#[cfg(unix)]
fn like(file: &File, facts: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (facts.uid(), facts.gid()) {
        fchown(file, Some(facts.uid()), Some(facts.gid()))?;
    }
    file.set_permissions(facts.permissions())
}

#[cfg(not(unix))]
fn like(file: &File, facts: &fs::Metadata) -> io::Result<()> {
    file.set_permissions(facts.permissions())
}

#[cfg(unix)]
fn has_name(old: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    old.metadata().is_ok_and(|facts| facts.nlink() > 0)
}

#[cfg(not(unix))]
fn has_name(_: &File) -> bool {
    false
}

/// A file that is not yet in its place. It is removed unless it gets there.
struct Temp {
    file: File,
    path: PathBuf,
    is_placed: bool,
}

impl Temp {
    fn create(path: PathBuf) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                io::Error::other(format!("`{}` is there: another program is writing it", path.display()))
            }
            _ => error,
        })?;
        Ok(Self { file, path, is_placed: false })
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.is_placed = true;
        Ok(())
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if !self.is_placed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a file of somebody else, as a test finds it")]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Opened, lock_path};

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("netrc");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        (folder, path)
    }

    fn names(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_somebody_writes_in_between_is_not_lost() {
        for locked in [false, true] {
            let (folder, path) = file();
            let opened = Opened::new(&path, locked).unwrap();
            std::fs::write(&path, "one\ntwo\nthree\n").unwrap();
            let error = opened.replace(b"two\n").unwrap_err();
            assert!(error.to_string().contains("it was changed meanwhile"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
            assert_eq!(names(folder.path()), 1, "nothing is left beside it");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_was_put_in_its_place_is_another_one() {
        let (folder, path) = file();
        let opened = Opened::new(&path, false).unwrap();
        let newer = folder.path().join("newer");
        std::fs::write(&newer, "one\ntwo\n").unwrap();
        std::fs::rename(&newer, &path).unwrap();
        assert!(opened.replace(b"two\n").is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn gits_lock_is_held_from_before_the_file_is_read() {
        let (folder, path) = file();
        let opened = Opened::new(&path, true).unwrap();
        assert!(lock_path(&path).exists());
        // Git, or another import, makes the same file and gives up where it is there.
        assert!(Opened::new(&path, true).err().unwrap().to_string().contains("another program is writing it"));
        opened.replace(b"two\n").unwrap();
        assert_eq!((std::fs::read_to_string(&path).unwrap().as_str(), names(folder.path())), ("two\n", 1));
        // Whoever finds nothing to do gives it back.
        drop(Opened::new(&path, true).unwrap());
        assert_eq!(names(folder.path()), 1);
    }
}

//! Putting another content in the place of somebody else's file: whole or not at all, with the mode and the owner that it had.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// What is left of a file that was replaced.
pub(super) struct Replaced {
    /// Whether the old content still has a name elsewhere: a second link.
    pub(super) lives_on: bool,
}

/// Replaces a file that is no link by `bytes`. `locked`: git's own lock, `FILE.lock`, is taken first, and is what is renamed, as git does it.
///
/// # Errors
///
/// At the first call that fails; the file is as it was then.
pub(super) fn replace(path: &Path, bytes: &[u8], locked: bool) -> io::Result<Replaced> {
    let old = File::open(path)?;
    let facts = old.metadata()?;
    let temp = Temp::create(temp_path(path, locked))?;
    let mut file = &temp.file;
    file.write_all(bytes)?;
    like(file, &facts)?;
    file.sync_all()?;
    if fs::read(&temp.path)? != bytes {
        return Err(io::Error::other("what was written does not read back the same"));
    }
    temp.rename(path)?;
    if cfg!(unix)
        && let Some(folder) = path.parent()
    {
        // It is in its place: that it may not survive a power loss is no reason to say otherwise.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(Replaced { lives_on: has_name(&old) })
}

fn temp_path(path: &Path, locked: bool) -> PathBuf {
    if locked { lock_path(path) } else { path.with_file_name(format!("{}{}.tmp", beginning(path), Uuid::new_v4().simple())) }
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

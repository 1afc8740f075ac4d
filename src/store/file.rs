//! Bytes ⇄ disk: the order of a save that leaves either the old file or the new one, whatever fails (design §5, Save).
//! Knows nothing of what the bytes mean.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use super::Error;

/// So many replaced files are kept.
pub(super) const GENERATIONS: u32 = 3;

/// What becomes of the file that a save replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced<'a> {
    /// It is not needed any more.
    Dropped,
    /// It becomes the newest of the kept generations.
    Kept,
    /// It is kept under a name of its own, which a later one of that name replaces.
    KeptAs(&'a Path),
    /// There must be none.
    Absent,
}

/// Options for a file of ours: 0600 whatever the umask adds, never through a link, never waiting for a FIFO's other end.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    options
}

/// A regular file that is read from its start.
pub(super) struct Input {
    path: PathBuf,
    file: File,
    /// What was read so far.
    start: Vec<u8>,
    /// Its size in bytes when it was opened.
    length: u64,
}

impl Input {
    /// Opens a file of at most `most` bytes. Nothing is read yet.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] without a file, [`Error::Damaged`] for what is no regular file or is too large.
    pub(super) fn open(path: &Path, most: u64) -> Result<Self, Error> {
        let file = match private().read(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::Missing(path.to_owned())),
            Err(source) => return Err(Error::Io { path: path.to_owned(), what: "opened", source }),
        };
        let facts = file.metadata().map_err(Error::io(path, "read"))?;
        if !facts.is_file() {
            return Err(Error::damaged(path, "it is not a regular file"));
        }
        if facts.len() > most {
            return Err(too_large(path, most));
        }
        Ok(Self { path: path.to_owned(), file, start: Vec::new(), length: facts.len() })
    }

    /// Reads on until there are `length` bytes, or all. Returns all that was read so far.
    pub(super) fn read_to(&mut self, length: u64) -> Result<&[u8], Error> {
        let missing = length.saturating_sub(self.start.len() as u64);
        let expected = self.length.min(length).saturating_sub(self.start.len() as u64);
        self.start.reserve(usize::try_from(expected).unwrap_or_default() + 1);
        (&self.file).take(missing).read_to_end(&mut self.start).map_err(Error::io(&self.path, "read"))?;
        Ok(&self.start)
    }

    /// What was read so far.
    pub(super) fn start(&self) -> &[u8] {
        &self.start
    }

    /// Its size in bytes when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The whole file, from its first byte: once.
    pub(super) fn reader(&mut self) -> impl BufRead {
        self.start.chain(BufReader::new(&self.file))
    }
}

/// Reads a whole regular file of at most `most` bytes. Errors as with [`Input::open`].
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let mut input = Input::open(path, most)?;
    input.read_to(most + 1)?;
    if input.start.len() as u64 > most { Err(too_large(path, most)) } else { Ok(input.start) }
}

fn too_large(path: &Path, most: u64) -> Error {
    Error::damaged(path, format!("it is larger than {} KiB", most >> 10))
}

/// Makes a directory and those above it, for nobody else to enter (0700).
pub(super) fn make_directory(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(Error::io(path, "made"))
}

/// Refuses a directory in which anybody could put another file in the store's place.
pub(super) fn check_directory(directory: &Path) -> Result<(), Error> {
    let facts = fs::metadata(directory).map_err(Error::io(directory, "read"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = facts.permissions().mode();
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            return Err(Error::UnsafeDirectory(directory.to_owned()));
        }
    }
    if facts.is_dir() { Ok(()) } else { Err(Error::UnsafeDirectory(directory.to_owned())) }
}

/// The directory of a file.
pub(super) fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path with something appended to its last part.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The n-th newest kept generation: `store.age.~1~`.
pub(super) fn generation(path: &Path, number: u32) -> PathBuf {
    beside(path, &format!(".~{number}~"))
}

/// Puts `bytes` in the place of a file: temp file in the same directory, fsync, read back, keep the old one, rename, fsync of the
/// directory. Returns whether the last fsync went well.
///
/// # Errors
///
/// [`Error::Io`] at the first call that fails; nothing is tried twice, the file is as it was, the temp file is removed.
pub(super) fn replace(path: &Path, bytes: &[u8], replaced: Replaced<'_>) -> Result<bool, Error> {
    let temp = Temp::write(path, bytes)?;
    match replaced {
        Replaced::Dropped => {}
        Replaced::Kept => keep(path)?,
        Replaced::KeptAs(name) => link_over(path, name)?,
        Replaced::Absent => match fs::symlink_metadata(path) {
            Ok(_) => return Err(Error::Exists(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Io { path: path.to_owned(), what: "read", source }),
        },
    }
    temp.rename(path)?;
    Ok(sync_directory(directory(path)).is_ok())
}

/// Writes a small file that only this machine reads: as [`replace`], but without read-back, and the directory is not synced.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temp = Temp::create(path)?;
    (&temp.file).write_all(bytes).and_then(|()| temp.file.sync_all()).map_err(Error::io(path, "written"))?;
    temp.rename(path)
}

/// Removes temp files that savers of this file, or of its kept generations, left when they died. Only under the lock: then no saver is alive.
pub(super) fn sweep(path: &Path) {
    for temp in temps(path) {
        if fs::remove_file(temp).is_ok() {
            tracing::debug!("removed a temporary file that a save left behind");
        }
    }
}

/// The temp files of a file: of savers that are at it, or that died.
pub(super) fn temps(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory(path)).into_iter().flatten().flatten();
    entries.filter(|entry| is_temp_of(path, &entry.file_name())).map(|entry| entry.path()).collect()
}

/// Whether a name is `.<store>.<pid>.<rand>.tmp`, or `.<store>.~1~.<pid>.<rand>.tmp`.
fn is_temp_of(path: &Path, name: &OsStr) -> bool {
    let (Some(store), Some(name)) = (path.file_name().map(OsStr::as_encoded_bytes), Some(name.as_encoded_bytes())) else {
        return false;
    };
    let middle = name
        .strip_prefix(b".")
        .and_then(|rest| rest.strip_prefix(store))
        .and_then(|rest| rest.strip_prefix(b"."))
        .and_then(|rest| rest.strip_suffix(b".tmp"));
    let Some(middle) = middle else { return false };
    let mut parts = middle.split(|byte| *byte == b'.').peekable();
    let _ = parts.next_if(|part| part.len() > 2 && part.starts_with(b"~") && part.ends_with(b"~"));
    let (process, random) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let digits = !process.is_empty() && process.iter().all(u8::is_ascii_digit);
    digits && random.len() == 32 && random.iter().all(u8::is_ascii_hexdigit) && parts.next().is_none()
}

/// Moves the kept generations on by one and makes the present file the newest of them.
fn keep(path: &Path) -> Result<(), Error> {
    let newest = generation(path, 1);
    if is_same_file(path, &newest) {
        // A save that died between this step and its rename has kept it already.
        return Ok(());
    }
    for number in (1..GENERATIONS).rev() {
        match fs::rename(generation(path, number), generation(path, number + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::Io { path: generation(path, number), what: "kept as an older generation", source: error });
            }
            _ => {}
        }
    }
    link_over(path, &newest)
}

/// Gives a file a second name, in place of what had that name, under the lock. Where the file system has no links, copies it.
pub(super) fn link_over(path: &Path, name: &Path) -> Result<(), Error> {
    let failed = Error::io(name, "kept");
    match fs::remove_file(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    match fs::hard_link(path, name) {
        Ok(()) => Ok(()),
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {
            sweep(name);
            let bytes = read(path, super::header::MAX_FILE)?;
            Temp::write(name, &bytes)?.rename(name)
        }
        Err(error) => Err(failed(error)),
    }
}

#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::symlink_metadata(one), fs::symlink_metadata(other)) {
        (Ok(one), Ok(other)) => one.dev() == other.dev() && one.ino() == other.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

/// Makes what happened in a directory survive a power loss.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// A file that is not yet in its place. It is removed unless it gets there.
struct Temp {
    path: PathBuf,
    file: File,
    placed: bool,
}

impl Temp {
    /// Makes it beside the file it is for.
    fn create(target: &Path) -> Result<Self, Error> {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}.{}.tmp", std::process::id(), uuid::Uuid::new_v4().simple()));
        let path = directory(target).join(name);
        let file = private().write(true).create_new(true).open(&path).map_err(Error::io(&path, "made"))?;
        Ok(Self { path, file, placed: false })
    }

    /// Makes it, writes it, fsyncs it once (after an error the kernel may call lost pages clean: there is no second try), and reads it back.
    fn write(target: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let temp = Self::create(target)?;
        (&temp.file).write_all(bytes).map_err(Error::io(&temp.path, "written"))?;
        temp.file.sync_all().map_err(Error::io(&temp.path, "made durable"))?;
        temp.compare(bytes)?;
        Ok(temp)
    }

    /// Whether what is on the disk is what was meant to be: a disk that lies about a write is found here.
    fn compare(&self, bytes: &[u8]) -> Result<(), Error> {
        let failed = || Error::io(&self.path, "read back");
        let mut file = private().read(true).open(&self.path).map_err(failed())?;
        let mut chunk = vec![0; 64 << 10];
        let mut rest = bytes;
        loop {
            match file.read(&mut chunk) {
                Ok(0) if rest.is_empty() => return Ok(()),
                Ok(length) => match rest.strip_prefix(&chunk[..length]) {
                    Some(next) if length > 0 => rest = next,
                    _ => {
                        return Err(failed()(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "it holds other bytes than were written",
                        )));
                    }
                },
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed()(error)),
            }
        }
    }

    fn rename(mut self, target: &Path) -> Result<(), Error> {
        fs::rename(&self.path, target).map_err(Error::io(target, "replaced"))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::{GENERATIONS, Replaced, check_directory, generation, is_temp_of, read, replace, sweep};
    use crate::store::Error;

    #[test]
    fn three_generations_are_kept_and_no_temp_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.age");
        replace(&path, b"1", Replaced::Absent).unwrap();
        assert!(matches!(replace(&path, b"x", Replaced::Absent), Err(Error::Exists(_))));
        for content in 2..=6 {
            assert!(replace(&path, content.to_string().as_bytes(), Replaced::Kept).unwrap());
        }
        replace(&path, b"7", Replaced::Dropped).unwrap();
        let kept: Vec<String> =
            (1..=GENERATIONS).map(|number| String::from_utf8(read(&generation(&path, number), 99).unwrap()).unwrap()).collect();
        assert_eq!(kept, ["5", "4", "3"]);
        assert_eq!(read(&path, 99).unwrap(), b"7");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 4);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }

    #[test]
    fn a_save_that_died_after_keeping_pushes_nothing_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.age");
        replace(&path, b"1", Replaced::Absent).unwrap();
        replace(&path, b"2", Replaced::Kept).unwrap();
        super::keep(&path).unwrap();
        replace(&path, b"3", Replaced::Kept).unwrap();
        assert_eq!(read(&generation(&path, 1), 99).unwrap(), b"2");
        assert_eq!(read(&generation(&path, 2), 99).unwrap(), b"1");
    }

    #[test]
    fn a_rename_that_fails_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.age");
        fs::create_dir(&path).unwrap();
        assert!(matches!(replace(&path, b"1", Replaced::Dropped), Err(Error::Io { what: "replaced", .. })));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_disk_that_keeps_other_bytes_is_found_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.age");
        let written = vec![7; 40_000];
        let temp = super::Temp::write(&path, &written).unwrap();
        assert!(temp.compare(&written).is_ok());
        let mut flipped = written.clone();
        flipped[39_999] = 8;
        for other in [&written[..39_999], &flipped, &[&written[..], b"7"].concat(), b""] {
            assert!(matches!(temp.compare(other), Err(Error::Io { what: "read back", .. })), "{} bytes", other.len());
        }
        drop(temp);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_our_own_leftovers_are_swept() {
        let path = Path::new("/d/store.age");
        let random = "0123456789abcdef0123456789abcdef";
        assert!(is_temp_of(path, OsStr::new(&format!(".store.age.12.{random}.tmp"))));
        assert!(is_temp_of(path, OsStr::new(&format!(".store.age.~2~.12.{random}.tmp"))));
        assert!(!is_temp_of(path, OsStr::new(&format!(".store.age.~2~.~1~.12.{random}.tmp"))));
        for other in ["store.age", ".store.age.tmp", ".store.age.12.xyz.tmp", "store.lock", ".other.age.12.0123456789abcdef.tmp"]
        {
            assert!(!is_temp_of(path, OsStr::new(other)), "{other}");
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.age");
        let temp = super::Temp::create(&path).unwrap();
        std::mem::forget(temp);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        sweep(&path);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_directory_that_all_may_write_to_is_refused_unless_sticky() {
        let directory = tempfile::tempdir().unwrap();
        for (mode, good) in [(0o700, true), (0o755, true), (0o777, false), (0o1777, true)] {
            fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(check_directory(directory.path()).is_ok(), good, "{mode:o}");
        }
    }

    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        let directory = tempfile::tempdir().unwrap();
        let fifo = directory.path().join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        for path in [fifo.as_path(), Path::new("/dev/null"), directory.path()] {
            assert!(matches!(read(path, 99), Err(Error::Damaged { .. })), "{}", path.display());
        }
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        assert!(matches!(read(&link, 1 << 20), Err(Error::Io { .. })));
    }
}

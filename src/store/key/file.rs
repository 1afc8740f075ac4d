//! Files that hold a secret: read only if nobody else can read them, written so that nobody else ever could.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::store::Error;

/// A key file is a few hundred bytes; what is larger is something else.
const LARGEST: u64 = 64 * 1024;

/// Why a file gives no key, in words that go on after "cannot be used: ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("there is no such file")]
    Absent,
    /// Its permission bits.
    #[error("others can read it (its mode is {0:04o}, make it 0600)")]
    Exposed(u32),
    #[error("{0}")]
    Other(String),
}

/// The content of a regular file that only its owner can read. Symlinks are followed; what counts is the file behind them.
pub(super) fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    read(path, true)
}

/// The content of a regular file that may be read by others, because it is encrypted.
pub(super) fn read_encrypted(path: &Path) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    read(path, false)
}

/// The first line of a file that only its owner can read: a passphrase.
pub(super) fn read_passphrase(path: &Path) -> Result<Secret, Flaw> {
    let bytes = read_private(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Flaw::Other("it is not text".to_owned()))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret::from(line.to_owned())),
        _ => Err(Flaw::Other("its first line is empty".to_owned())),
    }
}

fn read(path: &Path, private: bool) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let file = open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Flaw::Absent,
        kind => Flaw::Other(format!("it cannot be opened: {kind}")),
    })?;
    // Asked of the open file, not of the path: nobody can put another file there in between.
    let metadata = file.metadata().map_err(|error| Flaw::Other(format!("it cannot be examined: {}", error.kind())))?;
    if !metadata.is_file() {
        return Err(Flaw::Other("it is not a regular file".to_owned()));
    }
    if private && let Some(mode) = open_to_others(&metadata) {
        return Err(Flaw::Exposed(mode));
    }
    let expected = usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default();
    // With room to spare, the vector does not grow while it is filled: growing would leave a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected + 64));
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Flaw::Other(format!("it cannot be read: {}", error.kind())))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Flaw::Other("it is larger than 64 KiB".to_owned()));
    }
    Ok(bytes)
}

/// Opens without waiting for the other end of a pipe.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// The permission bits, if they give anybody but the owner anything.
#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_metadata: &std::fs::Metadata) -> Option<u32> {
    None
}

/// Writes a file that is not there yet, readable by its owner only from its first moment, and reads it back.
///
/// A file that is already there, be it a dangling symlink, is left alone. After any other error nothing is left.
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<(), Error> {
    let failed = |what| move |source| Error::Io { path: path.to_owned(), what, source };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(taken(path));
        }
        Err(error) => return Err(failed("created")(error)),
    };
    let written = fill(file, path, content).map_err(failed("written"));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Fails if `write_new` would find the name taken.
pub(super) fn refuse_taken(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() { Err(taken(path)) } else { Ok(()) }
}

fn taken(path: &Path) -> Error {
    let named = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    // What is moved aside must not take the place of what was moved aside before: it may be the only key of a store.
    let mut aside = named(".old");
    for number in 2..100 {
        if aside.symlink_metadata().is_err() {
            break;
        }
        aside = named(&format!(".old{number}"));
    }
    Error::KeyInTheWay { path: path.to_owned(), aside }
}

fn fill(mut file: File, path: &Path, content: &[u8]) -> io::Result<()> {
    // A umask can take the owner's own bits away.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    sync_directory(path)?;
    let mut again = Zeroizing::new(Vec::with_capacity(content.len() + 64));
    File::open(path)?.read_to_end(&mut again)?;
    if again.as_slice() == content { Ok(()) } else { Err(io::Error::other("what was read back is not what was written")) }
}

/// Makes a file's name in its directory durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes the directory that is to hold a file, for its owner only, if it is not there.
pub(super) fn make_directory_of(path: &Path) -> Result<(), Error> {
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(parent).map_err(|source| Error::Io { path: parent.to_owned(), what: "created", source })
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_new_file_is_its_owners_only_and_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new(&path, b"one").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(read_private(&path).unwrap().as_slice(), b"one");
        let error = write_new(&path, b"two").unwrap_err();
        assert!(matches!(&error, Error::KeyInTheWay { aside, .. } if *aside == folder.path().join("key.old")), "{error:?}");
        write_new(&folder.path().join("key.old"), b"zero").unwrap();
        let error = write_new(&path, b"two").unwrap_err();
        assert!(matches!(&error, Error::KeyInTheWay { aside, .. } if *aside == folder.path().join("key.old2")), "{error:?}");
        assert_eq!(read_private(&path).unwrap().as_slice(), b"one");
    }

    #[test]
    fn a_new_file_does_not_go_through_a_dangling_symlink() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("key"), folder.path().join("elsewhere"));
        symlink(&target, &path).unwrap();
        assert!(matches!(write_new(&path, b"one"), Err(Error::KeyInTheWay { .. })));
        assert!(!target.exists());
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no/key");
        assert!(matches!(write_new(&path, b"one"), Err(Error::Io { what: "created", .. })));
        make_directory_of(&path).unwrap();
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        write_new(&path, b"one").unwrap();
    }

    #[test]
    fn any_bit_for_others_refuses_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new(&path, b"one").unwrap();
        for refused in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666] {
            set_mode(&path, refused);
            let why = read_private(&path).unwrap_err().to_string();
            assert_eq!(why, format!("others can read it (its mode is {refused:04o}, make it 0600)"));
            assert_eq!(read_encrypted(&path).unwrap().as_slice(), b"one");
        }
        for accepted in [0o600, 0o400, 0o700] {
            set_mode(&path, accepted);
            assert!(read_private(&path).is_ok());
        }
    }

    #[test]
    fn a_symlink_is_followed_and_its_target_judged() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("key"), folder.path().join("link"));
        write_new(&path, b"one").unwrap();
        symlink(&path, &link).unwrap();
        assert_eq!(read_private(&link).unwrap().as_slice(), b"one");
        set_mode(&path, 0o644);
        assert!(read_private(&link).unwrap_err().to_string().contains("0644"));
    }

    #[test]
    fn what_is_no_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status().unwrap().success());
        assert_eq!(read_private(&pipe).unwrap_err().to_string(), "it is not a regular file");
        assert_eq!(read_private(folder.path()).unwrap_err().to_string(), "it is not a regular file");
        assert_eq!(read_private(Path::new("/dev/null")).unwrap_err().to_string(), "it is not a regular file");
        assert_eq!(read_private(&folder.path().join("none")).unwrap_err().to_string(), "there is no such file");
    }

    #[test]
    fn a_huge_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new(&path, &vec![b'#'; 65 * 1024]).unwrap();
        assert_eq!(read_private(&path).unwrap_err().to_string(), "it is larger than 64 KiB");
    }

    #[test]
    fn a_passphrase_is_the_first_line_as_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content, expected) in [
            ("unix", "correct horse \nsecond", Some("correct horse ")),
            ("windows", "correct horse\r\n", Some("correct horse")),
            ("bare", "x", Some("x")),
            ("empty", "", None),
            ("blank", "\nx", None),
        ] {
            let path = folder.path().join(name);
            write_new(&path, content.as_bytes()).unwrap();
            let read = read_passphrase(&path);
            assert_eq!(read.as_ref().ok().map(Secret::expose), expected, "{name}");
        }
    }
}

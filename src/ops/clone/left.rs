//! What a clone that was killed has left: the folder of its desk, with a socket in it that nobody listens at, and certificates of hosts.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// What the folders begin with, and how many letters follow.
pub(super) const PREFIX: &str = "gitconn-";
const LETTERS: usize = 6;
/// The socket in it.
pub(super) const SOCKET: &str = "git";

/// The file in it with the certificates of a host.
pub(super) fn authorities(at: usize) -> String {
    format!("ca-{at}.pem")
}

fn is_authorities(name: &OsStr) -> bool {
    let at = name.to_str().and_then(|name| name.strip_prefix("ca-")?.strip_suffix(".pem"));
    at.is_some_and(|at| at.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Longer no path of a socket may be: of 104 bytes where least fit, and the last is zero (unix(7) has 108).
const LONGEST: usize = 103;

/// Where the folders are made: where everything temporary is, unless a socket's path would be too long there.
pub(super) fn place() -> PathBuf {
    let usual = tempfile::env::temp_dir();
    let path = usual.join(format!("{PREFIX}{}", "x".repeat(LETTERS))).join(SOCKET);
    if path.as_os_str().len() <= LONGEST { usual } else { PathBuf::from("/tmp") }
}

/// The folders that nobody uses any more. Others may choose such a name too: what is in one, and whose it is, says whether it is ours.
pub(crate) fn left() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place()).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| is_name(&entry.file_name().to_string_lossy())).map(|entry| entry.path());
    folders.filter(|folder| is_left(folder)).collect()
}

/// Removes one of them, if it still is one.
///
/// # Errors
///
/// If it is not, or the system does not do it.
pub(crate) fn remove_left(folder: &Path) -> io::Result<()> {
    if !is_left(folder) {
        return Err(io::Error::other("it is in use, or is another program's"));
    }
    // The socket goes last: it is what the folder is known by.
    for name in names(folder)?.into_iter().filter(|name| is_authorities(name)) {
        std::fs::remove_file(folder.join(name))?;
    }
    std::fs::remove_file(folder.join(SOCKET))?;
    std::fs::remove_dir(folder)
}

fn is_name(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == LETTERS && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    Ok(std::fs::read_dir(folder)?.flatten().map(|entry| entry.file_name()).collect())
}

/// Whether it is a folder of this user's alone, which holds one socket and nothing else but certificates, and nobody answers there.
#[cfg(unix)]
fn is_left(folder: &Path) -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let is_own = std::fs::symlink_metadata(folder).is_ok_and(|facts| {
        facts.is_dir() && facts.mode() & 0o7777 == 0o700 && facts.uid() == rustix::process::geteuid().as_raw()
    });
    let socket = folder.join(SOCKET);
    let is_alone = || {
        let is_ours = |name: &OsString| name == SOCKET || is_authorities(name);
        names(folder).is_ok_and(|names| names.iter().all(is_ours))
    };
    let is_socket = || std::fs::symlink_metadata(&socket).is_ok_and(|facts| facts.file_type().is_socket());
    let is_silent = || {
        let called = std::os::unix::net::UnixStream::connect(&socket);
        called.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    };
    is_own && is_alone() && is_socket() && is_silent()
}

#[cfg(not(unix))]
fn is_left(_: &Path) -> bool {
    false
}

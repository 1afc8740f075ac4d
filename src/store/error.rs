//! Why a store does not open or save, named for what happened to the user.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A store operation that failed. No variant holds a secret or content of the image.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is no file there.
    #[error("there is no store at `{}`", .0.display())]
    Missing(PathBuf),
    /// `create` met a file.
    #[error("there is already a store at `{}`", .0.display())]
    Exists(PathBuf),
    /// No key was found and nobody could be asked (exit 5). `tried` says, for each source, what it answered.
    #[error("the store is locked: {why}")]
    Locked { why: String, tried: Vec<String> },
    /// The key is there but opens nothing of this store (exit 5). `source` says where it came from: `GITCONN_KEY`.
    #[error("the key from {from} does not open `{}`", path.display())]
    WrongKey { from: String, path: PathBuf },
    /// A key, key file or passphrase file that cannot be used: its reason in words (exit 5).
    #[error("the key from {from} cannot be used: {why}")]
    BadKey { from: String, why: String },
    /// A new key could not be put where it was to live, or not be taken away from there (exit 5). `place` is `the keyring` or a path.
    #[error("{place} cannot be used for the key: {why}")]
    UnusablePlace { place: String, why: String },
    /// A file has the name that the file of a new key was to have (exit 5): left by an attempt that was killed, or another store's key.
    /// `aside` is a free name that it could be given.
    #[error("there is already a file `{}`, and a key is never written over", path.display())]
    KeyInTheWay { path: PathBuf, aside: PathBuf },
    /// The kernel's keyring is not there or refuses (exit 5): containers often forbid it.
    #[error("the kernel's keyring cannot be used: {why}")]
    NoKernelKeyring { why: String },
    /// A time to be unlocked that is nothing, or too long (exit 2).
    #[error("a store is unlocked for {} at least and {} at most", spelt(*shortest), spelt(*longest))]
    UnlockTime { shortest: Duration, longest: Duration },
    /// The person pressed Ctrl-C or Enter at the prompt (exit 5).
    #[error("no passphrase was given")]
    Cancelled,
    /// The file is not whole or not ours (exit 7). `why` names the check that failed: `the signature does not fit`, `trigger`, …
    #[error("the store `{}` is damaged: {why}", path.display())]
    Damaged { path: PathBuf, why: String },
    /// Decrypts, but was not signed by its writer key (exit 7): re-encrypted by another tool, or replaced.
    #[error("the store `{}` was not written by gitconn with its own key: {why}", path.display())]
    Foreign { path: PathBuf, why: String },
    /// An older generation than this machine has seen, or another of the same generation (exit 7).
    #[error("the store `{}` is not the newest this machine has seen: {why}", path.display())]
    RolledBack { path: PathBuf, why: String },
    /// Written by a newer gitconn (exit 7).
    #[error("the store `{}` has format {found}, this gitconn knows formats up to {known}", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    /// The lock stays busy (exit 6).
    #[error("another gitconn has been writing to `{}` for {seconds} s", path.display())]
    Busy { path: PathBuf, seconds: u64 },
    /// Not the bytes that were looked at before somebody agreed to them (exit 7).
    #[error("`{}` is not the file any more that was shown: another was put in its place meanwhile", path.display())]
    Swapped { path: PathBuf },
    /// Reading or writing failed; the file on disk is as it was (exit 1).
    #[error("`{}` could not be {what}", path.display())]
    Io { path: PathBuf, what: &'static str, source: io::Error },
    /// Others could change the directory that holds the store (exit 1).
    #[error("others may write to the directory `{}`", .0.display())]
    UnsafeDirectory(PathBuf),
    /// A name that is taken already (exit 2).
    #[error("there is already a connection `{0}`")]
    NameTaken(String),
    /// An id prefix that several have (exit 2).
    #[error("`{typed}` is the beginning of several ids")]
    AmbiguousId { typed: String, names: Vec<String> },
    /// The connection that something was to be kept for was removed meanwhile (exit 3).
    #[error("the connection is not there any more")]
    Gone,
    /// SQLite refused a statement: our bug.
    #[error("the store's database refused a statement")]
    Sql(#[source] rusqlite::Error),
    /// A generation that is not among the kept ones (exit 3).
    #[error("generation {0} is not among the kept ones")]
    NoBackup(u64),
}

/// A time as it is typed: `30d`, `90s`.
fn spelt(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds > 0 && seconds.is_multiple_of(86_400) => format!("{}d", seconds / 86_400),
        seconds => format!("{seconds}s"),
    }
}

impl Error {
    /// The file is not whole; `why` names the check that failed.
    pub(super) fn damaged(path: &Path, why: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), why: why.into() }
    }

    /// The file is a store, but its writer key did not sign it.
    pub(super) fn foreign(path: &Path, why: impl Into<String>) -> Self {
        Self::Foreign { path: path.to_owned(), why: why.into() }
    }

    /// Whether the store, or the place that it is in, is read-only: mostly by intention.
    pub(crate) fn is_read_only(&self) -> bool {
        let is = |kind| matches!(kind, io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied);
        matches!(self, Self::Io { source, .. } if is(source.kind()))
    }

    /// For `map_err`: reading or writing failed. `what` completes "could not be".
    pub(super) fn io(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), what, source }
    }
}

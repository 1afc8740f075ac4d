//! Why a store does not open or save, named for what happened to the user.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::key::Flaw;

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
    /// The store got a new key, and this is the old one (exit 5). `now_in` says where the new one was put.
    #[error("the key from {from} is not the key of `{}` any more: it was re-keyed", path.display())]
    Rekeyed { from: String, path: PathBuf, now_in: NowIn },
    /// A reader's key does not save (exit 5). Nothing was written.
    #[error("the key from {from} reads the store and does not write it")]
    Reader {
        from: String,
        /// Whether it is a small store, which was exported from another.
        is_copy: bool,
    },
    /// The key opens the store, did not sign it, and names nobody who may have (exit 7): a reader's key without its signer, or another's file.
    #[error("the key from {from} opens `{}`, but did not sign it, and names nobody who may", path.display())]
    NoSigner { from: String, path: PathBuf },
    /// A reader's key names another writer than the one who signed the file (exit 7).
    #[error("`{}` is not signed by the writer whom the key from {from} names", path.display())]
    OtherSigner { from: String, path: PathBuf },
    /// What was asked of the store's keys cannot be.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A key, key file or passphrase file that cannot be used: its reason in words (exit 5).
    #[error("the key from {from} cannot be used: {why}")]
    BadKey { from: String, why: String },
    /// A key file or passphrase file that was named and gives nothing (exit 5).
    #[error("the key from {from} cannot be used: {flaw}")]
    KeyFile { from: String, path: PathBuf, flaw: Flaw },
    /// A new store's key has no place here, and nobody can be asked for a passphrase (exit 5). `tried` says, for each place, what it answered.
    #[error("there is no place for the key of a new store")]
    NoKeyPlace { tried: Vec<String> },
    /// A new key is to be protected by a passphrase, and there is nobody to think of one (exit 5).
    #[error("a new passphrase is needed, and there is no terminal to ask for it on")]
    NoNewPassphrase,
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
    /// The folder in which a file was to be made is not there (exit 1).
    #[error("there is no folder `{}`", .0.display())]
    NoFolder(PathBuf),
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

/// Where the key of a store is that got a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NowIn {
    /// Where the program looks by itself: the keyring, or the file beside the store.
    Usual(String),
    /// A key file that somebody has to name.
    File(PathBuf),
}

/// Why a reader was not added or removed, or the store not re-keyed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    /// A name that is taken already (exit 2).
    #[error("there is already a reader `{0}`")]
    ReaderTaken(String),
    /// The key is a reader's already (exit 2).
    #[error("this key is already the reader `{0}`")]
    ReaderKnown(String),
    /// The writer's own key (exit 2).
    #[error("this is the store's own key, which reads it already")]
    OwnKey,
    /// What is no public key (exit 2); `why` never holds a secret.
    #[error("the public key cannot be used: {why}")]
    BadRecipient { why: String },
    /// As many as a store takes (exit 2).
    #[error("the store has {0} readers, and takes no more")]
    TooManyReaders(usize),
    /// Nobody of that name (exit 3).
    #[error("there is no reader `{typed}`")]
    NoReader { typed: String, nearest: Option<String> },
    /// Only a recovery key may take the writer's place (exit 5).
    #[error("the key from {from} is a {kind} key{}: only the store's own key or a recovery key makes it a new one", name.as_ref().map(|name| format!(" (`{name}`)")).unwrap_or_default())]
    NotRecovery { from: String, kind: &'static str, name: Option<String> },
    /// New tokens that could not be saved wait in a file that only the old key opens (exit 1).
    #[error("new tokens of a connection wait in `{}`, which only the present key opens", path.display())]
    Rescued {
        path: PathBuf,
        /// The connection, where it is still there.
        name: Option<String>,
    },
    /// Nothing says where the new key is to go (exit 2).
    #[error("the present key is from {from}: say where the new one is to live")]
    NoPlace { from: String },
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

    /// Whether the store, the place that it is in, or its key, is read-only: mostly by intention.
    pub(crate) fn is_read_only(&self) -> bool {
        if matches!(self, Self::Reader { .. }) {
            return true;
        }
        let is = |kind| matches!(kind, io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied);
        matches!(self, Self::Io { source, .. } if is(source.kind()))
    }

    /// For `map_err`: reading or writing failed. `what` completes "could not be".
    pub(super) fn io(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), what, source }
    }
}

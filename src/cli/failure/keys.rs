//! Words and hints for what concerns the keys of a store: readers that would write, signers that do not fit, a store that was re-keyed.

use std::path::Path;

use super::{Failure, Kind};
use crate::cli::commands;
use crate::model::{ProviderId, shell_word};
use crate::ops::Flaw;
use crate::ops::store::{KeysError, NowIn};

/// Where the signer of a store is shown.
const SIGNER: &str = "gitconn store recipients list   # where the store is at home: shows the signer";
const LIST: &str = "gitconn store recipients list";

/// A key file, or a passphrase file, that was named and gives nothing.
pub(super) fn file(message: String, path: &Path, flaw: &Flaw) -> Failure {
    let failure = Failure::new(Kind::Locked, message);
    match flaw {
        Flaw::Absent => failure.hint("gitconn store info   # which key it wants, and where that is looked for"),
        Flaw::Exposed(_) => failure.hint(format!("chmod 600 {}", shell_word(&path.display().to_string()))),
        Flaw::Other(_) => failure,
    }
}

/// A key file was named for a store that is to be made, and is not there: naming a file makes none.
pub(in crate::cli) fn file_for_new(path: &Path, failure: Failure) -> Failure {
    let path = shell_word(&path.display().to_string()).into_owned();
    failure.hint(format!("gitconn store init --key file --key-out {path}   # makes the key too"))
}

/// A reader's key was asked to save.
pub(super) fn reader(message: String, is_copy: bool) -> Failure {
    if is_copy {
        return Failure::new(Kind::Locked, message)
            .cause("nothing was changed: this store was exported from another. Change that one, where it is, and export it again")
            .hint("gitconn store export --out FILE   # there: writes this file anew, for the same key");
    }
    Failure::new(Kind::Locked, message)
        .cause("nothing was changed: a reader's key never saves, so do it with the store's own key, where that is")
        .hint("gitconn store rekey --key keyring   # with a recovery key: makes the store a new key of its own")
}

/// The key opens the file, and nothing says that the one who wrote it may.
pub(super) fn no_signer(message: String) -> Failure {
    Failure::new(Kind::Damaged, message)
        .cause("a reader's key comes with its writer's name, in a line `# gitconn-signer: …`, or behind it in GITCONN_KEY")
        .hint(SIGNER)
        .hint("gitconn store accept   # if it is the store's own key: shows what differs first")
}

/// Somebody else than the writer whom a reader's key names has signed the file.
pub(super) fn other_signer(message: String) -> Failure {
    Failure::new(Kind::Damaged, message)
        .cause("after `store rekey` each reader's key needs the new signer; otherwise somebody put another file there")
        .hint(SIGNER)
}

/// A login that a copy of the store must not renew.
pub(super) fn copy(message: String, (provider, host): (ProviderId, &str)) -> Failure {
    let own = "--token-stdin   # for CI: a token (PAT) of its own, or a GitHub App";
    Failure::new(Kind::Locked, message)
        .cause("a refresh token works once: spent by a copy, it could log another machine out")
        .hint("gitconn store accept --move --yes   # makes this machine its home")
        .hint(commands::connect(provider, Some("ci"), host, own))
}

/// A login that a reader's key must not renew.
pub(super) fn reading(message: String, (provider, host): (ProviderId, &str)) -> Failure {
    let own = "--token-stdin   # there, for CI: a token (PAT) of its own, or a GitHub App";
    Failure::new(Kind::Locked, message)
        .cause("a refresh token works once, and what takes its place could not be saved with this key")
        .hint("gitconn refresh   # where the store's own key is")
        .hint(commands::connect(provider, Some("ci"), host, own))
}

/// The key is the old one of a store that got a new one.
pub(super) fn rekeyed(message: String, from: &str, now_in: &NowIn) -> Failure {
    let failure = Failure::new(Kind::Locked, message);
    match now_in {
        NowIn::File(path) => {
            let path = shell_word(&path.display().to_string()).into_owned();
            failure.hint(format!("export GITCONN_KEY_FILE={path}   # its new key"))
        }
        NowIn::Usual(place) if from.contains("kernel") => {
            failure.hint(format!("gitconn store lock   # forgets the old key; the new one is in {place}"))
        }
        NowIn::Usual(place) => failure
            .hint(format!("unset GITCONN_KEY_FILE GITCONN_KEY   # the new key is in {place}"))
            .hint("gitconn config unset key_file   # if that setting named the old one"),
    }
}

/// The key that a pipeline was to have opens the whole store.
pub(super) fn opens_all(message: String, reader: Option<&str>, is_typed: bool) -> Failure {
    let failure = Failure::usage(message);
    let failure = if is_typed { failure.instead("--recipient", "", "makes a key for it") } else { failure };
    match reader {
        Some(name) => failure
            .hint(format!("gitconn store recipients remove {}   # it opens the whole store no more, then", shell_word(name))),
        None => failure,
    }
}

/// What was asked of the keys cannot be.
pub(super) fn spoken(error: &KeysError) -> Failure {
    let message = error.to_string();
    match error {
        KeysError::ReaderTaken(_) | KeysError::ReaderKnown(_) | KeysError::OwnKey => Failure::usage(message).hint(LIST),
        KeysError::BadRecipient { .. } => {
            Failure::usage(message).hint("age-keygen -y FILE   # shows the public key of a key file: age1…")
        }
        KeysError::TooManyReaders(_) => {
            Failure::usage(message).hint(LIST).hint("gitconn store recipients remove NAME   # one that nobody needs")
        }
        KeysError::NoReader { nearest, .. } => {
            let failure = Failure::new(Kind::NotFound, message);
            match nearest {
                Some(name) => {
                    failure.hint(format!("gitconn store recipients remove {}   # did you mean this one?", shell_word(name)))
                }
                None => failure,
            }
            .hint(LIST)
        }
        KeysError::NotRecovery { .. } => Failure::new(Kind::Locked, message).hint(LIST),
        KeysError::Rescued { path, name } => {
            let failure = Failure::new(Kind::Failed, message);
            failure.hint(match name {
                Some(name) => format!("gitconn validate {}   # takes them in", shell_word(name)),
                None => format!("rm {}   # its connection is gone", shell_word(&path.display().to_string())),
            })
        }
        KeysError::NoPlace { .. } => Failure::usage(message)
            .again("--key keyring", "or `--key passphrase`")
            .again("--key file --key-out FILE", "a new file; the old one is left alone"),
    }
}

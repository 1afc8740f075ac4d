//! The desktop's keyring (Secret Service, Keychain, Credential Manager), kept at arm's length.
//!
//! Every call runs in a thread of its own with a limit, because a bus may accept a call and never answer it. The library's
//! errors hold the secret and print it with `{:?}`: they are turned into words here and go no further.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use keyring::{Entry, Error};
use zeroize::Zeroize as _;

use crate::model::clean;
use crate::secret::Secret;

/// What all our entries are filed under; the account is the store's id.
const SERVICE: &str = "gitconn";

/// How long one call may take. Long enough for a slow bus, too short for a person to type a password: an unlocked keyring
/// answers in milliseconds.
const LIMIT: Duration = Duration::from_secs(3);

/// A keyring that has once been silent is not asked again by this process: the second call would only wait as long.
static SILENT: AtomicBool = AtomicBool::new(false);

/// Why the keyring gave or took nothing. That it works and has no entry is no refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// No bus, or nobody on it who keeps secrets.
    #[error("there is none here ({0})")]
    Absent(String),
    /// It is there, and wants a password that nobody gave.
    #[error("it is locked ({0})")]
    Locked(String),
    /// It took the call and did not answer: hung, or waiting for a password in a window.
    #[error("it did not answer within {} s", LIMIT.as_secs())]
    Silent,
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// The key text kept for a store.
pub(super) fn read(store_id: &str) -> Result<Option<Secret>, Refusal> {
    let account = store_id.to_owned();
    guarded(move || match entry(&account)?.get_password() {
        Ok(text) => Ok(Some(Secret::from(text))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refusal(error)),
    })
}

/// Whether there is one that answers now.
///
/// # Errors
///
/// Why not, in words.
pub(crate) fn answers() -> Result<(), String> {
    // Any account will do: that it has no entry is an answer.
    read(SERVICE).map(drop).map_err(|refusal| refusal.to_string())
}

/// Keeps a key text for a store, in place of what was there.
pub(super) fn write(store_id: &str, text: &Secret) -> Result<(), Refusal> {
    let (account, text) = (store_id.to_owned(), text.clone());
    guarded(move || entry(&account)?.set_password(text.expose()).map_err(refusal))
}

/// Forgets a store's key. That there was none is as good.
pub(super) fn delete(store_id: &str) -> Result<(), Refusal> {
    let account = store_id.to_owned();
    guarded(move || match entry(&account)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(refusal(error)),
    })
}

/// What another program keeps there, as it stands there.
///
/// # Errors
///
/// Why the keyring does not answer, in words.
pub(crate) fn read_of(service: &str, account: &str) -> Result<Option<Secret>, String> {
    let (service, account) = (service.to_owned(), account.to_owned());
    let read = guarded(move || match entry_of(&service, &account)?.get_password() {
        Ok(text) => Ok(Some(Secret::from(text))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refusal(error)),
    });
    read.map_err(|refusal| refusal.to_string())
}

/// Removes what another program keeps there. That there was nothing is as good.
///
/// # Errors
///
/// Why the keyring does not do it, in words.
pub(crate) fn delete_of(service: &str, account: &str) -> Result<(), String> {
    let (service, account) = (service.to_owned(), account.to_owned());
    let deleted = guarded(move || match entry_of(&service, &account)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(refusal(error)),
    });
    deleted.map_err(|refusal| refusal.to_string())
}

fn entry(account: &str) -> Result<Entry, Refusal> {
    entry_of(SERVICE, account)
}

fn entry_of(service: &str, account: &str) -> Result<Entry, Refusal> {
    // `Entry::new` says only that there is no store; this says why.
    if let Err(error) = Entry::store_status() {
        return Err(Refusal::Absent(cause(error)));
    }
    Entry::new(service, account).map_err(refusal)
}

fn guarded<T: Send + 'static>(call: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    if SILENT.load(Ordering::Relaxed) {
        return Err(Refusal::Silent);
    }
    let answer = within(LIMIT, call);
    if matches!(answer, Err(Refusal::Silent)) {
        SILENT.store(true, Ordering::Relaxed);
    }
    answer
}

/// Runs a call in its own thread, and leaves it behind if it takes longer than the limit.
fn within<T: Send + 'static>(limit: Duration, call: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let spawned = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        // Nobody listens any more if it took too long.
        let _ = sender.send(call());
    });
    if let Err(error) = spawned {
        return Err(Refusal::Failed(format!("it could not be asked: {}", error.kind())));
    }
    match receiver.recv_timeout(limit) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => Err(Refusal::Silent),
        Err(RecvTimeoutError::Disconnected) => Err(Refusal::Failed("its library broke off".to_owned())),
    }
}

/// A library error in words. Takes it by value: the bytes it may hold are wiped here.
fn refusal(error: Error) -> Refusal {
    match error {
        Error::NoStorageAccess(_) => {
            let cause = cause(&error);
            // The Secret Service's word for a keyring in which no collection was ever made, the first time something is put there.
            if cause.contains("result not returned") {
                Refusal::Absent("it has no collection yet".to_owned())
            } else {
                Refusal::Locked(cause)
            }
        }
        Error::NoDefaultStore => Refusal::Absent(cause(&error)),
        Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            Refusal::Failed("what it holds for this store is no text".to_owned())
        }
        error => Refusal::Failed(cause(&error)),
    }
}

/// What a library error says, as far as it can hold no secret.
fn cause(error: &Error) -> String {
    let inner = match error {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => inner.to_string(),
        Error::BadStoreFormat(_) => return "its storage is damaged".to_owned(),
        Error::TooLong(_, limit) => return format!("it takes no more than {limit} characters"),
        Error::Ambiguous(_) => return "it holds several entries for this store".to_owned(),
        Error::NoDefaultStore => return "no keyring answered".to_owned(),
        Error::Invalid(what, why) => return format!("it refuses {}: {}", clean(what), clean(why)),
        Error::NotSupportedByStore(_) => return "it does not support this".to_owned(),
        _ => return "it failed for a reason of its own".to_owned(),
    };
    // Which library says it, and that it is an error, helps nobody.
    let said =
        ["zbus error: ", "zbus fdo error: ", "SS error: ", "SS Error: "].iter().find_map(|prefix| inner.strip_prefix(prefix));
    clean(said.unwrap_or(&inner)).into_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_call_that_takes_too_long_is_left_behind() {
        let begun = Instant::now();
        let answer = within(Duration::from_millis(30), || {
            std::thread::sleep(Duration::from_secs(20));
            Ok(())
        });
        assert_eq!(answer, Err(Refusal::Silent));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn an_answer_in_time_is_passed_on() {
        assert_eq!(within(LIMIT, || Ok(7)), Ok(7));
        assert_eq!(within::<()>(LIMIT, || Err(Refusal::Locked("x".to_owned()))), Err(Refusal::Locked("x".to_owned())));
    }

    #[test]
    fn a_library_that_panics_is_a_failure_of_its_own() {
        let answer = within::<()>(LIMIT, || std::panic::resume_unwind(Box::new("broken")));
        assert_eq!(answer, Err(Refusal::Failed("its library broke off".to_owned())));
    }

    #[test]
    fn errors_become_words_without_the_secret() {
        let boxed = |text: &str| -> Box<dyn std::error::Error + Send + Sync> { Box::new(std::io::Error::other(text.to_owned())) };
        let secret = b"s3krit\xff".to_vec();
        for error in [Error::BadEncoding(secret.clone()), Error::BadDataFormat(secret, boxed("s3krit"))] {
            let refusal = refusal(error);
            assert_eq!(refusal, Refusal::Failed("what it holds for this store is no text".to_owned()));
        }
        assert_eq!(
            refusal(Error::NoStorageAccess(boxed("prompt\u{1b}[2J dismissed"))).to_string(),
            "it is locked (prompt\u{fffd}[2J dismissed)"
        );
        assert_eq!(
            refusal(Error::NoStorageAccess(boxed("SS error: result not returned from SS API"))).to_string(),
            "there is none here (it has no collection yet)"
        );
        assert_eq!(refusal(Error::NoDefaultStore).to_string(), "there is none here (no keyring answered)");
        assert_eq!(refusal(Error::Ambiguous(Vec::new())).to_string(), "it holds several entries for this store");
        assert_eq!(Refusal::Silent.to_string(), "it did not answer within 3 s");
    }
}

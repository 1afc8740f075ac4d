//! `store unlock` and `store lock`: a key left in the kernel's keyring for a while, so that a passphrase is asked for once a day.

use std::time::Duration;

use jiff::Timestamp;

use super::{StoreKey, kernel, text};
use crate::store::Error;

/// How long `store unlock` keeps the key when nothing else is said.
pub(crate) const USUAL: Duration = Duration::from_hours(8);

/// The longest that may be asked for.
pub(crate) const LONGEST: Duration = Duration::from_hours(30 * 24);

/// The shortest: the kernel takes 0 for "for ever".
pub(crate) const SHORTEST: Duration = Duration::from_secs(1);

/// Fails unless a key may be left for so long: before anybody is asked for a passphrase.
///
/// # Errors
///
/// `UnlockTime`.
pub(crate) fn check_time(lasting: Duration) -> Result<(), Error> {
    if (SHORTEST..=LONGEST).contains(&lasting) {
        return Ok(());
    }
    Err(Error::UnlockTime { shortest: SHORTEST, longest: LONGEST })
}

/// Leaves a key where every process of this user finds it, until the moment that is returned. A key left before is replaced.
///
/// # Errors
///
/// `UnlockTime` if the time is nothing or longer than [`LONGEST`]; `NoKernelKeyring` if the kernel refuses (containers often forbid it).
pub(crate) fn unlock(store_id: &str, key: &StoreKey, lasting: Duration, now: Timestamp) -> Result<Timestamp, Error> {
    check_time(lasting)?;
    let refused = |why| Error::NoKernelKeyring { why };
    let seconds = lasting.as_secs();
    let count = usize::try_from(seconds).map_err(|_| refused("that is too long for it".to_owned()))?;
    let until =
        now.checked_add(Duration::from_secs(seconds)).map_err(|_| refused("the clock is at the end of time".to_owned()))?;
    let until = text::to_the_second(until);
    kernel::put(store_id, &key.line(), count, until).map_err(refused)?;
    Ok(until)
}

/// Takes the key away again; says whether there was one.
pub(crate) fn lock(store_id: &str) -> Result<bool, Error> {
    kernel::remove(store_id).map_err(|why| Error::NoKernelKeyring { why })
}

/// Until when the store is unlocked; `None` if it is not.
pub(crate) fn unlocked_until(store_id: &str) -> Option<Timestamp> {
    kernel::find(store_id).ok()?.until
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_ever_and_for_nothing_are_refused() {
        let key = StoreKey::generate();
        for lasting in [Duration::ZERO, Duration::from_millis(999), LONGEST + Duration::from_secs(1), Duration::MAX] {
            let error = unlock("no-such-store", &key, lasting, Timestamp::UNIX_EPOCH).unwrap_err();
            assert!(matches!(error, Error::UnlockTime { .. }), "{error}");
            assert_eq!(error.to_string(), "a store is unlocked for 1s at least and 30d at most");
        }
        assert_eq!(unlocked_until("no-such-store"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_unlocked_key_is_found_with_its_signer() {
        let store = format!("test-{}", uuid::Uuid::new_v4());
        let mut key = StoreKey::generate();
        key.signer = Some("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".to_owned());
        let now = "2026-11-02T12:00:00.5Z".parse().unwrap();
        if !crate::store::key::permitted::permitted() {
            return;
        }
        let until = unlock(&store, &key, USUAL, now).unwrap();
        assert_eq!(until.to_string(), "2026-11-02T20:00:00Z");
        assert_eq!(unlocked_until(&store), Some(until));
        let held = kernel::find(&store).unwrap();
        let again = StoreKey::parse(held.text.expose(), "there").unwrap();
        assert!(again.is(&key));
        assert_eq!(again.signer, key.signer);
        assert!(lock(&store).unwrap());
        assert_eq!(unlocked_until(&store), None);
    }
}

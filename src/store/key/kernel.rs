//! The kernel's keyring, where `store unlock` leaves a key for a while (keyrings(7)). It is memory: gone at the next boot.
//!
//! The key hangs in the *user* keyring, the one that all processes of a user share whatever session they belong to and that
//! outlives every one of them. Most sessions *possess* what hangs there, but not all: a service or a `keyctl session` has a
//! session keyring of its own without a link to it. So the key grants its user, and not only who possesses it, the right to
//! find and read it. That gives nothing away: a process of the same user could link the user keyring into its session anyway.

use jiff::Timestamp;
use linux_keyutils::{Key, KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
use zeroize::Zeroizing;

use super::text;
use crate::secret::Secret;

/// Before the moment when the key goes, in a comment of the payload.
const UNTIL: &str = "# until: ";

/// The most that a payload of ours takes.
const LARGEST: usize = 2048;

/// A key text that was found, and until when it stays.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) text: Secret,
    pub(super) until: Option<Timestamp>,
}

/// Why nothing was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It was never there, or was removed.
    Nothing,
    /// It was there, and its time is over.
    Expired,
    /// The kernel does not play: in words.
    Failed(String),
}

fn description(store_id: &str) -> String {
    format!("gitconn:{store_id}")
}

/// Leaves a key text in the user's keyring until its time is over, in place of one that is there.
///
/// The key is finished in this thread's keyring and then linked: it never hangs in the user's keyring without its limit, not
/// even if the process is killed in between.
///
/// # Errors
///
/// In words: no kernel keyring, or a sandbox that forbids it.
pub(super) fn put(store_id: &str, key: &Secret, seconds: usize, until: Timestamp) -> Result<(), String> {
    let payload = text::join(&[UNTIL, &until.to_string(), "\n", key.expose(), "\n"]);
    let leave = || {
        let workbench = KeyRing::from_special_id(KeyRingIdentifier::Thread, true)?;
        let key = workbench.add_key(&description(store_id), payload.expose())?;
        let finish = || {
            key.set_timeout(seconds)?;
            key.set_perms(
                KeyPermissionsBuilder::builder()
                    .posessor(Permission::ALL)
                    .user(Permission::VIEW | Permission::READ | Permission::SEARCH)
                    .build(),
            )?;
            // A link takes the place of a key of the same description.
            KeyRing::from_special_id(KeyRingIdentifier::User, true)?.link_key(key)
        };
        let finished = finish();
        // Only the link in the user's keyring is to hold it.
        let _ = workbench.unlink_key(key);
        finished
    };
    leave().map_err(words)
}

/// The key text left for a store.
pub(super) fn find(store_id: &str) -> Result<Held, Refusal> {
    let mut buffer = Zeroizing::new(vec![0; LARGEST]);
    let length = locate(store_id).and_then(|(_, key)| key.read(&mut *buffer)).map_err(refusal)?;
    let Some(text) = buffer.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        return Err(Refusal::Failed("what it holds for this store is not ours".to_owned()));
    };
    let until = text.lines().find_map(|line| line.strip_prefix(UNTIL)).and_then(|moment| moment.parse().ok());
    Ok(Held { text: text::join(&[text]), until })
}

/// Takes a store's key away, from every process that has it linked; says whether there was one.
pub(super) fn remove(store_id: &str) -> Result<bool, String> {
    match locate(store_id) {
        Ok((ring, key)) => {
            key.invalidate().or_else(|_| ring.unlink_key(key)).map_err(words)?;
            Ok(true)
        }
        Err(error) => match refusal(error) {
            Refusal::Nothing | Refusal::Expired => Ok(false),
            Refusal::Failed(why) => Err(why),
        },
    }
}

fn locate(store_id: &str) -> Result<(KeyRing, Key), KeyError> {
    let ring = KeyRing::from_special_id(KeyRingIdentifier::User, false)?;
    let key = ring.search(&description(store_id))?;
    Ok((ring, key))
}

fn refusal(error: KeyError) -> Refusal {
    match error {
        KeyError::KeyDoesNotExist | KeyError::KeyringDoesNotExist | KeyError::KeyRevoked => Refusal::Nothing,
        KeyError::KeyExpired => Refusal::Expired,
        error => Refusal::Failed(words(error)),
    }
}

fn words(error: KeyError) -> String {
    // ENOSYS has no variant of its own.
    let absent = rustix::io::Errno::NOSYS.raw_os_error();
    match error {
        KeyError::PermissionDenied => "this container or sandbox forbids it".to_owned(),
        KeyError::AccessDenied => "access to it is denied".to_owned(),
        KeyError::OperationNotSupported => "this kernel has none".to_owned(),
        KeyError::Unknown(code) if code == absent => "this kernel or sandbox has none".to_owned(),
        KeyError::QuotaExceeded => "this user's quota of kernel keys is used up (`/proc/key-users`)".to_owned(),
        KeyError::OutOfMemory => "the kernel is out of memory".to_owned(),
        KeyError::Unknown(code) => format!("the kernel refuses (error {code})"),
        error => format!("the kernel refuses ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;
    use crate::store::key::permitted::permitted;

    /// A store id nobody else uses, removed again however the test ends.
    struct Store(String);

    impl Store {
        fn new() -> Self {
            Self(format!("test-{}", uuid::Uuid::new_v4()))
        }
    }

    impl Drop for Store {
        fn drop(&mut self) {
            let _ = remove(&self.0);
        }
    }

    #[test]
    fn a_key_is_found_until_it_is_removed() {
        if !permitted() {
            return;
        }
        let store = Store::new();
        assert_eq!(find(&store.0).unwrap_err(), Refusal::Nothing);
        let until: Timestamp = "2026-11-02T20:00:00Z".parse().unwrap();
        put(&store.0, &Secret::from("first".to_owned()), 60, Timestamp::UNIX_EPOCH).unwrap();
        put(&store.0, &Secret::from("second".to_owned()), 60, until).unwrap();
        let held = find(&store.0).unwrap();
        assert_eq!(held.text.expose(), "# until: 2026-11-02T20:00:00Z\nsecond\n");
        assert_eq!(held.until, Some(until));
        assert!(remove(&store.0).unwrap());
        assert_eq!(find(&store.0).unwrap_err(), Refusal::Nothing);
        assert!(!remove(&store.0).unwrap());
    }

    #[test]
    fn a_key_goes_when_its_time_is_over() {
        if !permitted() {
            return;
        }
        let store = Store::new();
        put(&store.0, &Secret::from("brief".to_owned()), 1, Timestamp::UNIX_EPOCH).unwrap();
        assert!(find(&store.0).is_ok());
        std::thread::sleep(Duration::from_millis(2100));
        // The kernel forgets the expired key itself some time later.
        assert!(matches!(find(&store.0), Err(Refusal::Expired | Refusal::Nothing)));
        assert!(!remove(&store.0).unwrap());
    }

    #[test]
    fn its_user_may_read_it_without_possessing_it_and_no_one_else() {
        if !permitted() {
            return;
        }
        let store = Store::new();
        put(&store.0, &Secret::from("shared".to_owned()), 60, Timestamp::UNIX_EPOCH).unwrap();
        let (_, key) = locate(&store.0).unwrap();
        assert_eq!(key.metadata().unwrap().get_perms().bits(), 0x3f0b_0000);
    }

    #[test]
    fn another_process_in_another_session_finds_it() {
        if !permitted() {
            return;
        }
        let store = Store::new();
        put(&store.0, &Secret::from("s3krit".to_owned()), 60, Timestamp::UNIX_EPOCH).unwrap();
        let mut child = Command::new("setsid")
            .arg("--wait")
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "store::key::kernel::tests::the_other_process", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(store.0.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("found and removed"), "{said}");
        assert_eq!(find(&store.0).unwrap_err(), Refusal::Nothing, "the other process removed it");
    }

    #[expect(clippy::print_stdout, reason = "this is how it answers the test that runs it")]
    #[test]
    #[ignore = "run by `another_process_in_another_session_finds_it`, which names the store on stdin"]
    fn the_other_process() {
        let mut store = String::new();
        std::io::stdin().read_to_string(&mut store).unwrap();
        assert!(find(&store).unwrap().text.expose().ends_with("\ns3krit\n"));
        assert!(remove(&store).unwrap());
        println!("found and removed");
    }

    #[test]
    fn refusals_are_words() {
        assert_eq!(words(KeyError::PermissionDenied), "this container or sandbox forbids it");
        assert_eq!(words(KeyError::Unknown(38)), "this kernel or sandbox has none");
        assert_eq!(refusal(KeyError::KeyExpired), Refusal::Expired);
        assert_eq!(refusal(KeyError::KeyDoesNotExist), Refusal::Nothing);
        assert_eq!(refusal(KeyError::AccessDenied), Refusal::Failed("access to it is denied".to_owned()));
    }
}

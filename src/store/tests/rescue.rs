//! Tokens that could not be saved, and the lock of one connection.

use std::fs::{self, FileTimes};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::{Sandbox, key};
use crate::model::ConnectionId;
use crate::secret::Secret;
use crate::store::{Error, Store, seal};

const STORE: &str = "store-1";

fn payload(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn id(number: u8) -> ConnectionId {
    ConnectionId::from_stored(format!("{number:08}-0b0a-4908-8706-050403020100"))
}

/// Beside the store, and in the state directory.
fn places(sandbox: &Sandbox, id: &ConnectionId) -> [PathBuf; 2] {
    let root = sandbox.directory.path().canonicalize().unwrap();
    [root.join(format!("data/store.age.rescue-{id}")), sandbox.directory.path().join(format!("state/rescue/{STORE}-{id}"))]
}

fn rescued(store: &Store, id: &ConnectionId) -> Option<(String, PathBuf)> {
    store.rescued(STORE, id).unwrap().map(|found| (found.payload.expose().to_owned(), found.path))
}

fn why(error: &Error) -> &str {
    match error {
        Error::Damaged { why, .. } | Error::Foreign { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_rescued_beside_the_store_comes_back_until_it_is_forgotten() {
    let sandbox = Sandbox::new();
    let (store, [beside, state]) = (&sandbox.store, places(&sandbox, &id(1)));
    assert!(!store.has_rescued(STORE, &id(1)));
    assert!(rescued(store, &id(1)).is_none());
    store.forget_rescued(STORE, &id(1)).unwrap();
    for text in ["s3krit pair", "s3krit pair, the next"] {
        assert_eq!(store.rescue(STORE, &id(1), &payload(text)).unwrap(), beside);
        assert!(store.has_rescued(STORE, &id(1)));
        assert_eq!(rescued(store, &id(1)), Some((text.to_owned(), beside.clone())));
    }
    assert!(!store.has_rescued(STORE, &id(2)) && rescued(store, &id(2)).is_none());
    assert_eq!(fs::metadata(&beside).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(!state.exists());
    let file = fs::read(&beside).unwrap();
    assert!(!super::rows::contains(&file, "s3krit"));
    // `age -d -i key FILE` does this.
    let identity = sandbox.key.identity.expose().parse::<age::x25519::Identity>().unwrap();
    assert_eq!(age::decrypt(&identity, &file).unwrap(), b"s3krit pair, the next");
    // The store itself does not mind.
    assert!(sandbox.add("a").durable);
    assert!(store.verify().is_ok());
    store.forget_rescued(STORE, &id(1)).unwrap();
    assert!(!store.has_rescued(STORE, &id(1)) && !beside.exists());
    let left = fs::read_dir(sandbox.path().parent().unwrap()).unwrap();
    assert!(left.flatten().all(|entry| !entry.file_name().to_string_lossy().contains("rescue")));
}

#[test]
fn where_the_store_cannot_be_written_to_the_state_directory_takes_it() {
    let sandbox = Sandbox::new();
    let (store, [beside, state]) = (&sandbox.store, places(&sandbox, &id(1)));
    fs::create_dir(&beside).unwrap();
    assert_eq!(store.rescue(STORE, &id(1), &payload("a pair")).unwrap(), state);
    assert!(store.has_rescued(STORE, &id(1)));
    assert_eq!(rescued(store, &id(1)), Some(("a pair".to_owned(), state.clone())));
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&state), mode(&state.parent().unwrap().to_owned())), (0o600, 0o700));
    store.forget_rescued(STORE, &id(1)).unwrap();
    assert!(!state.exists() && beside.is_dir());
    // Neither is the place of a store that is not there made anew.
    fs::remove_dir(&beside).unwrap();
    fs::rename(sandbox.directory.path().join("data"), sandbox.directory.path().join("unmounted")).unwrap();
    assert_eq!(store.rescue(STORE, &id(1), &payload("a pair")).unwrap(), state);
    assert!(!sandbox.directory.path().join("data").exists());
}

#[test]
fn what_can_be_written_nowhere_is_said() {
    let sandbox = Sandbox::new();
    let [beside, state] = places(&sandbox, &id(1));
    fs::create_dir(&beside).unwrap();
    fs::write(state.parent().unwrap(), "a file where a directory should be").unwrap();
    let error = sandbox.store.rescue(STORE, &id(1), &payload("a pair")).unwrap_err();
    assert!(matches!(&error, Error::Io { path, what: "replaced", .. } if *path == beside), "{error:?}");
    assert!(!sandbox.store.has_rescued(STORE, &id(1)));
    let large = sandbox.store.rescue(STORE, &id(2), &payload(&"x".repeat(1 << 20))).unwrap_err();
    assert!(matches!(large, Error::Io { what: "written", .. }));
}

#[test]
fn of_two_the_newer_is_taken() {
    let sandbox = Sandbox::new();
    let (store, [beside, state]) = (&sandbox.store, places(&sandbox, &id(1)));
    fs::create_dir(&beside).unwrap();
    store.rescue(STORE, &id(1), &payload("in the state directory")).unwrap();
    fs::remove_dir(&beside).unwrap();
    store.rescue(STORE, &id(1), &payload("beside the store")).unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000);
    for (age, expected) in [(1, "beside the store"), (0, "beside the store"), (-1, "in the state directory")] {
        let dated = |path: &PathBuf, seconds: i64| {
            let at = now + Duration::from_secs((10 + seconds).cast_unsigned());
            fs::File::options().write(true).open(path).unwrap().set_times(FileTimes::new().set_modified(at)).unwrap();
        };
        dated(&beside, age);
        dated(&state, 0);
        assert_eq!(rescued(store, &id(1)).unwrap().0, expected, "{age}");
    }
    store.forget_rescued(STORE, &id(1)).unwrap();
    assert!(!beside.exists() && !state.exists());
}

#[test]
fn what_is_not_whole_or_not_ours_is_refused() {
    let sandbox = Sandbox::new();
    let (store, [beside, _]) = (&sandbox.store, places(&sandbox, &id(1)));
    store.rescue(STORE, &id(1), &payload("a pair")).unwrap();
    let sound = fs::read(&beside).unwrap();
    let mut flipped = sound.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let recipient = sandbox.key.identity.expose().parse::<age::x25519::Identity>().unwrap().to_public();
    let slipped = age::encrypt(&recipient, b"somebody else's pair").unwrap();
    let sealed =
        |key: &crate::store::StoreKey, name: &str, content: &[u8]| seal::seal(key, &[], name, 1, content, &beside).unwrap().file;
    for (file, expected) in [
        (flipped, "cut off or has been changed"),
        (sound[..sound.len() - 1].to_vec(), "cut off or has been changed"),
        (Vec::new(), "the file is empty"),
        (b"garbage".to_vec(), "does not begin like an age file"),
        (vec![b'x'; (1 << 20) + 1], "larger than 1024 KiB"),
        (sealed(&key(), id(1).as_str(), b"a pair"), "does not open it"),
        (slipped, "it has no signature"),
        (sealed(&sandbox.key, id(2).as_str(), b"another's pair"), "rescued for another connection"),
        (sandbox.bytes(), "rescued for another connection"),
        (sealed(&sandbox.key, id(1).as_str(), &[0xff]), "there is no text in it"),
    ] {
        fs::write(&beside, &file).unwrap();
        let error = store.rescued(STORE, &id(1)).unwrap_err();
        assert!(why(&error).contains(expected), "{expected}: {error}");
    }
    // It does not pass for a store either.
    fs::write(sandbox.path(), &sound).unwrap();
    assert!(matches!(store.read().map(drop), Err(Error::Damaged { .. })));
    // Nor is a link followed.
    fs::write(sandbox.directory.path().join("elsewhere"), &sound).unwrap();
    fs::remove_file(&beside).unwrap();
    symlink(sandbox.directory.path().join("elsewhere"), &beside).unwrap();
    assert!(!store.has_rescued(STORE, &id(1)) && rescued(store, &id(1)).is_none());
}

#[test]
fn an_id_that_leads_elsewhere_is_damage() {
    let sandbox = Sandbox::new();
    let store = &sandbox.store;
    for evil in ["", "..", "../../home", "a/b", "a b", "\u{e4}"] {
        let id = ConnectionId::from_stored(evil.to_owned());
        assert!(matches!(store.rescue(STORE, &id, &payload("a pair")), Err(Error::Damaged { .. })), "{evil}");
        assert!(matches!(store.rescued(STORE, &id), Err(Error::Damaged { .. })), "{evil}");
        assert!(matches!(store.forget_rescued(STORE, &id), Err(Error::Damaged { .. })), "{evil}");
        assert!(matches!(store.try_connection_lock(STORE, &id, None), Err(Error::Damaged { .. })), "{evil}");
        assert!(!store.has_rescued(STORE, &id), "{evil}");
        assert!(store.try_connection_lock(evil, &self::id(1), None).is_err(), "{evil}");
    }
}

#[test]
fn a_connection_has_one_holder_and_others_do_not_wait() {
    let sandbox = Sandbox::new();
    let store = &sandbox.store;
    let held = store.try_connection_lock(STORE, &id(1), None).unwrap().unwrap();
    assert!(store.try_connection_lock(STORE, &id(1), None).unwrap().is_none());
    assert!(store.try_connection_lock(STORE, &id(2), None).unwrap().is_some());
    assert!(store.try_connection_lock("store-2", &id(1), None).unwrap().is_some());
    // The store's own lock is another one.
    assert!(sandbox.add("a").durable);
    let path = sandbox.directory.path().join(format!("state/locks/{STORE}-{}", id(1)));
    drop(held);
    assert!(path.exists(), "a lock file is never unlinked");
    let mode = fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode, 0o700);
    assert!(store.try_connection_lock(STORE, &id(1), None).unwrap().is_some());
}

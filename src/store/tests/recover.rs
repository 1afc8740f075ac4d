//! Verify, back up, restore, accept.

use std::fs;

use super::{Sandbox, connection, stamp, token};
use crate::model::{EventKind, HostUrl, ProviderId};
use crate::store::{Change, Error, EventQuery, HostRecord, Keep, PinState, Place, Source, Store, file};

fn newest_event(store: &Store) -> (String, String) {
    match store.read().unwrap().events(&EventQuery { limit: Some(1), ..EventQuery::default() }).unwrap().remove(0).kind {
        EventKind::Store { what, detail } => (what, detail.unwrap_or_default()),
        other => panic!("{other:?}"),
    }
}

fn names(store: &Store) -> Vec<String> {
    store.read().unwrap().connections().unwrap().into_iter().map(|connection| connection.name.to_string()).collect()
}

/// A store with `a` and `b`, its newest generation 3.
fn two() -> Sandbox {
    let sandbox = Sandbox::new();
    assert!(sandbox.add("a").durable && sandbox.add("b").durable);
    sandbox
}

/// The file as another age tool would write it after decrypting and changing it.
fn reencrypted(sandbox: &Sandbox, sql: &str) -> Vec<u8> {
    let image = sandbox.image();
    let mut sqlite = rusqlite::Connection::open_in_memory().unwrap();
    sqlite.deserialize_read_exact(rusqlite::MAIN_DB, image.as_slice(), image.len(), false).unwrap();
    sqlite.execute_batch(sql).unwrap();
    let recipient = sandbox.key.identity.expose().parse::<age::x25519::Identity>().unwrap().to_public();
    age::encrypt(&recipient, &sqlite.serialize(rusqlite::MAIN_DB).unwrap()).unwrap()
}

#[test]
fn a_sound_store_is_reported_whole() {
    let sandbox = two();
    let report = sandbox.store.verify().unwrap();
    assert_eq!((report.header.generation, report.recipients, report.version, report.connections), (3, 1, 1, 2));
    assert_eq!(report.bytes, sandbox.bytes().len() as u64);
    assert_eq!((report.chain.events, report.chain.broken_at, report.chain.since), (1, None, Some(stamp(0).at)));
    assert_eq!((report.pin, report.at_home), (PinState::Same, true));
    assert_eq!(report.backups.iter().map(|backup| backup.generation).collect::<Vec<_>>(), [Some(2), Some(1)]);
    let elsewhere = Place::new(&sandbox.path(), &sandbox.directory.path().join("elsewhere"), true).unwrap();
    let report = Store::new(elsewhere, sandbox.key.clone()).verify().unwrap();
    assert_eq!((report.pin, report.at_home), (PinState::None, false));
}

#[test]
fn a_kept_generation_comes_back_as_the_newest() {
    let sandbox = two();
    let saved = sandbox.store.restore(&Source::Generation(2), &stamp(5)).unwrap();
    assert_eq!(saved.value, 4);
    assert_eq!(names(&sandbox.store), ["a"]);
    assert_eq!(newest_event(&sandbox.store), ("store.restored".into(), "kept generation 2, generation 2".into()));
    // What was replaced is kept, and can come back too.
    let _ = sandbox.store.restore(&Source::Generation(3), &stamp(6)).unwrap();
    assert_eq!(names(&sandbox.store), ["a", "b"]);
    assert!(matches!(sandbox.store.restore(&Source::Generation(99), &stamp(6)), Err(Error::NoBackup(99))));
}

#[test]
fn a_damaged_or_missing_store_is_restored_above_the_pin() {
    let sandbox = two();
    let backup = sandbox.directory.path().join("copy.age");
    sandbox.store.backup_to(&backup).unwrap();
    assert!(matches!(sandbox.store.backup_to(&backup), Err(Error::Exists(_))));
    assert_eq!(fs::read(&backup).unwrap(), sandbox.bytes());
    assert!(sandbox.add("c").durable);

    fs::write(sandbox.path(), "garbage").unwrap();
    let unsaved = sandbox.directory.path().join("never.age");
    assert!(matches!(sandbox.store.backup_to(&unsaved), Err(Error::Damaged { .. })));
    let saved = sandbox.store.restore(&Source::File(backup.clone()), &stamp(5)).unwrap();
    assert_eq!(saved.value, 5);
    assert_eq!(names(&sandbox.store), ["a", "b"]);
    assert_eq!(fs::read(file::beside(&sandbox.path(), ".~damaged~")).unwrap(), b"garbage");

    fs::remove_file(sandbox.path()).unwrap();
    assert_eq!(sandbox.store.restore(&Source::File(backup), &stamp(5)).unwrap().value, 6);
    assert_eq!(names(&sandbox.store), ["a", "b"]);
}

#[test]
fn only_signed_backups_of_this_store_are_restored() {
    let sandbox = two();
    let backup = sandbox.directory.path().join("copy.age");
    fs::write(&backup, reencrypted(&sandbox, "SELECT 1")).unwrap();
    let before = sandbox.bytes();
    assert!(matches!(sandbox.store.restore(&Source::File(backup.clone()), &stamp(5)), Err(Error::Foreign { .. })));
    let other = Place::new(&sandbox.directory.path().join("other.age"), &sandbox.directory.path().join("state"), true).unwrap();
    let _ = Store::create(other.clone(), sandbox.key.clone(), "store-2", &stamp(0)).unwrap();
    assert!(matches!(sandbox.store.restore(&Source::File(other.path().to_owned()), &stamp(5)), Err(Error::Foreign { .. })));
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn what_another_tool_wrote_is_shown_and_then_accepted() {
    let sandbox = two();
    assert!(sandbox.add("c").durable);
    let sql = "UPDATE connections SET host = 'https://evil.example' WHERE name = 'a'; UPDATE secrets SET value = 'x' WHERE \
               connection_id = (SELECT id FROM connections WHERE name = 'b'); INSERT INTO hosts VALUES ('https://evil.example', \
               'https://evil.example/api', NULL, NULL, 0, 'github')";
    fs::write(sandbox.path(), reencrypted(&sandbox, sql)).unwrap();
    assert!(matches!(sandbox.store.read().map(drop), Err(Error::Foreign { .. })));
    assert_eq!(sandbox.store.place.store_id().as_deref(), Some("store-1"));

    let difference = sandbox.store.difference().unwrap();
    assert_eq!(difference.against.unwrap().generation, Some(3));
    let changes = [
        ("a".to_owned(), Change::Changed(vec!["host"])),
        ("b".to_owned(), Change::Changed(vec!["token"])),
        ("c".to_owned(), Change::Added),
        ("evil.example (github)".to_owned(), Change::Added),
    ];
    assert_eq!(difference.changes, changes);

    assert_eq!(sandbox.store.accept(&stamp(5), false).unwrap().value, 5);
    assert_eq!(newest_event(&sandbox.store), ("store.accepted".into(), "generation 4, it has no signature".into()));
    assert_eq!(sandbox.store.verify().unwrap().chain.broken_at, None);
}

#[test]
fn a_rolled_back_store_is_accepted_above_the_pin() {
    let sandbox = two();
    let older = fs::read(file::generation(&sandbox.path(), 1)).unwrap();
    fs::write(sandbox.path(), older).unwrap();
    assert!(matches!(sandbox.store.read().map(drop), Err(Error::RolledBack { .. })));
    assert_eq!(sandbox.store.difference().unwrap().changes, []);
    assert_eq!(sandbox.store.accept(&stamp(5), false).unwrap().value, 4);
    assert_eq!(names(&sandbox.store), ["a"]);
}

#[test]
fn removed_and_added_connections_differ() {
    let sandbox = two();
    let host = HostRecord {
        provider: ProviderId::GitHub,
        host: HostUrl::parse("git.acme.com").unwrap(),
        api: HostUrl::parse("git.acme.com/api").unwrap(),
        ca_pem: None,
        client_pem: None,
        allow_http: false,
    };
    let change = |db: &crate::store::Db| {
        db.put_host(&host)?;
        db.remove(&db.find("a")?.unwrap().id)?;
        db.add(&connection("d"), &token("d"))
    };
    let _ = sandbox.store.change(&stamp(1), Keep::Generation, change).unwrap();
    let changes = sandbox.store.difference().unwrap().changes;
    assert_eq!(
        changes,
        [("a".into(), Change::Removed), ("d".into(), Change::Added), ("git.acme.com (github)".into(), Change::Added)]
    );
}

#[test]
fn a_copy_finds_a_new_home_by_accept_alone() {
    let sandbox = two();
    let elsewhere = Place::new(&sandbox.path(), &sandbox.directory.path().join("elsewhere"), true).unwrap();
    let copy = Store::new(elsewhere, sandbox.key.clone());
    let _ = copy.accept(&stamp(5), false).unwrap();
    assert!(!copy.verify().unwrap().at_home);
    let _ = copy.accept(&stamp(5), true).unwrap();
    assert!(copy.verify().unwrap().at_home);
}

#[test]
fn a_store_of_another_key_or_a_newer_gitconn_is_not_replaced() {
    let sandbox = two();
    let backup = sandbox.directory.path().join("copy.age");
    sandbox.store.backup_to(&backup).unwrap();
    let image = sandbox.image();
    let mut newer = image.clone();
    newer[63] = 2;
    let seal = |key: &crate::store::StoreKey, image: &[u8]| {
        crate::store::seal::seal(key, "store-1", 9, image, &sandbox.path()).unwrap().file
    };
    for file in [seal(&super::key(), &image), seal(&sandbox.key, &newer)] {
        fs::write(sandbox.path(), &file).unwrap();
        let refused = sandbox.store.restore(&Source::File(backup.clone()), &stamp(5));
        assert!(matches!(refused, Err(Error::WrongKey { .. } | Error::Newer { .. })), "{refused:?}");
        assert_eq!(sandbox.bytes(), file);
    }
}

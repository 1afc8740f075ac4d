//! Verify, back up, restore, accept.

use std::fs;

use super::{Sandbox, accept, connection, restore, stamp, token};
use crate::model::{EventKind, HostUrl, ProviderId};
use crate::secret::Secret;
use crate::store::schema::CURRENT;
use crate::store::{Change, Error, EventQuery, Field, HostRecord, How, Keep, PinState, Place, Source, Store, What, file};

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
    reencrypted_image(sandbox, &sandbox.image(), sql)
}

pub(super) fn reencrypted_image(sandbox: &Sandbox, image: &[u8], sql: &str) -> Vec<u8> {
    let mut sqlite = rusqlite::Connection::open_in_memory().unwrap();
    sqlite.deserialize_read_exact(rusqlite::MAIN_DB, image, image.len(), false).unwrap();
    sqlite.execute_batch(sql).unwrap();
    let recipient = sandbox.key.identity.expose().parse::<age::x25519::Identity>().unwrap().to_public();
    age::encrypt(&recipient, &sqlite.serialize(rusqlite::MAIN_DB).unwrap()).unwrap()
}

#[test]
fn a_sound_store_is_reported_whole() {
    let sandbox = two();
    let report = sandbox.store.verify().unwrap();
    assert_eq!((report.header.generation, report.recipients, report.version, report.connections), (3, 1, CURRENT.version, 2));
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
    let saved = restore(&sandbox.store, &Source::Generation(2), &stamp(5)).unwrap();
    assert_eq!(saved.value, 4);
    assert_eq!(names(&sandbox.store), ["a"]);
    assert_eq!(newest_event(&sandbox.store), ("store.restored".into(), "kept generation 2, generation 2".into()));
    // What was replaced is kept, and can come back too.
    let _ = restore(&sandbox.store, &Source::Generation(3), &stamp(6)).unwrap();
    assert_eq!(names(&sandbox.store), ["a", "b"]);
    assert!(matches!(restore(&sandbox.store, &Source::Generation(99), &stamp(6)), Err(Error::NoBackup(99))));
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
    let saved = restore(&sandbox.store, &Source::File(backup.clone()), &stamp(5)).unwrap();
    assert_eq!(saved.value, 5);
    assert_eq!(names(&sandbox.store), ["a", "b"]);
    assert_eq!(fs::read(file::beside(&sandbox.path(), ".~damaged~")).unwrap(), b"garbage");

    fs::remove_file(sandbox.path()).unwrap();
    assert_eq!(restore(&sandbox.store, &Source::File(backup), &stamp(5)).unwrap().value, 6);
    assert_eq!(names(&sandbox.store), ["a", "b"]);
}

#[test]
fn only_signed_backups_of_this_store_are_restored() {
    let sandbox = two();
    let backup = sandbox.directory.path().join("copy.age");
    fs::write(&backup, reencrypted(&sandbox, "SELECT 1")).unwrap();
    let before = sandbox.bytes();
    assert!(matches!(restore(&sandbox.store, &Source::File(backup.clone()), &stamp(5)), Err(Error::Foreign { .. })));
    let other = Place::new(&sandbox.directory.path().join("other.age"), &sandbox.directory.path().join("state"), true).unwrap();
    let _ = Store::create(other.clone(), sandbox.key.clone(), "store-2", &stamp(0)).unwrap();
    assert!(matches!(restore(&sandbox.store, &Source::File(other.path().to_owned()), &stamp(5)), Err(Error::Foreign { .. })));
    assert_eq!(sandbox.bytes(), before);
}

/// What differs, a line for each field: `changed connection a: host github.com -> evil.example`.
pub(super) fn lines(changes: &[Change]) -> Vec<String> {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let line = |change: &Change, field: &Field| {
        let (how, what) = (format!("{:?}", change.how), format!("{:?}", change.what));
        let name = change.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let (old, new) = (value(&field.old), value(&field.new));
        format!("{} {}{name}: {} {old} -> {new}", how.to_lowercase(), what.to_lowercase(), field.name)
    };
    changes.iter().flat_map(|change| change.fields.iter().map(move |field| line(change, field))).collect()
}

#[test]
fn what_another_tool_wrote_is_shown_and_then_accepted() {
    let sandbox = two();
    assert!(sandbox.add("c").durable);
    let sql = "UPDATE connections SET host = 'https://evil.example' WHERE name = 'a'; UPDATE secrets SET value = 'x' WHERE \
               connection_id = (SELECT id FROM connections WHERE name = 'b'); INSERT INTO hosts VALUES ('https://evil.example', \
               'https://evil.example/api', NULL, NULL, 1, 'github')";
    fs::write(sandbox.path(), reencrypted(&sandbox, sql)).unwrap();
    assert!(matches!(sandbox.store.read().map(drop), Err(Error::Foreign { .. })));
    assert_eq!(sandbox.store.place.store_id().as_deref(), Some("store-1"));

    let difference = sandbox.store.difference().unwrap();
    assert_eq!(difference.against.unwrap().generation, Some(3));
    let ending = |secret: &str| format!("…{}", &Secret::from(secret.to_owned()).fingerprint()[60..]);
    let (old, new, third) = (ending("s3krit-of-b"), ending("x"), ending("s3krit-of-c"));
    let expected = [
        "added host evil.example (github): api - -> https://evil.example/api".to_owned(),
        "added host evil.example (github): allow_http - -> true".to_owned(),
        "changed connection a: host https://github.com -> https://evil.example".to_owned(),
        format!("changed connection b: token {old} -> {new}"),
        "added connection c: name - -> c".to_owned(),
        "added connection c: provider - -> github".to_owned(),
        "added connection c: host - -> https://github.com".to_owned(),
        format!("added connection c: token - -> {third}"),
        "added connection c: auth_method - -> pat".to_owned(),
        "added connection c: status - -> active".to_owned(),
        "added connection c: is_active - -> true".to_owned(),
        "added connection c: expires_at - -> unknown".to_owned(),
        "added connection c: auto_renews - -> false".to_owned(),
    ];
    assert_eq!(lines(&difference.changes), expected);

    assert_eq!(accept(&sandbox.store, &stamp(5), false).unwrap().value, 5);
    assert_eq!(newest_event(&sandbox.store), ("store.accepted".into(), "generation 4, it has no signature".into()));
    assert_eq!(sandbox.store.verify().unwrap().chain.broken_at, None);
}

/// What a forger can change, and what is shown of it.
#[test]
fn every_change_that_matters_is_shown_with_its_values() {
    let sandbox = Sandbox::new();
    assert!(sandbox.add("a").durable);
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let host = HostRecord {
        host: HostUrl::parse("github.com").unwrap(),
        api: HostUrl::parse("api.github.com").unwrap(),
        ca_pem: None,
        client_pem: Some(Secret::from("the key".to_owned())),
        allow_http: false,
        provider: ProviderId::GitHub,
    };
    for event in [EventKind::Enabled, EventKind::Disabled] {
        let change = |db: &crate::store::Db| db.put_host(&host).and_then(|()| db.record(&stamp(2), None, &event));
        let _ = sandbox.store.change(&stamp(2), Keep::Generation, change).unwrap();
    }
    let _ = sandbox.store.change(&stamp(2), Keep::Generation, |_| Ok::<_, Error>(())).unwrap();
    let (sound, image) = (sandbox.bytes(), sandbox.image());
    let home = sandbox.store.read().unwrap().meta().unwrap().home;
    for (sql, expected) in [
        ("UPDATE connections SET name = 'b', name_key = 'b'", "changed connection b: name a -> b"),
        ("UPDATE connections SET provider = 'gitlab'", "changed connection a: provider github -> gitlab"),
        ("UPDATE connections SET username = 'eve'", "changed connection a: username - -> eve"),
        ("UPDATE connections SET account_id = '7'", "changed connection a: account_id - -> 7"),
        ("UPDATE connections SET status = 'pending'", "changed connection a: status active -> pending"),
        ("UPDATE connections SET is_active = 0", "changed connection a: is_active true -> false"),
        ("UPDATE connections SET auth_method = 'oauth'", "changed connection a: auth_method pat -> oauth"),
        ("UPDATE connections SET scopes = '[\"repo\"]'", "changed connection a: scopes - -> repo"),
        ("UPDATE connections SET tags = '[\"ci\"]'", "changed connection a: tags - -> ci"),
        ("UPDATE connections SET expires_at = 0", "changed connection a: expires_at unknown -> 1970-01-01T00:00:00Z"),
        (
            "UPDATE hosts SET api = 'https://evil.example'",
            "changed host github.com (github): api https://api.github.com -> https://evil.example",
        ),
        ("UPDATE hosts SET allow_http = 1", "changed host github.com (github): allow_http false -> true"),
        ("UPDATE hosts SET client_pem = NULL", "changed host github.com (github): client_key …8b2e -> -"),
        (
            "UPDATE hosts SET ca_pem = 'PEM'",
            // SHA-256 of three zero bytes: what the four letters of the certificate say.
            "changed host github.com (github): ca - -> 709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c",
        ),
        ("UPDATE meta SET store_id = 'store-2'", "changed store: store_id store-1 -> store-2"),
        ("UPDATE meta SET home = 'elsewhere'", &format!("changed store: home {home} -> elsewhere")),
    ] {
        let file = reencrypted_image(&sandbox, &image, &sql.replace("PEM", pem));
        fs::write(sandbox.path(), file).unwrap();
        assert_eq!(lines(&sandbox.store.difference().unwrap().changes), [expected], "{sql}");
    }
    // The trail: another end, a shorter one, a broken chain. One that goes on is told by its number alone.
    for (sql, expected) in [
        ("DELETE FROM events WHERE sequence = 3", &["events 3 -> 2", "last_hash"][..]),
        ("UPDATE events SET who = 'eve' WHERE sequence = 2", &["chain unbroken -> broken at event 2"]),
        ("UPDATE events SET hash = zeroblob(32) WHERE sequence = 3", &["last_hash", "chain unbroken -> broken at event 3"]),
        (
            "INSERT INTO events SELECT 4, at, who, NULL, NULL, kind, detail, hash FROM events WHERE sequence = 3",
            &["events 3 -> 4", "chain unbroken -> broken at event 4"],
        ),
    ] {
        fs::write(sandbox.path(), reencrypted_image(&sandbox, &image, sql)).unwrap();
        let found = lines(&sandbox.store.difference().unwrap().changes);
        assert_eq!(found.len(), expected.len(), "{sql}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(&format!("changed trail: {expected}")), "{sql}: {found}");
        }
    }
    fs::write(sandbox.path(), sound).unwrap();
    assert_eq!(sandbox.store.difference().unwrap().changes, []);
    let event = |db: &crate::store::Db| db.record(&stamp(3), None, &EventKind::Enabled);
    let _ = sandbox.store.change(&stamp(3), Keep::Generation, event).unwrap();
    assert_eq!(lines(&sandbox.store.difference().unwrap().changes), ["changed trail: events 3 -> 4"]);
}

#[test]
fn a_connection_without_its_token_is_damage_and_not_accepted() {
    let sandbox = two();
    fs::write(sandbox.path(), reencrypted(&sandbox, "DELETE FROM secrets")).unwrap();
    let error = sandbox.store.difference().unwrap_err();
    assert!(matches!(&error, Error::Damaged { why, .. } if why == "a connection in it has no token"), "{error}");
}

#[test]
fn what_was_not_shown_is_neither_accepted_nor_restored() {
    let sandbox = two();
    fs::write(sandbox.path(), reencrypted(&sandbox, "SELECT 1")).unwrap();
    let shown = sandbox.store.difference().unwrap().seen;
    let other = reencrypted(&sandbox, "UPDATE connections SET host = 'https://evil.example' WHERE name = 'a'");
    fs::write(sandbox.path(), &other).unwrap();
    assert!(matches!(sandbox.store.accept(shown, &stamp(5), false), Err(Error::Swapped { .. })));
    assert_eq!(sandbox.bytes(), other);
    assert!(accept(&sandbox.store, &stamp(5), false).unwrap().durable);

    let backup = sandbox.directory.path().join("copy.age");
    let from = Source::File(backup.clone());
    sandbox.store.backup_to(&backup).unwrap();
    let shown = sandbox.store.difference_of(&from).unwrap().seen;
    assert!(sandbox.add("c").durable);
    let before = sandbox.bytes();
    fs::write(&backup, &before).unwrap();
    assert!(matches!(sandbox.store.restore(&from, shown, &stamp(5)), Err(Error::Swapped { path }) if path == backup));
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_rolled_back_store_is_accepted_above_the_pin() {
    let sandbox = two();
    let older = fs::read(file::generation(&sandbox.path(), 1)).unwrap();
    fs::write(sandbox.path(), older).unwrap();
    assert!(matches!(sandbox.store.read().map(drop), Err(Error::RolledBack { .. })));
    assert_eq!(sandbox.store.difference().unwrap().changes, []);
    assert_eq!(accept(&sandbox.store, &stamp(5), false).unwrap().value, 4);
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
    let seen: Vec<_> = changes.iter().map(|change| (change.what, change.how, change.name.as_deref().unwrap())).collect();
    assert_eq!(
        seen,
        [
            (What::Host, How::Added, "git.acme.com (github)"),
            (What::Connection, How::Removed, "a"),
            (What::Connection, How::Added, "d")
        ]
    );
    assert!(lines(&changes).contains(&"removed connection a: host https://github.com -> -".to_owned()));
}

#[test]
fn a_copy_finds_a_new_home_by_accept_alone() {
    let sandbox = two();
    let elsewhere = Place::new(&sandbox.path(), &sandbox.directory.path().join("elsewhere"), true).unwrap();
    let copy = Store::new(elsewhere, sandbox.key.clone());
    let _ = accept(&copy, &stamp(5), false).unwrap();
    assert!(!copy.verify().unwrap().at_home);
    let _ = accept(&copy, &stamp(5), true).unwrap();
    assert!(copy.verify().unwrap().at_home);
}

#[test]
fn a_store_of_another_key_or_a_newer_gitconn_is_not_replaced() {
    let sandbox = two();
    let backup = sandbox.directory.path().join("copy.age");
    sandbox.store.backup_to(&backup).unwrap();
    let image = sandbox.image();
    let mut newer = image.clone();
    newer[60..64].copy_from_slice(&(CURRENT.version + 1).to_be_bytes());
    let seal = |key: &crate::store::StoreKey, image: &[u8]| {
        crate::store::seal::seal(key, &[], "store-1", 9, image, &sandbox.path()).unwrap().file
    };
    for file in [seal(&super::key(), &image), seal(&sandbox.key, &newer)] {
        fs::write(sandbox.path(), &file).unwrap();
        let refused = restore(&sandbox.store, &Source::File(backup.clone()), &stamp(5));
        assert!(matches!(refused, Err(Error::WrongKey { .. } | Error::Newer { .. })), "{refused:?}");
        assert_eq!(sandbox.bytes(), file);
    }
}

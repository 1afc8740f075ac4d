//! Noting uses: at once, through the spool, and never twice.

use std::fs;

use super::{Sandbox, stamp};
use crate::model::{ConnectionId, EventKind, Purpose};
use crate::store::lock::Lock;
use crate::store::{Error, EventQuery, Keep, Store};

fn used(store: &Store) -> Vec<(String, u32)> {
    let query = EventQuery { kinds: vec!["used".into()], ..EventQuery::default() };
    let events = store.read().unwrap().events(&query).unwrap();
    let purpose = |kind| match kind {
        EventKind::Used { purpose, times, .. } => (purpose, times),
        other => panic!("{other:?}"),
    };
    events.into_iter().map(|event| purpose(event.kind)).collect()
}

fn note(store: &Store, id: &ConnectionId, purpose: Purpose, minute: i64) {
    store.note_use(&store.read().unwrap(), id, purpose, Some("acme/site"), &stamp(minute));
}

fn save(store: &Store) {
    let _ = store.change(&stamp(60), Keep::Nothing, |_| Ok::<_, Error>(())).unwrap();
}

#[test]
fn uses_wait_and_become_one_event_a_minute() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    let generation = sandbox.store.read().unwrap().header().generation;
    for _ in 0..3 {
        note(&sandbox.store, &id, Purpose::Token, 1);
    }
    note(&sandbox.store, &id, Purpose::Token, 2);
    note(&sandbox.store, &id, Purpose::Repositories, 2);
    assert_eq!(sandbox.store.read().unwrap().header().generation, generation, "nobody waits for a save");
    let spooled = sandbox.store.spooled();
    assert_eq!(spooled.len(), 3);
    assert_eq!(spooled[0].kind, EventKind::Used { purpose: "token".into(), repository: Some("acme/site".into()), times: 3 });
    assert_eq!(spooled[0].connection_name.as_deref(), Some("a"));

    save(&sandbox.store);
    assert_eq!(used(&sandbox.store), [("token".into(), 1), ("repos".into(), 1), ("token".into(), 3)]);
    assert!(sandbox.store.spooled().is_empty());
    assert_eq!(sandbox.store.read().unwrap().find("a").unwrap().unwrap().last_used_at, Some(stamp(2).at));
    assert_eq!(sandbox.store.read().unwrap().verify_chain().unwrap().broken_at, None);
}

#[test]
fn after_an_hour_a_use_merges_what_waits() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    note(&sandbox.store, &id, Purpose::Token, 1);
    note(&sandbox.store, &id, Purpose::Token, 60);
    assert!(used(&sandbox.store).is_empty());
    note(&sandbox.store, &id, Purpose::Token, 61);
    assert_eq!(used(&sandbox.store).len(), 3);
    assert!(sandbox.store.spooled().is_empty());
}

#[test]
fn a_busy_lock_is_not_waited_for() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    note(&sandbox.store, &id, Purpose::Token, 1);
    let lock = Lock::attempt(&sandbox.store.place.lock_path()).unwrap().unwrap();
    let started = std::time::Instant::now();
    note(&sandbox.store, &id, Purpose::Token, 90);
    assert!(started.elapsed().as_millis() < 500);
    assert!(used(&sandbox.store).is_empty());
    assert_eq!(sandbox.store.spooled().len(), 2);
    drop(lock);
    save(&sandbox.store);
    assert_eq!(used(&sandbox.store).len(), 2);
    assert_eq!(sandbox.store.read().unwrap().find("a").unwrap().unwrap().last_used_at, Some(stamp(90).at));
}

#[test]
fn a_batch_that_a_crash_left_behind_is_not_counted_twice() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    note(&sandbox.store, &id, Purpose::Token, 1);
    note(&sandbox.store, &id, Purpose::Token, 1);
    let spool = sandbox.directory.path().join("state/spool/store-1");
    let batch = fs::read(&spool).unwrap();
    save(&sandbox.store);
    assert_eq!(used(&sandbox.store), [("token".into(), 2)]);
    assert!(!spool.exists());
    // Killed after the rename and before the batch was removed.
    let merging = sandbox.directory.path().join("state/spool/store-1.merging");
    fs::write(&merging, batch).unwrap();
    note(&sandbox.store, &id, Purpose::Branches, 1);
    save(&sandbox.store);
    save(&sandbox.store);
    assert_eq!(used(&sandbox.store), [("branches".into(), 1), ("token".into(), 2)]);
    assert!(!merging.exists());
}

#[test]
fn where_nothing_can_be_written_nothing_fails() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    let _lock = Lock::attempt(&sandbox.store.place.lock_path()).unwrap().unwrap();
    let spool = sandbox.directory.path().join("state/spool");
    let _ = fs::remove_dir_all(&spool);
    fs::write(&spool, "a file where a directory belongs").unwrap();
    note(&sandbox.store, &id, Purpose::Token, 1);
    assert!(sandbox.store.spooled().is_empty());
}

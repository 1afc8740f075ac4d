//! Saving and reading back.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::{Sandbox, connection, key, place, stamp, token};
use crate::model::EventKind;
use crate::store::{Error, EventQuery, Keep, Place, Store};

#[test]
fn what_is_saved_is_read() {
    let sandbox = Sandbox::new();
    let saved = sandbox.add("Work");
    assert!(saved.durable);
    let view = sandbox.store.read().unwrap();
    assert_eq!(view.header().generation, 2);
    let found = view.find("wORK").unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{:?}", saved.value));
    assert_eq!(view.token(&found.id).unwrap().expose(), token("Work").expose());
    let meta = view.meta().unwrap();
    assert_eq!((meta.store_id.as_str(), meta.generation, meta.created_at), ("store-1", 2, stamp(0).at));
    assert!(sandbox.store.is_at_home(&meta));
    let events = view.events(&EventQuery::default()).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, EventKind::Store { what: "store.created".into(), detail: None });
}

#[test]
fn a_change_that_fails_saves_nothing() {
    let sandbox = Sandbox::new();
    let before = sandbox.bytes();
    let failed = sandbox.store.change(&stamp(1), Keep::Generation, |db| {
        db.add(&connection("Work"), &token("Work"))?;
        db.add(&connection("WORK"), &token("WORK"))
    });
    assert!(matches!(failed, Err(Error::NameTaken(name)) if name == "WORK"));
    assert_eq!(sandbox.bytes(), before);
    assert!(sandbox.store.place.backups().is_empty());
}

#[test]
fn a_store_is_made_once_and_only_where_there_is_none() {
    let sandbox = Sandbox::new();
    let before = sandbox.bytes();
    let again = Store::create(place(sandbox.directory.path()), key(), "store-2", &stamp(0));
    assert!(matches!(again, Err(Error::Exists(path)) if path == sandbox.path().canonicalize().unwrap()));
    assert_eq!(sandbox.bytes(), before);
    let nowhere = Store::new(place(&sandbox.directory.path().join("nowhere")), key());
    assert!(matches!(nowhere.read().map(drop), Err(Error::Missing(_))));
    assert!(matches!(nowhere.change(&stamp(1), Keep::Nothing, |_| Ok::<_, Error>(())), Err(Error::Missing(_))));
    assert!(nowhere.place.header().unwrap().is_none());
    assert!(!sandbox.directory.path().join("nowhere").exists());
}

#[test]
fn a_link_to_the_store_stays_a_link() {
    let sandbox = Sandbox::new();
    let link = sandbox.directory.path().join("link.age");
    symlink("data/store.age", &link).unwrap();
    let state = sandbox.directory.path().join("state");
    let store = Store::new(Place::new(&link, &state, true).unwrap(), sandbox.key.clone());
    let _ = store.change(&stamp(1), Keep::Generation, |_| Ok::<_, Error>(())).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(sandbox.store.read().unwrap().header().generation, 2);
    assert_eq!(fs::read_dir(sandbox.directory.path()).unwrap().count(), 3);

    let dangling = sandbox.directory.path().join("dangling.age");
    symlink("data/new.age", &dangling).unwrap();
    let _ = Store::create(Place::new(&dangling, &state, true).unwrap(), key(), "store-2", &stamp(0)).unwrap();
    assert!(sandbox.directory.path().join("data/new.age").is_file());
    assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink());
}

#[test]
fn nothing_is_saved_where_anybody_could_swap_the_file() {
    let sandbox = Sandbox::new();
    let data = sandbox.directory.path().join("data");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o777)).unwrap();
    let changed = sandbox.store.change(&stamp(1), Keep::Generation, |_| Ok::<_, Error>(()));
    assert!(matches!(changed, Err(Error::UnsafeDirectory(_))));
    assert!(sandbox.store.read().is_ok());
}

#[test]
fn saves_of_little_push_no_generation_out() {
    let sandbox = Sandbox::new();
    for name in ["a", "b", "c", "d"] {
        assert!(sandbox.add(name).durable);
    }
    let generations = || sandbox.store.place.backups().iter().map(|backup| backup.generation.unwrap()).collect::<Vec<_>>();
    assert_eq!(generations(), [4, 3, 2]);
    let _ = sandbox.store.change(&stamp(1), Keep::Nothing, |_| Ok::<_, Error>(())).unwrap();
    assert_eq!(generations(), [4, 3, 2]);
    assert_eq!(sandbox.store.read().unwrap().header().generation, 6);
}

#[test]
fn what_a_dead_saver_left_is_removed_by_the_next() {
    let sandbox = Sandbox::new();
    for name in ["data/.store.age", "state/pins/.store-1"] {
        let left = sandbox.directory.path().join(format!("{name}.1.{}.tmp", "0".repeat(32)));
        fs::write(&left, "half").unwrap();
        assert!(sandbox.add(&name.replace('/', "-")).durable);
        assert!(!left.exists(), "{name}");
    }
}

#[test]
fn threads_that_write_and_read_lose_nothing_and_see_no_rollback() {
    let sandbox = Sandbox::new();
    let (writers, times) = (6, 15);
    std::thread::scope(|scope| {
        let writing: Vec<_> = (0..writers)
            .map(|writer| {
                let sandbox = &sandbox;
                scope.spawn(move || {
                    for time in 0..times {
                        let name = format!("{writer}-{time}");
                        let change = |db: &crate::store::Db| db.add(&connection(&name), &token(&name));
                        let _ = sandbox.store.change(&stamp(1), Keep::Generation, change).unwrap();
                    }
                })
            })
            .collect();
        let mut newest = 0;
        while writing.iter().any(|thread| !thread.is_finished()) {
            let generation = sandbox.store.read().unwrap().header().generation;
            assert!(generation >= newest);
            newest = generation;
        }
    });
    let view = sandbox.store.read().unwrap();
    assert_eq!(view.connections().unwrap().len(), writers * times);
    assert_eq!(view.header().generation, 1 + (writers * times) as u64);
}

/// Without looking again, 245 of 20,000 reads beside a writer looked like a rollback.
#[test]
fn twenty_thousand_reads_beside_a_writer_raise_no_false_alarm() {
    let sandbox = Sandbox::new();
    let done = std::sync::atomic::AtomicBool::new(false);
    let saves = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut saves = 0_u64;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let event = EventKind::Enabled;
                let change = sandbox.store.change(&stamp(1), Keep::Nothing, |db| db.record(&stamp(1), None, &event));
                assert!(change.unwrap().durable);
                saves += 1;
            }
            saves
        });
        for read in 0..20_000 {
            if let Err(error) = sandbox.store.read() {
                done.store(true, std::sync::atomic::Ordering::Relaxed);
                panic!("read {read}: {error}");
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        writer.join().unwrap()
    });
    assert!(saves > 100, "a writer that saves {saves} times is no company");
}

#[test]
fn a_view_is_current_until_somebody_saves() {
    let sandbox = Sandbox::new();
    let view = sandbox.store.read().unwrap();
    assert!(sandbox.store.is_current(&view));
    let _ = sandbox.add("work");
    assert!(!sandbox.store.is_current(&view));
    assert!(sandbox.store.is_current(&sandbox.store.read().unwrap()));
    fs::remove_file(sandbox.path()).unwrap();
    assert!(!sandbox.store.is_current(&view), "a store that is gone");
}

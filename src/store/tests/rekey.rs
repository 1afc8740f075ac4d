//! Readers, and a new key for the store.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Sandbox, connection, key, restore, stamp, token};
use crate::env::Env;
use crate::model::{ConnectionId, EventKind, Name, Purpose, Reader, ReaderKind};
use crate::secret::Secret;
use crate::store::key::{KeyPlace, Next, Sources};
use crate::store::{Error, EventQuery, Keep, KeysError, NowIn, Source, Store, StoreKey, seal};

/// Adds a reader with a new key of its own, and gives that key.
fn reader(sandbox: &Sandbox, name: &str, kind: ReaderKind) -> StoreKey {
    let key = key();
    let reader = Reader {
        recipient: key.recipient().unwrap(),
        name: Name::new(name).unwrap(),
        kind,
        added_by: "ana@pc".into(),
        added_at: stamp(2).at,
    };
    let _ = sandbox.store.change(&stamp(2), Keep::Generation, |db| db.add_reader(&reader)).unwrap();
    key.reading(&sandbox.store.read().unwrap().header().signer)
}

fn with(sandbox: &Sandbox, key: &StoreKey) -> Store {
    Store { key: key.clone(), ..sandbox.store.clone() }
}

/// A new key that goes into a file of this name.
fn next(sandbox: &Sandbox, store: &Store, name: &str) -> (Next, PathBuf) {
    let env = Env::from_variables::<&str, &str>([]);
    let path = sandbox.directory.path().join(name);
    let wanted = store.place.wanted(store.read().unwrap().header());
    let place = KeyPlace::File { path: path.clone() };
    (Next::prepare(place, &wanted, store.key(), &Sources::new(&env, None, None), stamp(5).at).unwrap(), path)
}

fn found(path: &Path) -> StoreKey {
    StoreKey::parse(&fs::read_to_string(path).unwrap(), "there").unwrap()
}

fn kinds(store: &Store) -> Vec<String> {
    let events = store.read().unwrap().events(&EventQuery::default()).unwrap();
    let kind = |kind| match kind {
        EventKind::Store { what, .. } => what,
        EventKind::Used { purpose, .. } => purpose,
        other => panic!("{other:?}"),
    };
    events.into_iter().map(|event| kind(event.kind)).collect()
}

#[test]
fn a_reader_reads_and_every_way_to_save_is_closed_to_it() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    let reading = with(&sandbox, &reader(&sandbox, "ci", ReaderKind::Pipeline));
    let before = sandbox.bytes();
    assert!(reading.is_reader() && !sandbox.store.is_reader());
    assert_eq!(reading.read().unwrap().token(&id).unwrap().expose(), token("a").expose());
    assert_eq!(reading.verify().unwrap().recipients, 2);
    let refused = |error: &Error| matches!(error, Error::Reader { .. });
    let change = reading.change(&stamp(3), Keep::Nothing, |_| -> Result<(), Error> { panic!("it was asked what to change") });
    assert!(refused(&change.unwrap_err()));
    let seen = reading.difference().unwrap().seen;
    assert!(refused(&reading.accept(seen, &stamp(3), true).unwrap_err()));
    let kept = reading.place.backups()[0].generation.unwrap();
    assert!(refused(&reading.restore(&Source::Generation(kept), seen, &stamp(3)).unwrap_err()));
    assert!(refused(&reading.rescue("store-1", &id, &Secret::from("s3krit".to_owned())).unwrap_err()));
    reading.note_use(&reading.read().unwrap(), &id, Purpose::Token, None, &stamp(3));
    assert!(reading.spooled().is_empty() && sandbox.store.spooled().is_empty());
    assert_eq!(sandbox.bytes(), before);
    // Without its signer it opens the file and believes nobody; it must not make itself the writer.
    let bare = with(&sandbox, &StoreKey { signer: None, ..reading.key.clone() });
    assert!(matches!(bare.read().map(|_| ()), Err(Error::NoSigner { .. })));
    assert!(refused(&bare.accept(bare.difference().unwrap().seen, &stamp(3), true).unwrap_err()));
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn who_knows_only_the_public_keys_writes_nothing_that_anybody_believes() {
    let sandbox = Sandbox::new();
    assert!(sandbox.add("a").durable);
    let reading = with(&sandbox, &reader(&sandbox, "ci", ReaderKind::Pipeline));
    let recipients: Vec<_> = [&sandbox.key, &reading.key].map(|key| seal::recipient(&key.recipient().unwrap()).unwrap()).to_vec();
    let stranger = key();
    let forged = seal::seal(&stranger, &recipients, "store-1", 9, &sandbox.image(), &sandbox.path()).unwrap().file;
    fs::write(sandbox.path(), &forged).unwrap();
    assert!(matches!(reading.read().map(|_| ()), Err(Error::OtherSigner { .. })));
    assert!(matches!(sandbox.store.read().map(|_| ()), Err(Error::NoSigner { .. })));
    // A reader who signs is a stranger too.
    let forged = seal::seal(&reading.key, &recipients[..1], "store-1", 9, &sandbox.image(), &sandbox.path()).unwrap().file;
    fs::write(sandbox.path(), &forged).unwrap();
    assert!(matches!(reading.read().map(|_| ()), Err(Error::OtherSigner { .. })));
    assert!(sandbox.store.read().is_err());
}

#[test]
fn a_new_key_opens_the_store_and_its_generations_and_the_old_one_nothing() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    assert!(sandbox.add("b").durable);
    sandbox.store.note_use(&sandbox.store.read().unwrap(), &id, Purpose::Token, None, &stamp(4));
    let (before, saved_at) = (sandbox.store.read().unwrap().meta().unwrap(), sandbox.store.place.backups()[0].at);
    let (next, path) = next(&sandbox, &sandbox.store, "new-key");
    let rekeyed = sandbox.store.rekey(&next, &stamp(5)).unwrap();
    assert!(rekeyed.durable && rekeyed.left.is_empty(), "{rekeyed:?}");
    let renewed = with(&sandbox, &found(&path));
    let meta = renewed.read().unwrap().meta().unwrap();
    assert_eq!((&meta.store_id, &meta.home, meta.created_at), (&before.store_id, &before.home, before.created_at));
    assert_eq!(meta.generation, rekeyed.generation);
    assert_eq!(renewed.read().unwrap().header().signer, rekeyed.signer);
    assert_eq!(renewed.read().unwrap().token(&id).unwrap().expose(), token("a").expose());
    // The use that waited was signed with the old key, and is not lost.
    assert_eq!(kinds(&renewed), ["store.rekeyed", "token", "store.created"]);
    assert!(renewed.verify().unwrap().chain.broken_at.is_none());
    match sandbox.store.read().map(|_| ()).unwrap_err() {
        Error::Rekeyed { now_in: NowIn::File(known), .. } => assert_eq!(known, path),
        other => panic!("{other:?}"),
    }
    // The undo is still one: sealed anew, listed as before, and it comes back.
    assert_eq!(rekeyed.resealed.len(), 3);
    let backups = renewed.place.backups();
    assert_eq!(backups[1].at, saved_at);
    let oldest = backups.last().unwrap().generation.unwrap();
    assert!(restore(&renewed, &Source::Generation(oldest), &stamp(6)).unwrap().durable);
    let _ = renewed.change(&stamp(7), Keep::Generation, |db| db.add(&connection("c"), &token("c"))).unwrap();
}

#[test]
fn what_stands_in_the_way_of_a_new_key_leaves_everything_as_it_was() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    let unknown = ConnectionId::random();
    for (rescued_for, known) in [(&id, Some("a")), (&unknown, None)] {
        let beside = sandbox.store.rescue("store-1", rescued_for, &Secret::from("s3krit".to_owned())).unwrap();
        let (before, (next, path)) = (sandbox.bytes(), next(&sandbox, &sandbox.store, "new-key"));
        match sandbox.store.rekey(&next, &stamp(5)).unwrap_err() {
            Error::Keys(KeysError::Rescued { path, name }) => assert_eq!((path, name.as_deref()), (beside, known)),
            other => panic!("{other:?}"),
        }
        assert!(sandbox.bytes() == before && !path.exists());
        sandbox.store.forget_rescued("store-1", rescued_for).unwrap();
    }
    // The name was taken after it was looked at: what is there is not written over, and the store not saved.
    let (next, path) = next(&sandbox, &sandbox.store, "new-key");
    fs::write(&path, "mine").unwrap();
    assert!(matches!(sandbox.store.rekey(&next, &stamp(5)), Err(Error::KeyInTheWay { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert!(sandbox.store.read().is_ok());
}

#[test]
fn a_recovery_key_takes_the_place_of_a_lost_one_and_no_other_reader_does() {
    let sandbox = Sandbox::new();
    let id = sandbox.add("a").value.id;
    let paper = with(&sandbox, &reader(&sandbox, "paper", ReaderKind::Recovery));
    let pipeline = with(&sandbox, &reader(&sandbox, "ci", ReaderKind::Pipeline));
    let before = sandbox.bytes();
    let (refused, path) = next(&sandbox, &pipeline, "no-key");
    assert!(matches!(pipeline.rekey(&refused, &stamp(5)), Err(Error::Keys(KeysError::NotRecovery { kind: "pipeline", .. }))));
    assert!(matches!(pipeline.may_recover(), Err(Error::Keys(KeysError::NotRecovery { .. }))));
    assert!(sandbox.bytes() == before && !path.exists());
    paper.may_recover().unwrap();
    let (next, path) = next(&sandbox, &paper, "new-key");
    let rekeyed = paper.rekey(&next, &stamp(5)).unwrap();
    assert_eq!(rekeyed.recovered_by.as_deref(), Some("paper"));
    let names: Vec<String> = rekeyed.readers.iter().map(|reader| reader.name.to_string()).collect();
    assert_eq!(names, ["ci", "paper"]);
    let renewed = with(&sandbox, &found(&path));
    assert_eq!(renewed.read().unwrap().token(&id).unwrap().expose(), token("a").expose());
    // A reader believes one writer: the new one only after it was told of it.
    assert!(matches!(paper.read().map(|_| ()), Err(Error::OtherSigner { .. })));
    with(&sandbox, &paper.key.clone().reading(&rekeyed.signer)).read().unwrap();
    // The lost key, if it turns up, opens nothing any more.
    assert!(matches!(sandbox.store.read().map(|_| ()), Err(Error::Rekeyed { .. })));
}

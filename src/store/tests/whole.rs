//! Saving and reading back.

use super::{Sandbox, connection, stamp, token};
use crate::model::EventKind;
use crate::store::{Error, EventQuery, Keep};

#[test]
fn what_is_saved_is_read() {
    let sandbox = Sandbox::new();
    let saved = sandbox.add("Work");
    assert!(saved.durable);
    let view = sandbox.store.read().unwrap();
    assert_eq!(view.header().generation, 2);
    let found = view.find("wORK").unwrap().unwrap();
    assert_eq!(found.id, saved.value.id);
    assert_eq!(view.token(&found.id).unwrap().expose(), token("Work").expose());
    let events = view.events(&EventQuery::default()).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, EventKind::Store { what: "store.created".into(), detail: None });
    assert_eq!(view.verify_chain().unwrap().broken_at, None);
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
}

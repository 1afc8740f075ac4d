//! `audit`: who did what, and that nothing was taken out.

use serde_json::json;

use crate::support::House;
use crate::support::house::{has_fields, texts};

#[test]
fn everything_that_changes_is_in_the_trail() {
    let house = House::new();
    house.run(&["edit", "work", "--description", "x"]).ok();
    house.run(&["disable", "work"]).ok();
    house.run(&["enable", "work"]).ok();
    house.run(&["validate", "work"]).ok();
    house.run(&["remove", "lab", "--yes"]).ok();
    let trail = house.trail();
    assert_eq!(trail[..5], ["removed", "validated", "enabled", "disabled", "updated"].map(ToOwned::to_owned));
    assert_eq!(trail.last().unwrap(), "store.created");
    let list = house.json(&["audit", "list"]);
    for event in list["events"].as_array().unwrap() {
        has_fields(event, &["at", "who", "kind"]);
        assert!(event["who"].as_str().unwrap().starts_with("ada@"), "{event}");
    }
}

#[test]
fn it_can_be_cut() {
    let house = House::new();
    let kinds = |arguments: &[&str]| texts(&house.json(&[&["audit", "list"], arguments].concat())["events"], "kind");
    assert_eq!(kinds(&["--limit", "1"]).len(), 1);
    assert!(kinds(&["--kind", "created"]).iter().all(|kind| kind == "created"));
    assert_eq!(kinds(&["--kind", "created"]).len(), 2);
    assert!(kinds(&["--connection", "work"]).len() < kinds(&[]).len());
    assert_eq!(kinds(&["--since", "1h"]), kinds(&[]));
    assert_eq!(kinds(&["--since", "2090-01-01"]), [""; 0]);
    house.run(&["audit", "list", "--since", "whenever"]).code(2);
    house.run(&["audit", "list", "--connection", "nobody"]).code(3);
    // What became of a connection that is gone can still be asked.
    house.run(&["remove", "work", "--yes"]).ok();
    house.run(&["audit", "list", "--connection", "work"]).ok().prints("removed");
}

#[test]
fn the_chain_is_whole() {
    let house = House::new();
    let verified = house.json(&["audit", "verify"]);
    assert_eq!(verified["events"], json!(house.trail().len()));
    house.run(&["audit", "verify"]).ok();
}

#[test]
fn uses_of_the_same_kind_within_a_minute_are_one() {
    let house = House::new();
    for _ in 0..5 {
        house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    }
    house.run(&["edit", "work", "--description", "x"]).ok();
    assert_eq!(house.trail().iter().filter(|kind| *kind == "used").count(), 1);
}

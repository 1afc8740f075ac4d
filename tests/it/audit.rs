//! `audit`: who did what, and that nothing was taken out.

use serde_json::json;

use crate::store_in_doubt::forge;
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
        assert!(event["who"].as_str().unwrap().contains('@'), "{event}");
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
fn uses_of_the_same_kind_within_a_minute_are_counted_together() {
    let house = House::new();
    for _ in 0..5 {
        house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    }
    house.run(&["edit", "work", "--description", "x"]).ok();
    let events = house.json(&["audit", "list", "--kind", "used"])["events"].clone();
    // The minute may turn in between.
    assert!((1..=3).contains(&events.as_array().unwrap().len()), "{events}");
    let times: u64 = events.as_array().unwrap().iter().map(|event| event["detail"]["times"].as_u64().unwrap_or(1)).sum();
    assert_eq!(times, 5, "{events}");
}

#[test]
fn kinds_have_families_and_one_that_is_none_is_refused() {
    let house = House::new();
    house.run(&["oauth", "set", &house.gitlab.host(), "--provider", "gitlab", "--client-id", "x"]).ok();
    let kinds = |arguments: &[&str]| texts(&house.json(&[&["audit", "list"], arguments].concat())["events"], "kind");
    assert_eq!(kinds(&["--kind", "store"]), ["store.created"]);
    assert_eq!(kinds(&["--kind", "store.created", "--kind", "oauth"]), ["oauth.set", "store.created"]);
    assert_eq!(kinds(&["--kind", "rotated"]), [""; 0]);
    for word in ["creatd", "st", "store.", "stor", ""] {
        let ran = house.run(&["audit", "list", "--kind", word]).code(2);
        assert!(ran.stderr.contains("rotation_failed") && ran.stderr.contains("store.created"), "{ran}");
    }
}

#[test]
fn it_can_be_cut_at_both_ends() {
    let house = House::new();
    let kinds = |arguments: &[&str]| texts(&house.json(&[&["audit", "list"], arguments].concat())["events"], "kind");
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    assert_eq!(kinds(&["--until", "0s"]), kinds(&[]));
    assert_eq!(kinds(&["--until", "1h"]), [""; 0]);
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    assert_eq!(kinds(&["--since", &today, "--until", &today]), kinds(&[]), "a day lasts to its end");
    assert_eq!(kinds(&["--until", "2020-01-01"]), [""; 0]);
    house.run(&["audit", "list", "--until", "whenever"]).code(2);
}

/// Changes the trail behind the program's back, as somebody who holds the key can.
fn tamper(house: &House, sql: &str) {
    forge(&house.sandbox, sql);
    house.run(&["store", "accept", "--yes"]).ok();
}

#[test]
fn the_first_broken_link_is_named() {
    for (sql, at, fault, why) in [
        ("UPDATE events SET who = 'eve@pc' WHERE sequence = 3", 3, "changed", "its hash does not fit"),
        ("DELETE FROM events WHERE sequence = 3", 4, "missing", "event 3 is missing before it"),
        ("DELETE FROM events WHERE sequence IN (1, 2)", 3, "missing", "events 1 to 2 are missing before it"),
        ("UPDATE meta SET dropped_hash = x'01'", 1, "unlinked", "it does not follow the chain's beginning"),
        (
            "UPDATE meta SET dropped_events = 2, dropped_hash = x'01'; DELETE FROM events WHERE sequence < 3",
            3,
            "unlinked",
            "it does not follow event 2",
        ),
    ] {
        let house = House::new();
        let whole = house.json(&["audit", "list"])["events"].clone();
        let event = whole.as_array().unwrap().iter().find(|event| event["sequence"] == at).unwrap();
        tamper(&house, sql);
        let proof = house.run(&["audit", "verify", "--json"]).code(7).json();
        assert_eq!((&proof["unbroken"], &proof["broken_at"]), (&json!(false), &json!(at)), "{sql}: {proof}");
        let broken = &proof["broken"];
        assert_eq!(
            (&broken["sequence"], &broken["fault"], &broken["kind"]),
            (&json!(at), &json!(fault), &event["kind"]),
            "{sql}"
        );
        assert!(broken["why"].as_str().unwrap().contains(why), "{sql}: {broken}");
        let table = house.run(&["audit", "verify", "-o", "table"]).code(7).prints(&format!("broken at event {at}")).prints(why);
        assert!(table.stdout.contains(event["kind"].as_str().unwrap()) && table.stdout.contains('@'), "{table}");
        // It is exported all the same, and whoever ships it hears of it.
        let ran = house.run(&["audit", "export"]).code(7).says(&format!("broken at event {at}")).says("gitconn audit verify");
        assert!(ran.stdout.lines().count() > 3, "{ran}");
    }
    let house = House::new();
    tamper(&house, "DELETE FROM events WHERE sequence = 3");
    assert_eq!(house.run(&["audit", "verify", "--json"]).code(7).json()["broken"]["missing"], json!([3, 3]));
    assert_eq!(House::new().json(&["audit", "verify"])["broken"], json!(null));
}

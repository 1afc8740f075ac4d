//! `edit`: what the user says of a connection.

use serde_json::{Value, json};

use crate::support::fake::GitHubGrant;
use crate::support::{House, tokens};

#[test]
fn every_field_can_be_changed() {
    let house = House::new();
    let id = house.connection("work")["id"].clone();
    house
        .run(&[
            "edit",
            "work",
            "--name",
            "Arbeit",
            "--description",
            "täglich",
            "--tag",
            "x",
            "--untag",
            "daily",
            "--expires-at",
            "2030-05-06",
        ])
        .ok();
    let arbeit = house.connection("Arbeit");
    assert_eq!((&arbeit["id"], &arbeit["description"], &arbeit["tags"]), (&id, &json!("täglich"), &json!(["x"])));
    assert!(arbeit["expires_at"].as_str().unwrap().starts_with("2030-05-06"), "{arbeit}");
    house.run(&["edit", "arbeit", "--expires-at", "none", "--description", ""]).ok();
    let arbeit = house.connection("Arbeit");
    assert_eq!((&arbeit["expires_at"], &arbeit["description"]), (&Value::Null, &Value::Null));
    house.run(&["show", "work"]).code(3);
    let event = &house.json(&["audit", "list", "--kind", "updated"])["events"];
    assert_eq!(event.as_array().unwrap().len(), 2);
}

#[test]
fn another_token_takes_the_place_of_one() {
    let house = House::new();
    let other = house.sandbox.secret(&tokens::classic("another"));
    let run = || house.sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&other).run();
    // It is looked at and asked about first, as the first one was.
    run().code(4);
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    house.github.accept(&other, GitHubGrant::classic("ada"));
    run().ok();
    let shown = house.sandbox.gitconn(["token", "work"]).may_show(&other).run().ok();
    assert_eq!(shown.stdout.trim_end(), other);
    assert!(house.connection("work")["rotated_at"].is_string());
    assert!(house.trail().contains(&"rotated".to_owned()));
}

#[test]
fn a_change_of_case_is_no_second_name() {
    let house = House::new();
    house.run(&["edit", "work", "--name", "Work"]).ok();
    assert_eq!(house.names(&[]), ["lab", "Work"]);
}

#[test]
fn what_cannot_be_is_refused_and_nothing_changes() {
    let house = House::new();
    let before = std::fs::read(house.sandbox.store()).unwrap();
    for (arguments, code) in [
        (&["edit", "work", "--name", "LAB"][..], 2),
        (&["edit", "work", "--name", "a/b"], 2),
        (&["edit", "work", "--expires-at", "someday"], 2),
        (&["edit", "nobody", "--name", "x"], 3),
        (&["edit", "work"], 2),
    ] {
        house.run(arguments).code(code);
    }
    assert!(std::fs::read(house.sandbox.store()).unwrap() == before, "the store was saved");
}

#[test]
fn an_end_in_the_past_is_taken_and_warned_of() {
    let house = House::new();
    let ran = house.run(&["edit", "work", "--expires-at", "2020-01-01", "--json"]).ok();
    assert!(ran.json()["warnings"][0].as_str().unwrap().starts_with("1 Jan 2020 is in the past"), "{ran}");
    house.run(&["edit", "work", "--expires-at", "2020-01-02"]).ok().says("warning: 2 Jan 2020 is in the past");
    // That it has ended is not said of what is to come.
    let found = house.sandbox.gitconn(["doctor", "--offline", "--json"]).run().code(9).json()["findings"].clone();
    let found = found.as_array().unwrap().iter().find(|one| one["what"].as_str().unwrap().contains("`work` ended")).unwrap();
    assert!(!found["why"].as_str().unwrap().contains("stops working then"), "{found}");
    let ran = house.run(&["edit", "work", "--expires-at", "2099-01-01"]).ok();
    assert!(!ran.stderr.contains("past"), "{ran}");
}

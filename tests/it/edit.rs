//! `edit`: what the user says of a connection.

use serde_json::{Value, json};

use crate::support::House;

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

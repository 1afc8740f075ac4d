//! `show`: one connection, whole, and never its secret.

use serde_json::json;

use crate::support::House;

#[test]
fn a_name_in_any_case_and_the_beginning_of_an_id_are_the_same_connection() {
    let house = House::new();
    let id = house.connection("work")["id"].as_str().unwrap().to_owned();
    for typed in ["work", "WORK", &id, &id[..8]] {
        let shown = house.json(&["show", typed]);
        assert_eq!((&shown["name"], &shown["id"]), (&json!("work"), &json!(id)), "{typed}");
    }
}

#[test]
fn a_name_that_is_nearly_right_is_guessed() {
    let house = House::new();
    let ran = house.run(&["show", "wrok"]).code(3).says("`wrok`").says("work");
    assert_eq!(ran.stdout, "");
    let error = house.run(&["show", "wrok", "--json"]).code(3).error();
    assert_eq!(error["kind"], "not_found");
    assert!(error["hint"].as_str().unwrap().contains("work"), "{error}");
}

#[test]
fn its_last_events_are_shown() {
    let house = House::new();
    house.run(&["validate", "work"]).ok();
    let shown = house.json(&["show", "work"]);
    let kinds = crate::support::house::texts(&shown["events"], "kind");
    assert!(kinds.contains(&"created".to_owned()) && kinds.contains(&"validated".to_owned()), "{shown}");
    house.run(&["show", "work"]).ok().prints("ada");
    house.run(&["show", "work", "-o", "table"]).ok().prints("repo");
}

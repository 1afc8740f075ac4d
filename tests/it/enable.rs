//! `enable` and `disable`: kept, but not used.

use serde_json::json;

use crate::support::House;

#[test]
fn what_is_disabled_serves_nobody() {
    let house = House::new();
    house.run(&["disable", "work"]).ok();
    assert_eq!(house.connection("work")["is_active"], false);
    assert_eq!(house.connection("work")["status"], "active");
    house.run(&["token", "work"]).code(4).says("gitconn enable work");
    house.run(&["repos", "work"]).code(4);
    house.github.forget();
    house.run(&["repos"]).ok();
    assert!(house.github.seen().is_empty());
    house.run(&["enable", "work"]).ok();
    house.sandbox.gitconn(["token", "work"]).may_show(&house.work).run().ok();
    let trail = house.trail();
    assert!(trail.contains(&"disabled".to_owned()) && trail.contains(&"enabled".to_owned()), "{trail:?}");
}

#[test]
fn several_at_once_are_all_or_none() {
    let house = House::new();
    house.run(&["disable", "work", "nobody"]).code(3);
    assert_eq!(house.connection("work")["is_active"], true);
    house.run(&["disable", "work", "lab"]).ok();
    assert_eq!(house.names(&[]), [""; 0]);
    assert_eq!(house.json(&["list", "--all"])["connections"][0]["is_active"], json!(false));
    house.run(&["disable"]).code(2);
}

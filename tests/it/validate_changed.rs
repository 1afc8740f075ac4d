//! `validate --changed`: for cron. What is as it was is not told again.

use serde_json::{Value, json};

use crate::support::fake::{Answer, GitHubGrant, permissions};
use crate::support::house::texts;
use crate::support::{Foundry, House, Ran};

#[track_caller]
fn changed(house: &House, code: i32) -> (Ran, Vec<String>) {
    let ran = house.run(&["validate", "--changed", "--json"]).code(code);
    let names = texts(&ran.json()["results"], "name");
    (ran, names)
}

#[test]
fn a_change_is_told_once() {
    let house = House::new();
    assert_eq!(changed(&house, 0).1, [""; 0]);
    house.github.refuse(&house.work);
    let (ran, names) = changed(&house, 9);
    assert_eq!(names, ["work"]);
    let result = &ran.json()["results"][0];
    assert_eq!((&result["was"], &result["verdict"], &result["changes"]), (&json!("valid"), &json!("revoked"), &Value::Null));
    // It still does not work: that was told.
    assert_eq!(changed(&house, 0).1, [""; 0]);
    house.github.accept(&house.work, GitHubGrant::classic("ada"));
    let (ran, names) = changed(&house, 9);
    assert_eq!((names, &ran.json()["results"][0]["was"]), (vec!["work".to_owned()], &json!("revoked")));
    assert_eq!(changed(&house, 0).1, [""; 0]);
    // A validation in between tells it, too.
    house.github.refuse(&house.work);
    house.run(&["validate", "work"]).code(4);
    assert_eq!(changed(&house, 0).1, [""; 0]);
    // One that only looks keeps nothing: it is told again.
    house.github.accept(&house.work, GitHubGrant::classic("ada"));
    for _ in 0..2 {
        house.run(&["test", "--changed"]).code(9);
    }
}

#[test]
fn what_keeps_a_token_from_its_work_is_a_change_too() {
    let house = House::new();
    // The message is quoted: GitHub §10.
    let refusal = Answer::json(403, &json!({"message": "Sorry. Your account was suspended.", "status": "403"}));
    house.github.always("/user", refusal);
    let (ran, names) = changed(&house, 9);
    assert_eq!(names, ["work"]);
    assert_eq!(ran.json()["results"][0]["verdict"], "blocked");
    // The status is as it was all the time.
    assert_eq!(house.connection("work")["status"], "active");
    assert_eq!(changed(&house, 0).1, [""; 0]);
    // Nor does it come back because an edit, or a night without network, lies between.
    house.run(&["edit", "work", "--description", "for the nightly"]).ok();
    house.github.recover();
    house.github.always("*", Answer::html(500, "Whoops"));
    house.run(&["validate", "work"]).code(6);
    house.github.recover();
    house.github.always("/user", Answer::json(403, &json!({"message": "Sorry. Your account was suspended.", "status": "403"})));
    assert_eq!(changed(&house, 0).1, [""; 0]);
    house.github.recover();
    assert_eq!(changed(&house, 9).0.json()["results"][0]["was"], "blocked");
}

#[test]
fn what_could_not_be_checked_is_no_change_and_is_not_passed_over() {
    let house = House::new();
    house.github.always("*", Answer::html(500, "Whoops"));
    for _ in 0..2 {
        let (ran, names) = changed(&house, 6);
        assert_eq!((names, texts(&ran.json()["unchecked"], "name")), (Vec::new(), vec!["work".to_owned()]), "{ran}");
    }
    let ran = house.run(&["validate", "--changed", "--quiet"]).code(6);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("`work` could not be checked"), "{ran}");
    // Something else has changed: that counts more, and both are told.
    house.gitlab.revoke(&house.lab);
    let ran = house.run(&["validate", "--changed"]).code(9);
    assert!(ran.stdout.starts_with("lab\trevoked\trevoked\twas valid; "), "{ran}");
    assert!(ran.stderr.contains("`work` could not be checked"), "{ran}");
    // When it is back, nothing has changed.
    house.github.recover();
    assert_eq!(changed(&house, 0).1, [""; 0]);
}

#[test]
fn one_that_was_never_checked_and_one_that_was_replaced() {
    let house = House::new();
    let token = house.github.classic(&house.sandbox, "eve");
    house.connect_github("new", &token, &["--offline"]).ok();
    let (ran, names) = changed(&house, 9);
    assert_eq!((names, &ran.json()["results"][0]["was"]), (vec!["new".to_owned()], &Value::Null), "{ran}");
    let ran = house.run(&["validate", "new", "--changed", "--json"]).ok();
    assert_eq!(ran.json(), json!({"results": [], "unchecked": []}));
    // Told as dead, and then another token was put in its place: that it works is what the status says already.
    house.github.refuse(&house.work);
    changed(&house, 9);
    let token = house.github.classic(&house.sandbox, "ada again");
    house.github.accept(&token, GitHubGrant::classic("ada"));
    house.sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&token).run().ok();
    assert_eq!(changed(&house, 0).1, [""; 0]);
}

#[test]
fn of_an_app_its_installations_count() {
    let foundry = Foundry::connected();
    foundry.run(&["validate", "--changed"]).ok();
    foundry.github.apps.suspend(foundry.client);
    let ran = foundry.run(&["validate", "--changed", "--json"]).code(9);
    let result = &ran.json()["results"][0];
    assert_eq!((&result["valid"], &result["was"]), (&json!(true), &json!("valid")), "{ran}");
    assert_eq!(result["changes"]["suspended"], json!(["acme-client-a"]), "{ran}");
    foundry.run(&["validate", "--changed"]).ok();
    foundry.github.apps.unsuspend(foundry.client);
    foundry.github.apps.edit_installation(foundry.corp, |installation| {
        installation.permissions = permissions(&[("metadata", "read"), ("contents", "write")]);
    });
    let ran = foundry.run(&["validate", "--changed"]).code(9);
    assert!(ran.stdout.contains("no longer suspended on acme-client-a; other permissions or repositories on acme-corp"), "{ran}");
    foundry.run(&["validate", "--changed"]).ok();
}

#[test]
fn it_is_asked_for_alone() {
    let house = House::new();
    house.run(&["validate", "--changed", "--expiring-within", "14d"]).code(2);
}

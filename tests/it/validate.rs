//! `validate`: the verdict, what it costs, and what it changes. What each answer of a provider means is in `contract.rs`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::fake::{Answer, GitHubGrant};
use crate::support::house::has_fields;
use crate::support::{Hall, House, Sandbox, tokens};

#[test]
fn one_name_gives_one_object_and_anything_else_a_list() {
    let house = House::new();
    let one = house.json(&["validate", "work"]);
    has_fields(
        &one,
        &[
            "valid",
            "verdict",
            "username",
            "scopes",
            "expires_at",
            "rate_limit_limit",
            "rate_limit_remaining",
            "rate_limit_reset",
            "error",
        ],
    );
    assert_eq!((&one["rate_limit_limit"], &one["rate_limit_reset"]), (&json!(5000), &json!("2100-01-01T00:00:00Z")));
    for arguments in [&["validate"][..], &["validate", "work", "lab"], &["validate", "--tag", "daily"]] {
        let several = house.json(arguments);
        assert_eq!(several["results"].as_array().unwrap().len(), 2, "{several}");
        for result in several["results"].as_array().unwrap() {
            has_fields(result, &["name", "valid", "verdict", "error"]);
        }
    }
    assert_eq!(house.json(&["validate", "--provider", "gitlab"])["results"].as_array().unwrap().len(), 1);
}

#[test]
fn a_server_without_limits_has_none() {
    let house = House::new();
    house.github.unlimited();
    let one = house.json(&["validate", "work"]);
    assert_eq!(
        (&one["rate_limit_limit"], &one["rate_limit_remaining"], &one["rate_limit_reset"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[test]
fn several_end_with_the_worst() {
    let house = House::new();
    house.gitlab.always("*", Answer::html(500, "Whoops"));
    let ran = house.run(&["validate", "--json"]).code(6);
    assert_eq!(ran.json()["results"].as_array().unwrap().len(), 2);
    house.github.refuse(&house.work);
    let ran = house.run(&["validate", "--json"]).code(4);
    let verdicts: Vec<(Value, Value)> = ran.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (result["name"].clone(), result["verdict"].clone()))
        .collect();
    assert!(verdicts.contains(&(json!("work"), json!("revoked"))), "{ran}");
    assert!(verdicts.contains(&(json!("lab"), json!("unreachable"))), "{ran}");
    assert_eq!(house.connection("work")["status"], "revoked");
    assert_eq!(house.connection("lab")["status"], "active");
}

#[test]
fn test_and_no_save_change_nothing() {
    let house = House::new();
    house.github.refuse(&house.work);
    let before = std::fs::read(house.sandbox.store()).unwrap();
    for arguments in [&["test", "work"][..], &["validate", "work", "--no-save"]] {
        house.run(arguments).code(4);
    }
    assert!(std::fs::read(house.sandbox.store()).unwrap() == before, "the store was saved");
    assert_eq!(house.connection("work")["status"], "active");
}

#[test]
fn a_token_past_its_known_end_has_expired() {
    let house = House::new();
    house.run(&["edit", "work", "--expires-at", "2020-01-01"]).ok();
    house.github.refuse(&house.work);
    assert_eq!(house.run(&["validate", "work", "--json"]).code(4).json()["verdict"], "expired");
    assert_eq!(house.connection("work")["status"], "expired");
}

#[test]
fn what_gitlab_says_of_a_dead_token_is_believed() {
    let house = House::new();
    let verdict = || house.run(&["validate", "lab", "--json"]).code(4).json()["verdict"].clone();
    house.gitlab.expire(&house.lab);
    assert_eq!(verdict(), "expired");
    house.gitlab.revoke(&house.lab);
    assert_eq!(verdict(), "revoked");
    // It has never heard of it: it worked before, so somebody took it away.
    house.gitlab.refuse(&house.lab);
    assert_eq!(verdict(), "revoked");
    assert_eq!(house.connection("lab")["status"], "revoked");
}

#[test]
fn a_first_check_that_could_not_finish_is_an_error_and_may_be_used() {
    let house = House::new();
    let token = house.sandbox.secret(&tokens::classic("first"));
    house.connect_github("first", &token, &["--offline"]).ok();
    house.github.always("*", Answer::html(500, "Whoops"));
    house.run(&["validate", "first"]).code(6);
    let first = house.connection("first");
    assert_eq!(first["status"], "error");
    assert!(first["validation_error"].is_string());
    house.sandbox.gitconn(["token", "first"]).may_show(&token).run().ok();
    // Never worked and refused: it was wrong from the beginning.
    house.github.recover();
    assert_eq!(house.run(&["validate", "first", "--json"]).code(4).json()["verdict"], "invalid");
    house.run(&["token", "first"]).code(4);
    // A token that works after all comes back to life.
    house.github.accept(&token, GitHubGrant::classic("ada"));
    house.run(&["validate", "first"]).ok();
    house.sandbox.gitconn(["token", "first"]).may_show(&token).run().ok();
}

#[test]
fn a_token_that_never_worked_stays_invalid() {
    let house = House::new();
    let token = house.sandbox.secret(&tokens::classic("never worked"));
    house.connect_github("first", &token, &["--offline"]).ok();
    let personal = house.sandbox.secret(&tokens::gitlab("never worked"));
    house.connect_gitlab("second", &personal, &["--offline"]).ok();
    for name in ["first", "second"] {
        for round in 0..3 {
            let ran = house.run(&["validate", name, "--json"]).code(4);
            assert_eq!(ran.json()["verdict"], "invalid", "{name}, round {round}\n{ran}");
            assert_eq!(house.connection(name)["status"], "invalid", "{name}, round {round}");
        }
    }
    // What worked once and does no longer was revoked, and stays that.
    house.github.refuse(&house.work);
    for round in 0..3 {
        assert_eq!(house.run(&["validate", "work", "--json"]).code(4).json()["verdict"], "revoked", "round {round}");
    }
}

#[test]
fn what_a_provider_says_of_the_token_is_kept() {
    let house = House::new();
    house
        .github
        .accept(&house.work, GitHubGrant::classic("ada-lovelace").scopes("repo").expires(Some("2098-01-02 03:04:05 +0100")));
    house.run(&["validate", "work"]).ok();
    let work = house.connection("work");
    assert_eq!((&work["username"], &work["scopes"]), (&json!("ada-lovelace"), &json!(["repo"])));
    assert_eq!(work["expires_at"], "2098-01-02T02:04:05Z");
}

#[test]
fn connections_are_checked_side_by_side() {
    let (sandbox, github) = (Sandbox::new(), crate::support::fake::GitHub::start());
    for number in 0..8 {
        let name = format!("c{number}");
        let token = github.classic(&sandbox, &name);
        crate::support::house::connect(&sandbox, "github", &name, &github.origin(), &token, &["--offline"]).ok();
    }
    github.latency(Duration::from_millis(100));
    sandbox.gitconn(["validate"]).run().ok();
    assert!(github.most_in_flight() > 1, "one after another");
}

#[test]
fn nothing_to_check_is_not_found() {
    Sandbox::new().gitconn(["validate"]).run().code(3);
    let house = House::new();
    house.run(&["validate", "nobody"]).code(3);
    house.run(&["validate", "--tag", "nothing"]).code(3);
}

#[test]
fn a_disabled_connection_is_left_alone_unless_it_is_named() {
    let house = House::new();
    house.run(&["disable", "lab"]).ok();
    assert_eq!(house.json(&["validate"])["results"].as_array().unwrap().len(), 1);
    assert_eq!(house.json(&["validate", "lab"])["valid"], true);
    assert_eq!(house.connection("lab")["is_active"], false);
}

#[test]
fn a_login_in_the_place_of_what_was_checked_is_not_judged_by_that() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    let token = hall.github.classic(&hall.sandbox, "ada");
    hall.connect("github", "work").arg("--token-stdin").stdin(&token).run().ok();
    let blocked = json!({"message": "403 Forbidden - Your account has been blocked."});
    hall.gitlab.forget();
    hall.gitlab.script("/user", [Answer::json(403, &blocked)]);
    // The check of the other one lasts until somebody has logged in again.
    hall.github.latency(Duration::from_secs(2));
    let running = hall.sandbox.gitconn(["validate"]).start();
    hall.gitlab.wait_below("/user");
    hall.replace_pair("gitlab", "lab");
    running.wait().code(4);
    let lab = hall.json(&["show", "lab"]);
    assert_eq!((&lab["status"], &lab["validation_error"]), (&json!("active"), &json!(null)), "{lab}");
}

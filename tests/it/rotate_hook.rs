//! The hook of `rotate`: told with the token on stdin, run again with `--resume`, and a failure that costs nothing.

use serde_json::json;

use crate::rotate::{house, token};
use crate::support::House;
use crate::support::fake::{Gitea, GiteaGrant};
use crate::support::house::{connect, texts};

/// A hook that writes down what it is told, in places that the sandbox does not look through.
fn telling(house: &House) -> (String, std::path::PathBuf) {
    let told = house.sandbox.path("told");
    house.sandbox.key_file(&told);
    let command = format!(
        "cat > {0}; printf '|%s|%s|%s|%s|' \"$GITCONN_HOOK_CONNECTION\" \"$GITCONN_HOOK_PROVIDER\" \"$GITCONN_HOOK_USERNAME\" \
         \"$GITCONN_HOOK_EXPIRES_AT\" >> {0}; echo hello",
        told.display()
    );
    (command, told)
}

#[test]
fn it_is_told_the_new_token_and_the_facts() {
    let house = house();
    let (command, told) = telling(&house);
    let ran = house.sandbox.gitconn(["rotate", "lab", "--hook", &command, "--json"]).run().ok();
    let row = &ran.json()["rotations"][0];
    assert_eq!((&row["hook"], &row["outcome"]), (&json!("done"), &json!("rotated")));
    // What it prints is no data of ours.
    assert!(ran.stderr.contains("hello") && !ran.stdout.contains("hello"), "{ran}");
    let told = std::fs::read_to_string(told).unwrap();
    let end = house.connection("lab")["expires_at"].as_str().unwrap().to_owned();
    assert_eq!(told, format!("{}|lab|gitlab|ops|{end}|", house.gitlab.made()[0]));
    let events = house.json(&["audit", "list", "--connection", "lab", "--kind", "hook"]);
    assert_eq!(events["events"][0]["detail"]["outcome"], "done", "{events}");
}

#[test]
fn it_is_a_setting_of_the_connection_and_sees_no_secret_of_ours() {
    let mut house = house();
    let seen = house.sandbox.path("environment");
    house.run(&["edit", "lab", "--hook", &format!("env > {}", seen.display())]).ok();
    assert_eq!(house.connection("lab")["hook"], json!(format!("env > {}", seen.display())));
    let key = std::fs::read_to_string(house.sandbox.path("key.txt")).unwrap();
    house.sandbox.unset("GITCONN_KEY_FILE");
    house.sandbox.set("GITCONN_KEY", key.trim());
    house.run(&["rotate", "lab"]).ok();
    let environment = std::fs::read_to_string(seen).unwrap();
    assert!(environment.contains("GITCONN_HOOK_CONNECTION=lab") && !environment.contains("AGE-SECRET"), "{environment}");
    house.run(&["show", "lab"]).ok();
    house.run(&["edit", "lab", "--hook", ""]).ok();
    assert_eq!(house.connection("lab")["hook"], serde_json::Value::Null);
}

#[test]
fn one_that_fails_is_told_and_can_be_run_again() {
    let house = house();
    let (command, told) = telling(&house);
    let flag = house.sandbox.path("ready");
    let hook = format!("test -e {} || exit 3; {command}", flag.display());
    let ran = house.sandbox.gitconn(["rotate", "lab", "--hook", &hook, "--json"]).run().code(1);
    let row = &ran.json()["rotations"][0];
    assert_eq!((&row["hook"], &row["outcome"], &row["old_token"]), (&json!("failed"), &json!("rotated"), &json!("dead")));
    // The new token is saved, and used.
    assert_eq!(token(&house, "lab"), house.gitlab.made()[0]);
    let used = house.sandbox.gitconn(["token", "lab"]).prints_a_secret().run().ok();
    assert!(used.stderr.contains("its hook has not run: gitconn rotate --resume lab"), "{used}");
    assert_eq!(house.json(&["show", "lab"])["unfinished_rotation"]["step"], "verified");
    let again = house.run(&["rotate", "--resume"]).code(1);
    assert!(again.stdout.contains("its hook has failed: it ended with exit code 3"), "{again}");
    house.sandbox.write("ready", "");
    // A second rotation would be a third token: what was begun is finished instead.
    let finished = house.sandbox.gitconn(["rotate", "lab", "--json"]).run().ok();
    assert_eq!(finished.json()["rotations"][0]["outcome"], "resumed", "{finished}");
    assert!(std::fs::read_to_string(told).unwrap().starts_with(&house.gitlab.made()[0]));
    assert_eq!(house.gitlab.made().len(), 1);
    house.run(&["rotate", "--resume", "lab"]).code(3).says("no rotation of `lab` is unfinished");
    let outcomes = house.json(&["audit", "list", "--kind", "hook"]);
    let outcomes: Vec<String> = outcomes["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["detail"]["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes, ["done", "failed: it ended with exit code 3", "failed: it ended with exit code 3"]);
}

#[test]
fn the_old_token_lives_until_the_hook_has_run() {
    let house = House::new();
    let gitea = Gitea::newer();
    let old = gitea.personal_for(&house.sandbox, GiteaGrant::personal("ada").scopes(&["write:user", "read:repository"]));
    connect(&house.sandbox, "gitea", "tea", &gitea.host(), &old, &[]).ok();
    let flag = house.sandbox.path("ready");
    let hook = format!("cat > /dev/null; test -e {}", flag.display());
    let ran = house.sandbox.gitconn(["rotate", "tea", "--hook", &hook, "--json"]).run().code(1);
    assert_eq!(ran.json()["rotations"][0]["old_token"], "alive", "{ran}");
    assert!(gitea.accepts(&old) && gitea.token_names("ada").len() == 2);
    house.sandbox.write("ready", "");
    let ran = house.sandbox.gitconn(["rotate", "--resume", "--json"]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["old_token"], "revoked", "{ran}");
    assert!(!gitea.accepts(&old) && gitea.token_names("ada").len() == 1);
    let kinds = texts(&house.json(&["audit", "list", "--connection", "tea"])["events"], "kind");
    assert_eq!(kinds[..4], ["revoked", "hook", "hook", "validated"], "{kinds:?}");
}

#[test]
fn what_a_twins_own_rotation_has_left_stays_to_be_done() {
    let house = House::new();
    let gitea = Gitea::newer();
    let old = gitea.personal_for(&house.sandbox, GiteaGrant::personal("ada").scopes(&["write:user", "read:repository"]));
    for name in ["tea", "twin"] {
        connect(&house.sandbox, "gitea", name, &gitea.host(), &old, &["--force"]).ok();
    }
    let flag = house.sandbox.path("ready");
    house.run(&["edit", "twin", "--hook", &format!("cat > /dev/null; test -e {}", flag.display())]).ok();
    // Both have the new token, and the old one lives until the hook has run.
    house.run(&["rotate", "twin"]).code(1);
    assert!(gitea.accepts(&old) && gitea.token_names("ada").len() == 2);
    house.run(&["rotate", "tea"]).ok().says("what their hooks have to tell");
    house.sandbox.write("ready", "");
    let ran = house.sandbox.gitconn(["rotate", "--resume", "--json"]).run().ok();
    let row = &ran.json()["rotations"][0];
    assert_eq!((&row["name"], &row["hook"], &row["old_token"]), (&json!("twin"), &json!("done"), &json!("revoked")), "{ran}");
    assert!(!gitea.accepts(&old) && gitea.token_names("ada").len() == 1, "a token that nobody holds lives");
    assert_eq!(token(&house, "tea"), token(&house, "twin"));
    house.run(&["rotate", "tea"]).ok();
    house.run(&["rotate", "--resume"]).ok();
    house.run(&["edit", "twin", "--hook", ""]).ok();
    let ran = house.run(&["rotate", "tea"]).ok();
    assert!(!ran.stderr.contains("what their hooks have to tell"), "{ran}");
}

#[test]
fn a_command_that_was_mistyped_is_replaced_or_dropped() {
    let house = house();
    for (mended, outcome) in [("cat > /dev/null", "done"), ("", "null")] {
        house.run(&["rotate", "lab", "--hook", "no-such-command-anywhere"]).code(1);
        let ran = house.sandbox.gitconn(["rotate", "--resume", "lab", "--hook", mended, "--json"]).run().ok();
        assert_eq!(ran.json()["rotations"][0]["hook"].as_str().unwrap_or("null"), outcome, "{ran}");
        house.run(&["rotate", "--resume"]).ok().says("nothing is unfinished");
    }
}

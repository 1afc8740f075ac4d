//! A rotation that is cut off, and what the next command makes of it; two at once; a copy of the store.

use std::time::Duration;

use crate::rotate::{ROTATE, asked, house, token};
use crate::support::House;
use crate::support::fake::Answer;

/// Starts a rotation of `lab`, and kills it while it waits for the answer.
fn killed(house: &House) {
    let mut running = house.sandbox.gitconn(["rotate", "lab"]).start();
    house.gitlab.wait_below(ROTATE);
    // What was asked for is done by then, or never will be.
    std::thread::sleep(Duration::from_millis(50));
    running.kill();
    drop(running);
    house.gitlab.recover();
}

#[test]
fn the_next_command_finds_out_that_it_did_not_happen() {
    for command in [&["token", "lab"][..], &["repos", "lab"], &["validate", "lab"], &["exec", "lab", "--", "true"]] {
        let house = house();
        house.gitlab.script(ROTATE, [Answer::never()]);
        killed(&house);
        let shown = house.json(&["show", "lab"]);
        assert_eq!(shown["unfinished_rotation"]["step"], "asked", "{shown}");
        let ran = house.sandbox.gitconn(command).prints_a_secret().run().ok();
        assert!(ran.stderr.contains("was not finished: the old token still works, so it did not happen"), "{command:?}: {ran}");
        assert!(ran.stderr.contains("`lab`: a rotation begun ") && ran.stderr.contains(" ago by "), "{command:?}: {ran}");
        // Said once, and over.
        let again = house.sandbox.gitconn(command).prints_a_secret().run().ok();
        assert!(!again.stderr.contains("rotation"), "{command:?}: {again}");
        assert_eq!((asked(&house), house.gitlab.reused(), token(&house, "lab")), (1, 0, house.lab.clone()));
        assert_eq!(house.json(&["show", "lab"])["unfinished_rotation"], serde_json::Value::Null);
    }
}

#[test]
fn rotate_starts_again_where_it_did_not_happen() {
    let house = house();
    house.gitlab.script(ROTATE, [Answer::never()]);
    killed(&house);
    let ran = house.run(&["rotate", "lab"]).ok().says("so it did not happen");
    assert!(ran.stdout.contains("rotated"), "{ran}");
    assert_eq!((asked(&house), house.gitlab.reused(), house.gitlab.made().len()), (2, 0, 1));
    assert_eq!(token(&house, "lab"), house.gitlab.made()[0]);
}

#[test]
fn the_next_command_finds_out_that_the_new_token_is_lost() {
    for command in [&["token", "lab"][..], &["repos", "lab"], &["rotate", "lab"], &["exec", "lab", "--", "true"]] {
        let house = house();
        house.gitlab.loses(ROTATE, Answer::never());
        killed(&house);
        let ran = house.sandbox.gitconn(command).run();
        let code = if command[0] == "exec" { 125 } else { 4 };
        let ran = ran.code(code).says("the new token of `lab` is lost").says("gitconn rotate lab");
        assert!(!ran.stdout.contains(&house.lab), "{ran}");
        assert_eq!((asked(&house), house.gitlab.reused()), (1, 0), "{command:?}");
        let shown = house.connection("lab");
        assert_eq!(shown["status"], "revoked", "{shown}");
        // From then on it is a dead token like any other, and rotation is a person's.
        house.run(&["token", "lab"]).code(4).says("was cut off");
        assert_eq!(house.json(&["rotate", "lab", "--dry-run"])["planned"][0]["way"], "guided");
    }
    let house = house();
    house.gitlab.loses(ROTATE, Answer::never());
    killed(&house);
    let ran = house.sandbox.gitconn(["validate", "lab", "--json"]).run().code(4);
    assert_eq!(ran.json()["verdict"], "revoked", "{ran}");
    assert!(ran.json()["error"].as_str().unwrap().contains("nobody received the new one"), "{ran}");
}

#[test]
fn where_nobody_can_say_the_token_is_used_and_the_question_stays_open() {
    let house = house();
    house.gitlab.script(ROTATE, [Answer::never()]);
    killed(&house);
    house.gitlab.always("/personal_access_tokens/self", Answer::html(503, "Whoops"));
    house.gitlab.always("/user", Answer::html(503, "Whoops"));
    let ran = house.sandbox.gitconn(["token", "lab"]).prints_a_secret().run().ok();
    assert!(ran.stderr.contains("whether the old token still works could not be found out"), "{ran}");
    house.run(&["rotate", "lab"]).code(6);
    assert_eq!(asked(&house), 1, "asked although nobody knows whether the token lives");
    house.gitlab.recover();
    house.run(&["list"]).ok().says("gitconn rotate --resume");
    house.run(&["rotate", "--resume"]).ok();
    assert_eq!((asked(&house), token(&house, "lab")), (2, house.gitlab.made()[0].clone()));
}

#[test]
fn two_at_once_make_one_token_and_whoever_uses_it_waits() {
    let house = house();
    house.gitlab.latency(Duration::from_millis(400));
    let one = house.sandbox.gitconn(["rotate", "lab", "--json"]).start();
    let other = house.sandbox.gitconn(["rotate", "lab", "--json"]).start();
    house.gitlab.wait_below(ROTATE);
    house.gitlab.latency(Duration::ZERO);
    let used = house.sandbox.gitconn(["token", "lab"]).prints_a_secret().run().ok();
    let mut outcomes: Vec<String> = [one.wait(), other.wait()]
        .into_iter()
        .map(|ran| ran.ok().json()["rotations"][0]["outcome"].as_str().unwrap().to_owned())
        .collect();
    outcomes.sort();
    assert_eq!(outcomes, ["elsewhere", "rotated"]);
    assert_eq!((house.gitlab.made().len(), house.gitlab.reused(), asked(&house)), (1, 0, 1));
    assert_eq!(used.stdout.trim_end(), house.gitlab.made()[0], "{used}");
}

#[test]
fn ctrl_c_while_the_answer_is_waited_for_loses_nothing() {
    let house = house();
    house.gitlab.latency(Duration::from_millis(700));
    let running = house.sandbox.gitconn(["rotate", "lab"]).start();
    house.gitlab.wait_below(ROTATE);
    running.interrupt();
    let ran = running.wait().code(130);
    assert!(ran.stderr.contains("finishing what would be lost"), "{ran}");
    house.gitlab.latency(Duration::ZERO);
    assert_eq!((house.gitlab.made().len(), token(&house, "lab")), (1, house.gitlab.made()[0].clone()));
    house.run(&["rotate", "--resume"]).ok();
    assert_eq!((house.gitlab.made().len(), house.gitlab.reused()), (1, 0));
}

#[test]
fn a_copy_of_the_store_ends_nobodys_token() {
    let house = house();
    let ran = house.sandbox.gitconn(["rotate", "lab"]).env("XDG_STATE_HOME", house.sandbox.path("other-state")).run().code(5);
    ran.says("this store is a copy").says("gitconn store accept --move");
    assert_eq!(asked(&house), 0);
    assert!(house.gitlab.accepts(&house.lab));
}

//! A rotation that is cut off, and what the next command makes of it; two at once; a copy of the store.

use std::time::Duration;

use crate::rotate::{ROTATE, asked, house, token};
use crate::support::fake::{Answer, GitLab, GitLabGrant};
use crate::support::house::connect;
use crate::support::{House, tokens};

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
        assert!(
            ran.stderr.contains("was not finished: the old token still works: as far as can be seen, it did not happen"),
            "{command:?}: {ran}"
        );
        assert!(ran.stderr.contains("`lab`: a rotation begun just now by "), "{command:?}: {ran}");
        // The provider may be at it still: for a minute whoever comes looks again, and whoever goes on with it ends that.
        let again = house.sandbox.gitconn(command).prints_a_secret().run().ok();
        assert!(again.stderr.contains("as far as can be seen, it did not happen"), "{command:?}: {again}");
        let resumed = house.sandbox.gitconn(["rotate", "--resume", "--json"]).run().ok();
        assert_eq!(resumed.json()["rotations"][0]["outcome"], "not_happened", "{resumed}");
        assert_eq!((asked(&house), house.gitlab.reused(), token(&house, "lab")), (1, 0, house.lab.clone()));
        let used = house.sandbox.gitconn(command).prints_a_secret().run().ok();
        assert!(!used.stderr.contains("rotation"), "{command:?}: {used}");
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
    // Going on begins nothing new; that is a rotation's.
    house.run(&["rotate", "--resume"]).ok();
    assert_eq!((asked(&house), token(&house, "lab")), (1, house.lab.clone()));
    house.run(&["rotate", "lab"]).ok();
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

#[test]
fn after_ctrl_c_nothing_more_is_begun() {
    let house = house();
    // Three more at the same host, and one at another.
    let others: Vec<String> = (0..3).map(|number| house.sandbox.secret(&tokens::gitlab(&format!("other {number}")))).collect();
    for (number, token) in others.iter().enumerate() {
        house.gitlab.accept(token, GitLabGrant::personal(&format!("other{number}")).scopes(&["api"]));
        house.connect_gitlab(&format!("other{number}"), token, &[]).ok();
    }
    let elsewhere = GitLab::start();
    elsewhere.watched_by(&house.sandbox);
    let far = house.sandbox.secret(&tokens::gitlab("far"));
    elsewhere.accept(&far, GitLabGrant::personal("far").scopes(&["api"]));
    connect(&house.sandbox, "gitlab", "far", &elsewhere.host(), &far, &[]).ok();
    house.gitlab.forget();
    for gitlab in [&house.gitlab, &elsewhere] {
        gitlab.latency(Duration::from_millis(300));
    }
    let running = house.sandbox.gitconn(["rotate", "--provider", "gitlab", "--no-input"]).start();
    house.gitlab.wait_below(ROTATE);
    running.interrupt();
    running.wait().code(130);
    for gitlab in [&house.gitlab, &elsewhere] {
        gitlab.latency(Duration::ZERO);
    }
    let made = house.gitlab.made().len() + elsewhere.made().len();
    assert!((1..=2).contains(&made), "{made} were rotated after Ctrl-C");
    // Whatever was made is in the store, and whatever was not still works.
    for (name, gitlab) in [
        ("lab", &house.gitlab),
        ("other0", &house.gitlab),
        ("other1", &house.gitlab),
        ("other2", &house.gitlab),
        ("far", &elsewhere),
    ] {
        let token = house.sandbox.gitconn(["token", name]).prints_a_secret().run().ok().stdout.trim_end().to_owned();
        assert!(gitlab.accepts(&token), "{name}");
    }
    house.run(&["rotate", "--resume"]).ok();
    assert_eq!((house.gitlab.reused(), elsewhere.reused()), (0, 0));
}

#[test]
fn connections_that_share_a_token_share_the_new_one() {
    let house = house();
    house.connect_gitlab("twin", &house.lab.clone(), &[]).ok();
    let ran = house.run(&["rotate", "lab"]).ok();
    ran.says("the same token is held by twin");
    let new = house.gitlab.made()[0].clone();
    assert_eq!((token(&house, "lab"), token(&house, "twin")), (new.clone(), new));
    // Both at once make one.
    let ran = house.sandbox.gitconn(["rotate", "lab", "twin", "--json"]).run().ok();
    let ran = ran.json();
    let mut outcomes = crate::support::house::texts(&ran["rotations"], "outcome");
    outcomes.sort();
    assert_eq!(outcomes, ["elsewhere", "rotated"]);
    assert_eq!((house.gitlab.made().len(), house.gitlab.reused()), (2, 0));
    assert_eq!(token(&house, "lab"), token(&house, "twin"));
    // Each has its own to tell.
    let told = house.sandbox.path("told");
    house.run(&["edit", "twin", "--hook", &format!("cat > /dev/null; echo >> {}", told.display())]).ok();
    house.run(&["rotate", "lab"]).ok();
    let ran = house.sandbox.gitconn(["rotate", "--resume", "--json"]).run().ok();
    assert_eq!((&ran.json()["rotations"][0]["name"], &ran.json()["rotations"][0]["hook"]), (&"twin".into(), &"done".into()));
    house.run(&["rotate", "lab", "twin"]).ok();
    assert_eq!(std::fs::read_to_string(&told).unwrap().len(), 2);
    house.run(&["rotate", "--resume"]).ok().says("nothing is unfinished");
}

#[test]
fn another_token_that_was_put_in_place_meanwhile_has_the_last_word() {
    let house = house();
    let own = house.sandbox.secret(&tokens::gitlab("put in place"));
    house.gitlab.accept(&own, GitLabGrant::personal("ops").scopes(&["api"]));
    house.gitlab.latency(Duration::from_millis(2500));
    let running = house.sandbox.gitconn(["rotate", "lab"]).start();
    house.gitlab.wait_below(ROTATE);
    house.gitlab.latency(Duration::ZERO);
    house.sandbox.gitconn(["edit", "lab", "--token-stdin"]).stdin(&own).run().ok();
    let ran = running.wait().code(1);
    ran.says("was given another token while this one was being made: the new one is ended again");
    assert_eq!(token(&house, "lab"), own);
    assert!(!house.gitlab.accepts(&house.gitlab.made()[0]), "a token that nobody holds lives");
    house.run(&["rotate", "--resume"]).ok().says("nothing is unfinished");
}

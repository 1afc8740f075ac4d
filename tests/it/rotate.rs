//! `rotate` by API at GitLab, which ends the old token in the same call: the order of things, and every way in which the answer can fail to arrive.

use crate::support::fake::{Answer, GitLabGrant};
use crate::support::{House, Ran, tokens};

/// A house whose `lab` has a token that may replace itself.
pub(crate) fn house() -> House {
    let house = House::new();
    house.gitlab.watched_by(&house.sandbox);
    house.gitlab.accept(&house.lab, GitLabGrant::personal("ops").scopes(&["api"]));
    house.run(&["validate", "lab"]).ok();
    house.gitlab.forget();
    house
}

pub(crate) const ROTATE: &str = "/personal_access_tokens/self/rotate";

/// How often the call that kills was made.
pub(crate) fn asked(house: &House) -> usize {
    house.gitlab.seen_at(ROTATE).len()
}

/// What `token` prints.
#[track_caller]
pub(crate) fn token(house: &House, name: &str) -> String {
    house.sandbox.gitconn(["token", name]).prints_a_secret().run().ok().stdout.trim_end().to_owned()
}

fn rotate(house: &House, more: &[&str]) -> Ran {
    house.sandbox.gitconn(["rotate", "lab"]).args(more).run()
}

#[test]
fn the_new_token_is_saved_tried_and_used() {
    let house = house();
    let ran = rotate(&house, &["--json"]).ok();
    let row = &ran.json()["rotations"][0];
    assert_eq!((&row["outcome"], &row["old_token"], &row["hook"]), (&"rotated".into(), &"dead".into(), &serde_json::Value::Null));
    let made = house.gitlab.made();
    assert_eq!((made.len(), token(&house, "lab")), (1, made[0].clone()));
    assert!(!house.gitlab.accepts(&house.lab));
    // Alive is asked before and after, by the calls that harm nobody; the call that kills is made once, with an end.
    let paths: Vec<String> = house.gitlab.seen().iter().map(|request| format!("{} {}", request.method, request.path)).collect();
    let kill = paths.iter().position(|call| call == &format!("POST {ROTATE}")).unwrap();
    assert!(paths[..kill].contains(&"GET /personal_access_tokens/self".to_owned()), "{paths:?}");
    assert!(paths[kill..].contains(&"GET /personal_access_tokens/self".to_owned()), "{paths:?}");
    assert_eq!((asked(&house), house.gitlab.reused()), (1, 0));
    let shown = house.connection("lab");
    assert!(shown["rotated_at"].is_string() && shown["status"] == "active", "{shown}");
    let end: jiff::Timestamp = shown["expires_at"].as_str().unwrap().parse().unwrap();
    let days = end.duration_since(jiff::Timestamp::now()).as_hours() / 24;
    assert!((88..=90).contains(&days), "{days}");
    let events = house.json(&["audit", "list", "--connection", "lab", "--kind", "rotated"]);
    assert_eq!(events["events"][0]["detail"]["by"], "api", "{events}");
    assert_eq!(row["old_fingerprint"], events["events"][0]["detail"]["old"]);
    house.run(&["rotate", "--resume"]).ok().says("nothing is unfinished");
}

#[test]
fn it_is_said_before_and_after_what_becomes_of_the_old_token() {
    let house = house();
    let plan = house.sandbox.gitconn(["rotate", "lab", "work", "--dry-run", "--output", "table"]).run().ok();
    assert!(plan.stdout.contains("by API: the old token dies at once"), "{plan}");
    assert!(plan.stdout.contains("guided: "), "{plan}");
    assert!(house.gitlab.seen().is_empty(), "a plan asks nobody");
    rotate(&house, &["--keep-old"]).code(2).says("ends it in the very call that makes the new one");
    assert_eq!(asked(&house), 0);
    let ran = rotate(&house, &["--output", "table", "--expires-at", "2098-02-18"]).ok();
    assert!(ran.stdout.contains("rotated `lab`: new token until 18 Feb 2098; the old one is dead"), "{ran}");
}

#[test]
fn a_day_that_the_server_finds_too_far_off_gives_way_unless_it_was_named() {
    let house = house();
    house.gitlab.tokens_end_before("2026-12-20");
    let ran = rotate(&house, &["--expires-at", "2098-02-18"]).code(1);
    ran.says("Expiration date must be before 2026-12-20").says("without a date: as long as the server allows");
    assert_eq!((asked(&house), house.gitlab.made().len()), (1, 0));
    assert_eq!(token(&house, "lab"), house.lab);
    rotate(&house, &[]).ok();
    let asked: Vec<String> =
        house.gitlab.seen_at(ROTATE).iter().map(|request| String::from_utf8(request.body.clone()).unwrap()).collect();
    assert!(asked.last().unwrap().contains("2026-12-19"), "{asked:?}");
    assert_eq!(house.gitlab.made().len(), 1);
}

#[test]
fn an_answer_that_is_lost_is_never_asked_for_again() {
    for (what, instead) in [
        ("the connection breaks", Answer::broken()),
        ("half a body", Answer::text_as_json(200, r#"{"id": 5, "name": "Test Token", "tok"#)),
        ("500", Answer::html(500, "Whoops")),
        ("502", Answer::json(502, &serde_json::json!({"message": "502 Bad Gateway"}))),
        ("a body without a token", Answer::json(200, &serde_json::json!({"id": 5}))),
    ] {
        let house = house();
        house.gitlab.loses(ROTATE, instead);
        let ran = rotate(&house, &[]).code(4).says("the new token of `lab` is lost").says("gitconn rotate lab");
        assert_eq!((asked(&house), house.gitlab.reused(), house.gitlab.made().len()), (1, 0, 1), "{what}: {ran}");
        let shown = house.connection("lab");
        assert_eq!(shown["status"], "revoked", "{what}: {shown}");
        assert!(shown["validation_error"].as_str().unwrap().contains("nobody received the new one"), "{what}: {shown}");
        // Whoever comes next is not told to try the dead one again, and nothing does.
        house.run(&["token", "lab"]).code(4);
        let again = house.sandbox.gitconn(["rotate", "lab", "--no-input"]).run().code(4);
        again.says("`lab` is rotated by hand, or with --token-stdin: its token is revoked");
        assert_eq!((asked(&house), house.gitlab.reused()), (1, 0), "{what}");
        assert!(house.trail().contains(&"rotation_failed".to_owned()));
    }
}

#[test]
fn what_did_not_happen_is_told_as_that_and_can_be_tried_again() {
    for (what, answer) in [
        ("the connection breaks", Answer::broken()),
        ("500", Answer::html(500, "Whoops")),
        ("408 of a proxy", Answer::html(408, "Request Timeout")),
    ] {
        let house = house();
        house.gitlab.script(ROTATE, [answer]);
        let ran = rotate(&house, &[]).code(6);
        ran.says("the old token still works");
        assert_eq!((asked(&house), house.gitlab.made().len()), (1, 0), "{what}");
        assert_eq!(token(&house, "lab"), house.lab, "{what}");
        rotate(&house, &[]).ok();
        assert_eq!((token(&house, "lab"), house.gitlab.reused()), (house.gitlab.made()[0].clone(), 0), "{what}");
    }
}

#[test]
fn a_refusal_leaves_everything_as_it_was() {
    let house = house();
    let limited = Answer::text(429, "Retry later\n").header("retry-after", "3600");
    for (answer, code, words) in [
        (Answer::json(403, &serde_json::json!({"message": "403 Forbidden"})), 4, "was not rotated, its token is as it was"),
        (limited, 6, "limits requests"),
        (
            Answer::json(
                400,
                &serde_json::json!({"message": "400 Bad request - Rotation of legacy personal access tokens is disabled. Use a fine-grained token instead."}),
            ),
            1,
            "Rotation of legacy personal access tokens is disabled",
        ),
    ] {
        house.gitlab.script(ROTATE, [answer]);
        let ran = rotate(&house, &["--max-wait", "0s"]);
        assert!(ran.stderr.contains(words), "{ran}");
        assert_eq!(ran.code, code, "{ran}");
        assert_eq!(token(&house, "lab"), house.lab);
        house.run(&["rotate", "--resume"]).ok().says("nothing is unfinished");
        house.gitlab.recover();
    }
    assert!(house.gitlab.accepts(&house.lab));
    rotate(&house, &[]).ok();
}

#[test]
fn a_token_that_is_dead_already_is_not_presented() {
    let house = house();
    house.gitlab.revoke(&house.lab);
    let ran = rotate(&house, &[]).code(4);
    ran.says("its token is revoked");
    assert_eq!((asked(&house), house.gitlab.reused()), (0, 0));
    // Nor where nobody can say whether it lives.
    house.gitlab.accept(&house.lab, GitLabGrant::personal("ops").scopes(&["api"]));
    house.run(&["validate", "lab"]).ok();
    house.gitlab.always("/personal_access_tokens/self", Answer::html(503, "Whoops"));
    house.gitlab.always("/user", Answer::html(503, "Whoops"));
    rotate(&house, &[]).code(6).says("whether its token is alive could not be found out");
    assert_eq!(asked(&house), 0);
}

#[test]
fn a_token_without_the_scope_for_it_is_replaced_by_a_person() {
    let house = House::new();
    let plan = house.json(&["rotate", "lab", "--dry-run"]);
    assert_eq!(plan["planned"][0]["way"], "guided", "{plan}");
    let new = house.sandbox.secret(&tokens::gitlab("by hand"));
    house.gitlab.accept(&new, GitLabGrant::personal("ops"));
    let ran = house.sandbox.gitconn(["rotate", "lab", "--token-stdin", "--revoke-old", "--json"]).stdin(&new).run().ok();
    assert_eq!(ran.json()["rotations"][0]["old_token"], "revoked", "{ran}");
    assert!(!house.gitlab.accepts(&house.lab));
    assert_eq!(token(&house, "lab"), new);
}

//! `remove`: for good, and only when it is meant. The question itself is in `prompts.rs`.

use serde_json::json;

use crate::support::fake::Answer;
use crate::support::{House, Sandbox};

#[test]
fn without_a_terminal_it_wants_yes() {
    let house = House::new();
    house.run(&["remove", "work"]).code(2).says("--yes");
    assert_eq!(house.names(&[]), ["lab", "work"]);
    assert_eq!(house.json(&["remove", "work", "--yes"])["deleted"], json!(true));
    assert_eq!(house.names(&[]), ["lab"]);
    house.run(&["rm", "work", "--yes"]).code(3);
    assert!(house.trail().contains(&"removed".to_owned()));
    // Its events outlive it.
    let events = house.json(&["audit", "list"]);
    assert!(events.to_string().contains("\"work\""), "{events}");
}

#[test]
fn it_is_said_that_a_token_outlives_its_connection_unless_it_is_dead() {
    let house = House::new();
    house.run(&["remove", "work", "--yes"]).ok().says("still works");
    house.gitlab.revoke(&house.lab);
    house.run(&["validate", "lab"]).code(4);
    let ran = house.run(&["remove", "lab", "--yes"]).ok();
    assert!(!ran.stderr.contains("still works"), "{ran}");
}

#[test]
fn revoke_is_the_providers_own_call() {
    let house = House::new();
    house.run(&["remove", "lab", "--yes", "--revoke"]).ok();
    assert!(!house.gitlab.accepts(&house.lab));
    let calls: Vec<String> = house.gitlab.seen().into_iter().map(|request| request.method).collect();
    assert_eq!(calls.iter().filter(|method| *method == "DELETE").count(), 1);
    assert_eq!(house.names(&[]), ["work"]);
}

#[test]
fn github_com_takes_a_revocation_without_a_token_in_the_header() {
    let (sandbox, github) = (Sandbox::new(), crate::support::fake::GitHub::dotcom());
    let token = github.classic(&sandbox, "octocat");
    let api = github.api();
    sandbox.gitconn(["connect", "github", "me", "--api-url", &api, "--token-stdin"]).stdin(&token).run().ok();
    sandbox.gitconn(["remove", "me", "--yes", "--revoke"]).run().ok();
    assert!(!github.accepts(&token));
    let revocations = github.seen_at("/credentials/revoke");
    assert_eq!((revocations.len(), revocations[0].token()), (1, None));
}

#[test]
fn an_enterprise_server_has_no_call_for_it_and_the_page_is_named() {
    let house = House::new();
    let ran = house.run(&["remove", "work", "--yes", "--revoke"]);
    assert_ne!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains("/settings/tokens"), "{ran}");
    assert_eq!(house.names(&[]), ["lab", "work"]);
}

#[test]
fn a_revocation_that_fails_keeps_the_connection() {
    let house = House::new();
    house.gitlab.always("/personal_access_tokens/self", Answer::html(500, "Whoops"));
    house.run(&["remove", "lab", "--yes", "--revoke"]).code(6);
    assert_eq!(house.names(&[]), ["lab", "work"]);
    // What changes a token is sent once.
    let deletions = house.gitlab.seen().into_iter().filter(|request| request.method == "DELETE").count();
    assert_eq!(deletions, 1);
}

#[test]
fn what_something_depends_on_stays_unless_that_goes_too() {
    let house = House::new();
    house.run(&["config", "set", "connection", "work"]).ok();
    house.run(&["remove", "work", "--yes"]).code(2).says("--cascade");
    assert_eq!(house.names(&[]), ["lab", "work"]);
    house.run(&["remove", "work", "--yes", "--cascade"]).ok();
    assert_eq!(house.names(&[]), ["lab"]);
    // The setting went with it.
    house.run(&["repos"]).ok();
}

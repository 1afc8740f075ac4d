//! `rotate` of logins: a pair that renews itself, and a token of an OAuth app that its client resets.

use serde_json::json;

use crate::support::fake::{Answer, GitHubGrant};
use crate::support::hall::log_in;
use crate::support::{Hall, tokens};

#[test]
fn a_pair_is_renewed_and_its_hook_is_told() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    let before = hall.token("lab");
    let plan = hall.json(&["rotate", "lab", "--dry-run"]);
    assert_eq!(plan["planned"][0]["way"], "renew", "{plan}");
    hall.run(&["rotate", "lab", "--keep-old"]).code(2);
    let ran = hall.sandbox.gitconn(["rotate", "lab", "--json"]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["outcome"], "renewed", "{ran}");
    let after = hall.token("lab");
    assert_ne!(before, after);
    let told = hall.sandbox.path("told");
    hall.sandbox.key_file(&told);
    let ran = hall.sandbox.gitconn(["rotate", "lab", "--json", "--hook", &format!("cat > {}", told.display())]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["hook"], "done", "{ran}");
    assert_eq!(std::fs::read_to_string(told).unwrap(), hall.token("lab"));
    assert_eq!(hall.gitlab.oauth.reused(), 0);
}

/// A login at GitHub whose token has no end.
fn lasting() -> (Hall, String) {
    let hall = Hall::new();
    log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"])).0.ok();
    let old = hall.token("work");
    assert_eq!(hall.json(&["show", "work"])["auto_renews"], false);
    (hall, old)
}

#[test]
fn a_token_of_an_oauth_app_is_reset_by_its_client() {
    let (hall, old) = lasting();
    assert_eq!(hall.json(&["rotate", "work", "--dry-run"])["planned"][0]["way"], "at_once");
    let new = hall.sandbox.secret(&tokens::github("gho", "reset"));
    hall.github.accept(&new, GitHubGrant::classic("ada"));
    let path = format!("/applications/{}/token", hall.github_app.id);
    // Written by hand after GitHub §8.1: the fields that matter.
    hall.github.script(&path, [Answer::json(200, &json!({"id": 1, "token": new, "scopes": ["repo"], "expires_at": null}))]);
    let ran = hall.sandbox.gitconn(["rotate", "work", "--json"]).run().ok();
    assert_eq!(ran.json()["rotations"][0]["old_token"], "dead", "{ran}");
    assert_eq!(hall.token("work"), new);
    let asked = hall.github.seen_at(&path);
    assert_eq!((asked.len(), asked[0].method.as_str()), (1, "PATCH"));
    assert_eq!(asked[0].basic(), Some((hall.github_app.id.clone(), hall.github_app.secret.clone())));
    let body: serde_json::Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!(body["access_token"], old);
}

#[test]
fn without_the_clients_secret_somebody_logs_in_again() {
    let (hall, _) = lasting();
    hall.set_client("github", &hall.github_app, false).ok();
    assert_eq!(hall.json(&["rotate", "work", "--dry-run"])["planned"][0]["way"], "login");
    hall.run(&["rotate", "work", "--no-input"]).code(4).says("gitconn connect --reauth work");
}

#[test]
fn a_pasted_token_does_not_take_a_logins_place_by_rotation() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    let before = hall.token("lab");
    let pasted = hall.sandbox.secret(&tokens::gitlab("pasted"));
    let ran = hall.sandbox.gitconn(["rotate", "lab", "--token-stdin"]).stdin(&pasted).run().code(4);
    ran.says("gitconn connect --reauth lab");
    assert_eq!(hall.token("lab"), before);
}

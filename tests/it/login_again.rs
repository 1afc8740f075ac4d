//! A login in the place of what a connection had, and tokens that somebody has already.

use serde_json::json;

use crate::support::Hall;
use crate::support::hall::log_in;
use crate::support::house::texts;

#[test]
fn logging_in_again_keeps_everything_but_the_tokens() {
    let hall = Hall::new();
    let first = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser", "--tag", "daily", "--description", "x"]);
    log_in(&first).0.ok();
    let before = hall.json(&["show", "lab"]);
    let again = |more: &[&str]| hall.sandbox.gitconn(["connect", "--reauth", "lab", "--no-browser"]).args(more);
    let (ran, pages) = log_in(&again(&[]));
    ran.ok().says("logged in again");
    assert!(pages.last().unwrap().body.contains("Connected"), "{pages:?}");
    let after = hall.json(&["show", "lab"]);
    for field in ["id", "name", "tags", "description", "created_at", "username", "scopes", "auto_renews"] {
        assert_eq!(before[field], after[field], "{field}");
    }
    assert_ne!(before["rotated_at"], after["rotated_at"]);
    let kinds = texts(&after["events"], "kind");
    assert!(kinds.contains(&"created".to_owned()) && kinds.contains(&"rotated".to_owned()), "{kinds:?}");
    // Another account is another connection.
    hall.gitlab.oauth.set(|settings| settings.account = "eve".to_owned());
    let token = hall.token("lab");
    let (ran, pages) = log_in(&again(&[]));
    ran.code(2).says("eve").says("--allow-account-change");
    assert!(pages.last().unwrap().body.contains("Not connected"), "{pages:?}");
    assert_eq!(hall.token("lab"), token);
    let (ran, _) = log_in(&again(&["--allow-account-change"]));
    ran.ok();
    assert_eq!(hall.json(&["show", "lab"])["username"], "eve");
    hall.run(&["connect", "--reauth", "nobody"]).code(3);
    hall.run(&["connect", "--reauth", "lab", "--token-stdin"]).code(2);
}

#[test]
fn a_pasted_token_becomes_a_login() {
    let hall = Hall::new();
    let token = hall.gitlab.personal(&hall.sandbox, "ada");
    hall.connect("gitlab", "lab").arg("--token-stdin").stdin(&token).run().ok();
    let id = hall.json(&["show", "lab"])["id"].clone();
    let (ran, _) = log_in(&hall.sandbox.gitconn(["connect", "--reauth", "lab", "--no-browser"]));
    ran.ok();
    let lab = hall.json(&["show", "lab"]);
    assert_eq!((&lab["id"], &lab["auth_method"], &lab["auto_renews"]), (&id, &json!("oauth"), &json!(true)), "{lab}");
    // And back again.
    hall.sandbox.gitconn(["edit", "lab", "--token-stdin"]).stdin(&token).run().ok();
    let lab = hall.json(&["show", "lab"]);
    assert_eq!((&lab["auth_method"], &lab["auto_renews"]), (&json!("pat"), &json!(false)), "{lab}");
    hall.run(&["refresh", "lab"]).code(2).says("does not renew itself");
}

#[test]
fn a_pair_that_somebody_has_already_is_taken() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    let lab = hall.json(&["show", "lab"]);
    assert_eq!((&lab["auth_method"], &lab["auto_renews"], &lab["username"]), (&json!("oauth"), &json!(true), &json!("ops")));
    let oauth = &hall.gitlab.oauth;
    let pair = |text: &str| hall.connect("gitlab", "other").args(["--oauth", "--tokens-stdin"]).stdin(text).run();
    let whole = oauth.pair(&hall.gitlab_app, "ops");
    let mut alone = whole.clone();
    alone.as_object_mut().unwrap().remove("refresh_token");
    pair(&alone.to_string()).code(2).says("--token-stdin");
    let before = hall.gitlab.seen().len();
    for text in ["", "{}", "[]", "not JSON", &whole.to_string()[..60], "{\"access_token\": \"a\\nb\", \"refresh_token\": \"c\"}"]
    {
        pair(text).code(2);
    }
    assert_eq!(hall.gitlab.seen().len(), before, "somebody was asked");
    hall.run(&["connect", "gitlab", "x", "--tokens-stdin"]).code(2).says("--oauth");
    // One whose access token is dead is renewed first: its refresh token is what counts.
    oauth.age();
    pair(&whole.to_string()).ok();
    assert_eq!((oauth.posts("refresh_token"), oauth.is_good(&hall.token("other"))), (1, true));
    // One that is dead altogether is not taken.
    oauth.revoke_everything();
    hall.connect("gitlab", "third").args(["--oauth", "--tokens-stdin"]).stdin(whole.to_string()).run().code(4);
    hall.run(&["show", "third"]).code(3);
}

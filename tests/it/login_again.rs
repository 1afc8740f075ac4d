//! A login in the place of what a connection had, and tokens that somebody has already.

use std::time::Duration;

use serde_json::json;

use crate::support::Hall;
use crate::support::fake::{Answer, Settings};
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

#[test]
fn a_pair_that_was_renewed_is_stored_although_it_cannot_be_checked() {
    let refused = Answer::json(401, &json!({"error": "invalid_token", "error_description": "Token was revoked."}));
    for (answer, found) in [(Answer::html(503, "Whoops"), "could not be checked: "), (refused, "are refused: ")] {
        let hall = Hall::new();
        let oauth = &hall.gitlab.oauth;
        let pair = oauth.pair(&hall.gitlab_app, "ops").to_string();
        oauth.age();
        for path in ["/user", "/oauth/token/info"] {
            hall.gitlab.fail_after(path, 1, answer.clone());
        }
        let ran = hall.connect("gitlab", "lab").args(["--oauth", "--tokens-stdin"]).stdin(&pair).run().ok();
        assert!(ran.stderr.contains(&format!("the tokens were renewed and stored, but {found}")), "{ran}");
        assert!(ran.stderr.contains("not checked yet") && ran.stderr.contains("hint: gitconn validate lab"), "{ran}");
        let lab = hall.json(&["show", "lab"]);
        assert_eq!((&lab["status"], &lab["auto_renews"], &lab["validated_at"]), (&json!("pending"), &json!(true), &json!(null)));
        assert_eq!(hall.trail("lab"), ["created"]);
        assert!(oauth.is_good(&hall.token("lab")));
        hall.gitlab.recover();
        hall.run(&["validate", "lab"]).ok();
        let lab = hall.json(&["show", "lab"]);
        assert_eq!((&lab["status"], &lab["username"]), (&json!("active"), &json!("ops")), "{lab}");
        hall.run(&["refresh", "lab"]).ok();
        assert_eq!((oauth.posts("refresh_token"), oauth.reused()), (2, 0));
    }
}

#[test]
fn a_pair_is_not_renewed_where_the_new_one_could_not_be_stored() {
    use std::os::unix::fs::PermissionsExt as _;
    let hall = Hall::new();
    let oauth = &hall.gitlab.oauth;
    let pair = oauth.pair(&hall.gitlab_app, "ops").to_string();
    oauth.age();
    let connect = hall.connect("gitlab", "lab").args(["--oauth", "--tokens-stdin"]).stdin(&pair);
    let folder = hall.sandbox.path("data/gitconn");
    let mode = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    let ran = connect.clone().unprivileged().run().code(5).says("the tokens are not renewed: the store cannot be saved");
    assert!(ran.stderr.contains("gitconn config get store"), "{ran}");
    mode(0o700);
    // Another process holds the store's lock: it is waited for, and Ctrl-C is heard meanwhile.
    let lock = std::fs::File::open(folder.join("store.lock")).unwrap();
    lock.lock().unwrap();
    hall.gitlab.forget();
    let running = connect.start();
    hall.gitlab.wait_below("/user");
    // From here it is some milliseconds to the lock.
    std::thread::sleep(Duration::from_millis(300));
    running.interrupt();
    running.wait().code(130);
    drop(lock);
    assert_eq!(oauth.posts("refresh_token"), 0, "the new tokens would have been lost");
    connect.run().ok();
    assert!(oauth.is_good(&hall.token("lab")));
}

#[test]
fn ctrl_c_while_a_pair_is_renewed_waits_until_the_new_one_is_safe() {
    let hall = Hall::new();
    let oauth = &hall.github.oauth;
    oauth.set(Settings::expiring);
    let pair = oauth.pair(&hall.github_app, "ada").to_string();
    oauth.age();
    hall.github.latency(Duration::from_millis(400));
    let running = hall.connect("github", "work").args(["--oauth", "--tokens-stdin"]).stdin(&pair).start();
    hall.github.wait_below("/login/oauth/access_token");
    running.interrupt();
    let ran = running.wait().code(130).says("finishing what would be lost").says("it was finished all the same");
    assert_eq!(ran.stdout, "", "{ran}");
    hall.github.latency(Duration::ZERO);
    assert_eq!(hall.json(&["show", "work"])["status"], "active");
    assert!(oauth.is_good(&hall.token("work")));
    assert_eq!((oauth.posts("refresh_token"), oauth.reused()), (1, 0));
}

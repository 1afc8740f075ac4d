//! Peers: `oidc-provider` (npm), an authorization server that is stricter than GitLab, in GitLab's place; and Chromium (`apt install chromium`, moved by
//! npm `playwright-core`), in which somebody logs in there and comes back to our listener. By hand: `cd tests/peers && npm ci`.
//!
//! With `GITCONN_PEERS_PICTURES=DIRECTORY` pictures of our pages are left there; one of them is `docs/login-page.png`.

pub(crate) mod peers;

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use self::peers::{LOGIN, Login, Seen, Server, click, origin, send};
use crate::sandbox::Sandbox;
use crate::suite;

/// Whether both peers are there.
fn runs() -> bool {
    suite::runs("oidc") && suite::runs("chromium")
}

fn connection(sandbox: &Sandbox) -> Value {
    let shown = sandbox.run(["show", "work", "--json"]).exits(0).json();
    shown.get("connection").unwrap_or(&shown).clone()
}

#[test]
fn somebody_logs_in_with_a_browser() {
    if !runs() {
        return;
    }
    let server = Server::start(7200);
    let sandbox = server.sandbox();
    let login = Login::begin(&sandbox, &["connect", "gitlab", "work", "--host", &server.base]);
    let address = url::Url::parse(login.word("authorize_url")).unwrap();
    let sent = |name: &str| address.query_pairs().find_map(|(key, value)| (key == name).then(|| value.into_owned()));
    assert_eq!(sent("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(sent("scope").as_deref(), Some("api read_user"));
    assert_eq!(sent("state").as_deref(), Some(login.word("state")));
    let (state, listener) = (login.word("state").to_owned(), origin(login.word("redirect_uri")));
    let (run, saw) = login.in_chromium(&sandbox, "accept");
    let run = run.exits(0);

    assert_eq!(saw["title"], "Connected · gitconn");
    let text = saw["text"].as_str().unwrap();
    for expected in ["Connected", LOGIN, "work", &server.base, "close this window"] {
        assert!(text.contains(expected), "`{expected}` is not on the page: {text}");
    }
    assert!(!text.contains(&state) && !run.err.contains(&state), "the state is shown");
    assert_eq!(saw["complaints"], serde_json::json!([]), "the browser complains");
    assert_eq!(saw["asked"], serde_json::json!([format!("{listener}/callback"), format!("{listener}/done")]));

    let stored: Value = serde_json::from_str(run.out.lines().last().unwrap()).unwrap();
    assert_eq!((stored["name"].as_str(), stored["username"].as_str()), (Some("work"), Some(LOGIN)));
    let connection = connection(&sandbox);
    assert_eq!(connection["auth_method"], "oauth");
    assert_eq!(connection["status"], "active");
    assert_eq!(connection["scopes"], serde_json::json!(["api", "read_user"]));
    let listed = sandbox.run(["repos", "work", "--json"]).exits(0).json();
    assert_eq!(listed["repositories"][0]["full_name"], "ada/tools", "{listed}");
    assert_eq!(sandbox.run(["validate", "work", "--json"]).exits(0).json()["valid"], true);
    assert_eq!(server.seen(), Seen { bought: 1, renewed: 0, revoked: 0, refused: vec![] });
}

#[test]
fn somebody_says_no_in_the_browser() {
    if !runs() {
        return;
    }
    let server = Server::start(7200);
    let sandbox = server.sandbox();
    let login = Login::begin(&sandbox, &["connect", "gitlab", "work", "--host", &server.base]);
    let (run, saw) = login.in_chromium(&sandbox, "refuse");
    let run = run.exits(4);
    assert!(run.err.contains("somebody said no there"), "{}", run.err);
    assert_eq!(saw["title"], "Not connected · gitconn");
    let text = saw["text"].as_str().unwrap();
    assert!(text.contains("Access was denied") && text.contains("close this window"), "{text}");
    // What the server says of it is a parameter of the request: it is on the terminal, and not on the page.
    assert!(!text.contains("aborted") && run.err.contains("End-User aborted interaction"), "{text} {}", run.err);
    assert_eq!(saw["complaints"], serde_json::json!([]));
    sandbox.run(["show", "work"]).exits(3);
    assert_eq!(server.seen().bought, 0);
}

#[test]
fn somebody_types_a_code() {
    if !runs() {
        return;
    }
    let server = Server::start(7200);
    let sandbox = server.sandbox();
    let login = Login::begin(&sandbox, &["connect", "gitlab", "work", "--host", &server.base, "--device"]);
    assert_eq!(login.word("verification_uri"), format!("{}/oauth/device", server.base));
    let saw = click(&sandbox, &["device", login.word("verification_uri"), login.word("user_code"), LOGIN]);
    assert!(saw["text"].as_str().unwrap().contains("Sign-in Success"), "{saw}");
    login.end().exits(0);
    assert_eq!(connection(&sandbox)["username"], LOGIN);
    // Its pair is renewed like any other.
    sandbox.run(["refresh", "work"]).exits(0);
    assert_eq!(server.seen(), Seen { bought: 1, renewed: 1, revoked: 0, refused: vec![] });
}

#[test]
fn without_its_challenge_our_own_address_is_refused() {
    if !suite::runs("oidc") {
        return;
    }
    let server = Server::start(7200);
    let sandbox = server.sandbox();
    let login = Login::begin(&sandbox, &["connect", "gitlab", "work", "--host", &server.base]);
    let ours = url::Url::parse(login.word("authorize_url")).unwrap();
    let lead_to = |keep: &dyn Fn(&str) -> bool, add: &[(&str, &str)]| {
        let mut other = ours.clone();
        let pairs: Vec<(String, String)> = ours.query_pairs().into_owned().filter(|(name, _)| keep(name)).collect();
        other.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(add);
        send(reqwest::Method::GET, other.as_str()).0.unwrap()
    };
    assert!(lead_to(&|_| true, &[]).contains("/interaction/"), "our own address is refused");
    let without = lead_to(&|name| !name.starts_with("code_challenge"), &[]);
    assert!(without.contains("error=invalid_request"), "PKCE is not wanted: {without}");
    let plain = lead_to(&|name| name != "code_challenge_method", &[("code_challenge_method", "plain")]);
    assert!(plain.contains("error=invalid_request"), "a weaker challenge is taken: {plain}");
    interrupt(&login.child);
    login.end().exits(130);
}

fn interrupt(child: &Child) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), nix::sys::signal::Signal::SIGINT).unwrap();
}

#[test]
fn a_pair_that_was_spent_elsewhere_ends_the_login_and_another_login_mends_it() {
    if !runs() {
        return;
    }
    let server = Server::start(7200);
    let sandbox = server.logged_in();
    let id = connection(&sandbox)["id"].clone();
    sandbox.run(["refresh", "work"]).exits(0);
    sandbox.run(["repos", "work"]).exits(0);
    assert_eq!(server.seen(), Seen { bought: 1, renewed: 1, revoked: 0, refused: vec![] });

    // Somebody else, who has a copy of everything, is first.
    let elsewhere = sandbox.copy();
    elsewhere.run(["refresh", "work"]).exits(0);
    let run = sandbox.run(["refresh", "work"]).exits(4);
    assert!(run.err.contains("was used elsewhere"), "{}", run.err);
    assert!(run.err.contains("gitconn connect --reauth work"), "{}", run.err);
    let expired = connection(&sandbox);
    assert_eq!(expired["status"], "expired");
    sandbox.run(["token", "work"]).exits(4);
    let seen = server.seen();
    assert_eq!((seen.bought, seen.renewed, seen.revoked), (1, 2, 1), "{seen:?}");
    assert!(seen.refused.contains(&"refresh token already used".to_owned()), "{seen:?}");
    // The server ended the whole login, for whoever was first too.
    elsewhere.run(["refresh", "work"]).exits(4);

    let login = Login::begin(&sandbox, &["connect", "--reauth", "work"]);
    let (run, saw) = login.in_chromium(&sandbox, "accept");
    run.exits(0);
    assert_eq!(saw["title"], "Connected · gitconn");
    let again = connection(&sandbox);
    assert_eq!((&again["id"], again["status"].as_str()), (&id, Some("active")));
    sandbox.run(["repos", "work"]).exits(0);
    sandbox.run(["refresh", "work"]).exits(0);
    assert_eq!(server.seen().bought, 2);
}

#[test]
fn eight_processes_with_one_dead_token_ask_once() {
    if !runs() {
        return;
    }
    let server = Server::start(7200);
    server.set_life(3);
    let sandbox = server.logged_in();
    std::thread::sleep(Duration::from_millis(3200));
    server.set_life(7200);
    let before = server.seen();
    let children: Vec<Child> = (0..8)
        .map(|_| sandbox.program().args(["token", "work"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let mut tokens: Vec<String> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "not all have the same token");
    assert_eq!(server.seen(), Seen { renewed: before.renewed + 1, ..before });
    sandbox.run(["repos", "work"]).exits(0);
}

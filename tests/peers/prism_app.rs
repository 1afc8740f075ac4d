//! Peer: Prism, as in `prism.rs`, for the calls of a GitHub App: its own, signed with its key, and those with an installation's token.
//!
//! GitHub's `OpenAPI` says nothing of who may ask: that each call bears what it must is looked at here. Three of its examples cannot be used as they are,
//! and are mended on the way: the token's end (in 2016), the private key of a new app (not a whole one), and the links to further pages.

use std::sync::Arc;

use serde_json::Value;

use crate::app::{AppKey, bearer, in_seconds};
use crate::oidc::peers::{Login, send};
use crate::prism::{accepted, mend_link, start};
use crate::relay::{Answer, Relay};
use crate::sandbox::{Run, Sandbox};
use crate::specification::{Prism, asked_for, fails};
use crate::suite;

/// The installation token of GitHub's example.
fn example_token() -> String {
    ["ghs_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat()
}

/// Prism with its examples mended for this app.
fn behind(prism: &Prism, prefix: &'static str, key: &Arc<AppKey>) -> Relay {
    let key = Arc::clone(key);
    prism.behind(prefix, move |base, asked, answer| {
        mend_link(base, asked, answer);
        if asked.path.ends_with("/access_tokens") {
            mend(answer, "expires_at", &in_seconds(3600));
        } else if asked.path.ends_with("/conversions") {
            mend(answer, "pem", &key.pem());
            mend(answer, "client_id", key.client_id);
        }
    })
}

/// Puts another value into the JSON of an answer that has such a field.
fn mend(answer: &mut Answer, field: &str, value: &str) {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
    if body.get(field).is_some() {
        body[field] = value.into();
        answer.body = body.to_string().into_bytes();
    }
}

/// Panics unless every request bore what it must: the app's own a right signature, the others the token that the app was given.
#[track_caller]
fn rightly_signed(relay: &Relay, prefix: &str, key: &AppKey) {
    for (asked, _) in relay.exchanges() {
        let path = asked.path.strip_prefix(prefix).unwrap();
        let line = format!("{} {path}", asked.method);
        if path.starts_with("/app-manifests/") {
            assert_eq!(bearer(&asked), None, "{line}");
        } else if path == "/app" || path.starts_with("/app/") {
            assert_eq!(key.signed(&asked), Ok(()), "{line}");
        } else {
            assert_eq!(bearer(&asked), Some(example_token().as_str()), "{line}");
        }
    }
}

/// The bodies that tokens were asked for with.
fn wanted_of_tokens(relay: &Relay) -> Vec<String> {
    let posts = relay.exchanges().into_iter().filter(|(asked, _)| asked.path.ends_with("/access_tokens"));
    posts.map(|(asked, _)| String::from_utf8(asked.body.to_vec()).unwrap()).collect()
}

/// Takes an app through its life: every request the program knows for one.
fn live(relay: &Relay, prefix: &str, address: &[&str], key: &AppKey) {
    let sandbox = Sandbox::with_store();
    let run = |arguments: &[&str]| -> Run { sandbox.run(arguments).exits(0) };
    let file = key.file(&sandbox);
    let connect = ["connect", "github", "bot", "--app", "--client-id", key.client_id, "--private-key-file", &file];
    run(&[&connect, address].concat());
    asked_for(relay, "GET", &format!("{prefix}/app"));
    asked_for(relay, "GET", &format!("{prefix}/app/installations"));
    let listed = run(&["installations", "list", "bot", "--json"]).json();
    assert_eq!(listed["installations"].as_array().unwrap().len(), 1, "{listed}");
    let first = &listed["installations"][0];
    assert_eq!((&first["installation_id"], &first["account_login"]), (&1.into(), &"octocat".into()), "{first}");
    assert_eq!(run(&["validate", "bot", "--json"]).json()["valid"], true);
    run(&["installations", "sync", "bot"]);

    assert_eq!(run(&["token", "bot"]).out.trim_end(), example_token());
    assert_eq!(run(&["token", "bot", "--installation", "OctoCat"]).out.trim_end(), example_token());
    assert_eq!(wanted_of_tokens(relay), [""], "the token is made once, and for nothing narrower than the installation");
    run(&["token", "bot", "--fresh"]);
    run(&["token", "bot", "--repo", "octocat/Hello-World", "--permission", "contents=read", "--permission", "issues=write"]);
    let narrowed = wanted_of_tokens(relay).pop().unwrap();
    let narrowed: Value = serde_json::from_str(&narrowed).unwrap();
    let expected = serde_json::json!({"repositories": ["Hello-World"], "permissions": {"contents": "read", "issues": "write"}});
    assert_eq!(narrowed, expected);

    let listed = run(&["repos", "bot", "--json"]).json();
    assert_eq!(listed["repositories"][0]["full_name"], "octocat/Hello-World", "{listed}");
    assert_eq!(listed["repositories"][0]["installation_id"], 1, "{listed}");
    run(&["repos", "bot", "--all", "--json"]);
    run(&["repos", "bot", "--page", "2", "--per-page", "50", "--json"]);
    run(&["repos", "bot", "--search", "hello", "--json"]);
    asked_for(relay, "GET", &format!("{prefix}/installation/repositories"));
    run(&["branches", "octocat/Hello-World", "-c", "bot", "--json"]);
    run(&["branches", "octocat/Hello-World", "-c", "bot", "--all", "--json"]);
    asked_for(relay, "GET", &format!("{prefix}/repos/octocat/Hello-World/branches"));
    assert_eq!(wanted_of_tokens(relay).len(), 3, "the kept token serves everything else");
    run(&["refresh", "bot"]);
    assert_eq!(wanted_of_tokens(relay).len(), 4);

    run(&["installations", "remove", "bot", "octocat", "--yes"]);
    run(&["installations", "restore", "bot", "octocat"]);
    asked_for(relay, "GET", &format!("{prefix}/app/installations/1"));
    run(&["installations", "remove", "bot", "octocat", "--uninstall", "--yes"]);
    asked_for(relay, "DELETE", &format!("{prefix}/app/installations/1"));
    run(&["installations", "add", "bot", "--installation-id", "1"]);
    accepted(relay);
    rightly_signed(relay, prefix, key);
}

/// Makes an app: the browser is played here, for its pages are no part of the API.
fn make(relay: &Relay, prefix: &str, address: &[&str], key: &AppKey) {
    let sandbox = Sandbox::with_store();
    let login = Login::begin(&sandbox, &[&["connect", "github", "made", "--create-app"], address].concat());
    let (_, page) = send(reqwest::Method::GET, login.word("url"));
    let field = |before: &str| {
        let (_, rest) = page.split_once(before).unwrap();
        rest.split_once('"').unwrap().0.replace("&quot;", "\"").replace("&#34;", "\"").replace("&amp;", "&")
    };
    let (action, manifest) = (field("action=\""), field("name=\"manifest\" value=\""));
    let (_, state) = action.split_once("?state=").unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let callback =
        format!("{}?code=a180b1a3d263c81bc6441d7b990bae27d4c10679&state={state}", manifest["redirect_url"].as_str().unwrap());
    let (done, _) = send(reqwest::Method::GET, &callback);
    send(reqwest::Method::GET, url::Url::parse(&callback).unwrap().join(&done.unwrap()).unwrap().as_str());
    login.end().exits(0);
    asked_for(relay, "POST", &format!("{prefix}/app-manifests/a180b1a3d263c81bc6441d7b990bae27d4c10679/conversions"));
    accepted(relay);
    rightly_signed(relay, prefix, key);
    assert_eq!(sandbox.run(["token", "made"]).exits(0).out.trim_end(), example_token());
    assert!(!sandbox.run(["token", "made", "--webhook-secret"]).exits(0).out.trim().is_empty());
}

#[test]
fn github_describes_every_request_of_an_app() {
    if !suite::runs("prism") {
        return;
    }
    let prism = start("api.github.com.json");
    let key = Arc::new(AppKey::make("Iv1.ab1112223334445c"));
    for work in [live, make] {
        let relay = behind(&prism, "", &key);
        work(&relay, "", &["--host", "github.com", "--api-url", &relay.base()], &key);
    }
}

#[test]
fn the_newest_enterprise_server_describes_every_request_of_an_app() {
    if !suite::runs("prism") {
        return;
    }
    let prism = start("ghes");
    let key = Arc::new(AppKey::make("Iv1.ab1112223334445c"));
    for work in [live, make] {
        let relay = behind(&prism, "/api/v3", &key);
        work(&relay, "/api/v3", &["--host", &relay.base()], &key);
    }
}

#[test]
fn a_call_with_a_wrong_body_or_signature_is_noticed() {
    if !suite::runs("prism") {
        return;
    }
    // The proof that the tests above can fail.
    let prism = start("api.github.com.json");
    let key = Arc::new(AppKey::make("Iv1.ab1112223334445c"));
    let relay = behind(&prism, "", &key);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().user_agent("test").build().unwrap();
        let request = client.post(format!("{}/app/installations/1/access_tokens", relay.base()));
        let request = request.header("accept", "application/vnd.github+json").header("x-github-api-version", "2022-11-28");
        let body = r#"{"repositories": "Hello-World", "permissions": {"contents": "everything"}}"#;
        request.header("content-type", "application/json").bearer_auth("e30.e30.c2lnbmF0dXJl").body(body).send().await.unwrap()
    });
    assert!(fails(|| accepted(&relay)), "the wrong body passed");
    assert!(fails(|| rightly_signed(&relay, "", &key)), "the wrong signature passed");
}

//! Peer: Prism, as in `specification.rs`, with GitHub's own `OpenAPI` (npm `@octokit/openapi`).
//!
//! Prism points each `Link` at `https://api.github.com/resource`; the relay in front of it mends that, and one test leaves it as it is,
//! because a client must not follow it there.

use std::path::PathBuf;

use crate::relay::{Answer, Asked, Relay};
use crate::sandbox::{Run, Sandbox, github_token};
use crate::specification::{Prism, ask, asked_for, complaint, fails, line, modules};
use crate::suite;

/// Prism with one of GitHub's specifications: that of GitHub itself, or of the newest GitHub Enterprise Server in the package.
pub(crate) fn start(specification: &str) -> Prism {
    let generated = modules().join("@octokit/openapi/generated");
    Prism::start(&if specification == "ghes" { newest_ghes(&generated) } else { generated.join(specification) })
}

/// A server of GitHub's shape in front of Prism. `prefix` is what GitHub Enterprise Server puts before each path.
fn behind_relay(prism: &Prism, prefix: &'static str, mend_links: bool) -> Relay {
    prism.behind(prefix, move |base, asked, answer| {
        if mend_links {
            mend_link(base, asked, answer);
        }
        // Prism gives only what the specification describes; the scopes are told in a header that it does not.
        answer.headers.push(("x-oauth-scopes".to_owned(), "repo, read:org".to_owned()));
    })
}

/// Makes the `Link` of Prism's examples one to the same list here.
pub(crate) fn mend_link(base: &str, asked: &Asked, answer: &mut Answer) {
    for (name, value) in &mut answer.headers {
        if name.eq_ignore_ascii_case("link") {
            *value = value.replace("https://api.github.com/resource", &format!("{base}{}", asked.path));
        }
    }
}

/// The specification of the newest GitHub Enterprise Server in the package.
fn newest_ghes(generated: &std::path::Path) -> PathBuf {
    let version = |name: &str| -> Option<(u32, u32)> {
        let (major, minor) = name.strip_prefix("ghes-")?.strip_suffix(".json")?.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let names = std::fs::read_dir(generated).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let (_, name) = names.filter_map(|name| Some((version(&name)?, name))).max().unwrap();
    generated.join(name)
}

/// Panics if Prism found anything wrong with a request.
#[track_caller]
pub(crate) fn accepted(relay: &Relay) {
    let exchanges = relay.exchanges();
    assert!(!exchanges.is_empty(), "nothing was asked");
    for (asked, answer) in exchanges {
        assert_eq!(complaint(&asked, &answer), None);
        // What GitHub asks of every client beyond its `OpenAPI`.
        let line = line(&asked);
        assert!(asked.headers.contains_key("user-agent"), "{line} without User-Agent");
        assert_eq!(asked.headers.get("accept").unwrap(), "application/vnd.github+json", "{line}");
        assert!(asked.headers.contains_key("x-github-api-version"), "{line} without X-GitHub-Api-Version");
        if asked.path.ends_with("/user") {
            assert!(asked.headers.contains_key("authorization"), "{line} without Authorization");
        }
    }
}

/// Takes a connection through its life: every request the program knows for GitHub.
fn live(sandbox: &Sandbox, relay: &Relay, prefix: &str, address: &[&str]) {
    let connect = [&["connect", "github", "a", "--token-stdin"], address].concat();
    sandbox.feed(connect, &github_token()).exits(0);
    let run = |arguments: &[&str]| -> Run { sandbox.run(arguments).exits(0) };
    let shown = run(&["show", "a", "--json"]).json();
    let connection = shown.get("connection").unwrap_or(&shown).clone();
    assert_eq!(connection["username"], "octocat", "{connection}");
    assert_eq!(connection["status"], "active", "{connection}");
    assert_eq!(run(&["validate", "a", "--json"]).json()["valid"], true);
    let listed = run(&["repos", "a", "--json"]).json();
    assert_eq!(listed["repositories"][0]["full_name"], "octocat/Hello-World", "{listed}");
    run(&["repos", "a", "--page", "2", "--per-page", "50", "--json"]).exits(0);
    run(&["repos", "a", "--all", "--json"]).exits(0);
    run(&["repos", "a", "--search", "hello", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--page", "2", "--per-page", "10", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--all", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--search", "MAST", "--json"]).exits(0);
    accepted(relay);
    asked_for(relay, "GET", &format!("{prefix}/user"));
    asked_for(relay, "GET", &format!("{prefix}/user/repos"));
    asked_for(relay, "GET", &format!("{prefix}/repos/octocat/Hello-World/branches"));
}

#[test]
fn github_describes_every_request() {
    if !suite::runs("prism") {
        return;
    }
    let prism = start("api.github.com.json");
    let relay = behind_relay(&prism, "", true);
    let sandbox = Sandbox::with_store();
    live(&sandbox, &relay, "", &["--host", "github.com", "--api-url", &relay.base()]);
    sandbox.run(["remove", "a", "--revoke", "--yes"]).exits(0);
    asked_for(&relay, "POST", "/credentials/revoke");
    accepted(&relay);
    // A Link to another origin is not followed there, and what is behind it is not passed over.
    let relay = behind_relay(&prism, "", false);
    let base = relay.base();
    sandbox
        .feed(["connect", "github", "b", "--token-stdin", "--host", "github.com", "--api-url", &base], &github_token())
        .exits(0);
    let run = sandbox.run(["branches", "octocat/Hello-World", "-c", "b", "--all", "--json"]);
    accepted(&relay);
    assert!(relay.exchanges().iter().all(|(asked, _)| asked.path != "/resource"), "the foreign Link was followed");
    // Its query is taken, and the pages up to the last one are asked for here, once each. Prism gives the same row every time: it is shown once.
    let mut pages: Vec<_> = relay
        .exchanges()
        .iter()
        .filter(|(asked, _)| asked.path.ends_with("/branches"))
        .filter_map(|(asked, _)| asked.query.split('&').find_map(|pair| pair.strip_prefix("page=")).map(ToOwned::to_owned))
        .collect();
    pages.sort();
    assert_eq!(pages, ["1", "2", "3", "4", "5"]);
    let listed = run.exits(0).json();
    assert_eq!(listed["branches"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["has_more"], false, "{listed}");
}

#[test]
fn the_newest_enterprise_server_describes_every_request() {
    if !suite::runs("prism") {
        return;
    }
    let prism = start("ghes");
    let relay = behind_relay(&prism, "/api/v3", true);
    let sandbox = Sandbox::with_store();
    live(&sandbox, &relay, "/api/v3", &["--host", &relay.base()]);
}

#[test]
fn the_relay_notices_a_request_that_github_does_not_describe() {
    if !suite::runs("prism") {
        return;
    }
    // The proof that the tests above can fail: a wrong parameter and a wrong path, sent through the same relay.
    let prism = start("api.github.com.json");
    for wrong in ["/user/repos?sort=activity", "/user/repositories"] {
        let relay = behind_relay(&prism, "", true);
        let headers = [("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")];
        ask(reqwest::Method::GET, &format!("{}{wrong}", relay.base()), &headers);
        assert!(fails(|| accepted(&relay)), "{wrong} passed");
    }
}

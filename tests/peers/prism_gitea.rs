//! Peer: Prism, as in `specification.rs`, with Gitea's own Swagger (`gitea-1.22.json`), which wants every call signed.
//!
//! Its examples are made from types alone: numbers below zero, a version that is none, one row to every listing. The relay in front of it puts in
//! what is looked at here: who asks, how large a page is, two pages of everything, and the end of the token among those of the account.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::relay::{Answer, Asked, Relay};
use crate::sandbox::{Run, Sandbox, gitea_token};
use crate::specification::{Prism, Specification, ask, asked_for, complaint, fails, fields, line};
use crate::suite;

const FILE: &str = "gitea-1.22.json";
const PREFIX: &str = "/api/v1";
/// What came with 1.27, and is asked for of every server: the answer tells whether it is there.
const LATER: &str = "/token";
/// What a server says that it is: the last whose refusals do not name a token's scopes, and the last that does not tell them otherwise.
const VERSIONS: [&str; 2] = ["1.22.6", "1.26.4"];
/// Rows in the largest page of an instance that sets nothing.
const LARGEST: u64 = 50;

/// Prism, and what it serves from; `None` where either is left out.
fn start() -> Option<(Prism, Specification)> {
    if !suite::runs("prism") {
        return None;
    }
    let specification = Specification::find(FILE)?;
    Some((Prism::start(&specification.file), specification))
}

/// A server of Gitea's shape in front of Prism.
fn behind(prism: &Prism, prefix: &'static str, version: &'static str) -> Relay {
    prism.behind(prefix, move |base, asked, answer| {
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
        if answer.status != 200 {
            return;
        }
        match asked.path.strip_prefix(prefix).unwrap() {
            "/version" => body["version"] = json!(version),
            "/settings/api" => body["max_response_items"] = json!(LARGEST),
            "/user" => {
                body["id"] = json!(17);
                body["login"] = json!("ada");
            }
            "/repos/search" => {
                let page = paged(base, asked, answer);
                repository(&mut body["data"][0], page);
            }
            "/repos/acme/site-1" => repository(&mut body, 1),
            path if path.ends_with("/branches") => {
                let page = paged(base, asked, answer);
                body[0]["name"] = json!(["release/1", "main"][page - 1]);
                body[0]["protected"] = json!(page == 2);
                body[0]["commit"]["id"] = json!(page.to_string().repeat(40));
            }
            path if path.ends_with("/tokens") => {
                body[0]["id"] = json!(7);
                body[0]["token_last_eight"] = json!(gitea_token()[32..]);
            }
            _ => {}
        }
        answer.body = body.to_string().into_bytes();
    })
}

/// Says that there are two pages, in headers that the specification does not describe, and which of them this is. The links have the host that the
/// instance believes to be at.
fn paged(base: &str, asked: &Asked, answer: &mut Answer) -> usize {
    let query: Vec<(String, String)> = url::form_urlencoded::parse(asked.query.as_bytes()).into_owned().collect();
    let page = query.iter().find(|(name, _)| name == "page").map_or(1, |(_, number)| number.parse().unwrap());
    answer.headers.push(("x-total-count".to_owned(), "2".to_owned()));
    if page == 1 {
        let rest = query.iter().filter(|(name, _)| name != "page");
        let other = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).append_pair("page", "2").finish();
        let address = format!("{}{}?{other}", base.replace("127.0.0.1", "git.acme.example"), asked.path);
        answer.headers.push(("link".to_owned(), format!("<{address}>; rel=\"next\",<{address}>; rel=\"last\"")));
    }
    page
}

fn repository(row: &mut Value, page: usize) {
    for (name, value) in [
        ("id", json!(100 + page)),
        ("name", json!(format!("site-{page}"))),
        ("full_name", json!(format!("acme/site-{page}"))),
        ("default_branch", json!("main")),
        ("empty", json!(false)),
    ] {
        row[name] = value;
    }
}

/// Panics if anything is wrong with a request: to Prism, to the specification, or with what it was signed with.
#[track_caller]
fn accepted(relay: &Relay, prefix: &str, specification: &Specification) {
    let exchanges = relay.exchanges();
    assert!(!exchanges.is_empty(), "nothing was asked");
    for (asked, answer) in exchanges {
        let (line, path) = (line(&asked), asked.path.strip_prefix(prefix).unwrap());
        if path == LATER {
            assert_eq!(answer.status, 404, "{line}: it is described here, and need not be let pass");
        } else {
            assert_eq!(complaint(&asked, &answer), None);
            assert_eq!(specification.objection(prefix, &asked, &[]), None);
        }
        // A token's own calls take it as the password of its account, and in no other way.
        let signed = if path.starts_with("/users/") { basic() } else { bearer() };
        assert_eq!(asked.headers.get("authorization").unwrap(), &signed, "{line}");
        assert_eq!(asked.headers.get("accept").unwrap(), "application/json", "{line}");
        assert!(asked.headers.contains_key("user-agent"), "{line} without User-Agent");
    }
}

fn bearer() -> String {
    format!("Bearer {}", gitea_token())
}

fn basic() -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("ada:{}", gitea_token())))
}

/// How often something was asked for.
fn count(relay: &Relay, path: &str) -> usize {
    relay.exchanges().iter().filter(|(asked, _)| asked.path == path).count()
}

/// Takes a connection through its life: every request the program knows for Gitea, in each of the versions.
fn live(prism: &Prism, prefix: &'static str, specification: &Specification, address: impl Fn(&Relay) -> Vec<String>) {
    for version in VERSIONS {
        live_in(version, prism, prefix, specification, &address);
    }
}

fn live_in(
    version: &'static str,
    prism: &Prism,
    prefix: &'static str,
    specification: &Specification,
    address: impl Fn(&Relay) -> Vec<String>,
) {
    let relay = behind(prism, prefix, version);
    let sandbox = Sandbox::with_store();
    let run = |arguments: &[&str]| -> Run { sandbox.run(arguments).exits(0) };
    let at = |path: &str| format!("{prefix}{path}");
    let connect = ["connect", "gitea", "a", "--token-stdin"].map(ToOwned::to_owned).to_vec();
    sandbox.feed([connect, address(&relay)].concat(), &gitea_token()).exits(0);
    let shown = run(&["show", "a", "--json"]).json();
    let expected = json!({"provider": "gitea", "auth_method": "pat", "token_kind": "personal", "username": "ada", "account_type": "user",
        "server_version": format!("Gitea {version}"), "status": "active", "scopes": null, "expires_at": null, "expiry": "never"});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name} of {shown}");
    }
    assert_eq!(run(&["validate", "a", "--json"]).json()["valid"], true);
    for path in ["/version", "/user", LATER] {
        asked_for(&relay, "GET", &at(path));
    }
    // Twice, for what its refusal would name; never where it would name nothing.
    assert_eq!(count(&relay, &at("/notifications/new")), if version == VERSIONS[0] { 0 } else { 2 }, "{version}");

    let both = ["acme/site-1", "acme/site-2"];
    let listed = run(&["repos", "a", "--all", "--json"]).json();
    assert_eq!(fields(&listed, "repositories", "full_name"), both, "{listed}");
    assert_eq!(
        (&listed["has_more"], &listed["total"], &listed["incomplete"]),
        (&json!(false), &json!(2), &json!([])),
        "{listed}"
    );
    assert_eq!(listed["repositories"][0]["default_branch"], "main", "{listed}");
    assert_eq!(count(&relay, &at("/settings/api")), 0, "a walk needs no size of a page");
    // A page larger than the instance gives is cut out of two of its own.
    let listed = run(&["repos", "a", "--page", "1", "--per-page", "100", "--json"]).json();
    assert_eq!(fields(&listed, "repositories", "full_name"), both, "{listed}");
    asked_for(&relay, "GET", &at("/settings/api"));
    run(&["repos", "a", "--page", "2", "--per-page", "10", "--json"]);
    let listed = run(&["repos", "a", "--search", "SITE-2", "--json"]).json();
    assert_eq!(fields(&listed, "repositories", "full_name"), both[1..], "{listed}");
    let searched = relay.exchanges().into_iter().filter(|(asked, _)| asked.path == at("/repos/search"));
    for (asked, _) in searched {
        assert!(asked.query.contains("uid=17&sort=updated&order=desc&"), "{}", asked.query);
    }

    let branches = run(&["branches", "acme/site-1", "-c", "a", "--all", "--json"]).json();
    let seen: Vec<_> = branches["branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["name"], &row["is_default"], &row["is_protected"]))
        .collect();
    assert_eq!(
        seen,
        [(&json!("release/1"), &json!(false), &json!(false)), (&json!("main"), &json!(true), &json!(true))],
        "{branches}"
    );
    assert_eq!(branches["branches"][1]["sha"], "2".repeat(40), "{branches}");
    assert_eq!(branches["has_more"], false, "{branches}");
    run(&["branches", "acme/site-1", "-c", "a", "--json"]);
    run(&["branches", "acme/site-1", "-c", "a", "--page", "2", "--per-page", "10", "--json"]);
    let listed = run(&["branches", "acme/site-1", "-c", "a", "--search", "MAI", "--all", "--json"]).json();
    assert_eq!(fields(&listed, "branches", "name"), ["main"], "{listed}");
    asked_for(&relay, "GET", &at("/repos/acme/site-1"));
    asked_for(&relay, "GET", &at("/repos/acme/site-1/branches"));
    accepted(&relay, prefix, specification);

    // Neither has a call by which a token ends itself: it is found among the account's by its last characters.
    run(&["remove", "a", "--revoke", "--yes"]);
    for (method, path) in [("DELETE", LATER), ("GET", "/users/ada/tokens"), ("DELETE", "/users/ada/tokens/7")] {
        asked_for(&relay, method, &at(path));
    }
    accepted(&relay, prefix, specification);
    assert_eq!(run(&["list", "--all", "--json"]).json()["connections"], json!([]));
}

#[test]
fn gitea_describes_every_request() {
    let Some((prism, specification)) = start() else { return };
    live(&prism, PREFIX, &specification, |relay| vec!["--host".to_owned(), relay.base()]);
    // An instance below a path, and one whose API is reached elsewhere.
    live(&prism, "/git/api/v1", &specification, |relay| vec!["--host".to_owned(), format!("{}/git", relay.base())]);
    live(&prism, PREFIX, &specification, |relay| {
        ["--host", "git.acme.example", "--api-url", &format!("{}{PREFIX}", relay.base())].map(ToOwned::to_owned).to_vec()
    });
}

#[test]
fn what_gitea_does_not_describe_is_noticed() {
    let Some((prism, specification)) = start() else { return };
    // The proof that the test above can fail.
    for (wrong, signed) in [
        ("/api/v1/repos/search?uid=ada", bearer()),
        ("/api/v1/repos/acme/site-1/branches?q=main", bearer()),
        ("/api/v1/repos/acme/site-1/times/ada", bearer()),
        ("/api/v1/repositories", bearer()),
        ("/api/v1/user", String::new()),
        ("/api/v1/user", basic()),
        ("/api/v1/users/ada/tokens", bearer()),
    ] {
        let relay = behind(&prism, PREFIX, VERSIONS[0]);
        let mut headers = vec![("accept", "application/json")];
        if !signed.is_empty() {
            headers.push(("authorization", signed.as_str()));
        }
        ask(reqwest::Method::GET, &format!("{}{wrong}", relay.base()), &headers);
        assert!(fails(|| accepted(&relay, PREFIX, &specification)), "{wrong} passed");
    }
}

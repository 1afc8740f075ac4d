//! Peer: Prism, as in `specification.rs`, with Bitbucket Cloud's own Swagger (`bitbucket-cloud.json`), which wants every call signed.
//!
//! A page of its examples goes on at `http://example.com`; the relay in front of it mends that into a second page, and one test leaves it as it is,
//! because a client must not follow it there. Parameters that hold for every listing are described in words ("REST API: introduction"), not with
//! each call.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::relay::{Answer, Asked, Relay};
use crate::sandbox::{Run, Sandbox, bitbucket_access_token, bitbucket_api_token};
use crate::specification::{Prism, Specification, ask, asked_for, complaint, fails, fields, line};
use crate::suite;

const FILE: &str = "bitbucket-cloud.json";
const PREFIX: &str = "/2.0";
const EMAIL: &str = "ada@acme.example";
/// Of every listing: paging, filtering, sorting.
const EVERYWHERE: &[&str] = &["page", "pagelen", "q", "sort"];
/// The workspace in the specification's example.
const WORKSPACE: &str = "bbworkspace1";

/// Prism, and what it serves from; `None` where either is left out.
fn start() -> Option<(Prism, Specification)> {
    if !suite::runs("prism") {
        return None;
    }
    let specification = Specification::find(FILE)?;
    Some((Prism::start(&specification.file), specification))
}

/// A server of Bitbucket's shape in front of Prism.
fn behind(prism: &Prism, mend_pages: bool) -> Relay {
    prism.behind(PREFIX, move |base, asked, answer| {
        if mend_pages {
            mend(base, asked, answer);
        }
        // Told in headers that the specification does not describe ("How to fetch the scope of a token").
        let told =
            if scheme(asked) == "Bearer" { ("repository", "repo_access_token") } else { ("read:user:bitbucket", "apitoken") };
        answer.headers.push(("x-oauth-scopes".to_owned(), told.0.to_owned()));
        answer.headers.push(("x-credential-type".to_owned(), told.1.to_owned()));
    })
}

/// Makes two pages of every listing, each with its own row.
fn mend(base: &str, asked: &Asked, answer: &mut Answer) {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
    if !body["values"].is_array() {
        return;
    }
    let query: Vec<(String, String)> = url::form_urlencoded::parse(asked.query.as_bytes()).into_owned().collect();
    let page = query.iter().find(|(name, _)| name == "page").map_or("1", |(_, number)| number).to_owned();
    body["size"] = json!(2);
    body.as_object_mut().unwrap().remove("previous");
    body.as_object_mut().unwrap().remove("next");
    if page == "1" {
        let rest = query.iter().filter(|(name, _)| name != "page");
        let next = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).append_pair("page", "2").finish();
        body["next"] = json!(format!("{base}{}?{next}", asked.path));
    }
    let row = &mut body["values"][0];
    if row["full_name"].is_string() {
        let workspace = asked.path.rsplit('/').next().unwrap();
        row["full_name"] = json!(format!("{workspace}/site-{page}"));
        row["uuid"] = json!(format!("{{{workspace}-{page}}}"));
    } else if row["target"].is_object() && page != "1" {
        row["name"] = json!("main");
    }
    answer.body = body.to_string().into_bytes();
}

fn scheme(asked: &Asked) -> &str {
    asked.headers.get("authorization").map_or("", |value| value.to_str().unwrap().split(' ').next().unwrap())
}

/// Panics if anything is wrong with a request: to Prism, to the specification, or with what it was signed with.
#[track_caller]
fn accepted(relay: &Relay, specification: &Specification, signed: &str) {
    let exchanges = relay.exchanges();
    assert!(!exchanges.is_empty(), "nothing was asked");
    for (asked, answer) in exchanges {
        assert_eq!(complaint(&asked, &answer), None);
        assert_eq!(specification.objection(PREFIX, &asked, EVERYWHERE), None);
        let (line, path) = (line(&asked), asked.path.strip_prefix(PREFIX).unwrap());
        // Gone since 14 April 2026 (CHANGE-2770); the specification still has them.
        let gone = ["/repositories", "/repositories/", "/workspaces"].contains(&path) || path.starts_with("/user/permissions/");
        assert!(!gone, "{line} is gone");
        assert_eq!(asked.headers.get("authorization").unwrap(), signed, "{line}");
        assert_eq!(asked.headers.get("accept").unwrap(), "application/json", "{line}");
        assert!(asked.headers.contains_key("user-agent"), "{line} without User-Agent");
    }
}

/// What may be listed with any credential once the workspace is known.
fn lists(sandbox: &Sandbox, relay: &Relay, workspace: &str) {
    let run = |arguments: &[&str]| -> Run { sandbox.run(arguments).exits(0) };
    let both = [format!("{workspace}/site-1"), format!("{workspace}/site-2")];
    let listed = run(&["repos", "a", "--all", "--json"]).json();
    assert_eq!(fields(&listed, "repositories", "full_name"), both, "{listed}");
    assert_eq!(
        (&listed["has_more"], &listed["total"], &listed["incomplete"]),
        (&json!(false), &json!(2), &json!([])),
        "{listed}"
    );
    let listed = run(&["repos", "a", "--json"]).json();
    assert_eq!(fields(&listed, "repositories", "full_name")[0], both[0], "{listed}");
    assert_eq!(listed["repositories"][0]["name"], "site-1", "{listed}");
    let listed = run(&["repos", "a", "--page", "2", "--per-page", "1", "--json"]).json();
    assert_eq!(fields(&listed, "repositories", "full_name"), both[1..], "{listed}");
    let listed = run(&["repos", "a", "--search", "SITE-2", "--json"]).json();
    assert_eq!(fields(&listed, "repositories", "full_name"), both[1..], "{listed}");
    asked_for(relay, "GET", &format!("{PREFIX}/repositories/{workspace}"));

    let path = format!("{workspace}/site-1");
    let branches = format!("{PREFIX}/repositories/{path}/refs/branches");
    let example = "issue-9.3/AUI-5343-assistive-class";
    let listed = run(&["branches", &path, "-c", "a", "--all", "--json"]).json();
    assert_eq!(fields(&listed, "branches", "name"), [example, "main"], "{listed}");
    assert_eq!(listed["has_more"], false, "{listed}");
    for branch in listed["branches"].as_array().unwrap() {
        assert_eq!(branch["sha"], "e5d1cde9069fcb9f0af90403a4de2150c125a148", "{listed}");
        // The example's restriction is of branches that the model calls features, and whether that is seen is told by an answer, not guessed.
        assert_eq!(branch["is_protected"], false, "{listed}");
    }
    run(&["branches", &path, "-c", "a", "--json"]);
    run(&["branches", &path, "-c", "a", "--page", "2", "--per-page", "1", "--json"]);
    let listed = run(&["branches", &path, "-c", "a", "--search", "ISSUE-9.3/\"aui", "--all", "--json"]).json();
    assert_eq!(fields(&listed, "branches", "name"), [""; 0], "{listed}");
    let listed = run(&["branches", &path, "-c", "a", "--search", "ISSUE-9.3/aui", "--all", "--json"]).json();
    assert_eq!(fields(&listed, "branches", "name"), [example], "{listed}");
    asked_for(relay, "GET", &branches);
    asked_for(relay, "GET", &format!("{PREFIX}/repositories/{path}"));
    asked_for(relay, "GET", &format!("{PREFIX}/repositories/{path}/branch-restrictions"));
    asked_for(relay, "GET", &format!("{PREFIX}/repositories/{path}/branching-model"));
    let searched = relay.exchanges().into_iter().any(|(asked, _)| asked.path == branches && asked.query.contains("q=name"));
    assert!(searched, "the search was not asked for");
}

fn basic() -> String {
    let pair = format!("{EMAIL}:{}", bitbucket_api_token());
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

/// A person's token, from its making to a connection that is confined to one workspace.
fn live_person(prism: &Prism, specification: &Specification) {
    let relay = behind(prism, true);
    let sandbox = Sandbox::with_store();
    let api = format!("{}{PREFIX}", relay.base());
    let connect = ["connect", "bitbucket", "a", "--host", "bitbucket.org", "--api-url", &api, "--email", EMAIL];
    sandbox.feed([&connect[..], &["--expires-at", "2099-02-14", "--token-stdin"]].concat(), &bitbucket_api_token()).exits(0);
    let shown = sandbox.run(["show", "a", "--json"]).exits(0).json();
    let expected = json!({"provider": "bitbucket", "host": "bitbucket.org", "auth_method": "pat", "token_kind": "api_token", "status": "active",
        "email": EMAIL, "workspace": null, "scopes": ["read:user:bitbucket"], "username": "string", "expires_at": "2099-02-14T23:59:59Z"});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name} of {shown}");
    }
    assert_eq!(sandbox.run(["validate", "a", "--json"]).exits(0).json()["valid"], true);
    asked_for(&relay, "GET", &format!("{PREFIX}/user"));
    lists(&sandbox, &relay, WORKSPACE);
    asked_for(&relay, "GET", &format!("{PREFIX}/user/workspaces"));
    accepted(&relay, specification, &basic());

    // Confined to one workspace, it asks for no other, and needs not ask which there are.
    let count = |relay: &Relay| relay.exchanges().iter().filter(|(asked, _)| asked.path.ends_with("/user/workspaces")).count();
    let before = count(&relay);
    sandbox.run(["edit", "a", "--workspace", "acme"]).exits(0);
    lists(&sandbox, &relay, "acme");
    assert_eq!(count(&relay), before, "the workspaces were asked for");
    accepted(&relay, specification, &basic());

    // There is no call by which a token could be revoked: a page is named, and nothing is asked.
    let before = relay.exchanges().len();
    let refused = sandbox.run(["remove", "a", "--revoke", "--yes"]).exits(1);
    assert!(refused.err.contains("https://id.atlassian.com/"), "{}", refused.err);
    assert_eq!(relay.exchanges().len(), before, "something was asked");
    sandbox.run(["show", "a"]).exits(0);
}

/// A repository's own token: nobody is logged in, and the calls about persons are closed to it.
fn live_access_token(prism: &Prism, specification: &Specification) {
    let relay = behind(prism, true);
    let sandbox = Sandbox::with_store();
    // Here the API lies below the host itself.
    let connect = ["connect", "bitbucket", "a", "--host", &relay.base(), "--workspace", "acme", "--expires-at", "2099-02-14"];
    sandbox.feed([&connect[..], &["--token-stdin"]].concat(), &bitbucket_access_token()).exits(0);
    let shown = sandbox.run(["show", "a", "--json"]).exits(0).json();
    let expected = json!({"auth_method": "access_token", "token_kind": "repository", "status": "active", "email": null, "workspace": "acme",
        "scopes": ["repository"]});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name} of {shown}");
    }
    assert_eq!(sandbox.run(["validate", "a", "--json"]).exits(0).json()["valid"], true);
    asked_for(&relay, "GET", &format!("{PREFIX}/workspaces/acme"));
    lists(&sandbox, &relay, "acme");
    accepted(&relay, specification, &format!("Bearer {}", bitbucket_access_token()));
    let persons = relay.exchanges().into_iter().find(|(asked, _)| asked.path.starts_with("/2.0/user"));
    assert!(persons.is_none(), "a call about persons was made: {persons:?}");
}

#[test]
fn bitbucket_describes_every_request() {
    let Some((prism, specification)) = start() else { return };
    live_person(&prism, &specification);
    live_access_token(&prism, &specification);

    // A page that is said to lie at another origin is not asked for there.
    let relay = behind(&prism, false);
    let sandbox = Sandbox::with_store();
    let connect = ["connect", "bitbucket", "b", "--host", &relay.base(), "--email", EMAIL, "--expires-at", "2099-02-14"];
    sandbox.feed([&connect[..], &["--token-stdin"]].concat(), &bitbucket_api_token()).exits(0);
    let listed = sandbox.run(["repos", "b", "--all", "--json"]).exits(0).json();
    assert_eq!(fields(&listed, "repositories", "full_name"), ["string"], "{listed}");
    accepted(&relay, &specification, &basic());
}

#[test]
fn what_bitbucket_does_not_describe_is_noticed() {
    let Some((prism, specification)) = start() else { return };
    // The proof that the test above can fail.
    for (wrong, signed) in [
        ("/2.0/repositories/acme?role=nobody", basic()),
        ("/2.0/repositories/acme?sorted=name", basic()),
        ("/2.0/repositories/acme/site/branches", basic()),
        ("/2.0/repositories", basic()),
        ("/2.0/workspaces?role=member", basic()),
        ("/2.0/user/permissions/workspaces", basic()),
        ("/2.0/user", String::new()),
        ("/2.0/user", format!("Bearer {}", bitbucket_api_token())),
    ] {
        let relay = behind(&prism, true);
        let mut headers = vec![("accept", "application/json")];
        if !signed.is_empty() {
            headers.push(("authorization", signed.as_str()));
        }
        ask(reqwest::Method::GET, &format!("{}{wrong}", relay.base()), &headers);
        assert!(fails(|| accepted(&relay, &specification, &basic())), "{wrong} passed");
    }
}

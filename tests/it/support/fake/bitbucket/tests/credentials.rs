//! Which credential is taken how, and what it may.

use serde_json::json;

use super::ask::{as_ada, basic, bearer, get};
use crate::support::Sandbox;
use crate::support::fake::reply::send;
use crate::support::fake::{Bitbucket, BitbucketGrant, BitbucketToken, email_of};

const UNAUTHORIZED: (u16, &str) = (401, "Token is invalid, expired, or not supported for this endpoint.");

#[test]
fn an_api_token_is_taken_with_its_e_mail_address_and_in_no_other_way() {
    let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
    let (ada, ops) = (bitbucket.api_token(&sandbox, "ada"), bitbucket.api_token(&sandbox, "ops"));
    let good = as_ada(&bitbucket, &ada, "/user");
    assert_eq!((good.status, &good.body["username"], &good.body["type"]), (200, &json!("ada"), &json!("user")));
    assert_eq!(good.header("x-oauth-scopes"), Some("read:user:bitbucket, read:workspace:bitbucket, read:repository:bitbucket"));
    assert_eq!(good.header("x-accepted-oauth-scopes"), Some("read:user:bitbucket"));
    assert_eq!((good.header("x-credential-type"), good.header("x-ratelimit-limit")), (None, None));
    assert!(good.header("x-request-id").is_some());
    for authorization in [
        format!("Bearer {ada}"),
        basic("ada", &ada),
        basic("", &ada),
        basic(&email_of("ada"), &ops),
        basic(&email_of("ada"), &ada[..ada.len() - 1]),
    ] {
        assert_eq!(get(&bitbucket, &authorization, "/user").refusal(), UNAUTHORIZED, "{authorization}");
    }
    // Nor in the address, nor not at all: then the answer has no words.
    let none = send("GET", &format!("{}/user?access_token={ada}", bitbucket.api()), &[], "");
    assert_eq!((none.status, none.text.as_str()), (401, ""));
    assert!(none.header("www-authenticate").is_some_and(|value| value.starts_with("BitbucketCustom realm=")));
    assert!(bitbucket.accepts(&ada));
    bitbucket.expire(&ada);
    assert_eq!(as_ada(&bitbucket, &ada, "/user").refusal(), UNAUTHORIZED);
    bitbucket.revoke(&ops);
    assert!(!bitbucket.accepts(&ada) && !bitbucket.accepts(&ops));
}

#[test]
fn a_missing_scope_is_named_beside_those_that_are_there() {
    let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
    let token = bitbucket.api_token(&sandbox, "ada");
    bitbucket.repository("ada", "ada/site", &["main"]);
    // Of granular scopes none implies another.
    bitbucket
        .accept(&token, BitbucketGrant::api_token("ada").scopes(&["write:repository:bitbucket", "admin:repository:bitbucket"]));
    for (path, required) in [
        ("/user", "read:user:bitbucket"),
        ("/user/workspaces", "read:workspace:bitbucket"),
        ("/workspaces/ada", "read:workspace:bitbucket"),
        ("/repositories/ada", "read:repository:bitbucket"),
        ("/repositories/ada/site", "read:repository:bitbucket"),
        ("/repositories/ada/site/refs/branches", "read:repository:bitbucket"),
    ] {
        let reply = as_ada(&bitbucket, &token, path);
        assert_eq!(reply.refusal(), (403, "Your credentials lack one or more required privilege scopes."), "{path}");
        let detail = json!({"required": [required], "granted": ["write:repository:bitbucket", "admin:repository:bitbucket"]});
        assert_eq!(reply.body["error"]["detail"], detail, "{path}");
        assert_eq!(reply.header("x-oauth-scopes"), Some("write:repository:bitbucket, admin:repository:bitbucket"));
    }
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/ada/site/branch-restrictions").status, 200);
    bitbucket.hide_scopes();
    assert_eq!(as_ada(&bitbucket, &token, "/user").header("x-oauth-scopes"), None);
}

#[test]
fn an_access_token_reaches_what_it_was_made_for() {
    let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
    for slug in ["site", "api", "docs"] {
        bitbucket.repository("ada", &format!("acme/{slug}"), &["main"]);
    }
    bitbucket.repository("ada", "other/site", &["main"]);
    for (kind, reaches, header) in [
        (BitbucketToken::Repository, &["site"][..], "repo_access_token"),
        (BitbucketToken::Project, &["api", "site"], "project_access_token"),
        (BitbucketToken::Workspace, &["api", "docs", "site"], "workspace_access_token"),
    ] {
        let token = bitbucket.access_token(&sandbox, kind, "acme", reaches);
        let list = bearer(&bitbucket, &token, "/repositories/acme?sort=slug");
        assert_eq!(list.texts("values", "slug"), reaches, "{list:?}");
        assert_eq!(list.header("x-credential-type"), Some(header));
        assert_eq!(
            (list.header("x-oauth-scopes"), list.header("x-accepted-oauth-scopes")),
            (Some("repository"), Some("repository"))
        );
        let limits = ["x-ratelimit-limit", "x-ratelimit-resource", "x-ratelimit-nearlimit"].map(|name| list.header(name));
        assert_eq!(limits, [Some("1000"), Some("api"), Some("false")]);
        let docs = bearer(&bitbucket, &token, "/repositories/acme/docs").status;
        assert_eq!(docs, if reaches.contains(&"docs") { 200 } else { 404 });
        assert_eq!(bearer(&bitbucket, &token, "/workspaces/acme").body["slug"], "acme");
        // Who it is nobody says, whatever its scopes.
        for path in ["/user", "/user/workspaces"] {
            let refused = (403, "This API is not accessible by this authentication mechanism");
            assert_eq!(bearer(&bitbucket, &token, path).refusal(), refused);
        }
        assert_eq!(get(&bitbucket, &basic("x-token-auth", &token), "/workspaces/acme").refusal(), UNAUTHORIZED);
        // Elsewhere it sees what is public, which is nothing.
        let elsewhere = bearer(&bitbucket, &token, "/repositories/other");
        assert_eq!((elsewhere.status, &elsewhere.body["size"]), (200, &json!(0)));
        let refused = (401, "You do not have access to view this workspace.");
        assert_eq!(bearer(&bitbucket, &token, "/workspaces/other").refusal(), refused);
        bitbucket.refuse(&token);
        assert_eq!(bearer(&bitbucket, &token, "/workspaces/acme").refusal(), UNAUTHORIZED);
    }
}

#[test]
fn a_classic_scope_that_writes_also_reads() {
    let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
    bitbucket.repository("ada", "acme/site", &["main"]);
    let token = bitbucket.access_token(&sandbox, BitbucketToken::Workspace, "acme", &[]);
    let grant = |scopes: &[&str]| {
        bitbucket.accept(&token, BitbucketGrant::access_token(BitbucketToken::Workspace, "acme", &[]).scopes(scopes));
    };
    let status = |path: &str| bearer(&bitbucket, &token, path).status;
    grant(&["repository:write"]);
    assert_eq!((status("/repositories/acme/site"), status("/repositories/acme/site/branch-restrictions")), (200, 403));
    grant(&["repository:admin"]);
    assert_eq!((status("/repositories/acme/site"), status("/repositories/acme/site/branch-restrictions")), (403, 200));
    grant(&[]);
    assert_eq!((status("/repositories/acme"), status("/workspaces/acme")), (403, 200));
}

#[test]
fn an_api_token_may_be_kept_to_one_workspace() {
    let (sandbox, bitbucket) = (Sandbox::bare(), Bitbucket::start());
    let token = bitbucket.api_token(&sandbox, "ada");
    bitbucket.repository("ada", "acme/site", &["main"]);
    bitbucket.repository("ada", "ada/site", &["main"]);
    bitbucket.accept(&token, BitbucketGrant::api_token("ada").within("acme"));
    assert_eq!(as_ada(&bitbucket, &token, "/user/workspaces").body["size"], 1);
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/acme/site").status, 200);
    assert_eq!(as_ada(&bitbucket, &token, "/repositories/ada/site").status, 404);
}

//! What is peculiar to Bitbucket: what goes with a token, workspaces, protection that only administrators see.

use serde_json::Value;

use crate::support::fake::{Answer, Bitbucket, BitbucketGrant, BitbucketToken, Restriction, email_of};
use crate::support::house::texts;
use crate::support::pty::Terminal;
use crate::support::sandbox::Run;
use crate::support::{Ran, Sandbox, tokens};

fn connect<'a>(sandbox: &'a Sandbox, bitbucket: &Bitbucket, name: &str, more: &[&str]) -> Run<'a> {
    sandbox.gitconn(["connect", "bitbucket", name, "--host", &bitbucket.host()]).args(more)
}

/// A connection `work` with an API token of `ada`, whose end nobody has told.
fn connected(sandbox: &Sandbox, bitbucket: &Bitbucket) -> Ran {
    let token = bitbucket.api_token(sandbox, "ada");
    connect(sandbox, bitbucket, "work", &["--email", &email_of("ada"), "--token-stdin"]).stdin(token).run().ok()
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    sandbox.gitconn(arguments).arg("--json").run().ok().json()
}

#[test]
fn an_api_token_wants_the_address_of_its_account() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    let token = bitbucket.api_token(&sandbox, "ada");
    let ran = connect(&sandbox, &bitbucket, "work", &["--token-stdin"]).stdin(&token).run().code(2);
    ran.says("--email ADDRESS");
    assert!(bitbucket.seen().is_empty(), "something was asked without the address");
    // A wrong one looks like a wrong token: the words say both.
    let ran =
        connect(&sandbox, &bitbucket, "work", &["--email", "eve@acme.example", "--token-stdin"]).stdin(&token).run().code(4);
    ran.says("e-mail address");
    connect(&sandbox, &bitbucket, "work", &["--email", "ada", "--token-stdin"]).stdin(&token).run().code(2);
    connected(&sandbox, &bitbucket);
    let shown = json(&sandbox, &["show", "work"]);
    assert_eq!(shown["email"], email_of("ada"));
    assert_eq!((&shown["auth_method"], &shown["token_kind"]), (&"pat".into(), &"api_token".into()));
    assert_eq!(shown["username"], "ada");
    for request in bitbucket.seen().iter().filter(|request| request.path == "/user").skip(1) {
        assert_eq!(request.basic().unwrap().0, email_of("ada"));
    }
}

#[test]
fn a_terminal_is_asked_for_what_a_token_wants() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    let token = bitbucket.api_token(&sandbox, "ada");
    Terminal::start(connect(&sandbox, &bitbucket, "work", &[]))
        .sees("id.atlassian.com/manage-profile/security/api-tokens")
        .sees("read:repository:bitbucket")
        .sees("token: ")
        .types_unseen(&token)
        .sees("e-mail address of your Atlassian account: ")
        .types("ada")
        .sees("try again")
        .types(&email_of("ada"))
        .sees("when does it end")
        .types("soon")
        .sees("when does it end")
        .types("2099-02-14")
        .sees("connected `work` as ada")
        .sees("API token")
        .ends()
        .code(0);
    assert_eq!(json(&sandbox, &["show", "work"])["expires_at"], "2099-02-14T23:59:59Z");
    bitbucket.workspace("ada", "acme");
    bitbucket.repository_in("acme", "site", &["main"], |_| {});
    let token = bitbucket.access_token(&sandbox, BitbucketToken::Repository, "acme", &["site"]);
    let seen = Terminal::start(connect(&sandbox, &bitbucket, "site", &[]))
        .sees("token: ")
        .types_unseen(&token)
        .sees("workspace that owns it")
        .types(&format!("{}/acme", "https://bitbucket.org"))
        .sees("when does it end")
        .types("")
        .sees("connected `site` as acme")
        .ends()
        .code(0);
    assert!(seen.text().contains("repository access token"), "{seen:?}");
    assert!(seen.text().contains("when the token ends is not known"), "{seen:?}");
}

#[test]
fn an_end_that_nobody_has_told_is_warned_of() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    let ran = connected(&sandbox, &bitbucket);
    ran.says("when the token ends is not known").says("gitconn edit work --expires-at DATE");
    assert_eq!(json(&sandbox, &["show", "work"])["expiry"], "unknown");
    sandbox.gitconn(["edit", "work", "--expires-at", "2099-02-14"]).run().ok();
    // A check does not know better, and leaves it.
    json(&sandbox, &["validate", "work"]);
    assert_eq!(json(&sandbox, &["show", "work"])["expires_at"], "2099-02-14T23:59:59Z");
    // A new token in its place has another end.
    let token = sandbox.secret(&tokens::bitbucket_api("another"));
    bitbucket.accept(&token, BitbucketGrant::api_token("ada"));
    let ran = sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&token).run().ok();
    ran.says("when the token ends is not known");
    let shown = json(&sandbox, &["show", "work"]);
    assert_eq!((&shown["expiry"], &shown["email"]), (&"unknown".into(), &email_of("ada").into()));
}

#[test]
fn a_token_that_may_not_ask_who_it_is_is_good_all_the_same() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    let token = sandbox.secret(&tokens::bitbucket_api("narrow"));
    bitbucket.accept(&token, BitbucketGrant::api_token("ada").scopes(&["read:repository:bitbucket"]));
    let ran = connect(&sandbox, &bitbucket, "narrow", &["--email", &email_of("ada"), "--token-stdin"]).stdin(&token).run().ok();
    ran.says("read:user:bitbucket").says("whose token it is stays unknown").says("--workspace");
    let shown = json(&sandbox, &["show", "narrow"]);
    assert_eq!((&shown["username"], &shown["scopes"]), (&Value::Null, &serde_json::json!(["read:repository:bitbucket"])));
    // Workspaces cannot be found with it, but one can be named.
    bitbucket.repositories("ada", 2);
    let ran = sandbox.gitconn(["repos", "narrow", "--json"]).run().code(4);
    assert!(ran.error()["message"].as_str().unwrap().contains("read:workspace:bitbucket"), "{ran}");
    sandbox.gitconn(["edit", "narrow", "--workspace", "ada"]).run().ok();
    assert_eq!(texts(&json(&sandbox, &["repos", "narrow"])["repositories"], "name"), ["repo-001", "repo-002"]);
    sandbox.gitconn(["edit", "narrow", "--workspace", ""]).run().ok();
    sandbox.gitconn(["repos", "narrow"]).run().code(4);
}

#[test]
fn access_tokens_are_told_apart_and_wanted_with_their_workspace() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    bitbucket.workspace("ada", "acme");
    bitbucket.workspace("eve", "other");
    for slug in ["site", "docs", "infra"] {
        bitbucket.repository_in("acme", slug, &["main"], |_| {});
    }
    for (name, kind, reaches) in [
        ("repository", BitbucketToken::Repository, &["site"][..]),
        ("project", BitbucketToken::Project, &["docs", "site"]),
        ("workspace", BitbucketToken::Workspace, &["docs", "infra", "site"]),
    ] {
        let own = if name == "workspace" { &[][..] } else { reaches };
        let token = bitbucket.access_token(&sandbox, kind, "acme", own);
        connect(&sandbox, &bitbucket, name, &["--token-stdin"]).stdin(&token).run().code(2).says("--workspace WORKSPACE");
        let wrong = connect(&sandbox, &bitbucket, name, &["--workspace", "other", "--token-stdin"]).stdin(&token).run().code(4);
        assert!(wrong.stderr.contains("`other`"), "{wrong}");
        let arguments = ["--workspace", "acme", "--expires-at", "2099-02-14", "--token-stdin"];
        connect(&sandbox, &bitbucket, name, &arguments).stdin(&token).run().ok();
        let shown = json(&sandbox, &["show", name]);
        assert_eq!((&shown["auth_method"], &shown["token_kind"]), (&"access_token".into(), &name.into()));
        assert_eq!((&shown["username"], &shown["workspace"]), (&"acme".into(), &"acme".into()));
        let mut found = texts(&json(&sandbox, &["repos", name])["repositories"], "name");
        found.sort();
        assert_eq!(found, reaches, "{name}");
    }
    assert!(bitbucket.seen().iter().all(|request| !request.path.starts_with("/user")), "a person's call was made");
    // It cannot be without its workspace, and has no address.
    sandbox.gitconn(["edit", "project", "--workspace", ""]).run().code(2);
    sandbox.gitconn(["edit", "project", "--email", "ada@acme.example"]).run().code(2);
}

#[test]
fn app_passwords_are_refused_with_what_to_make_instead() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    let dead = sandbox.secret(&tokens::other("ATBB", "", "dead", 28));
    let ran = connect(&sandbox, &bitbucket, "old", &["--token-stdin"]).stdin(&dead).run().code(4);
    ran.says("app password").says("make an API token with scopes instead");
    assert!(bitbucket.seen().is_empty());
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    let token = bitbucket.access_token(&sandbox, BitbucketToken::Workspace, "acme", &[]);
    let more = ["--workspace", "acme", "--email", "ada@acme.example", "--token-stdin"];
    connect(&sandbox, &bitbucket, "x", &more).stdin(&token).run().code(2).says("leave out --email");
    let token = sandbox.secret(&tokens::classic("x"));
    let ran = sandbox.gitconn(["connect", "github", "x", "--workspace", "acme", "--token-stdin"]).stdin(&token).run().code(2);
    ran.says("leave out --workspace");
}

#[test]
fn all_workspaces_are_listed_newest_first_and_one_that_is_closed_is_named() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    for (workspace, slug, at) in [
        ("acme", "one", "2026-11-19T09:00:00.000000+00:00"),
        ("beta", "two", "2026-11-19T08:00:00.000000+00:00"),
        ("acme", "three", "2026-11-19T07:00:00.000000+00:00"),
        ("spam", "four", "2026-11-19T06:00:00.000000+00:00"),
    ] {
        bitbucket.workspace("ada", workspace);
        bitbucket.repository_in(workspace, slug, &["main"], |repository| at.clone_into(&mut repository.updated_on));
    }
    let list = json(&sandbox, &["repos", "work"]);
    let all = ["acme/one", "beta/two", "acme/three", "spam/four"];
    assert_eq!(texts(&list["repositories"], "full_name"), all);
    assert_eq!(list["repositories"][0]["archived"], Value::Null);
    assert!(!list["repositories"][0]["clone_url"].as_str().unwrap().contains('@'), "{list}");
    let page = json(&sandbox, &["repos", "work", "--page", "2", "--per-page", "2"]);
    assert_eq!(texts(&page["repositories"], "full_name"), all[2..]);
    assert_eq!(
        texts(&json(&sandbox, &["repos", "work", "--search", "ACME/"])["repositories"], "full_name"),
        ["acme/one", "acme/three"]
    );
    bitbucket.mark_as_spam("spam");
    let ran = sandbox.gitconn(["repos", "work", "--json"]).run().code(8);
    assert_eq!(texts(&ran.json()["repositories"], "full_name"), all[..3]);
    assert!(ran.json()["incomplete"][0].to_string().contains("`spam`"), "{ran}");
    // What Bitbucket has taken away is never asked for.
    let gone = ["/repositories", "/workspaces", "/user/permissions/workspaces", "/user/permissions/repositories"];
    assert!(bitbucket.seen().iter().all(|request| !gone.contains(&request.path.trim_end_matches('/'))));
}

#[test]
fn protection_is_unknown_to_those_who_do_not_administer() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    bitbucket.repository_in("ada", "site", &["main", "release/1", "feature/x"], |repository| {
        repository.restrictions = vec![Restriction::glob("push", "release/*"), Restriction::model("delete", "production")];
    });
    let rows = json(&sandbox, &["branches", "ada/site", "-c", "work"]);
    assert!(rows["branches"].as_array().unwrap().iter().all(|row| row["is_protected"].is_null()), "{rows}");
    let table = sandbox.gitconn(["branches", "ada/site", "-c", "work", "-o", "table"]).run().ok();
    table.prints("unknown").says("those who administer the repository");
    let token = sandbox.secret(&tokens::bitbucket_api("admin"));
    let scopes = ["read:user:bitbucket", "read:workspace:bitbucket", "read:repository:bitbucket", "admin:repository:bitbucket"];
    bitbucket.accept(&token, BitbucketGrant::api_token("ada").scopes(&scopes));
    sandbox.gitconn(["edit", "work", "--token-stdin"]).stdin(&token).run().ok();
    let rows = json(&sandbox, &["branches", "ada/site", "-c", "work"]);
    let protected: Vec<(String, bool)> = rows["branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].as_str().unwrap().to_owned(), row["is_protected"].as_bool().unwrap()))
        .collect();
    assert!(protected.contains(&("release/1".to_owned(), true)), "{protected:?}");
    assert!(protected.contains(&("feature/x".to_owned(), false)), "{protected:?}");
    let ran = sandbox.gitconn(["branches", "ada/site", "-c", "work"]).run().ok();
    assert!(!ran.stderr.contains("who administer"), "{ran}");
}

#[test]
fn a_search_for_branches_is_bitbuckets_and_cannot_leave_its_quotes() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    bitbucket.repository_in("ada", "site", &["main", "fix/\"quoted\"", "fix/plain"], |_| {});
    let found = json(&sandbox, &["branches", "ada/site", "-c", "work", "--search", "FIX/"]);
    assert_eq!(texts(&found["branches"], "name").len(), 2, "{found}");
    let asked = bitbucket.seen_at("/repositories/ada/site/refs/branches");
    assert_eq!(asked.last().unwrap().parameter("q"), Some("name ~ \"FIX/\""));
    let found = json(&sandbox, &["branches", "ada/site", "-c", "work", "--search", "\"quoted\""]);
    assert_eq!(texts(&found["branches"], "name"), ["fix/\"quoted\""]);
}

#[test]
fn what_git_and_programs_are_handed_fits_the_kind() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    let token = sandbox.gitconn(["token", "work", "--json"]).prints_a_secret().run().ok().json();
    assert_eq!(token["git_username"], "x-bitbucket-api-token-auth");
    let access = bitbucket.access_token(&sandbox, BitbucketToken::Workspace, "ada", &[]);
    connect(&sandbox, &bitbucket, "ci", &["--workspace", "ada", "--token-stdin"]).stdin(&access).run().ok();
    let token = sandbox.gitconn(["token", "ci", "--json"]).prints_a_secret().run().ok().json();
    assert_eq!(token["git_username"], "x-token-auth");
    let ran = sandbox.gitconn(["exec", "work", "--", "sh", "-c", "echo ${#BITBUCKET_TOKEN} $BITBUCKET_EMAIL"]).run().ok();
    assert!(ran.stdout.trim_end().ends_with(&email_of("ada")) && !ran.stdout.starts_with("0 "), "{ran}");
}

#[test]
fn nothing_can_be_revoked_and_the_page_is_named() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    sandbox.gitconn(["remove", "work", "--revoke", "--yes"]).run().code(1).says("id.atlassian.com");
    sandbox.gitconn(["show", "work"]).run().ok().prints("by hand, at https://id.atlassian.com");
}

#[test]
fn a_limit_in_plain_text_is_a_limit() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    // Quoted: Bitbucket A6.
    bitbucket.always("*", Answer::text(429, "Rate limit for this resource has been exceeded"));
    let ran = sandbox.gitconn(["repos", "work", "--json", "--max-wait", "0s"]).run().code(6);
    assert_eq!(ran.error()["kind"], "unavailable", "{ran}");
}

#[test]
fn a_slip_in_the_address_does_not_make_a_good_token_dead() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    sandbox.gitconn(["edit", "work", "--email", "ada@acme.exemple"]).run().ok();
    assert_eq!(json(&sandbox, &["show", "work"])["status"], "pending");
    let ran = sandbox.gitconn(["validate", "work", "--json"]).run().code(4);
    assert_eq!(ran.json()["verdict"], "invalid", "{ran}");
    assert!(ran.json()["error"].as_str().unwrap().contains("e-mail address"), "{ran}");
    sandbox.gitconn(["edit", "work", "--email", &email_of("ada")]).run().ok();
    // Nothing stands in its way until it is checked.
    sandbox.gitconn(["repos", "work"]).run().ok();
    json(&sandbox, &["validate", "work"]);
    assert_eq!(json(&sandbox, &["show", "work"])["status"], "active");
}

#[test]
fn a_workspace_that_is_not_there_is_told_by_the_check() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    let token = bitbucket.api_token(&sandbox, "ada");
    let more = ["--email", &email_of("ada"), "--workspace", "wrong", "--token-stdin"];
    connect(&sandbox, &bitbucket, "work", &more).stdin(&token).run().code(4).says("workspace `wrong` is not there");
    let more = ["--email", &email_of("ada"), "--workspace", "ada", "--token-stdin"];
    connect(&sandbox, &bitbucket, "work", &more).stdin(&token).run().ok();
}

#[test]
fn one_workspace_that_fails_does_not_hide_the_others() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    for workspace in ["acme", "beta"] {
        bitbucket.workspace("ada", workspace);
        bitbucket.repository_in(workspace, "site", &["main"], |_| {});
    }
    // Written by hand: any server's.
    bitbucket.always("/repositories/beta", Answer::html(500, "Whoops"));
    let ran = sandbox.gitconn(["repos", "work", "--json"]).run().code(8);
    assert_eq!(texts(&ran.json()["repositories"], "full_name"), ["acme/site"]);
    assert!(ran.json()["incomplete"][0].to_string().contains("`beta`"), "{ran}");
}

#[test]
fn a_connection_serves_what_it_is_confined_to_and_nothing_else() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    for workspace in ["acme", "notes"] {
        bitbucket.workspace("ada", workspace);
        bitbucket.repository_in(workspace, "site", &["main"], |_| {});
    }
    let token = bitbucket.access_token(&sandbox, BitbucketToken::Workspace, "acme", &[]);
    connect(&sandbox, &bitbucket, "ci", &["--workspace", "acme", "--token-stdin"]).stdin(&token).run().ok();
    // Elsewhere only the other one fits.
    json(&sandbox, &["branches", "notes/site"]);
    sandbox.gitconn(["branches", "acme/site"]).run().code(2).says("fit equally well");
    sandbox.gitconn(["edit", "work", "--workspace", "notes"]).run().ok();
    json(&sandbox, &["branches", "acme/site"]);
}

#[test]
fn a_workspace_is_lifted_together_with_a_new_token() {
    let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
    connected(&sandbox, &bitbucket);
    sandbox.gitconn(["edit", "work", "--workspace", "ada"]).run().ok();
    let token = sandbox.secret(&tokens::bitbucket_api("another"));
    bitbucket.accept(&token, BitbucketGrant::api_token("ada"));
    let ran = sandbox
        .gitconn(["edit", "work", "--token-stdin", "--workspace", "", "--expires-at", "2099-02-14"])
        .stdin(&token)
        .run()
        .ok();
    assert!(!ran.stderr.contains("is so already") && !ran.stderr.contains("not known"), "{ran}");
    let shown = json(&sandbox, &["show", "work"]);
    assert_eq!((&shown["workspace"], &shown["expires_at"]), (&Value::Null, &"2099-02-14T23:59:59Z".into()));
}

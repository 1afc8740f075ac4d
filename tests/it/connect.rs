//! `connect`: every way in for a token, what is found out about it, and what is refused.

use serde_json::{Value, json};

use crate::support::fake::{GitHub, GitHubGrant, GitLab, GitLabGrant};
use crate::support::house::{connect, texts};
use crate::support::{House, Sandbox, tokens};

#[test]
fn a_token_comes_from_stdin_a_file_or_a_variable() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let origin = github.origin();
    let token = github.classic(&sandbox, "ada");
    let run = |name: &str| sandbox.gitconn(["connect", "github", name, "--host", &origin]);
    // A line end behind it is no part of it.
    run("by-stdin").arg("--token-stdin").stdin(format!("{token}\r\n")).run().ok();
    let file = sandbox.write("token.txt", &format!("{token}\n"));
    sandbox.key_file(&file);
    run("by-file").arg("--token-file").arg(&file).run().ok();
    run("by-variable").args(["--token-env", "THE_TOKEN"]).env("THE_TOKEN", &token).run().ok();
    for name in ["by-stdin", "by-file", "by-variable"] {
        let shown = sandbox.gitconn(["token", name]).may_show(&token).run().ok();
        assert_eq!(shown.stdout.trim_end(), token);
    }
}

#[test]
fn what_is_found_out_is_stored() {
    let house = House::new();
    let work = house.connection("work");
    for (field, value) in [
        ("provider", json!("github")),
        ("host", json!(house.github.origin())),
        ("auth_method", json!("pat")),
        ("token_kind", json!("classic")),
        ("username", json!("ada")),
        ("status", json!("active")),
        ("is_active", json!(true)),
        ("tags", json!(["daily"])),
        ("expires_at", json!("2099-02-18T12:34:56Z")),
        ("auto_renews", json!(false)),
        ("validation_error", Value::Null),
    ] {
        assert_eq!(work[field], value, "{field}");
    }
    let mut scopes = texts_of(&work["scopes"]);
    scopes.sort();
    assert_eq!(scopes, ["read:org", "repo"]);
    assert!(work["created_by"].as_str().unwrap().contains('@'), "{work}");
    let lab = house.connection("lab");
    assert_eq!((&lab["provider"], &lab["token_kind"], &lab["username"]), (&json!("gitlab"), &json!("personal"), &json!("ops")));
    // A GitLab token dies at the beginning of its last date.
    assert_eq!(lab["expires_at"], "2099-02-18T00:00:00Z");
}

fn texts_of(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_kinds_of_tokens_are_told_apart() {
    let (sandbox, github, gitlab) = (Sandbox::new(), GitHub::start(), GitLab::under("/git/lab"));
    let fine = sandbox.secret(&tokens::fine_grained("fine"));
    github.accept(&fine, GitHubGrant::fine_grained("ada").expires(None));
    let project = sandbox.secret(&tokens::gitlab("project"));
    gitlab.accept(&project, GitLabGrant::project(7));
    let group = sandbox.secret(&tokens::gitlab("group"));
    gitlab.accept(&group, GitLabGrant::group(9));
    for (provider, host, token, method, kind) in [
        ("github", github.origin(), &fine, "pat", "fine_grained"),
        ("gitlab", gitlab.host(), &project, "access_token", "project"),
        ("gitlab", gitlab.host(), &group, "access_token", "group"),
    ] {
        let ran = connect(&sandbox, provider, kind, &host, token, &["--json"]).ok();
        let shown = ran.json();
        assert_eq!((&shown["auth_method"], &shown["token_kind"]), (&json!(method), &json!(kind)), "{ran}");
    }
    // GitHub does not tell what a fine-grained token may do: that is not the same as nothing.
    let shown = sandbox.gitconn(["show", "fine_grained", "--json"]).run().ok().json();
    assert_eq!(shown["scopes"], Value::Null, "{shown}");
    assert_eq!(shown["expires_at"], Value::Null, "{shown}");
}

#[test]
fn github_com_is_spoken_to_at_its_own_address() {
    let (sandbox, github) = (Sandbox::new(), GitHub::dotcom());
    let token = github.classic(&sandbox, "octocat");
    let api = github.api();
    let ran = sandbox.gitconn(["connect", "github", "--api-url", &api, "--token-stdin", "--json"]).stdin(&token).run().ok();
    assert_eq!(ran.json()["host"], "github.com", "{ran}");
    // The default name is made of provider, host (unless it is the provider's own) and account.
    assert_eq!(ran.json()["name"], "github-octocat", "{ran}");
    let again = sandbox.gitconn(["connect", "github", "--api-url", &api, "--token-stdin", "--json"]).stdin(&token).run().ok();
    assert_eq!(again.json()["name"], "github-octocat-2", "{again}");
    assert_eq!(github.seen_at("/user").len(), 2);
}

#[test]
fn a_gitlab_below_a_path_is_spoken_to_there() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::under("/gitlab"));
    let token = gitlab.personal(&sandbox, "ops");
    connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &[]).ok();
    let shown = sandbox.gitconn(["show", "lab", "--json"]).run().ok().json();
    assert_eq!(shown["host"], gitlab.host());
    // Without the path nothing answers like a GitLab: the token is fine for all we know.
    connect(&sandbox, "gitlab", "other", &gitlab.origin(), &token, &[]).code(6);
}

#[test]
fn an_old_gitlab_that_does_not_know_self_is_asked_otherwise() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::start());
    gitlab.old();
    let token = gitlab.personal(&sandbox, "ops");
    let ran = connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &["--json"]).ok();
    assert_eq!(ran.json()["username"], "ops", "{ran}");
}

#[test]
fn a_gitlab_token_for_repositories_only_is_good_although_it_may_not_read_its_user() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::start());
    let token = sandbox.secret(&tokens::gitlab("narrow"));
    gitlab.accept(&token, GitLabGrant::personal("ops").scopes(&["read_repository"]));
    let ran = connect(&sandbox, "gitlab", "lab", &gitlab.host(), &token, &[]).ok();
    // It is stored, and what it lacks is said.
    assert!(ran.stderr.contains("read_api"), "{ran}");
}

#[test]
fn scopes_that_are_missing_or_too_wide_and_a_token_without_end_are_warned_of() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    for (name, grant, word) in [
        ("narrow", GitHubGrant::classic("ada").scopes("repo"), Some("read:org")),
        ("none", GitHubGrant::classic("ada").scopes(""), Some("repo")),
        ("wide", GitHubGrant::classic("ada").scopes("repo, read:org, admin:org, delete_repo"), Some("delete_repo")),
        ("right", GitHubGrant::classic("ada"), None),
    ] {
        let token = sandbox.secret(&tokens::classic(name));
        github.accept(&token, grant);
        let ran = connect(&sandbox, "github", name, &github.origin(), &token, &[]).ok();
        match word {
            Some(word) => {
                let warned = ran.stderr.lines().any(|line| line.starts_with("warning:") && line.contains(word));
                assert!(warned, "{name}: no warning of {word}\n{ran}");
            }
            None => assert!(!ran.stderr.contains("warning:"), "{name}\n{ran}"),
        }
    }
}

#[test]
fn a_token_without_an_end_is_warned_of() {
    let (sandbox, github, gitlab) = (Sandbox::new(), GitHub::dotcom(), GitLab::start());
    let classic = sandbox.secret(&tokens::classic("endless"));
    github.accept(&classic, GitHubGrant::classic("ada").expires(None));
    let api = github.api();
    let ran = sandbox.gitconn(["connect", "github", "one", "--api-url", &api, "--token-stdin"]).stdin(&classic).run().ok();
    assert!(ran.stderr.lines().any(|line| line.starts_with("warning:") && line.contains("expire")), "{ran}");
    let personal = sandbox.secret(&tokens::gitlab("endless"));
    gitlab.accept(&personal, GitLabGrant::personal("ops").expires(None));
    let ran = connect(&sandbox, "gitlab", "two", &gitlab.host(), &personal, &[]).ok();
    assert!(ran.stderr.lines().any(|line| line.starts_with("warning:") && line.contains("expire")), "{ran}");
}

#[test]
fn offline_asks_nobody_and_says_so_in_the_trail() {
    let house = House::new();
    house.github.forget();
    let token = house.sandbox.secret(&tokens::classic("offline"));
    house.connect_github("later", &token, &["--offline"]).ok();
    assert!(house.github.seen().is_empty());
    let later = house.connection("later");
    assert_eq!((&later["status"], &later["username"], &later["validated_at"]), (&json!("pending"), &Value::Null, &Value::Null));
    let events = house.json(&["audit", "list", "--connection", "later"]);
    assert!(events.to_string().contains("offline"), "{events}");
    // What is pending may be used, and is checked like any other.
    house.github.accept(&token, GitHubGrant::classic("ada"));
    house.run(&["validate", "later"]).ok();
    assert_eq!(house.connection("later")["status"], "active");
}

#[test]
fn what_can_never_be_a_token_is_refused_offline_with_the_reason() {
    let (sandbox, github, gitlab) = (Sandbox::new(), GitHub::start(), GitLab::start());
    let classic = tokens::classic("offline rules");
    let mut mistyped = classic.clone();
    mistyped.replace_range(10..11, if &classic[10..11] == "x" { "y" } else { "x" });
    let pem = format!("-----BEGIN RSA {} KEY-----\nMIIEpAIBAAKCAQEA\n-----END", "PRIVATE");
    for (provider, text, reason) in [
        ("github", classic[..38].to_owned(), "truncated: 40 characters expected, got 38"),
        ("github", format!("{classic}ab"), "got 42"),
        ("github", mistyped, "mistyped"),
        ("github", tokens::fine_grained("x")[..90].to_owned(), "got 90"),
        ("github", tokens::gitlab("x"), "this is a GitLab token"),
        ("github", tokens::refresh("x"), "refresh token"),
        ("github", tokens::other("ATATT", "", "x", 40), "Atlassian"),
        ("github", tokens::other("npm", "_", "x", 36), "npm"),
        ("github", pem.clone(), "private key"),
        ("github", format!("Bearer {classic}"), "Bearer"),
        ("github", format!("{} {}", &classic[..20], &classic[20..]), "space"),
        ("github", format!("{}\n{}", &classic[..20], &classic[20..]), "line break"),
        ("github", format!("\"{classic}\""), "quotes"),
        ("gitlab", classic.clone(), "this is a GitHub token"),
        ("gitlab", tokens::other("gldt", "-", "x", 20), "deploy token"),
        ("gitlab", pem, "private key"),
    ] {
        let host = if provider == "github" { github.origin() } else { gitlab.host() };
        sandbox.secret(&text.replace(['\n', '"'], ""));
        let ran = connect(&sandbox, provider, "x", &host, &text, &[]).code(4);
        assert!(ran.stderr.contains(reason), "{reason}\n{ran}");
    }
    assert!(github.seen().is_empty() && gitlab.seen().is_empty(), "somebody was asked");
    let list = sandbox.gitconn(["list", "--all", "--json"]).run().ok().json();
    assert_eq!(list["connections"], json!([]));
}

#[test]
fn a_rule_that_github_could_change_gives_way_to_force() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let mut odd = tokens::classic("forced");
    odd.replace_range(10..11, if &odd[10..11] == "x" { "y" } else { "x" });
    sandbox.secret(&odd);
    github.accept(&odd, GitHubGrant::classic("ada"));
    connect(&sandbox, "github", "odd", &github.origin(), &odd, &[]).code(4);
    connect(&sandbox, "github", "odd", &github.origin(), &odd, &["--force"]).ok();
}

#[test]
fn a_rule_that_is_only_known_by_hearsay_is_warned_of() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let mut odd = tokens::fine_grained("hearsay");
    odd.replace_range(80..81, if &odd[80..81] == "X" { "Y" } else { "X" });
    sandbox.secret(&odd);
    github.accept(&odd, GitHubGrant::fine_grained("ada"));
    let ran = connect(&sandbox, "github", "odd", &github.origin(), &odd, &[]).ok();
    assert!(ran.stderr.contains("checksum"), "{ran}");
}

#[test]
fn an_installation_token_is_taken_with_a_warning_that_it_dies_soon() {
    let (sandbox, github) = (Sandbox::new(), GitHub::dotcom());
    let token = sandbox.secret(&tokens::installation("app"));
    github.accept(&token, GitHubGrant::installation("acme"));
    github.repository("acme", "acme/site", &["main"]);
    let api = github.api();
    let ran =
        sandbox.gitconn(["connect", "github", "app", "--api-url", &api, "--token-stdin", "--json"]).stdin(&token).run().ok();
    assert!(ran.json()["warnings"].to_string().contains("hour"), "{ran}");
    let list = sandbox.gitconn(["repos", "app", "--json"]).run().ok().json();
    assert_eq!(texts(&list["repositories"], "full_name"), ["acme/site"]);
}

#[test]
fn names_are_unique_and_fit_to_be_typed() {
    let house = House::new();
    for (name, reason) in [
        ("work", "already"),
        ("WORK", "already"),
        ("a/b", "`/`"),
        ("a:b", "`:`"),
        ("", "empty"),
        (" x", "space"),
        ("a\tb", "control"),
        (&"x".repeat(101), "100"),
    ] {
        house.connect_github(name, &house.work, &[]).code(2).says(reason);
    }
    house.connect_github(&"ü".repeat(100), &house.work, &[]).ok();
}

#[test]
fn the_first_connection_makes_the_store_and_says_how_to_keep_its_key() {
    let (sandbox, github) = (Sandbox::with_key(), GitHub::start());
    let token = github.classic(&sandbox, "ada");
    assert!(!sandbox.store().exists());
    let ran = connect(&sandbox, "github", "work", &github.origin(), &token, &[]).ok();
    assert!(sandbox.store().exists());
    assert!(ran.stderr.contains("made a store") && ran.stderr.contains("gitconn store key export"), "{ran}");
    assert!(!connect(&sandbox, "github", "two", &github.origin(), &token, &[]).ok().stderr.contains("made a store"));
}

#[test]
fn without_a_key_and_without_a_terminal_no_store_is_made() {
    let (sandbox, github) = (Sandbox::bare(), GitHub::start());
    let token = github.classic(&sandbox, "ada");
    let ran = connect(&sandbox, "github", "work", &github.origin(), &token, &[]).code(5);
    assert!(ran.stderr.contains("GITCONN_KEY"), "{ran}");
    assert!(!sandbox.store().exists());
}

#[test]
fn json_shows_what_was_made() {
    let house = House::new();
    let ran = house.connect_github(
        "more",
        &house.work,
        &["--json", "--description", "for the night shift", "--tag", "b", "--tag", "a"],
    );
    let shown = ran.ok().json();
    assert_eq!(
        (&shown["name"], &shown["description"], &shown["tags"]),
        (&json!("more"), &json!("for the night shift"), &json!(["a", "b"]))
    );
}

//! `oauth set`, `status`, `remove`: as which app one logs in where, who says so, and who is left behind when it changes.

use serde_json::{Value, json};

use crate::support::fake::Settings;
use crate::support::hall::log_in;
use crate::support::house::{has_fields, texts};
use crate::support::{Hall, House, Sandbox};

/// The row of one host in `oauth status --json`.
#[track_caller]
fn host<'value>(status: &'value Value, address: &str) -> &'value Value {
    let rows = status["hosts"].as_array().unwrap();
    rows.iter().find(|row| row["host"] == address).unwrap_or_else(|| panic!("no {address} in {status}"))
}

fn status(sandbox: &Sandbox) -> Value {
    sandbox.gitconn(["oauth", "status", "--json"]).run().ok().json()
}

#[test]
fn no_client_comes_along_and_each_host_says_where_to_register_one() {
    let sandbox = Sandbox::bare();
    let ran = sandbox.gitconn(["oauth", "status", "--json"]).run().ok();
    let status = ran.json();
    assert_eq!((&status["github_enabled"], &status["gitlab_enabled"]), (&json!(false), &json!(false)), "{ran}");
    for (address, page, scopes) in [
        ("github.com", "https://github.com/settings/applications/new", json!(["repo", "read:org", "read:user"])),
        ("gitlab.com", "https://gitlab.com/-/user_settings/applications", json!(["api", "read_user"])),
    ] {
        let row = host(&status, address);
        assert_eq!((&row["enabled"], &row["client_id"], &row["from"]), (&json!(false), &Value::Null, &Value::Null), "{row}");
        assert_eq!((&row["register_url"], &row["scopes"]), (&json!(page), &scopes), "{row}");
        assert_eq!((&row["redirect_uri"], &row["logins"]), (&json!("http://127.0.0.1/callback"), &json!([])), "{row}");
    }
    sandbox.gitconn(["oauth", "status", "-o", "table"]).run().ok().prints("not ready").says("gitconn oauth set github.com");
    assert!(!sandbox.store().exists(), "looking made a store");
}

#[test]
fn a_client_is_set_shown_and_removed() {
    let sandbox = Sandbox::with_key();
    let secret = sandbox.secret("0123456789abcdef0123456789abcdef01234567");
    // The first one makes the store, as the first connection does.
    let ran = sandbox.gitconn(["oauth", "set", "gitlab.com", "--client-id", "public", "--json"]).run().ok();
    assert_eq!((&ran.json()["client_id"], &ran.json()["has_secret"]), (&json!("public"), &json!(false)), "{ran}");
    has_fields(&ran.json(), &["host", "provider", "client_id", "has_secret", "stranded"]);
    sandbox.gitconn(["oauth", "set", "github.com", "--client-id", "Ov23li01"]).run().ok().says("gitconn connect github");
    sandbox
        .gitconn(["oauth", "set", "git.acme.example/gitlab", "--provider", "gitlab", "--client-id", "own"])
        .run()
        .ok()
        .says("gitconn connect gitlab --host git.acme.example/gitlab");
    let now = status(&sandbox);
    assert_eq!((&now["github_enabled"], &now["gitlab_enabled"]), (&json!(true), &json!(true)), "{now}");
    // GitHub's browser login wants a secret; its device login does not.
    let row = host(&now, "github.com");
    assert_eq!((&row["logins"], &row["from"], &row["has_secret"]), (&json!(["device"]), &json!("store"), &json!(false)), "{row}");
    assert_eq!(host(&now, "gitlab.com")["logins"], json!(["browser", "device"]));
    let row = host(&now, "git.acme.example/gitlab");
    assert_eq!((&row["enabled"], &row["provider"], &row["client_id"]), (&json!(true), &json!("gitlab"), &json!("own")), "{row}");
    assert_eq!(row["register_url"], "https://git.acme.example/gitlab/-/user_settings/applications");
    let again = ["oauth", "set", "github.com", "--client-id", "Ov23li01", "--client-secret-stdin"];
    sandbox.gitconn(again).stdin(format!("{secret}\n")).run().ok();
    let row = host(&status(&sandbox), "github.com").clone();
    assert_eq!((&row["logins"], &row["has_secret"]), (&json!(["browser", "device"]), &json!(true)), "{row}");
    // The same client said again keeps its secret, another one has none.
    let set = |id: &str| sandbox.gitconn(["oauth", "set", "github.com", "--client-id", id, "--json"]).run().ok().json();
    assert_eq!(set("Ov23li01")["has_secret"], json!(true));
    let table = sandbox.gitconn(["oauth", "status", "-o", "table"]).run().ok();
    table.prints("browser, device").prints("Ov23li01").prints("git.acme.example/gitlab");
    assert_eq!(set("Ov23li02")["has_secret"], json!(false));
    sandbox.gitconn(["oauth", "remove", "github.com"]).run().ok().says("forgotten");
    assert_eq!(status(&sandbox)["github_enabled"], json!(false));
    sandbox.gitconn(["oauth", "remove", "github.com"]).run().code(3).says("github.com").says("gitconn oauth status");
    let events = texts(&sandbox.gitconn(["audit", "list", "--json"]).run().ok().json()["events"], "kind");
    assert_eq!(events.iter().filter(|kind| *kind == "oauth.set").count(), 6, "{events:?}");
    assert_eq!(events.iter().filter(|kind| *kind == "oauth.removed").count(), 1, "{events:?}");
}

#[test]
fn whose_host_it_is_comes_from_its_name_from_the_store_or_from_whoever_types_it() {
    let house = House::new();
    let set = |host: &str, more: &[&str]| house.sandbox.gitconn(["oauth", "set", host, "--client-id", "x"]).args(more).run();
    set("git.acme.example", &[]).code(2).says("git.acme.example").says("--provider gitlab");
    set("git.acme.example", &["--provider", "gitlab"]).ok();
    // Known from now on.
    set("https://git.acme.example/", &[]).ok();
    // Hosts of connections are known too.
    set(&house.gitlab.host(), &[]).ok();
    set(&house.github.origin(), &[]).ok();
    let now = status(&house.sandbox);
    assert_eq!(host(&now, &house.github.origin())["provider"], "github");
    assert_eq!(host(&now, &house.gitlab.host())["provider"], "gitlab");
    set("git.acme.example", &["--provider", "github"]).ok();
    // Two providers at one address: neither is guessed.
    set("git.acme.example", &[]).code(2).says("--provider");
    house.run(&["oauth", "remove", "nowhere.example"]).code(2).says("--provider");
}

#[test]
fn what_is_no_client_is_refused() {
    let sandbox = Sandbox::new();
    let long = "x".repeat(201);
    for id in ["", " ", "two words", "a\tb", &long] {
        sandbox.gitconn(["oauth", "set", "github.com", "--client-id", id]).run().code(2).says("--client-id");
    }
    let set = ["oauth", "set", "github.com", "--client-id", "x", "--client-secret-stdin"];
    sandbox.gitconn(set).run().code(2).says("no client secret");
    sandbox.gitconn(["oauth", "set", "not a host", "--client-id", "x"]).run().code(2);
    assert_eq!(status(&sandbox)["github_enabled"], json!(false));
}

#[test]
fn the_environment_goes_before_the_store_and_needs_none() {
    let mut sandbox = Sandbox::with_key();
    let secret = sandbox.secret("fedcba9876543210fedcba9876543210fedcba98");
    sandbox.set("GITCONN_GITHUB_CLIENT_ID", "Ov23liEnvironment");
    sandbox.set("GITCONN_GITHUB_CLIENT_SECRET", &secret);
    sandbox.set("GITCONN_GITLAB_CLIENT_ID", "for-our-own");
    sandbox.set("GITCONN_GITLAB_CLIENT_HOST", "https://git.acme.example/gitlab");
    let now = status(&sandbox);
    assert!(!sandbox.store().exists());
    let row = host(&now, "github.com");
    assert_eq!(
        (&row["client_id"], &row["from"], &row["has_secret"]),
        (&json!("Ov23liEnvironment"), &json!("GITCONN_GITHUB_CLIENT_ID"), &json!(true)),
        "{row}"
    );
    // It is for the host that it names, and for no other.
    assert_eq!((&now["github_enabled"], &now["gitlab_enabled"]), (&json!(true), &json!(false)), "{now}");
    assert_eq!(host(&now, "git.acme.example/gitlab")["client_id"], "for-our-own");
    sandbox.gitconn(["oauth", "set", "github.com", "--client-id", "Ov23liStore"]).run().ok();
    assert_eq!(host(&status(&sandbox), "github.com")["client_id"], "Ov23liEnvironment");
    sandbox.unset("GITCONN_GITHUB_CLIENT_ID");
    let row = host(&status(&sandbox), "github.com").clone();
    assert_eq!((&row["client_id"], &row["from"], &row["has_secret"]), (&json!("Ov23liStore"), &json!("store"), &json!(false)));
}

#[test]
fn connections_that_a_change_leaves_behind_are_named() {
    let hall = Hall::new();
    let host = hall.github.origin();
    // Tokens that never end renew nothing.
    log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"])).0.ok();
    assert_eq!(self::host(&status(&hall.sandbox), &host)["connections"], json!([]));
    hall.github.oauth.set(Settings::expiring);
    hall.connect_pair("github", "other").ok();
    assert_eq!(self::host(&status(&hall.sandbox), &host)["connections"], json!(["other"]));
    let set = hall.sandbox.gitconn(["oauth", "set", &host, "--client-id", "Ov23liAnother", "--json"]).run().ok();
    assert_eq!(set.json()["stranded"], json!(["other"]), "{set}");
    let set = hall.run(&["oauth", "set", &host, "--client-id", "Ov23liAnother"]).ok();
    set.says("cannot renew themselves").says("gitconn connect --reauth other");
    // The one that the tokens came of brings them back.
    let back = hall.set_client("github", &hall.github_app, true).ok();
    assert!(!back.stderr.contains("renew"), "{back}");
    let removed = hall.run(&["oauth", "remove", &host, "--json"]).ok();
    assert_eq!(removed.json()["stranded"], json!(["other"]), "{removed}");
    // A public application's tokens are renewed by its id alone, which stands with them.
    hall.connect_pair("gitlab", "lab").ok();
    let removed = hall.run(&["oauth", "remove", &hall.gitlab.host(), "--json"]).ok();
    assert_eq!(removed.json()["stranded"], json!([]), "{removed}");
}

#[test]
fn a_provider_is_told_by_its_name_and_never_by_anothers_host() {
    let sandbox = Sandbox::new();
    let ran = sandbox.gitconn(["oauth", "set", "gitlab", "--client-id", "x", "--json"]).run().ok();
    assert_eq!((&ran.json()["host"], &ran.json()["provider"]), (&json!("gitlab.com"), &json!("gitlab")), "{ran}");
    sandbox
        .gitconn(["oauth", "set", "github.com", "--provider", "gitlab", "--client-id", "x"])
        .run()
        .code(2)
        .says("github.com is github's own host, not gitlab's");
    assert_eq!(status(&sandbox)["github_enabled"], json!(false));
}

#[test]
fn without_a_client_no_store_is_made_for_a_login() {
    let sandbox = Sandbox::with_key();
    let ran = sandbox.gitconn(["connect", "github", "--oauth"]).run().code(2).says("no OAuth client is known for github.com");
    assert!(ran.stderr.contains("https://github.com/settings/applications/new"), "{ran}");
    assert!(!sandbox.store().exists());
}

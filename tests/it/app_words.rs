//! What is said of GitHub Apps: each error with what really mends it, each listing with what is missing from it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::fake::{Answer, permissions};
use crate::support::house::{connect, texts};
use crate::support::{Foundry, Ran, Sandbox, browser};

/// The first hint with these words, as it would be pasted: without the program's name and what stands behind `#`.
#[track_caller]
fn pasted(ran: &Ran, words: &str) -> Vec<String> {
    let hints = ran.stderr.lines().filter_map(|line| line.strip_prefix("hint: gitconn "));
    let hint = hints.map(|hint| hint.split("   # ").next().unwrap()).find(|hint| hint.contains(words));
    hint.unwrap_or_else(|| panic!("no hint with {words:?}\n{ran}")).split(' ').map(ToOwned::to_owned).collect()
}

fn hints(ran: &Ran) -> Vec<&str> {
    ran.stderr.lines().filter_map(|line| line.strip_prefix("hint: ")).collect()
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A plain connection `ada` beside the apps.
fn add_ada(foundry: &Foundry) {
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
}

#[test]
fn a_key_file_may_be_deleted_once_the_key_is_stored_and_not_before() {
    let foundry = Foundry::new();
    mode(&foundry.key_path, 0o644);
    foundry.github.script(
        "/app",
        [
            Answer::html(503, "Unicorn!"),
            Answer::html(503, "Unicorn!"),
            Answer::html(503, "Unicorn!"),
            Answer::html(503, "Unicorn!"),
        ],
    );
    let ran = foundry.connect("prod-app").run().code(6).says("others can read `").says("hint: chmod 600 /");
    assert!(!ran.stderr.contains("delete"), "{ran}");
    let broken = foundry.sandbox.write("broken.pem", "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n");
    mode(&broken, 0o644);
    let broken = broken.to_str().unwrap();
    let ran = foundry.connect_by("prod-app", &["--app-id", "1", "--private-key-file", broken]).run().code(4);
    assert!(ran.stderr.contains("others can read `") && !ran.stderr.contains("delete"), "{ran}");

    mode(&foundry.key_path, 0o600);
    let file = foundry.key_path.to_str().unwrap();
    let told = format!("the store has the key now: `{file}` may be deleted");
    let ran = foundry.connect("prod-app").run().ok().says(&told);
    assert!(!ran.stderr.contains("others can read"), "{ran}");
    // The same key is no new one: nothing was saved.
    let ran = foundry.run(&["edit", "prod-app", "--private-key-file", file]).code(2);
    assert!(!ran.stderr.contains("deleted"), "{ran}");
    let new = foundry.key_file("new.pem", &foundry.github.apps.new_key("acme-deploy").pkcs1());
    let ran = foundry.run(&["edit", "prod-app", "--private-key-file", &new]).ok();
    let ran = ran.says(&format!("the store has the key now: `{new}` may be deleted"));
    assert_eq!(ran.stderr.matches("the store has the key now").count(), 1, "{ran}");
}

#[test]
fn an_installation_that_the_app_does_not_have_is_named_with_those_it_has() {
    let foundry = Foundry::new();
    let (corp, client) = (foundry.corp.to_string(), foundry.client.to_string());
    let ran = foundry.connect("prod-app").args(["--installation-id", "77"]).run().code(3);
    let ran = ran.says("error: the app `acme-deploy` has no installation `77`");
    let ran = ran.says(&format!("caused by: it has acme-corp ({corp}), acme-client-a ({client})"));
    assert_eq!(foundry.json(&["list", "--all"])["connections"].as_array().map(Vec::len), Some(0));
    let all = pasted(&ran, "--private-key-file");
    assert!(all.contains(&corp) && !all.contains(&"77".to_owned()), "{all:?}");
    // The other hint is the command without any.
    let without = hints(&ran)[1].split("   # ").next().unwrap();
    assert!(without.ends_with(foundry.key_path.to_str().unwrap()), "{without}");
    foundry.sandbox.gitconn(&all).run().ok();
    foundry.run(&["remove", "prod-app", "--yes"]).ok();

    // The same one twice is one.
    let twice = foundry.connect("prod-app").args(["--installation-id", &corp, "--installation-id", &corp]).run().ok();
    twice.says("installed on acme-corp)");
    let ran = foundry.run(&["installations", "add", "prod-app", "--installation-id", "77"]).code(3);
    let ran = ran.says("the app `acme-deploy` has no installation `77`").says(&format!("acme-client-a ({client})"));
    foundry.sandbox.gitconn(pasted(&ran, "sync")).run().ok();
    foundry.github.apps.uninstall(foundry.corp);
    foundry.github.apps.uninstall(foundry.client);
    let ran = foundry.run(&["installations", "add", "prod-app", "--installation-id", "77"]).code(3);
    ran.says("caused by: it is not installed anywhere");
}

#[test]
fn a_new_key_is_advised_only_where_it_mends_something() {
    let foundry = Foundry::connected();
    let settings = "/organizations/acme-corp/settings/apps/acme-deploy";
    let sync = || foundry.run(&["installations", "sync", "prod-app"]);
    foundry.github.apps.edit("acme-deploy", |app| app.suspended = true);
    let ran = sync().code(4).says("has suspended the app").says(settings);
    assert!(!ran.stderr.contains("--private-key-file"), "{ran}");
    foundry.github.apps.edit("acme-deploy", |app| app.suspended = false);

    // Written by hand after the words that GitHub has for organisations.
    let blocked = "Although you appear to have the correct authorization credentials, the `acme-corp` organization has an IP allow list \
                   enabled, and 192.0.2.1 is not permitted to access this resource.";
    let said = |status, text: &str| Answer::json(status, &serde_json::json!({ "message": text }));
    foundry.github.always("/app", said(403, blocked));
    let ran = sync().code(4).says("the app itself is good").says(settings);
    assert!(!ran.stderr.contains("--private-key-file"), "{ran}");
    foundry.github.always("/app", said(403, "Resource not accessible by integration"));
    let ran = sync().code(4).says("the app was not granted this");
    assert!(!ran.stderr.contains("the token"), "{ran}");
    foundry.github.always("/app", said(404, "Integration not found"));
    let ran = sync().code(4).says("knows no app of this id").says("gitconn remove prod-app");
    assert!(!ran.stderr.contains("--private-key-file"), "{ran}");

    let foundry = Foundry::connected();
    foundry.github.apps.delete_key("acme-deploy");
    let ran = foundry.run(&["installations", "sync", "prod-app"]).code(4);
    ran.says("gitconn edit prod-app --private-key-file FILE").says(settings);
}

#[test]
fn a_permission_that_the_app_does_not_ask_for_is_added_on_its_own_page_first() {
    let foundry = Foundry::connected();
    let narrow = ["token", "prod-app", "--repo", "acme-corp/site", "--permission", "issues=read"];
    let ran = foundry.run(&narrow).code(4).says("`acme-corp` has not granted `prod-app` issues=read");
    let told = hints(&ran);
    assert!(told[0].starts_with("http") && told[0].contains("/settings/apps/acme-deploy"), "{ran}");
    assert!(told[1].starts_with("gitconn installations open prod-app acme-corp"), "{ran}");
    assert!(ran.stderr.contains("caused by: granted, as far as is known here: contents=read, metadata=read"), "{ran}");
    assert!(!ran.stderr.contains("caused by: the app asks for"), "what it asks for is what is granted\n{ran}");

    let asked = permissions(&[("contents", "read"), ("issues", "read"), ("metadata", "read")]);
    foundry.github.apps.edit("acme-deploy", |app| app.permissions = asked);
    foundry.run(&["installations", "sync", "prod-app"]).ok();
    let ran = foundry.run(&narrow).code(4).says("caused by: the app asks for: contents=read, issues=read, metadata=read");
    let told = hints(&ran);
    assert!(told.len() == 1 && told[0].starts_with("gitconn installations open prod-app acme-corp"), "{ran}");
}

#[test]
fn a_lost_key_is_made_anew_on_the_same_host() {
    let foundry = Foundry::new();
    let host = foundry.host();
    let create = ["connect", "github", "prod", "--create-app", "--host", &host, "--no-browser", "-o", "ndjson"];
    let mut running = foundry.sandbox.gitconn(create).unprivileged().start();
    let event: Value = serde_json::from_str(&running.stdout_line("\"event\"")).unwrap();
    let folder = foundry.sandbox.store().parent().unwrap().to_owned();
    mode(&folder, 0o500);
    browser::send_form(event["url"].as_str().unwrap());
    let ran = running.wait();
    mode(&folder, 0o700);
    let ran = ran.code(1);
    let error: Value = serde_json::from_str(ran.stderr.lines().last().unwrap()).unwrap();
    let (message, hint) = (error["error"]["message"].as_str().unwrap(), error["error"]["hint"].as_str().unwrap());
    assert!(message.starts_with("the app `prod` was made, but its private key could not be saved: "), "{ran}");
    let host = host.trim_end_matches('/');
    assert!(hint.contains(&format!("gitconn connect github prod --host {host} --app --client-id Iv23li")), "{ran}");
    assert!(hint.starts_with("http"), "{ran}");
}

#[test]
fn a_provider_without_apps_says_so_before_a_store_is_made() {
    let sandbox = Sandbox::with_key();
    for option in ["--create-app", "--app"] {
        let ran = sandbox.gitconn(["connect", "gitlab", "x", option]).run().code(2);
        ran.says(&format!("gitlab has no apps of this kind: `{option}` is for github")).says("hint: gitconn connect gitlab x");
    }
    assert!(!sandbox.store().exists());
}

#[test]
fn sync_tells_what_is_there_now_and_goes_on_where_one_app_fails() {
    let foundry = Foundry::connected();
    let other = foundry.another("acme-other", &["acme-b"]);
    foundry.github.apps.suspend(foundry.client);
    let synced = foundry.json(&["installations", "sync"]);
    assert_eq!(texts(&synced["installations"], "account_login"), ["acme-b", "acme-corp", "acme-client-a"]);
    assert_eq!(texts(&synced["installations"], "status"), ["active", "active", "suspended"]);
    assert_eq!(synced["installations"], foundry.json(&["installations", "list"])["installations"]);
    assert_eq!(texts(&synced["changes"], "connection"), ["acme-other", "prod-app"]);
    assert_eq!(synced["changes"][1]["suspended"], serde_json::json!(["acme-client-a"]));
    assert_eq!(synced["changes"][0]["suspended"], serde_json::json!([]));

    // One of two fails.
    foundry.github.apps.delete_key("acme-deploy");
    foundry.github.apps.install(&other, "acme-c", "Organization");
    let ran = foundry
        .run(&["installations", "sync"])
        .code(8)
        .says("`prod-app` is as it was: ")
        .says("`acme-other` is now installed on acme-c");
    assert!(ran.stdout.contains("acme-c") && !ran.stdout.contains("acme-corp"), "{ran}");
    // The only one.
    assert_eq!(foundry.sandbox.gitconn(["installations", "sync", "prod-app", "--json"]).run().code(4).error()["kind"], "refused");
    // One that was switched off is asked only by its name.
    foundry.run(&["disable", "prod-app"]).ok();
    foundry.run(&["installations", "sync"]).ok();
    foundry.run(&["installations", "sync", "prod-app"]).code(4);
    foundry.run(&["disable", "acme-other"]).ok();
    foundry.run(&["installations", "sync"]).code(3).says("no enabled connection is a GitHub App");
}

#[test]
fn what_was_not_taken_in_is_taken_in_by_the_hint() {
    let foundry = Foundry::new();
    foundry.connect("prod-app").args(["--installation-id", &foundry.corp.to_string()]).run().ok();
    let ran = foundry.run(&["installations", "sync"]).ok();
    let ran = ran.says(&format!("also installed on acme-client-a ({}), and not taken in here", foundry.client));
    foundry.sandbox.gitconn(pasted(&ran, "installations add")).run().ok();
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a active"]);
}

#[test]
fn an_installation_that_is_suspended_is_said_to_be_so_when_it_is_taken_in_or_back() {
    let foundry = Foundry::new();
    let (corp, client) = (foundry.corp.to_string(), foundry.client.to_string());
    foundry.connect("prod-app").args(["--installation-id", &corp]).run().ok();
    foundry.github.apps.suspend(foundry.client);
    let ran = foundry.run(&["installations", "add", "prod-app", "--installation-id", &client]).ok();
    ran.says("`prod-app` is installed on acme-client-a, and suspended there")
        .says("gitconn installations open prod-app acme-client-a");
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--yes"]).ok();
    let ran = foundry.run(&["installations", "restore", "prod-app", "acme-client-a"]).ok().says("it is suspended there");
    assert!(!ran.stderr.contains("again"), "{ran}");
    let ran = foundry.run(&["installations", "restore", "prod-app", "acme-client-a"]).ok().says("it is suspended there");
    assert!(!ran.stderr.contains("in use"), "{ran}");
    foundry.github.apps.unsuspend(foundry.client);
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--yes"]).ok();
    foundry
        .run(&["installations", "restore", "prod-app", "acme-client-a"])
        .ok()
        .says("uses its installation on acme-client-a again");
}

#[test]
fn the_page_of_an_installation_is_found_without_its_name_where_there_is_one() {
    let foundry = Foundry::connected();
    let ran = foundry.run(&["installations", "open", "prod-app"]).code(2).says("acme-corp, acme-client-a");
    let page = foundry.sandbox.gitconn(pasted(&ran, "installations open")).run().ok().stdout;
    assert!(page.trim_end().ends_with(&format!("/organizations/acme-corp/settings/installations/{}", foundry.corp)), "{page}");
    foundry.github.apps.uninstall(foundry.corp);
    foundry.github.apps.suspend(foundry.client);
    foundry.run(&["installations", "sync"]).ok();
    let page = foundry.run(&["installations", "open", "prod-app"]).ok().stdout;
    assert!(page.trim_end().ends_with(&format!("/settings/installations/{}", foundry.client)), "{page}");
    foundry.github.apps.uninstall(foundry.client);
    foundry.run(&["installations", "sync"]).ok();
    foundry.run(&["installations", "open", "prod-app"]).code(3);
}

#[test]
fn a_program_is_told_where_the_app_is_installed_before_it_is_waited_for() {
    let foundry = Foundry::connected();
    foundry.github.apps.install_on_visit("acme-d", "Organization");
    let mut running = foundry.sandbox.gitconn(["installations", "add", "prod-app", "-o", "ndjson"]).start();
    let event: Value = serde_json::from_str(&running.stdout_line("\"event\"")).unwrap();
    assert_eq!((&event["event"], event["host"].is_string()), (&"open".into(), true), "{event}");
    browser::visit(event["url"].as_str().unwrap());
    let ran = running.wait().ok();
    let last: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["account_login"], "acme-d", "{ran}");
    assert_eq!(ran.stdout.lines().count(), 2, "{ran}");

    foundry.github.apps.install_on_visit("acme-e", "Organization");
    let mut running = foundry.sandbox.gitconn(["installations", "add", "prod-app", "--json"]).start();
    let event: Value = serde_json::from_str(&running.stderr_line("\"event\"")).unwrap();
    browser::visit(event["url"].as_str().unwrap());
    assert_eq!(running.wait().ok().json()["installations"][0]["account_login"], "acme-e");
}

#[test]
fn an_installation_without_a_name_means_the_apps_that_have_it() {
    let foundry = Foundry::connected();
    add_ada(&foundry);
    foundry.another("acme-other", &["acme-corp"]);
    let repos = |more: &[&str]| foundry.run(&[&["repos", "--installation"], more].concat());
    let of = |account: &str| texts(&foundry.json(&["repos", "--installation", account])["repositories"], "connection");
    assert_eq!(of("ACME-client-a"), ["prod-app"]);
    assert_eq!(of(&foundry.client.to_string()), ["prod-app"]);
    // Both see the same repositories.
    assert_eq!(of("acme-corp").len(), 2);
    let ran = repos(&["acme-corp", "--page", "1"]).code(2);
    foundry.sandbox.gitconn(pasted(&ran, "--installation acme-corp")).run().ok();
    repos(&["acme1"]).code(3).says("no GitHub App that can be used here is installed on `acme1`");
    repos(&["acme-corp", "ada"]).code(2).says("`ada` is not a GitHub App");
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--yes"]).ok();
    repos(&["acme-client-a"]).code(4).says("was removed here");
    foundry.run(&["installations", "remove", "prod-app", "acme-corp", "--yes"]).ok();
    let ran = repos(&["acme-corp"]).ok().says("the installation was removed here (`prod-app`, acme-corp)");
    assert!(ran.stdout.contains("acme-corp/site"), "{ran}");

    let house = crate::support::House::new();
    house.run(&["repos", "--installation", "acme1"]).code(3).says("the store holds no GitHub App");
}

#[test]
fn an_app_that_is_installed_nowhere_is_named() {
    let foundry = Foundry::connected();
    foundry.another("acme-other", &[]);
    let ran = foundry.run(&["repos"]).ok().says("the app is not known to be installed anywhere (`acme-other`)");
    assert!(ran.stdout.contains("acme-corp/site") && ran.stderr.contains("gitconn installations sync acme-other"), "{ran}");
    let incomplete = &foundry.json(&["repos"])["incomplete"];
    assert_eq!(texts(incomplete, "connection"), ["acme-other"]);
    // Nothing at all can be asked.
    for account in ["acme-corp", "acme-client-a"] {
        foundry.run(&["installations", "remove", "prod-app", account, "--yes"]).ok();
    }
    let ran =
        foundry.sandbox.gitconn(["repos", "-o", "table"]).run().code(3).says("(`acme-other`)").says("(`prod-app`, acme-corp)");
    assert!(!ran.stderr.contains("no repositories"), "{ran}");
}

#[test]
fn an_address_and_an_installation_must_agree() {
    let foundry = Foundry::connected();
    let url = format!("{}/acme-corp/site", foundry.host().trim_end_matches('/'));
    for other in ["acme-client-a", &foundry.client.to_string(), "acme1"] {
        let ran = foundry.run(&["token", &url, "--installation", other]).code(2).says("`acme-corp`");
        assert!(ran.stdout.is_empty() && ran.stderr.contains(&format!("--installation names `{other}`")), "{ran}");
    }
    let token = foundry.token(&[&url]);
    assert_eq!(foundry.token(&[&url, "--installation", "ACME-Corp"]), token);
    assert_eq!(foundry.token(&[&url, "--installation", &foundry.corp.to_string()]), token);
}

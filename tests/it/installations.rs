//! `installations`: where an app is installed, as GitHub and the store know it.

use serde_json::{Value, json};

use crate::support::house::{has_fields, texts};
use crate::support::pty::Terminal;
use crate::support::running::Running;
use crate::support::{Foundry, browser, house};

/// What became of which installation, oldest first.
fn events(foundry: &Foundry) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let trail = foundry.trail().into_iter().rev().filter(|event| event["kind"] == "installation");
    trail.map(|event| (text(&event["detail"]["what"]), text(&event["detail"]["account"]))).collect()
}

fn pair(what: &str, account: &str) -> (String, String) {
    (what.to_owned(), account.to_owned())
}

/// The page where the app is installed, as a run shows it.
#[track_caller]
fn page(running: &mut Running<'_>) -> String {
    running.stderr_line("/installations/new").trim().to_owned()
}

#[test]
fn the_list_has_the_fields_that_were_promised() {
    let foundry = Foundry::new();
    let user = foundry.github.apps.install(&foundry.app, "ada", "User");
    foundry.connect("prod-app").run().ok();
    let list = foundry.json(&["installations", "list", "prod-app"]);
    let rows = list["installations"].as_array().unwrap();
    let fields = ["installation_id", "account_login", "account_type", "created_at", "connection", "status", "url"];
    has_fields(&rows[0], &fields);
    has_fields(&rows[0], &["repository_selection", "permissions", "suspended_at", "removed_at", "uninstalled_at"]);
    assert_eq!(texts(&list["installations"], "account_type"), ["organization", "organization", "user"]);
    for (field, value) in [
        ("installation_id", json!(user)),
        ("account_login", json!("ada")),
        ("created_at", json!("2026-02-03T08:30:00Z")),
        ("status", json!("active")),
        ("repository_selection", json!("all")),
        ("permissions", json!({"contents": "read", "metadata": "read"})),
        ("url", json!(format!("{}/settings/installations/{user}", foundry.host()))),
    ] {
        assert_eq!(rows[2][field], value, "{field}");
    }
    // All apps, where none is named.
    foundry.another("acme-audit", &["acme-corp"]);
    let all = foundry.json(&["installations", "list"]);
    let mut apps = texts(&all["installations"], "connection");
    apps.dedup();
    assert_eq!(apps, ["acme-audit", "prod-app"]);
    let table = foundry.run(&["installations", "list", "-o", "table"]).ok();
    assert!(table.stdout.contains("acme-audit") && table.stdout.contains("acme-client-a"), "{table}");
}

#[test]
fn which_app_is_meant_is_said_where_it_must_be() {
    let foundry = Foundry::new();
    let ran = foundry.run(&["installations", "list"]).code(3).says("the store holds no GitHub App");
    assert!(ran.stderr.contains("gitconn connect github --app") && ran.stderr.contains("--create-app"), "{ran}");
    foundry.run(&["installations", "sync"]).code(3);
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
    for command in ["list", "add", "open", "sync"] {
        foundry.run(&["installations", command, "ada"]).code(2).says("`ada` is not a GitHub App");
        foundry.run(&["installations", command, "nobody"]).code(3);
    }
    foundry.connect("prod-app").run().ok();
    foundry.another("acme-audit", &[]);
    let ran = foundry.run(&["installations", "add"]).code(2).says("acme-audit").says("prod-app");
    assert!(ran.stderr.contains("gitconn installations add acme-audit"), "{ran}");
}

#[test]
fn add_shows_the_page_and_waits_for_the_new_installation() {
    let foundry = Foundry::connected();
    let mut running = foundry.sandbox.gitconn(["installations", "add", "--no-browser"]).start();
    let page = page(&mut running);
    assert_eq!(page, format!("{}/github-apps/acme-deploy/installations/new", foundry.host()));
    foundry.github.apps.install_on_visit("acme-client-b", "Organization");
    assert_eq!(browser::get(&page).status, 200);
    let ran = running.wait().ok().says("`prod-app` is installed on acme-client-b");
    assert!(ran.stdout.contains("acme-client-b") && !ran.stdout.contains("acme-corp"), "{ran}");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a active", "acme-client-b active"]);
    assert_eq!(events(&foundry), [pair("added", "acme-client-b")]);
}

/// What a browser was opened at: nobody waits for it.
fn opened(foundry: &Foundry) -> String {
    let looks = std::iter::from_fn(|| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        Some(std::fs::read_to_string(foundry.sandbox.path("opened")).unwrap_or_default())
    });
    looks.take(500).find(|text| text.ends_with('\n')).expect("a browser was opened").trim_end().to_owned()
}

#[test]
fn add_opens_the_browser_where_there_is_one() {
    let foundry = Foundry::connected();
    foundry.sandbox.program("browser", &format!("echo \"$1\" > {}", foundry.sandbox.path("opened").display()));
    foundry.github.apps.install_on_visit("acme-client-b", "Organization");
    let run = foundry.sandbox.gitconn(["installations", "add", "prod-app"]);
    let mut running = run.env("BROWSER", foundry.sandbox.path("bin/browser")).start();
    let page = page(&mut running);
    browser::get(&page);
    running.wait().ok().says("is installed on acme-client-b");
    assert_eq!(opened(&foundry), page);
}

#[test]
fn ctrl_c_while_it_waits_changes_nothing() {
    let foundry = Foundry::connected();
    let before = std::fs::read(foundry.sandbox.store()).unwrap();
    let mut running = foundry.sandbox.gitconn(["installations", "add", "prod-app", "--no-browser"]).start();
    page(&mut running);
    running.interrupt();
    running.wait().code(130);
    assert!(std::fs::read(foundry.sandbox.store()).unwrap() == before, "the store was changed");
}

#[test]
fn of_an_app_that_takes_in_named_ones_another_is_added_by_its_number() {
    let foundry = Foundry::new();
    let (corp, client) = (foundry.corp.to_string(), foundry.client.to_string());
    foundry.connect("prod-app").args(["--installation-id", &corp]).run().ok();
    let ran = foundry.run(&["installations", "sync"]).ok().says("acme-client-a").says("not taken in");
    assert!(ran.stderr.contains("gitconn installations add prod-app --installation-id"), "{ran}");
    assert_eq!(foundry.statuses(), ["acme-corp active"]);
    let list = foundry.json(&["installations", "add", "prod-app", "--installation-id", &client]);
    assert_eq!(texts(&list["installations"], "account_login"), ["acme-client-a"]);
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a active"]);
    assert_eq!(events(&foundry), [pair("added", "acme-client-a")]);
    foundry.run(&["installations", "add", "prod-app", "--installation-id", "4711"]).code(3).says("4711");
    // One that is waited for is named by that.
    let mut running = foundry.sandbox.gitconn(["installations", "add", "--no-browser"]).start();
    let page = page(&mut running);
    foundry.github.apps.install_on_visit("acme-client-b", "Organization");
    browser::get(&page);
    running.wait().ok().says("installed on acme-client-b");
    assert_eq!(foundry.statuses().len(), 3);
}

#[test]
fn one_that_is_put_aside_is_not_used_until_it_is_taken_back() {
    let foundry = Foundry::connected();
    foundry.token(&["prod-app", "--installation", "acme-client-a"]);
    foundry.github.forget();
    let ran = foundry.run(&["installations", "remove", "prod-app", "ACME-client-a"]).code(2).says("--yes");
    assert_eq!(ran.stdout, "", "{ran}");
    let ran = foundry.run(&["installations", "remove", "prod-app", "ACME-client-a", "--yes"]).ok();
    let ran = ran.says("what stops working: tokens, repositories and branches of acme-client-a").says("it stays at");
    assert!(ran.stderr.contains("gitconn installations restore prod-app acme-client-a"), "{ran}");
    assert!(foundry.github.seen().is_empty(), "{:?}", foundry.github.seen());
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a removed"]);
    foundry.run(&["token", "prod-app", "--installation", "acme-client-a"]).code(4).says("was removed here");
    // What GitHub says of it does not take it back.
    foundry.run(&["installations", "sync"]).ok();
    foundry.run(&["validate", "prod-app"]).ok();
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a removed"]);
    let list = foundry.json(&["installations", "restore", "prod-app", "acme-client-a"]);
    assert_eq!(list["installations"][0]["status"], "active");
    foundry.token(&["prod-app", "--installation", "acme-client-a"]);
    assert_eq!(foundry.github.apps.posts_of(foundry.client), 2, "its token was to be forgotten");
    foundry.run(&["installations", "restore", "prod-app", "acme-client-a"]).ok().says("in use already");
    assert_eq!(events(&foundry), [pair("removed", "acme-client-a"), pair("restored", "acme-client-a")]);
    foundry.run(&["installations", "remove", "prod-app", "nobody", "--yes"]).code(3);
}

#[test]
fn a_person_is_asked_before_one_is_put_aside() {
    let foundry = Foundry::connected();
    let remove = |more: &[&str]| {
        let run = foundry.sandbox.gitconn(["installations", "remove", "prod-app", "acme-client-a"]).args(more);
        Terminal::start(run).sees("what stops working").sees("acme-client-a?")
    };
    let seen = remove(&[]).types("n").ends();
    assert_ne!(seen.code, 0, "{seen:?}");
    assert!(seen.text().contains("nothing was changed"), "{seen:?}");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a active"]);
    remove(&[]).types("y").sees("removed the installation").ends().code(0);
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a removed"]);
    assert_ne!(remove(&["--uninstall"]).types("n").ends().code, 0);
    assert_eq!(foundry.github.apps.installations(&foundry.app), [foundry.corp, foundry.client]);
}

#[test]
fn uninstall_takes_it_off_at_github_too() {
    let foundry = Foundry::connected();
    let ran = foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--uninstall"]).code(2).says("--yes");
    assert!(ran.stderr.contains("for everybody who uses it there, and for good"), "{ran}");
    let run = foundry.sandbox.gitconn(["installations", "remove", "prod-app", "acme-client-a", "--uninstall", "--yes", "--json"]);
    let ran = run.run().ok();
    assert_eq!(
        ran.json(),
        json!({"deleted": true, "uninstalled": true, "installation_id": foundry.client, "account_login": "acme-client-a"})
    );
    let sent = foundry.github.seen_at(&format!("/app/installations/{}", foundry.client));
    assert_eq!(sent.iter().map(|request| request.method.as_str()).collect::<Vec<_>>(), ["DELETE"]);
    assert_eq!(foundry.github.apps.installations(&foundry.app), [foundry.corp]);
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a uninstalled"]);
    assert_eq!(events(&foundry), [pair("uninstalled", "acme-client-a")]);
    foundry.run(&["installations", "restore", "prod-app", "acme-client-a"]).code(4).says("was uninstalled");
    // What is gone is forgotten, without a question.
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a"]).ok().says("gone at");
    assert_eq!(foundry.statuses(), ["acme-corp active"]);
    // Gone already when the order comes: that is what was wanted.
    foundry.github.apps.uninstall(foundry.corp);
    foundry.run(&["installations", "remove", "prod-app", "acme-corp", "--uninstall", "--yes"]).ok();
    assert_eq!(foundry.statuses(), ["acme-corp uninstalled"]);
}

#[test]
fn one_that_was_uninstalled_meanwhile_is_not_taken_back() {
    let foundry = Foundry::connected();
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--yes"]).ok();
    foundry.github.apps.uninstall(foundry.client);
    let ran = foundry.run(&["installations", "restore", "prod-app", "acme-client-a"]).code(4);
    let ran = ran.says("`prod-app` was uninstalled from `acme-client-a`");
    assert!(ran.stderr.contains("gitconn installations add prod-app"), "{ran}");
    assert_ne!(foundry.statuses()[1], "acme-client-a active");
    foundry.run(&["token", "prod-app", "--installation", "acme-client-a"]).code(4);
}

#[test]
fn open_leads_to_the_page_where_repositories_are_chosen() {
    let foundry = Foundry::connected();
    let page = format!("{}/organizations/acme-client-a/settings/installations/{}", foundry.host(), foundry.client);
    let (id, origin) = (foundry.client.to_string(), foundry.host());
    for typed in ["Acme-Client-A", &id] {
        let ran = foundry.run(&["installations", "open", "prod-app", typed, "--no-browser"]).ok();
        assert_eq!(ran.stdout.trim_end(), page);
    }
    assert_eq!(foundry.json(&["installations", "open", "prod-app", "acme-client-a", "--no-browser"])["url"], page);
    foundry.run(&["installations", "open", "prod-app", "--no-browser"]).code(2).says("acme-corp").says("acme-client-a");
    foundry.sandbox.program("browser", &format!("echo \"$1\" > {}", foundry.sandbox.path("opened").display()));
    let run = foundry.sandbox.gitconn(["installations", "open", "prod-app", "acme-corp"]);
    run.env("BROWSER", foundry.sandbox.path("bin/browser")).run().ok();
    assert_eq!(opened(&foundry), format!("{origin}/organizations/acme-corp/settings/installations/{}", foundry.corp));
    // A suspended one is lifted there.
    foundry.github.apps.suspend(foundry.client);
    foundry.run(&["installations", "sync"]).ok();
    foundry.run(&["installations", "open", "prod-app", "acme-client-a", "--no-browser"]).ok();
}

#[test]
fn sync_brings_in_everything_that_has_changed() {
    let foundry = Foundry::connected();
    foundry.run(&["installations", "sync", "prod-app"]).ok().says("nothing has changed");
    foundry.github.apps.install(&foundry.app, "acme-client-b", "Organization");
    foundry.github.apps.suspend(foundry.corp);
    let ran = foundry.run(&["installations", "sync"]).ok().says("is now installed on acme-client-b");
    ran.says("is suspended on acme-corp");
    assert_eq!(foundry.statuses(), ["acme-corp suspended", "acme-client-a active", "acme-client-b active"]);
    foundry.github.apps.unsuspend(foundry.corp);
    foundry.github.apps.uninstall(foundry.client);
    let ran = foundry.run(&["installations", "sync"]).ok().says("is no longer suspended on acme-corp");
    ran.says("was uninstalled from acme-client-a");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a uninstalled", "acme-client-b active"]);
    foundry.github.apps.edit_installation(foundry.corp, |one| {
        one.permissions.insert("issues".to_owned(), "read".to_owned());
    });
    let changed = foundry.json(&["installations", "sync"])["changes"][0]["changed"].clone();
    assert_eq!(changed, json!(["acme-corp"]));
    foundry.run(&["installations", "sync"]).ok().says("nothing has changed");
    assert_eq!(
        events(&foundry),
        [
            pair("added", "acme-client-b"),
            pair("suspended", "acme-corp"),
            pair("unsuspended", "acme-corp"),
            pair("uninstalled", "acme-client-a"),
        ]
    );
    // Known by its number, an account may change its name.
    foundry.github.apps.edit_installation(foundry.corp, |known| "acme-group".clone_into(&mut known.account));
    foundry.github.repository("acme-group", "acme-group/site", &["main"]);
    foundry.run(&["installations", "sync"]).ok();
    assert_eq!(foundry.statuses()[0], "acme-group active");
    foundry.run(&["branches", "acme-group/site", "--strict"]).ok();
    foundry.run(&["audit", "verify"]).ok();
}

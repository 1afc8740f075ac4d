//! `repos` of an app: all its installations side by side, and everything said that is missing.

use serde_json::{Value, json};

use crate::support::Foundry;
use crate::support::fake::Answer;
use crate::support::house::{self, texts};
use crate::support::pty::Terminal;

/// `repos` with these options: the full names.
#[track_caller]
fn names(foundry: &Foundry, options: &[&str]) -> Vec<String> {
    texts(&foundry.json(&[&["repos"], options].concat())["repositories"], "full_name")
}

/// What is missing: account, reason, whether there is a page.
fn missing(list: &Value) -> Vec<(String, String, bool)> {
    let rows = list["incomplete"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.map(|row| (text(&row["installation_account"]), text(&row["reason"]), row["url"].is_string())).collect()
}

#[test]
fn each_repository_says_which_installation_sees_it() {
    let foundry = Foundry::connected();
    let list = foundry.json(&["repos", "prod-app"]);
    let rows = list["repositories"].as_array().unwrap();
    for row in rows {
        let (id, account) = if row["name"] == "shop" { (foundry.client, "acme-client-a") } else { (foundry.corp, "acme-corp") };
        assert_eq!((&row["installation_id"], &row["installation_account"]), (&json!(id), &json!(account)), "{row}");
        assert_eq!(row["connection"], "prod-app");
    }
    // Two installations never see the same repository: what they say can be added.
    assert_eq!((&list["total"], &list["incomplete"], rows.len()), (&json!(3), &json!([]), 3));
    let ran = foundry.run(&["repos", "prod-app", "-o", "tsv"]).ok();
    let cells: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(cells.iter().map(|row| row[5]).collect::<Vec<_>>(), ["acme-corp", "acme-client-a", "acme-corp"], "{ran}");
    let lines = foundry.run(&["repos", "prod-app", "-o", "ndjson"]).ok();
    assert!(lines.stdout.lines().all(|line| line.contains("\"installation_account\":\"acme-")), "{lines}");
}

#[test]
fn the_table_has_a_column_for_installations_only_where_an_app_is_listed() {
    let foundry = Foundry::connected();
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    foundry.github.repositories("ada", 1);
    house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
    let head = |name: &str| {
        let seen = Terminal::start(foundry.sandbox.gitconn(["repos", name])).ends().code(0);
        let text = seen.text();
        text.lines().find(|line| line.contains("REPOSITORY")).unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    assert!(head("prod-app").contains("INSTALLATION"));
    assert!(!head("ada").contains("INSTALLATION"));
    // For a program the columns are always the same.
    let ran = foundry.run(&["repos", "ada", "-o", "tsv"]).ok();
    assert_eq!(ran.stdout.trim_end().split('\t').nth(5), Some("-"), "{ran}");
    let both = foundry.json(&["repos"]);
    assert_eq!(both["repositories"].as_array().unwrap().len(), 4);
    assert_eq!(both["total"], Value::Null, "a person may see what an app sees");
}

#[test]
fn a_suspended_installation_is_named_with_its_page_and_counts_as_missing() {
    let foundry = Foundry::connected();
    foundry.github.apps.suspend(foundry.client);
    foundry.run(&["installations", "sync"]).ok();
    foundry.github.forget();
    let page = format!("{}/organizations/acme-client-a/settings/installations/{}", foundry.host(), foundry.client);
    let ran = foundry.run(&["repos", "prod-app", "-o", "table"]).code(8).says("acme-client-a").says("suspended").says(&page);
    assert!(ran.stdout.contains("acme-corp/site"), "{ran}");
    let list = foundry.run(&["repos", "prod-app", "--json"]).code(8).json();
    assert_eq!(missing(&list), [("acme-client-a".to_owned(), "the installation is suspended".to_owned(), true)]);
    // It may have been lifted: each asks, once.
    assert_eq!(foundry.github.apps.posts_of(foundry.client), 2);
    let alone = foundry.run(&["repos", "prod-app", "--installation", "acme-client-a"]).code(4).says("is suspended");
    assert!(alone.stderr.contains("gitconn installations open prod-app acme-client-a"), "{alone}");
    foundry.github.apps.unsuspend(foundry.client);
    assert_eq!(names(&foundry, &["prod-app"]).len(), 3);
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a active"]);
}

#[test]
fn installations_that_were_put_aside_or_are_gone_are_named_and_expected() {
    let foundry = Foundry::connected();
    let third = foundry.github.apps.install(&foundry.app, "acme-client-b", "Organization");
    foundry.run(&["installations", "sync"]).ok();
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--yes"]).ok();
    foundry.github.apps.uninstall(third);
    foundry.run(&["installations", "sync"]).ok();
    let ran = foundry.run(&["repos", "prod-app", "-o", "table"]).ok();
    for text in [
        "acme-client-a",
        "gitconn installations restore prod-app acme-client-a",
        "acme-client-b",
        "gitconn installations remove prod-app acme-client-b",
    ] {
        assert!(ran.stderr.contains(text), "{text:?}\n{ran}");
    }
    let list = foundry.json(&["repos", "prod-app"]);
    assert_eq!(texts(&list["repositories"], "full_name"), ["acme-corp/site", "acme-corp/theme"]);
    assert_eq!(missing(&list).iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["acme-client-a", "acme-client-b"]);
    // The command that was given ends it.
    foundry.run(&["installations", "remove", "prod-app", "acme-client-b", "--yes"]).ok();
    foundry.run(&["installations", "restore", "prod-app", "acme-client-a"]).ok();
    let whole = foundry.json(&["repos", "prod-app"]);
    assert_eq!((&whole["incomplete"], &whole["total"]), (&json!([]), &json!(3)));
}

#[test]
fn one_installation_can_be_listed_and_paged_alone() {
    let foundry = Foundry::connected();
    let client = foundry.client.to_string();
    for typed in ["acme-client-a", "ACME-Client-A", &client] {
        assert_eq!(names(&foundry, &["prod-app", "--installation", typed]), ["acme-client-a/shop"], "{typed}");
    }
    foundry.run(&["repos", "prod-app", "--installation", "nobody"]).code(3).says("is not installed on `nobody`");
    let ran = foundry.run(&["repos", "prod-app", "--page", "1"]).code(2).says("one installation");
    assert!(ran.stderr.contains("--installation acme-corp"), "{ran}");
    let page = foundry.json(&["repos", "prod-app", "--installation", "acme-corp", "--page", "2", "--per-page", "1"]);
    assert_eq!(texts(&page["repositories"], "full_name").len(), 1);
    assert_eq!((&page["page"], &page["per_page"], &page["total"]), (&json!(2), &json!(1), &json!(2)));
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
    foundry.run(&["repos", "ada", "--installation", "acme-corp"]).code(2).says("`ada` is not a GitHub App");
}

#[test]
fn a_long_walk_outlives_its_token() {
    let foundry = Foundry::new();
    foundry.github.repositories("acme-big", 950);
    let big = foundry.github.apps.install(&foundry.app, "acme-big", "Organization");
    foundry.connect("prod-app").run().ok();
    foundry.token(&["prod-app", "--installation", "acme-big"]);
    // The kept token dies in the middle of the walk; the next one does not.
    foundry.github.apps.expire_after(4);
    foundry.github.apps.set(|settings| settings.serves = None);
    // It must not count as one that is only too new to be known.
    std::thread::sleep(std::time::Duration::from_millis(5100));
    let list = foundry.json(&["repos", "prod-app", "--installation", "acme-big", "--all"]);
    let mut rows = texts(&list["repositories"], "full_name");
    assert_eq!(rows.len(), 950);
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), 950, "some rows came twice");
    assert_eq!(foundry.github.apps.posts_of(big), 2);
}

#[test]
fn a_fresh_token_that_is_not_known_everywhere_is_waited_for() {
    let foundry = Foundry::connected();
    foundry.github.apps.set(|settings| settings.lag = 2);
    let list = foundry.json(&["repos", "prod-app"]);
    assert_eq!((texts(&list["repositories"], "full_name").len(), &list["incomplete"]), (3, &json!([])));
    assert_eq!((foundry.github.apps.posts_of(foundry.corp), foundry.github.apps.posts_of(foundry.client)), (1, 1));
}

#[test]
fn what_the_owner_suspends_meanwhile_is_said_and_remembered() {
    for text in [
        // Quoted: GitHub §4.2.
        "This installation has been suspended",
        "This installation owned by octocat suspended your access at 2026-11-19T12:00:00Z",
        "This installation is currently suspended. Please contact an organization owner.",
    ] {
        let foundry = Foundry::connected();
        foundry.run(&["repos", "prod-app"]).ok();
        foundry.github.apps.suspend(foundry.client);
        foundry.github.apps.set(|settings| text.clone_into(&mut settings.suspended));
        // The kept token is refused with 403.
        let ran = foundry.run(&["repos", "prod-app", "-o", "table"]).code(8).says("acme-client-a").says("suspended");
        assert!(ran.stdout.contains("acme-corp/site"), "{ran}");
        assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a suspended"], "{text}");
        // A new one is not made either.
        let ran = foundry.run(&["token", "prod-app", "--installation", "acme-client-a", "--fresh"]).code(4).says("suspended");
        assert!(ran.stderr.contains("gitconn installations sync prod-app"), "{ran}");
        foundry.github.apps.unsuspend(foundry.client);
        foundry.run(&["installations", "sync"]).ok().says("no longer suspended on acme-client-a");
        assert_eq!(names(&foundry, &["prod-app"]).len(), 3);
    }
}

#[test]
fn what_is_suspended_before_its_first_token_is_said_and_remembered() {
    let foundry = Foundry::connected();
    foundry.github.apps.suspend(foundry.client);
    let ran = foundry.run(&["repos", "prod-app", "--json"]).code(8);
    assert_eq!(missing(&ran.json()), [("acme-client-a".to_owned(), "the installation is suspended".to_owned(), true)]);
    assert_eq!(ran.json()["repositories"].as_array().unwrap().len(), 2, "{ran}");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a suspended"]);
    let noted = || foundry.trail().into_iter().filter(|event| event["kind"] == "installation").collect::<Vec<_>>();
    assert_eq!(noted().len(), 1);
    assert_eq!(noted()[0]["detail"], json!({"what": "suspended", "account": "acme-client-a"}));
    // Once is enough.
    foundry.run(&["token", "prod-app", "--installation", "acme-client-a"]).code(4);
    foundry.run(&["installations", "sync"]).ok();
    assert_eq!(noted().len(), 1);
}

#[test]
fn what_is_uninstalled_meanwhile_is_said_and_remembered() {
    let foundry = Foundry::connected();
    foundry.run(&["repos", "prod-app"]).ok();
    foundry.github.apps.uninstall(foundry.client);
    // Its token is refused with 401, and no other one is made: 404.
    let ran = foundry.run(&["repos", "prod-app", "-o", "table"]).code(8).says("`prod-app` was uninstalled from `acme-client-a`");
    assert!(ran.stdout.contains("acme-corp/site"), "{ran}");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a uninstalled"]);
    assert_eq!(foundry.github.apps.posts_of(foundry.client), 2);
    // From now on it is no surprise.
    foundry.run(&["repos", "prod-app"]).ok().says("the app was uninstalled there");
    let ran = foundry.run(&["token", "prod-app", "--installation", "acme-client-a"]).code(4).says("was uninstalled from");
    assert!(ran.stderr.contains("gitconn installations add prod-app"), "{ran}");
    // Installed anew, it has another number.
    let anew = foundry.github.apps.install(&foundry.app, "acme-client-a", "Organization");
    foundry.run(&["installations", "sync"]).ok().says("is now installed on acme-client-a");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a active"]);
    foundry.token(&["prod-app", "--installation", "acme-client-a"]);
    assert_eq!(foundry.github.apps.posts_of(anew), 1);
}

#[test]
fn one_installation_that_fails_does_not_hide_the_others() {
    let foundry = Foundry::connected();
    let path = format!("/app/installations/{}/access_tokens", foundry.client);
    foundry.github.always(&path, Answer::html(500, "Whoops"));
    let ran = foundry.run(&["repos", "prod-app", "--json"]).code(8);
    assert!(ran.stderr.contains("acme-client-a"), "{ran}");
    let list = ran.json();
    assert_eq!(texts(&list["repositories"], "full_name"), ["acme-corp/site", "acme-corp/theme"]);
    assert_eq!((missing(&list)[0].0.as_str(), &list["total"]), ("acme-client-a", &Value::Null));
    foundry.github.always("*", Answer::html(500, "Whoops"));
    foundry.run(&["repos", "prod-app"]).code(6);
}

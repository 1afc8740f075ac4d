//! `repos`: one list over several connections, newest activity first. Paging by the provider is in `contract.rs`.

use serde_json::{Value, json};

use crate::support::fake::{Answer, GitHubGrant};
use crate::support::house::{has_fields, texts};
use crate::support::{House, tokens};

#[test]
fn json_has_the_fields_that_were_promised() {
    let house = House::new();
    house.github.repositories("ada", 2);
    let list = house.json(&["repos", "work"]);
    has_fields(&list, &["repositories", "page", "per_page", "total", "incomplete"]);
    has_fields(
        &list["repositories"][0],
        &[
            "id",
            "name",
            "full_name",
            "url",
            "clone_url",
            "ssh_url",
            "private",
            "default_branch",
            "description",
            "archived",
            "pushed_at",
            "connection",
        ],
    );
    let first = &list["repositories"][0];
    assert_eq!(
        (&first["full_name"], &first["connection"], &first["pushed_at"]),
        (&json!("ada/repo-001"), &json!("work"), &json!("2026-11-19T12:00:00Z"))
    );
}

#[test]
fn several_connections_make_one_list_newest_first() {
    let house = House::new();
    house.github.repositories("ada", 3);
    house.gitlab.projects("ops", 3);
    let list = house.json(&["repos"]);
    let moments = texts(&list["repositories"], "pushed_at");
    assert!(moments.is_sorted_by(|one, other| one >= other), "{moments:?}");
    let mut via = texts(&list["repositories"], "connection");
    via.sort();
    assert_eq!(via, ["lab", "lab", "lab", "work", "work", "work"]);
    assert_eq!(house.json(&["repos", "--provider", "gitlab"])["repositories"].as_array().unwrap().len(), 3);
    assert_eq!(house.json(&["repos", "--tag", "ops"])["repositories"].as_array().unwrap().len(), 3);
}

#[test]
fn thirty_rows_unless_more_are_asked_for() {
    let house = House::new();
    house.github.repositories("ada", 120);
    house.gitlab.projects("ops", 20);
    let count = |arguments: &[&str]| house.json(&[&["repos"], arguments].concat())["repositories"].as_array().unwrap().len();
    assert_eq!(count(&[]), 30);
    assert_eq!(count(&["--limit", "7"]), 7);
    assert_eq!(count(&["--all"]), 140);
    assert_eq!(count(&["work"]), 30);
    assert_eq!(count(&["work", "--per-page", "100"]), 100);
    assert_eq!(count(&["work", "--page", "9"]), 0);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let house = House::new();
    for arguments in [
        &["repos", "work", "--per-page", "101"][..],
        &["repos", "work", "--per-page", "0"],
        &["repos", "work", "--page", "0"],
        &["repos", "--page", "2"],
        &["repos", "work", "lab", "--per-page", "50"],
        &["repos", "work", "--page", "2", "--all"],
    ] {
        house.run(arguments).code(2);
    }
    house.run(&["repos", "work", "--per-page", "101"]).code(2).says("100");
}

#[test]
fn search_means_contains_without_regard_to_case() {
    let house = House::new();
    for name in ["ada/Odoo-Theme", "ada/site", "ada/my-odoo"] {
        house.github.repository("ada", name, &["main"]);
    }
    house.gitlab.project("ops", "ops/odoo", &["main"]);
    let mut found = texts(&house.json(&["repos", "--search", "oDOO"])["repositories"], "full_name");
    found.sort();
    assert_eq!(found, ["ada/Odoo-Theme", "ada/my-odoo", "ops/odoo"]);
    // The owner is a part of the name.
    assert_eq!(house.json(&["repos", "--search", "ops/od"])["repositories"].as_array().unwrap().len(), 1);
}

#[test]
fn what_hides_behind_single_sign_on_is_said() {
    let house = House::new();
    house.github.accept(&house.work, GitHubGrant::classic("ada").hiding(&[21_955_855, 20_582_480]));
    house.github.repositories("ada", 2);
    let ran = house.run(&["repos", "work", "--json"]);
    let incomplete = ran.json()["incomplete"].clone();
    assert_eq!(incomplete.as_array().unwrap().len(), 1, "{ran}");
    assert!(incomplete.to_string().contains('2'), "{ran}");
    let table = house.run(&["repos", "work"]);
    assert!(table.stderr.contains("2 organi"), "{table}");
}

#[test]
fn one_of_several_that_fails_is_said_and_the_others_are_shown() {
    let house = House::new();
    house.github.repositories("ada", 2);
    house.gitlab.always("*", Answer::html(500, "Whoops"));
    let ran = house.run(&["repos", "--json"]).code(8);
    assert_eq!(ran.json()["repositories"].as_array().unwrap().len(), 2, "{ran}");
    assert!(ran.json()["incomplete"].to_string().contains("lab"), "{ran}");
    assert_eq!(ran.json()["total"], Value::Null, "{ran}");
}

#[test]
fn a_connection_that_is_known_to_be_dead_is_missing_and_a_disabled_one_is_not() {
    let house = House::new();
    house.github.repositories("ada", 2);
    house.gitlab.projects("ops", 2);
    house.gitlab.refuse(&house.lab);
    house.run(&["validate", "lab"]).code(4);
    assert_eq!(house.connection("lab")["status"], "revoked");
    let ran = house.run(&["repos", "--json"]).code(8);
    let list = ran.json();
    assert_eq!(list["repositories"].as_array().unwrap().len(), 2, "{ran}");
    assert_eq!(texts(&list["incomplete"], "connection"), ["lab"], "{ran}");
    assert!(list["incomplete"][0]["reason"].as_str().unwrap().contains("revoked"), "{ran}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran}");
    // Rows that are written as they come, and `-q`, cannot hide it.
    for arguments in [&["repos"][..], &["repos", "-o", "ndjson"], &["repos", "-o", "table", "-q"]] {
        house.run(arguments).code(8).says("`lab` is missing").says("revoked");
    }
    // Whoever asks for the others has the whole.
    house.run(&["repos", "--provider", "github"]).ok();
    house.run(&["repos", "work"]).ok();
    // Nothing is left that could be asked.
    house.run(&["repos", "--provider", "gitlab"]).code(3);
    // A person has decided that.
    house.run(&["disable", "lab"]).ok();
    let ran = house.run(&["repos", "--json"]).ok();
    assert_eq!(ran.json()["incomplete"], json!([]), "{ran}");
    assert_eq!(ran.stderr, "", "{ran}");
}

#[test]
fn a_repository_that_two_connections_see_is_shown_once() {
    let house = House::new();
    let other = house.sandbox.secret(&tokens::classic("again"));
    house.github.accept(&other, GitHubGrant::classic("ada"));
    house.connect_github("again", &other, &[]).ok();
    house.github.repositories("ada", 3);
    assert_eq!(house.json(&["repos", "--all"])["repositories"].as_array().unwrap().len(), 3);
}

#[test]
fn rows_are_written_as_they_come() {
    let house = House::new();
    house.github.repositories("ada", 150);
    let ndjson = house.run(&["repos", "work", "--all", "-o", "ndjson"]).ok().stdout;
    assert_eq!(ndjson.lines().count(), 150);
    for line in ndjson.lines() {
        has_fields(&serde_json::from_str(line).unwrap(), &["full_name", "clone_url", "connection"]);
    }
    let tsv = house.run(&["repos", "work", "--all"]).ok().stdout;
    assert!(tsv.starts_with("ada/repo-001\t"), "{tsv}");
    assert_eq!(tsv.lines().count(), 150);
}

#[test]
fn what_the_provider_does_not_say_is_null() {
    let house = House::new();
    house.gitlab.edit("ops", "ops/closed", &[], |project| {
        project.default_branch = None;
        project.description = None;
    });
    let list = house.json(&["repos", "lab"]);
    let closed = &list["repositories"][0];
    assert_eq!((&closed["default_branch"], &closed["description"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_use_is_in_the_trail() {
    let house = House::new();
    house.run(&["repos", "work"]).ok();
    // A use goes to a spool, which the next save merges.
    house.run(&["edit", "work", "--description", "x"]).ok();
    let events = house.json(&["audit", "list", "--kind", "used"]);
    assert!(events["events"].as_array().is_some_and(|events| !events.is_empty()), "{events}");
    assert!(house.connection("work")["last_used_at"].is_string());
}

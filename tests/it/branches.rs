//! `branches`: of a repository that is named, given by its URL, or the checkout one stands in. Paging and search are in `contract.rs`.

use std::process::Command;

use serde_json::json;

use crate::support::House;
use crate::support::house::{has_fields, texts};

#[test]
fn json_has_the_fields_that_were_promised() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main", "develop"]);
    let list = house.json(&["branches", "ada/site", "-c", "work"]);
    has_fields(&list, &["branches", "page", "per_page"]);
    has_fields(&list["branches"][0], &["name", "is_default", "is_protected", "sha"]);
    assert_eq!((&list["page"], &list["per_page"]), (&json!(1), &json!(100)));
}

#[test]
fn the_connection_is_the_only_one_that_fits_or_is_named() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    house.gitlab.project("ops", "group/sub/site", &["trunk"]);
    // Two connections, two hosts, and a name that says nothing of either.
    let ran = house.run(&["branches", "ada/site"]).code(2);
    assert!(ran.stderr.contains("lab") && ran.stderr.contains("work"), "{ran}");
    let url = format!("{}/ada/site.git", house.github.origin());
    assert_eq!(texts(&house.json(&["branches", &url])["branches"], "name"), ["main"]);
    let page = format!("{}/group/sub/site", house.gitlab.host());
    assert_eq!(texts(&house.json(&["branches", &page])["branches"], "name"), ["trunk"]);
    assert_eq!(texts(&house.json(&["branches", "group/sub/site", "-c", "lab"])["branches"], "name"), ["trunk"]);
    let chosen = house.sandbox.gitconn(["branches", "ada/site", "--json"]).env("GITCONN_CONNECTION", "work").run().ok();
    assert_eq!(texts(&chosen.json()["branches"], "name"), ["main"]);
    // A default connection for another host is an error, not a guess.
    house.sandbox.gitconn(["branches", &url]).env("GITCONN_CONNECTION", "lab").run().code(2);
    house.run(&["branches", "https://git.nowhere.example/a/b"]).code(3);
    house.run(&["branches", "nothing"]).code(2);
}

fn git(house: &House, arguments: &[&str]) {
    let done = Command::new("git")
        .args(arguments)
        .current_dir(house.sandbox.root())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", house.sandbox.path("home"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn inside_a_checkout_its_origin_is_meant() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main", "feature/x"]);
    git(&house, &["init", "--quiet", "site"]);
    git(&house, &["-C", "site", "remote", "add", "origin", &format!("{}/ada/site.git", house.github.origin())]);
    std::fs::create_dir_all(house.sandbox.path("site/deep/down")).unwrap();
    for folder in ["site", "site/deep/down"] {
        let run = house.sandbox.gitconn(["branches", "--json"]).in_folder(house.sandbox.path(folder)).run().ok();
        assert_eq!(texts(&run.json()["branches"], "name").len(), 2, "{folder}");
    }
    // A work tree of its own has its origin in the main checkout.
    git(&house, &["-C", "site", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "x"]);
    git(&house, &["-C", "site", "worktree", "add", "--quiet", "../second"]);
    house.sandbox.gitconn(["branches"]).in_folder(house.sandbox.path("second")).run().ok();
    house.run(&["branches"]).code(2);
    git(&house, &["init", "--quiet", "lonely"]);
    house.sandbox.gitconn(["branches"]).in_folder(house.sandbox.path("lonely")).run().code(2).says("origin");
}

#[test]
fn names_with_slashes_and_empty_repositories() {
    let house = House::new();
    house.github.repository("ada", "ada/empty", &[]);
    assert_eq!(house.json(&["branches", "ada/empty", "-c", "work"])["branches"], json!([]));
    house.gitlab.project("ops", "a/b/c/d", &["release/18.0"]);
    assert_eq!(texts(&house.json(&["branches", "a/b/c/d", "-c", "lab"])["branches"], "name"), ["release/18.0"]);
    for arguments in [&["--per-page", "101"][..], &["--page", "0"], &["--page", "1", "--all"]] {
        house.run(&[&["branches", "a/b/c/d", "-c", "lab"], arguments].concat()).code(2);
    }
}

#[test]
fn a_part_of_many_says_that_there_are_more() {
    let house = House::new();
    let many: Vec<String> = (0..150).map(|number| format!("b{number:03}")).collect();
    house.github.repository("ada", "ada/site", &many.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = house.run(&["branches", "ada/site", "-c", "work"]).ok();
    assert_eq!(ran.stdout.lines().count(), 100);
    assert!(ran.stderr.contains("--all"), "{ran}");
    let second = house.json(&["branches", "ada/site", "-c", "work", "--page", "2"]);
    assert_eq!(second["branches"].as_array().unwrap().len(), 50);
}

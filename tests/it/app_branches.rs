//! `branches` with apps: the installation on the repository's owner serves, and nothing is guessed without saying so.

use crate::support::fake::permissions;
use crate::support::house::{self, texts};
use crate::support::{Foundry, Ran};

/// `branches` of this repository.
#[track_caller]
fn names(foundry: &Foundry, options: &[&str]) -> Vec<String> {
    texts(&foundry.json(&[&["branches"], options].concat())["branches"], "name")
}

/// A repository that is the first installation's to read although it is somebody else's.
fn public(foundry: &Foundry) {
    foundry.github.repository("acme-corp", "somebody/public", &["main", "next"]);
}

/// Adds a person with a token that sees what is theirs alone.
fn person(foundry: &Foundry) {
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    foundry.github.repository("ada", "ada/own", &["trunk"]);
    house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
}

fn warns(ran: &Ran) -> bool {
    ran.stderr.lines().any(|line| line.starts_with("warning:") && line.contains("asking with its first installation"))
}

#[test]
fn the_owners_installation_serves_however_it_is_spelt() {
    let foundry = Foundry::connected();
    let origin = foundry.host();
    for repository in ["acme-client-a/shop", "ACME-Client-A/Shop", &format!("{origin}/Acme-Client-a/shop.git")] {
        assert_eq!(names(&foundry, &[repository]), ["checkout", "main"], "{repository}");
    }
    assert_eq!((foundry.github.apps.posts_of(foundry.corp), foundry.github.apps.posts_of(foundry.client)), (0, 1));
    assert_eq!(names(&foundry, &["acme-corp/theme", "-c", "prod-app", "--strict"]), ["dark", "main"]);
    let ran = foundry.run(&["branches", "acme-corp/no-such"]).code(3);
    assert!(!warns(&ran), "{ran}");
}

#[test]
fn for_another_owner_the_first_installation_is_asked_and_that_is_said() {
    let foundry = Foundry::connected();
    public(&foundry);
    let ran = foundry.run(&["branches", "somebody/public"]).ok().says("`prod-app` is not installed on `somebody`");
    assert!(warns(&ran) && ran.stderr.contains("`acme-corp`") && ran.stderr.contains("--strict"), "{ran}");
    assert!(ran.stdout.contains("next"), "{ran}");
    // The first that works.
    foundry.run(&["installations", "remove", "prod-app", "acme-corp", "--yes"]).ok();
    foundry.run(&["branches", "somebody/public"]).code(3).says("on `acme-client-a`");
}

#[test]
fn strict_asks_the_owners_installation_only() {
    let foundry = Foundry::connected();
    public(&foundry);
    let refused = |ran: Ran| {
        let ran = ran.code(3).says("`prod-app` is not installed on `somebody`").says("acme-corp, acme-client-a");
        assert!(ran.stderr.contains("gitconn installations sync prod-app"), "{ran}");
        assert!(ran.stderr.contains("gitconn installations add prod-app"), "{ran}");
    };
    refused(foundry.run(&["branches", "somebody/public", "--strict"]));
    refused(foundry.run(&["branches", "somebody/public", "--strict", "-c", "prod-app"]));
    foundry.run(&["config", "set", "strict", "true"]).ok();
    refused(foundry.run(&["branches", "somebody/public"]));
    foundry.run(&["branches", "acme-corp/site"]).ok();
    foundry.run(&["config", "set", "strict", "false"]).ok();
    foundry.run(&["branches", "somebody/public"]).ok();
    assert_eq!(foundry.github.apps.posts(), 1);
}

#[test]
fn beside_a_person_the_app_serves_the_owners_that_it_is_installed_on() {
    let foundry = Foundry::connected();
    public(&foundry);
    person(&foundry);
    let ran = foundry.run(&["branches", "acme-corp/site"]).ok();
    assert_eq!(ran.stderr, "");
    assert_eq!(foundry.github.apps.posts_of(foundry.corp), 1);
    // Where the app is not installed, it sees less than anybody else: the person serves.
    assert_eq!(names(&foundry, &["ada/own"]), ["trunk"]);
    assert_eq!(names(&foundry, &["ada/own", "--strict"]), ["trunk"]);
    // What is typed, or set, comes first.
    assert_eq!(names(&foundry, &["ada/own", "-c", "ada"]), ["trunk"]);
    foundry.run(&["branches", "acme-corp/site", "-c", "ada"]).code(3);
    foundry.run(&["config", "set", "connection", "ada"]).ok();
    assert_eq!(names(&foundry, &["ada/own"]), ["trunk"]);
    foundry.run(&["config", "unset", "connection"]).ok();
    // An app that is disabled, or dead, serves nobody.
    foundry.run(&["disable", "prod-app"]).ok();
    assert_eq!(names(&foundry, &["ada/own"]), ["trunk"]);
}

#[test]
fn two_apps_on_one_owner_are_an_error_that_names_them() {
    let foundry = Foundry::connected();
    foundry.another("acme-audit", &["acme-corp"]);
    let ran = foundry.run(&["branches", "acme-corp/site"]).code(2).says("acme-audit").says("prod-app");
    assert!(ran.stderr.contains("-c acme-audit"), "{ran}");
    foundry.run(&["branches", "acme-corp/site", "-c", "acme-audit"]).ok();
    foundry.run(&["token", &format!("{}/acme-corp/site", foundry.host())]).code(2);
    // Only one of them is on the other owner.
    foundry.run(&["branches", "acme-client-a/shop"]).ok();
    // Put aside in one of them, it is the other's.
    foundry.run(&["installations", "remove", "acme-audit", "acme-corp", "--yes"]).ok();
    foundry.run(&["branches", "acme-corp/site"]).ok();
    assert_eq!(foundry.github.apps.posts_of(foundry.corp), 1);
}

#[test]
fn an_owners_installation_that_cannot_serve_is_said_and_no_other_takes_its_place() {
    let foundry = Foundry::connected();
    foundry.github.apps.suspend(foundry.client);
    foundry.run(&["installations", "sync"]).ok();
    foundry.run(&["installations", "remove", "prod-app", "acme-corp", "--yes"]).ok();
    let third = foundry.github.apps.install(&foundry.app, "acme-client-b", "Organization");
    foundry.run(&["installations", "sync"]).ok();
    let ran = foundry.run(&["branches", "acme-client-a/shop"]).code(4).says("on `acme-client-a` is suspended");
    assert!(ran.stderr.contains("gitconn installations open prod-app acme-client-a"), "{ran}");
    let ran = foundry.run(&["branches", "acme-corp/site"]).code(4).says("was removed here");
    assert!(ran.stderr.contains("gitconn installations restore prod-app acme-corp"), "{ran}");
    // Beside a person too.
    person(&foundry);
    foundry.run(&["branches", "acme-client-a/shop"]).code(4).says("is suspended");
    foundry.github.apps.uninstall(foundry.client);
    foundry.run(&["installations", "sync"]).ok();
    foundry.run(&["branches", "acme-client-a/shop", "-c", "prod-app"]).code(4).says("was uninstalled from `acme-client-a`");
    assert_eq!(foundry.github.apps.posts_of(third), 0, "another one took its place");
}

#[test]
fn what_the_owner_suspends_meanwhile_is_said_and_remembered() {
    let foundry = Foundry::connected();
    foundry.run(&["branches", "acme-client-a/shop"]).ok();
    foundry.github.apps.suspend(foundry.client);
    let ran = foundry.run(&["branches", "acme-client-a/shop"]).code(4).says("on `acme-client-a` is suspended");
    assert!(ran.stderr.contains("gitconn installations open prod-app acme-client-a"), "{ran}");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a suspended"]);
}

#[test]
fn a_permission_that_is_missing_is_named() {
    let foundry = Foundry::connected();
    foundry.github.apps.edit_installation(foundry.corp, |known| known.permissions = permissions(&[("metadata", "read")]));
    let ran = foundry.run(&["branches", "acme-corp/site"]).code(4).says("contents");
    assert!(ran.stderr.contains("hint:"), "nobody is told where to grant it\n{ran}");
    // The list of repositories needs no more than that.
    foundry.run(&["repos", "prod-app"]).ok();
}

//! An app's private key and its checks: a new one in place of the old, and what is said of one that no longer works.

use serde_json::json;

use crate::support::house::{has_fields, texts};
use crate::support::{Foundry, Ran};

const CORP: &[&str] = &["token", "prod-app", "--installation", "acme-corp"];

/// The page of the app's owner.
fn settings(foundry: &Foundry) -> String {
    format!("{}/organizations/acme-corp/settings/apps/acme-deploy", foundry.host())
}

/// Puts the key of this file in place.
fn replace(foundry: &Foundry, path: &str) -> Ran {
    foundry.run(&["edit", "prod-app", "--private-key-file", path])
}

#[test]
fn a_new_key_of_the_same_app_is_put_in_place_of_the_old_one() {
    let foundry = Foundry::connected();
    let new = foundry.github.apps.new_key("acme-deploy");
    let path = foundry.key_file("new.pem", &new.pkcs8());
    let token = foundry.token(&CORP[1..]);
    let ran = replace(&foundry, &path).ok().says("signs with the new key");
    assert!(ran.stderr.contains("deleted on the app's page"), "{ran}");
    let shown = foundry.json(&["show", "prod-app"]);
    assert_eq!(shown["app"]["key"], format!("SHA256:{}", new.fingerprint()));
    assert!(shown["rotated_at"].is_string() && texts(&shown["events"], "kind").contains(&"rotated".to_owned()), "{shown}");
    // The tokens that were made with the old one stay good; the old one itself may go.
    assert_eq!(foundry.token(&CORP[1..]), token);
    let third = foundry.github.apps.new_key("acme-deploy");
    foundry.github.apps.edit("acme-deploy", |app| app.keys = vec![new, third.clone()]);
    foundry.token(&[&CORP[1..], &["--fresh"]].concat());
    foundry.run(&["validate", "prod-app"]).ok();
    // Together with what the user says of it, from a variable.
    let run = foundry.sandbox.gitconn(["edit", "prod-app", "--name", "prod", "--private-key-env", "APP_KEY"]);
    run.env("APP_KEY", third.pkcs1()).run().ok();
    assert_eq!(foundry.json(&["show", "prod"])["app"]["key"], format!("SHA256:{}", third.fingerprint()));
}

#[test]
fn a_key_that_is_not_the_apps_or_is_there_already_changes_nothing() {
    let foundry = Foundry::connected();
    let before = std::fs::read(foundry.sandbox.store()).unwrap();
    let other = foundry.github.apps.register(&foundry.sandbox, "other");
    let path = foundry.key_file("other.pem", &other.key.pkcs1());
    replace(&foundry, &path).code(4).says("the private key is not this app's");
    replace(&foundry, &foundry.key_path.to_string_lossy()).code(2).says("this is the key that `prod-app` has already");
    let public = foundry.sandbox.write("public.pem", &other.key.public());
    replace(&foundry, &public.to_string_lossy()).code(4).says("it is a public key");
    replace(&foundry, &foundry.sandbox.path("nothing.pem").to_string_lossy()).code(1);
    // A name that is taken is found out before the key is replaced.
    let new = foundry.key_file("new.pem", &foundry.github.apps.new_key("acme-deploy").pkcs1());
    foundry.github.forget();
    foundry.run(&["edit", "prod-app", "--private-key-file", &new, "--token-stdin"]).code(2);
    assert!(std::fs::read(foundry.sandbox.store()).unwrap() == before, "the store was changed");
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    crate::support::house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
    foundry.run(&["edit", "ada", "--private-key-file", &new]).code(2).says("`ada` is not a GitHub App");
    foundry.run(&["edit", "prod-app", "--name", "ada", "--private-key-file", &new]).code(2);
    assert_eq!(foundry.json(&["show", "prod-app"])["app"]["key"], format!("SHA256:{}", foundry.app.key.fingerprint()));
}

#[test]
fn an_app_takes_no_token_and_no_login() {
    let foundry = Foundry::connected();
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    let ran = foundry.sandbox.gitconn(["edit", "prod-app", "--token-stdin"]).stdin(&token).run().code(2);
    assert!(ran.stderr.contains("--private-key-file"), "{ran}");
    foundry.run(&["connect", "--reauth", "prod-app", "--device"]).code(2);
    assert_eq!(foundry.json(&["show", "prod-app"])["auth_method"], "github_app");
    foundry.run(&["validate", "prod-app"]).ok();
}

#[test]
fn a_key_that_was_deleted_at_github_is_told_with_what_mends_it() {
    for (all, says) in [(true, "the app has no private key"), (false, "no longer takes the app's private key")] {
        let foundry = Foundry::connected();
        let new = foundry.github.apps.new_key("acme-deploy");
        if all {
            foundry.github.apps.delete_key("acme-deploy");
        } else {
            foundry.github.apps.edit("acme-deploy", |app| app.keys = vec![new.clone()]);
        }
        let ran = foundry.run(CORP).code(4).says(says);
        assert!(ran.stderr.contains("gitconn edit prod-app --private-key-file FILE"), "{ran}");
        assert!(ran.stderr.contains(&format!("hint: {}", settings(&foundry))), "{ran}");
        let checked = foundry.sandbox.gitconn(["validate", "prod-app", "--json"]).run().code(4).json();
        assert_eq!((&checked["verdict"], &checked["valid"]), (&json!("revoked"), &json!(false)), "{checked}");
        assert_eq!(checked["mend_url"], settings(&foundry));
        let ran = foundry.run(&["validate", "prod-app", "-o", "table"]).code(4).says(&settings(&foundry));
        assert!(ran.stdout.contains("revoked"), "{ran}");
        // From then on it is known, and the way out is the same.
        assert_eq!(foundry.json(&["show", "prod-app"])["status"], "revoked");
        foundry.github.forget();
        for arguments in [CORP, &["repos", "prod-app"], &["branches", "acme-corp/site", "-c", "prod-app"]] {
            let ran = foundry.run(arguments).code(4);
            assert!(ran.stderr.contains("--private-key-file FILE"), "{ran}");
            assert!(!ran.stderr.contains("--token-stdin"), "{ran}");
        }
        assert!(foundry.github.seen().is_empty());
        foundry.github.apps.edit("acme-deploy", |app| app.keys = vec![new.clone()]);
        replace(&foundry, &foundry.key_file("new.pem", &new.pkcs1())).ok();
        assert_eq!(foundry.json(&["show", "prod-app"])["status"], "active");
        foundry.token(&CORP[1..]);
    }
}

#[test]
fn a_suspended_app_and_one_that_is_gone_are_told() {
    let foundry = Foundry::connected();
    foundry.github.apps.edit("acme-deploy", |app| app.suspended = true);
    foundry.run(CORP).code(4).says("has suspended the app");
    let checked = foundry.sandbox.gitconn(["validate", "prod-app", "--json"]).run().code(4).json();
    assert_eq!(checked["verdict"], "blocked", "{checked}");
    // That proves nothing against the key.
    assert_eq!(foundry.json(&["show", "prod-app"])["status"], "active");
    // Its owner gave it away: nobody knows it by this id.
    foundry.github.apps.edit("acme-deploy", |app| {
        app.suspended = false;
        app.id = 99;
        "Iv23liAnotherApp0000".clone_into(&mut app.client_id);
    });
    foundry.run(CORP).code(4).says("knows no app of this id");
    let checked = foundry.sandbox.gitconn(["validate", "prod-app", "--json"]).run().code(4).json();
    assert_eq!(checked["verdict"], "revoked", "{checked}");
}

#[test]
fn validate_says_that_it_works_where_it_is_installed_and_keeps_what_is_new() {
    let foundry = Foundry::connected();
    let ran = foundry.run(&["validate", "prod-app", "-o", "table"]).ok();
    assert!(ran.stdout.contains("prod-app") && ran.stdout.contains("2 installations"), "{ran}");
    let checked = foundry.json(&["validate", "prod-app"]);
    has_fields(&checked, &["valid", "verdict", "username", "installations", "error", "mend_url"]);
    assert_eq!((&checked["valid"], &checked["username"]), (&json!(true), &json!("acme-corp")), "{checked}");
    assert_eq!(
        checked["installations"][0],
        json!({"installation_id": foundry.corp, "account_login": "acme-corp", "suspended": false})
    );
    assert_eq!(foundry.github.apps.posts(), 0, "no token is needed for that");
    foundry.github.apps.suspend(foundry.client);
    let newest = foundry.github.apps.install(&foundry.app, "acme-client-b", "Organization");
    let before = std::fs::read(foundry.sandbox.store()).unwrap();
    for arguments in [&["validate", "prod-app", "--no-save"][..], &["test", "prod-app"]] {
        let ran = foundry.run(&[arguments, &["-o", "table"]].concat()).ok();
        assert!(ran.stdout.contains("3 installations, 1 suspended (acme-client-a)"), "{ran}");
    }
    assert!(std::fs::read(foundry.sandbox.store()).unwrap() == before, "the store was changed");
    foundry.run(&["validate"]).ok();
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a suspended", "acme-client-b active"]);
    // Who validates before a deployment hears that a good key is not enough.
    foundry.github.apps.suspend(foundry.corp);
    foundry.github.apps.suspend(newest);
    foundry.run(&["validate", "prod-app"]).ok().says("warning: `prod-app` can do nothing now");
    assert!(texts(&foundry.json(&["show", "prod-app"])["events"], "kind").contains(&"installation".to_owned()));
}

#[test]
fn an_app_has_no_end_that_could_be_set() {
    let foundry = Foundry::connected();
    let run = foundry.run(&["edit", "prod-app", "--expires-at", "2027-01-01"]).code(2);
    run.says("`prod-app` is a GitHub App: its key has no end");
}

#[test]
fn refresh_makes_new_tokens_for_the_app_that_is_named() {
    let foundry = Foundry::connected();
    let old = foundry.token(&CORP[1..]);
    let one = foundry.json(&["refresh", "prod-app"]);
    assert_eq!((&one["name"], &one["success"]), (&json!("prod-app"), &json!(true)), "{one}");
    assert_eq!((foundry.github.apps.posts_of(foundry.corp), foundry.github.apps.posts_of(foundry.client)), (2, 1));
    assert_ne!(foundry.token(&CORP[1..]), old);
    assert_eq!(foundry.github.apps.posts(), 3);
    assert!(foundry.github.apps.is_live(&old), "somebody may still work with it");
    // For an hour each, they need no care: without a name an app is not meant.
    foundry.run(&["refresh"]).code(3).says("no enabled connection renews itself");
    foundry.github.apps.suspend(foundry.client);
    foundry.run(&["refresh", "prod-app"]).code(4).says("suspended");
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a suspended"]);
    foundry.run(&["installations", "remove", "prod-app", "acme-corp", "--yes"]).ok();
    foundry.run(&["refresh", "prod-app"]).code(3).says("`prod-app` has no active installation");
}

#[test]
fn an_app_is_removed_here_and_its_key_dies_on_its_page_alone() {
    let foundry = Foundry::connected();
    let ran = foundry.run(&["remove", "prod-app", "--revoke", "--yes"]).code(1).says("key");
    assert!(ran.stderr.contains(&format!("hint: {}", settings(&foundry))), "{ran}");
    assert!(ran.stderr.contains("gitconn remove prod-app   # without --revoke"), "{ran}");
    foundry.run(&["show", "prod-app"]).ok();
    foundry.run(&["remove", "prod-app"]).code(2).says("--yes");
    foundry.token(&CORP[1..]);
    foundry.github.forget();
    let ran = foundry.run(&["remove", "prod-app", "--yes"]).ok().says("removed `prod-app`");
    assert!(ran.stderr.contains("key") && ran.stderr.contains(&settings(&foundry)), "{ran}");
    assert!(!ran.stderr.contains("its token"), "an app has none of its own\n{ran}");
    assert!(foundry.github.seen().is_empty());
    foundry.run(CORP).code(3);
    foundry.run(&["installations", "list"]).code(3);
    foundry.connect("first").run().ok();
    foundry.connect("second").run().ok();
    foundry.run(&["remove", "second", "--yes"]).ok().says("its private key is still held by first");
    // Nothing of it is left in the way.
    foundry.connect("prod-app").run().ok();
    foundry.run(&["audit", "verify"]).ok();
}

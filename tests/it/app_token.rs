//! `token` of an app: the installation's token for its hour, and narrower ones that are made for one call.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use serde_json::json;

use crate::support::fake::{Answer, permissions};
use crate::support::house::{has_fields, texts};
use crate::support::{Foundry, house};

const CORP: &[&str] = &["prod-app", "--installation", "acme-corp"];

/// What was made last for `acme-corp`: how many repositories it was narrowed to, and its permissions.
fn last(foundry: &Foundry) -> (Option<usize>, Vec<String>) {
    let handed = foundry.github.apps.tokens_of(foundry.corp).pop().unwrap();
    let permissions = handed.permissions.iter().map(|(name, level)| format!("{name}={level}")).collect();
    (handed.repositories.map(|repositories| repositories.len()), permissions)
}

#[test]
fn one_token_serves_for_its_hour_whoever_asks() {
    let foundry = Foundry::connected();
    let first = foundry.token(CORP);
    assert!(foundry.github.apps.is_live(&first));
    assert_eq!(foundry.github.apps.posts(), 1);
    foundry.github.forget();
    for arguments in [CORP, &["prod-app", "--installation", "ACME-Corp"]] {
        assert_eq!(foundry.token(arguments), first);
    }
    assert!(foundry.github.seen().is_empty(), "{:?}", foundry.github.seen());
    // Listings use the same one.
    foundry.run(&["repos", "prod-app", "--installation", "acme-corp"]).ok();
    foundry.run(&["branches", "acme-corp/site"]).ok();
    assert_eq!(foundry.github.apps.posts(), 1);
    // Each installation has its own.
    assert_ne!(foundry.token(&["prod-app", "--installation", "acme-client-a"]), first);
    assert_eq!((foundry.github.apps.posts_of(foundry.corp), foundry.github.apps.posts_of(foundry.client)), (1, 1));
    assert_eq!(last(&foundry), (None, vec!["contents=read".to_owned(), "metadata=read".to_owned()]));
    let made = foundry.trail().into_iter().filter(|event| event["kind"] == "token_made").count();
    assert_eq!(made, 2);
}

#[test]
fn a_token_is_made_anew_when_a_quarter_of_a_short_life_is_left() {
    let foundry = Foundry::connected();
    // Told in whole seconds, it is 11 to 12: a quarter is left after 9 at the latest.
    foundry.github.apps.set(|settings| settings.life = Duration::from_secs(12));
    let first = foundry.token(CORP);
    assert_eq!((foundry.token(CORP), foundry.github.apps.posts()), (first.clone(), 1), "too early");
    std::thread::sleep(Duration::from_millis(9100));
    // While it lives, nobody has to stop because a new one is not to be had.
    let path = format!("/app/installations/{}/access_tokens", foundry.corp);
    foundry.github.always(&path, Answer::html(503, "Whoops"));
    foundry.github.forget();
    let ran = foundry.sandbox.gitconn(["token"]).args(CORP).prints_a_secret().run().ok();
    assert_eq!(ran.stdout.trim_end(), first);
    assert!(ran.stderr.contains("warning:") && ran.stderr.contains("`prod-app`"), "{ran}");
    let asked = foundry.github.seen_at(&path).len();
    assert_eq!(asked, 1, "what hands out a token was sent twice");
    foundry.github.recover();
    foundry.github.apps.set(|settings| settings.life = Duration::from_hours(1));
    let second = foundry.token(CORP);
    assert_ne!(first, second);
    assert_eq!((foundry.token(CORP), foundry.github.apps.posts()), (second, 2));
}

#[test]
fn a_token_whose_end_has_come_is_never_handed_out_again() {
    let foundry = Foundry::connected();
    foundry.github.apps.set(|settings| settings.life = Duration::ZERO);
    let first = foundry.sandbox.gitconn(["token"]).args(CORP).prints_a_secret().run().ok();
    foundry.github.apps.set(|settings| settings.life = Duration::from_hours(1));
    assert_ne!(foundry.token(CORP), first.stdout.trim_end());
    assert_eq!(foundry.github.apps.posts(), 2);
}

#[test]
fn a_token_for_one_call_is_kept_nowhere() {
    let foundry = Foundry::connected();
    let shared = foundry.token(CORP);
    let mut seen = vec![shared.clone()];
    for more in [
        &["prod-app", "--installation", "acme-corp", "--fresh"][..],
        &["prod-app", "--installation", "acme-corp", "--fresh"],
        &["prod-app", "--repo", "acme-corp/site"],
        &["prod-app", "--repo", "acme-corp/site"],
        &["prod-app", "--installation", "acme-corp", "--permission", "contents=read"],
    ] {
        let token = foundry.token(more);
        assert!(foundry.github.apps.is_live(&token) && !seen.contains(&token), "{more:?}");
        seen.push(token);
    }
    assert_eq!((foundry.token(CORP), foundry.github.apps.posts()), (shared, 6));
    // Not even where none was kept before.
    let client = ["prod-app", "--installation", "acme-client-a"];
    let fresh = foundry.token(&[&client[..], &["--fresh"]].concat());
    assert_ne!(foundry.token(&client), fresh);
}

#[test]
fn what_is_asked_for_is_what_the_token_can_do() {
    let foundry = Foundry::connected();
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let all = names(&["contents=read", "metadata=read"]);
    for (more, repositories, permissions) in [
        (&["--repo", "acme-corp/site"][..], Some(1), &all),
        (&["--repo", "ACME-Corp/site", "--repo", "acme-corp/theme"], Some(2), &all),
        (&["--repo", "acme-corp/site", "--permission", "metadata=read"], Some(1), &names(&["metadata=read"])),
        (&["--installation", "acme-corp", "--permission", "metadata=read"], None, &names(&["metadata=read"])),
    ] {
        foundry.token(&[&["prod-app"], more].concat());
        assert_eq!(last(&foundry), (repositories, permissions.clone()), "{more:?}");
    }
    let ids = foundry.github.apps.tokens_of(foundry.corp)[0].repositories.clone().unwrap();
    let site = &foundry.json(&["repos", "prod-app", "--search", "site"])["repositories"][0]["id"];
    assert_eq!(site.as_str().unwrap(), ids[0].to_string());
    let two = foundry.run(&["token", "prod-app", "--repo", "acme-corp/site", "--repo", "acme-client-a/shop"]).code(2);
    assert!(two.stderr.contains("acme-corp") && two.stderr.contains("acme-client-a"), "{two}");
    for wrong in [&["--repo", "site"][..], &["--repo", "a/b/c"], &["--permission", "contents"], &["--permission", "=read"]] {
        foundry.run(&[&["token", "prod-app"], wrong].concat()).code(2);
    }
}

#[test]
fn a_permission_that_is_not_granted_is_named_with_those_that_are() {
    let foundry = Foundry::connected();
    let ran = foundry.run(&["token", "prod-app", "--repo", "acme-corp/site", "--permission", "contents=write"]).code(4);
    let ran = ran.says("`acme-corp` has not granted `prod-app` contents=write").says("contents=read, metadata=read");
    assert!(ran.stderr.contains("gitconn installations open prod-app acme-corp"), "{ran}");
    let ran = foundry.run(&[
        "token",
        "prod-app",
        "--installation",
        "acme-corp",
        "--permission",
        "issues=read",
        "--permission",
        "metadata=read",
    ]);
    let ran = ran.code(4).says("issues=read");
    assert!(!ran.stderr.lines().next().unwrap().contains("metadata=read"), "what is granted is not what is missing\n{ran}");
    let error = foundry.run(&["token", "prod-app", "--repo", "acme-corp/site", "--permission", "issues=write", "--json"]).code(4);
    assert_eq!(error.error()["kind"], "refused");
    // Granted meanwhile, it works without more ado.
    foundry.github.apps.edit_installation(foundry.corp, |known| known.permissions = permissions(&[("issues", "write")]));
    foundry.token(&["prod-app", "--installation", "acme-corp", "--permission", "issues=read"]);
}

#[test]
fn a_repository_that_was_not_selected_is_not_found() {
    let foundry = Foundry::connected();
    foundry.github.apps.edit_installation(foundry.corp, |known| {
        "selected".clone_into(&mut known.repository_selection);
        known.repositories = vec!["site".to_owned()];
    });
    foundry.token(&["prod-app", "--repo", "acme-corp/site"]);
    for repository in ["acme-corp/theme", "acme-corp/no-such"] {
        let ran = foundry.run(&["token", "prod-app", "--repo", repository]).code(3).says(&format!("`{repository}`"));
        let ran = ran.says("not among the repositories that were chosen");
        assert!(ran.stderr.contains("gitconn installations open prod-app acme-corp"), "{ran}");
    }
    // The installation itself is as good as before.
    assert_eq!(foundry.statuses(), ["acme-corp active", "acme-client-a active"]);
}

#[test]
fn one_of_several_installations_is_named() {
    let foundry = Foundry::connected();
    let ran = foundry.run(&["token", "prod-app"]).code(2).says("acme-corp").says("acme-client-a");
    assert!(ran.stderr.contains("gitconn token prod-app --installation acme-corp"), "{ran}");
    let client = foundry.client.to_string();
    let token = foundry.token(&["prod-app", "--installation", &client]);
    assert_eq!(token, foundry.token(&["prod-app", "--installation", "Acme-CLIENT-a"]));
    assert_eq!(foundry.github.apps.tokens_of(foundry.client)[0].token, token);
    foundry.run(&["token", "prod-app", "--installation", "nobody"]).code(3).says("is not installed on `nobody`");
    foundry.run(&["token", "prod-app", "--installation", "4711"]).code(3);
    // With one left there is nothing to name.
    foundry.run(&["installations", "remove", "prod-app", "acme-corp", "--yes"]).ok();
    assert_eq!(foundry.token(&["prod-app"]), token);
    let ran = foundry.run(&["token", "prod-app", "--installation", "acme-corp"]).code(4).says("was removed here");
    assert!(ran.stderr.contains("gitconn installations restore prod-app acme-corp"), "{ran}");
}

#[test]
fn the_address_of_a_repository_finds_its_owners_installation() {
    let foundry = Foundry::connected();
    let origin = foundry.host();
    let corp = foundry.token(CORP);
    for address in [format!("{origin}/acme-corp/site"), format!("{origin}/Acme-Corp/theme.git")] {
        assert_eq!(foundry.token(&[&address]), corp, "{address}");
    }
    let shop = foundry.token(&[&format!("{origin}/acme-client-a/shop")]);
    assert_eq!(foundry.github.apps.tokens_of(foundry.client)[0].token, shop);
    // Whoever gets a token may write with it: there is no second best.
    let elsewhere = format!("{origin}/somebody/else");
    foundry.run(&["token", &elsewhere]).code(3).says("is not installed on `somebody`").says("acme-corp");
    // A person beside it is no second best: the app has no say there.
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    house::connect(&foundry.sandbox, "github", "ada", &origin, &token, &[]).ok();
    assert_eq!(foundry.sandbox.gitconn(["token", &elsewhere]).may_show(&token).run().ok().stdout.trim_end(), token);
    foundry.run(&["token", &elsewhere, "--permission", "contents=read"]).code(2).says("`ada` is not a GitHub App");
    assert_eq!(foundry.token(&[&format!("{origin}/acme-corp/site")]), corp);
    foundry.run(&["token", &format!("{origin}/acme-corp/site"), "--repo", "acme-client-a/shop"]).code(2);
}

#[test]
fn only_apps_have_what_only_apps_have() {
    let foundry = Foundry::connected();
    foundry.run(&["token", "prod-app", "--webhook-secret"]).code(2).says("it was not made here with --webhook-url");
    let token = foundry.github.classic(&foundry.sandbox, "ada");
    house::connect(&foundry.sandbox, "github", "ada", &foundry.host(), &token, &[]).ok();
    for more in [
        &["--repo", "acme-corp/site"][..],
        &["--permission", "contents=read"],
        &["--installation", "acme-corp"],
        &["--fresh"],
        &["--webhook-secret"],
    ] {
        foundry.run(&[&["token", "ada"], more].concat()).code(2).says("`ada` is not a GitHub App");
    }
    for both in [&["--repo", "acme-corp/site", "--installation", "acme-corp"][..], &["--webhook-secret", "--fresh"]] {
        foundry.run(&[&["token", "prod-app"], both].concat()).code(2);
    }
    assert_eq!(foundry.github.apps.posts(), 0);
}

#[test]
fn tokens_of_the_old_form_and_of_the_new_one_are_taken_as_they_are() {
    let foundry = Foundry::connected();
    let long = foundry.token(CORP);
    assert!(long.len() > 500 && long.contains('.'), "{}", long.len());
    foundry.github.apps.set(|settings| settings.stateless = false);
    let client = ["prod-app", "--installation", "acme-client-a"];
    let short = foundry.token(&client);
    assert_eq!(short.len(), 40);
    assert_eq!((foundry.token(CORP), foundry.token(&client)), (long, short));
    assert_eq!(texts(&foundry.json(&["repos", "prod-app"])["repositories"], "full_name").len(), 3);
}

#[test]
fn a_store_that_cannot_be_saved_makes_tokens_and_keeps_none() {
    let foundry = Foundry::connected();
    let mode = |mode| {
        std::fs::set_permissions(foundry.sandbox.path("data/gitconn"), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let before = std::fs::read(foundry.sandbox.store()).unwrap();
    mode(0o500);
    let bound = || foundry.sandbox.gitconn(["token"]).args(CORP).unprivileged().prints_a_secret().run().ok();
    let (first, second) = (bound(), bound());
    let listed = foundry.sandbox.gitconn(["repos", "prod-app", "--json"]).unprivileged().run().ok();
    mode(0o700);
    assert!(foundry.github.apps.is_live(first.stdout.trim_end()) && foundry.github.apps.is_live(second.stdout.trim_end()));
    assert_ne!(first.stdout, second.stdout);
    assert_eq!(first.stderr, "", "a pipeline means it to be so");
    assert_eq!(listed.json()["repositories"].as_array().unwrap().len(), 3);
    assert!(std::fs::read(foundry.sandbox.store()).unwrap() == before, "the store was changed");
}

#[test]
fn a_copy_of_the_store_makes_tokens_too() {
    let foundry = Foundry::connected();
    let other = foundry.sandbox.path("another-machine");
    let there = |arguments: &[&str]| foundry.sandbox.gitconn(["token"]).args(arguments).env("GITCONN_STATE_DIR", &other);
    let first = there(CORP).prints_a_secret().run().ok();
    assert!(foundry.github.apps.is_live(first.stdout.trim_end()), "{first}");
    assert!(!first.stderr.contains("copy"), "{first}");
    there(&["prod-app", "--repo", "acme-client-a/shop"]).prints_a_secret().run().ok();
    // Nothing is spent by it: the first machine goes on.
    foundry.github.apps.expire_everything();
    foundry.run(&["repos", "prod-app"]).ok();
}

#[test]
fn json_says_whose_token_it_is_and_until_when() {
    let foundry = Foundry::connected();
    let ran = foundry.sandbox.gitconn(["token", "--json"]).args(CORP).prints_a_secret().run().ok();
    let token = ran.json();
    has_fields(&token, &["token", "connection", "username", "git_username", "expires_at", "installation_id"]);
    for (field, value) in [
        ("token", json!(foundry.token(CORP))),
        ("connection", json!("prod-app")),
        ("username", json!("acme-corp")),
        ("git_username", json!("x-access-token")),
        ("installation_id", json!(foundry.corp)),
        ("expires_at", json!(foundry.github.apps.tokens_of(foundry.corp)[0].expires_at)),
    ] {
        assert_eq!(token[field], value, "{field}");
    }
}

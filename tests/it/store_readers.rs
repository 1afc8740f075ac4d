//! `store recipients`: keys that read the store and never save it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::house::{fields, texts};
use crate::support::{Hall, House, Ran, Sandbox};

/// Adds a reader with a key file of its own.
fn add(sandbox: &Sandbox, name: &str, more: &[&str]) -> PathBuf {
    let path = sandbox.path(&format!("{name}.key"));
    sandbox.key_file(&path);
    sandbox.gitconn(["store", "recipients", "add", name, "--out"]).arg(&path).args(more).run().ok();
    sandbox.secret(secret_of(&std::fs::read_to_string(&path).unwrap()));
    path
}

fn secret_of(text: &str) -> &str {
    text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap()
}

/// Runs the program with a reader's key.
fn with(house: &House, key: &std::path::Path, arguments: &[&str]) -> Ran {
    house.sandbox.gitconn(arguments).env("GITCONN_KEY_FILE", key).may_show(&house.work).run()
}

#[test]
fn a_reader_reads_everything_and_saves_nothing() {
    let house = House::new();
    house.github.repository("ada", "ada/site", &["main"]);
    let key = add(&house.sandbox, "ci", &[]);
    let text = std::fs::read_to_string(&key).unwrap();
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(text.contains("# gitconn-signer: ") && text.contains("# public key: age1"), "{}", text.lines().count());
    let before = std::fs::read(house.sandbox.store()).unwrap();

    let listed = with(&house, &key, &["list", "--json"]).ok().json();
    assert_eq!(texts(&listed["connections"], "name"), ["lab", "work"]);
    let token = with(&house, &key, &["token", "work"]).ok();
    assert_eq!(token.stdout.trim_end(), house.work);
    for arguments in [
        &["show", "work"][..],
        &["audit", "list"],
        &["audit", "verify"],
        &["repos", "work"],
        &["branches", "ada/site", "-c", "work"],
        &["exec", "work", "--", "true"],
        &["test", "work"],
        &["store", "verify"],
        &["store", "recipients", "list"],
        &["oauth", "status"],
    ] {
        with(&house, &key, arguments).ok();
    }
    with(&house, &key, &["validate"]).ok().says("is not kept");
    assert_eq!(with(&house, &key, &["store", "info", "--json"]).ok().json()["opens"], true);

    for arguments in [
        &["edit", "work", "--description", "x"][..],
        &["disable", "work"],
        &["enable", "work"],
        &["remove", "work", "--yes"],
        &["remove", "work", "--yes", "--revoke"],
        &["connect", "github", "new", "--token-stdin", "--offline"],
        &["oauth", "set", "gitlab.com", "--client-id", "x"],
        &["store", "accept", "--yes"],
        &["store", "restore", "--generation", "1", "--yes"],
        &["store", "recipients", "add", "more", "--yes"],
        &["store", "recipients", "remove", "ci", "--yes"],
    ] {
        let run = house.sandbox.gitconn(arguments).env("GITCONN_KEY_FILE", &key).stdin(&house.work);
        let ran = run.run().code(5).says("reads the store and does not write it");
        assert_eq!(ran.stdout, "", "{ran}");
    }
    let refused = with(&house, &key, &["disable", "work", "--json"]).code(5);
    assert_eq!(refused.error()["kind"], "locked");
    assert_eq!(std::fs::read(house.sandbox.store()).unwrap(), before, "a reader has written");
    // What a reader did is not in the trail, and does not disturb the writer's.
    house.sandbox.gitconn(["token", "lab"]).may_show(&house.lab).run().ok();
    house.run(&["edit", "work", "--description", "still"]).ok();
    let used = house.json(&["audit", "list", "--kind", "used"]);
    assert_eq!(texts(&used["events"], "connection"), ["lab"], "{used}");
    assert_eq!(texts(&with(&house, &key, &["list", "--json"]).ok().json()["connections"], "description"), ["", "still"]);
}

#[test]
fn a_key_is_printed_once_in_the_form_of_the_variable() {
    let house = House::new();
    let add = || house.sandbox.gitconn(["store", "recipients", "add", "ci"]).prints_a_secret();
    add().run().code(2).says("--yes");
    assert_eq!(house.json(&["store", "recipients", "list"])["recipients"].as_array().unwrap().len(), 1);
    let ran = add().arg("--yes").run().ok();
    let line = ran.stdout.trim_end().to_owned();
    house.sandbox.secret(line.split(':').next().unwrap());
    assert!(!line.contains('\n'), "{}", line.len());
    let listed = house.sandbox.gitconn(["list"]).without("GITCONN_KEY_FILE").env("GITCONN_KEY", &line).run().ok();
    listed.prints("work");
    let ran = house.sandbox.gitconn(["store", "recipients", "add", "two", "--yes", "--json"]).prints_a_secret().run().ok();
    let added = ran.json();
    assert_eq!(fields(&added), ["added", "key", "key_file", "signer"]);
    let key = added["key"].as_str().unwrap();
    house.sandbox.secret(key.split(':').next().unwrap());
    assert_eq!(key.split(':').nth(1), added["signer"].as_str());
    // The public half does not open anything.
    let public = added["added"]["recipient"].as_str().unwrap();
    house.sandbox.gitconn(["list"]).without("GITCONN_KEY_FILE").env("GITCONN_KEY", public).run().code(5).says("public key");
}

#[test]
fn the_readers_are_listed_and_counted() {
    let house = House::new();
    add(&house.sandbox, "Paper", &["--kind", "recovery"]);
    let ci = add(&house.sandbox, "ci", &[]);
    let listed = house.json(&["store", "recipients", "list"]);
    let rows = listed["recipients"].as_array().unwrap();
    assert_eq!(texts(&listed["recipients"], "name"), ["", "ci", "Paper"]);
    assert_eq!(texts(&listed["recipients"], "kind"), ["writer", "pipeline", "recovery"]);
    assert_eq!(fields(&rows[1]), ["added_at", "added_by", "is_writer", "kind", "name", "recipient"]);
    assert_eq!((&rows[0]["is_writer"], &rows[1]["is_writer"]), (&json!(true), &json!(false)));
    let info = house.json(&["store", "info"]);
    assert_eq!((&info["recipients"], &info["recipient"], &info["signer"]), (&json!(3), &rows[0]["recipient"], &listed["signer"]));
    let verified = house.json(&["store", "verify"]);
    assert_eq!((&verified["recipients"], &verified["readers"]), (&json!(3), &json!(2)));
    // A reader does not know the writer's public key, and sees the rest.
    let seen = with(&house, &ci, &["store", "recipients", "list", "--json"]).ok().json();
    assert_eq!(seen["recipients"][0]["recipient"], Value::Null);
    assert_eq!((&seen["recipients"][1], &seen["signer"]), (&rows[1], &listed["signer"]));
}

#[test]
fn a_reader_that_was_removed_reads_no_more_and_what_it_saw_is_told() {
    let house = House::new();
    let key = add(&house.sandbox, "ci", &[]);
    let old = std::fs::read(house.sandbox.store()).unwrap();
    house.run(&["store", "recipients", "remove", "ci"]).code(2).says("--yes");
    house.run(&["store", "recipients", "remove", "cii", "--yes"]).code(3).says("gitconn store recipients remove ci");
    let ran = house.sandbox.gitconn(["store", "recipients", "remove", "CI", "--yes", "--json"]).run().ok();
    let removed = ran.json();
    assert_eq!(fields(&removed), ["dropped", "kept", "removed", "seen", "seen_at_hosts"]);
    assert_eq!(texts(&removed["seen"], "name"), ["lab", "work"]);
    assert_eq!(removed["seen"][0]["secrets"], json!(["token"]));
    assert!(!removed["kept"].as_array().unwrap().is_empty());
    with(&house, &key, &["list"]).code(5).says("does not open");
    house.run(&["store", "verify"]).ok();
    // Whoever kept the old file and the key still reads that one.
    let elsewhere = house.sandbox.path("old.age");
    std::fs::write(&elsewhere, old).unwrap();
    house
        .sandbox
        .gitconn(["list"])
        .env("GITCONN_KEY_FILE", &key)
        .env("GITCONN_STORE", &elsewhere)
        .env("GITCONN_PIN", "off")
        .run()
        .ok();
    assert!(house.trail().iter().take(2).eq(["store.reader_removed", "store.reader_added"]));
    let detail = house.json(&["audit", "list", "--kind", "store.reader_added"])["events"][0]["detail"].to_string();
    assert!(detail.contains("ci") && detail.contains("pipeline") && detail.contains("age1"), "{detail}");
}

#[test]
fn kept_generations_go_with_a_reader_if_that_is_wanted() {
    let house = House::new();
    add(&house.sandbox, "ci", &[]);
    let ran = house.run(&["store", "recipients", "remove", "ci", "--yes", "--drop-generations"]).ok();
    assert!(ran.stderr.contains("kept generations removed"), "{ran}");
    assert_eq!(house.json(&["store", "info"])["backups"], json!([]));
    let data = std::fs::read_dir(house.sandbox.path("data/gitconn")).unwrap();
    let mut names: Vec<_> = data.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["store.age", "store.lock"]);
}

#[test]
fn a_key_that_was_made_elsewhere_is_added_by_its_public_half() {
    let house = House::new();
    let theirs = house.sandbox.make_key("theirs.txt");
    let public = {
        use age::secrecy::ExposeSecret as _;
        let text = std::fs::read_to_string(&theirs).unwrap();
        let identity: age::x25519::Identity = text.trim().parse().unwrap();
        assert!(identity.to_string().expose_secret().starts_with("AGE-SECRET"));
        identity.to_public().to_string()
    };
    let ran = house.run(&["store", "recipients", "add", "theirs", "--recipient", &public]).ok();
    assert!(ran.stdout.starts_with("# gitconn-signer: "), "{ran}");
    // Without the signer it opens the store and believes nobody.
    let refused = with(&house, &theirs, &["list"]).code(7).says("names nobody who may").says("gitconn-signer");
    refused.says("gitconn store recipients list");
    // It must not make itself the writer either.
    with(&house, &theirs, &["store", "accept", "--yes"]).code(5).says("does not write it");
    let whole = format!("{}{}", std::fs::read_to_string(&theirs).unwrap(), ran.stdout);
    house.sandbox.write("theirs.txt", &whole);
    with(&house, &theirs, &["list"]).ok().prints("work");
}

#[test]
fn what_is_no_new_reader_is_refused_before_anything_happens() {
    let house = House::new();
    let key = add(&house.sandbox, "ci", &[]);
    let before = std::fs::read(house.sandbox.store()).unwrap();
    let listed = house.json(&["store", "recipients", "list"]);
    let (own, ci) = (listed["recipients"][0]["recipient"].clone(), listed["recipients"][1]["recipient"].clone());
    let (own, ci) = (own.as_str().unwrap(), ci.as_str().unwrap());
    let add = |more: &[&str]| house.sandbox.gitconn(["store", "recipients", "add"]).args(more).run();
    add(&["x", "--recipient", own]).code(2).says("the store's own key");
    add(&["x", "--recipient", ci]).code(2).says("already the reader `ci`");
    add(&["CI", "--yes"]).code(2).says("there is already a reader `ci`");
    add(&["x", "--recipient", &ci[..40]]).code(2).says("62 characters are expected, and it has 40");
    add(&["x", "--recipient", &ci.replace('q', "p")]).code(2);
    add(&["x", "--recipient", "hunter2"]).code(2).says("it is no age key");
    add(&["x", "--recipient", "ssh-ed25519 AAAA"]).code(2).says("SSH key");
    add(&["a/b", "--yes"]).code(2).says("must not hold `/`");
    // A secret key is not repeated, in whatever letters.
    let secret = secret_of(&std::fs::read_to_string(&key).unwrap()).to_owned();
    let run = |secret: &str| {
        let output =
            house.sandbox.gitconn(["store", "recipients", "add", "x", "--recipient", secret]).command().output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for secret in [secret.clone(), secret.to_lowercase()] {
        let (code, said) = run(&secret);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("an argument holds an age key") && !said.contains(&secret[20..40]), "{said}");
    }
    // A file that is there is left alone.
    let taken = house.sandbox.write("taken", "mine");
    house.sandbox.gitconn(["store", "recipients", "add", "x", "--out"]).arg(&taken).run().code(5).says("never written over");
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    assert_eq!(std::fs::read(house.sandbox.store()).unwrap(), before);
}

#[test]
fn a_key_file_goes_again_if_the_store_cannot_be_saved() {
    let house = House::new();
    let path = house.sandbox.path("ci.key");
    let data = house.sandbox.path("data/gitconn");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o555)).unwrap();
    let ran = house.sandbox.gitconn(["store", "recipients", "add", "ci", "--out"]).arg(&path).unprivileged().run();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert_ne!(ran.code, 0, "{ran}");
    assert!(!path.exists(), "{ran}");
}

#[test]
fn sixty_four_readers_and_no_more() {
    let sandbox = Sandbox::new();
    for number in 0..64 {
        let public = age::x25519::Identity::generate().to_public().to_string();
        sandbox.gitconn(["store", "recipients", "add", &format!("r{number}"), "--recipient", &public]).run().ok();
    }
    let public = age::x25519::Identity::generate().to_public().to_string();
    sandbox.gitconn(["store", "recipients", "add", "more", "--recipient", &public]).run().code(2).says("takes no more");
    sandbox.gitconn(["store", "verify"]).run().ok().prints("65");
}

#[test]
fn a_reader_uses_a_login_as_long_as_its_token_lives_and_renews_nothing() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "live").ok();
    hall.connect_ended("gitlab", "ended");
    let key = add(&hall.sandbox, "ci", &[]);
    let renewals = || hall.gitlab.oauth.posts("refresh_token");
    let before = renewals();
    let run = |arguments: &[&str]| hall.sandbox.gitconn(arguments).env("GITCONN_KEY_FILE", &key).prints_a_secret().run();
    assert!(hall.gitlab.oauth.is_good(run(&["token", "live"]).ok().stdout.trim_end()));
    run(&["token", "ended"]).code(5).says("this key reads the store").says("gitconn refresh");
    run(&["refresh", "live"]).code(5).says("this key reads the store");
    run(&["validate", "ended"]).code(5);
    assert_eq!(renewals(), before);
    // The writer renews it, and then the reader has it too.
    hall.run(&["refresh", "ended"]).ok();
    run(&["token", "ended"]).ok();
}

#[test]
fn accepting_a_file_shows_the_readers_it_brings() {
    let house = House::new();
    let old = std::fs::read(house.sandbox.store()).unwrap();
    add(&house.sandbox, "ci", &[]);
    let backup = house.sandbox.write("old.age", "");
    std::fs::write(&backup, old).unwrap();
    let ran = house.sandbox.gitconn(["store", "restore", "--json"]).arg(&backup).arg("--yes").run().ok();
    let what = texts(&ran.json()["differences"], "what");
    assert!(what.contains(&"reader".to_owned()), "{ran}");
    assert_eq!(house.json(&["store", "info"])["recipients"], 1);
}

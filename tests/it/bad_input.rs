//! Bad input: each gets its own clear error and exit code, and nothing is lost or half written.

use std::collections::BTreeSet;

use crate::support::fake::GitHub;
use crate::support::grammar::commands;
use crate::support::house::connect;
use crate::support::{House, Sandbox};

/// Every command that needs a store that is there, with arguments that would do.
const NEED_STORE: &[&[&str]] = &[
    &["list"],
    &["rotate", "--all"],
    &["show", "work"],
    &["validate"],
    &["test"],
    &["edit", "work", "--name", "x"],
    &["enable", "work"],
    &["disable", "work"],
    &["remove", "work", "--yes"],
    &["repos"],
    &["branches", "a/b"],
    &["token", "work"],
    &["refresh"],
    &["setup-git", "--yes"],
    &["check", "a/b"],
    &["clone", "a/b"],
    &["pull"],
    &["route", "add", "github.com/acme", "work"],
    &["route", "list"],
    &["route", "remove", "github.com/acme"],
    &["route", "test", "github.com/acme/site"],
    &["oauth", "remove", "github.com"],
    &["installations", "list"],
    &["installations", "add", "work"],
    &["installations", "remove", "work", "acme", "--yes"],
    &["installations", "restore", "work", "acme"],
    &["installations", "open", "work"],
    &["installations", "sync"],
    &["which", "--token-stdin"],
    &["audit", "list"],
    &["audit", "verify"],
    &["audit", "export"],
    &["store", "info"],
    &["store", "unlock", "--for", "1h"],
    NEEDS_NO_KEY,
    &["store", "verify"],
    &["store", "backup", "b.age"],
    &["store", "export", "--only", "work", "--out", "x.age"],
    &["store", "accept", "--yes"],
    &["store", "key", "export", "--yes"],
    &["store", "recipients", "list"],
    &["store", "recipients", "add", "ci", "--yes"],
    &["store", "recipients", "remove", "ci", "--yes"],
    &["store", "rekey", "--yes", "--key", "passphrase"],
];

/// The one of them that needs no key: it takes one away.
const NEEDS_NO_KEY: &[&str] = &["store", "lock"];

/// The commands that need none.
const NEED_NO_STORE: &[&str] = &[
    "connect",
    // It needs one, and has exit codes of its own: `exec.rs`.
    "exec",
    // git asks it, and is told in one line: `credential.rs`.
    "credential",
    // It makes one, and what the environment knows needs none.
    "oauth set",
    "oauth status",
    "store init",
    // It makes one of a copy.
    "store restore",
    "config list",
    "config get",
    "config set",
    "config unset",
    "config path",
    // The first one makes it, as `connect` does; and what is wrong with a set-up without one is to be told too.
    "import",
    "doctor",
    "completions",
    "man",
    "help",
];

#[test]
fn every_command_needs_a_store_or_not() {
    let all: BTreeSet<String> =
        commands().iter().filter(|command| !command.has_commands).map(crate::support::grammar::Command::line).collect();
    let needs = |line: &&String| {
        let words: Vec<&str> = line.split(' ').collect();
        NEED_STORE.iter().any(|command| command.starts_with(&words))
    };
    let (with, without): (BTreeSet<&String>, BTreeSet<&String>) = all.iter().partition(needs);
    assert_eq!(without.into_iter().collect::<Vec<_>>(), BTreeSet::from_iter(NEED_NO_STORE).into_iter().collect::<Vec<_>>());
    let bare = Sandbox::with_key();
    bare.gitconn(["store", "restore", "--list"]).run().ok();
    bare.gitconn(["store", "restore", "--generation", "1", "--yes"]).run().code(3).says("generation 1");
    assert!(with.len() + NEED_NO_STORE.len() == all.len(), "{all:?}");
}

#[test]
fn no_store_is_not_found() {
    let sandbox = Sandbox::with_key();
    for command in NEED_STORE {
        let ran = sandbox.gitconn(*command).run().code(3).says("there is no store");
        assert!(ran.stderr.contains("gitconn connect"), "{ran}");
        assert_eq!(sandbox.gitconn(*command).arg("--json").run().code(3).error()["kind"], "not_found");
    }
    assert!(!sandbox.store().exists());
    let elsewhere = sandbox.path("elsewhere.age");
    sandbox.gitconn(["list", "--store"]).arg(&elsewhere).run().code(3).says("elsewhere.age");
}

#[test]
fn a_wrong_key_is_locked_and_changes_nothing() {
    let house = House::new();
    let other = house.sandbox.make_key("other.txt");
    let before = std::fs::read(house.sandbox.store()).unwrap();
    for command in NEED_STORE.iter().filter(|command| **command != NEEDS_NO_KEY) {
        house.sandbox.gitconn(*command).env("GITCONN_KEY_FILE", &other).run().code(5);
        house.sandbox.gitconn(*command).without("GITCONN_KEY_FILE").run().code(5);
    }
    assert_eq!(std::fs::read(house.sandbox.store()).unwrap(), before);
    house.run(&["edit", "work", "--description", "a second generation"]).ok();
    let before = std::fs::read(house.sandbox.store()).unwrap();
    let restore = house.sandbox.gitconn(["store", "restore", "--generation", "1", "--yes"]);
    restore.clone().env("GITCONN_KEY_FILE", &other).run().code(5);
    restore.without("GITCONN_KEY_FILE").run().code(5);
    assert_eq!(std::fs::read(house.sandbox.store()).unwrap(), before);
}

#[test]
fn an_unknown_connection_is_not_found_and_the_nearest_is_named() {
    let house = House::new();
    for command in [
        &["show", "wokr"][..],
        &["validate", "wokr"],
        &["edit", "wokr", "--name", "x"],
        &["enable", "wokr"],
        &["disable", "wokr"],
        &["remove", "wokr", "--yes"],
        &["repos", "wokr"],
        &["branches", "a/b", "-c", "wokr"],
        &["token", "wokr"],
    ] {
        house.run(command).code(3).says("`wokr`").says("work");
    }
}

#[test]
fn addresses_that_cannot_be_are_refused() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    let token = github.classic(&sandbox, "ada");
    for (host, code) in [
        ("http://git.example.com", 2),
        ("http://10.0.0.1", 2),
        ("ssh://git@github.com", 2),
        ("https://user:pw@git.example.com", 2),
        ("https://git.example.com/?x=1", 2),
        ("git hub.com", 2),
        ("", 2),
        ("https://no-such-host.invalid", 6),
    ] {
        connect(&sandbox, "github", "x", host, &token, &[]).code(code);
    }
    // What leads nowhere with the API is no better.
    sandbox
        .gitconn(["connect", "github", "x", "--api-url", "http://git.example.com", "--token-stdin"])
        .stdin(&token)
        .run()
        .code(2);
    sandbox.gitconn(["connect", "sourceforge"]).run().code(2);
    assert!(github.seen().is_empty());
}

#[test]
fn an_odd_token_is_refused_before_anything_is_written() {
    let sandbox = Sandbox::new();
    let run = |input: &[u8]| sandbox.gitconn(["connect", "github", "x", "--token-stdin"]).stdin(input).run();
    run(b"").code(2);
    run(b"\n").code(2);
    run(&[0xff, 0xfe, 0x00]).code(2);
    run("gh\u{200b}p_x".as_bytes()).code(4);
    sandbox.gitconn(["connect", "github", "x", "--token-env", "UNSET"]).run().code(2);
    sandbox.gitconn(["connect", "github", "x", "--token-file", "/nonexistent"]).run().code(1);
    sandbox.gitconn(["connect", "github", "x", "--token-file"]).arg(sandbox.root()).run().code(1);
    sandbox.gitconn(["connect", "github", "x", "--token-stdin", "--token-env", "X"]).run().code(2);
}

#[test]
fn options_of_apps_that_contradict_each_other_are_refused() {
    let house = House::new();
    for (line, named) in [
        ("connect github x --private-key-file k.pem", "--app"),
        ("connect github x --private-key-env KEY --token-stdin", "--app"),
        ("connect github x --private-key-stdin", "--app"),
        ("connect github x --token-stdin --installation-id 5", "--installation-id needs --app"),
        ("connect github x --create-app --installation-id 5", "--installation-id"),
        ("connect github x --token-stdin --org acme", "--org needs --create-app"),
        ("connect --reauth work --client-id x", "--app"),
        ("connect github x --app --private-key-file a --private-key-stdin", "--private-key-stdin"),
        ("connect github x --app --expires-at 2027-01-01", "--expires-at"),
        ("connect github x --create-app --expires-at 2027-01-01", "--expires-at"),
        ("connect github x --create-app --port 8080", "--port"),
        ("connect --reauth work --app --app-id 1", "--app"),
        ("connect --reauth work --create-app", "--create-app"),
        ("edit work --private-key-stdin --token-stdin", "--token-stdin"),
        ("edit work --private-key-file a --token-env B", "--token-env"),
        ("edit work --private-key-env A --token-file b", "--token-file"),
        ("connect github x --create-app --permission issues=read --permission issues=write", "`issues=write`"),
        (
            "token work --permission issues=read --permission issues=write",
            "`issues=read` and `issues=write` contradict each other",
        ),
    ] {
        let ran = house.run(&line.split(' ').collect::<Vec<_>>()).code(2).says(named);
        assert!(ran.stdout.is_empty(), "{ran}");
    }
    let exec = "exec work --permission issues=read --permission issues=write -- true";
    house.run(&exec.split(' ').collect::<Vec<_>>()).code(125).says("contradict each other");
    // The same one twice is no contradiction.
    let twice = "token work --permission issues=read --permission issues=read";
    house.run(&twice.split(' ').collect::<Vec<_>>()).code(2).says("`work` is not a GitHub App");
    assert_eq!(house.names(&["--all"]), ["lab", "work"]);
}

#[test]
fn a_webhook_is_told_over_https_and_its_address_holds_no_password() {
    let sandbox = Sandbox::with_key();
    let create = |address: &str| sandbox.gitconn(["connect", "github", "x", "--create-app", "--webhook-url", address]).run();
    for address in [
        "http://hooks.acme.example/",
        "ftp://hooks.acme.example/",
        "hooks.acme.example",
        "https://",
        "http://127.0.0.1.acme.example/",
    ] {
        create(address).code(2).says("--webhook-url takes an address that begins with `https://`");
    }
    for (address, words) in [
        ("https://ada:xyzzy@hooks.acme.example/", "an address with a password"),
        ("https://xyzzy@hooks.acme.example/", "without user name and password"),
        ("http://:xyzzy@127.0.0.1/", "an address with a password"),
    ] {
        let ran = create(address).code(2).says(words);
        assert!(!ran.stderr.contains("xyzzy"), "{ran}");
    }
    assert!(!sandbox.store().exists());
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let house = House::new();
    let run = |arguments: &[&str]| house.run(arguments).code(2);
    run(&["connect", "github"]).says("--token-stdin");
    run(&["remove", "work"]).says("--yes");
    let backup = house.sandbox.path("b.age");
    house.run(&["store", "backup", &backup.to_string_lossy()]).ok();
    run(&["store", "restore", &backup.to_string_lossy()]).says("--yes");
    let bare = Sandbox::bare();
    bare.gitconn(["store", "init", "--key", "passphrase"]).run().code(5);
}

#[test]
fn eight_at_once_lose_nothing() {
    let house = House::new();
    let house = &house;
    std::thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || house.connect_github(&format!("c{number}"), &house.work, &["--offline"]).ok());
        }
    });
    assert_eq!(house.names(&[]).len(), 10);
    house.run(&["audit", "verify"]).ok();
}

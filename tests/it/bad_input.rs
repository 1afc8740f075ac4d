//! Bad input: each gets its own clear error and exit code, and nothing is lost or half written.

use crate::support::fake::{Answer, GitHub};
use crate::support::house::connect;
use crate::support::{House, Sandbox, tokens};

/// Every command that needs the store.
const NEED_STORE: &[&[&str]] = &[
    &["list"],
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
    &["audit", "list"],
    &["audit", "verify"],
    &["store", "verify"],
    &["store", "backup", "b.age"],
];

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
    let before = std::fs::read(house.sandbox.store()).unwrap();
    let other = house.sandbox.make_key("other.txt");
    for command in NEED_STORE {
        house.sandbox.gitconn(*command).env("GITCONN_KEY_FILE", &other).run().code(5);
        house.sandbox.gitconn(*command).without("GITCONN_KEY_FILE").run().code(5);
    }
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
fn a_token_typed_as_an_argument_is_not_repeated() {
    let (sandbox, github) = (Sandbox::new(), GitHub::start());
    // It is in the arguments already: it cannot be watched for there.
    let typed = tokens::classic("typed");
    let origin = github.origin();
    for arguments in [
        vec!["connect", "github", "--token", &typed],
        vec!["connect", "github", &typed, "--host", &origin, "--token-stdin"],
        vec!["show", &typed],
        vec!["token", &typed],
    ] {
        let ran = sandbox.gitconn(&arguments).stdin(&typed).run();
        assert_ne!(ran.code, 0, "{}", arguments[0]);
        assert!(!ran.stderr.contains(&typed[8..]) && !ran.stdout.contains(&typed[8..]), "{} repeats it", arguments[0]);
    }
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
fn ctrl_c_during_a_request_leaves_the_store_as_it_was() {
    let house = House::new();
    let before = std::fs::read(house.sandbox.store()).unwrap();
    house.github.always("*", Answer::never());
    for (arguments, path) in [
        (&["validate", "work"][..], "/user"),
        (&["repos", "work"], "/user/repos"),
        (&["branches", "a/b", "-c", "work"], "/repos/a/b"),
    ] {
        house.github.forget();
        let running = house.sandbox.gitconn(arguments).start();
        house.github.wait_below(path);
        running.interrupt();
        let ran = running.wait().code(130);
        assert_eq!(ran.stdout, "", "{ran}");
    }
    house.github.forget();
    let running = house
        .sandbox
        .gitconn(["connect", "github", "new", "--host", &house.github.origin(), "--token-stdin"])
        .stdin(&house.work)
        .start();
    house.github.wait_below("/user");
    running.interrupt();
    running.wait().code(130);
    assert!(std::fs::read(house.sandbox.store()).unwrap() == before, "the store was changed");
    house.github.recover();
    assert_eq!(house.names(&["--all"]), ["lab", "work"]);
}

#[test]
fn ctrl_c_during_a_save_loses_nothing() {
    let house = House::new();
    // Whenever it comes, the store is the one before or the one after.
    for round in 0..20 {
        let description = format!("round {round}");
        let running = house.sandbox.gitconn(["edit", "work", "--description", &description]).start();
        running.interrupt();
        let code = running.wait().code;
        assert!([0, 130, -2].contains(&code), "{code}");
        let known = house.connection("work");
        if code == 0 {
            assert_eq!(known["description"], description.as_str());
        }
        house.run(&["audit", "verify"]).ok();
    }
    let left: Vec<String> = std::fs::read_dir(house.sandbox.path("data/gitconn"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("tmp"))
        .collect();
    assert!(left.len() <= 20, "{left:?}");
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

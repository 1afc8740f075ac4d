//! `config`: settings, and where each was set.

use crate::support::{House, Sandbox};

#[test]
fn a_setting_is_set_read_and_listed_with_where_it_was_set() {
    let house = House::new();
    house.run(&["config", "set", "connection", "work"]).ok();
    assert_eq!(house.run(&["config", "get", "connection"]).ok().stdout.trim_end(), "work");
    let list = house.json(&["config", "list"]).to_string();
    assert!(list.contains("\"connection\"") && list.contains("config.toml"), "{list}");
    let path = house.run(&["config", "path"]).ok().stdout;
    assert!(path.trim_end().ends_with("config.toml") && std::path::Path::new(path.trim_end()).exists(), "{path}");
    let from = house.sandbox.gitconn(["config", "list", "--json"]).env("GITCONN_CONNECTION", "lab").run().ok();
    assert!(from.stdout.contains("GITCONN_CONNECTION"), "{from}");
}

#[test]
fn what_was_written_by_hand_stays_as_it_was() {
    let house = House::new();
    let path = house.run(&["config", "path"]).ok().stdout.trim_end().to_owned();
    let name = path.strip_prefix(&format!("{}/", house.sandbox.root().display())).unwrap().to_owned();
    house.sandbox.write(&name, "# mine\n\nmax_wait = \"5m\" # long\n");
    house.run(&["config", "set", "connection", "work"]).ok();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("# mine\n") && text.contains("max_wait = \"5m\" # long\n") && text.contains("work"), "{text}");
}

#[test]
fn what_is_no_setting_is_refused_with_the_nearest() {
    let house = House::new();
    house.run(&["config", "get", "conection"]).code(2).says("connection");
    house.run(&["config", "set", "max_wait", "soon"]).code(2);
    house.run(&["config", "set", "nothing", "x"]).code(2);
    house.sandbox.write("odd.toml", "max_wait = \n");
    house.sandbox.gitconn(["list"]).env("GITCONN_CONFIG", house.sandbox.path("odd.toml")).run().code(2).says("odd.toml");
    house.sandbox.write("unknown.toml", "max_wiat = \"5m\"\n");
    house.sandbox.gitconn(["list"]).env("GITCONN_CONFIG", house.sandbox.path("unknown.toml")).run().code(2).says("max_wait");
}

#[test]
fn one_bad_setting_locks_nobody_out() {
    let house = House::new();
    let path = house.run(&["config", "path"]).ok().stdout.trim_end().to_owned();
    let name = path.strip_prefix(&format!("{}/", house.sandbox.root().display())).unwrap().to_owned();
    for (text, key) in [("max_wiat = \"5m\"\nconnection = \"work\"\n", "max_wiat"), ("max_wait = \"soon\"\n", "max_wait")] {
        house.sandbox.write(&name, text);
        for arguments in [&["list"][..], &["show", "work"], &["repos"], &["validate"], &["token", "work"], &["store", "info"]] {
            let ran = house.run(arguments).code(2).says(key).says("config.toml");
            assert!(ran.stderr.contains(&format!("gitconn config unset {key}")), "{ran}");
            assert_eq!(house.sandbox.gitconn(arguments).arg("--json").run().code(2).error()["kind"], "usage");
        }
        for arguments in [
            &["config", "list"][..],
            &["config", "path"],
            &["--help"],
            &["list", "--help"],
            &["--version"],
            &["completions", "bash"],
            &["man"],
        ] {
            house.run(arguments).ok();
        }
        let list = house.run(&["config", "list"]).ok();
        assert!(list.stdout.contains(key) || list.stderr.contains(key), "what is wrong is not shown\n{list}");
        house.run(&["config", "unset", key]).ok();
        house.run(&["list"]).ok();
    }
}

#[test]
fn settings_need_no_store_and_no_key() {
    let sandbox = Sandbox::bare();
    sandbox.gitconn(["config", "list"]).run().ok();
    let store = sandbox.gitconn(["config", "get", "store"]).run().ok().stdout;
    assert_eq!(store.trim_end(), sandbox.store().to_string_lossy());
    let other = sandbox.gitconn(["config", "get", "store"]).env("GITCONN_STORE", "/elsewhere/s.age").run().ok().stdout;
    assert_eq!(other.trim_end(), "/elsewhere/s.age");
}

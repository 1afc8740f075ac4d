//! Commands that are shown to be pasted are about the store that was typed, not about the usual one.

use serde_json::Value;

use crate::support::fake::{Answer, GitHub};
use crate::support::{Ran, Sandbox};

/// A store in another place, with a connection `work` whose token is dead, and a key that only the command line names.
struct Elsewhere {
    sandbox: Sandbox,
    github: GitHub,
}

impl Elsewhere {
    fn new() -> Self {
        let mut sandbox = Sandbox::with_key();
        sandbox.unset("GITCONN_KEY_FILE");
        let github = GitHub::start();
        let token = github.classic(&sandbox, "ada");
        let elsewhere = Self { sandbox, github };
        elsewhere.run(&["store", "init"]).ok();
        let connect = ["connect", "github", "work", "--host", &elsewhere.github.origin(), "--token-stdin"];
        elsewhere.sandbox.gitconn(TYPED).args(connect).stdin(&token).run().ok();
        elsewhere.github.refuse(&token);
        elsewhere
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.sandbox.gitconn(TYPED).args(arguments).run()
    }
}

const TYPED: &[&str] = &["--store", "my store.age", "--key-file", "key.txt"];
const SHOWN: &str = "--store 'my store.age' --key-file key.txt";

/// Every command of ours among the hints names the store and the key, once each.
#[track_caller]
fn all_carry(ran: &Ran) {
    let commands: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("hint: gitconn ")).collect();
    assert!(!commands.is_empty(), "no hint\n{ran}");
    for command in commands {
        assert_eq!(command.matches("--store ").count(), 1, "{ran}");
        assert_eq!(command.matches("--key-file ").count(), 1, "{ran}");
        assert!(command.contains("'my store.age'"), "{ran}");
    }
}

#[test]
fn a_store_that_is_not_there_is_made_where_it_was_looked_for() {
    let sandbox = Sandbox::bare();
    let ran = sandbox.gitconn(["--store", "foo.age", "list"]).run().code(3);
    assert!(ran.stderr.contains("hint: gitconn --store foo.age connect github"), "{ran}");
    assert!(ran.stderr.contains("hint: gitconn --store foo.age config get store"), "{ran}");
}

#[test]
fn hints_of_errors_name_the_store_that_was_typed() {
    let elsewhere = Elsewhere::new();
    for arguments in [
        &["show", "wrk"][..],
        &["token", "nobody"],
        &["rotate", "wrk", "--yes"],
        &["route", "add", "gitlab.com/acme", "wrk"],
        &["route", "add", "..", "work"],
        &["store", "init"],
        &["edit", "work"],
        &["branches", "https://git.acme.com/acme/site"],
        &["installations", "list"],
        &["store", "restore"],
    ] {
        let ran = elsewhere.run(arguments);
        assert_ne!(ran.code, 0, "{ran}");
        if ran.stderr.contains("--help") && !ran.stderr.contains("hint: gitconn --") {
            continue;
        }
        all_carry(&ran);
    }
}

#[test]
fn hints_beside_data_and_in_json_do_too() {
    let elsewhere = Elsewhere::new();
    all_carry(&elsewhere.run(&["validate"]).code(4));
    let dead = elsewhere.run(&["token", "work"]).code(4);
    all_carry(&dead);
    assert!(dead.stderr.contains(&format!("hint: gitconn {SHOWN} rotate work")), "{dead}");
    let error: Value = serde_json::from_str(&elsewhere.run(&["token", "work", "--json"]).code(4).stderr).unwrap();
    let hint = error["error"]["hint"].as_str().unwrap();
    assert!(hint.lines().all(|line| line.starts_with(&format!("gitconn {SHOWN} "))), "{hint}");
    // The command beside a finding is data.
    let findings = elsewhere.run(&["doctor", "--offline", "--json"]).code(9).json()["findings"].clone();
    let commands = findings.as_array().unwrap().iter().filter_map(|finding| finding["command"].as_str());
    assert!(commands.clone().any(|command| command.contains(" rotate work")), "{findings}");
    for command in commands.filter(|command| command.starts_with("gitconn ")) {
        assert!(command.contains("--store ") && command.contains("--key-file "), "{command}");
    }
}

#[test]
fn a_sentence_that_ends_with_a_command_does_too() {
    let elsewhere = Elsewhere::new();
    elsewhere.github.always("*", Answer::html(500, "Whoops"));
    let other = elsewhere.github.classic(&elsewhere.sandbox, "bot");
    let connect = ["connect", "github", "bot", "--host", &elsewhere.github.origin(), "--token-stdin", "--offline"];
    elsewhere.sandbox.gitconn(TYPED).args(connect).stdin(&other).run().ok();
    elsewhere.run(&["validate", "bot"]).code(6);
    let listed = elsewhere.run(&["list", "-o", "table"]).ok();
    let told = listed.stderr.lines().find(|line| line.contains("gitconn")).unwrap_or_else(|| panic!("{listed}"));
    assert!(told.contains(&format!(": gitconn {SHOWN} validate bot")), "{listed}");
}

#[test]
fn what_was_typed_once_more_is_not_doubled() {
    let elsewhere = Elsewhere::new();
    let ran = elsewhere.run(&["remove", "work", "--no-input"]).code(2);
    assert_eq!(ran.stderr.matches("--store").count(), 1, "{ran}");
    // Without any of it commands are as short as they can be.
    let plain = Sandbox::new().gitconn(["show", "work"]).run().code(3);
    assert!(plain.stderr.contains("hint: gitconn list --all"), "{plain}");
}

//! The command line's reference as one text: what changes in it is seen and meant.

use std::fmt::Write as _;

use crate::support::Sandbox;

/// Commands that have commands of their own.
const DEEPER: &[(&str, &[&str])] = &[
    ("config", &["list", "get", "set", "path"]),
    ("audit", &["list", "verify"]),
    ("store", &["init", "info", "unlock", "lock", "verify", "backup", "restore", "accept", "key"]),
    ("help", &[]),
];

#[test]
fn help_of_every_command() {
    let sandbox = Sandbox::bare();
    let mut reference = String::new();
    let mut help = |arguments: &[&str]| {
        let ran = sandbox.gitconn(arguments).arg("--help").run().ok();
        let _ = writeln!(reference, "$ gitconn {}\n{}", [arguments, &["--help"]].concat().join(" "), ran.stdout);
        ran.stdout
    };
    let top = help(&[]);
    let listed = top.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let commands: Vec<&str> = listed
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 18, "{commands:?}");
    for command in commands {
        help(&[command]);
        for deeper in DEEPER.iter().filter(|(known, _)| *known == command).flat_map(|(_, deeper)| *deeper) {
            help(&[command, deeper]);
        }
    }
    for topic in ["exit-codes", "environment"] {
        let _ = writeln!(reference, "$ gitconn help {topic}\n{}", sandbox.gitconn(["help", topic]).run().ok().stdout);
    }
    insta::assert_snapshot!(reference);
}

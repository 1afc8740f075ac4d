//! The command line's reference as one text: what changes in it is seen and meant.

use std::fmt::Write as _;

use crate::support::Sandbox;
use crate::support::grammar::commands;

#[test]
fn help_of_every_command() {
    let sandbox = Sandbox::bare();
    let mut reference = String::new();
    for command in commands() {
        let line: Vec<&str> = command.path.iter().map(String::as_str).chain(["--help"]).collect();
        let _ = writeln!(reference, "$ gitconn {}\n{}", line.join(" "), command.help);
    }
    for topic in ["exit-codes", "environment"] {
        let _ = writeln!(reference, "$ gitconn help {topic}\n{}", sandbox.gitconn(["help", topic]).run().ok().stdout);
    }
    insta::assert_snapshot!(reference);
}

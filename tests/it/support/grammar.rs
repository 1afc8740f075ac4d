//! The grammar of the command line, read out of the help that the program prints: a command or an option that is added is found by itself.

use super::Sandbox;

/// One command with its help.
#[derive(Debug)]
pub(crate) struct Command {
    /// `["store", "key", "export"]`; empty for the program itself.
    pub(crate) path: Vec<String>,
    /// What `--help` prints.
    pub(crate) help: String,
    /// Whether it has commands of its own.
    pub(crate) has_commands: bool,
}

impl Command {
    /// The path as it is typed.
    pub(crate) fn line(&self) -> String {
        self.path.join(" ")
    }

    /// The lines between this heading and the next one.
    fn section(&self, heading: &str) -> impl Iterator<Item = &str> {
        let lines = self.help.lines().skip_while(move |line| *line != heading).skip(1);
        lines.take_while(|line| line.is_empty() || line.starts_with(' '))
    }

    /// How many arguments without an option's name it must have, and how many it knows. One that may be repeated counts as one.
    pub(crate) fn positions(&self) -> (usize, usize) {
        let named = || self.section("Arguments:").filter(|line| line.starts_with("  <") || line.starts_with("  ["));
        (named().filter(|line| line.starts_with("  <")).count(), named().count())
    }

    /// The options of its own that take a value, as `--name`; `global` adds those of every command.
    pub(crate) fn options(&self, global: bool) -> Vec<String> {
        let own = self.section("Options:").chain(self.section("Login:"));
        let all: Vec<&str> = if global { own.chain(self.section("Global options:")).collect() } else { own.collect() };
        // `      --host <URL>`, `  -c, --connection <NAME>`; deeper lines are words about it.
        let at_margin = |line: &&str| line.trim_start().starts_with('-') && line.len() - line.trim_start().len() <= 6;
        all.into_iter()
            .filter(at_margin)
            .filter(|line| line.contains('<'))
            .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")).map(ToOwned::to_owned))
            .collect()
    }
}

/// Every command, the program itself first, in the order of the help; each before the commands below it.
pub(crate) fn commands() -> Vec<Command> {
    let sandbox = Sandbox::bare();
    let mut found = Vec::new();
    let mut waiting = vec![Vec::new()];
    while let Some(path) = waiting.pop() {
        let help = sandbox.gitconn(&path).arg("--help").run().ok().stdout;
        let mut command = Command { path, help, has_commands: false };
        let below: Vec<String> = command
            .section("Commands:")
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next().map(ToOwned::to_owned))
            .collect();
        command.has_commands = !below.is_empty();
        waiting.extend(below.into_iter().rev().map(|name| [command.path.as_slice(), &[name]].concat()));
        found.push(command);
    }
    found
}

#[test]
fn the_grammar_is_read_whole() {
    let commands = commands();
    let known = |line: &str| commands.iter().find(|command| command.line() == line).unwrap_or_else(|| panic!("no `{line}`"));
    assert!(known("").has_commands && known("store key").has_commands && !known("store key export").has_commands);
    assert_eq!(
        (known("connect").positions(), known("list").positions(), known("validate").positions()),
        ((0, 2), (0, 0), (0, 1))
    );
    assert!(known("connect").options(false).contains(&"--scopes".to_owned()), "{:?}", known("connect").options(false));
    assert!(known("branches").options(false).contains(&"--connection".to_owned()), "{:?}", known("branches").options(false));
    assert!(
        !known("list").options(false).contains(&"--all".to_owned())
            && known("list").options(true).contains(&"--store".to_owned())
    );
}

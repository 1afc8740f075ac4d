//! The options that say which store is meant, carried into every command that is shown to be pasted: without them it would be about another store.

use std::borrow::Cow;
use std::path::Path;

use crate::model::shell_word;

const PROGRAM: &str = "gitconn ";

/// The paths that were typed, as options.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carried(Vec<(&'static str, String)>);

impl Carried {
    /// Those of them that were typed.
    pub(super) fn new<'a>(typed: impl IntoIterator<Item = (&'static str, Option<&'a Path>)>) -> Self {
        let word = |path: &Path| shell_word(&path.to_string_lossy()).into_owned();
        Self(typed.into_iter().filter_map(|(option, path)| Some((option, word(path?)))).collect())
    }

    /// The text, with the options in each command of ours that it shows: at its beginning, after a colon, in backticks.
    pub(crate) fn in_commands<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.0.is_empty() || !text.contains(PROGRAM) {
            return Cow::Borrowed(text);
        }
        let grammar = super::grammar();
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(PROGRAM) {
            let (before, from) = rest.split_at(at);
            told.push_str(before);
            let (program, command) = from.split_at(PROGRAM.len());
            told.push_str(program);
            let begins = told.len() == program.len() || [": ", "? ", "`", "\n"].iter().any(|lead| before.ends_with(lead));
            let end = ["`", "\n", "   #"].iter().filter_map(|end| command.find(end)).min().unwrap_or(command.len());
            let mut words = command[..end].split_whitespace();
            let name = words.next().unwrap_or_default();
            // What is said of the program itself is about no store.
            let is_ours =
                name != "help" && grammar.find_subcommand(name).is_some() && !words.clone().any(|word| word == "--help");
            if begins && is_ours {
                let has = |option: &str| {
                    let is_it =
                        |word: &str| word.strip_prefix(option).is_some_and(|more| more.is_empty() || more.starts_with('='));
                    words.clone().any(is_it)
                };
                for (option, path) in &self.0 {
                    // A command line that is typed once more has it already; one that makes a key names no other.
                    let is_out_of_place = *option == "--key-file" && has("--key-out");
                    if !is_out_of_place && !has(option) {
                        told.extend([*option, " ", path.as_str(), " "]);
                    }
                }
            }
            rest = command;
        }
        told.push_str(rest);
        Cow::Owned(told)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Carried;

    #[test]
    fn each_command_is_about_the_store_that_was_typed() {
        let carried = Carried::new([("--store", Some(Path::new("/my stores/a.age"))), ("--key-file", None)]);
        for (text, told) in [
            ("gitconn list --all", "gitconn --store '/my stores/a.age' list --all"),
            ("gitconn exec ci -- make   # runs it", "gitconn --store '/my stores/a.age' exec ci -- make   # runs it"),
            (
                "export GITCONN_KEY=…   # from `gitconn store key export`",
                "export GITCONN_KEY=…   # from `gitconn --store '/my stores/a.age' store key export`",
            ),
            ("2 are left: gitconn validate a b", "2 are left: gitconn --store '/my stores/a.age' validate a b"),
            // Typed once more.
            ("gitconn list --store x --all", "gitconn list --store x --all"),
            ("gitconn list --store=x --all", "gitconn list --store=x --all"),
            // About no store.
            ("gitconn --version", "gitconn --version"),
            ("gitconn help exit-codes", "gitconn help exit-codes"),
            ("gitconn connect --help", "gitconn connect --help"),
            ("of `exec`: gitconn failed, before the program ran", "of `exec`: gitconn failed, before the program ran"),
            ("install the newer gitconn; nothing was changed", "install the newer gitconn; nothing was changed"),
        ] {
            assert_eq!(carried.in_commands(text), told);
        }
        assert_eq!(Carried::default().in_commands("gitconn list --all"), "gitconn list --all");
    }

    #[test]
    fn the_key_is_carried_beside_the_store_and_alone() {
        let both = Carried::new([("--store", Some(Path::new("s.age"))), ("--key-file", Some(Path::new("k")))]);
        assert_eq!(both.in_commands("gitconn show work"), "gitconn --store s.age --key-file k show work");
        assert_eq!(both.in_commands("gitconn show work --key-file k"), "gitconn --store s.age show work --key-file k");
        let made = "gitconn store init --key file --key-out k";
        assert_eq!(both.in_commands(made), "gitconn --store s.age store init --key file --key-out k");
        let key = Carried::new([("--store", None), ("--key-file", Some(Path::new("k")))]);
        assert_eq!(key.in_commands("gitconn show work"), "gitconn --key-file k show work");
    }
}

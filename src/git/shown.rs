//! Settings as git shows them, each with where it stands.

use std::path::Path;
use std::process::{Command, Stdio};

use super::program::command;

/// One setting, in the order in which git reads them. Its value may hold a password: nothing here prints it.
pub(super) struct Shown {
    /// `file:/home/ada/.gitconfig`, `command line:`
    pub(super) origin: String,
    pub(super) key: String,
    /// Empty also where there is none.
    pub(super) value: String,
}

/// The settings whose names fit a pattern, here and in general.
pub(super) fn settings(directory: &Path, pattern: &str) -> Vec<Shown> {
    printed(asking(directory, &["--get-regexp", pattern]))
}

/// What has git show settings, once it is said which.
pub(super) fn asking(directory: &Path, words: &[&str]) -> Command {
    let mut command = command();
    command.current_dir(directory).args(["config", "--show-origin", "-z"]).args(words);
    command
}

/// What such a command says. Nothing where git is not there, or its settings cannot be read.
pub(super) fn printed(mut command: Command) -> Vec<Shown> {
    let output = command.stderr(Stdio::null()).output();
    output.map(|output| parse(&String::from_utf8_lossy(&output.stdout))).unwrap_or_default()
}

/// `ORIGIN NUL KEY LF VALUE NUL`, again and again; a key alone is one without a value.
pub(super) fn parse(text: &str) -> Vec<Shown> {
    let mut parts = text.split('\0');
    let mut shown = Vec::new();
    while let (Some(origin), Some(setting)) = (parts.next(), parts.next()) {
        let (key, value) = setting.split_once('\n').unwrap_or((setting, ""));
        shown.push(Shown { origin: origin.to_owned(), key: key.to_owned(), value: value.to_owned() });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_git_prints_is_taken_apart() {
        let text = "file:/etc/gitconfig\0credential.helper\ncache --timeout 3600\0file:/home/ada/.gitconfig\0credential.https://github.com.helper\n\0\
                    command line:\0core.bare\0";
        let shown = parse(text);
        let shown: Vec<_> = shown.iter().map(|one| [&one.origin, &one.key, &one.value].map(String::as_str)).collect();
        assert_eq!(
            shown,
            [
                ["file:/etc/gitconfig", "credential.helper", "cache --timeout 3600"],
                ["file:/home/ada/.gitconfig", "credential.https://github.com.helper", ""],
                ["command line:", "core.bare", ""],
            ]
        );
        assert!(parse("").is_empty());
    }
}

//! Which programs git asks for credentials, as git itself sees its settings.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::env;

/// One `credential.helper` or `credential.URL.helper`, in the order in which git reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Helper {
    /// The part between `credential.` and `.helper`: for which addresses; `None` for all.
    pub(crate) url: Option<String>,
    /// An empty one forgets all before it.
    pub(crate) command: String,
    /// Where it is set: `file:/home/ada/.gitconfig`, `command line:`.
    pub(crate) origin: String,
}

/// All of them. Nothing where git is not there, or its settings cannot be read.
pub(crate) fn helpers(directory: &Path) -> Vec<Helper> {
    let mut command = Command::new("git");
    for name in env::name::SECRETS {
        command.env_remove(name);
    }
    command.current_dir(directory).args(["config", "--show-origin", "-z", "--get-regexp", r"^credential\.(.*\.)?helper$"]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
    output.map(|output| parse(&String::from_utf8_lossy(&output.stdout))).unwrap_or_default()
}

/// `ORIGIN NUL KEY LF VALUE NUL`, again and again; a key alone is one without a value.
fn parse(text: &str) -> Vec<Helper> {
    let mut parts = text.split('\0');
    let mut helpers = Vec::new();
    while let (Some(origin), Some(setting)) = (parts.next(), parts.next()) {
        let (key, command) = setting.split_once('\n').unwrap_or((setting, ""));
        let url = key.strip_prefix("credential.").and_then(|rest| rest.strip_suffix(".helper"));
        let (url, command) = (url.map(ToOwned::to_owned), command.to_owned());
        helpers.push(Helper { url, command, origin: origin.to_owned() });
    }
    helpers
}

impl Helper {
    /// Its words, as a shell would part them: quotes and backslashes, nothing more.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut quote = None;
        let mut characters = self.command.trim_start_matches('!').chars();
        while let Some(character) = characters.next() {
            match (quote, character) {
                (Some(open), _) if character == open => quote = None,
                (None, '\'' | '"') => {
                    quote = Some(character);
                    word.get_or_insert_default();
                }
                (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
                (None, _) if character.is_whitespace() => words.extend(word.take()),
                _ => word.get_or_insert_default().push(character),
            }
        }
        words.extend(word);
        words
    }

    /// The file that `git-credential-store` is told to use; `None` for other programs, and for its usual files.
    pub(crate) fn store_file(&self) -> Option<String> {
        let words = self.words();
        let program = words.first()?;
        let is_store = program == "store" || program.rsplit('/').next() == Some("git-credential-store");
        let at = words.iter().position(|word| word == "--file" || word.starts_with("--file=")).filter(|_| is_store)?;
        words[at].strip_prefix("--file=").map(ToOwned::to_owned).or_else(|| words.get(at + 1).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Helper, parse};

    #[test]
    fn what_git_prints_is_taken_apart() {
        let text = "file:/etc/gitconfig\0credential.helper\ncache --timeout 3600\0file:/home/ada/.gitconfig\0credential.https://github.com.helper\n\0";
        let helpers = parse(text);
        assert_eq!((helpers[0].url.as_deref(), helpers[0].command.as_str()), (None, "cache --timeout 3600"));
        assert_eq!((helpers[1].url.as_deref(), helpers[1].command.as_str()), (Some("https://github.com"), ""));
        assert_eq!(helpers[1].origin, "file:/home/ada/.gitconfig");
        assert!(parse("").is_empty());
    }

    #[test]
    fn the_file_of_the_store_is_found() {
        let file = |command: &str| Helper { url: None, command: command.to_owned(), origin: String::new() }.store_file();
        for (command, path) in [
            ("store --file ~/.mine", Some("~/.mine")),
            ("store --file='/a b/c'", Some("/a b/c")),
            ("/usr/lib/git-core/git-credential-store --file \"/x\"", Some("/x")),
            ("!git-credential-store --file /y", Some("/y")),
            ("store", None),
            ("cache --file /x", None),
            ("store --file", None),
            ("", None),
        ] {
            assert_eq!(file(command).as_deref(), path, "{command}");
        }
    }
}

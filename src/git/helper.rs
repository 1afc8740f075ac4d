//! How git is told of a helper: the text of a setting `credential.URL.helper`.

use std::ffi::OsStr;
use std::path::Path;

use crate::model::{is_unsafe, shell_word};

/// The helper's command for git's shell, which is asked for by `!`: a path that is quoted would not be taken for one. `None` for a path that no line can hold.
pub(super) fn command(program: &str, words: &[&str]) -> Option<String> {
    if program.is_empty() || program.chars().any(is_unsafe) {
        return None;
    }
    // git's shell takes `\` for an escape, also on Windows.
    let program = if cfg!(windows) { program.replace('\\', "/") } else { program.to_owned() };
    let words: Vec<_> = std::iter::once(program.as_str()).chain(words.iter().copied()).map(shell_word).collect();
    Some(format!("!{}", words.join(" ")))
}

/// Whether a setting `helper` is this program, wherever it lies: by the name that git makes of one, or as a program that is told to answer.
pub(super) fn is_ours(command: &str) -> bool {
    let words = words(command);
    let Some((program, rest)) = words.split_first() else { return false };
    let is_named = !command.starts_with('!') && !Path::new(program).is_absolute();
    match Path::new(program).file_stem().and_then(OsStr::to_str) {
        Some("git-credential-gitconn") => true,
        Some("gitconn") => is_named || rest.iter().any(|word| word == "credential"),
        _ => false,
    }
}

/// The words of a setting `helper`, as a shell would part them: quotes and backslashes, nothing more.
pub(super) fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = command.trim_start_matches('!').chars();
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

#[cfg(test)]
mod tests {
    use super::{command, is_ours};

    #[test]
    fn a_helper_is_ours_by_its_program_and_not_by_a_folder_of_that_name() {
        for ours in [
            "gitconn",
            "gitconn --store /s",
            "git-credential-gitconn",
            "/usr/bin/git-credential-gitconn",
            "!git-credential-gitconn",
            "!/usr/bin/gitconn credential",
            "!'/opt/a b/gitconn' --store '/my store' credential",
            "/opt/gitconn credential",
            "!C:/tools/gitconn.exe credential",
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "",
            "store",
            "!/home/gitconn-ci/bin/tool credential",
            "!/opt/gitconn/tool credential",
            "!/x/gitconn get",
            "!echo gitconn credential",
            "gitconn-cache",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn a_path_is_quoted_where_the_shell_would_take_it_apart() {
        assert_eq!(command("/usr/bin/gitconn", &["credential"]).unwrap(), "!/usr/bin/gitconn credential");
        assert_eq!(command("/opt/my tools/gitconn", &["credential"]).unwrap(), "!'/opt/my tools/gitconn' credential");
        assert_eq!(command("/o'b/$x/gitconn", &["a b"]).unwrap(), "!'/o'\\''b/$x/gitconn' 'a b'");
        for bad in ["", "/a\nb/gitconn", "/a\u{1b}[2J"] {
            assert_eq!(command(bad, &["credential"]), None, "{bad:?}");
        }
    }
}

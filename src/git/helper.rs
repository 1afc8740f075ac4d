//! How git is told of a helper: the text of a setting `credential.URL.helper`.

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

#[cfg(test)]
mod tests {
    use super::command;

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

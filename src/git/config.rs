//! Settings of git, read and written by git itself: it knows where they lie, and keeps what stands around them.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use super::program::command;

/// Whose settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The user's.
    Global,
    /// Those of the checkout around us.
    Local,
}

impl Scope {
    /// git's option for it.
    pub(crate) const fn option(self) -> &'static str {
        match self {
            Self::Global => "--global",
            Self::Local => "--local",
        }
    }
}

/// Why settings could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("git is not installed")]
    NoGit,
    #[error("git cannot {what} its settings")]
    Refused {
        what: &'static str,
        /// In git's own words.
        said: String,
    },
}

/// One setting more, or one value less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Add {
        key: String,
        value: String,
    },
    /// Takes every value away that is the same as this one.
    Drop {
        key: String,
        value: String,
    },
}

/// The settings of one file that are looked at here, each with its values in order.
#[derive(Debug, Default)]
pub(crate) struct Settings(BTreeMap<String, Vec<String>>);

impl Settings {
    /// Reads whatever may be ours. A file that is not there is an empty one.
    pub(crate) fn read(scope: Scope) -> Result<Self, ConfigError> {
        let mut command = command();
        command.args(["config", scope.option(), "-z", "--get-regexp", "^(credential|url|gitconn)\\."]);
        let output = command.output().map_err(|_| ConfigError::NoGit)?;
        match output.status.code() {
            Some(0) => Ok(Self::parse(&String::from_utf8_lossy(&output.stdout))),
            // None of them is set.
            Some(1) => Ok(Self::default()),
            _ => Err(refused("read", &output.stderr)),
        }
    }

    /// Takes what git writes with `-z`: a key, LF, its value, NUL.
    pub(super) fn parse(text: &str) -> Self {
        let mut settings = Self::default();
        for entry in text.split_terminator('\0') {
            // A key without `=` is a yes.
            let (key, value) = entry.split_once('\n').unwrap_or((entry, "true"));
            settings.0.entry(lowered(key)).or_default().push(value.to_owned());
        }
        settings
    }

    /// The values of a setting, the last of which counts.
    pub(super) fn values(&self, key: &str) -> &[String] {
        self.0.get(&lowered(key)).map_or(&[], Vec::as_slice)
    }

    /// All settings of `[SECTION "MIDDLE"]`.
    pub(super) fn section(&self, section: &str, middle: &str) -> Vec<(&str, &[String])> {
        let prefix = format!("{section}.{middle}.");
        let is_inside = |key: &str| key.strip_prefix(prefix.as_str()).is_some_and(|name| !name.contains('.'));
        self.0.iter().filter(|(key, _)| is_inside(key)).map(|(key, values)| (key.as_str(), values.as_slice())).collect()
    }

    /// The middles of all keys `section.MIDDLE.name`.
    pub(super) fn middles(&self, section: &str, name: &str) -> impl Iterator<Item = &str> {
        let (section, name) = (format!("{section}."), format!(".{}", name.to_ascii_lowercase()));
        self.0.keys().filter_map(move |key| key.strip_prefix(section.as_str())?.strip_suffix(name.as_str()))
    }
}

/// A key as git compares it: without regard to case, but for its middle.
fn lowered(key: &str) -> String {
    let mut parts = key.splitn(2, '.');
    let (section, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match rest.rsplit_once('.') {
        Some((middle, name)) => format!("{}.{middle}.{}", section.to_ascii_lowercase(), name.to_ascii_lowercase()),
        None => key.to_ascii_lowercase(),
    }
}

/// Has git make these changes, one after another. What was made before one that fails stays.
pub(crate) fn apply(scope: Scope, changes: &[Change]) -> Result<(), ConfigError> {
    for change in changes {
        let mut command = command();
        command.args(["config", scope.option()]);
        match change {
            Change::Add { key, value } => command.args([OsStr::new("--add"), key.as_ref(), value.as_ref()]),
            Change::Drop { key, value } => {
                command.args([OsStr::new("--unset-all"), key.as_ref(), format!("^{}$", literally(value)).as_ref()])
            }
        };
        let output = command.output().map_err(|_| ConfigError::NoGit)?;
        if !output.status.success() {
            return Err(refused("write", &output.stderr));
        }
    }
    Ok(())
}

/// A text as a POSIX extended regular expression that fits it and nothing else.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\^$.[]|()*+?{}".contains(character) {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

fn refused(what: &'static str, stderr: &[u8]) -> ConfigError {
    let said = String::from_utf8_lossy(stderr);
    ConfigError::Refused { what, said: crate::model::clean(said.trim()).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Settings, literally, lowered};

    #[test]
    fn keys_are_compared_as_git_does() {
        assert_eq!(
            lowered("Credential.https://Git.acme.com/A.b/.useHttpPath"),
            "credential.https://Git.acme.com/A.b/.usehttppath"
        );
        assert_eq!(lowered("Credential.Helper"), "credential.helper");
    }

    #[test]
    fn what_git_writes_is_read_with_its_lines_and_its_gaps() {
        let settings = Settings::parse(
            "credential.https://a/.helper\n\0credential.https://a/.helper\n!x y\nz\0credential.https://a/.usehttppath\0",
        );
        assert_eq!(settings.values("credential.https://a/.helper"), ["", "!x y\nz"]);
        assert_eq!(settings.values("credential.https://a/.useHttpPath"), ["true"]);
        assert_eq!(settings.values("credential.https://b/.helper"), [""; 0]);
        assert_eq!(settings.middles("credential", "helper").collect::<Vec<_>>(), ["https://a/"]);
    }

    #[test]
    fn a_value_is_found_letter_by_letter() {
        assert_eq!(literally("git@github.com:"), "git@github\\.com:");
        assert_eq!(literally("!'/o p/gitconn' credential"), "!'/o p/gitconn' credential");
        assert_eq!(literally("[::1]"), "\\[::1\\]");
    }
}

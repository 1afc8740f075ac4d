//! Which programs git asks for credentials, as git itself sees its settings.

use std::path::{Path, PathBuf};

use super::config::Scope;
use super::helper::{is_ours, words};
use super::shown::{Shown, asking, printed, settings};

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

/// The settings that are looked at here.
const HELPERS: &str = r"^credential\.(.*\.)?helper$";

/// All of them. Nothing where git is not there, or its settings cannot be read.
pub(crate) fn helpers(directory: &Path) -> Vec<Helper> {
    all(settings(directory, HELPERS))
}

/// Those that a setting at the end of the scope's file comes after: of the user, what no checkout says; and never what stands on a command line.
pub(super) fn helpers_before_end_of(scope: Scope) -> Vec<Helper> {
    let mut command = asking(Path::new("."), &["--get-regexp", HELPERS]);
    if scope == Scope::Global {
        // No checkout is here: git reads what is for all of them.
        command.env("GIT_DIR", NOWHERE);
    }
    let mut helpers = all(printed(command));
    helpers.retain(|helper| !helper.origin.starts_with(COMMAND_LINE));
    helpers
}

/// A folder of git's that is none.
const NOWHERE: &str = "/nonexistent/gitconn";

/// Where what stands in no file is set.
const COMMAND_LINE: &str = "command line:";

/// Those that the checkout around us sets for itself.
pub(crate) fn helpers_of_checkout(directory: &Path) -> Vec<Helper> {
    all(printed(asking(directory, &["--local", "--get-regexp", HELPERS])))
}

fn all(shown: Vec<Shown>) -> Vec<Helper> {
    let helper = |Shown { origin, key, value }: Shown| {
        let url = key.strip_prefix("credential.").and_then(|rest| rest.strip_suffix(".helper")).map(ToOwned::to_owned);
        Helper { url, command: value, origin }
    };
    shown.into_iter().map(helper).collect()
}

/// The helpers that git asks for an address, in order: an empty one forgets those before it.
pub(crate) fn chain<'helper>(helpers: &'helper [Helper], address: &str) -> Vec<&'helper Helper> {
    let mut chain = Vec::new();
    for helper in helpers.iter().filter(|helper| helper.is_for(address)) {
        if helper.command.is_empty() {
            chain.clear();
        } else {
            chain.push(helper);
        }
    }
    chain
}

/// Whether `credential.PATTERN.helper` counts for an address: scheme and user may be left out, a label may be `*`, a path is a beginning.
fn is_for(pattern: &str, address: &str) -> bool {
    let (scheme, rest) = pattern.split_once("://").map_or((None, pattern), |(scheme, rest)| (Some(scheme), rest));
    let whole = format!("{}://{rest}", scheme.unwrap_or("https"));
    // `*` is no part of a host's name elsewhere.
    let (Ok(pattern), Ok(address)) = (url::Url::parse(&whole.replace('*', "gitconn-any")), url::Url::parse(address)) else {
        return false;
    };
    let labels = |url: &url::Url| url.host_str().unwrap_or_default().split('.').map(ToOwned::to_owned).collect::<Vec<_>>();
    let (wanted, own) = (labels(&pattern), labels(&address));
    let is_host =
        wanted.len() == own.len() && wanted.iter().zip(&own).all(|(wanted, own)| wanted == "gitconn-any" || wanted == own);
    let is_scheme = scheme.is_none() || pattern.scheme() == address.scheme();
    let is_port = pattern.port_or_known_default() == address.port_or_known_default()
        || (scheme.is_none() && pattern.port().is_none() && address.port().is_none());
    let path = pattern.path().trim_end_matches('/');
    let below = address.path().strip_prefix(path);
    // A deeper pattern counts for some of the repositories there.
    let is_path =
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || pattern.path().starts_with(address.path());
    is_host && is_scheme && is_port && is_path
}

impl Helper {
    /// The program, as it is named.
    pub(crate) fn program(&self) -> Option<PathBuf> {
        words(&self.command).into_iter().next().map(PathBuf::from)
    }

    /// Whether it is this program, under one of its names.
    pub(crate) fn is_ours(&self) -> bool {
        is_ours(&self.command)
    }

    /// Whether it is set for this address, whatever comes of it.
    pub(crate) fn is_for(&self, address: &str) -> bool {
        self.url.as_deref().is_none_or(|pattern| is_for(pattern, address))
    }

    /// Whether it writes what it is told into a file in plain text.
    pub(crate) fn keeps(&self) -> bool {
        let name = self.program().and_then(|program| Some(program.file_name()?.to_string_lossy().into_owned()));
        name.is_some_and(|name| matches!(name.as_str(), "store" | "git-credential-store"))
    }

    /// The file that `git-credential-store` is told to use; `None` for other programs, and for its usual files.
    pub(crate) fn store_file(&self) -> Option<String> {
        let words = words(&self.command);
        let program = words.first()?;
        let is_store = program == "store" || program.rsplit('/').next() == Some("git-credential-store");
        let at = words.iter().position(|word| word == "--file" || word.starts_with("--file=")).filter(|_| is_store)?;
        words[at].strip_prefix("--file=").map(ToOwned::to_owned).or_else(|| words.get(at + 1).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Helper, Shown, all, chain, is_for};

    #[test]
    fn a_helper_is_for_all_or_for_an_address() {
        let shown = |key: &str, value: &str| Shown { origin: "file:x".into(), key: key.into(), value: value.into() };
        let helpers =
            all(vec![shown("credential.helper", "cache --timeout 3600"), shown("credential.https://github.com.helper", "")]);
        assert_eq!((helpers[0].url.as_deref(), helpers[0].command.as_str()), (None, "cache --timeout 3600"));
        assert_eq!((helpers[1].url.as_deref(), helpers[1].command.as_str()), (Some("https://github.com"), ""));
        assert_eq!(helpers[1].origin, "file:x");
    }

    #[test]
    fn a_pattern_counts_for_its_addresses() {
        for (pattern, address) in [
            ("https://github.com", "https://github.com"),
            ("https://github.com/", "https://github.com"),
            ("github.com", "https://github.com"),
            ("https://ada@github.com", "https://github.com"),
            ("https://*.acme.com", "https://git.acme.com"),
            ("https://git.acme.com:443", "https://git.acme.com"),
            ("https://git.acme.com/gitlab", "https://git.acme.com/gitlab"),
            ("https://github.com/acme", "https://github.com"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            assert!(is_for(pattern, address), "{pattern} {address}");
        }
        for (pattern, address) in [
            ("https://github.com", "https://github.com.evil.example"),
            ("https://*.acme.com", "https://acme.com"),
            ("https://*.acme.com", "https://a.b.acme.com"),
            ("http://github.com", "https://github.com"),
            ("https://github.com:8443", "https://github.com"),
            ("https://git.acme.com/git", "https://git.acme.com/gitlab"),
            ("nonsense://[", "https://github.com"),
        ] {
            assert!(!is_for(pattern, address), "{pattern} {address}");
        }
    }

    #[test]
    fn an_empty_helper_forgets_those_before_it() {
        let helper = |url: Option<&str>, command: &str| Helper {
            url: url.map(Into::into),
            command: command.into(),
            origin: String::new(),
        };
        let own = "!'/opt/a b/gitconn' credential";
        let all = [
            helper(None, "store"),
            helper(Some("https://github.com"), ""),
            helper(Some("https://github.com"), own),
            helper(None, "cache"),
        ];
        let commands = |address| chain(&all, address).iter().map(|helper| helper.command.as_str()).collect::<Vec<_>>();
        assert_eq!(commands("https://github.com"), [own, "cache"]);
        assert_eq!(commands("https://gitlab.com"), ["store", "cache"]);
        assert!(all[2].is_ours() && all[0].keeps() && !all[3].keeps() && !all[0].is_ours());
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

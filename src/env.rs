//! The process around us: every variable's name, the clock, the user, the host. Nothing else in our code reads them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use jiff::Timestamp;

/// Names of the environment variables that gitconn reads, each with the words `gitconn help environment` shows.
pub(crate) mod name {
    /// Path of the store (as `--store`).
    pub(crate) const STORE: &str = "GITCONN_STORE";
    /// The store key itself, for pipelines.
    pub(crate) const KEY: &str = "GITCONN_KEY";
    /// A file that holds the store key and that only its owner can read (as `--key-file`).
    pub(crate) const KEY_FILE: &str = "GITCONN_KEY_FILE";
    /// A file that holds the passphrase of the key file.
    pub(crate) const PASSPHRASE_FILE: &str = "GITCONN_PASSPHRASE_FILE";
    /// `off` switches the rollback pin off, for a store that lives in git.
    pub(crate) const PIN: &str = "GITCONN_PIN";
    /// The connection to use when none is named.
    pub(crate) const CONNECTION: &str = "GITCONN_CONNECTION";
    /// Path of the settings file.
    pub(crate) const CONFIG: &str = "GITCONN_CONFIG";
    /// Where pins, locks and the spool are kept; the default follows `XDG_STATE_HOME`.
    pub(crate) const STATE_DIR: &str = "GITCONN_STATE_DIR";
    /// The pager for long listings, before `PAGER`.
    pub(crate) const PAGER: &str = "GITCONN_PAGER";
    /// The pager for long listings.
    pub(crate) const PAGER_FALLBACK: &str = "PAGER";
    /// Any value switches colour off (<https://no-color.org>).
    pub(crate) const NO_COLOR: &str = "NO_COLOR";
    /// `0` switches colour off (<https://bixense.com/clicolors>).
    pub(crate) const CLICOLOR: &str = "CLICOLOR";
    /// Anything but `0` forces colour even into a pipe.
    pub(crate) const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";
    /// `dumb` switches colour and progress bars off.
    pub(crate) const TERM: &str = "TERM";
    /// Login name, written into the audit trail.
    pub(crate) const USER: &str = "USER";
    /// Login name where `USER` is not set.
    pub(crate) const LOGNAME: &str = "LOGNAME";
    /// Login name on Windows.
    pub(crate) const USERNAME: &str = "USERNAME";

    /// The OAuth client for GitHub: its id, …
    pub(crate) const GITHUB_CLIENT_ID: &str = "GITCONN_GITHUB_CLIENT_ID";
    /// … its secret, …
    pub(crate) const GITHUB_CLIENT_SECRET: &str = "GITCONN_GITHUB_CLIENT_SECRET";
    /// … and the host that it is for; github.com if unset.
    pub(crate) const GITHUB_CLIENT_HOST: &str = "GITCONN_GITHUB_CLIENT_HOST";
    /// The OAuth client for GitLab: its id, …
    pub(crate) const GITLAB_CLIENT_ID: &str = "GITCONN_GITLAB_CLIENT_ID";
    /// … its secret, …
    pub(crate) const GITLAB_CLIENT_SECRET: &str = "GITCONN_GITLAB_CLIENT_SECRET";
    /// … and the host that it is for; gitlab.com if unset.
    pub(crate) const GITLAB_CLIENT_HOST: &str = "GITCONN_GITLAB_CLIENT_HOST";
    /// The OAuth client for Bitbucket: its id, …
    pub(crate) const BITBUCKET_CLIENT_ID: &str = "GITCONN_BITBUCKET_CLIENT_ID";
    /// … its secret, …
    pub(crate) const BITBUCKET_CLIENT_SECRET: &str = "GITCONN_BITBUCKET_CLIENT_SECRET";
    /// … and the host that it is for; bitbucket.org if unset.
    pub(crate) const BITBUCKET_CLIENT_HOST: &str = "GITCONN_BITBUCKET_CLIENT_HOST";
    /// The OAuth client for a Gitea or Forgejo: its id, …
    pub(crate) const GITEA_CLIENT_ID: &str = "GITCONN_GITEA_CLIENT_ID";
    /// … its secret, …
    pub(crate) const GITEA_CLIENT_SECRET: &str = "GITCONN_GITEA_CLIENT_SECRET";
    /// … and the host that it is for, which has to be said: each instance is somebody's own.
    pub(crate) const GITEA_CLIENT_HOST: &str = "GITCONN_GITEA_CLIENT_HOST";
    /// `true` in a job of GitHub Actions.
    pub(crate) const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";
    /// Set in a session over SSH, where no browser can be opened.
    pub(crate) const SSH_CONNECTION: &str = "SSH_CONNECTION";
    /// The browser to open.
    pub(crate) const BROWSER: &str = "BROWSER";
    /// The X display, without which no browser shows itself.
    pub(crate) const DISPLAY: &str = "DISPLAY";
    /// The Wayland display.
    pub(crate) const WAYLAND_DISPLAY: &str = "WAYLAND_DISPLAY";

    /// Where settings of the user lie, for programs that follow the XDG rules.
    pub(crate) const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";
    /// Where GitHub's `gh` keeps its settings.
    pub(crate) const GH_CONFIG_DIR: &str = "GH_CONFIG_DIR";
    /// Where GitLab's `glab` keeps its settings.
    pub(crate) const GLAB_CONFIG_DIR: &str = "GLAB_CONFIG_DIR";
    /// The netrc file, where it is not the usual one.
    pub(crate) const NETRC: &str = "NETRC";

    /// Variables that hold a secret: no program that we start may inherit them.
    pub(crate) const SECRETS: &[&str] =
        &[KEY, GITHUB_CLIENT_SECRET, GITLAB_CLIENT_SECRET, BITBUCKET_CLIENT_SECRET, GITEA_CLIENT_SECRET];
}

/// Names of the variables that a hook finds the facts of a rotation in.
pub(crate) mod hook {
    pub(crate) const NAME: &str = "GITCONN_HOOK_CONNECTION";
    pub(crate) const ID: &str = "GITCONN_HOOK_ID";
    pub(crate) const PROVIDER: &str = "GITCONN_HOOK_PROVIDER";
    /// The address of the host.
    pub(crate) const HOST: &str = "GITCONN_HOOK_HOST";
    pub(crate) const USERNAME: &str = "GITCONN_HOOK_USERNAME";
    /// With commas between.
    pub(crate) const TAGS: &str = "GITCONN_HOOK_TAGS";
    /// RFC 3339; empty where the token has no end, or nobody knows it.
    pub(crate) const EXPIRES_AT: &str = "GITCONN_HOOK_EXPIRES_AT";
    /// SHA-256 of the new token.
    pub(crate) const FINGERPRINT: &str = "GITCONN_HOOK_FINGERPRINT";
    /// SHA-256 of the old one.
    pub(crate) const OLD_FINGERPRINT: &str = "GITCONN_HOOK_OLD_FINGERPRINT";
}

/// The variables a user may set, with what each does: the text of `gitconn help environment`.
pub(crate) const DOCUMENTED: &[(&str, &str)] = &[
    (name::STORE, "path of the store (as --store)"),
    (name::KEY, "the store key itself, for pipelines; never passed on to programs that gitconn starts"),
    (name::KEY_FILE, "file that holds the store key; only its owner may read it (as --key-file)"),
    (name::PASSPHRASE_FILE, "file that holds the passphrase of the store's key file"),
    (name::PIN, "`off` stops looking for rollbacks, for a store that lives in git"),
    (name::CONNECTION, "the connection to use when none is named"),
    (name::CONFIG, "path of the settings file"),
    (name::STATE_DIR, "where pins, locks and the spool of uses are kept"),
    (name::PAGER, "program for long tables, before PAGER"),
    (name::GITHUB_CLIENT_ID, "id of the OAuth client to log in to GitHub with, before the one of `oauth set`"),
    (name::GITHUB_CLIENT_SECRET, "its secret; never passed on to programs that gitconn starts"),
    (name::GITHUB_CLIENT_HOST, "the host that it is for, if not github.com"),
    (name::GITLAB_CLIENT_ID, "id of the OAuth client to log in to GitLab with, before the one of `oauth set`"),
    (name::GITLAB_CLIENT_SECRET, "its secret, if it has one; never passed on to programs that gitconn starts"),
    (name::GITLAB_CLIENT_HOST, "the host that it is for, if not gitlab.com"),
    (name::BITBUCKET_CLIENT_ID, "id (key) of the OAuth consumer to log in to Bitbucket with, before the one of `oauth set`"),
    (name::BITBUCKET_CLIENT_SECRET, "its secret; never passed on to programs that gitconn starts"),
    (name::BITBUCKET_CLIENT_HOST, "the host that it is for, if not bitbucket.org"),
    (name::GITEA_CLIENT_ID, "id of the OAuth client to log in to a Gitea or Forgejo with, before the one of `oauth set`"),
    (name::GITEA_CLIENT_SECRET, "its secret, if it has one; never passed on to programs that gitconn starts"),
    (name::GITEA_CLIENT_HOST, "the host that it is for; to be set with the id, since there is no usual one"),
    (name::NO_COLOR, "any value switches colour off"),
    (name::CLICOLOR, "0 switches colour off"),
    (name::CLICOLOR_FORCE, "anything but 0 forces colour"),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "proxies, as everywhere"),
    (hook::NAME, "set for a hook of `rotate`: the connection's name (also …_ID, …_PROVIDER, …_HOST, …_USERNAME, …_TAGS)"),
    (hook::EXPIRES_AT, "set for a hook: when the new token ends; empty if nobody knows"),
    (hook::FINGERPRINT, "set for a hook: SHA-256 of the new token (of the old one: GITCONN_HOOK_OLD_FINGERPRINT)"),
];

/// What the program may know of its surroundings.
#[derive(Clone)]
pub struct Env {
    variables: BTreeMap<OsString, OsString>,
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Variables hold secrets (GITCONN_KEY, tokens): names may be shown, values never.
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl Env {
    /// Takes the surroundings of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the process environment")]
    pub fn from_process() -> Self {
        Self { variables: std::env::vars_os().collect() }
    }

    /// Surroundings with just these variables.
    pub fn from_variables<K: Into<OsString>, V: Into<OsString>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        Self { variables: variables.into_iter().map(|(key, value)| (key.into(), value.into())).collect() }
    }

    /// The variable's value if it is set, not empty, and UTF-8.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.os(name).and_then(OsStr::to_str)
    }

    /// The variable's value if it is set and not empty.
    pub(crate) fn os(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The names of all variables that are ours: no program that we run for somebody else needs them.
    pub(crate) fn own_names(&self) -> impl Iterator<Item = &OsStr> {
        self.variables.keys().map(OsString::as_os_str).filter(|name| name.as_encoded_bytes().starts_with(b"GITCONN_"))
    }

    /// Where this program lies, for settings by which others start it: as the search path finds it, so that an update that puts another file behind the
    /// same link is followed; else where it really is.
    pub(crate) fn program(&self) -> Option<PathBuf> {
        let ours = std::env::current_exe().ok()?;
        let (real, name) = (ours.canonicalize().ok()?, ours.file_name()?);
        let searched = self.os("PATH").into_iter().flat_map(std::env::split_paths).filter(|directory| directory.is_absolute());
        let found =
            searched.map(|directory| directory.join(name)).find(|path| path.canonicalize().is_ok_and(|path| path == real));
        Some(found.unwrap_or(ours))
    }

    /// The present moment, to the millisecond (what the store keeps).
    #[expect(clippy::disallowed_methods, clippy::unused_self, reason = "this is the one place that reads the clock")]
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// `user@host`, as the audit trail names who did something. The operating system's word counts more than the environment's.
    pub(crate) fn who(&self) -> String {
        let named = || [name::USER, name::LOGNAME, name::USERNAME].into_iter().find_map(|name| self.text(name));
        let user = os_user().or_else(|| named().map(ToOwned::to_owned)).unwrap_or_else(|| "unknown".to_owned());
        format!("{user}@{}", host_name())
    }
}

/// The login name of the user this process runs as, where `/etc/passwd` has it.
#[cfg(unix)]
fn os_user() -> Option<String> {
    let id = rustix::process::getuid().as_raw().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let of_line = |line: &str| {
        let mut fields = line.split(':');
        let (name, uid) = (fields.next()?, fields.nth(1)?);
        (uid == id).then(|| name.to_owned())
    };
    accounts.lines().find_map(of_line)
}

#[cfg(not(unix))]
fn os_user() -> Option<String> {
    None
}

#[cfg(unix)]
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host_name() -> String {
    "localhost".to_owned()
}

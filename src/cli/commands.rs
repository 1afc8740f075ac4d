//! Whole commands for hints: what was typed may not go together with what mends it.

use crate::model::{ProviderId, shell_word};
use crate::ops::clients;
use crate::ops::guide::Guide;

/// Another way to connect, where one did not work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Remedy {
    /// Logging in by a code.
    Device,
    /// Logging in with a browser, here or elsewhere.
    Browser,
    /// Logging in for other scopes.
    Scopes,
    /// Pasting a token.
    Token,
    /// Trusting the host's certificates.
    Certificate,
}

/// Which connection that is to mend.
#[derive(Debug, Clone, Default)]
pub(super) enum Subject {
    /// A new one that gets its name of itself.
    #[default]
    Unnamed,
    /// A new one of this name.
    Named(String),
    /// One that is there: another new one beside it would mend nothing.
    Known(String),
}

/// `gitconn connect github work --device`, or whatever does the same for a connection that is there.
pub(super) fn connect_by(remedy: Remedy, subject: &Subject, provider: ProviderId, host: &str) -> String {
    let more = match remedy {
        Remedy::Device => "--device",
        Remedy::Browser => "--oauth --no-browser",
        Remedy::Scopes => "--oauth --scopes SCOPES",
        Remedy::Token => "--token-stdin",
        Remedy::Certificate => "--ca-file FILE",
    };
    match (subject, remedy) {
        (Subject::Known(name), Remedy::Token) => format!("gitconn edit {} {more}", shell_word(name)),
        (Subject::Known(name), Remedy::Device | Remedy::Browser | Remedy::Scopes) => {
            format!("gitconn connect --reauth {} {more}", shell_word(name))
        }
        (Subject::Named(name), _) => connect(provider, Some(name), host, more),
        // What is known of a host is changed by any connection to it.
        (Subject::Known(_), Remedy::Certificate) => connect(provider, None, host, &format!("{more} --replace-host")),
        (Subject::Unnamed, _) => connect(provider, None, host, more),
    }
}

/// `gitconn connect gitlab`; with a host to be filled in where the provider has none of its own.
pub(super) fn connect_anew(provider: ProviderId) -> String {
    let host = if clients::has_own(provider) { "" } else { " --host URL" };
    format!("gitconn connect {provider}{host}")
}

/// `gitconn connect gitlab NAME --host … MORE`
pub(super) fn connect(provider: ProviderId, name: Option<&str>, host: &str, more: &str) -> String {
    let name = name.map(|name| format!(" {}", shell_word(name))).unwrap_or_default();
    let host = if clients::is_own(provider, host) { String::new() } else { format!(" --host {}", shell_word(host)) };
    let more = if more.is_empty() { String::new() } else { format!(" {more}") };
    format!("gitconn connect {provider}{name}{host}{more}")
}

/// `gitconn oauth set git.acme.com --client-id ID` for whoever has just registered an app: with its secret where no login does without.
pub(super) fn oauth_set_anew(guide: &Guide) -> String {
    let more = if guide.every_login_wants_secret() { "--client-secret-stdin" } else { "" };
    oauth_set(guide.provider, &guide.host.to_string(), None, more)
}

/// `gitconn oauth set git.acme.com --provider gitlab --client-id ID MORE`; `id` where it is known.
pub(super) fn oauth_set(provider: ProviderId, host: &str, id: Option<&str>, more: &str) -> String {
    let id = id.map_or_else(|| "ID".to_owned(), |id| shell_word(id).into_owned());
    let said = if clients::is_own(provider, host) { String::new() } else { format!(" --provider {provider}") };
    let more = if more.is_empty() { String::new() } else { format!(" {more}") };
    format!("gitconn oauth set {}{said} --client-id {id}{more}", shell_word(host))
}

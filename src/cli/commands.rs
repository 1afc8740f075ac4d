//! Whole commands for hints: what was typed may not go together with what mends it.

use crate::model::{ProviderId, shell_word};
use crate::ops::clients;

/// `gitconn connect gitlab --host … MORE`
pub(super) fn connect(provider: ProviderId, host: &str, more: &str) -> String {
    let host = if clients::is_own(provider, host) { String::new() } else { format!(" --host {}", shell_word(host)) };
    let more = if more.is_empty() { String::new() } else { format!(" {more}") };
    format!("gitconn connect {provider}{host}{more}")
}

/// `gitconn oauth set git.acme.com --provider gitlab --client-id ID MORE`; `id` where it is known.
pub(super) fn oauth_set(provider: ProviderId, host: &str, id: Option<&str>, more: &str) -> String {
    let id = id.map_or_else(|| "ID".to_owned(), |id| shell_word(id).into_owned());
    let said = if clients::is_own(provider, host) { String::new() } else { format!(" --provider {provider}") };
    let more = if more.is_empty() { String::new() } else { format!(" {more}") };
    format!("gitconn oauth set {}{said} --client-id {id}{more}", shell_word(host))
}

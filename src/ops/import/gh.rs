//! GitHub's `gh`: `hosts.yml`, with one account a host (to 2.39), or several under `users` and the token of the active one once more above them.

use super::entry::{Cut, Entry, Fault, Held, Useless, line_at};
use super::yaml::{self, Node};
use crate::model::{HostUrl, ProviderId};
use crate::secret::Secret;

const TOKEN: &str = "oauth_token";

/// Reads `hosts.yml`. An account without a token has it in the keyring, under the service `gh:HOST`; the active one also under an empty name.
///
/// # Errors
///
/// If it is no YAML.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let Some(root) = yaml::read(bytes)? else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    for (host, key, settings) in root.pairs() {
        entries.extend(of_host(bytes, host, key.start(), settings));
    }
    Ok(entries)
}

fn of_host(bytes: &[u8], host: &str, start: usize, settings: &Node) -> Vec<Entry> {
    let entry = |start, username: Option<&str>, held, cuts| Entry {
        line: line_at(bytes, start),
        cuts,
        written: host.to_owned(),
        host: HostUrl::parse(host),
        provider: Some(ProviderId::GitHub),
        api: None,
        username: username.map(ToOwned::to_owned),
        held,
    };
    let active = settings.text("user");
    let mut entries = Vec::new();
    for (name, key, user) in settings.get("users").iter().flat_map(|users| users.pairs()) {
        entries.push(match held(bytes, user) {
            Some((at, held, cuts)) => entry(at, Some(name), held, cuts),
            None => entry(key.start(), Some(name), in_keyring(host, name, active == Some(name)), Vec::new()),
        });
    }
    match held(bytes, settings) {
        Some((at, Held::Token(token), cuts)) => {
            let is_it =
                |known: &&mut Entry| matches!(&known.held, Held::Token(other) if other.fingerprint() == token.fingerprint());
            match entries.iter_mut().find(is_it) {
                Some(same) => same.cuts.extend(cuts),
                None => entries.push(entry(at, active, Held::Token(token), cuts)),
            }
        }
        Some((at, useless, cuts)) => entries.push(entry(at, active, useless, cuts)),
        None => {
            if let Some(name) = active.filter(|_| entries.is_empty()) {
                entries.push(entry(start, Some(name), in_keyring(host, name, true), Vec::new()));
            }
        }
    }
    entries
}

/// What stands below a host or a user: where, what, and how it is taken out.
fn held(bytes: &[u8], settings: &Node) -> Option<(usize, Held, Vec<Cut>)> {
    let pair = settings.pair(TOKEN)?;
    let token = settings.text(TOKEN)?;
    let renews = settings.pairs().any(|(name, ..)| name.contains("refresh_token"));
    let held = if renews {
        Held::Useless(
            Useless::because("gh renews this login, and one of the two would lose it").instead("gitconn connect github"),
        )
    } else {
        Held::Token(Secret::from(token.to_owned()))
    };
    Some((pair.0.start(), held, yaml::cut(bytes, pair).into_iter().collect()))
}

fn in_keyring(host: &str, user: &str, is_active: bool) -> Held {
    let mut accounts = vec![user.to_owned()];
    if is_active {
        accounts.push(String::new());
    }
    Held::Keyring { service: vec![format!("gh:{host}")], accounts }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::{Held, without};
    use super::read;

    /// `HOST USER =TOKEN|keyring SERVICE [accounts]` of each entry.
    fn shown(text: &str) -> Vec<String> {
        let shown = |held: &Held| match held {
            Held::Token(token) => format!("={}", token.expose()),
            Held::Keyring { service, accounts } => format!("keyring {} {accounts:?}", service.join(",")),
            Held::Useless(useless) => useless.why.clone(),
        };
        let entries = read(text.as_bytes()).unwrap();
        entries.iter().map(|e| format!("{} {} {}", e.written, e.username.as_deref().unwrap_or("-"), shown(&e.held))).collect()
    }

    #[test]
    fn one_account_as_it_was_before_2_40() {
        let text = "github.com:\n    user: ada\n    oauth_token: t1\n    git_protocol: https\nghe.acme.com:\n    oauth_token: t2\n    user: ops\n";
        assert_eq!(shown(text), ["github.com ada =t1", "ghe.acme.com ops =t2"]);
    }

    #[test]
    fn several_accounts_and_the_active_one_twice() {
        let text = "github.com:\n    git_protocol: https\n    users:\n        ada:\n            oauth_token: t1\n        bea:\n            \
                    oauth_token: t2\n    user: ada\n    oauth_token: t1\n";
        assert_eq!(shown(text), ["github.com ada =t1", "github.com bea =t2"]);
        let entries = read(text.as_bytes()).unwrap();
        assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [5, 7]);
        let left = without(text.as_bytes(), &entries[0].cuts);
        assert_eq!(
            String::from_utf8(left).unwrap(),
            "github.com:\n    git_protocol: https\n    users:\n        ada:\n        bea:\n            oauth_token: t2\n    user: ada\n"
        );
    }

    #[test]
    fn an_account_without_a_token_has_it_in_the_keyring() {
        let text = "github.com:\n    users:\n        ada:\n        bea:\n    user: bea\n    git_protocol: ssh\n";
        assert_eq!(
            shown(text),
            ["github.com ada keyring gh:github.com [\"ada\"]", "github.com bea keyring gh:github.com [\"bea\", \"\"]"]
        );
        assert_eq!(shown("github.com:\n    user: ada\n"), ["github.com ada keyring gh:github.com [\"ada\", \"\"]"]);
        assert_eq!(shown("github.com:\n    git_protocol: ssh\n"), [""; 0]);
    }

    #[test]
    fn a_login_that_gh_renews_is_left_to_gh() {
        let text = "github.com:\n  user: ada\n  oauth_token: t1\n  oauth_refresh_token: r1\n";
        let shown = shown(text);
        assert!(shown[0].contains("gh renews") && !shown[0].contains("t1"), "{shown:?}");
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(github\\.com:\n|  users:\n|    ada:\n|  oauth_token: |  user: ada\n|[a-z0-9:\\-&*!|>\\[\\]{}\"'#, \n]{0,6}){0,12}") {
            if let Ok(entries) = read(text.as_bytes()) {
                let cuts: Vec<_> = entries.iter().flat_map(|entry| entry.cuts.clone()).collect();
                let left = without(text.as_bytes(), &cuts);
                prop_assert!(left.len() <= text.len() + 2 * cuts.len());
            }
        }

        #[test]
        fn nor_are_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}

//! GitLab's `glab`: `config.yml`, a token a host.

use super::entry::{Cut, Entry, Fault, Held, Useless, line_at};
use super::yaml::{self, Node};
use crate::model::{HostError, HostUrl, ProviderId, shell_word};
use crate::secret::Secret;

/// Reads `config.yml`. With `use_keyring` the token is in the keyring, under the service `glab:HOST:token`, or `glab:HOST` as it was before 2026.
///
/// # Errors
///
/// If it is no YAML.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let Some(root) = yaml::read(bytes)? else { return Ok(Vec::new()) };
    let Some(hosts) = root.get("hosts") else { return Ok(Vec::new()) };
    Ok(hosts.pairs().flat_map(|(host, key, settings)| of_host(bytes, host, key.start(), settings)).collect())
}

fn of_host(bytes: &[u8], name: &str, start: usize, settings: &Node) -> Vec<Entry> {
    let (host, api) = match addresses(name, settings) {
        Ok((host, api)) => (Ok(host), api),
        Err(error) => (Err(error), None),
    };
    let entry = |start, held, cuts: Option<Cut>| Entry {
        line: line_at(bytes, start),
        cuts: cuts.into_iter().collect(),
        written: name.to_owned(),
        host: host.clone(),
        provider: Some(ProviderId::GitLab),
        api: api.clone(),
        username: settings.text("user").map(ToOwned::to_owned),
        held,
    };
    let mut entries = Vec::new();
    // A login's refresh token is good for one renewal: whichever of the two programs comes second has lost it.
    let renews = settings.text("is_oauth2") == Some("true") || settings.text("oauth2_refresh_token").is_some();
    match settings.pair("token").zip(settings.text("token")) {
        Some((pair, _)) if renews => {
            let login = host.as_ref().map_or_else(|_| name.to_owned(), ToString::to_string);
            let useless = Useless::because("glab renews this login, and one of the two would lose it: log in here too")
                .instead(format!("gitconn connect {}", shell_word(&login)));
            entries.push(entry(pair.0.start(), Held::Useless(useless), None));
        }
        Some((pair, token)) => {
            entries.push(entry(pair.0.start(), Held::Token(Secret::from(token.to_owned())), yaml::cut(bytes, pair)));
        }
        None if settings.text("use_keyring") == Some("true") && !renews => {
            let service = vec![format!("glab:{name}:token"), format!("glab:{name}")];
            entries.push(entry(start, Held::Keyring { service, accounts: vec![String::new()] }, None));
        }
        None => {}
    }
    if let Some((key, _)) = settings.pair("job_token").filter(|_| settings.text("job_token").is_some()) {
        entries.push(entry(key.start(), Held::Useless(Useless::because("a CI job token dies with its job")), None));
    }
    entries
}

/// The web address, and the API's where the file has it elsewhere.
fn addresses(name: &str, settings: &Node) -> Result<(HostUrl, Option<HostUrl>), HostError> {
    let scheme = settings.text("api_protocol").filter(|scheme| matches!(*scheme, "http" | "https")).unwrap_or("https");
    let at = |place: &str| HostUrl::parse(&if place.contains("://") { place.to_owned() } else { format!("{scheme}://{place}") });
    let host = at(name)?;
    let Some(place) = settings.text("api_host") else { return Ok((host, None)) };
    let api = at(place)?;
    if api.url().origin() == host.url().origin() {
        // An instance below a path has it there.
        return Ok((api, None));
    }
    let calls = HostUrl::parse(&format!("{}/api/v4", api.as_str()))?;
    Ok((host, Some(calls)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::{Held, without};
    use super::read;

    const FILE: &str = "git_protocol: ssh\nhosts:\n    gitlab.com:\n        token: !!null t1\n        api_host: gitlab.com\n        user: ada\n    \
                        git.acme.com:\n        token: t2\n        api_protocol: http\n        api_host: git.acme.com/gitlab\n    \
                        old.acme.com:\n        api_host: api.acme.com:8443\n        token: t3\n    empty.acme.com:\n        token:\n";

    #[test]
    fn each_host_has_its_token_and_its_addresses() {
        let entries = read(FILE.as_bytes()).unwrap();
        let shown: Vec<_> = entries
            .iter()
            .map(|entry| {
                let Held::Token(token) = &entry.held else { panic!("{entry:?}") };
                let api = entry.api.as_ref().map(ToString::to_string);
                (token.expose().to_owned(), entry.host.clone().unwrap().to_string(), api, entry.line)
            })
            .collect();
        let api = "api.acme.com:8443/api/v4".to_owned();
        assert_eq!(
            shown,
            [
                ("t1".to_owned(), "gitlab.com".to_owned(), None, 4),
                ("t2".to_owned(), "http://git.acme.com/gitlab".to_owned(), None, 8),
                ("t3".to_owned(), "old.acme.com".to_owned(), Some(api), 13),
            ]
        );
        let cuts: Vec<_> = entries[..2].iter().flat_map(|entry| entry.cuts.clone()).collect();
        let left = String::from_utf8(without(FILE.as_bytes(), &cuts)).unwrap();
        assert_eq!(left, FILE.replace("        token: !!null t1\n", "").replace("        token: t2\n", ""));
    }

    #[test]
    fn logins_job_tokens_and_the_keyring_are_told_apart() {
        let text = "hosts:\n  a.example:\n    is_oauth2: \"true\"\n    token: t1\n    oauth2_refresh_token: r1\n  b.example:\n    job_token: j1\n  \
                    c.example:\n    use_keyring: \"true\"\n";
        let entries = read(text.as_bytes()).unwrap();
        let Held::Useless(login) = &entries[0].held else { panic!() };
        assert_eq!(login.instead.as_deref(), Some("gitconn connect a.example"));
        let Held::Useless(job) = &entries[1].held else { panic!() };
        assert!(job.why.contains("job token"));
        let Held::Keyring { service, accounts } = &entries[2].held else { panic!() };
        assert_eq!((service.join(" "), accounts.len()), ("glab:c.example:token glab:c.example".to_owned(), 1));
        assert!(entries.iter().all(|entry| entry.cuts.is_empty()));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(hosts:\n|  gitlab\\.com:\n|    token: |    api_host: |    use_keyring: \"true\"\n|[a-z0-9:/\\-&*!|>\\[\\]{}\"'#, \n]{0,6}){0,12}") {
            let _ = read(text.as_bytes());
        }
    }
}

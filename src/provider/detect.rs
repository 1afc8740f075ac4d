//! Whose API an address speaks: by its name where that is known, else by what anybody is told there without a credential.

use futures_util::future::join_all;

use super::{Kind, kind};
use crate::model::{HostUrl, ProviderId, Timestamp};
use crate::net::{self, Answer, Auth, Call, Http, Limit, Trust, limits};

/// Path roots that are tried: the whole path, and so many above it. A repository's address stands at most so deep in most places.
const ROOTS: usize = 5;

/// A call by which an instance is recognised. It changes nothing and wants no credential.
pub(crate) struct Sniff {
    /// Segments below the instance's web address.
    pub(super) path: &'static [&'static str],
    /// What the answer says.
    pub(super) recognise: fn(&Answer) -> Option<Recognised>,
    /// For an answer that others might give as well.
    pub(super) confirm: Option<Confirm>,
}

/// Another call, and whether its answer is this provider's too.
pub(crate) struct Confirm {
    pub(super) path: &'static [&'static str],
    pub(super) is_its_own: fn(&Answer) -> bool,
}

/// What an answer says of who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recognised {
    /// This provider, in words: `GitLab`, `Forgejo 15.0.0`.
    Spoken(String),
    /// Something with its name whose API is another one.
    Namesake(&'static str),
}

/// What was found out about an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Detected {
    /// Known by its name; nobody was asked.
    Known { provider: ProviderId, host: HostUrl },
    /// It answered so.
    Found { provider: ProviderId, host: HostUrl, what: String },
    /// It answered, and is something whose API is not spoken here.
    Unspoken { what: &'static str },
    /// It answered nothing that anybody knows.
    Unknown,
}

/// Finds out whose API an address speaks: of an instance, of its API, or of a repository there.
///
/// # Errors
///
/// If nothing answers there, or it sends us elsewhere.
pub(crate) async fn detect(http: &Http, address: &HostUrl, trust: &Trust) -> Result<Detected, net::Error> {
    if let Some((provider, kind)) = kinds().find(|(_, kind)| kind.knows(address)) {
        return Ok(Detected::Known { provider, host: kind.web_host(address) });
    }
    let mut failure = None;
    for root in roots(address) {
        let origin = http.origin(&root, trust, Auth::None, &[("Accept", "application/json")], limit)?;
        let sniffs = kinds().flat_map(|(provider, kind)| kind.sniffs().iter().map(move |sniff| (provider, kind, sniff)));
        let (origin, root) = (&origin, &root);
        let asked = sniffs.map(|(provider, kind, sniff)| async move {
            let ask = async |path: &[&str]| origin.get(&Call::to(path.iter().copied())).await;
            let Some(recognised) = (sniff.recognise)(&ask(sniff.path).await?) else { return Ok(None) };
            if let Some(confirm) = &sniff.confirm
                && !(confirm.is_its_own)(&ask(confirm.path).await?)
            {
                return Ok(None);
            }
            Ok(Some(match recognised {
                Recognised::Spoken(what) => Detected::Found { provider, host: kind.web_host(root), what },
                Recognised::Namesake(what) => Detected::Unspoken { what },
            }))
        });
        let mut silent = true;
        for asked in join_all(asked).await {
            match asked {
                Ok(Some(detected)) => return Ok(detected),
                Ok(None) => silent = false,
                // A redirect elsewhere tells more than silence does.
                Err(error) if failure.is_none() || matches!(error, net::Error::Redirected { .. }) => failure = Some(error),
                Err(_) => {}
            }
        }
        if silent {
            break;
        }
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(Detected::Unknown),
    }
}

fn kinds() -> impl Iterator<Item = (ProviderId, &'static dyn Kind)> {
    ProviderId::ALL.iter().map(|provider| (*provider, kind(*provider)))
}

/// The address with its whole path, and with less and less of it.
fn roots(address: &HostUrl) -> Vec<HostUrl> {
    let mut roots = vec![address.clone()];
    while let Some((above, _)) = roots.last().and_then(|last| last.root().rsplit_once('/')) {
        let mut url = address.url().clone();
        url.set_path(above);
        match HostUrl::parse(url.as_str()) {
            Ok(root) if roots.len() < ROOTS => roots.push(root),
            _ => break,
        }
    }
    roots
}

fn limit(answer: &Answer, now: Timestamp) -> Option<Limit> {
    (answer.status == 429).then(|| Limit { until: limits::retry_after(answer, now), secondary: false })
}

#[cfg(test)]
mod tests {
    use super::roots;
    use crate::model::HostUrl;

    #[test]
    fn the_root_may_lie_anywhere_above_a_repository() {
        let shown = |typed: &str| roots(&HostUrl::parse(typed).unwrap()).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown("git.acme.com"), ["git.acme.com"]);
        assert_eq!(shown("https://git.acme.com/gitlab/"), ["git.acme.com/gitlab", "git.acme.com"]);
        assert_eq!(
            shown("git.acme.com:8443/git/acme/site.git"),
            ["git.acme.com:8443/git/acme/site.git", "git.acme.com:8443/git/acme", "git.acme.com:8443/git", "git.acme.com:8443"]
        );
        assert_eq!(shown("git.acme.com/a/b/c/d/e/f/g").len(), 5);
    }
}

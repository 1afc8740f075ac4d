//! Where an answer points to, and whether a credential may go there.

use url::Url;

use super::Answer;
use crate::model::clean;

/// The longest address shown in a message, in characters.
const SHOWN: usize = 200;

/// Where a redirect leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Location {
    /// To the same scheme, host and port: the address there.
    Here(Url),
    /// Anywhere else. The text is fit to be shown.
    Elsewhere(String),
}

impl Location {
    /// The address as it may be shown: without user, query and fragment, which may hold secrets.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Here(url) => show(url),
            Self::Elsewhere(text) => text.clone(),
        }
    }
}

/// Where the answer redirects to (RFC 9110 §15.4); `None` if it does not. A 304 and an answer without `Location` do not.
pub(super) fn location(answer: &Answer, asked: &Url) -> Option<Location> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let bytes = answer.headers.get(reqwest::header::LOCATION)?.as_bytes();
    let Some(target) = std::str::from_utf8(bytes).ok().and_then(|text| asked.join(text).ok()) else {
        return Some(Location::Elsewhere("an address that cannot be read".to_owned()));
    };
    Some(on(asked, &target).map_or_else(|| Location::Elsewhere(show(&target)), Location::Here))
}

/// Path and query of `target` on `origin`, if it is the same scheme, host and port. Nothing else is taken over: a user name in it
/// would become a credential.
pub(super) fn on(origin: &Url, target: &Url) -> Option<Url> {
    let same = origin.scheme() == target.scheme()
        && origin.host_str() == target.host_str()
        && origin.port_or_known_default() == target.port_or_known_default();
    same.then(|| {
        let mut url = origin.clone();
        url.set_path(target.path());
        url.set_query(target.query());
        url.set_fragment(None);
        url
    })
}

fn show(url: &Url) -> String {
    let text = match url.host_str() {
        Some(_) if matches!(url.scheme(), "http" | "https") => format!("{}{}", url.origin().ascii_serialization(), url.path()),
        _ => format!("a `{}` address", url.scheme()),
    };
    clean(&text).chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::on;

    #[test]
    fn scheme_host_and_port_make_an_origin_and_each_counts() {
        let ours = Url::parse("https://git.acme.com:8443/api/v4/user?page=1").unwrap();
        let there = |target: &str| on(&ours, &Url::parse(target).unwrap()).map(String::from);
        for target in
            ["https://git.acme.com:8443/x?y=z", "https://GIT.ACME.COM:8443/x?y=z#w", "https://u:p@git.acme.com:8443/x?y=z"]
        {
            assert_eq!(there(target).as_deref(), Some("https://git.acme.com:8443/x?y=z"), "{target}");
        }
        for target in [
            "http://git.acme.com:8443/x",
            "https://git.acme.com/x",
            "https://git.acme.com:8444/x",
            "https://acme.com:8443/x",
            "https://api.git.acme.com:8443/x",
            "https://git.acme.com.:8443/x",
            "ftp://git.acme.com:8443/x",
            "data:text/plain,x",
        ] {
            assert_eq!(there(target), None, "{target}");
        }
    }
}

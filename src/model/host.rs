//! A host: the base URL of a provider's instance, in one normal spelling.

use std::fmt;

use url::Url;

/// Scheme, host, port and path root of an instance: `https://git.acme.com/gitlab`. No user, query, fragment or trailing slash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct HostUrl(Url);

/// Why a text does not name a host.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub(crate) enum HostError {
    #[error("`{0}` is not a host or URL")]
    Malformed(String),
    #[error("`{0}` is not an `https://` address")]
    Scheme(String),
    #[error("an address must not hold a user name or password")]
    UserInfo,
}

impl HostUrl {
    /// Takes `github.com`, `git.acme.com:8443/gitlab` or a whole URL. Without a scheme it is `https`.
    pub(crate) fn parse(text: &str) -> Result<Self, HostError> {
        let malformed = || HostError::Malformed(super::clean(text).into_owned());
        if text.chars().any(|character| super::clean::is_unsafe(character) || character.is_whitespace()) {
            return Err(malformed());
        }
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&whole).map_err(|_| malformed())?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(HostError::Scheme(text.to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HostError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(malformed());
        }
        let name = url.host_str().ok_or_else(malformed)?.trim_end_matches('.').to_owned();
        if name.is_empty() {
            return Err(malformed());
        }
        url.set_host(Some(&name)).map_err(|_| malformed())?;
        let root = url.path().trim_end_matches('/').to_owned();
        if root.split('/').any(|segment| matches!(segment, "." | ".." | "%2e" | "%2E")) || root.contains("//") {
            return Err(malformed());
        }
        url.set_path(&root);
        Ok(Self(url))
    }

    /// The whole address without a trailing slash.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The host's name without scheme, port and root.
    pub(crate) fn domain(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The path root without a trailing slash; empty for most.
    pub(crate) fn root(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// The same without its path root.
    pub(crate) fn origin(&self) -> Self {
        let mut url = self.0.clone();
        url.set_path("");
        Self(url)
    }

    /// The address as a URL, for building others from it.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Whether the connection to it is not encrypted.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Whether it is this machine: the only place plain HTTP may go without being allowed.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

/// As short as it can be said without loss: `github.com`, `git.acme.com:8443/gitlab`, `http://127.0.0.1:3000`.
impl fmt::Display for HostUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.as_str();
        f.pad(whole.strip_prefix("https://").unwrap_or(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::{HostError, HostUrl};

    #[test]
    fn addresses_have_one_spelling() {
        for (typed, shown) in [
            ("github.com", "github.com"),
            ("GitHub.com", "github.com"),
            ("https://github.com/", "github.com"),
            ("github.com.", "github.com"),
            ("https://git.acme.com:443/gitlab/", "git.acme.com/gitlab"),
            ("git.acme.com:8443/gitlab", "git.acme.com:8443/gitlab"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("https://[::1]:8443", "[::1]:8443"),
            ("bücher.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(HostUrl::parse(typed).unwrap().to_string(), shown, "{typed}");
        }
        assert_eq!(HostUrl::parse("https://u:p@github.com").unwrap_err(), HostError::UserInfo);
        assert!(matches!(HostUrl::parse("ssh://github.com"), Err(HostError::Scheme(_))));
        for bad in ["", "https://", "git hub.com", "github.com\n.evil", "github.com?x=1", "github.com#x", "a b", "https://x//y"] {
            assert!(matches!(HostUrl::parse(bad), Err(HostError::Malformed(_))), "{bad:?}");
        }
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for host in ["http://127.0.0.1:1", "http://localhost", "http://[::1]", "http://github.localhost:8080", "http://127.8.9.1"]
        {
            assert!(HostUrl::parse(host).unwrap().is_loopback(), "{host}");
        }
        for host in ["http://128.0.0.1", "http://localhost.evil.example", "http://evillocalhost", "http://[::2]"] {
            assert!(!HostUrl::parse(host).unwrap().is_loopback(), "{host}");
        }
    }
}

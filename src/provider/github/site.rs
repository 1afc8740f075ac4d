//! Which of GitHub's three worlds a host belongs to, and where its API lies.

use crate::model::HostUrl;

/// github.com, a tenant of GHE.com, or a server of one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// <https://github.com>.
    Public,
    /// `SUBDOMAIN.ghe.com`: GitHub Enterprise Cloud with data residency.
    Tenant,
    /// GitHub Enterprise Server.
    Server,
}

impl Site {
    /// As GitHub's own `gh` tells them apart (go-gh, `pkg/auth`).
    pub(super) fn of(host: &HostUrl) -> Self {
        let domain = host.domain();
        if domain == "github.com" || domain.ends_with(".github.com") {
            Self::Public
        } else if domain.ends_with(".ghe.com") {
            Self::Tenant
        } else {
            Self::Server
        }
    }

    /// Whether a missing header about the token's end means that it has none. Older servers do not send that header at all.
    pub(super) const fn tells_expiry(self) -> bool {
        matches!(self, Self::Public | Self::Tenant)
    }
}

/// The web host that a typed address means: `api.github.com` is github.com, `api.acme.ghe.com` is acme.ghe.com, and a server's
/// `/api/v3` belongs to its API.
pub(super) fn web_host(host: &HostUrl) -> HostUrl {
    match Site::of(host) {
        Site::Public => public(),
        Site::Tenant => tenant(host.domain()).map_or_else(|| host.clone(), |tenant| parsed(&format!("{tenant}.ghe.com"), host)),
        Site::Server => match host.as_str().strip_suffix("/api/v3") {
            Some(web) => parsed(web, host),
            None => host.clone(),
        },
    }
}

/// Where the REST API of a host lies (GitHub's "Getting started with the REST API").
pub(super) fn api_base(host: &HostUrl) -> HostUrl {
    match Site::of(host) {
        Site::Public => parsed("https://api.github.com", host),
        Site::Tenant => {
            tenant(host.domain()).map_or_else(|| host.clone(), |tenant| parsed(&format!("https://api.{tenant}.ghe.com"), host))
        }
        Site::Server => parsed(&format!("{}/api/v3", web_host(host).as_str()), host),
    }
}

/// github.com.
pub(super) fn public() -> HostUrl {
    super::super::constant("github.com")
}

/// The last label before `.ghe.com`.
fn tenant(domain: &str) -> Option<&str> {
    domain.strip_suffix(".ghe.com")?.rsplit('.').next().filter(|label| !label.is_empty())
}

/// An address made from a good one is good; should it ever not be, the one it was made from is the better answer than a crash.
fn parsed(text: &str, made_from: &HostUrl) -> HostUrl {
    HostUrl::parse(text).unwrap_or_else(|_| made_from.clone())
}

#[cfg(test)]
mod tests {
    use super::{Site, api_base, web_host};
    use crate::model::HostUrl;

    #[test]
    fn each_host_has_its_api() {
        for (typed, web, api, site) in [
            ("github.com", "github.com", "api.github.com", Site::Public),
            ("api.github.com", "github.com", "api.github.com", Site::Public),
            ("www.github.com", "github.com", "api.github.com", Site::Public),
            ("acme.ghe.com", "acme.ghe.com", "api.acme.ghe.com", Site::Tenant),
            ("api.acme.ghe.com", "acme.ghe.com", "api.acme.ghe.com", Site::Tenant),
            ("git.acme.com", "git.acme.com", "git.acme.com/api/v3", Site::Server),
            ("git.acme.com:8443/", "git.acme.com:8443", "git.acme.com:8443/api/v3", Site::Server),
            ("https://git.acme.com/api/v3/", "git.acme.com", "git.acme.com/api/v3", Site::Server),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v3", Site::Server),
            ("notgithub.com", "notgithub.com", "notgithub.com/api/v3", Site::Server),
        ] {
            let host = HostUrl::parse(typed).unwrap();
            assert_eq!(web_host(&host).to_string(), web, "{typed}");
            assert_eq!(api_base(&host).to_string(), api, "{typed}");
            assert_eq!(Site::of(&host), site, "{typed}");
        }
    }
}

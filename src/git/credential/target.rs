//! Where a credential would go, and whether that is a host that is known: exactly, or not at all.

use crate::git::Remote;
use crate::model::HostUrl;

/// Scheme, host, port and path as git names them, each in one spelling only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    is_plain: bool,
    /// In lower case, as it was written otherwise: nothing is decoded, mapped or completed.
    name: String,
    port: u16,
    /// What stands behind the host, where git says it (`useHttpPath`).
    path: Option<String>,
}

impl Target {
    /// Reads what git says; `None` for whatever a credential of ours is for nobody's good.
    ///
    /// A name is of ASCII letters, digits, dots and dashes: a name in other letters, an encoded one or a number that stands for an address (`127.1`) may lead
    /// where a known host lies, but it is not that host's spelling. A path with `.`, `..`, a query, a backslash or a `%` in it may end somewhere else than it begins.
    pub(super) fn of(protocol: &str, host: &str, path: Option<&str>) -> Option<Self> {
        let (is_plain, usual) = match protocol {
            "https" => (false, 443),
            "http" => (true, 80),
            _ => return None,
        };
        let (name, port) = split(host)?;
        let port = match port {
            Some(port) => port.parse().ok().filter(|number: &u16| *number > 0 && number.to_string() == port)?,
            None => usual,
        };
        let path = path.map(|path| path.trim_matches('/')).filter(|path| !path.is_empty());
        if path.is_some_and(|path| !is_straight(path)) {
            return None;
        }
        Some(Self { is_plain, name: name.to_ascii_lowercase(), port, path: path.map(ToOwned::to_owned) })
    }

    /// Whether it lies on this host: the same scheme, name and port, and below the same path root. Where the host has a root and git names no path, nobody
    /// can tell, so it does not.
    pub(crate) fn is_on(&self, host: &HostUrl) -> bool {
        let root = host.root().trim_matches('/');
        let is_below = || {
            let rest = self.path.as_deref().and_then(|path| path.strip_prefix(root)).and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| !rest.is_empty())
        };
        self.is_plain == host.is_plain()
            && self.name == host.domain()
            && Some(self.port) == host.url().port_or_known_default()
            && (root.is_empty() || is_below())
    }

    /// Whether the way there is not encrypted.
    pub(crate) const fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// The same as the address of a repository.
    pub(crate) fn remote(&self) -> Option<Remote> {
        let scheme = if self.is_plain { "http" } else { "https" };
        let host = HostUrl::parse(&format!("{scheme}://{}:{}", self.name, self.port)).ok()?;
        Some(Remote::at(host, repository(self.path.as_deref().unwrap_or_default())))
    }
}

/// The repository's part of a path: git-lfs asks for `acme/site.git/info/lfs`.
fn repository(path: &str) -> &str {
    path.find(".git/").map_or(path, |at| &path[..at + ".git".len()])
}

/// Name and port of a host as git writes it. `None` for a name that is none.
fn split(host: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = host.strip_prefix('[') {
        let end = rest.find(']')? + 2;
        let (name, port) = host.split_at(end);
        let is_address = name[1..end - 1].bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        let port = if port.is_empty() { None } else { Some(port.strip_prefix(':')?) };
        return is_address.then_some((name, port));
    }
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_name = name
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    is_name.then_some((name, port))
}

/// Whether a path leads to where it seems to lead.
fn is_straight(path: &str) -> bool {
    !path.contains(['?', '#', '%', '\\', ';']) && path.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}

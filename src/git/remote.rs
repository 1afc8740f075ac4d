//! Remote addresses as git writes them: `https://…`, `ssh://…`, `git@host:owner/name.git`, and `owner/name` for short.

use crate::model::{HostUrl, RepositoryPath};

/// Where a repository is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    place: Place,
    /// The path as written; on a host with a path root it still holds the root.
    path: String,
    username: Option<Username>,
}

/// Who is said to ask: `https://ada@github.com/…`. It is not shown, because some write a token there.
#[derive(Clone, PartialEq, Eq)]
struct Username(String);

impl std::fmt::Debug for Username {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Username")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Only a path was written.
    Anywhere,
    /// An address over HTTP names the origin exactly.
    Web(HostUrl),
    /// Over SSH only the host's name is known, not where its web origin is.
    Ssh(String),
}

/// Hosts whose SSH can also be reached by the port of HTTPS, under another name
/// (<https://docs.github.com/en/authentication/troubleshooting-ssh/using-ssh-over-the-https-port>, <https://docs.gitlab.com/user/gitlab_com/>,
/// <https://support.atlassian.com/bitbucket-cloud/docs/troubleshoot-ssh-issues/>).
const SSH_BY_HTTPS_PORT: [(&str, &str); 3] =
    [("ssh.github.com", "github.com"), ("altssh.gitlab.com", "gitlab.com"), ("altssh.bitbucket.org", "bitbucket.org")];

impl Remote {
    /// Reads an address, or `owner/name`, or `host/owner/name` where the first part looks like a host.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("git+").unwrap_or(text);
        if text.starts_with('-') || text.chars().any(char::is_control) {
            return None;
        }
        if text.contains("://") {
            return Self::parse_url(text);
        }
        if text.contains('@') || is_scp_like(text) {
            return Self::parse_ssh(text);
        }
        // A path on this machine is no business of any host.
        if text.starts_with('/') {
            return None;
        }
        let (first, rest) = text.trim_matches('/').split_once('/')?;
        if (first.contains('.') || first.contains(':') || first == "localhost") && rest.contains('/') {
            let host = HostUrl::parse(first).ok()?;
            return Some(Self { place: Place::Web(host), path: rest.to_owned(), username: None });
        }
        RepositoryPath::new(text)?;
        Some(Self { place: Place::Anywhere, path: text.trim_matches('/').to_owned(), username: None })
    }

    /// Reads the beginning of addresses: as [`Remote::parse`], but a host may stand alone or with an owner, and so may an owner.
    pub(crate) fn parse_beginning(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("git+").unwrap_or(text);
        if text.is_empty() || text.starts_with('-') || text.chars().any(char::is_control) {
            return None;
        }
        if text.contains("://") || text.contains('@') || is_scp_like(text) {
            return Self::parse(text);
        }
        let bare = text.trim_matches('/');
        let (first, rest) = bare.split_once('/').unwrap_or((bare, ""));
        if first.contains('.') || first.contains(':') || first == "localhost" {
            return Some(Self { place: Place::Web(HostUrl::parse(first).ok()?), path: rest.to_owned(), username: None });
        }
        Some(Self { place: Place::Anywhere, path: bare.to_owned(), username: None })
    }

    /// What lies at this path of an origin; an empty one leaves open which repository is meant.
    pub(super) fn at(origin: HostUrl, path: &str) -> Self {
        Self { place: Place::Web(origin), path: path.to_owned(), username: None }
    }

    /// The same, asked for by somebody.
    pub(super) fn by(self, username: Option<&str>) -> Self {
        Self { username: username.map(|name| Username(name.to_owned())), ..self }
    }

    /// The user name in the address. It is somebody's word, and may be a token.
    pub(crate) fn username(&self) -> Option<&str> {
        self.username.as_ref().map(|username| username.0.as_str())
    }

    fn parse_url(text: &str) -> Option<Self> {
        let mut url = url::Url::parse(text).ok()?;
        match url.scheme() {
            "https" | "http" => {
                // What is written with `%` is no account's name.
                let username = Some(url.username()).filter(|name| !name.is_empty() && !name.contains('%'));
                let username = username.map(|name| Username(name.to_owned()));
                url.set_username("").ok()?;
                url.set_password(None).ok()?;
                let path = url.path().trim_matches('/').to_owned();
                url.set_path("");
                url.set_query(None);
                url.set_fragment(None);
                Some(Self { place: Place::Web(HostUrl::parse(url.as_str()).ok()?), path, username })
            }
            "ssh" => Self::parse_ssh(text),
            _ => None,
        }
    }

    fn parse_ssh(text: &str) -> Option<Self> {
        let url = gix_url::parse(text).ok()?;
        if url.scheme != gix_url::Scheme::Ssh {
            return None;
        }
        let host = url.host()?.to_lowercase();
        let host =
            SSH_BY_HTTPS_PORT.iter().find(|(name, _)| host == *name).map_or(host.clone(), |(_, known)| (*known).to_owned());
        let path = std::str::from_utf8(&url.path).ok()?.trim_matches('/').to_owned();
        Some(Self { place: Place::Ssh(host), path, username: None })
    }

    /// All of a host.
    pub(crate) fn whole(host: &HostUrl) -> Self {
        Self { place: Place::Web(host.origin()), path: host.root().trim_matches('/').to_owned(), username: None }
    }

    /// The host as it may be shown, or `None` if only a path was written.
    pub(crate) fn host_text(&self) -> Option<String> {
        match &self.place {
            Place::Anywhere => None,
            Place::Web(host) => Some(host.to_string()),
            Place::Ssh(name) => Some(name.clone()),
        }
    }

    /// Host and path as they may be shown.
    pub(crate) fn describe(&self) -> String {
        match self.host_text() {
            Some(host) if self.path.is_empty() => host,
            Some(host) => format!("{host}/{}", self.path),
            None => self.path.clone(),
        }
    }

    /// What a route for everything beside it would be: the same without its last segment.
    pub(crate) fn parent(&self) -> String {
        let whole = self.describe();
        match (&self.place, self.path.trim_matches('/').rsplit_once('/')) {
            (_, Some(_)) => whole.trim_end_matches('/').rsplit_once('/').map_or(whole.clone(), |(parent, _)| parent.to_owned()),
            (Place::Anywhere, None) => whole,
            (Place::Web(_) | Place::Ssh(_), None) => self.host_text().unwrap_or(whole),
        }
    }

    /// Whether it lies on this host. Over HTTP scheme, host, port and path root must be the same; over SSH only the name can be compared.
    pub(crate) fn is_on(&self, host: &HostUrl) -> bool {
        match &self.place {
            Place::Anywhere => true,
            Place::Ssh(name) => host.domain() == name,
            Place::Web(origin) => origin.url().origin() == host.url().origin() && self.below(host).is_some(),
        }
    }

    /// The path as it is written, below that host's path root; `None` if it lies beside the root.
    pub(crate) fn below(&self, host: &HostUrl) -> Option<&str> {
        match &self.place {
            Place::Web(_) if self.path.trim_matches('/') == host.root().trim_matches('/') => Some(""),
            Place::Web(_) => strip_root(&self.path, host),
            Place::Anywhere | Place::Ssh(_) => Some(&self.path),
        }
    }

    /// Where git finds it over HTTP: as it was written, but for a user and a password, or on that host.
    pub(crate) fn web_address(&self, host: &HostUrl) -> Option<String> {
        match &self.place {
            Place::Web(origin) => Some(format!("{}/{}", origin.as_str(), self.path)),
            Place::Anywhere | Place::Ssh(_) => Some(format!("{}/{}.git", host.as_str(), self.path_on(host)?)),
        }
    }

    /// The repository's path on that host, without the host's path root.
    pub(crate) fn path_on(&self, host: &HostUrl) -> Option<RepositoryPath> {
        RepositoryPath::new(self.below(host)?)
    }
}

/// `host:path` without a slash before the colon and more than a drive letter: git's own rule for its scp-like form.
fn is_scp_like(text: &str) -> bool {
    text.split_once(':').is_some_and(|(host, path)| {
        host.len() > 1
            && !host.contains('/')
            && !path.starts_with("//")
            && !path.chars().next().is_some_and(|first| first.is_ascii_digit())
    })
}

fn strip_root<'a>(path: &'a str, host: &HostUrl) -> Option<&'a str> {
    let root = host.root().trim_matches('/');
    if root.is_empty() {
        return Some(path);
    }
    path.strip_prefix(root)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::Remote;
    use crate::model::HostUrl;

    fn on(text: &str, host: &str) -> Option<String> {
        let (remote, host) = (Remote::parse(text)?, HostUrl::parse(host).unwrap());
        remote.is_on(&host).then(|| remote.path_on(&host).map(|path| path.to_string()))?
    }

    #[test]
    fn every_spelling_of_git_names_the_same_repository() {
        for text in [
            "https://github.com/acme/site",
            "https://github.com/acme/site.git",
            "https://octocat@github.com/acme/site.git/",
            "git+https://github.com/acme/site.git",
            "git@github.com:acme/site.git",
            "ssh://git@github.com/acme/site.git",
            "ssh://git@github.com:22/acme/site",
            "git+ssh://git@github.com/acme/site.git",
            "ssh://git@ssh.github.com:443/acme/site.git",
            "github.com/acme/site",
            "github.com:acme/site.git",
            "acme/site",
        ] {
            assert_eq!(on(text, "github.com").as_deref(), Some("acme/site"), "{text}");
        }
        assert_eq!(on("ssh://git@altssh.gitlab.com:443/acme/site.git", "gitlab.com").as_deref(), Some("acme/site"));
        assert_eq!(on("git@altssh.bitbucket.org:acme/site.git", "bitbucket.org").as_deref(), Some("acme/site"));
        assert_eq!(on("git@altssh.gitlab.com:acme/site.git", "github.com"), None);
    }

    #[test]
    fn a_path_root_belongs_to_the_host() {
        assert_eq!(
            on("https://git.acme.com/gitlab/group/sub/site.git", "https://git.acme.com/gitlab").as_deref(),
            Some("group/sub/site")
        );
        assert_eq!(on("https://git.acme.com/other/site", "https://git.acme.com/gitlab"), None);
        assert_eq!(on("https://git.acme.com/gitlabber/site", "https://git.acme.com/gitlab"), None);
    }

    #[test]
    fn a_beginning_may_be_a_host_an_owner_or_less_than_a_repository() {
        let below = |text: &str, host: &str| {
            let (remote, host) = (Remote::parse_beginning(text)?, HostUrl::parse(host).unwrap());
            remote.is_on(&host).then(|| remote.below(&host).map(ToOwned::to_owned))?
        };
        for (text, path) in [
            ("github.com", ""),
            ("https://github.com/", ""),
            ("github.com/acme", "acme"),
            ("GitHub.com/acme/", "acme"),
            ("https://github.com/acme", "acme"),
            ("git@github.com:acme", "acme"),
            ("acme", "acme"),
            ("acme/site", "acme/site"),
        ] {
            assert_eq!(below(text, "github.com").as_deref(), Some(path), "{text}");
        }
        assert_eq!(below("https://git.acme.com/gitlab", "https://git.acme.com/gitlab").as_deref(), Some(""));
        assert_eq!(below("https://git.acme.com/gitlab/group", "https://git.acme.com/gitlab").as_deref(), Some("group"));
        for text in ["https://git.acme.com", "https://git.acme.com/gitlabber", "github.com/acme"] {
            assert_eq!(below(text, "https://git.acme.com/gitlab"), None, "{text}");
        }
    }

    #[test]
    fn no_other_host_is_ever_meant() {
        for text in [
            "https://github.com.evil.example/acme/site",
            "https://evilgithub.com/acme/site",
            "https://github.com@evil.example/acme/site",
            "https://github.com:8443/acme/site",
            "http://github.com/acme/site",
            "https://sub.github.com/acme/site",
            "git@github.com.evil.example:acme/site",
            "ssh://git@evil.example/github.com/site",
        ] {
            assert_eq!(on(text, "github.com"), None, "{text}");
        }
        for text in ["", "site", "--upload-pack=x/y", "a\nb/c", "file:///etc/passwd", "ext::sh -c x"] {
            assert_eq!(Remote::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn who_asks_is_known_over_http_and_never_shown() {
        let by = |text: &str| Remote::parse(text).unwrap().username().map(ToOwned::to_owned);
        assert_eq!(by("https://ada@github.com/acme/site").as_deref(), Some("ada"));
        assert_eq!(by("https://ada:x@github.com/acme/site").as_deref(), Some("ada"));
        for nobody in ["https://github.com/acme/site", "git@github.com:acme/site", "https://a%40b@github.com/acme/site"] {
            assert_eq!(by(nobody), None, "{nobody}");
        }
        let remote = Remote::parse("https://s3cret@github.com/acme/site").unwrap();
        assert!(!format!("{remote:?} {} {}", remote.describe(), remote.parent()).contains("s3cret"));
    }
}

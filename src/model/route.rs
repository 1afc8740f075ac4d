//! A route: which connection serves the repositories of an owner, a group, or one repository (design §6).

use std::fmt;

use super::{ConnectionId, HostUrl, RepositoryPath, Timestamp};

/// The beginning of repositories' paths on a host: nothing for all of them, an owner, a group with its subgroups, or one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoutePath(String);

impl RoutePath {
    /// Takes segments between slashes, none of them `.` or `..`; slashes around and a trailing `.git` are dropped.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let path = text.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let is_sound = path.is_empty()
            || path.split('/').all(|segment| !segment.is_empty() && segment != "." && segment != "..")
                && !path.chars().any(|character| super::clean::is_unsafe(character) || character.is_whitespace());
        is_sound.then(|| Self(path.to_owned()))
    }

    /// One that was stored.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What two paths of one host must not share: no provider here tells upper and lower case apart.
    pub(crate) fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// How much of a path it settles.
    pub(crate) fn depth(&self) -> usize {
        self.0.split('/').filter(|segment| !segment.is_empty()).count()
    }

    /// Whether a repository lies below it: whole segments, without regard to case.
    pub(crate) fn covers(&self, path: &RepositoryPath) -> bool {
        let mut segments = path.segments();
        let own = self.0.split('/').filter(|segment| !segment.is_empty());
        own.into_iter().all(|wanted| segments.next().is_some_and(|segment| segment.to_lowercase() == wanted.to_lowercase()))
    }
}

/// A rule that says which connection serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// The connection's own: a credential goes nowhere else.
    pub(crate) host: HostUrl,
    pub(crate) path: RoutePath,
    pub(crate) connection: ConnectionId,
    /// `user@host`.
    pub(crate) added_by: String,
    pub(crate) added_at: Timestamp,
}

/// `github.com/acme`, as it can be typed.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.as_str().is_empty() { write!(f, "{}", self.host) } else { write!(f, "{}/{}", self.host, self.path.as_str()) }
    }
}

#[cfg(test)]
mod tests {
    use super::RoutePath;
    use crate::model::RepositoryPath;

    #[test]
    fn a_route_covers_whole_segments_only() {
        let covers = |route: &str, path: &str| RoutePath::new(route).unwrap().covers(&RepositoryPath::new(path).unwrap());
        for (route, path) in [
            ("", "acme/site"),
            ("acme", "acme/site"),
            ("/ACME/", "acme/Site"),
            ("acme/site.git", "Acme/site"),
            ("group/sub", "group/sub/deep/site"),
        ] {
            assert!(covers(route, path), "{route} {path}");
        }
        for (route, path) in [
            ("acm", "acme/site"),
            ("acme", "acme-corp/site"),
            ("acme/site", "acme/site-two"),
            ("acme/site/x", "acme/site"),
            ("site", "acme/site"),
        ] {
            assert!(!covers(route, path), "{route} {path}");
        }
        for bad in ["..", "acme/../x", "a//b", "a b", "a\nb", "./x"] {
            assert_eq!(RoutePath::new(bad), None, "{bad:?}");
        }
        assert_eq!([RoutePath::new("").unwrap().depth(), RoutePath::new("a/b").unwrap().depth()], [0, 2]);
    }
}

//! Repositories and branches, as every provider's are shown.

use std::fmt;

use super::Timestamp;

/// Where a repository lies on its host: `owner/name`, on GitLab also `group/sub/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RepositoryPath(String);

impl RepositoryPath {
    /// Takes `owner/name` (two or more segments, none of them empty, `.` or `..`); a trailing `.git` and slashes around are dropped.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let path = text.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let segments: Vec<&str> = path.split('/').collect();
        let sound = segments.len() >= 2
            && segments.iter().all(|segment| !segment.is_empty() && *segment != "." && *segment != "..")
            && !path.chars().any(|character| super::clean::is_unsafe(character) || character.is_whitespace());
        sound.then(|| Self(path.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first segment: an account, on GitLab also a group.
    pub(crate) fn owner(&self) -> &str {
        self.segments().next().unwrap_or_default()
    }

    /// The segments between the slashes, at least two.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

impl fmt::Display for RepositoryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A repository; its fields are those of the JSON. Text is as the provider sent it: it is cleaned where it is shown to a person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Repository {
    /// The provider's id: survives renames.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) full_name: String,
    /// The page in the browser.
    pub(crate) url: String,
    pub(crate) clone_url: String,
    pub(crate) ssh_url: Option<String>,
    pub(crate) private: bool,
    /// `None` for an empty repository, or where the token may not read code.
    pub(crate) default_branch: Option<String>,
    pub(crate) description: Option<String>,
    /// `None` where the provider's listing does not say.
    pub(crate) archived: Option<bool>,
    /// The newest activity the provider knows of (GitHub: push; GitLab: `last_activity_at`).
    pub(crate) pushed_at: Option<Timestamp>,
}

/// A branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) is_default: bool,
    /// `None` where the token may not see it.
    pub(crate) is_protected: Option<bool>,
    /// The commit it points to.
    pub(crate) sha: String,
}

#[cfg(test)]
mod tests {
    use super::RepositoryPath;

    #[test]
    fn paths_are_owner_and_name_or_deeper() {
        assert_eq!(RepositoryPath::new("acme/site").unwrap().as_str(), "acme/site");
        assert_eq!(RepositoryPath::new("/acme/site.git").unwrap().as_str(), "acme/site");
        assert_eq!(RepositoryPath::new("group/sub/site").unwrap().segments().count(), 3);
        for bad in ["", "acme", "acme/", "acme//site", "../site", "acme/..", "a b/c", "a/b\n"] {
            assert_eq!(RepositoryPath::new(bad), None, "{bad:?}");
        }
    }
}

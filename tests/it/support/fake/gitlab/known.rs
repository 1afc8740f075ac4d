//! What a GitLab knows of tokens and projects.

/// What a token is good for.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) username: String,
    pub(crate) scopes: Vec<String>,
    /// A date, `YYYY-MM-DD`.
    pub(crate) expires: Option<String>,
    pub(crate) bot: bool,
}

impl Grant {
    /// A personal token that is good for reading.
    pub(crate) fn personal(username: &str) -> Self {
        Self {
            username: username.to_owned(),
            scopes: vec!["read_api".to_owned(), "read_repository".to_owned()],
            expires: Some("2099-02-18".to_owned()),
            bot: false,
        }
    }

    /// A project's token: its user is a bot of the newer naming (GitLab §4.4, from its source).
    pub(crate) fn project(id: u64) -> Self {
        Self { bot: true, ..Self::personal(&format!("project_{id}_bot_0123456789abcdef0123456789abcdef")) }
    }

    /// A group's token: its user is a bot of the older naming.
    pub(crate) fn group(id: u64) -> Self {
        Self { bot: true, ..Self::personal(&format!("group_{id}_bot2")) }
    }

    #[must_use]
    pub(crate) fn scopes(self, scopes: &[&str]) -> Self {
        Self { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), ..self }
    }

    #[must_use]
    pub(crate) fn expires(self, expires: Option<&str>) -> Self {
        Self { expires: expires.map(ToOwned::to_owned), ..self }
    }
}

/// What became of a token.
#[derive(Debug, Clone)]
pub(super) enum Token {
    Good(Grant),
    Expired,
    Revoked,
}

/// A project with its branches.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) path: String,
    pub(crate) description: Option<String>,
    pub(crate) last_activity_at: String,
    pub(crate) default_branch: Option<String>,
    /// Names, and whether each is protected.
    pub(crate) branches: Vec<(String, bool)>,
}

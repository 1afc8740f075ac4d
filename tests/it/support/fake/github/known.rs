//! What a GitHub knows of tokens and repositories.

use super::apps::Reach;

/// What a token is good for.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) login: String,
    /// `X-OAuth-Scopes`; a fine-grained token has no such header.
    pub(crate) scopes: Option<String>,
    /// `github-authentication-token-expiration`, in one of its three forms (GitHub §2.2, recorded).
    pub(crate) expires: Option<String>,
    /// `X-OAuth-Client-Id`: the app that it came of.
    pub(crate) client: Option<String>,
    /// It belongs to an installation, not to a user.
    pub(crate) installation: bool,
    /// What of its account's repositories such a token reaches, if its app handed it out.
    pub(super) reach: Option<Reach>,
    /// Organisations that hide behind single sign-on (their ids).
    pub(crate) hidden: Vec<u64>,
}

impl Grant {
    /// A classic token that never expires, good for reading.
    pub(crate) fn classic(login: &str) -> Self {
        Self {
            login: login.to_owned(),
            scopes: Some("read:org, repo".to_owned()),
            expires: Some("2099-02-18 12:34:56 UTC".to_owned()),
            client: None,
            installation: false,
            reach: None,
            hidden: Vec::new(),
        }
    }

    /// A fine-grained token.
    pub(crate) fn fine_grained(login: &str) -> Self {
        Self { scopes: None, ..Self::classic(login) }
    }

    /// A token of an installation.
    pub(crate) fn installation(owner: &str) -> Self {
        Self { scopes: None, installation: true, ..Self::classic(owner) }
    }

    #[must_use]
    pub(crate) fn scopes(self, scopes: &str) -> Self {
        Self { scopes: Some(scopes.to_owned()), ..self }
    }

    #[must_use]
    pub(crate) fn expires(self, expires: Option<&str>) -> Self {
        Self { expires: expires.map(ToOwned::to_owned), ..self }
    }

    #[must_use]
    pub(crate) fn hiding(self, organisations: &[u64]) -> Self {
        Self { hidden: organisations.to_vec(), ..self }
    }
}

/// A repository with its branches.
#[derive(Debug, Clone)]
pub(crate) struct Repo {
    pub(crate) id: u64,
    pub(crate) full_name: String,
    pub(crate) private: bool,
    pub(crate) description: Option<String>,
    pub(crate) archived: bool,
    pub(crate) pushed_at: String,
    pub(crate) default_branch: String,
    /// Names, and whether each is protected.
    pub(crate) branches: Vec<(String, bool)>,
    /// The name it had before.
    pub(crate) former: Option<String>,
}

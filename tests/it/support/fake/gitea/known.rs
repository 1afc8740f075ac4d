//! What a Gitea knows of tokens, accounts and repositories, and what of it a test may change.

use super::scopes::Scopes;

/// Which server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Gitea 1.22.6.
    Old,
    /// Gitea 1.26.4.
    Current,
    /// Gitea 1.27: a token may ask about itself, and branches are searched.
    New,
    /// Forgejo 15.
    Forgejo,
}

impl Flavour {
    /// Quoted: Gitea B1. Of 1.22.6 and 1.27 only the numbers are known: theirs are written by hand.
    pub(super) fn version(self) -> &'static str {
        match self {
            Self::Old => "1.22.6",
            Self::Current => "1.26.4",
            Self::New => "1.27.0",
            Self::Forgejo => "15.0.0-209-2308e484+gitea-1.22.0",
        }
    }
}

/// Everything about the server that a test may change.
#[derive(Debug)]
pub(crate) struct Settings {
    /// More rows than that are never on a page.
    pub(crate) max_response_items: usize,
    /// So many rows are on a page where nobody says how many.
    pub(crate) default_paging_num: usize,
    /// Nobody who has not signed in is told anything.
    pub(crate) require_signin: bool,
    /// The refusal for want of a scope says which scopes the token has.
    pub(crate) names_scopes: bool,
    /// Listings say how many rows there are.
    pub(crate) totals: bool,
    /// Rows of listings move while one reads.
    pub(crate) moving: bool,
    /// The origin that the server believes to be its own (`ROOT_URL`), if it is another.
    pub(crate) links: Option<String>,
}

impl Settings {
    pub(super) fn new(flavour: Flavour) -> Self {
        Self {
            // Quoted: Gitea B1.
            max_response_items: 50,
            default_paging_num: 30,
            require_signin: false,
            names_scopes: matches!(flavour, Flavour::Current | Flavour::New),
            totals: true,
            moving: false,
            links: None,
        }
    }
}

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Active,
    NotActivated,
    ProhibitedFromSigningIn,
    MustChangePassword,
}

/// What a token is good for.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) username: String,
    /// As its owner ticked them.
    pub(crate) scopes: Vec<String>,
    /// What its owner calls it.
    pub(crate) name: String,
}

impl Grant {
    /// A personal token that is good for reading.
    pub(crate) fn personal(username: &str) -> Self {
        let scopes = ["read:user", "read:repository"].map(ToOwned::to_owned).to_vec();
        Self { username: username.to_owned(), scopes, name: "for reading".to_owned() }
    }

    #[must_use]
    pub(crate) fn scopes(self, scopes: &[&str]) -> Self {
        Self { scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(), ..self }
    }

    #[must_use]
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }
}

/// A personal token that is kept.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: u64,
    pub(super) text: String,
    pub(super) username: String,
    pub(super) name: String,
    pub(super) scopes: Scopes,
}

/// Who asks, and with what.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) username: String,
    pub(super) scopes: Scopes,
    /// It came in place of a password.
    pub(super) basic: bool,
    /// The personal token, if it is one and not what came of a login.
    pub(super) token: Option<u64>,
}

/// A repository with its branches.
#[derive(Debug, Clone)]
pub(crate) struct Repo {
    pub(crate) id: u64,
    pub(crate) full_name: String,
    pub(crate) private: bool,
    /// Empty where there is none.
    pub(crate) description: String,
    pub(crate) archived: bool,
    pub(crate) updated_at: String,
    /// Empty where there are no branches.
    pub(crate) default_branch: String,
    /// Names, and whether each is protected.
    pub(crate) branches: Vec<(String, bool)>,
    /// The name it had before: `OWNER/NAME`.
    pub(crate) former: Option<String>,
}

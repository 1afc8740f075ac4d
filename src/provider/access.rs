//! What one token may do with one repository, as far as its provider tells.

use crate::model::Branch;

/// A repository as one token sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Access {
    /// As the provider spells it now: it may have been renamed.
    pub(crate) full_name: String,
    /// `None` where it was not told: what is public is no proof of anything.
    pub(crate) private: Option<bool>,
    pub(crate) archived: bool,
    /// `None` where there is none, or the token may not read code.
    pub(crate) default_branch: Option<String>,
    /// It has no commit yet. `None` where the provider does not say.
    pub(crate) is_empty: Option<bool>,
    /// The account's role there in the provider's own word: `maintainer`, `write`.
    pub(crate) role: Option<String>,
    /// Whether that role may push. `None` where the provider does not say.
    pub(crate) role_pushes: Option<bool>,
    /// What the token was granted, where this answer says so.
    pub(crate) scopes: Option<Vec<String>>,
}

/// A branch as one token sees it.
#[derive(Debug, Clone)]
pub(crate) struct BranchAccess {
    pub(crate) branch: Branch,
    /// Whether the account may push to this very branch, where the provider says so.
    pub(crate) may_push: Option<bool>,
}

/// Whether a token may push, as far as it can be told without a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Push {
    /// It may; what says so: `role maintainer`.
    May(String),
    /// It may not, and why.
    MayNot(String),
    /// Nobody says, and why.
    Unknown(String),
}

impl Access {
    /// Why nobody may push, whatever they are granted.
    pub(super) fn is_shut(&self) -> Option<Push> {
        self.archived.then(|| Push::MayNot("the repository is archived, and nobody may push to it".to_owned()))
    }

    /// Why the account's role does not let it push; `takes` is the least that does.
    pub(super) fn role_forbids(&self, takes: &str) -> Option<Push> {
        if self.role_pushes != Some(false) {
            return None;
        }
        let why = match &self.role {
            Some(role) => format!("the account's role there is {role}, and a push takes {takes}"),
            None => format!("the account's role there does not let it push: that takes {takes}"),
        };
        Some(Push::MayNot(why))
    }

    /// What lets it push, for whoever asked.
    pub(super) fn by_role(&self) -> Push {
        Push::May(self.role.as_ref().map_or_else(|| "the account's role lets it".to_owned(), |role| format!("role {role}")))
    }
}

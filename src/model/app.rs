//! A GitHub App and the accounts that it is installed on.

use std::collections::BTreeMap;

use super::{AccountType, Timestamp};

/// What an app, an installation or one of its tokens may do: `contents` → `read`, by the provider's own names.
pub(crate) type Permissions = BTreeMap<String, String>;

/// An app, as its provider describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct App {
    /// The provider's number for it.
    pub(crate) id: u64,
    /// Its other name in signatures; `None` on servers that know the number only.
    pub(crate) client_id: Option<String>,
    /// Its name in addresses: `acme-deploy`.
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The login of the account that it belongs to.
    pub(crate) owner: String,
    pub(crate) owner_id: Option<String>,
    pub(crate) owner_type: Option<AccountType>,
    /// What it asks every account for. What an account has granted stands with its installation.
    pub(crate) permissions: Permissions,
    /// Its public page.
    pub(crate) page: String,
}

impl App {
    /// What its signatures may name it by, the best first: the client id (GitHub recommends it), then the number, which every server knows.
    pub(crate) fn issuers(&self) -> Vec<String> {
        self.client_id.iter().cloned().chain([self.id.to_string()]).collect()
    }
}

super::words::words! {
    /// Which of an account's repositories an installation sees.
    RepositorySelection ("repository selection") {
        All = "all",
        Selected = "selected",
    }
}

/// An app installed on one account, as its provider describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installation {
    pub(crate) id: u64,
    /// The account's login, as the provider spells it.
    pub(crate) account: String,
    pub(crate) account_id: Option<String>,
    pub(crate) account_type: Option<AccountType>,
    pub(crate) selection: RepositorySelection,
    /// What the account has granted: perhaps less than the app asks for by now.
    pub(crate) permissions: Permissions,
    /// The page where its repositories are chosen.
    pub(crate) page: String,
    /// Since when it is suspended by its account or by the app's owner.
    pub(crate) suspended_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
}

super::words::words! {
    /// Whether an installation can be used.
    InstallationStatus ("installation status") {
        Active = "active",
        /// The provider hands out no tokens until somebody lifts it there.
        Suspended = "suspended",
        /// Put aside here, and still there at the provider.
        Removed = "removed",
        /// Gone at the provider: it was uninstalled.
        Uninstalled = "uninstalled",
    }
}

/// What an installation token is wanted for. Empty: everything that the installation may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Narrowing {
    /// Names without their owner.
    pub(crate) repositories: Vec<String>,
    pub(crate) permissions: Permissions,
}

impl Narrowing {
    /// Whether nothing is left out.
    pub(crate) fn is_empty(&self) -> bool {
        self.repositories.is_empty() && self.permissions.is_empty()
    }
}

/// `contents=read, metadata=read`
pub(crate) fn permissions_in_words(permissions: &Permissions) -> String {
    let pairs: Vec<String> = permissions.iter().map(|(name, level)| format!("{name}={level}")).collect();
    if pairs.is_empty() { "none".to_owned() } else { pairs.join(", ") }
}

//! What is registered and installed, what was handed out, and how the server behaves.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::keys::RsaKey;

/// Names of permissions and their levels: `read`, `write`, `admin`.
pub(crate) type Permissions = BTreeMap<String, String>;

/// Permissions from a list.
pub(crate) fn permissions(list: &[(&str, &str)]) -> Permissions {
    list.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect()
}

/// An app's registration.
#[derive(Clone)]
pub(crate) struct FakeApp {
    pub(crate) id: u64,
    /// `Iv23li` and fourteen more characters.
    pub(crate) client_id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) owner: String,
    /// `Organization` or `User`.
    pub(crate) owner_type: String,
    /// What a new installation is asked to grant; those that are there keep theirs.
    pub(crate) permissions: Permissions,
    pub(crate) events: Vec<String>,
    /// The app's own page.
    pub(crate) external_url: String,
    pub(crate) created_at: String,
    /// GitHub has suspended it.
    pub(crate) suspended: bool,
    /// The key that it was registered with.
    pub(crate) key: RsaKey,
    /// Every key that speaks for it.
    pub(crate) keys: Vec<RsaKey>,
    /// So many calls come before its keys are known everywhere.
    pub(crate) keyless_calls: usize,
}

/// An app on an account.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) id: u64,
    /// The app's id.
    pub(crate) app: u64,
    pub(crate) account: String,
    pub(crate) account_id: u64,
    /// `Organization` or `User`.
    pub(crate) account_type: String,
    /// `all` or `selected`.
    pub(crate) repository_selection: String,
    /// The names, without owner, that are selected.
    pub(crate) repositories: Vec<String>,
    pub(crate) permissions: Permissions,
    pub(crate) events: Vec<String>,
    pub(crate) created_at: String,
    pub(crate) suspended_at: Option<String>,
}

/// A token of an installation as it was handed out.
#[derive(Debug, Clone)]
pub(crate) struct Handed {
    pub(crate) token: String,
    pub(crate) installation: u64,
    pub(crate) permissions: Permissions,
    /// The ids of the repositories that it was narrowed to.
    pub(crate) repositories: Option<Vec<u64>>,
    /// Its end as it was told: rounded down to a second.
    pub(crate) expires_at: String,
    /// It was given back.
    pub(crate) revoked: bool,
}

/// Everything a test may change.
#[derive(Debug)]
pub(crate) struct Settings {
    /// How long tokens live.
    pub(crate) life: Duration,
    /// Tokens have the form of 2026, with a JWT in them; else the older one of 40 characters.
    pub(crate) stateless: bool,
    /// So many requests with a fresh token come to servers that have not heard of it yet.
    pub(crate) lag: usize,
    /// A token is dead after so many requests.
    pub(crate) serves: Option<usize>,
    /// What is said to a token whose installation is suspended, and to who asks for one.
    pub(crate) suspended: String,
    /// Whoever sits before the browser.
    pub(crate) account: String,
    /// Whoever sits there makes no app.
    pub(crate) cancels: bool,
    /// How long the code of a new app is good.
    pub(crate) code_life: Duration,
    /// So many calls come before the key of an app made by a manifest is known everywhere.
    pub(crate) keyless_calls: usize,
}

impl Settings {
    pub(super) fn new() -> Self {
        Self {
            // GitHub §4.2: always an hour.
            life: Duration::from_hours(1),
            stateless: true,
            lag: 0,
            serves: None,
            // Quoted: GitHub §4.2.
            suspended: "This installation has been suspended".to_owned(),
            account: "ada".to_owned(),
            cancels: false,
            // GitHub §4.3.
            code_life: Duration::from_hours(1),
            keyless_calls: 0,
        }
    }
}

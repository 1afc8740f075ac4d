//! What stands between a GitHub App and its work, named for what happened to the user.

use super::super::Error;
use super::super::error::some;
use crate::model::{Installation, Narrowing, Permissions, ProviderId, clean, permissions_in_words};
use crate::provider::{Answered, Error as ProviderError, Obstacle};

/// Work of an app that was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    /// It is no GitHub App, and only those have installations (exit 2).
    #[error("`{name}` is not a GitHub App")]
    NotAnApp { name: String },
    /// The provider refuses the app itself: its key was deleted, the app is gone or suspended (exit 4).
    #[error("{error}")]
    Refused {
        name: String,
        /// The page of its owner.
        settings: String,
        error: Box<ProviderError>,
    },
    /// It is a GitHub App, and has a private key where others have a token (exit 2).
    #[error("`{name}` is a GitHub App: it has a private key, and makes its tokens itself")]
    IsAnApp { name: String },
    /// The store holds no GitHub App (exit 3).
    #[error("the store holds no GitHub App")]
    NoApp,
    /// Several apps are there, and none is named (exit 2).
    #[error("{} GitHub Apps are there, and none is named: {}", names.len(), some(names))]
    WhichApp { names: Vec<String> },
    /// Somebody was to install the app, and did not (exit 1).
    #[error("nobody has installed `{name}` within {minutes} minutes")]
    NobodyInstalled { name: String, minutes: u64 },
    /// Nobody has made the app in the browser (exit 1).
    #[error("nothing came back from the browser within {minutes} minutes: no app was made at {host}, as far as is known")]
    NothingMade { host: String, minutes: u64 },
    /// The app that came back is somebody else's than the one that was asked for (exit 4). Nothing was stored.
    #[error("the app that came back, `{slug}`, belongs to `{owner}`, not to `{wanted}`: it was not stored")]
    OtherOwner { slug: String, owner: String, wanted: String, settings: String },
    /// The app was made, and its key could not be had (exit 1).
    #[error("{host} has made the app, but did not hand out its private key")]
    NotHandedOut {
        host: String,
        /// The page where apps are listed.
        page: String,
        error: Box<ProviderError>,
    },
    /// The app was made, and its key is lost: it is handed out once (exit 1).
    #[error("the app `{slug}` was made, but its private key could not be saved")]
    KeyLost {
        slug: String,
        issuer: String,
        provider: ProviderId,
        host: String,
        /// The name that the connection was to have, where one was typed.
        name: Option<String>,
        settings: String,
        error: Box<Error>,
    },
    /// An installation that was named by its number is none of the app's at the provider (exit 3).
    #[error("the app `{}` has no installation `{id}`", clean(app))]
    NoSuchInstallation {
        /// As its provider names it.
        app: String,
        id: u64,
        /// Accounts and numbers of those that it has.
        known: Vec<(String, u64)>,
        /// The app's connection; `None` where it was to be made, and nothing was stored.
        name: Option<String>,
    },
    /// No app that could be used is installed on that account (exit 3).
    #[error("no GitHub App that can be used here is installed on `{}`", clean(account))]
    NoAppOn { account: String },
    /// The app is not installed on that account (exit 3).
    #[error("`{name}` is not installed on `{account}`{}", elsewhere(accounts))]
    NotInstalled { name: String, account: String, accounts: Vec<String> },
    /// The app has no installation that could be used (exit 3).
    #[error("`{name}` has no active installation")]
    NoInstallation { name: String },
    /// Several installations would serve equally well (exit 2).
    #[error("`{name}` has {} active installations: {}", accounts.len(), some(accounts))]
    WhichInstallation { name: String, accounts: Vec<String> },
    /// The installation was put aside here (exit 4).
    #[error("the installation of `{name}` on `{account}` was removed here")]
    InstallationRemoved { name: String, account: String },
    /// An installation cannot serve: suspended or gone (exit 4), or it may not do what was asked (exit 4).
    #[error("{}", hindered(.0))]
    Installation(Box<Hindered>),
}

/// An installation that cannot serve, with what is known of it.
#[derive(Debug)]
pub(crate) struct Hindered {
    /// The connection's name.
    pub(crate) name: String,
    /// The installation's number.
    pub(crate) id: u64,
    /// `None` where the store does not know it.
    pub(crate) installation: Option<Installation>,
    pub(crate) obstacle: Obstacle,
    /// What its token was wanted for.
    pub(crate) wanted: Narrowing,
    /// The provider's own word, where it was asked.
    pub(crate) answered: Option<Answered>,
    /// What the app itself asks for, where that matters.
    pub(crate) asks: Option<Asks>,
}

/// What an app asks every account for, as far as that is known.
#[derive(Debug)]
pub(crate) struct Asks {
    pub(crate) permissions: Permissions,
    /// The page where its owner changes that.
    pub(crate) settings: String,
}

impl Hindered {
    /// The account's login, or else the installation's number.
    pub(crate) fn account(&self) -> String {
        self.installation.as_ref().map_or_else(|| self.id.to_string(), |installation| installation.account.clone())
    }

    /// The permissions that were wanted and are not granted, as far as that is known: `contents=write`.
    pub(crate) fn lacking(&self) -> Vec<String> {
        let granted = |name: &str| self.installation.as_ref()?.permissions.get(name).map(String::as_str);
        let lacks = |(name, level): &(&String, &String)| !is_within(level, granted(name));
        self.wanted.permissions.iter().filter(lacks).map(|(name, level)| format!("{name}={level}")).collect()
    }

    /// What the app asks for, where some of what was wanted is not in it: then the account has nothing to accept.
    pub(crate) fn not_asked_for(&self) -> Option<&Asks> {
        let asks = self.asks.as_ref()?;
        let is_asked = |(name, level): (&String, &String)| is_within(level, asks.permissions.get(name).map(String::as_str));
        (!self.wanted.permissions.iter().all(is_asked)).then_some(asks)
    }
}

/// Whether a level of a permission is within the granted one: `admin` holds `write`, `write` holds `read`.
fn is_within(wanted: &str, granted: Option<&str>) -> bool {
    let rank = |level: &str| ["read", "write", "admin"].iter().position(|known| *known == level);
    match (granted, rank(wanted), granted.and_then(rank)) {
        (Some(granted), None, _) | (Some(granted), _, None) => wanted == granted,
        (_, Some(wanted), Some(granted)) => wanted <= granted,
        (None, _, _) => false,
    }
}

/// Where an app is installed instead.
fn elsewhere(accounts: &[String]) -> String {
    if accounts.is_empty() { String::new() } else { format!(" (it is on {})", some(accounts)) }
}

/// What stands in the way of an installation, with everything that is known.
fn hindered(hindered: &Hindered) -> String {
    let (name, account) = (&hindered.name, clean(&hindered.account()).into_owned());
    match hindered.obstacle {
        Obstacle::Gone => format!("`{name}` was uninstalled from `{account}`"),
        Obstacle::Suspended => format!("the installation of `{name}` on `{account}` is suspended"),
        Obstacle::NotGranted => {
            let lacking = hindered.lacking();
            let what = if lacking.is_empty() {
                format!("all of {}", permissions_in_words(&hindered.wanted.permissions))
            } else {
                lacking.join(", ")
            };
            format!("`{account}` has not granted `{name}` {what}")
        }
        Obstacle::NotSelected => {
            let names = hindered.wanted.repositories.iter().map(|name| format!("`{account}/{name}`"));
            let names: Vec<String> = names.collect();
            format!("the installation of `{name}` on `{account}` does not see {}", names.join(" or "))
        }
    }
}

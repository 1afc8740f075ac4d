//! Every way to connect, with what it needs and what can be known and done: the reference for people (`gitconn help providers`,
//! `docs/providers.md`). Each provider tells its own in its folder; a test holds the words to what the code does.

use super::kind;
use crate::model::{AuthMethod, ProviderId, TokenKind};

#[cfg(test)]
mod page;

/// One way to connect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method {
    /// As people call it, with how its text begins: ``classic token (`ghp_`)``.
    pub(crate) name: &'static str,
    pub(crate) auth: AuthMethod,
    pub(crate) kind: Option<TokenKind>,
    /// The page where it is made and its scopes are ticked; below the host where it begins with `/`.
    pub(crate) page: &'static str,
    /// What follows `gitconn`.
    pub(crate) command: &'static str,
    pub(crate) scopes: Scopes,
    /// What a check can know of it.
    pub(crate) knows: &'static str,
    pub(crate) rotation: Rotation,
    pub(crate) revocation: Revocation,
    pub(crate) limits: &'static str,
}

/// What is to be ticked, for each purpose what it needs besides reading. Empty: nothing more.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Scopes {
    /// Listing repositories and branches, and fetching.
    pub(crate) reading: &'static [&'static str],
    /// Webhooks.
    pub(crate) hooks: &'static [&'static str],
    /// Deploy keys.
    pub(crate) keys: &'static [&'static str],
    /// Commit statuses.
    pub(crate) statuses: &'static [&'static str],
}

/// How a new one takes the old one's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// It renews itself.
    Itself,
    /// By a call that ends the old one at once.
    ApiAtOnce,
    /// By a call, on servers that have it; by hand on others.
    ApiOnSome,
    /// A person makes the new one.
    ByHand,
}

/// How it is revoked, with the words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revocation {
    /// `gitconn remove --revoke` does it.
    Api(&'static str),
    /// It does it at some servers; at others a person has to.
    ApiOnSome(&'static str),
    /// A person does it, on a page.
    ByHand(&'static str),
}

impl Revocation {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Api(words) | Self::ApiOnSome(words) | Self::ByHand(words) => words,
        }
    }
}

impl Rotation {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Itself => "renews itself",
            Self::ApiAtOnce => "the provider has a call, after which the old one is dead at once",
            Self::ApiOnSome => "a call on servers that have it, the old one living on until it is revoked; else by hand",
            Self::ByHand => "by hand: the provider has no call",
        }
    }
}

/// All of them, provider by provider.
pub(crate) fn catalogue() -> impl Iterator<Item = (ProviderId, &'static Method)> {
    ProviderId::ALL.iter().flat_map(|provider| kind(*provider).methods().iter().map(move |method| (*provider, method)))
}

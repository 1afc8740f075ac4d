//! A rotation on its way: what it does with the old token, and how far it has come.

use super::{ConnectionId, Timestamp};

super::words::words! {
    /// How a new token takes the place of an old one.
    RotationWay ("way of rotating") {
        /// One call makes the new one and ends the old one.
        AtOnce = "at_once",
        /// One call makes the new one; the old one lives until it is revoked.
        Overlap = "overlap",
        /// A person makes the new one; the old one lives until it is revoked.
        Guided = "guided",
    }
}

super::words::words! {
    /// The last thing that is done.
    RotationStep ("step of a rotation") {
        /// The provider is asked for a new token. What it answered is not saved.
        Asked = "asked",
        /// The new token is saved.
        Saved = "saved",
        /// The saved token works.
        Verified = "verified",
        /// The hook has run well, or there is none: only the old token is left to end.
        Told = "told",
    }
}

super::words::words! {
    /// What becomes of the old token at the end.
    OldToken ("fate of an old token") {
        /// It is dead: the call that made the new one, or an earlier step, has ended it.
        Dead = "dead",
        /// It is revoked.
        Revoke = "revoke",
        /// It is revoked if a person says so.
        Ask = "ask",
        /// It is left alone.
        Keep = "keep",
    }
}

/// A rotation that was begun and not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rotation {
    pub(crate) connection: ConnectionId,
    pub(crate) way: RotationWay,
    pub(crate) step: RotationStep,
    /// Of the old token.
    pub(crate) fingerprint: String,
    /// The name under which the new one is made at the provider, by which one that nobody received is found again.
    pub(crate) label: Option<String>,
    /// The connection that makes it, where it is not the one whose token it is.
    pub(crate) maker: Option<ConnectionId>,
    pub(crate) old: OldToken,
    /// The command that is told.
    pub(crate) hook: Option<String>,
    /// `user@host`.
    pub(crate) who: String,
    pub(crate) at: Timestamp,
}

super::words::words! {
    /// Why a token is held no longer.
    TokenEnd ("end of a token") {
        /// Another took its place.
        Replaced = "replaced",
        /// Its connection was removed.
        Removed = "removed",
    }
}

/// A token that a connection held once, by its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PastToken {
    pub(crate) fingerprint: String,
    pub(crate) connection: ConnectionId,
    /// The connection's name at that time: it outlives the connection.
    pub(crate) connection_name: String,
    pub(crate) provider: super::ProviderId,
    pub(crate) host: super::HostUrl,
    pub(crate) username: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) ended_at: Timestamp,
    pub(crate) ended_by: TokenEnd,
    /// When the provider was told, or said, that it is dead; `None` if it may live on.
    pub(crate) revoked_at: Option<Timestamp>,
}

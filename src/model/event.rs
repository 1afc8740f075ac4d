//! One line of the audit trail.

use super::{ConnectionId, Timestamp, Verdict};

super::words::words! {
    /// What a connection was used for.
    Purpose ("purpose") {
        /// Repositories were listed.
        Repositories = "repos",
        /// Branches were listed.
        Branches = "branches",
        /// The token was printed.
        Token = "token",
        /// A program was run with the token.
        Exec = "exec",
        /// git asked for it.
        Git = "git",
        /// It was checked what the connection may do with a repository.
        Check = "check",
    }
}

/// The words of the events that this version writes. The trail may hold others: of newer versions.
pub(crate) const EVENT_KINDS: &[&str] = &[
    "created",
    "updated",
    "validated",
    "used",
    "rotated",
    "rotation_failed",
    "hook",
    "refreshed",
    "token_made",
    "installation",
    "login_ended",
    "enabled",
    "disabled",
    "removed",
    "revoked",
    "revocation_failed",
    "imported",
    "exported",
    "route",
    "oauth.set",
    "oauth.removed",
    "store.created",
    "store.restored",
    "store.accepted",
    "store.rekeyed",
    "store.reader_added",
    "store.reader_removed",
    "store.key_exported",
];

/// What happened, with what it carries (design §5, Events).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EventKind {
    Created {
        provider: String,
        method: String,
        offline: bool,
        /// Of the token; `None` in trails of old.
        fingerprint: Option<String>,
    },
    Updated {
        fields: Vec<String>,
    },
    Validated {
        verdict: Verdict,
    },
    /// Coalesced to one a minute for a connection, purpose and repository.
    Used {
        purpose: String,
        repository: Option<String>,
        times: u32,
    },
    /// Fingerprints of the old and the new token, and how it came about: `api`, `guided`, `pasted`, `login`, `key`; `None` in trails of old.
    Rotated {
        old: String,
        new: String,
        by: Option<String>,
    },
    /// A rotation that was begun has brought no new token: what became of the old one, in words.
    RotationFailed {
        fingerprint: String,
        why: String,
    },
    /// The command that is told of a new token was run: `done`, or why not.
    Hook {
        fingerprint: String,
        outcome: String,
    },
    /// The same of access tokens, renewed without anybody asking.
    Refreshed {
        old: String,
        new: String,
    },
    /// A GitHub App has made tokens for its installations on these accounts, at once.
    TokenMade {
        accounts: Vec<String>,
    },
    /// What became of an installation: `added`, `removed`, `restored`, `suspended`, `unsuspended`, `uninstalled`, `forgotten`.
    Installation {
        what: String,
        account: String,
    },
    /// The refresh token was refused for good: somebody has to log in again.
    LoginEnded,
    Enabled,
    Disabled,
    Removed {
        name: String,
        /// Of the token that went with it; `None` in trails of old.
        fingerprint: Option<String>,
    },
    /// The token was revoked at the provider.
    Revoked {
        fingerprint: String,
    },
    /// The provider did not revoke the token.
    RevocationFailed {
        fingerprint: String,
        why: String,
    },
    /// The token came from where another program keeps its own.
    Imported {
        /// Of which program, and where that was.
        from: String,
        fingerprint: String,
    },
    /// The connection was copied into a store of its own, for another key.
    Exported {
        /// The public key that opens it.
        recipient: String,
        fingerprint: String,
    },
    /// What became of a route: `added`, `removed`.
    Route {
        what: String,
        /// Host and path, as they are shown.
        route: String,
    },
    /// The OAuth client of a host was set, or put in the place of another.
    ClientSet {
        provider: String,
        host: String,
        client_id: String,
    },
    ClientRemoved {
        provider: String,
        host: String,
    },
    /// A change of the file itself: `store.created`, `store.restored`, `store.accepted`, …
    Store {
        what: String,
        detail: Option<String>,
    },
    /// Written by a newer version: kept and shown as it is.
    Other {
        kind: String,
        detail: String,
    },
}

/// One line of the trail.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Position in the chain, from 1, without gaps.
    pub(crate) sequence: u64,
    pub(crate) at: Timestamp,
    /// `user@host`.
    pub(crate) who: String,
    pub(crate) connection: Option<ConnectionId>,
    /// The connection's name at that time: it outlives the connection.
    pub(crate) connection_name: Option<String>,
    pub(crate) kind: EventKind,
}

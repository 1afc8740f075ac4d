//! The exit codes: frozen, each with its word in JSON and its meaning.

/// What kind of failure it is: the exit codes of design §7, frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Failed,
    Usage,
    NotFound,
    Refused,
    Locked,
    Unavailable,
    Damaged,
    Partial,
    Due,
    Internal,
    Interrupted,
}

impl Kind {
    /// Every kind, for the table of exit codes.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::Refused,
        Self::Locked,
        Self::Unavailable,
        Self::Damaged,
        Self::Partial,
        Self::Due,
        Self::Internal,
        Self::Interrupted,
    ];

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Locked => 5,
            Self::Unavailable => 6,
            Self::Damaged => 7,
            Self::Partial => 8,
            Self::Due => 9,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }

    /// The word in `{"error":{"kind":…}}`.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Locked => "locked",
            Self::Unavailable => "unavailable",
            Self::Damaged => "damaged",
            Self::Partial => "partial",
            Self::Due => "due",
            Self::Internal => "internal",
            Self::Interrupted => "interrupted",
        }
    }

    /// What it means, for `gitconn help exit-codes`.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "failed: a file could not be read or written, or a provider has no call for it",
            Self::Usage => "usage or configuration: an option, a setting, a choice between several connections",
            Self::NotFound => "not found: store, connection, repository, branch",
            Self::Refused => {
                "the provider refuses the credential (scope, single sign-on and blocked accounts count), or a login is over"
            }
            Self::Locked => {
                "the store is locked: no key, wrong key, passphrase prompt cancelled; or the key only reads it, or it is a copy that must not renew a login"
            }
            Self::Unavailable => "provider unavailable or limiting requests, or the store's lock stays busy: try again",
            Self::Damaged => "the store is damaged, foreign, rolled back, or written by a newer gitconn",
            Self::Partial => "some of several failed; the others are done",
            Self::Due => {
                "something is due or has changed (--expiring-within, --older-than, --changed), or `doctor` found something"
            }
            Self::Internal => "a bug in gitconn",
            Self::Interrupted => "interrupted (Ctrl-C)",
        }
    }
}

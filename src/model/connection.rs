//! A connection: a named credential for one provider and host, with what is known about it. Never the credential itself.

use std::fmt;

use super::{AuthMethod, HostUrl, ProviderId, Status, Timestamp, TokenKind};

/// Names a connection for ever: a random UUID in its usual spelling. Prefixes of it may be typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConnectionId(String);

impl ConnectionId {
    /// A new one.
    pub(crate) fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// One that was stored.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A connection's name: 1–100 characters, no `/`, `:`, control character or leading `-` (design §6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

/// Why a name cannot be taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum NameError {
    #[error("a name must not be empty")]
    Empty,
    #[error("a name has at most 100 characters, this one has {0}")]
    TooLong(usize),
    #[error("a name must not begin with `-`: it would look like an option")]
    LeadingDash,
    #[error("a name must not hold {0}")]
    Character(&'static str),
    #[error("a name must not begin or end with a space")]
    Space,
}

impl Name {
    /// Takes a typed name.
    pub(crate) fn new(text: &str) -> Result<Self, NameError> {
        let length = text.chars().count();
        if length == 0 {
            return Err(NameError::Empty);
        }
        if length > 100 {
            return Err(NameError::TooLong(length));
        }
        if text.starts_with('-') {
            return Err(NameError::LeadingDash);
        }
        if text.trim() != text {
            return Err(NameError::Space);
        }
        for character in text.chars() {
            match character {
                '/' => return Err(NameError::Character("`/`")),
                ':' => return Err(NameError::Character("`:`")),
                _ if super::clean::is_unsafe(character) => return Err(NameError::Character("a control or direction character")),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// One that was stored.
    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names must not share: names are unique without regard to case.
    pub(crate) fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

/// When a credential ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// It dies at this moment.
    At(Timestamp),
    /// The provider says that it has no end.
    Never,
    /// The provider does not say.
    Unknown,
}

impl Expiry {
    /// The moment, if there is one.
    pub(crate) const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Never | Self::Unknown => None,
        }
    }
}

super::words::words! {
    /// What an account is. Lower case everywhere, whatever the provider writes.
    AccountType ("account type") {
        User = "user",
        Organization = "organization",
        /// An account that belongs to a machine: a GitLab project or group bot, a service account.
        Bot = "bot",
    }
}

/// What is known about a connection.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    pub(crate) name: Name,
    pub(crate) description: Option<String>,
    pub(crate) provider: ProviderId,
    pub(crate) host: HostUrl,
    /// What the host said it is when it was last asked: `18.5.0-ee`, `Forgejo 15.0.0`. `None` where it does not say.
    pub(crate) server_version: Option<String>,
    pub(crate) auth_method: AuthMethod,
    /// `None` where it could not be told.
    pub(crate) token_kind: Option<TokenKind>,
    /// The account's login, as the provider spells it.
    pub(crate) username: Option<String>,
    /// The provider's own id of the account: survives renames.
    pub(crate) account_id: Option<String>,
    pub(crate) account_type: Option<AccountType>,
    /// The e-mail address that goes with the token, where a provider takes the two together only (Bitbucket's API tokens).
    pub(crate) email: Option<String>,
    /// What the connection is confined to: the workspace that owns the token, or the one that the user is interested in (Bitbucket).
    pub(crate) workspace: Option<String>,
    pub(crate) status: Status,
    /// Enabled by the user.
    pub(crate) is_active: bool,
    /// Sorted, without doubles.
    pub(crate) tags: Vec<String>,
    /// `None` where the provider does not tell (fine-grained tokens); empty where it says that there are none.
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) expiry: Expiry,
    /// Nobody has to do anything when it expires.
    pub(crate) auto_renews: bool,
    /// When the refresh token dies.
    pub(crate) refresh_expires_at: Option<Timestamp>,
    /// SHA-256 of the token, to name it in the trail ([`crate::secret::Secret::fingerprint`]).
    pub(crate) fingerprint: String,
    pub(crate) rotated_at: Option<Timestamp>,
    /// The command that is run after a rotation.
    pub(crate) hook: Option<String>,
    /// Its token is never handed out: it serves git and programs that are run with it.
    pub(crate) no_export: bool,
    /// When a check last reached the provider and got an answer.
    pub(crate) validated_at: Option<Timestamp>,
    /// What the last check could not finish or what a person has to do, in words.
    pub(crate) validation_error: Option<String>,
    pub(crate) last_used_at: Option<Timestamp>,
    /// `user@host`.
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Connection {
    /// Whether it may serve a request: enabled, and not refused by its provider.
    pub(crate) fn is_usable(&self) -> bool {
        self.is_active && self.status.is_usable()
    }

    /// Whether it is a GitHub App that signs for itself. (A pasted token of an installation renews nothing.)
    pub(crate) fn is_app(&self) -> bool {
        self.auth_method == AuthMethod::GithubApp && self.auto_renews
    }

    /// Whether it renews itself with the refresh token of a login.
    pub(crate) fn is_renewing_login(&self) -> bool {
        self.auto_renews && !self.is_app()
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, NameError};

    #[test]
    fn names_are_what_the_design_allows() {
        for good in ["work", "My token", "a", "GitHub Production Access", "münchen", &"x".repeat(100), "a.b@c"] {
            assert!(Name::new(good).is_ok(), "{good}");
        }
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new(&"x".repeat(101)), Err(NameError::TooLong(101)));
        assert_eq!(Name::new("-x"), Err(NameError::LeadingDash));
        assert_eq!(Name::new(" x"), Err(NameError::Space));
        assert_eq!(Name::new("a/b"), Err(NameError::Character("`/`")));
        assert_eq!(Name::new("a:b"), Err(NameError::Character("`:`")));
        for bad in ["a\nb", "a\u{1b}[31m", "a\u{202e}b", "a\u{0}b"] {
            assert_eq!(Name::new(bad), Err(NameError::Character("a control or direction character")), "{bad:?}");
        }
    }
}

//! Closed sets of words: each with the one spelling that the store, JSON, flags and tables share.

/// A stored or typed word that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("`{word}` is not a {what} (one of {known})")]
pub(crate) struct UnknownWord {
    pub(crate) word: String,
    pub(crate) what: &'static str,
    pub(crate) known: String,
}

/// Declares an enum whose variants each have one spelling, with `id`, `ALL`, `Display`, `FromStr`, `Serialize`, and clap's `ValueEnum`. A second
/// spelling (`or`) is understood where it is typed, and never written.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident ($what:literal) {
        $($(#[$variant_meta:meta])* $variant:ident = $id:literal $(or $alias:literal)?,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every one of them, in the order in which they are declared.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The spelling used in the store, in JSON and on the command line.
            pub(crate) const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.id())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::model::UnknownWord> {
                $($(if word == $alias {
                    return Ok(Self::$variant);
                })?)+
                Self::ALL.iter().copied().find(|known| known.id() == word).ok_or_else(|| $crate::model::UnknownWord {
                    word: word.to_owned(),
                    what: $what,
                    known: Self::ALL.iter().map(|known| known.id()).collect::<Vec<_>>().join(", "),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.id())
            }
        }

        impl clap::ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                Self::ALL
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(match self {
                    $(Self::$variant => clap::builder::PossibleValue::new($id)$(.alias($alias))?,)+
                })
            }
        }
    };
}
pub(super) use words;

words! {
    /// Whose API a connection speaks.
    ProviderId ("provider") {
        GitHub = "github",
        GitLab = "gitlab",
        Bitbucket = "bitbucket",
        /// Forgejo too: the API is one.
        Gitea = "gitea" or "forgejo",
    }
}

words! {
    /// How a connection proves who it is.
    AuthMethod ("auth method") {
        /// A token that a login in the browser gave.
        OAuth = "oauth",
        /// A token that a person made and pasted.
        Pat = "pat",
        /// A token owned by a project, group, repository or workspace.
        AccessToken = "access_token",
        /// A token of a GitHub App's installation.
        GithubApp = "github_app",
    }
}

words! {
    /// What a token is, finer than the method.
    TokenKind ("token kind") {
        Classic = "classic",
        FineGrained = "fine_grained",
        Personal = "personal",
        Project = "project",
        Group = "group",
        /// Of one repository (Bitbucket).
        Repository = "repository",
        /// Of all repositories of a workspace (Bitbucket).
        Workspace = "workspace",
        /// A person's, which is sent with an e-mail address (Bitbucket).
        ApiToken = "api_token",
        /// Of a job of GitLab CI: it ends with its job, and is never stored.
        Job = "job",
    }
}

words! {
    /// How a connection's OAuth tokens were obtained.
    GrantFlow ("way of logging in") {
        /// In a browser on this machine, or with its answer pasted back.
        Browser = "browser",
        /// With a code that was typed on another device.
        Device = "device",
        /// Elsewhere: the user handed over an access token with its refresh token.
        Given = "given",
    }
}

words! {
    /// What was begun at a provider and not finished.
    IntentKind ("thing begun") {
        /// A refresh token was sent, and perhaps spent.
        Refresh = "refresh",
    }
}

words! {
    /// What we last knew of a connection.
    Status ("status") {
        /// Stored, not checked yet (`connect --offline`; tokens that were renewed and could not be checked).
        Pending = "pending",
        Active = "active",
        Expired = "expired",
        Revoked = "revoked",
        Invalid = "invalid",
        /// The very first check could not finish.
        Error = "error",
    }
}

words! {
    /// What one check found.
    Verdict ("verdict") {
        Valid = "valid",
        Expired = "expired",
        Revoked = "revoked",
        Invalid = "invalid",
        InsufficientScope = "insufficient_scope",
        SsoRequired = "sso_required",
        Blocked = "blocked",
        RateLimited = "rate_limited",
        Unreachable = "unreachable",
    }
}

impl Status {
    /// Whether a credential in this state may be used. Only what a provider has refused is not.
    pub(crate) const fn is_usable(self) -> bool {
        match self {
            Self::Pending | Self::Active | Self::Error => true,
            Self::Expired | Self::Revoked | Self::Invalid => false,
        }
    }
}

impl Verdict {
    /// Whether the credential was refused: exit code 4 (scope, single sign-on and blocked count, design §6).
    pub(crate) const fn is_refusal(self) -> bool {
        match self {
            Self::Expired | Self::Revoked | Self::Invalid | Self::InsufficientScope | Self::SsoRequired | Self::Blocked => true,
            Self::Valid | Self::RateLimited | Self::Unreachable => false,
        }
    }

    /// Whether nothing was learnt of the credential: exit code 6.
    pub(crate) const fn is_unknown(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unreachable)
    }

    /// Whether the credential is dead, and not only kept from something.
    pub(crate) const fn is_dead(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked | Self::Invalid)
    }

    /// The status that a connection has after this verdict. What proves nothing against the token leaves it as it was,
    /// except that a first check which could not finish makes it `error` (design §2).
    pub(crate) const fn status_after(self, before: Status) -> Status {
        match self {
            Self::Valid => Status::Active,
            Self::Expired => Status::Expired,
            Self::Revoked => Status::Revoked,
            Self::Invalid => Status::Invalid,
            Self::InsufficientScope | Self::SsoRequired | Self::Blocked | Self::RateLimited | Self::Unreachable => match before {
                Status::Pending => Status::Error,
                known => known,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_spelt_back() {
        for provider in ProviderId::ALL {
            assert_eq!(provider.id().parse::<ProviderId>().unwrap(), *provider);
        }
        for verdict in Verdict::ALL {
            assert_eq!(verdict.id().parse::<Verdict>().unwrap(), *verdict);
        }
        let unknown = "git-hub".parse::<ProviderId>().unwrap_err().to_string();
        assert_eq!(unknown, "`git-hub` is not a provider (one of github, gitlab, bitbucket, gitea)");
    }

    #[test]
    fn no_fault_of_the_network_changes_what_is_known() {
        for status in [Status::Active, Status::Expired, Status::Revoked, Status::Invalid] {
            for verdict in [Verdict::Unreachable, Verdict::RateLimited, Verdict::Blocked, Verdict::SsoRequired] {
                assert_eq!(verdict.status_after(status), status);
            }
        }
        assert_eq!(Verdict::Unreachable.status_after(Status::Pending), Status::Error);
        assert!(Status::Error.is_usable());
    }
}

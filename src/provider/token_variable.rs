//! The variables in which pipelines and other programs keep a token, and what stands beside them in the environment.

use crate::model::{HostUrl, TokenKind};

/// A variable whose token is not for whatever host is asked for, but for one that its name, or another variable, tells.
#[derive(Debug)]
pub(crate) struct TokenVariable {
    pub(crate) name: &'static str,
    /// Variables that say which host it is for, the first that is set. What is typed has to agree.
    pub(crate) hosts: &'static [&'static str],
    /// Variables that name the same host in another way: where they do not, nothing is sent anywhere.
    pub(crate) also: &'static [&'static str],
    /// Whether a host is of the kind that it is for by its name.
    pub(crate) suits: fn(&HostUrl) -> bool,
    /// That kind, in words.
    pub(crate) whose: &'static str,
    /// Whether it is for the provider's own host where nothing says otherwise.
    pub(crate) has_default: bool,
    /// What its token is, where its text does not tell.
    pub(crate) kind: Option<TokenKind>,
    /// The variable with the e-mail address that goes with the token, for those that want one.
    pub(crate) email: Option<&'static str>,
    /// The variable with the workspace that owns the token, for those that want one.
    pub(crate) workspace: Option<&'static str>,
    /// The variable with the path of the host's certificate authority.
    pub(crate) ca_file: Option<&'static str>,
    /// Why a repository may be hidden from it that is there.
    pub(crate) reach: Option<&'static str>,
}

impl TokenVariable {
    /// One that is for any host of its provider, and of whose token nothing is known.
    pub(crate) const fn new(name: &'static str, whose: &'static str) -> Self {
        Self {
            name,
            hosts: &[],
            also: &[],
            suits: |_| true,
            whose,
            has_default: false,
            kind: None,
            email: None,
            workspace: None,
            ca_file: None,
            reach: None,
        }
    }
}

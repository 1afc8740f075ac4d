//! What providers take and give: plain data that no wire shape leaks into.

use std::rc::Rc;

use jiff::civil::Date;

use crate::model::{AccountType, AuthMethod, Connection, Expiry, OAuthClient, Timestamp, TokenKind, Verdict};
use crate::net::TokenSource;
use crate::secret::Secret;

/// What a token's text says about it.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) method: AuthMethod,
    /// `None` where only the provider can tell (GitLab: personal, project or group).
    pub(crate) kind: Option<TokenKind>,
    /// What is doubtful, in words: `its checksum does not fit: it may be mistyped`.
    pub(crate) doubts: Vec<String>,
    pub(crate) wants: Wants,
}

/// What has to be known beside a token of some shape, and only its owner can say. Of what is asked for, the question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    /// The e-mail address that it is sent with.
    pub(crate) email: Option<&'static str>,
    /// The workspace that owns it.
    pub(crate) workspace: Option<&'static str>,
    /// Its end, which no check will tell. It works without.
    pub(crate) expiry: bool,
}

/// What a provider is asked with.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) identity: Identity,
    pub(crate) token: Rc<dyn TokenSource>,
}

/// What is known of whoever asks, besides the token.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// A token of a login may have to be sent, and asked about, in another way than a pasted one.
    pub(crate) method: AuthMethod,
    /// What the token is, where that is known: some kinds are sent in a way of their own.
    pub(crate) kind: Option<TokenKind>,
    /// What the token is sent with, where it wants an e-mail address.
    pub(crate) email: Option<String>,
    /// Where repositories lie in workspaces: the one that everything is confined to.
    pub(crate) workspace: Option<String>,
    /// The provider's own id of the account, where an earlier check has told it.
    pub(crate) account_id: Option<String>,
    /// Its login, likewise.
    pub(crate) username: Option<String>,
}

impl Identity {
    /// Of whom nothing is known but how they prove who they are.
    pub(crate) const fn unknown(method: AuthMethod) -> Self {
        Self { method, kind: None, email: None, workspace: None, account_id: None, username: None }
    }

    /// As a connection has it.
    pub(crate) fn of(connection: &Connection) -> Self {
        Self {
            method: connection.auth_method,
            kind: connection.token_kind,
            email: connection.email.clone(),
            workspace: connection.workspace.clone(),
            account_id: connection.account_id.clone(),
            username: connection.username.clone(),
        }
    }
}

/// Names of environment variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientVariables {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
    /// The host that the client is for; the provider's own where it is not set.
    pub(crate) host: &'static str,
}

/// Names of the environment variables in which programs look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExecVariables {
    /// For the token.
    pub(crate) token: &'static [&'static str],
    /// For the host: its name, with its port.
    pub(crate) host: &'static [&'static str],
    /// For the whole address of the host.
    pub(crate) url: &'static [&'static str],
    /// For the e-mail address that goes with the token.
    pub(crate) email: &'static [&'static str],
}

/// The page where a token is made.
#[derive(Debug, Clone)]
pub(crate) struct TokenPage {
    pub(crate) url: String,
    /// The page for a finer token, with what it needs and 90 days filled in, where the provider has both.
    pub(crate) fine_grained: Option<String>,
    /// What the link cannot tick by itself: `choose an expiry of 90 days`.
    pub(crate) advice: Option<&'static str>,
}

/// What was known of the credential before a check.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// It has worked once.
    pub(crate) was_active: bool,
    pub(crate) expires_at: Option<Timestamp>,
}

/// The requests an account has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateLimit {
    /// `None` where a provider only said when requests are welcome again.
    pub(crate) limit: Option<u64>,
    pub(crate) remaining: u64,
    pub(crate) reset: Option<Timestamp>,
}

/// What a check found.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub(crate) verdict: Verdict,
    /// Why, in words, when it is not `valid`: `github.com says the token was revoked`. Cleaned, without body or token.
    pub(crate) reason: Option<String>,
    /// A page that mends it: the organisation's single sign-on, the token's settings.
    pub(crate) mend_url: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) account_id: Option<String>,
    pub(crate) account_type: Option<AccountType>,
    pub(crate) method: Option<AuthMethod>,
    pub(crate) kind: Option<TokenKind>,
    /// `None` where the provider does not tell.
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) rate_limit: Option<RateLimit>,
    /// The server's version, where it says so: `18.5.0-ee`.
    pub(crate) server_version: Option<String>,
}

impl Probe {
    /// A finding about which nothing else is known.
    pub(crate) fn of(verdict: Verdict, reason: impl Into<Option<String>>) -> Self {
        Self {
            verdict,
            reason: reason.into(),
            mend_url: None,
            request_id: None,
            username: None,
            account_id: None,
            account_type: None,
            method: None,
            kind: None,
            scopes: None,
            expiry: None,
            rate_limit: None,
            server_version: None,
        }
    }
}

/// One thing to say about a token that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) text: String,
    /// A command or page that mends it.
    pub(crate) hint: Option<String>,
}

/// Which pages of a listing are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageChoice {
    /// Just this one.
    One { page: u32, per_page: u32 },
    /// All, until the reader has enough. `per_page` is at most 100; the fewer are wanted the smaller it may be.
    Walk { per_page: u32 },
}

/// Which repositories are wanted.
#[derive(Debug, Clone)]
pub(crate) struct RepositoryQuery {
    /// Contained in the full name, without regard to case. Done by the provider where it can, else by us.
    pub(crate) search: Option<String>,
    pub(crate) pages: PageChoice,
}

/// Which branches are wanted.
#[derive(Debug, Clone)]
pub(crate) struct BranchQuery {
    /// Contained in the name, without regard to case.
    pub(crate) search: Option<String>,
    pub(crate) pages: PageChoice,
}

/// What a listing left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Incomplete {
    /// In words: `2 organisations want single sign-on for this token`.
    pub(crate) why: String,
    /// The page that mends it, if known.
    pub(crate) url: Option<String>,
}

/// What is known of a listing as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// Rows in all, where the provider says so and nothing was filtered by us.
    pub(crate) total: Option<u64>,
    /// The provider has more than was read.
    pub(crate) more: bool,
    pub(crate) incomplete: Vec<Incomplete>,
    /// Why something about its rows is not known, in words.
    pub(crate) remark: Option<&'static str>,
}

/// What became of a token that was to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revoked {
    /// The provider says it is dead.
    Done,
    /// The provider has taken the order and carries it out soon (GitHub: 202).
    Accepted,
}

/// What a new token is to be like.
#[derive(Debug, Clone)]
pub(crate) struct NewToken {
    /// The name that it is made under, where tokens have names that can be chosen: no other has it, so that one that nobody received is found again.
    pub(crate) label: String,
    /// Those of the old one, for providers that want them named.
    pub(crate) scopes: Vec<String>,
    /// The day on whose beginning it ends, UTC: sent wherever a provider takes one.
    pub(crate) expires_on: Date,
    /// Whether the server's own limit may take the place of a day that it finds too far off.
    pub(crate) may_be_earlier: bool,
    /// The client that a login was made with, with its secret.
    pub(crate) client: Option<OAuthClient>,
}

/// A new token as its provider handed it out.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) token: Secret,
    pub(crate) expiry: Expiry,
}

/// What a provider calls a token, for others to find it by.
#[derive(Debug, Clone)]
pub(crate) struct TokenFacts {
    pub(crate) id: String,
}

/// How a token is revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RevokeBy {
    /// A call does it.
    Api,
    /// Only a person can, on this page.
    Page(String),
}

/// How a token is replaced by a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RotateBy {
    /// It renews itself.
    Itself,
    /// A call does it, and the old token is dead at once.
    ApiAtOnce,
    /// The same of a login's token, by a call that the client makes with its secret.
    Reset,
    /// Somebody logs in again.
    Login,
    /// A call makes the new one; the old one lives until it is revoked.
    Api,
    /// A person makes the new one, on this page.
    Page(String),
}

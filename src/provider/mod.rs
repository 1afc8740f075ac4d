//! Providers: what is known about each ([`Kind`]) and what one account at one host can do ([`Provider`]). Wire shapes stay in the
//! folders. Adding a provider: one folder, one variant of `ProviderId`, one line in [`kind`].

mod access;
mod apps;
mod bitbucket;
mod catalogue;
mod completing;
mod detect;
mod error;
mod finding;
mod git_side;
mod gitea;
mod github;
mod gitlab;
mod newest;
mod paste;
mod remote;
mod sift;
#[cfg(test)]
mod testing;
mod token_variable;
mod types;

use async_trait::async_trait;

pub(crate) use access::{Access, BranchAccess, Push};
pub(crate) use apps::{AppAccount, AppKey, AppSigner, Apps, InstallationToken, Made, Manifest, Obstacle};
pub(crate) use catalogue::{Method, Scopes, catalogue};
pub(crate) use detect::{Detected, detect};
pub(crate) use error::{Answered, Error};
pub(crate) use newest::Newest;
pub(crate) use paste::{redact, secret_as, secret_in};
pub(crate) use token_variable::TokenVariable;
pub(crate) use types::{
    BranchQuery, ClientVariables, Credential, ExecVariables, Identity, Incomplete, Issued, Known, Listing, NewToken, PageChoice,
    Probe, RateLimit, RepositoryQuery, RevokeBy, Revoked, RotateBy, Shape, TokenFacts, TokenPage, Wants, Warning,
};

use self::detect::Sniff;
use crate::model::{AuthMethod, Branch, Connection, HostUrl, OAuthEndpoints, ProviderId, Repository, RepositoryPath};
use crate::net::{Flow, Http, Trust};
use crate::secret::Secret;

/// What is known about a provider without asking it.
pub(crate) trait Kind: Sync {
    /// The host that is meant when none is named; `None` where each is somebody's own, and a token must not go to a guessed one.
    fn default_host(&self) -> Option<HostUrl>;

    /// Whether a host is known by its name to speak this provider's API.
    fn knows(&self, host: &HostUrl) -> bool;

    /// The calls by which anybody recognises an instance, without a credential.
    fn sniffs(&self) -> &'static [Sniff];

    /// Whether repositories lie in workspaces, to one of which a connection can be confined.
    fn has_workspaces(&self) -> bool {
        false
    }

    /// Whether owners lie in owners, and a repository's path may have more than two parts.
    fn nests_owners(&self) -> bool {
        false
    }

    /// The web host that a typed address means: `github.com` for `api.github.com`, an instance for the address of its API. What is
    /// stored and shown is this.
    fn web_host(&self, host: &HostUrl) -> HostUrl;

    /// Where the API of a web host lies: `https://api.github.com` for `github.com`.
    fn api_base(&self, host: &HostUrl) -> HostUrl;

    /// Looks at a token without asking anybody: what it must be, and what is doubtful about it.
    ///
    /// # Errors
    ///
    /// `Error::Malformed` where the facts prove that it can never work: truncated, mistyped, another provider's, a key.
    fn shape(&self, token: &Secret, host: &HostUrl) -> Result<Shape, Error>;

    /// The page where a token for reading is made: scopes ticked, 90 days, a name.
    fn token_page(&self, host: &HostUrl, name: &str) -> TokenPage;

    /// The user name git sends with a token of this method over HTTPS.
    fn git_username(&self, method: AuthMethod) -> &'static str;

    /// What the granted scopes lack for reading, and what they have far beyond it.
    fn scope_warnings(&self, probe: &Probe) -> Vec<Warning>;

    /// How a connection's token is revoked: for saying so before anybody is asked to confirm it.
    fn revoke_by(&self, connection: &Connection) -> RevokeBy;

    /// How a connection's token is replaced by a new one, by what is known of its server.
    fn rotate_by(&self, connection: &Connection) -> RotateBy;

    /// Whether another connection, of an owner of what the token belongs to, can make a second token beside this one.
    fn makes_beside(&self, _connection: &Connection) -> bool {
        false
    }

    /// Whether two accounts are made for tokens of one owner.
    fn is_same_owner(&self, _one: &str, _other: &str) -> bool {
        false
    }

    /// The page where a person makes the token that takes a connection's place, with as much filled in as its link can.
    fn successor_page(&self, connection: &Connection, label: &str) -> TokenPage;

    /// Every way to connect, as the reference tells it (`docs/providers.md`).
    fn methods(&self) -> &'static [Method];

    /// How OAuth works at this host, for this client: some of it depends on what kind of app a client is, which its id tells.
    fn oauth(&self, host: &HostUrl, client_id: Option<&str>) -> OAuthEndpoints;

    /// The environment variables that name an OAuth client for a host of this provider.
    fn client_variables(&self) -> ClientVariables;

    /// Which of the scopes that were asked for are not among those that were granted, nor included in one of them.
    fn lacks(&self, requested: &[String], granted: &[String]) -> Vec<String> {
        requested.iter().filter(|scope| !granted.contains(scope)).cloned().collect()
    }

    /// The variables in which programs look for a token for this host, and for the host.
    fn exec_variables(&self, host: &HostUrl) -> ExecVariables;

    /// The variables in which others keep a token for this provider.
    fn token_variables(&self) -> &'static [TokenVariable];

    /// Apps, where the provider has them.
    fn apps(&self) -> Option<&'static dyn Apps> {
        None
    }

    /// An account at a host. `api` is from [`Kind::api_base`] unless the user named another.
    ///
    /// # Errors
    ///
    /// If the client cannot be set up: plain HTTP, unreadable certificate.
    fn connect(
        &self,
        http: &Http,
        host: &HostUrl,
        api: &HostUrl,
        trust: &Trust,
        credential: Credential,
    ) -> Result<Box<dyn Provider>, Error>;
}

/// What one account at one host can do. Every provider can do all of it.
#[async_trait(?Send)]
pub(crate) trait Provider {
    /// Asks who we are and what the credential is good for. What goes wrong is a verdict, never an error. `was_active`, `expires_at`:
    /// what was known before, for telling expired, revoked and invalid apart where the provider does not (design §2).
    async fn probe(&self, known: &Known) -> Probe;

    /// Repositories, newest activity first, page by page in order.
    ///
    /// # Errors
    ///
    /// See [`Error`]. Rows already handed to `each` stay good.
    async fn repositories(
        &self,
        query: &RepositoryQuery,
        each: &mut dyn FnMut(Vec<Repository>) -> Flow,
    ) -> Result<Listing, Error>;

    /// Branches of a repository in the provider's order.
    async fn branches(
        &self,
        path: &RepositoryPath,
        query: &BranchQuery,
        each: &mut dyn FnMut(Vec<Branch>) -> Flow,
    ) -> Result<Listing, Error>;

    /// One repository, and what this token may do there.
    ///
    /// # Errors
    ///
    /// [`Error::NoRepository`] where it is not there or hidden.
    async fn repository(&self, path: &RepositoryPath) -> Result<Access, Error>;

    /// One branch of a repository that was just seen; `None` if it has none of that name. Under another name it comes back where it was renamed.
    async fn branch(&self, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error>;

    /// Whether this token may push to a repository that was just seen: asked of the API, and where that is silent of git's own side. Changes nothing.
    async fn may_push(&self, path: &RepositoryPath, access: &Access) -> Result<Push, Error>;

    /// Revokes this very token, for good. Sent once.
    async fn revoke(&self) -> Result<Revoked, Error>;

    /// Has a new token made in the place of this one, as [`Kind::rotate_by`] says. Sent once, apart from an order that was refused with a reason.
    ///
    /// # Errors
    ///
    /// [`Error::may_have_happened`] tells whether the old one may be dead.
    async fn rotate(&self, _wanted: &NewToken) -> Result<Issued, Error> {
        Err(Error::Unsupported)
    }

    /// What the revocation of a token of this account takes along, in words, as far as the provider shows it.
    async fn dies_with(&self, _connection: &Connection) -> Result<Option<String>, Error> {
        Ok(None)
    }

    /// What the provider calls this token.
    async fn facts(&self) -> Result<TokenFacts, Error> {
        Err(Error::Unsupported)
    }

    /// Has a second token made beside an old one of what this account owns ([`Kind::makes_beside`]).
    async fn make_beside(&self, _old: &Connection, _facts: &TokenFacts, _wanted: &NewToken) -> Result<Issued, Error> {
        Err(Error::Unsupported)
    }

    /// Ends tokens that were made under a label in the place of a connection's, and that nobody has received. Returns how many.
    async fn end_unclaimed(&self, _of: &Connection, _label: &str) -> Result<usize, Error> {
        Err(Error::Unsupported)
    }
}

/// The one place that names all providers.
pub(crate) fn kind(id: ProviderId) -> &'static dyn Kind {
    match id {
        ProviderId::GitHub => &github::GitHub,
        ProviderId::GitLab => &gitlab::GitLab,
        ProviderId::Bitbucket => &bitbucket::Bitbucket,
        ProviderId::Gitea => &gitea::Gitea,
    }
}

/// An address that stands in our own source, where a test parses it.
fn constant(text: &'static str) -> HostUrl {
    HostUrl::parse(text).unwrap_or_else(|error| unreachable!("`{text}` is an address: {error}"))
}

/// Texts as the value of a query parameter, with commas between.
fn encoded_list(texts: &[String]) -> String {
    texts.iter().map(|text| encoded(text).replace("%3A", ":")).collect::<Vec<_>>().join(",")
}

/// A text as the value of a query parameter. Spaces become `%20`, which every reader understands.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::kind;
    use crate::model::{HostUrl, ProviderId};
    use crate::secret::Secret;

    #[test]
    fn every_provider_has_a_home() {
        for id in ProviderId::ALL {
            let kind = kind(*id);
            let host = kind.default_host().unwrap_or_else(|| HostUrl::parse("codeberg.org").unwrap());
            assert!(kind.knows(&host));
            assert_eq!(kind.web_host(&host), host);
            assert!(kind.token_page(&host, "gitconn x").url.starts_with("https://"));
        }
    }

    proptest! {
        /// Whatever is pasted: no panic, and no message that shows it.
        #[test]
        fn no_text_is_too_odd_to_look_at(front in "(ghp_|github_pat_|ghs_|v1\\.|glpat-|x-glpat-|eyJ|)", back in any::<String>()) {
            let text = format!("{front}{back}");
            for id in ProviderId::ALL {
                let kind = kind(*id);
                let said = match kind.shape(&Secret::from(text.clone()), &HostUrl::parse("git.acme.com").unwrap()) {
                    Ok(shape) => shape.doubts.join(" "),
                    Err(error) => format!("{error} {error:?}"),
                };
                prop_assert!(back.len() < 12 || !said.contains(back.as_str()), "{said}");
                prop_assert!(!said.chars().any(char::is_control));
            }
        }
    }
}

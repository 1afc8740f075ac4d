//! Gitea and Forgejo: Codeberg, gitea.com, and instances of one's own, at whatever path root. Nothing here names another provider's folder.

mod access;
mod api;
mod branches;
mod flavour;
mod lack;
mod methods;
mod oauth;
mod page;
mod paged;
mod probe;
mod refusal;
mod repositories;
mod revoke;
mod rotate;
mod scopes;
mod shape;
mod sniff;
mod variables;

use std::rc::Rc;

use async_trait::async_trait;

use super::git_side::GitSide;
use super::{
    Access, BranchAccess, BranchQuery, ClientVariables, Credential, Error, ExecVariables, Identity, Issued, Kind, Known, Listing,
    Method, NewToken, Probe, Provider, Push, RepositoryQuery, RevokeBy, Revoked, RotateBy, Shape, Sniff, TokenPage,
    TokenVariable, Warning,
};
use crate::model::{AuthMethod, Branch, Connection, HostUrl, OAuthEndpoints, Repository, RepositoryPath};
use crate::net::{Answer, Auth, Flow, Http, Origin, TokenSource, Trust};
use crate::secret::Secret;

use self::flavour::{Flavour, Version};

/// What is known about Gitea and Forgejo.
pub(super) struct Gitea;

impl Kind for Gitea {
    /// None: even Codeberg is only one of many.
    fn default_host(&self) -> Option<HostUrl> {
        None
    }

    fn knows(&self, host: &HostUrl) -> bool {
        api::known(host).is_some()
    }

    fn sniffs(&self) -> &'static [Sniff] {
        sniff::SNIFFS
    }

    fn web_host(&self, host: &HostUrl) -> HostUrl {
        api::web_host(host)
    }

    fn api_base(&self, host: &HostUrl) -> HostUrl {
        api::base(host)
    }

    fn shape(&self, token: &Secret, _host: &HostUrl) -> Result<Shape, Error> {
        shape::shape(token)
    }

    fn token_page(&self, host: &HostUrl, _name: &str) -> TokenPage {
        page::new_token(&api::web_host(host))
    }

    /// Any name does where the password is a token; this one is usual.
    fn git_username(&self, _method: AuthMethod) -> &'static str {
        "oauth2"
    }

    fn scope_warnings(&self, probe: &Probe) -> Vec<Warning> {
        scopes::warnings(probe)
    }

    /// Forgejo wants the account's password for it, and no server has a call for the tokens of a login.
    fn revoke_by(&self, connection: &Connection) -> RevokeBy {
        let version = connection.server_version.as_deref().and_then(Version::known);
        let ends_itself = version.as_ref().is_none_or(|version| version.at_least(1, 27));
        let may_not = connection.scopes.as_deref().is_some_and(|granted| !scopes::covers(granted, scopes::RULES_THE_ACCOUNT));
        let by_hand = connection.auth_method == AuthMethod::OAuth
            || version.is_some_and(|version| version.flavour == Flavour::Forgejo)
            || (!ends_itself && may_not);
        if by_hand { RevokeBy::Page(api::applications(&connection.host)) } else { RevokeBy::Api }
    }

    /// Gitea lets a token make others if it may write its account; Forgejo wants the password.
    fn rotate_by(&self, connection: &Connection) -> RotateBy {
        let may_make_tokens = || {
            let scopes = connection.scopes.as_deref().unwrap_or_default();
            flavour_of(connection) == Some(Flavour::Gitea) && scopes::covers(scopes, scopes::RULES_THE_ACCOUNT)
        };
        match connection.auth_method {
            _ if connection.auto_renews => RotateBy::Itself,
            AuthMethod::Pat if may_make_tokens() && connection.status.is_usable() => RotateBy::Api,
            AuthMethod::OAuth => RotateBy::Login,
            AuthMethod::Pat | AuthMethod::AccessToken | AuthMethod::GithubApp => {
                RotateBy::Page(api::applications(&connection.host))
            }
        }
    }

    fn successor_page(&self, connection: &Connection, _label: &str) -> TokenPage {
        page::successor(connection)
    }

    fn methods(&self) -> &'static [Method] {
        methods::METHODS
    }

    fn oauth(&self, host: &HostUrl, _client_id: Option<&str>) -> OAuthEndpoints {
        oauth::endpoints(&api::web_host(host))
    }

    fn client_variables(&self) -> ClientVariables {
        use crate::env::name;
        ClientVariables { id: name::GITEA_CLIENT_ID, secret: name::GITEA_CLIENT_SECRET, host: name::GITEA_CLIENT_HOST }
    }

    fn lacks(&self, requested: &[String], granted: &[String]) -> Vec<String> {
        requested.iter().filter(|scope| !scopes::covers(granted, scope)).cloned().collect()
    }

    /// tea reads `GITEA_SERVER_…`, others the rest.
    fn exec_variables(&self, _host: &HostUrl) -> ExecVariables {
        ExecVariables {
            token: &["GITEA_TOKEN", "GITEA_SERVER_TOKEN", "FORGEJO_TOKEN"],
            host: &[],
            url: &["GITEA_SERVER_URL", "FORGEJO_URL"],
            email: &[],
        }
    }

    fn token_variables(&self) -> &'static [TokenVariable] {
        variables::VARIABLES
    }

    fn connect(
        &self,
        http: &Http,
        host: &HostUrl,
        api: &HostUrl,
        trust: &Trust,
        Credential { identity, token }: Credential,
    ) -> Result<Box<dyn Provider>, Error> {
        let origin = http.origin(api, trust, Auth::Bearer(Rc::clone(&token)), api::HEADERS, api::limit)?;
        let web = api::web_host(host);
        let git = GitSide::new(http, &web, trust, (self.git_username(identity.method), &token), api::limit)?;
        Ok(Box::new(Account { web, origin, git, identity, token }))
    }
}

/// Which of the two a connection's server said it is, when it was last asked.
fn flavour_of(connection: &Connection) -> Option<Flavour> {
    connection.server_version.as_deref().and_then(Version::known).map(|version| version.flavour)
}

/// One account at one instance.
struct Account {
    web: HostUrl,
    origin: Origin,
    git: GitSide,
    identity: Identity,
    token: Rc<dyn TokenSource>,
}

impl Account {
    /// Whether its token is that of a login, and not one that somebody made.
    fn is_login(&self) -> bool {
        self.identity.method == AuthMethod::OAuth
    }

    /// What an answer that is no success says, as an error.
    fn error(&self, answer: &Answer) -> Error {
        refusal::refusal(answer, &self.web).into_error(answer)
    }
}

#[async_trait(?Send)]
impl Provider for Account {
    async fn probe(&self, known: &Known) -> Probe {
        probe::probe(self, known).await
    }

    async fn repositories(
        &self,
        query: &RepositoryQuery,
        each: &mut dyn FnMut(Vec<Repository>) -> Flow,
    ) -> Result<Listing, Error> {
        repositories::list(self, query, each).await
    }

    async fn branches(
        &self,
        path: &RepositoryPath,
        query: &BranchQuery,
        each: &mut dyn FnMut(Vec<Branch>) -> Flow,
    ) -> Result<Listing, Error> {
        branches::list(self, path, query, each).await
    }

    async fn repository(&self, path: &RepositoryPath) -> Result<Access, Error> {
        access::repository(self, path).await
    }

    async fn branch(&self, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error> {
        access::branch(self, path, name).await
    }

    async fn may_push(&self, path: &RepositoryPath, access: &Access) -> Result<Push, Error> {
        access::may_push(self, path, access).await
    }

    async fn revoke(&self) -> Result<Revoked, Error> {
        revoke::revoke(self).await
    }

    async fn rotate(&self, wanted: &NewToken) -> Result<Issued, Error> {
        rotate::rotate(self, wanted).await
    }

    async fn end_unclaimed(&self, _of: &Connection, label: &str) -> Result<usize, Error> {
        rotate::end_unclaimed(self, label).await
    }
}

#[cfg(test)]
mod tests;

//! GitLab: gitlab.com and instances of one's own, at whatever path root. Nothing here names another provider's folder.

mod access;
mod api;
mod branches;
mod job;
mod methods;
mod oauth;
mod page;
mod probe;
mod refusal;
mod repositories;
mod rotate;
mod scopes;
mod shape;
mod sniff;
mod variables;

use std::rc::Rc;

use async_trait::async_trait;

use super::git_side::GitSide;
use super::{
    Access, BranchAccess, BranchQuery, ClientVariables, Credential, Error, ExecVariables, Issued, Kind, Known, Listing, Method,
    NewToken, Probe, Provider, Push, RepositoryQuery, RevokeBy, Revoked, RotateBy, Shape, Sniff, TokenFacts, TokenPage,
    TokenVariable, Warning,
};
use crate::model::{AuthMethod, Branch, Connection, HostUrl, OAuthEndpoints, Repository, RepositoryPath, TokenKind};
use crate::net::{Auth, Flow, Http, Origin, Trust};
use crate::secret::Secret;

/// The user name that git sends with the token of a CI job.
const JOB_USER: &str = "gitlab-ci-token";

/// What is known about GitLab.
pub(super) struct GitLab;

impl Kind for GitLab {
    fn default_host(&self) -> Option<HostUrl> {
        Some(super::constant("gitlab.com"))
    }

    fn knows(&self, host: &HostUrl) -> bool {
        matches!(host.domain(), "gitlab.com" | "www.gitlab.com")
    }

    fn sniffs(&self) -> &'static [Sniff] {
        sniff::SNIFFS
    }

    fn nests_owners(&self) -> bool {
        true
    }

    fn web_host(&self, host: &HostUrl) -> HostUrl {
        api::web_host(host)
    }

    fn api_base(&self, host: &HostUrl) -> HostUrl {
        api::base(host)
    }

    fn shape(&self, token: &Secret, host: &HostUrl) -> Result<Shape, Error> {
        shape::shape(token, host)
    }

    fn token_page(&self, host: &HostUrl, name: &str) -> TokenPage {
        page::new_token(&api::web_host(host), name)
    }

    fn git_username(&self, _method: AuthMethod) -> &'static str {
        "oauth2"
    }

    fn scope_warnings(&self, probe: &Probe) -> Vec<Warning> {
        scopes::warnings(probe)
    }

    fn revoke_by(&self, _connection: &Connection) -> RevokeBy {
        RevokeBy::Api
    }

    /// A token that is dead, or lacks the scope for it, does not replace itself.
    fn rotate_by(&self, connection: &Connection) -> RotateBy {
        let lacks_scope = connection.scopes.as_deref().is_some_and(|granted| !scopes::may_rotate(granted));
        match connection.auth_method {
            _ if connection.auto_renews => RotateBy::Itself,
            AuthMethod::Pat | AuthMethod::AccessToken if !lacks_scope && connection.status.is_usable() => RotateBy::ApiAtOnce,
            AuthMethod::OAuth => RotateBy::Login,
            AuthMethod::Pat | AuthMethod::AccessToken | AuthMethod::GithubApp => RotateBy::Page(page::of(connection)),
        }
    }

    fn makes_beside(&self, connection: &Connection) -> bool {
        matches!(connection.token_kind, Some(TokenKind::Project | TokenKind::Group))
    }

    fn is_same_owner(&self, one: &str, other: &str) -> bool {
        probe::owner(one).is_some_and(|owner| probe::owner(other) == Some(owner))
    }

    fn successor_page(&self, connection: &Connection, label: &str) -> TokenPage {
        page::successor(connection, label)
    }

    fn methods(&self) -> &'static [Method] {
        methods::METHODS
    }

    fn oauth(&self, host: &HostUrl, _client_id: Option<&str>) -> OAuthEndpoints {
        oauth::endpoints(&api::web_host(host))
    }

    fn client_variables(&self) -> ClientVariables {
        use crate::env::name;
        ClientVariables { id: name::GITLAB_CLIENT_ID, secret: name::GITLAB_CLIENT_SECRET, host: name::GITLAB_CLIENT_HOST }
    }

    fn exec_variables(&self, _host: &HostUrl) -> ExecVariables {
        ExecVariables { token: &["GITLAB_TOKEN"], host: &["GITLAB_HOST"], url: &[], email: &[] }
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
        let web = api::web_host(host);
        // A token of a login is refused in GitLab's own header, and known only to the authorization server beside the API.
        let login = match identity.method {
            AuthMethod::OAuth => Some(http.origin(&web, trust, Auth::Bearer(Rc::clone(&token)), api::HEADERS, api::limit)?),
            AuthMethod::Pat | AuthMethod::AccessToken | AuthMethod::GithubApp => None,
        };
        let is_job = identity.kind == Some(TokenKind::Job);
        let user = if is_job { JOB_USER } else { self.git_username(identity.method) };
        let git = GitSide::new(http, &web, trust, (user, &token), api::limit)?;
        let auth = match &login {
            _ if is_job => Auth::JobToken(token),
            Some(_) => Auth::Bearer(token),
            None => Auth::PrivateToken(token),
        };
        Ok(Box::new(Account { web, origin: http.origin(api, trust, auth, api::HEADERS, api::limit)?, login, git, is_job }))
    }
}

/// One account at one instance.
struct Account {
    web: HostUrl,
    origin: Origin,
    /// Where a token of a login is asked about; `None` for other tokens.
    login: Option<Origin>,
    git: GitSide,
    /// Its token is a CI job's, which few calls take.
    is_job: bool,
}

#[async_trait(?Send)]
impl Provider for Account {
    async fn probe(&self, known: &Known) -> Probe {
        if self.is_job { job::probe(self).await } else { probe::probe(self, known).await }
    }

    async fn repositories(
        &self,
        query: &RepositoryQuery,
        each: &mut dyn FnMut(Vec<Repository>) -> Flow,
    ) -> Result<Listing, Error> {
        if self.is_job {
            return Err(Error::NotForJobs { what: "list projects" });
        }
        repositories::list(self, query, each).await
    }

    async fn branches(
        &self,
        path: &RepositoryPath,
        query: &BranchQuery,
        each: &mut dyn FnMut(Vec<Branch>) -> Flow,
    ) -> Result<Listing, Error> {
        if self.is_job {
            return job::branches(self, path, query, each).await;
        }
        branches::list(self, path, query, each).await
    }

    async fn repository(&self, path: &RepositoryPath) -> Result<Access, Error> {
        if self.is_job { job::repository(self, path).await } else { access::repository(self, path).await }
    }

    async fn branch(&self, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error> {
        if self.is_job { job::branch(self, path, name).await } else { access::branch(self, path, name).await }
    }

    async fn may_push(&self, path: &RepositoryPath, access: &Access) -> Result<Push, Error> {
        access::may_push(self, path, access).await
    }

    async fn revoke(&self) -> Result<Revoked, Error> {
        rotate::revoke(self).await
    }

    async fn rotate(&self, wanted: &NewToken) -> Result<Issued, Error> {
        rotate::rotate(self, wanted).await
    }

    async fn facts(&self) -> Result<TokenFacts, Error> {
        rotate::facts(self).await
    }

    async fn make_beside(&self, old: &Connection, facts: &TokenFacts, wanted: &NewToken) -> Result<Issued, Error> {
        rotate::make_beside(self, old.username.as_deref().unwrap_or_default(), facts, wanted).await
    }

    async fn end_unclaimed(&self, of: &Connection, label: &str) -> Result<usize, Error> {
        rotate::end_unclaimed(self, of.username.as_deref().unwrap_or_default(), label).await
    }
}

#[cfg(test)]
mod tests;

//! GitLab: gitlab.com and instances of one's own, at whatever path root. Nothing here names another provider's folder.

mod api;
mod branches;
mod methods;
mod oauth;
mod page;
mod probe;
mod refusal;
mod repositories;
mod scopes;
mod shape;
mod sniff;

use std::rc::Rc;

use async_trait::async_trait;

use super::{
    BranchQuery, ClientVariables, Credential, Error, ExecVariables, Kind, Known, Listing, Method, Probe, Provider,
    RepositoryQuery, RevokeBy, Revoked, RotateBy, Shape, Sniff, TokenPage, Warning,
};
use crate::model::{AuthMethod, Branch, Connection, HostUrl, OAuthEndpoints, Repository, RepositoryPath};
use crate::net::{self, Auth, Body, Call, Flow, Http, Origin, Trust};
use crate::secret::Secret;

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

    fn rotate_by(&self, connection: &Connection) -> RotateBy {
        if connection.auto_renews { RotateBy::Itself } else { RotateBy::ApiAtOnce }
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
        let auth = if login.is_some() { Auth::Bearer(token) } else { Auth::PrivateToken(token) };
        Ok(Box::new(Account { web, origin: http.origin(api, trust, auth, api::HEADERS, api::limit)?, login }))
    }
}

/// One account at one instance.
struct Account {
    web: HostUrl,
    origin: Origin,
    /// Where a token of a login is asked about; `None` for other tokens.
    login: Option<Origin>,
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

    /// A token of any scope may end itself since 15.4.
    async fn revoke(&self) -> Result<Revoked, Error> {
        let answer = self.origin.send(net::Method::Delete, &Call::to(["personal_access_tokens", "self"]), Body::Empty).await?;
        if answer.status == 204 { Ok(Revoked::Done) } else { Err(refusal::refusal(&answer, &self.web).into_error(&answer)) }
    }
}

#[cfg(test)]
mod tests;

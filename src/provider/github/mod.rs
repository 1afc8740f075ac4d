//! GitHub: github.com, GHE.com and GitHub Enterprise Server. Nothing here names another provider's folder.

mod access;
mod api;
mod app;
mod branches;
mod checksum;
mod dependents;
mod methods;
mod oauth;
mod page;
mod probe;
mod refusal;
mod repositories;
mod reset;
mod revoke;
mod scopes;
mod shape;
mod site;
mod sniff;
mod sso;
mod variables;

use std::rc::Rc;

use async_trait::async_trait;

use self::refusal::{Asker, refusal};
use self::shape::Form;
use self::site::Site;
use super::git_side::GitSide;
use super::{
    Access, Apps, BranchAccess, BranchQuery, ClientVariables, Credential, Error, ExecVariables, Issued, Kind, Known, Listing,
    Method, NewToken, Probe, Provider, Push, RepositoryQuery, RevokeBy, Revoked, RotateBy, Shape, Sniff, TokenPage,
    TokenVariable, Warning, apps,
};
use crate::model::{AuthMethod, Branch, Connection, HostUrl, OAuthEndpoints, Repository, RepositoryPath};
use crate::net::{self, Answer, Auth, Flow, Http, Origin, TokenSource, Trust};
use crate::secret::Secret;

/// What is known about GitHub.
pub(super) struct GitHub;

impl Kind for GitHub {
    fn default_host(&self) -> Option<HostUrl> {
        Some(site::public())
    }

    fn knows(&self, host: &HostUrl) -> bool {
        Site::of(host) != Site::Server
    }

    fn sniffs(&self) -> &'static [Sniff] {
        sniff::SNIFFS
    }

    fn web_host(&self, host: &HostUrl) -> HostUrl {
        site::web_host(host)
    }

    fn api_base(&self, host: &HostUrl) -> HostUrl {
        site::api_base(host)
    }

    fn shape(&self, token: &Secret, _host: &HostUrl) -> Result<Shape, Error> {
        shape::shape(token)
    }

    fn token_page(&self, host: &HostUrl, name: &str) -> TokenPage {
        page::new_token(&site::web_host(host), name)
    }

    fn git_username(&self, _method: AuthMethod) -> &'static str {
        "x-access-token"
    }

    fn scope_warnings(&self, probe: &Probe) -> Vec<Warning> {
        scopes::warnings(probe)
    }

    fn revoke_by(&self, connection: &Connection) -> RevokeBy {
        let host = &connection.host;
        match (Site::of(host), connection.auth_method) {
            (Site::Server, AuthMethod::OAuth | AuthMethod::Pat | AuthMethod::AccessToken) => RevokeBy::Page(page::tokens(host)),
            (Site::Public | Site::Tenant, _) | (Site::Server, AuthMethod::GithubApp) => RevokeBy::Api,
        }
    }

    fn rotate_by(&self, connection: &Connection) -> RotateBy {
        match connection.auth_method {
            _ if connection.auto_renews => RotateBy::Itself,
            AuthMethod::OAuth if connection.status.is_usable() => RotateBy::Reset,
            AuthMethod::OAuth => RotateBy::Login,
            AuthMethod::Pat | AuthMethod::AccessToken | AuthMethod::GithubApp => RotateBy::Page(page::tokens(&connection.host)),
        }
    }

    fn successor_page(&self, connection: &Connection, label: &str) -> TokenPage {
        page::successor(connection, label)
    }

    fn methods(&self) -> &'static [Method] {
        methods::METHODS
    }

    fn oauth(&self, host: &HostUrl, client_id: Option<&str>) -> OAuthEndpoints {
        oauth::endpoints(&site::web_host(host), client_id)
    }

    fn client_variables(&self) -> ClientVariables {
        use crate::env::name;
        ClientVariables { id: name::GITHUB_CLIENT_ID, secret: name::GITHUB_CLIENT_SECRET, host: name::GITHUB_CLIENT_HOST }
    }

    fn lacks(&self, requested: &[String], granted: &[String]) -> Vec<String> {
        let granted = scopes::with_implied(granted);
        requested.iter().filter(|scope| !granted.contains(scope.as_str())).cloned().collect()
    }

    fn exec_variables(&self, host: &HostUrl) -> ExecVariables {
        let token: &[&str] = match Site::of(host) {
            Site::Public | Site::Tenant => &["GH_TOKEN", "GITHUB_TOKEN"],
            // Under the others' names a program might send it to github.com.
            Site::Server => &["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"],
        };
        ExecVariables { token, host: &["GH_HOST"], url: &[], email: &[] }
    }

    fn token_variables(&self) -> &'static [TokenVariable] {
        variables::VARIABLES
    }

    fn apps(&self) -> Option<&'static dyn Apps> {
        Some(&app::GitHubApps)
    }

    fn connect(
        &self,
        http: &Http,
        host: &HostUrl,
        api: &HostUrl,
        trust: &Trust,
        Credential { identity, token }: Credential,
    ) -> Result<Box<dyn Provider>, Error> {
        let web = site::web_host(host);
        Ok(Box::new(Account {
            site: Site::of(&web),
            origin: http.origin(api, trust, Auth::Bearer(Rc::clone(&token)), api::HEADERS, api::limit)?,
            anonymous: http.origin(api, trust, Auth::None, api::HEADERS, api::limit)?,
            git: GitSide::new(http, &web, trust, (self.git_username(identity.method), &token), api::limit)?,
            is_installation: identity.method == AuthMethod::GithubApp,
            web,
            token,
        }))
    }
}

/// One account at one host.
struct Account {
    web: HostUrl,
    site: Site,
    origin: Origin,
    /// The same API without the token: revoking wants none.
    anonymous: Origin,
    git: GitSide,
    token: Rc<dyn TokenSource>,
    /// Whatever its token looks like.
    is_installation: bool,
}

impl Account {
    async fn token(&self) -> Result<Secret, net::Error> {
        self.token.token().await.map_err(net::Error::Token)
    }

    /// What is asked with: an installation's tokens are taken as they come, others tell by their beginning.
    async fn form(&self) -> Result<Form, net::Error> {
        if self.is_installation { Ok(Form::Installation) } else { Ok(Form::of(&self.token().await?)) }
    }

    /// What an answer other than the wanted one means.
    fn error(&self, answer: &Answer, form: Form) -> Error {
        if let (Form::Installation, Some(obstacle)) = (form, app::hindrance(answer)) {
            return apps::obstructed(obstacle, answer);
        }
        refusal(answer, &Asker { web: &self.web, form, known: None, now: self.origin.now() }).into_error(answer)
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

    async fn dies_with(&self, connection: &Connection) -> Result<Option<String>, Error> {
        match &connection.username {
            Some(username) => dependents::dies_with(self, username).await,
            None => Ok(None),
        }
    }

    async fn rotate(&self, wanted: &NewToken) -> Result<Issued, Error> {
        reset::reset(self, wanted).await
    }
}

#[cfg(test)]
mod tests;

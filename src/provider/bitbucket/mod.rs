//! Bitbucket Cloud: API tokens of persons, access tokens of repositories, projects and workspaces, and logins. (Bitbucket Data Center has
//! another API.) Nothing here names another provider's folder.

mod access;
mod api;
mod branches;
mod methods;
mod oauth;
mod page;
mod probe;
mod protection;
mod refusal;
mod repositories;
mod scopes;
mod shape;
mod sniff;
mod variables;
mod workspaces;

use std::rc::Rc;

use async_trait::async_trait;

use super::git_side::GitSide;
use super::{
    Access, BranchAccess, BranchQuery, ClientVariables, Credential, Error, ExecVariables, Identity, Kind, Known, Listing, Method,
    Probe, Provider, Push, RepositoryQuery, RevokeBy, Revoked, RotateBy, Shape, Sniff, TokenPage, TokenVariable, Warning,
};
use crate::model::{AuthMethod, Branch, Connection, HostUrl, OAuthEndpoints, Repository, RepositoryPath};
use crate::net::{self, Auth, Flow, Http, Origin, Trust};
use crate::secret::Secret;

/// What is known about Bitbucket.
pub(super) struct Bitbucket;

impl Kind for Bitbucket {
    fn default_host(&self) -> Option<HostUrl> {
        Some(api::public())
    }

    fn knows(&self, host: &HostUrl) -> bool {
        api::is_public(host)
    }

    fn sniffs(&self) -> &'static [Sniff] {
        sniff::SNIFFS
    }

    fn has_workspaces(&self) -> bool {
        true
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

    fn token_page(&self, _host: &HostUrl, _name: &str) -> TokenPage {
        page::new_token()
    }

    /// The user's own name would do for some, but not their e-mail address; these names are for everybody.
    fn git_username(&self, method: AuthMethod) -> &'static str {
        match method {
            AuthMethod::Pat => "x-bitbucket-api-token-auth",
            AuthMethod::AccessToken | AuthMethod::OAuth | AuthMethod::GithubApp => "x-token-auth",
        }
    }

    fn scope_warnings(&self, probe: &Probe) -> Vec<Warning> {
        scopes::warnings(probe)
    }

    fn revoke_by(&self, connection: &Connection) -> RevokeBy {
        RevokeBy::Page(page_of(connection))
    }

    fn rotate_by(&self, connection: &Connection) -> RotateBy {
        if connection.auto_renews { RotateBy::Itself } else { RotateBy::Page(page_of(connection)) }
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
        ClientVariables {
            id: name::BITBUCKET_CLIENT_ID,
            secret: name::BITBUCKET_CLIENT_SECRET,
            host: name::BITBUCKET_CLIENT_HOST,
        }
    }

    fn lacks(&self, requested: &[String], granted: &[String]) -> Vec<String> {
        requested.iter().filter(|scope| !scopes::includes(granted, scope)).cloned().collect()
    }

    fn exec_variables(&self, _host: &HostUrl) -> ExecVariables {
        ExecVariables { token: &["BITBUCKET_TOKEN"], host: &[], url: &[], email: &["BITBUCKET_EMAIL"] }
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
        // A person's token is taken with the address alone, and refused as Bearer; the others the other way round.
        let auth = match (identity.method, &identity.email) {
            (AuthMethod::Pat, Some(email)) => Auth::Basic(email.clone(), Rc::clone(&token)),
            // Without it the token would be refused as if it were dead.
            (AuthMethod::Pat, None) => {
                let why =
                    "the e-mail address that goes with the token is not known (gitconn edit NAME --token-stdin --email ADDRESS)";
                return Err(net::Error::Unusable { why: why.to_owned() }.into());
            }
            (AuthMethod::AccessToken | AuthMethod::OAuth | AuthMethod::GithubApp, _) => Auth::Bearer(Rc::clone(&token)),
        };
        let origin = http.origin(api, trust, auth, api::HEADERS, api::limit)?;
        let web = api::web_host(host);
        let git = GitSide::new(http, &web, trust, (self.git_username(identity.method), &token), api::limit)?;
        Ok(Box::new(Account { web, origin, git, identity }))
    }
}

fn page_of(connection: &Connection) -> String {
    page::of(connection.auth_method, connection.token_kind, connection.workspace.as_deref())
}

/// One account, or one access token.
struct Account {
    web: HostUrl,
    origin: Origin,
    git: GitSide,
    identity: Identity,
}

impl Account {
    /// Whether a repository, project or workspace owns the token: nobody is logged in then, and calls about persons are closed.
    fn is_nobody(&self) -> bool {
        self.identity.method == AuthMethod::AccessToken
    }

    /// What an answer other than the wanted one means.
    fn error(&self, answer: &net::Answer) -> Error {
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

    /// There is no call for it (BCLOUD-23192).
    async fn revoke(&self) -> Result<Revoked, Error> {
        let page = Some(page::of(self.identity.method, None, self.identity.workspace.as_deref()));
        Err(Error::Impossible { host: self.web.to_string(), page })
    }
}

#[cfg(test)]
mod tests;

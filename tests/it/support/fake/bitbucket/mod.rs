//! Bitbucket Cloud, as far as gitconn asks it (REST 2.0, as of November 2026). Each answer says whether it is quoted or written by hand: see `fake`.

mod bodies;
mod calls;
mod credential;
mod known;
mod make;
mod page;
mod query;
pub(super) mod refusals;
mod scopes;
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use self::known::Workspace;
pub(crate) use self::known::{Grant, Restriction, TokenKind, email_of};
use self::page::Paging;
use super::Server;
use super::oauth::{Kind, OAuth};
use super::server::not_there;
use crate::support::{Sandbox, tokens};

struct State {
    /// Those that are good: nobody learns what became of the others.
    tokens: HashMap<String, Grant>,
    workspaces: Vec<Workspace>,
    /// Paths of repositories, before and after they were moved.
    moved: Vec<(String, String)>,
    paging: Paging,
    /// Whether answers name the scopes of a token.
    tells_scopes: bool,
    oauth: OAuth,
}

/// Bitbucket Cloud: its API below `/2.0`, its pages beside it.
pub(crate) struct Bitbucket {
    pub(crate) server: Server,
    /// Its authorization server.
    pub(crate) oauth: OAuth,
    state: Arc<Mutex<State>>,
}

impl std::ops::Deref for Bitbucket {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Bitbucket {
    pub(crate) fn start() -> Self {
        let oauth = OAuth::new(Kind::Bitbucket);
        let paging = Paging { totals: true, moving: false, links: None, origin: String::new() };
        let state = Arc::new(Mutex::new(State {
            tokens: HashMap::new(),
            workspaces: Vec::new(),
            moved: Vec::new(),
            paging,
            tells_scopes: true,
            oauth: oauth.clone(),
        }));
        let (own, login) = (Arc::clone(&state), oauth.clone());
        let server = Server::listen(
            "/2.0",
            None,
            move |request| own.lock().unwrap().answer(request),
            move |request| login.answer(&request.path, request).unwrap_or_else(not_there),
        );
        state.lock().unwrap().paging.origin = server.origin();
        oauth.at(&server.origin());
        Self { server, oauth, state }
    }

    /// The address that is given to `--host`.
    pub(crate) fn host(&self) -> String {
        self.server.origin()
    }

    /// Knows this token from now on.
    pub(crate) fn accept(&self, token: &str, grant: Grant) {
        self.state.lock().unwrap().tokens.insert(token.to_owned(), grant);
    }

    /// Makes an API token for this account, watched for by the sandbox. The account has a workspace of its name.
    pub(crate) fn api_token(&self, sandbox: &Sandbox, account: &str) -> String {
        self.workspace(account, account);
        let token = sandbox.secret(&tokens::bitbucket_api(account));
        self.accept(&token, Grant::api_token(account));
        token
    }

    /// Makes an access token of a workspace, or of these repositories in it, watched for by the sandbox.
    pub(crate) fn access_token(&self, sandbox: &Sandbox, kind: TokenKind, workspace: &str, repositories: &[&str]) -> String {
        self.state.lock().unwrap().make_workspace(workspace);
        let label = format!("{kind:?} {workspace} {}", repositories.join(" "));
        let token = sandbox.secret(&tokens::bitbucket_access(&label));
        self.accept(&token, Grant::access_token(kind, workspace, repositories));
        token
    }

    /// Knows this token no longer.
    pub(crate) fn refuse(&self, token: &str) {
        self.state.lock().unwrap().tokens.remove(token);
    }

    /// This token's time is over, of which Bitbucket says no more than of an unknown one.
    pub(crate) fn expire(&self, token: &str) {
        self.refuse(token);
    }

    /// Somebody revoked this token, of which Bitbucket says no more than of an unknown one.
    pub(crate) fn revoke(&self, token: &str) {
        self.refuse(token);
    }

    /// Whether this token is good.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        self.state.lock().unwrap().tokens.contains_key(token)
    }

    /// Answers no longer name the scopes of a token: that they do for API tokens is not known.
    pub(crate) fn hide_scopes(&self) {
        self.state.lock().unwrap().tells_scopes = false;
    }

    /// Listings no longer say how many rows there are, and the next page has no number.
    pub(crate) fn without_totals(&self) {
        self.state.lock().unwrap().paging.totals = false;
    }

    /// Every `next` leads to this origin from now on, as behind a proxy that hides the server's own address.
    pub(crate) fn link_to(&self, origin: &str) {
        self.state.lock().unwrap().paging.links = Some(origin.to_owned());
    }

    /// A row is put in front of every listing once its first page was read.
    pub(crate) fn moving(&self) {
        self.state.lock().unwrap().paging.moving = true;
    }
}

//! The authorization server beside a fake provider's API, on the same origin: apps, codes, tokens and what becomes of them. `desk.rs` is what every such
//! server does (RFC 6749, 7636, 8628, 7009), `github.rs`, `gitlab.rs`, `bitbucket.rs` and `gitea.rs` how each of them says it.
//!
//! Refresh tokens work once, and what is handed out is watched for by the sandbox that an app was registered for.

mod authorize;
mod bitbucket;
mod desk;
mod device;
mod gitea;
mod github;
mod gitlab;
mod settings;
mod tests;

use std::sync::{Arc, Mutex};

use self::desk::Desk;
pub(super) use self::desk::{Found, Standing};
pub(crate) use self::gitlab::invalid_grant;
pub(crate) use self::settings::{App, DeviceFlow, Issuer, Says, Settings};
use super::{Answer, Request};
use crate::support::Sandbox;

/// Whose words and habits the server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    GitHub,
    GitLab,
    Bitbucket,
    /// Forgejo's too.
    Gitea,
}

/// A fake's authorization server, as tests see it.
#[derive(Clone)]
pub(crate) struct OAuth(Arc<Mutex<Desk>>);

impl OAuth {
    pub(super) fn new(kind: Kind) -> Self {
        Self(Arc::new(Mutex::new(Desk::new(kind))))
    }

    /// Says where it is: its web address without a slash at the end.
    pub(super) fn at(&self, web: &str) {
        self.0.lock().unwrap().at(web);
    }

    /// Answers a request to a path below the web address; `None` where it is none of OAuth's.
    pub(super) fn answer(&self, path: &str, request: &Request) -> Option<Answer> {
        let mut desk = self.0.lock().unwrap();
        match desk.kind() {
            Kind::GitHub => github::answer(&mut desk, path, request),
            Kind::GitLab => gitlab::answer(&mut desk, path, request),
            Kind::Bitbucket => bitbucket::answer(&mut desk, path, request),
            Kind::Gitea => gitea::answer(&mut desk, path, request),
        }
    }

    /// What the API side knows of a token.
    pub(super) fn find(&self, token: &str) -> Option<Found> {
        self.0.lock().unwrap().find(token)
    }

    /// Registers an app for `http://127.0.0.1/callback`, at Gitea for `http://127.0.0.1`. At GitLab and Gitea it is a public one; at Bitbucket it
    /// must always show its secret, and that address stands for no port.
    pub(crate) fn register(&self, sandbox: &Sandbox, id: &str) -> App {
        self.0.lock().unwrap().register(sandbox.watching(), id, false)
    }

    /// The same, but it must always show its secret (GitLab, Gitea).
    pub(crate) fn register_confidential(&self, sandbox: &Sandbox, id: &str) -> App {
        self.0.lock().unwrap().register(sandbox.watching(), id, true)
    }

    /// Changes an app's registration.
    pub(crate) fn edit(&self, id: &str, change: impl FnOnce(&mut App)) {
        self.0.lock().unwrap().edit(id, change);
    }

    /// Changes how it behaves from now on.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.0.lock().unwrap().settings);
    }

    /// The next so many tokens are handed out by the books, but these answers are what arrives.
    pub(crate) fn lose(&self, answers: impl IntoIterator<Item = Answer>) {
        self.0.lock().unwrap().settings.lost.extend(answers);
    }

    /// Somebody types this code into the page and says yes.
    pub(crate) fn confirm(&self, user_code: &str) {
        self.0.lock().unwrap().decide(user_code, true);
    }

    /// Somebody types this code into the page and says no.
    pub(crate) fn deny(&self, user_code: &str) {
        self.0.lock().unwrap().decide(user_code, false);
    }

    /// A pair as a token endpoint hands it out, for an account that said yes to an app some time ago.
    pub(crate) fn pair(&self, app: &App, account: &str) -> serde_json::Value {
        let mut desk = self.0.lock().unwrap();
        let refreshes = std::mem::replace(&mut desk.settings.refreshes, true);
        let issued = desk.give(app, account);
        desk.settings.refreshes = refreshes;
        match desk.kind() {
            Kind::GitHub => github::tokens(&issued, &desk.settings),
            Kind::GitLab => gitlab::tokens(&issued, &desk.settings),
            Kind::Bitbucket => bitbucket::tokens(&issued, &desk.settings),
            Kind::Gitea => gitea::tokens(&issued, &desk.settings),
        }
    }

    /// Every access token's time is over now, whatever was said of it.
    pub(crate) fn age(&self) {
        self.0.lock().unwrap().age();
    }

    /// Nothing that was handed out is good any more: somebody revoked the app.
    pub(crate) fn revoke_everything(&self) {
        self.0.lock().unwrap().revoke_everything();
    }

    /// How often tokens were asked for with this grant type: `refresh_token`, `authorization_code`, the last word of the device's.
    pub(crate) fn posts(&self, grant: &str) -> usize {
        self.0.lock().unwrap().posts(grant)
    }

    /// How often a refresh token came in that was spent already.
    pub(crate) fn reused(&self) -> usize {
        self.0.lock().unwrap().reused()
    }

    /// Whether this token, of either kind, is good.
    pub(crate) fn is_good(&self, token: &str) -> bool {
        self.0.lock().unwrap().is_good(token)
    }

    /// The scopes that the last login asked for.
    pub(crate) fn asked_for(&self) -> Vec<String> {
        self.0.lock().unwrap().asked_for()
    }
}

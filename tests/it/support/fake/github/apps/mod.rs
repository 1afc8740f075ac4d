//! GitHub Apps: registered and installed, made of manifests, and spoken for by keys. `claims.rs` is who may ask, `desk.rs` what is remembered,
//! `answers.rs` what is said, and `manifest.rs` how an app comes to be without a form.
//!
//! Keys, tokens and codes are watched for by the sandbox that an app was last registered for, or that was said.

mod answers;
mod claims;
mod desk;
mod manifest;
mod settings;
mod tests;

use std::sync::{Arc, Mutex, MutexGuard};

use self::desk::Desk;
pub(super) use self::desk::{Found, Reach};
pub(crate) use self::settings::{FakeApp, Handed, Installation, Settings, permissions};
use super::{Answer, Request};
use crate::support::Sandbox;
use crate::support::keys::{self, RsaKey};

/// A fake's apps, as tests see them.
#[derive(Clone)]
pub(crate) struct Apps(Arc<Mutex<Desk>>);

impl Apps {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Desk::new())))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap()
    }

    /// Says where it is: its web address without a slash at the end.
    pub(super) fn at(&self, web: &str) {
        web.clone_into(&mut self.desk().web);
    }

    /// What is handed out from now on is watched for by this sandbox.
    pub(crate) fn watched_by(&self, sandbox: &Sandbox) {
        self.desk().watching = sandbox.watching();
    }

    /// Registers an app of the organisation `acme-corp` that may read contents and metadata.
    pub(crate) fn register(&self, sandbox: &Sandbox, slug: &str) -> FakeApp {
        self.watched_by(sandbox);
        let key = keys::rsa(slug);
        let mut desk = self.desk();
        key.watch(&desk.watching);
        desk.register(slug, key)
    }

    /// The app of this slug as it is now.
    #[track_caller]
    pub(crate) fn app(&self, slug: &str) -> FakeApp {
        self.desk().app(slug).clone()
    }

    /// Changes an app's registration.
    #[track_caller]
    pub(crate) fn edit(&self, slug: &str, change: impl FnOnce(&mut FakeApp)) {
        change(self.desk().app(slug));
    }

    /// One key more speaks for an app.
    #[track_caller]
    pub(crate) fn new_key(&self, slug: &str) -> RsaKey {
        let mut desk = self.desk();
        let key = keys::rsa(&format!("{slug} {}", desk.app(slug).keys.len()));
        key.watch(&desk.watching);
        desk.app(slug).keys.push(key.clone());
        key
    }

    /// No key speaks for an app any more.
    #[track_caller]
    pub(crate) fn delete_key(&self, slug: &str) {
        self.desk().app(slug).keys.clear();
    }

    /// Installs an app on all repositories of an account, an `Organization` or a `User`: the ones that were made for that name.
    pub(crate) fn install(&self, app: &FakeApp, account: &str, kind: &str) -> u64 {
        self.desk().install(app.id, account, kind)
    }

    /// Somebody goes to the page where an app is installed, and does so on this account.
    pub(crate) fn install_on_visit(&self, account: &str, kind: &str) {
        self.desk().visitor = Some((account.to_owned(), kind.to_owned()));
    }

    /// The installations of an app, by id.
    pub(crate) fn installations(&self, app: &FakeApp) -> Vec<u64> {
        self.desk().installations_of(app.id).iter().map(|installation| installation.id).collect()
    }

    /// Changes an installation.
    #[track_caller]
    pub(crate) fn edit_installation(&self, id: u64, change: impl FnOnce(&mut Installation)) {
        change(self.desk().installations.get_mut(&id).unwrap());
    }

    /// The owner of the account suspends it.
    #[track_caller]
    pub(crate) fn suspend(&self, id: u64) {
        self.desk().suspend(id, true);
    }

    /// And thinks better of it.
    #[track_caller]
    pub(crate) fn unsuspend(&self, id: u64) {
        self.desk().suspend(id, false);
    }

    /// The owner of the account takes the app away.
    pub(crate) fn uninstall(&self, id: u64) {
        self.desk().installations.remove(&id);
    }

    /// Changes how it behaves from now on.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.desk().settings);
    }

    /// The server's clock goes so many seconds before everybody else's; behind it below zero.
    pub(crate) fn clock(&self, seconds: i64) {
        self.desk().skew = seconds;
    }

    /// The server's clock as a `Date` header, if it does not show what everybody else's does.
    pub(super) fn date(&self) -> Option<String> {
        let desk = self.desk();
        (desk.skew != 0).then(|| desk.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }

    /// Every token that was handed out is dead from now on.
    pub(crate) fn expire_everything(&self) {
        self.desk().expire_everything();
    }

    /// Every token that was handed out, and every one to come, is dead after so many more requests.
    pub(crate) fn expire_after(&self, requests: usize) {
        self.desk().expire_after(requests);
    }

    /// What was handed out for an installation, oldest first.
    pub(crate) fn tokens_of(&self, id: u64) -> Vec<Handed> {
        self.desk().tokens_of(id)
    }

    /// Whether this token is good.
    pub(crate) fn is_live(&self, token: &str) -> bool {
        self.desk().is_live(token)
    }

    /// How often a token was asked for, whatever came of it.
    pub(crate) fn posts(&self) -> usize {
        self.desk().posts.values().sum()
    }

    /// How often a token of this installation was asked for.
    pub(crate) fn posts_of(&self, id: u64) -> usize {
        self.desk().posts.get(&id).copied().unwrap_or(0)
    }

    /// How many tokens were given back.
    pub(crate) fn revoked(&self) -> usize {
        self.desk().revoked()
    }

    /// Gives a token back.
    pub(super) fn revoke(&self, token: &str) {
        self.desk().revoke(token);
    }

    /// What the API side knows of a token that comes with a request.
    pub(super) fn find(&self, token: &str) -> Found {
        self.desk().find(token)
    }
}

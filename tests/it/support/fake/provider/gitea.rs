//! Gitea and Forgejo as the contract sees them.

use super::{Case, Fake, Tells};
use crate::support::fake::gitea::{Account, Gitea, not_welcome, unknown};
use crate::support::fake::{Answer, Server};
use crate::support::{Sandbox, tokens};

impl Fake for Gitea {
    fn id(&self) -> &'static str {
        "gitea"
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn arguments(&self) -> Vec<String> {
        vec!["--host".to_owned(), self.host()]
    }

    fn token(&self, sandbox: &Sandbox, account: &str) -> String {
        self.personal(sandbox, account)
    }

    fn tells(&self) -> Tells {
        // Where the refusal for want of another scope names them, or the token speaks of itself (Gitea B3 and B4). Nothing else tells, and
        // no answer has a name.
        let scopes = self.tells_scopes().then_some(2);
        Tells { scopes, expires: false, rate_limit: false, protected: true, request_id: false }
    }

    fn stranger(&self) -> String {
        tokens::gitea("a token that nobody knows")
    }

    fn repositories(&self, account: &str, count: usize) {
        Self::repositories(self, account, count);
    }

    fn repository(&self, account: &str, path: &str, branches: &[&str]) {
        Self::repository(self, account, path, branches);
    }

    fn without_totals(&self) {
        Self::without_totals(self);
    }

    fn moving(&self) {
        Self::moving(self);
    }

    fn link_to(&self, origin: &str) {
        Self::link_to(self, origin);
    }

    fn listing(&self) -> &'static str {
        "/repos/search"
    }

    fn check(&self) -> &'static str {
        "/user"
    }

    fn refusals(&self) -> Vec<Case> {
        // Whose words these are stands where they are given.
        let account = |what, account| Case::new(what, "blocked", not_welcome(account, &self.host()).unwrap());
        vec![
            Case::new("401 of an unknown token", "revoked", unknown(true, &self.host())),
            Case::new("401 of an unknown token, as older ones say it", "revoked", unknown(false, &self.host())),
            account("403 of an account that is not activated", Account::NotActivated),
            account("403 of an account that may not sign in", Account::ProhibitedFromSigningIn),
            account("403 of an account whose password must be changed", Account::MustChangePassword),
        ]
    }

    fn limits(&self) -> Vec<Case> {
        // Written by hand: any proxy's. It has no limits of its own (Gitea B7).
        vec![
            Case::new("429 of a proxy", "rate_limited", Answer::html(429, "Too many requests").header("retry-after", "120")),
            Case::new("429 of a proxy without a time", "rate_limited", Answer::html(429, "Too many requests")),
        ]
    }

    fn move_repository(&self, account: &str, old: &str, new: &str, branches: &[&str]) {
        self.edit(account, new, branches, |repository| repository.former = Some(old.to_owned()));
    }
}

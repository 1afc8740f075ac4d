//! Bitbucket Cloud as the contract sees it, with an API token.

use super::{Case, Fake, Tells};
use crate::support::fake::bitbucket::refusals;
use crate::support::fake::{Answer, Bitbucket, Server, email_of};
use crate::support::{Sandbox, tokens};

impl Fake for Bitbucket {
    fn id(&self) -> &'static str {
        "bitbucket"
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn arguments(&self) -> Vec<String> {
        // No answer says when a token ends: whoever made it does.
        ["--host", &self.host(), "--email", &email_of("ada"), "--expires-at", "2099-02-14"].map(ToOwned::to_owned).to_vec()
    }

    fn token(&self, sandbox: &Sandbox, account: &str) -> String {
        self.api_token(sandbox, account)
    }

    fn stranger(&self) -> String {
        tokens::bitbucket_api("a stranger")
    }

    fn tells(&self) -> Tells {
        // The rules about branches are an administrator's to read, which this token is not.
        Tells { scopes: Some(3), expires: true, rate_limit: false, protected: false, request_id: true }
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
        "/repositories/ada"
    }

    fn check(&self) -> &'static str {
        "/user"
    }

    fn refusals(&self) -> Vec<Case> {
        // A 403 of a missing scope is none of them: whoever hears it has a good token (Bitbucket A2).
        vec![
            Case::new("401 of an unknown token", "revoked", refusals::unauthorized()),
            Case::new("401 without words", "revoked", refusals::unauthorized_without_words()),
            Case::new("401 of a login that has expired", "expired", refusals::login_expired()),
            Case::new("403 of the wrong kind of credential", "blocked", refusals::wrong_mechanism()),
            Case::new("403 without a reason", "blocked", refusals::forbidden()),
        ]
    }

    fn limits(&self) -> Vec<Case> {
        let limited = |what, answer| Case::new(what, "rate_limited", answer);
        vec![
            limited("429 without a time", refusals::limited()),
            // Written by hand after Bitbucket A6: what access tokens hear of their limit.
            limited(
                "429 of an access token",
                refusals::limited()
                    .header("x-ratelimit-limit", "1000")
                    .header("x-ratelimit-resource", "api")
                    .header("x-ratelimit-nearlimit", "true"),
            ),
            // Written by hand: any proxy's.
            limited("429 of a proxy", Answer::html(429, "Too many requests").header("retry-after", "120")),
        ]
    }

    fn move_repository(&self, account: &str, old: &str, new: &str, branches: &[&str]) {
        Self::move_repository(self, account, old, new, branches);
    }
}

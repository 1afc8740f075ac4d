//! GitHub as the contract sees it.

use super::{Case, Fake, Tells};
use crate::support::fake::{Answer, GitHub, Server, github};
use crate::support::{Sandbox, tokens};

impl Fake for GitHub {
    fn id(&self) -> &'static str {
        "github"
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn arguments(&self) -> Vec<String> {
        self.host_arguments()
    }

    fn token(&self, sandbox: &Sandbox, account: &str) -> String {
        self.classic(sandbox, account)
    }

    fn stranger(&self) -> String {
        tokens::classic("a stranger")
    }

    fn tells(&self) -> Tells {
        Tells::everything(2)
    }

    fn repositories(&self, account: &str, count: usize) {
        Self::repositories(self, account, count);
    }

    fn repository(&self, account: &str, path: &str, branches: &[&str]) {
        Self::repository(self, account, path, branches);
    }

    fn without_totals(&self) {
        self.without_last();
    }

    fn moving(&self) {
        Self::moving(self);
    }

    fn link_to(&self, origin: &str) {
        Self::link_to(self, origin);
    }

    fn listing(&self) -> &'static str {
        "/user/repos"
    }

    fn check(&self) -> &'static str {
        "/user"
    }

    fn refusals(&self) -> Vec<Case> {
        let docs = "https://docs.github.com/rest/users/users#get-the-authenticated-user";
        let refused = |what, verdict, text: &str| {
            Case::new(what, verdict, github::message(403, text, docs).header("x-ratelimit-remaining", "4990"))
        };
        // The messages are quoted, GitHub §10 (documentation, issues and clients' sources) but for the first (§2.6, recorded), with `acme` and
        // an id of ours put in. Written by hand are all pages (`documentation_url`) and `x-ratelimit-remaining`.
        vec![
            Case::new("401 of an unknown token", "revoked", github::bad_credentials()),
            Case::new(
                "403 of single sign-on",
                "sso_required",
                github::message(
                    403,
                    "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to \
                     this organization.",
                    docs,
                )
                // Quoted: GitHub §2.2 (documentation), with a request of ours.
                .header("x-github-sso", "required; url=https://github.com/orgs/acme/sso?authorization_request=AZSCKL12"),
            ),
            refused(
                "403 of an IP allow list",
                "blocked",
                "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list \
                 enabled, and your IP address is not permitted to access this resource.",
            ),
            // Written by hand after GitHub §10, which leaves the middle of the sentence out.
            refused(
                "403 of an organisation that restricts OAuth apps",
                "blocked",
                "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App \
                 access restrictions, meaning that data access to third-parties is limited. For more information on these \
                 restrictions, including how to enable this app, visit \
                 https://docs.github.com/articles/restricting-access-to-your-organization-s-data/",
            ),
            refused(
                "403 of an organisation that forbids classic tokens",
                "blocked",
                "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal \
                 access token with fine-grained permissions.",
            ),
            refused(
                "403 of an organisation that wants shorter lives",
                "blocked",
                "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is \
                 greater than 366 days. Please adjust your token's lifetime at the following URL: \
                 https://github.com/settings/personal-access-tokens/1234",
            ),
            refused("403 of a suspended account", "blocked", "Sorry. Your account was suspended."),
            refused("403 of a missing permission", "insufficient_scope", "Resource not accessible by personal access token"),
        ]
    }

    fn limits(&self) -> Vec<Case> {
        let limited = |what, answer| Case::new(what, "rate_limited", answer);
        let docs = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits";
        // The message is quoted: GitHub §9. The page and the values of the headers are written by hand.
        let primary = |status| {
            github::message(status, "API rate limit exceeded for user ID 123.", docs)
                .header("x-ratelimit-remaining", "0")
                .header("x-ratelimit-reset", "4102444800")
        };
        // Quoted: GitHub §9, message and the end of the page's address; the request's id is ours.
        let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out \
                         to GitHub Support for help, please include the request ID C3F1:2A7B.";
        vec![
            limited("403 of the hourly limit", primary(403)),
            limited("429 of the hourly limit", primary(429)),
            limited("403 of too much at once", github::message(403, secondary, docs).header("retry-after", "120")),
            limited("429 of too much at once, without a time", github::message(429, secondary, docs)),
            // Quoted: GitHub §9 (recorded 2018), with its `Retry-After`; the page is written by hand.
            limited(
                "403 of the older abuse detection",
                github::message(
                    403,
                    "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.",
                    "https://developer.github.com/v3/#abuse-rate-limits",
                )
                .header("retry-after", "60"),
            ),
            // Written by hand: any proxy's.
            limited("429 of a proxy", Answer::html(429, "Too many requests").header("retry-after", "120")),
        ]
    }

    fn move_repository(&self, account: &str, old: &str, new: &str, branches: &[&str]) {
        self.edit(account, new, branches, |repository| repository.former = Some(old.to_owned()));
    }
}

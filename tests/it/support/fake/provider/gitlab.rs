//! GitLab as the contract sees it.

use super::{Case, Fake, Tells};
use crate::support::fake::{Answer, GitLab, GitLabGrant, Server, gitlab};
use crate::support::{Sandbox, tokens};

impl Fake for GitLab {
    fn id(&self) -> &'static str {
        "gitlab"
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn arguments(&self) -> Vec<String> {
        vec!["--host".to_owned(), self.host()]
    }

    fn token(&self, sandbox: &Sandbox, account: &str) -> String {
        let token = sandbox.secret(&tokens::gitlab(account));
        self.accept(&token, GitLabGrant::personal(account));
        token
    }

    fn stranger(&self) -> String {
        tokens::gitlab("a stranger")
    }

    fn tells(&self) -> Tells {
        Tells::everything(2)
    }

    fn repositories(&self, account: &str, count: usize) {
        self.projects(account, count);
    }

    fn repository(&self, account: &str, path: &str, branches: &[&str]) {
        self.project(account, path, branches);
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
        "/projects"
    }

    fn check(&self) -> &'static str {
        "/personal_access_tokens/self"
    }

    fn refusals(&self) -> Vec<Case> {
        // Quoted: GitLab §2.3 (its source and documentation), with a name and an address of ours put in; of the fine-grained refusal the field
        // `scope` is left out, which is not known.
        let account = |what, reason: &str| Case::new(what, "blocked", gitlab::message(403, &format!("403 Forbidden - {reason}")));
        vec![
            Case::new("401 of an unknown token", "revoked", gitlab::message(401, "401 Unauthorized")),
            Case::new("401 of an expired token", "expired", gitlab::expired()),
            Case::new("401 of a revoked token", "revoked", gitlab::revoked()),
            Case::new("403 of a missing scope", "insufficient_scope", gitlab::insufficient_scope("api read_api read_user")),
            Case::new(
                "403 of a missing fine-grained permission",
                "insufficient_scope",
                Answer::json(
                    403,
                    &serde_json::json!({
                        "error": "insufficient_granular_scope",
                        "error_description": "Access denied: This operation requires a fine-grained personal access token with the \
                                              following user permissions: [User: Read].",
                    }),
                ),
            ),
            account("403 of a blocked account", "Your account has been blocked."),
            account(
                "403 of terms that were not accepted",
                "You (@ada) must accept the Terms of Service in order to perform this action. To accept these terms, please access \
                 GitLab from a web browser at https://gitlab.example.",
            ),
            account(
                "403 of an account that waits for approval",
                "Your account is pending approval from your administrator and hence blocked.",
            ),
            account(
                "403 of an old password",
                "Your password expired. Please access GitLab from a web browser to update your password.",
            ),
        ]
    }

    fn limits(&self) -> Vec<Case> {
        let limited = |what, answer| Case::new(what, "rate_limited", answer);
        // Quoted: GitLab §8.
        let application =
            serde_json::json!({"message": {"error": "This endpoint has been requested too many times. Try again later."}});
        vec![
            // Quoted: GitLab §8, body and names of the headers; their values are written by hand.
            limited(
                "429 of the request filter",
                Answer::text(429, "Retry later\n")
                    .header("retry-after", "120")
                    .header("ratelimit-remaining", "0")
                    .header("ratelimit-reset", "4102444800")
                    .header("ratelimit-resettime", "Fri, 01 Jan 2100 00:00:00 GMT"),
            ),
            limited("429 of the application", Answer::json(429, &application)),
            limited("429 of the application with a time", Answer::json(429, &application).header("retry-after", "60")),
            // Written by hand: any proxy's.
            limited("429 of a proxy", Answer::html(429, "Too many requests").header("retry-after", "120")),
        ]
    }

    fn move_repository(&self, account: &str, old: &str, new: &str, branches: &[&str]) {
        self.project(account, new, branches);
        let encoded = |path: &str| path.replace('/', "%2F");
        // A moved project answers GETs with its address by id (GitLab §5, 16.7 and later); what it says below is written by hand.
        let id = self.id_of(account, new);
        for below in ["", "/repository/branches"] {
            let target = format!("{}/projects/{id}{below}?per_page=100", self.server.api());
            self.server.always(&format!("/projects/{}{below}", encoded(old)), Answer::redirect(301, &target));
        }
    }
}

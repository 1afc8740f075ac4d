//! What every fake provider can do, so that one suite asks the same of all of them.

mod gitea;

use super::{Answer, GitHub, GitLab, GitLabGrant, Server, github, gitlab};
use crate::support::{Sandbox, tokens};

/// An answer to every call, and what a check of a connection that was active makes of it.
pub(crate) struct Case {
    /// In words, for messages.
    pub(crate) what: &'static str,
    pub(crate) answer: Answer,
    pub(crate) verdict: &'static str,
}

impl Case {
    fn new(what: &'static str, verdict: &'static str, answer: Answer) -> Self {
        Self { what, answer, verdict }
    }
}

/// What a check of a good token can know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tells {
    /// How many scopes it has.
    pub(crate) scopes: Option<usize>,
    /// When it ends.
    pub(crate) expires: bool,
    pub(crate) rate_limit: bool,
    /// Whether a branch is protected.
    pub(crate) protected: bool,
    /// By which name to ask after a request that was refused.
    pub(crate) request_id: bool,
}

/// A provider as the contract sees it.
pub(crate) trait Fake {
    /// Its word on the command line.
    fn id(&self) -> &'static str;

    /// Its HTTP side.
    fn server(&self) -> &Server;

    /// The options of `connect` that lead to it.
    fn arguments(&self) -> Vec<String>;

    /// A good token for this account, watched for by the sandbox.
    fn token(&self, sandbox: &Sandbox, account: &str) -> String;

    /// What a check of that token can know.
    fn tells(&self) -> Tells;

    /// A well-formed token that nobody knows.
    fn stranger(&self) -> String;

    /// Makes so many repositories, two branches each; `ACCOUNT/repo-001` is the newest.
    fn repositories(&self, account: &str, count: usize);

    /// Makes one repository; its first branch is the default, and protected.
    fn repository(&self, account: &str, path: &str, branches: &[&str]);

    /// Listings no longer say how many rows or pages there are.
    fn without_totals(&self);

    /// A row is put in front of every listing once its first page was read.
    fn moving(&self);

    /// Every `Link` leads to this origin from now on.
    fn link_to(&self, origin: &str);

    /// The path of the listing of repositories.
    fn listing(&self) -> &'static str;

    /// The path of the call that a check makes first.
    fn check(&self) -> &'static str;

    /// Everything by which it refuses a credential.
    fn refusals(&self) -> Vec<Case>;

    /// Every shape in which it asks to slow down for longer than a test waits.
    fn limits(&self) -> Vec<Case>;

    /// Where the page of a repository is when it has moved from `old`: answers GETs of it with a redirect on its own host.
    fn move_repository(&self, account: &str, old: &str, new: &str, branches: &[&str]);
}

/// One of each, GitHub in both its shapes.
const EVERY: &[fn() -> Box<dyn Fake>] =
    &[|| Box::new(GitHub::start()), || Box::new(GitHub::dotcom()), || Box::new(GitLab::under("/gitlab"))];

/// The words of all providers that have a fake.
pub(crate) fn ids() -> Vec<&'static str> {
    let mut ids: Vec<&str> = EVERY.iter().map(|start| start().id()).collect();
    ids.dedup();
    ids
}

/// Runs a test against a fresh fake of every provider, side by side.
pub(crate) fn each_provider(test: impl Fn(&dyn Fake) + Sync) {
    let test = &test;
    side_by_side(EVERY.iter().map(|start| move || test(start().as_ref())));
}

/// Runs a test on the cases of every provider, several at once, each of these with a fake of its own: most of their time goes into
/// waiting before the program tries again. `cases` is handed a host that no credential may reach; it is looked at in the end.
pub(crate) fn each_case(cases: impl Fn(&dyn Fake, &Server) -> Vec<Case> + Sync, test: impl Fn(&dyn Fake, &[Case]) + Sync) {
    const AT_ONCE: usize = 5;
    let (cases, test) = (&cases, &test);
    let run = |start: fn() -> Box<dyn Fake>, share: usize| {
        let (fake, elsewhere) = (start(), super::hostile());
        let all = cases(fake.as_ref(), &elsewhere);
        let own: Vec<Case> = all.into_iter().skip(share).step_by(AT_ONCE).collect();
        test(fake.as_ref(), &own);
        assert!(elsewhere.seen().is_empty(), "a credential went elsewhere: {:?}", elsewhere.seen());
    };
    let run = &run;
    side_by_side(EVERY.iter().flat_map(|start| (0..AT_ONCE).map(move |share| move || run(*start, share))));
}

/// Runs all of them at once, and fails as the first of them that fails.
fn side_by_side(all: impl Iterator<Item = impl FnOnce() + Send>) {
    std::thread::scope(|scope| {
        let running: Vec<_> = all.map(|one| scope.spawn(one)).collect();
        for one in running {
            if let Err(panic) = one.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

/// Answers that say nothing of any credential, whoever sends them: what a check makes of each is `unreachable`.
///
/// All of them are written by hand. After GitHub §0.2 and §10 are 5xx with a page (503 was recorded, its text is not known) and 502 `Server
/// Error`; after GitLab §9 what a proxy in front of it says (HTML 403, 503, 52x) and, with GitHub §0.2 and GitLab §9, that a redirect may lead
/// to another host. The rest is what any server, proxy or network may do.
pub(crate) fn unwell(elsewhere: &Server) -> Vec<Case> {
    let case = |what, answer| Case::new(what, "unreachable", answer);
    let target = format!("{}/api/v4/user", elsewhere.origin());
    vec![
        case("500 with a page", Answer::html(500, "Whoops, something went wrong on our end")),
        // The real one is a page with a unicorn: "Unicorn! · GitHub".
        case("503 with a page", Answer::html(503, "Unicorn! &middot; GitHub")),
        case("502 with JSON", Answer::json(502, &serde_json::json!({"message": "Server Error"}))),
        case("504 without a body", Answer::empty(504)),
        case("520 of a proxy", Answer::html(520, "Web server is returning an unknown error")),
        case("a proxy's sign-in page", Answer::html(200, "Sign in to the network")),
        case("200 with half of JSON", Answer::text_as_json(200, "{\"login\": \"octoc")),
        case("200 with JSON of another shape", Answer::text_as_json(200, "[1, 2, {\"a\": null}]")),
        case("200 with nothing", Answer::text_as_json(200, "")),
        case("a body of 17 MiB in some KiB", Answer::huge(17)),
        case("a connection that breaks", Answer::broken()),
        case("404 of something that is no API", Answer::html(404, "nginx")),
        case("301 to another host", Answer::redirect(301, &target)),
        case("302 to another host", Answer::redirect(302, &target)),
        case("307 to another host", Answer::redirect(307, &target)),
        case("308 to another host", Answer::redirect(308, &target)),
        case("a redirect to nowhere", Answer::empty(302)),
    ]
}

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

    fn tells(&self) -> Tells {
        Tells { scopes: Some(2), expires: true, rate_limit: true, protected: true, request_id: true }
    }

    fn stranger(&self) -> String {
        tokens::classic("x")
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

    fn tells(&self) -> Tells {
        Tells { scopes: Some(2), expires: true, rate_limit: true, protected: true, request_id: true }
    }

    fn stranger(&self) -> String {
        tokens::gitlab("x")
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

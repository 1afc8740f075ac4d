//! What every fake provider can do, so that one suite asks the same of all of them.

mod bitbucket;
mod gitea;
mod github;
mod gitlab;

use super::{Answer, Bitbucket, GitHub, GitLab, Gitea, Server};
use crate::support::Sandbox;

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

/// What can be known of the good token that a fake hands out, and of what it reaches. GitHub and GitLab tell everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tells {
    /// How many scopes the token has, where the answers say so.
    pub(crate) scopes: Option<usize>,
    /// When the token ends, told by the provider or by `arguments`: some day from 10 to 19 February 2099.
    pub(crate) expires: bool,
    /// How many requests are left.
    pub(crate) rate_limit: bool,
    /// Whether a branch is protected.
    pub(crate) protected: bool,
    /// Answers carry an id of the request.
    pub(crate) request_id: bool,
}

impl Tells {
    fn everything(scopes: usize) -> Self {
        Self { scopes: Some(scopes), expires: true, rate_limit: true, protected: true, request_id: true }
    }
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

    /// A token of the right shape that it never heard of.
    fn stranger(&self) -> String;

    /// What can be known of a good token.
    fn tells(&self) -> Tells;

    /// Makes so many repositories, two branches each; `ACCOUNT/repo-001` is the newest.
    fn repositories(&self, account: &str, count: usize);

    /// Makes one repository; its first branch is the default, and protected.
    fn repository(&self, account: &str, path: &str, branches: &[&str]);

    /// Listings no longer say how many rows or pages there are.
    fn without_totals(&self);

    /// A row is put in front of every listing once its first page was read.
    fn moving(&self);

    /// Every address of a next page leads to this origin from now on.
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

/// One of each; GitHub in both its shapes, Gitea in three of its versions.
const EVERY: &[fn() -> Box<dyn Fake>] = &[
    || Box::new(GitHub::start()),
    || Box::new(GitHub::dotcom()),
    || Box::new(GitLab::under("/gitlab")),
    || Box::new(Bitbucket::start()),
    || Box::new(Gitea::under("/git")),
    || Box::new(Gitea::newer()),
    || Box::new(Gitea::forgejo()),
];

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

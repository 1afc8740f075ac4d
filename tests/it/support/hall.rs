//! Where somebody logs in: a sandbox, a GitHub and a GitLab with an app each, which the store knows as the host's client.

use serde_json::Value;

use super::browser::{self, Page};
use super::fake::{App, GitHub, GitLab};
use super::running::Running;
use super::sandbox::Run;
use super::{Ran, Sandbox};

/// The address where a login begins stands alone in its line, on stderr.
const AUTHORIZE: &str = "/authorize?";

/// A store that holds the clients of two hosts, and no connection.
pub(crate) struct Hall {
    pub(crate) sandbox: Sandbox,
    pub(crate) github: GitHub,
    pub(crate) gitlab: GitLab,
    /// An OAuth app at GitHub, whose secret is known.
    pub(crate) github_app: App,
    /// A public application at GitLab.
    pub(crate) gitlab_app: App,
}

impl Hall {
    pub(crate) fn new() -> Self {
        let (sandbox, github, gitlab) = (Sandbox::new(), GitHub::start(), GitLab::start());
        let github_app = github.oauth.register(&sandbox, "Ov23li0123456789abcd");
        let gitlab_app = gitlab.oauth.register(&sandbox, "gitconn-at-this-gitlab");
        let hall = Self { sandbox, github, gitlab, github_app, gitlab_app };
        hall.set_client("github", &hall.github_app, true).ok();
        hall.set_client("gitlab", &hall.gitlab_app, false).ok();
        hall
    }

    /// `oauth set HOST`, with the app's secret or without.
    #[must_use]
    pub(crate) fn set_client(&self, provider: &str, app: &App, with_secret: bool) -> Ran {
        let run = self.sandbox.gitconn(["oauth", "set", &self.host(provider), "--provider", provider, "--client-id", &app.id]);
        if !with_secret {
            // The same client said again would keep its secret.
            let _ = self.run(&["oauth", "remove", &self.host(provider), "--provider", provider]);
        }
        if with_secret { run.arg("--client-secret-stdin").stdin(&app.secret).run() } else { run.run() }
    }

    pub(crate) fn host(&self, provider: &str) -> String {
        if provider == "github" { self.github.origin() } else { self.gitlab.host() }
    }

    /// `connect PROVIDER NAME --host …`, to be completed.
    pub(crate) fn connect(&self, provider: &str, name: &str) -> Run<'_> {
        self.sandbox.gitconn(["connect", provider, name, "--host", &self.host(provider)])
    }

    /// The same with a pair of tokens that somebody has already.
    #[must_use]
    pub(crate) fn connect_pair(&self, provider: &str, name: &str) -> Ran {
        self.connect(provider, name).args(["--oauth", "--tokens-stdin"]).stdin(self.pair(provider).to_string()).run()
    }

    /// A connection whose access token has ended by everything that is known of it, although its server still takes it.
    pub(crate) fn connect_ended(&self, provider: &str, name: &str) {
        self.say_left(provider, Some(0));
        self.connect_pair(provider, name).ok();
        self.say_left(provider, None);
    }

    /// Puts another pair that has ended into the place of a connection's.
    pub(crate) fn end_again(&self, provider: &str, name: &str) {
        self.say_left(provider, Some(0));
        self.replace_pair(provider, name);
        self.say_left(provider, None);
    }

    /// Puts another pair into the place of a connection's.
    pub(crate) fn replace_pair(&self, provider: &str, name: &str) {
        let pair = self.pair(provider).to_string();
        self.sandbox.gitconn(["connect", "--reauth", name, "--oauth", "--tokens-stdin"]).stdin(pair).run().ok();
    }

    /// What the API says of the rest of every access token's life.
    fn say_left(&self, provider: &str, seconds: Option<i64>) {
        let oauth = if provider == "github" { &self.github.oauth } else { &self.gitlab.oauth };
        oauth.set(|settings| settings.told_left = seconds);
    }

    /// A pair of some years ago that renews itself, whatever the server hands out else.
    fn pair(&self, provider: &str) -> Value {
        let mut pair = match provider {
            "github" => self.github.oauth.pair(&self.github_app, "ada"),
            _ => self.gitlab.oauth.pair(&self.gitlab_app, "ops"),
        };
        pair["created_at"] = 1_607_635_748.into();
        pair
    }

    /// Runs the program.
    #[must_use]
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.sandbox.gitconn(arguments).run()
    }

    /// Runs the program for JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.sandbox.gitconn(arguments).arg("--json").run().ok().json()
    }

    /// `token NAME`, which may show what nobody knew before.
    #[track_caller]
    pub(crate) fn token(&self, name: &str) -> String {
        self.sandbox.gitconn(["token", name]).prints_a_secret().run().ok().stdout.trim_end().to_owned()
    }

    /// The kinds of events of a connection, newest first.
    #[track_caller]
    pub(crate) fn trail(&self, name: &str) -> Vec<String> {
        super::house::texts(&self.json(&["audit", "list", "--connection", name])["events"], "kind")
    }
}

/// The address that a run shows to be opened in a browser.
#[track_caller]
pub(crate) fn address(running: &mut Running<'_>) -> String {
    running.stderr_line(AUTHORIZE).trim().to_owned()
}

/// Logs in with a browser to the end: says yes and goes wherever that leads.
#[track_caller]
pub(crate) fn log_in(run: &Run<'_>) -> (Ran, Vec<Page>) {
    let mut running = run.start();
    let address = address(&mut running);
    let pages = browser::visit(&address);
    (running.wait(), pages)
}

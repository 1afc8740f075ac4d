//! Logging in at Bitbucket: an app of one's own with one callback address, whose secret goes into a header; tokens that are long, and spent by each
//! renewal.

use serde_json::Value;

use crate::support::fake::{App, Bitbucket};
use crate::support::hall::log_in;
use crate::support::sandbox::Run;
use crate::support::{Ran, Sandbox};

/// The port that the program uses by itself.
const OWN_PORT: u16 = 28_117;

struct Place {
    sandbox: Sandbox,
    bitbucket: Bitbucket,
    app: App,
    port: u16,
}

impl Place {
    /// A host whose client the store knows, with its callback on this port.
    fn new(port: u16) -> Self {
        let (sandbox, bitbucket) = (Sandbox::new(), Bitbucket::start());
        let app = bitbucket.oauth.register(&sandbox, "bbKey0123456789");
        bitbucket.oauth.edit(&app.id, |app| app.redirect = format!("http://127.0.0.1:{port}/callback"));
        let place = Self { sandbox, bitbucket, app, port };
        place.set(&["--client-secret-stdin"]).ok();
        place
    }

    fn set(&self, more: &[&str]) -> Ran {
        let arguments = ["oauth", "set", &self.bitbucket.host(), "--provider", "bitbucket", "--client-id", &self.app.id];
        self.sandbox.gitconn(arguments).args(more).stdin(&self.app.secret).run()
    }

    fn connect(&self, more: &[&str]) -> Run<'_> {
        self.sandbox.gitconn(["connect", "bitbucket", "work", "--host", &self.bitbucket.host()]).args(more)
    }

    /// A connection by a login in the browser.
    fn logged_in(port: u16) -> Self {
        let place = Self::new(port);
        let (ran, _) = log_in(&place.connect(&["--oauth", "--no-browser", "--port", &place.port.to_string()]));
        ran.ok();
        place
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.sandbox.gitconn(arguments).arg("--json").run().ok().json()
    }

    fn token(&self) -> String {
        self.sandbox.gitconn(["token", "work"]).prints_a_secret().run().ok().stdout.trim_end().to_owned()
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn the_browser_comes_back_to_the_one_port_that_is_registered() {
    let place = Place::new(OWN_PORT);
    let (ran, _) = log_in(&place.connect(&["--oauth", "--no-browser"]));
    ran.ok().says("renews itself");
    let shown = place.json(&["show", "work"]);
    assert_eq!((&shown["auth_method"], &shown["username"]), (&"oauth".into(), &"ada".into()));
    assert_eq!(shown["auto_renews"], true);
    // Nothing was asked for: what the app was registered with is granted.
    assert!(place.bitbucket.oauth.asked_for().is_empty());
}

#[test]
fn long_tokens_are_kept_and_spent_by_each_renewal() {
    let place = Place::logged_in(free_port());
    let first = place.token();
    assert!(first.len() > 2_500, "{}", first.len());
    place.bitbucket.repositories("ada", 2);
    assert_eq!(place.json(&["repos", "work"])["repositories"].as_array().unwrap().len(), 2);
    for round in 1..=3 {
        place.sandbox.gitconn(["refresh", "work"]).run().ok();
        assert_eq!(place.json(&["repos", "work"])["repositories"].as_array().unwrap().len(), 2);
        assert_eq!(place.bitbucket.oauth.posts("refresh_token"), round);
    }
    assert_ne!(place.token(), first);
    assert_eq!(place.bitbucket.oauth.reused(), 0);
    // A dead login ends in words that say what to do.
    place.bitbucket.oauth.revoke_everything();
    place.sandbox.gitconn(["refresh", "work"]).run().code(4).says("gitconn connect --reauth work");
}

#[test]
fn scopes_are_read_from_either_field() {
    for old in [false, true] {
        let place = Place::new(free_port());
        place.bitbucket.oauth.set(|settings| settings.old_field = old);
        let arguments = ["--oauth", "--no-browser", "--port", &place.port.to_string(), "--scopes", "account repository"];
        let (ran, _) = log_in(&place.connect(&arguments));
        ran.ok();
        assert_eq!(place.json(&["show", "work"])["scopes"], serde_json::json!(["account", "repository"]), "old field: {old}");
    }
}

#[test]
fn there_is_no_login_by_code_and_none_without_the_secret() {
    let place = Place::new(free_port());
    place.connect(&["--device"]).run().code(2).says("no login by code: it takes a browser");
    place.sandbox.gitconn(["oauth", "remove", &place.bitbucket.host(), "--provider", "bitbucket"]).run().ok();
    let ran = place.connect(&["--oauth"]).run().code(2);
    ran.says("redirect address `http://127.0.0.1:28117/callback`").says("--client-secret-stdin").says("Repositories: Read");
    place.set(&[]).ok();
    let ran = place.connect(&["--oauth"]).run().code(2);
    let ran = ran.says("needs the client's secret");
    assert!(!ran.stderr.contains("--device"), "{ran}");
    assert_eq!(place.bitbucket.oauth.posts("authorization_code"), 0);
}

#[test]
fn logging_in_again_by_code_is_refused_before_anybody_is_asked() {
    let place = Place::logged_in(free_port());
    let (seen, again) = (place.bitbucket.seen().len(), ["connect", "--reauth", "work", "--device"]);
    place.sandbox.gitconn(again).run().code(2).says("bitbucket has no login by code: it takes a browser");
    // A missing secret is not what stands in the way.
    place.set(&[]).ok();
    place.sandbox.gitconn(again).run().code(2).says("bitbucket has no login by code: it takes a browser");
    assert_eq!(place.bitbucket.seen().len(), seen);
}

#[test]
fn a_wrong_secret_is_told_and_a_wrong_port_too() {
    let place = Place::new(free_port());
    let wrong = place.sandbox.secret("n0tTheSecretOfThisApp0123456789abcdef0");
    let arguments = ["oauth", "set", &place.bitbucket.host(), "--provider", "bitbucket", "--client-id", &place.app.id];
    place.sandbox.gitconn(arguments).arg("--client-secret-stdin").stdin(&wrong).run().ok();
    let (ran, _) = log_in(&place.connect(&["--oauth", "--no-browser", "--port", &place.port.to_string()]));
    ran.code(2).says("does not take the client: its id or its secret is wrong");
}

#[test]
fn a_login_is_revoked_on_a_page() {
    let place = Place::logged_in(free_port());
    place.sandbox.gitconn(["remove", "work", "--revoke", "--yes"]).run().code(1).says("app-authorizations");
}

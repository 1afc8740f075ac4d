//! Logging in at Gitea: a public app with PKCE, a redirect address without a path, refresh tokens that may or may not be spent.

use serde_json::Value;

use crate::support::Sandbox;
use crate::support::fake::{App, Gitea};
use crate::support::hall::log_in;
use crate::support::sandbox::Run;

struct Place {
    sandbox: Sandbox,
    gitea: Gitea,
    app: App,
}

impl Place {
    fn at(gitea: Gitea) -> Self {
        let sandbox = Sandbox::new();
        let app = gitea.oauth.register(&sandbox, "e13f8ebc-0000-4091-9481-5a37a76b51f6");
        let arguments = ["oauth", "set", &gitea.host(), "--provider", "gitea", "--client-id", &app.id];
        sandbox.gitconn(arguments).run().ok();
        Self { sandbox, gitea, app }
    }

    fn connect(&self, more: &[&str]) -> Run<'_> {
        self.sandbox.gitconn(["connect", "gitea", "work", "--host", &self.gitea.host()]).args(more)
    }

    fn logged_in(gitea: Gitea) -> Self {
        let place = Self::at(gitea);
        let (ran, _) = log_in(&place.connect(&["--oauth", "--no-browser"]));
        ran.ok().says("renews itself");
        place
    }

    fn json(&self, arguments: &[&str]) -> Value {
        self.sandbox.gitconn(arguments).arg("--json").run().ok().json()
    }
}

#[test]
fn a_login_ends_at_an_address_without_a_path() {
    for gitea in [Gitea::start(), Gitea::under("/git"), Gitea::newer(), Gitea::forgejo()] {
        let place = Place::logged_in(gitea);
        let shown = place.json(&["show", "work"]);
        assert_eq!(
            (&shown["auth_method"], &shown["username"], &shown["auto_renews"]),
            (&"oauth".into(), &"ada".into(), &true.into())
        );
        // No more than reading and pushing was asked for.
        assert_eq!(place.gitea.oauth.asked_for(), ["read:user", "write:repository"]);
        place.gitea.repositories("ada", 3);
        assert_eq!(place.json(&["repos", "work"])["repositories"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn the_newest_refresh_token_is_the_one_that_is_kept() {
    for invalidates in [false, true] {
        let place = Place::logged_in(Gitea::start());
        place.gitea.oauth.set(|settings| settings.invalidates_refresh = invalidates);
        for round in 1..=3 {
            place.sandbox.gitconn(["refresh", "work"]).run().ok();
            assert_eq!(place.gitea.oauth.posts("refresh_token"), round);
        }
        assert_eq!(place.gitea.oauth.reused(), 0);
    }
}

#[test]
fn a_dead_login_is_told_in_whichever_words_it_comes() {
    let place = Place::logged_in(Gitea::start());
    place.gitea.oauth.revoke_everything();
    place.sandbox.gitconn(["refresh", "work"]).run().code(4).says("gitconn connect --reauth work");
    assert_eq!(place.json(&["show", "work"])["auto_renews"], false);
}

#[test]
fn another_set_of_scopes_is_refused_by_the_server_in_its_words() {
    let place = Place::logged_in(Gitea::start());
    let arguments = ["--oauth", "--no-browser", "--scopes", "read:user"];
    let run = place.sandbox.gitconn(["connect", "gitea", "two", "--host", &place.gitea.host()]).args(arguments);
    let (ran, _) = log_in(&run);
    assert_ne!(ran.code, 0, "{ran}");
    ran.says("a grant exists with different scope");
}

#[test]
fn there_is_no_login_by_code_and_no_call_that_revokes() {
    let place = Place::logged_in(Gitea::start());
    let arguments = ["connect", "gitea", "two", "--host", &place.gitea.host(), "--device"];
    place.sandbox.gitconn(arguments).run().code(2).says("no login by code: it takes a browser");
    let ran = place.sandbox.gitconn(["connect", "--reauth", "work", "--device"]).run().code(2);
    ran.says("gitea has no login by code: it takes a browser");
    place.sandbox.gitconn(["remove", "work", "--revoke", "--yes"]).run().code(1).says("/user/settings/applications");
    let ran = place.sandbox.gitconn(["oauth", "remove", &place.gitea.host(), "--provider", "gitea"]).run();
    assert!(ran.code == 0, "{ran}");
    // Nor is anybody sent to register an app for one.
    place.sandbox.gitconn(arguments).run().code(2).says("no login by code: it takes a browser");
    let ran = place.sandbox.gitconn(["connect", "gitea", "two", "--host", &place.gitea.host(), "--oauth"]).run().code(2);
    ran.says("redirect address `http://127.0.0.1`").says("Confidential Client");
    assert!(!place.app.id.is_empty());
}

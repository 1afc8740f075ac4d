//! A login that does not come about: each reason told apart, with what mends it.

use serde_json::json;

use crate::support::browser::{self, parameter};
use crate::support::fake::{Answer, GitLab, invalid_grant};
use crate::support::hall::{address, log_in};
use crate::support::{Hall, Sandbox};

#[test]
fn a_wrong_secret_is_told_at_github_too() {
    let hall = Hall::new();
    let mut app = hall.github_app.clone();
    app.secret = hall.sandbox.secret("ffffffffffffffffffff99999999999999999999");
    hall.set_client("github", &app, true).ok();
    let (ran, pages) = log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"]));
    let ran = ran.code(2).says("its id or its secret is wrong").says("incorrect_client_credentials");
    assert!(ran.stderr.contains("gitconn oauth set"), "{ran}");
    assert!(pages.last().unwrap().body.contains("Not connected"));
    hall.run(&["show", "work"]).code(3);
}

#[test]
fn what_the_person_or_the_server_says_instead_of_yes_is_told() {
    let hall = Hall::new();
    hall.github.oauth.set(|settings| settings.denies = true);
    let (ran, pages) = log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"]));
    ran.code(4).says("somebody said no").says("access_denied").says("The user has denied your application access");
    assert!(pages.last().unwrap().body.contains("Not connected"), "{pages:?}");
    hall.github.oauth.set(|settings| (settings.denies, settings.suspended) = (false, true));
    let (ran, _) = log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"]));
    ran.code(4).says("suspended").says("application_suspended");
    hall.gitlab.oauth.set(|settings| settings.denies = true);
    let (ran, _) = log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]));
    ran.code(4).says("access_denied");
    hall.gitlab.oauth.set(|settings| settings.denies = false);
    let (ran, _) = log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser", "--scopes", "sudo_everything"]));
    ran.code(2).says("invalid_scope").says("--scopes SCOPES");
    assert_eq!(hall.json(&["list", "--all"])["connections"], json!([]));
    // Nobody was asked for tokens.
    assert_eq!(hall.github.oauth.posts("authorization_code") + hall.gitlab.oauth.posts("authorization_code"), 0);
}

#[test]
fn a_code_that_was_used_already_is_told_so() {
    let hall = Hall::new();
    let mut running = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]).start();
    let begin = address(&mut running);
    let back = browser::say_yes(&begin);
    // Somebody else was quicker, and had the verifier: here it is the server that says so.
    hall.gitlab.script("/oauth/token", [invalid_grant()]);
    let pages = browser::visit(&back);
    assert!(pages.last().unwrap().body.contains("Not connected"), "{pages:?}");
    running.wait().code(1).says("works once").says("invalid_grant");
    // The redirect that was used belongs to no later login.
    let mut running = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]).start();
    let begin = address(&mut running);
    let port = url::Url::parse(&parameter(&begin, "redirect_uri").unwrap()).unwrap().port().unwrap();
    let mut old = url::Url::parse(&back).unwrap();
    old.set_port(Some(port)).unwrap();
    assert_eq!(browser::get(old.as_str()).status, 400);
    browser::visit(&begin);
    running.wait().ok();
}

#[test]
fn every_other_refusal_of_the_exchange_has_its_words() {
    let hall = Hall::new();
    for (error, code, words) in [
        ("redirect_uri_mismatch", 2, "redirect address"),
        ("bad_verification_code", 1, "works once"),
        ("unverified_user_email", 4, "no verified e-mail address"),
        ("something_new", 1, "token exchange"),
    ] {
        let body = json!({"error": error, "error_description": "In words of its own.", "error_uri": "https://docs.github.com"});
        hall.github.script("/login/oauth/access_token", [Answer::json(200, &body)]);
        let (ran, pages) = log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"]));
        let ran = ran.code(code).says(words).says(error).says("In words of its own");
        assert!(pages.last().unwrap().body.contains("Not connected"), "{pages:?}");
        if error == "redirect_uri_mismatch" {
            assert!(ran.stderr.contains("http://127.0.0.1/callback") && ran.stderr.contains("/settings/developers"), "{ran}");
        }
    }
    for answer in [
        Answer::html(502, "Bad gateway"),
        Answer::html(200, "Sign in to the network"),
        Answer::text_as_json(200, "{\"token_type\": \"bearer\"}"),
        Answer::broken(),
    ] {
        hall.github.script("/login/oauth/access_token", [answer]);
        log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"])).0.code(6);
    }
    hall.run(&["show", "work"]).code(3);
}

#[test]
fn a_token_without_the_account_is_not_stored() {
    let hall = Hall::new();
    hall.gitlab.always("/user", Answer::html(503, "Whoops"));
    hall.gitlab.always("/oauth/token/info", Answer::html(503, "Whoops"));
    let (ran, pages) = log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]));
    ran.code(6);
    assert!(pages.last().unwrap().body.contains("Not connected"), "{pages:?}");
    hall.run(&["show", "lab"]).code(3);
}

#[test]
fn without_a_client_the_error_says_how_to_get_one() {
    let (sandbox, gitlab) = (Sandbox::new(), GitLab::under("/gitlab"));
    let ran = sandbox.gitconn(["connect", "gitlab", "--host", &gitlab.host(), "--oauth"]).run().code(2);
    for text in [
        &format!("{}/-/user_settings/applications", gitlab.host()),
        "http://127.0.0.1/callback",
        "api",
        "read_user",
        &format!("gitconn oauth set {}", gitlab.host()),
        "--provider gitlab",
        "--token-stdin",
    ] {
        assert!(ran.stderr.contains(text), "{text}\n{ran}");
    }
    let ran = sandbox.gitconn(["connect", "github", "--device"]).run().code(2);
    for text in ["https://github.com/settings/applications/new", "gitconn oauth set github.com --client-id ID", "read:org"] {
        assert!(ran.stderr.contains(text), "{text}\n{ran}");
    }
    let error = sandbox.gitconn(["connect", "github", "--oauth", "--json"]).run().code(2).error();
    assert!(error["hint"].as_str().unwrap().contains("oauth set"), "{error}");
    assert!(gitlab.seen().is_empty());
}

#[test]
fn the_browser_login_at_github_says_that_it_wants_the_secret() {
    let hall = Hall::new();
    hall.set_client("github", &hall.github_app, false).ok();
    for option in ["--no-browser", "--port=4711"] {
        let ran = hall.connect("github", "work").arg(option).run().code(2).says("secret").says("--client-secret-stdin");
        let other_way = format!("gitconn connect github work --host {} --device", hall.host("github"));
        assert!(ran.stderr.contains(&other_way), "{other_way}\n{ran}");
    }
    assert!(hall.github.seen().is_empty());
}

#[test]
fn hints_mend_the_connection_that_was_to_log_in_again() {
    let hall = Hall::new();
    log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"])).0.ok();
    let again = |more: &[&str]| hall.sandbox.gitconn(["connect", "--reauth", "lab", "--no-browser"]).args(more);
    let (ran, _) = log_in(&again(&["--scopes", "sudo_everything"]));
    ran.code(2).says("hint: gitconn connect --reauth lab --oauth --scopes SCOPES");
    hall.gitlab.always("/oauth/authorize_device", Answer::html(404, "Not Found"));
    let ran = hall.run(&["connect", "--reauth", "lab", "--device"]).code(1);
    ran.says("hint: gitconn connect --reauth lab --oauth --no-browser").says("hint: gitconn edit lab --token-stdin");
    hall.gitlab.script("/oauth/token", [Answer::html(404, "Not Found")]);
    hall.run(&["refresh", "lab"]).code(1).says("no OAuth at").says("hint: gitconn edit lab --token-stdin");
}

#[test]
fn a_gitlab_without_oauth_is_told() {
    let hall = Hall::new();
    hall.gitlab.oauth.set(|settings| settings.absent = true);
    hall.connect("gitlab", "lab").arg("--device").run().code(1).says("no device login").says("--token-stdin");
    let mut running = hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"]).start();
    let begin = address(&mut running);
    assert_eq!(browser::get(&begin).status, 404);
    // Somebody pasted a code together: the exchange finds nobody either.
    let mut back = url::Url::parse(&parameter(&begin, "redirect_uri").unwrap()).unwrap();
    back.query_pairs_mut().append_pair("code", "abc").append_pair("state", &parameter(&begin, "state").unwrap());
    browser::visit(back.as_str());
    running.wait().code(1).says("no OAuth");
}

//! A renewal that does not come about: what it costs, what is said, and that nothing is ever spent twice.

use std::time::Duration;

use serde_json::json;

use crate::support::Hall;
use crate::support::fake::{Answer, OAuth, Says, invalid_grant};
use crate::support::hall::log_in;

/// How many renewals were asked for.
fn renewals(oauth: &OAuth) -> usize {
    oauth.posts("refresh_token")
}

/// The refresh tokens that were sent, in order.
fn sent(hall: &Hall) -> Vec<String> {
    hall.gitlab.seen_at("/oauth/token").iter().filter_map(|request| request.field("refresh_token")).collect()
}

#[test]
fn a_failure_that_passes_stops_nobody_whose_token_still_lives() {
    let hall = Hall::new();
    hall.gitlab.oauth.set(|settings| settings.says = Says::This(json!(6)));
    log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"])).0.ok();
    let first = hall.token("lab");
    hall.gitlab.always("/oauth/token", Answer::html(503, "Whoops"));
    hall.gitlab.forget();
    std::thread::sleep(Duration::from_millis(4600));
    let ran = hall.sandbox.gitconn(["token", "lab"]).prints_a_secret().run().ok();
    assert_eq!(ran.stdout.trim_end(), first);
    assert!(ran.stderr.contains("warning:") && ran.stderr.contains("could not be renewed yet"), "{ran}");
    assert_eq!(hall.gitlab.seen_at("/oauth/token").len(), 1, "asked again although nobody knows whether it was heard");
    hall.gitlab.recover();
    assert_ne!(hall.token("lab"), first);
}

#[test]
fn a_dead_token_whose_server_cannot_be_asked_is_no_dead_login() {
    let hall = Hall::new();
    hall.connect_ended("gitlab", "lab");
    for answer in [Answer::html(503, "Whoops"), Answer::empty(429).header("retry-after", "3600"), Answer::broken()] {
        hall.gitlab.always("/oauth/token", answer);
        hall.run(&["token", "lab"]).code(6);
        let refused = hall.run(&["refresh", "lab", "--json"]).code(6).error();
        assert!(refused["message"].is_string(), "{refused}");
    }
    hall.run(&["repos", "lab"]).code(6);
    let checked = hall.sandbox.gitconn(["validate", "lab", "--json"]).run().code(6).json();
    assert_eq!(checked["verdict"], "unreachable", "{checked}");
    hall.gitlab.recover();
    let token = hall.token("lab");
    assert!(hall.gitlab.oauth.is_good(&token));
    assert_eq!(hall.json(&["show", "lab"])["status"], "active");
}

#[test]
fn a_login_that_is_over_is_told_once_and_for_all() {
    let hall = Hall::new();
    hall.connect_ended("github", "work");
    hall.connect_ended("gitlab", "lab");
    hall.github.oauth.revoke_everything();
    hall.gitlab.oauth.revoke_everything();
    for (provider, name, oauth, asked) in [("github", "work", &hall.github.oauth, 1), ("gitlab", "lab", &hall.gitlab.oauth, 2)] {
        let hint = format!("gitconn connect --reauth {name}");
        hall.run(&["token", name]).code(4).says("cannot be renewed any more").says(&hint);
        // GitLab's replicas may lag behind: one more try. GitHub's do not.
        assert_eq!(renewals(oauth), asked, "{provider}");
        let shown = hall.json(&["show", name]);
        assert_eq!((&shown["status"], &shown["auto_renews"]), (&json!("expired"), &json!(false)), "{shown}");
        assert!(shown["validation_error"].as_str().unwrap().contains("refresh token"), "{shown}");
        assert!(hall.trail(name).contains(&"login_ended".to_owned()));
        for arguments in [&["token", name][..], &["refresh", name], &["repos", name]] {
            hall.run(arguments).code(4).says(&hint);
        }
        assert_eq!(renewals(oauth), asked, "{provider}: asked with a token that is known to be dead");
    }
    let (ran, _) = log_in(&hall.sandbox.gitconn(["connect", "--reauth", "lab", "--no-browser", "--allow-account-change"]));
    ran.ok();
    assert_eq!(hall.json(&["show", "lab"])["status"], "active");
    assert!(hall.gitlab.oauth.is_good(&hall.token("lab")));
}

#[test]
fn validate_finds_a_login_that_is_over() {
    let hall = Hall::new();
    hall.connect_ended("github", "work");
    hall.github.oauth.revoke_everything();
    let ran = hall.sandbox.gitconn(["validate", "work", "--json"]).run().code(4);
    assert_eq!(ran.json()["verdict"], "expired", "{ran}");
    assert_eq!(hall.json(&["show", "work"])["status"], "expired");
    hall.run(&["validate", "work"]).code(4).says("gitconn connect --reauth work");
    assert_eq!(renewals(&hall.github.oauth), 1);
}

#[test]
fn a_replica_that_lags_behind_is_asked_once_more() {
    let hall = Hall::new();
    hall.connect_ended("gitlab", "lab");
    hall.gitlab.oauth.set(|settings| settings.lagging = 1);
    assert!(hall.gitlab.oauth.is_good(&hall.token("lab")));
    assert_eq!((renewals(&hall.gitlab.oauth), hall.gitlab.oauth.reused()), (2, 0));
    let tokens = sent(&hall);
    assert_eq!(tokens[0], tokens[1]);
}

#[test]
fn a_refusal_does_not_clear_what_somebody_else_has_saved_meanwhile() {
    let hall = Hall::new();
    for provider in ["gitlab", "github"] {
        let (server, path) = match provider {
            "gitlab" => (&hall.gitlab.server, "/oauth/token"),
            _ => (&hall.github.server, "/login/oauth/access_token"),
        };
        hall.connect_ended(provider, provider);
        server.forget();
        let refusal = match provider {
            "gitlab" => invalid_grant(),
            _ => Answer::json(
                200,
                &json!({"error": "bad_refresh_token", "error_description": "The refresh token passed is incorrect or expired."}),
            ),
        };
        server.script(path, [refusal.after(Duration::from_secs(2))]);
        let running = hall.sandbox.gitconn(["token", provider]).prints_a_secret().start();
        server.wait_below(path);
        let (ran, _) = log_in(&hall.sandbox.gitconn(["connect", "--reauth", provider, "--no-browser", "--allow-account-change"]));
        ran.ok();
        let saved = hall.token(provider);
        let ran = running.wait().ok();
        assert_eq!(ran.stdout.trim_end(), saved, "{provider}");
        let shown = hall.json(&["show", provider]);
        assert_eq!((&shown["status"], &shown["auto_renews"]), (&json!("active"), &json!(provider == "gitlab")), "{shown}");
        assert_eq!(hall.token(provider), saved);
    }
}

#[test]
fn an_answer_that_got_lost_is_named_by_the_next_command() {
    let cut_off = Answer::text_as_json(200, "{\"access_token\": \"");
    for (lost, what) in [(Answer::broken(), "broken"), (Answer::html(500, "Whoops"), "500"), (cut_off, "half")] {
        let hall = Hall::new();
        hall.github.oauth.set(|settings| settings.family_revocation = true);
        hall.connect_ended("github", "work");
        hall.github.oauth.lose([lost]);
        hall.run(&["token", "work"]).code(6);
        assert_eq!(renewals(&hall.github.oauth), 1, "{what}: sent twice");
        // Nothing else is left to try than the old one, once: the new pair is lost.
        hall.run(&["token", "work"])
            .code(4)
            .says("was cut off before its answer was saved")
            .says("gitconn connect --reauth work");
        assert_eq!((renewals(&hall.github.oauth), hall.github.oauth.reused()), (2, 1), "{what}");
        let (ran, _) = log_in(&hall.sandbox.gitconn(["connect", "--reauth", "work", "--no-browser"]));
        ran.ok();
        hall.run(&["validate", "work"]).ok();
    }
}

#[test]
fn a_process_that_was_killed_while_it_waited_is_named_by_the_next_command() {
    let hall = Hall::new();
    hall.connect_ended("github", "work");
    hall.github.oauth.lose([Answer::never()]);
    let mut running = hall.sandbox.gitconn(["token", "work"]).start();
    hall.github.wait_below("/login/oauth/access_token");
    running.kill();
    let _ = running.wait().code(-9);
    hall.run(&["token", "work"]).code(4).says("was cut off before its answer was saved");
    // Killed before its request was heard, nothing is lost.
    hall.connect_ended("github", "other");
    hall.github.forget();
    hall.github.script("/login/oauth/access_token", [Answer::never()]);
    let mut running = hall.sandbox.gitconn(["token", "other"]).start();
    hall.github.wait_below("/login/oauth/access_token");
    running.kill();
    let _ = running.wait().code(-9);
    assert!(hall.github.oauth.is_good(&hall.token("other")));
    assert_eq!(hall.github.oauth.reused(), 1);
}

#[test]
fn a_new_token_that_is_refused_too_is_the_last_word() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    let refused = json!({"error": "invalid_token", "error_description": "Token is expired. You can either do re-authorization or token refresh."});
    for path in ["/projects", "/user"] {
        hall.gitlab.always(path, Answer::json(401, &refused));
    }
    hall.gitlab.always("/oauth/token/info", Answer::json(401, &json!({"error": "invalid_token"})));
    hall.run(&["repos", "lab"]).code(4);
    assert_eq!(renewals(&hall.gitlab.oauth), 1);
    // Nor does the next command try again.
    hall.run(&["validate", "lab"]).code(4);
    hall.run(&["repos", "lab"]).code(4);
    assert_eq!(renewals(&hall.gitlab.oauth), 1);
}

#[test]
fn tokens_of_a_client_that_is_gone_say_whose_they_are() {
    let hall = Hall::new();
    hall.connect_ended("github", "work");
    hall.run(&["oauth", "remove", &hall.github.origin()]).ok();
    let ran = hall.run(&["token", "work"]).code(2).says("not known any more").says(&hall.github_app.id);
    assert!(ran.stderr.contains("gitconn oauth set") && ran.stderr.contains("gitconn connect --reauth work"), "{ran}");
    assert_eq!(renewals(&hall.github.oauth), 0);
    // The environment may know it.
    let run = hall.sandbox.gitconn(["token", "work"]).prints_a_secret();
    let run = run.env("GITCONN_GITHUB_CLIENT_ID", &hall.github_app.id).env("GITCONN_GITHUB_CLIENT_HOST", hall.github.origin());
    run.env("GITCONN_GITHUB_CLIENT_SECRET", &hall.github_app.secret).run().ok();
    assert_eq!(renewals(&hall.github.oauth), 1);
}

#[test]
fn a_wrong_secret_does_not_end_the_login() {
    let hall = Hall::new();
    hall.connect_ended("github", "work");
    let mut app = hall.github_app.clone();
    app.secret = hall.sandbox.secret("ffffffffffffffffffff99999999999999999999");
    hall.set_client("github", &app, true).ok();
    hall.run(&["token", "work"]).code(2).says("its id or its secret is wrong");
    assert_eq!(hall.json(&["show", "work"])["status"], "active");
    hall.set_client("github", &hall.github_app, true).ok();
    assert!(hall.github.oauth.is_good(&hall.token("work")));
}

#[test]
fn a_copy_of_the_store_spends_nothing() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "live").ok();
    hall.connect_ended("gitlab", "ended");
    let other = hall.sandbox.path("another-machine");
    let there = |arguments: &[&str]| hall.sandbox.gitconn(arguments).env("GITCONN_STATE_DIR", &other);
    let token = there(&["token", "live"]).prints_a_secret().run().ok().stdout;
    assert_eq!(token.trim_end(), hall.token("live"));
    let ran = there(&["token", "ended"]).run().code(5).says("copy").says("gitconn store accept --move");
    assert!(ran.stderr.contains("GitHub App") && ran.stderr.contains("--token-stdin"), "{ran}");
    there(&["refresh", "live"]).run().code(5).says("copy");
    there(&["repos", "ended"]).run().code(5);
    assert_eq!(renewals(&hall.gitlab.oauth), 0);
    // At home it goes on as before.
    assert!(hall.gitlab.oauth.is_good(&hall.token("ended")));
    there(&["store", "accept", "--move", "--yes"]).run().ok();
    there(&["refresh", "live"]).run().ok();
    // Now this one is the copy.
    hall.run(&["refresh", "live"]).code(5).says("copy");
    assert_eq!((renewals(&hall.gitlab.oauth), hall.gitlab.oauth.reused()), (2, 0));
}

#[test]
fn a_store_that_cannot_be_saved_spends_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let hall = Hall::new();
    hall.connect_pair("gitlab", "live").ok();
    hall.connect_ended("gitlab", "ended");
    let folder = hall.sandbox.path("data/gitconn");
    let mode = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o500);
    let bound = |arguments: &[&str]| hall.sandbox.gitconn(arguments).unprivileged();
    let token = bound(&["token", "live"]).prints_a_secret().run().ok().stdout;
    let refused = bound(&["token", "ended"]).run().code(5).says("the store cannot be saved");
    assert!(refused.stderr.contains("GitHub App"), "{refused}");
    bound(&["refresh", "live"]).run().code(5);
    mode(0o700);
    assert_eq!(renewals(&hall.gitlab.oauth), 0, "the new tokens would have been lost");
    assert_eq!(hall.token("live"), token.trim_end());
    assert!(hall.gitlab.oauth.is_good(&hall.token("ended")));
}

#[test]
fn a_login_in_a_copy_is_warned_of_before_it_begins() {
    let hall = Hall::new();
    let other = hall.sandbox.path("another-machine");
    let pair = hall.connect("gitlab", "here").args(["--oauth", "--no-browser", "-o", "ndjson"]).env("GITCONN_STATE_DIR", &other);
    let mut running = pair.start();
    running.stderr_line("this store is a copy");
    running.interrupt();
    running.wait().code(130);
}

#[test]
fn a_login_that_is_over_is_told_and_keeps_its_cause() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "live").ok();
    hall.connect_ended("gitlab", "over");
    hall.gitlab.oauth.revoke_everything();
    let cause = "was used elsewhere";
    hall.run(&["token", "over"]).code(4).says(cause);
    // Afterwards too, whoever asks.
    hall.run(&["token", "over"]).code(4).says(cause);
    hall.run(&["refresh", "over"]).code(4).says(cause);
    let checked = hall.sandbox.gitconn(["validate", "over", "--json"]).run().code(4).json();
    assert!(checked["error"].as_str().unwrap().contains(cause), "{checked}");
    assert!(hall.json(&["show", "over"])["validation_error"].as_str().unwrap().contains(cause));
    // Without a name it is not passed over.
    let all = hall.sandbox.gitconn(["refresh", "--json"]).run().code(8).json();
    let told: Vec<_> =
        all["results"].as_array().unwrap().iter().map(|one| (one["name"].clone(), one["success"].clone())).collect();
    assert!(told.contains(&(json!("over"), json!(false))), "{all}");
}

#[test]
fn a_revocation_that_fails_removes_nothing_and_says_so() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "live").ok();
    hall.gitlab.always("/oauth/revoke", Answer::json(403, &json!({"error": "unauthorized_client"})));
    let ran = hall.run(&["remove", "live", "--revoke", "--yes"]).code(1).says("nothing was removed");
    assert!(ran.stderr.contains("gitconn remove live   # without --revoke"), "{ran}");
    hall.run(&["show", "live"]).ok();
}

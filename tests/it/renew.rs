//! Renewing without anyone noticing: when it happens, when it does not, and what is said where it cannot.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::fake::{Answer, OAuth, Says, Settings};
use crate::support::hall::log_in;
use crate::support::house::{has_fields, texts};
use crate::support::{Hall, Sandbox};

/// How many renewals were asked for.
fn renewals(oauth: &OAuth) -> usize {
    oauth.posts("refresh_token")
}

/// The refresh tokens that were sent, in order.
fn sent(hall: &Hall) -> Vec<String> {
    hall.gitlab.seen_at("/oauth/token").iter().filter_map(|request| request.field("refresh_token")).collect()
}

#[test]
fn a_token_with_time_left_is_handed_out_without_asking_anybody() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    hall.gitlab.forget();
    let token = hall.token("lab");
    assert!(hall.gitlab.oauth.is_good(&token));
    assert!(hall.gitlab.seen().is_empty(), "{:?}", hall.gitlab.seen());
    hall.gitlab.projects("ops", 1);
    hall.run(&["repos", "lab"]).ok();
    assert_eq!(renewals(&hall.gitlab.oauth), 0);
}

#[test]
fn a_token_whose_time_is_over_is_renewed_by_whichever_command_needs_it() {
    let hall = Hall::new();
    hall.gitlab.project("ops", "ops/site", &["main"]);
    for (name, arguments) in [
        ("one", &["repos", "one"][..]),
        ("two", &["branches", "ops/site", "-c", "two"]),
        ("three", &["validate", "three"]),
        ("four", &["test", "four"]),
        ("five", &["refresh", "five"]),
    ] {
        hall.connect_ended("gitlab", name);
        let before = renewals(&hall.gitlab.oauth);
        hall.run(arguments).ok();
        assert_eq!(renewals(&hall.gitlab.oauth), before + 1, "{arguments:?}");
        let shown = hall.json(&["show", name]);
        let end: jiff::Timestamp = shown["expires_at"].as_str().unwrap().parse().unwrap();
        assert!(end.duration_since(jiff::Timestamp::now()).as_secs() > 7000, "{shown}");
        assert!(texts(&shown["events"], "kind").contains(&"refreshed".to_owned()), "{shown}");
    }
    hall.connect_ended("github", "work");
    let token = hall.token("work");
    assert!(hall.github.oauth.is_good(&token) && token.starts_with("gho_"));
    assert_eq!(renewals(&hall.github.oauth), 1);
    assert_eq!(hall.gitlab.oauth.reused() + hall.github.oauth.reused(), 0);
}

#[test]
fn a_token_is_renewed_before_its_end_while_it_still_works() {
    let hall = Hall::new();
    // Its server lets it live for two hours, and says four seconds: it is due when a quarter of them is left.
    hall.gitlab.oauth.set(|settings| settings.says = Says::This(json!(4)));
    log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"])).0.ok();
    let first = hall.token("lab");
    assert_eq!(renewals(&hall.gitlab.oauth), 0, "too early");
    std::thread::sleep(Duration::from_millis(3100));
    hall.gitlab.oauth.set(|settings| settings.says = Says::Truth);
    let second = hall.token("lab");
    assert_ne!(first, second);
    assert_eq!(renewals(&hall.gitlab.oauth), 1);
    assert_eq!(hall.token("lab"), second);
}

#[test]
fn refresh_renews_now_and_says_what_came_of_each() {
    let hall = Hall::new();
    hall.run(&["refresh"]).code(3).says("no enabled connection renews itself");
    hall.connect_pair("gitlab", "lab").ok();
    hall.github.oauth.set(Settings::expiring);
    hall.connect_pair("github", "work").ok();
    let before = hall.token("lab");
    let one = hall.json(&["refresh", "lab"]);
    has_fields(&one, &["id", "name", "success", "message", "expires_at", "refresh_expires_at"]);
    assert_eq!((&one["success"], &one["name"]), (&json!(true), &json!("lab")), "{one}");
    assert!(one["message"].as_str().unwrap().contains("renewed") && one["expires_at"].is_string(), "{one}");
    assert!(!hall.gitlab.oauth.is_good(&before));
    let all = hall.json(&["refresh"]);
    assert_eq!(texts(&all["results"], "name"), ["lab", "work"]);
    assert_eq!((renewals(&hall.gitlab.oauth), renewals(&hall.github.oauth)), (2, 1));
    hall.github.oauth.revoke_everything();
    let ran = hall.sandbox.gitconn(["refresh", "--json"]).run().code(8);
    let results = ran.json();
    let results = results["results"].as_array().unwrap();
    assert_eq!((&results[0]["success"], &results[1]["success"]), (&json!(true), &json!(false)), "{ran}");
    hall.connect_pair("github", "more").ok();
    hall.github.oauth.revoke_everything();
    hall.run(&["refresh", "-o", "table"]).code(8).prints("✓ lab").says("gitconn connect --reauth more");
    hall.run(&["refresh", "nobody"]).code(3);
    let token = hall.gitlab.personal(&hall.sandbox, "ops");
    hall.connect("gitlab", "pasted").arg("--token-stdin").stdin(&token).run().ok();
    hall.run(&["refresh", "pasted"]).code(2).says("does not renew itself").says("gitconn edit pasted --token-stdin");
}

#[test]
fn an_answer_without_a_new_refresh_token_keeps_the_old_one() {
    let hall = Hall::new();
    hall.gitlab.oauth.set(|settings| settings.keeps_refresh = true);
    hall.connect_pair("gitlab", "lab").ok();
    for _ in 0..3 {
        hall.run(&["refresh", "lab"]).ok();
    }
    let tokens = sent(&hall);
    assert_eq!(tokens.len(), 3);
    assert!(tokens.iter().all(|token| *token == tokens[0]), "another one was made up");
    assert!(hall.gitlab.oauth.is_good(&tokens[0]) && hall.gitlab.oauth.is_good(&hall.token("lab")));
}

#[test]
fn ctrl_c_during_a_renewal_waits_until_the_new_pair_is_safe() {
    let hall = Hall::new();
    hall.connect_ended("gitlab", "lab");
    hall.gitlab.forget();
    hall.gitlab.latency(Duration::from_millis(400));
    let running = hall.sandbox.gitconn(["token", "lab"]).start();
    hall.gitlab.wait_below("/oauth/token");
    running.interrupt();
    let ran = running.wait().code(130);
    assert_eq!(ran.stdout, "", "{ran}");
    hall.gitlab.latency(Duration::ZERO);
    assert!(hall.gitlab.oauth.is_good(&hall.token("lab")));
    assert_eq!((renewals(&hall.gitlab.oauth), hall.gitlab.oauth.reused()), (1, 0));
}

#[test]
fn whatever_is_said_of_a_life_nothing_goes_round_in_circles() {
    let hall = Hall::new();
    let strange = [json!(0), json!(-1), json!(1e18), json!("7200"), json!("soon"), Value::Null, json!([1])];
    for (number, says) in std::iter::once(Says::Nothing).chain(strange.map(Says::This)).enumerate() {
        let name = format!("lab{number}");
        hall.connect_ended("gitlab", &name);
        let before = renewals(&hall.gitlab.oauth);
        hall.gitlab.oauth.set(|settings| settings.says = says.clone());
        let token = hall.token(&name);
        for _ in 0..3 {
            assert_eq!(hall.token(&name), token, "{says:?}");
        }
        hall.run(&["repos", &name]).ok();
        assert_eq!(renewals(&hall.gitlab.oauth), before + 1, "{says:?}");
        hall.gitlab.oauth.set(|settings| settings.says = Says::Truth);
    }
}

#[test]
fn a_token_that_dies_before_its_time_is_renewed_when_it_is_refused() {
    let hall = Hall::new();
    hall.gitlab.project("ops", "ops/site", &["main"]);
    hall.connect_pair("gitlab", "lab").ok();
    let commands =
        [&["repos", "lab", "--json"][..], &["branches", "ops/site", "-c", "lab"], &["validate", "lab"], &["test", "lab"]];
    for (round, arguments) in commands.iter().enumerate() {
        hall.gitlab.oauth.age();
        hall.run(arguments).ok();
        assert_eq!(renewals(&hall.gitlab.oauth), round + 1, "{arguments:?}");
        hall.replace_pair("gitlab", "lab");
    }
    hall.github.oauth.set(Settings::expiring);
    hall.github.repositories("ada", 2);
    hall.connect_pair("github", "work").ok();
    hall.github.oauth.age();
    let found = hall.json(&["repos", "work"]);
    assert_eq!((found["repositories"].as_array().unwrap().len(), renewals(&hall.github.oauth)), (2, 1), "{found}");
}

#[test]
fn a_token_that_was_handed_out_just_now_is_not_refused_for_its_age() {
    let hall = Hall::new();
    log_in(&hall.connect("gitlab", "lab").args(["--oauth", "--no-browser"])).0.ok();
    hall.gitlab.oauth.age();
    hall.run(&["repos", "lab"]).code(4);
    assert_eq!(renewals(&hall.gitlab.oauth), 0);
    // Whoever knows better says so.
    hall.run(&["refresh", "lab"]).ok();
    hall.run(&["repos", "lab"]).ok();
}

#[test]
fn what_renews_itself_is_not_due_until_its_refresh_token_is() {
    let hall = Hall::new();
    hall.connect_ended("gitlab", "lab");
    let due = |span: &str| hall.sandbox.gitconn(["list", "--expiring-within", span, "--json"]).run();
    assert_eq!(due("365d").ok().json()["connections"], json!([]));
    hall.github.oauth.set(Settings::expiring);
    hall.github.oauth.set(|settings| settings.refresh_life = Some(5 * 86_400));
    log_in(&hall.connect("github", "work").args(["--oauth", "--no-browser"])).0.ok();
    assert_eq!(due("4d").ok().json()["connections"], json!([]));
    let list = due("6d").code(9).json();
    assert_eq!(texts(&list["connections"], "name"), ["work"]);
    for shown in [&list["connections"][0], &hall.json(&["show", "work"]), &hall.json(&["validate", "work"])] {
        assert_eq!(shown["auto_renews"], json!(true), "{shown}");
        let end: jiff::Timestamp = shown["refresh_expires_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(end.duration_since(jiff::Timestamp::now()).as_hours(), 119, "{shown}");
    }
    let table = hall.sandbox.gitconn(["list", "-o", "table"]).run().ok();
    table.prints("renews").prints("log in");
}

#[test]
fn a_login_is_revoked_at_the_authorization_server() {
    let hall = Hall::new();
    hall.connect_pair("gitlab", "lab").ok();
    let token = hall.token("lab");
    hall.run(&["remove", "lab", "--revoke", "--yes"]).ok();
    assert_eq!(hall.gitlab.oauth.posts("revoke"), 1);
    assert!(!hall.gitlab.oauth.is_good(&token));
    let seen = hall.gitlab.seen_at("/oauth/revoke");
    let given = seen[0].field("token").unwrap();
    assert!(given != token && !hall.gitlab.oauth.is_good(&given), "the refresh token takes both along");
    hall.run(&["show", "lab"]).code(3);
    // One that the server refuses to revoke stays.
    hall.connect_pair("gitlab", "kept").ok();
    hall.gitlab.always("/oauth/revoke", Answer::html(503, "Whoops"));
    assert_ne!(hall.run(&["remove", "kept", "--revoke", "--yes"]).code, 0);
    hall.run(&["show", "kept"]).ok();
}

#[test]
fn several_connections_are_renewed_once_each() {
    let hall = Hall::new();
    hall.gitlab.projects("ops", 2);
    hall.github.repositories("ada", 2);
    for name in ["a", "b", "c"] {
        hall.connect_ended("gitlab", name);
    }
    hall.connect_ended("github", "d");
    let found = hall.json(&["repos", "--all"]);
    assert_eq!(found["incomplete"], json!([]), "{found}");
    assert_eq!((renewals(&hall.gitlab.oauth), renewals(&hall.github.oauth)), (3, 1));
}

/// Runs 32 of them at once, and waits for all.
fn crowd(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    std::thread::scope(|scope| {
        let runs: Vec<_> =
            (0..32).map(|_| scope.spawn(|| sandbox.gitconn(arguments).prints_a_secret().run().ok().stdout)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

#[test]
fn thirty_two_processes_with_one_dead_token_ask_once() {
    let hall = Hall::new();
    hall.gitlab.oauth.set(|settings| settings.family_revocation = true);
    hall.connect_ended("gitlab", "lab");
    for round in 1..=5 {
        let mut tokens = crowd(&hall.sandbox, &["token", "lab"]);
        tokens.dedup();
        assert_eq!((tokens.len(), renewals(&hall.gitlab.oauth)), (1, round), "round {round}");
        assert!(hall.gitlab.oauth.is_good(tokens[0].trim_end()));
        hall.end_again("gitlab", "lab");
    }
    // Dead before its time: each hears it from the server, and one mends it for all.
    for round in 1..=2 {
        hall.replace_pair("gitlab", "lab");
        let before = renewals(&hall.gitlab.oauth);
        hall.gitlab.oauth.age();
        crowd(&hall.sandbox, &["repos", "lab"]);
        assert_eq!(renewals(&hall.gitlab.oauth), before + 1, "round {round}");
    }
    assert_eq!(hall.gitlab.oauth.reused(), 0);
    hall.run(&["validate", "lab"]).ok();
}

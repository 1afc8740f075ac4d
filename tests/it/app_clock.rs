//! An app signs with the time in it: what becomes of that on a machine whose clock is wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::Foundry;
use crate::support::fake::{Answer, Request};
use crate::support::house::texts;

/// Seconds by which the server's clock is ahead, and what is said of this machine's. Half a minute is spare: the clocks tick apart.
const CLOCKS: &[(i64, &str)] = &[
    (-100, "100 seconds ahead of"),
    (930, "15 minutes behind"),
    (-930, "15 minutes ahead of"),
    (3 * 86_430, "3 days behind"),
    (-3 * 86_430, "3 days ahead of"),
];

/// The claims of the signature that a request came with.
fn claims(request: &Request) -> Value {
    let token = request.token().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The requests to what only an app may ask.
fn signed(foundry: &Foundry) -> Vec<Request> {
    foundry.github.seen().into_iter().filter(|request| request.path.starts_with("/app")).collect()
}

fn warnings(stderr: &str) -> usize {
    stderr.lines().filter(|line| line.contains("the clock of this machine")).count()
}

#[test]
fn a_signature_says_who_and_when_within_ten_minutes() {
    let foundry = Foundry::new();
    // Connected by its number, it goes by the client id from then on, as GitHub recommends: once GitHub has taken that too.
    foundry.connect("prod-app").run().ok();
    let issuers: Vec<Value> = signed(&foundry).iter().map(|request| claims(request)["iss"].clone()).collect();
    let (number, client) = (foundry.app.id.to_string(), foundry.app.client_id.as_str());
    assert_eq!(issuers, [number.as_str(), number.as_str(), client]);
    foundry.github.forget();
    let before = jiff::Timestamp::now().as_second();
    foundry.token(&["prod-app", "--installation", "acme-corp"]);
    let after = jiff::Timestamp::now().as_second();
    let all = signed(&foundry);
    assert_eq!(all.len(), 1, "{all:?}");
    let claims = claims(&all[0]);
    assert_eq!(claims["iss"], foundry.app.client_id.as_str(), "{claims}");
    let (begin, end) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert!((before - 60..=after - 60).contains(&begin), "{claims}");
    assert!((before + 500..=after + 540).contains(&end), "{claims}");
    assert!(end - begin <= 600, "{claims}");
}

#[test]
fn a_clock_that_is_a_little_off_is_not_noticed() {
    let foundry = Foundry::new();
    for (name, seconds) in [("ahead", -20), ("behind", 300)] {
        foundry.github.apps.clock(seconds);
        let ran = foundry.connect(name).run().ok();
        assert_eq!(warnings(&ran.stderr), 0, "{ran}");
    }
    assert_eq!(signed(&foundry).len(), 6, "{:?}", foundry.github.seen());
}

#[test]
fn connect_goes_by_the_servers_clock_where_ours_is_wrong() {
    let foundry = Foundry::new();
    for (number, (seconds, says)) in CLOCKS.iter().enumerate() {
        foundry.github.apps.clock(*seconds);
        foundry.github.forget();
        let name = format!("app{number}");
        let ran = foundry.connect(&name).run().ok().says(says);
        assert_eq!(warnings(&ran.stderr), 1, "{ran}");
        let paths: Vec<String> = signed(&foundry).into_iter().map(|request| request.path).collect();
        // By its number and by its client id, each refused at most once.
        for (path, times) in [("/app", 2), ("/app/installations", 1)] {
            let asked = paths.iter().filter(|known| *known == path).count();
            assert!((times..=2 * times).contains(&asked), "{path}: {paths:?}");
        }
        assert!(paths.len() > 3, "nobody was refused: {paths:?}");
        assert_eq!(foundry.json(&["installations", "list", &name])["installations"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_token_is_signed_for_once_more_and_only_once() {
    for (seconds, says) in CLOCKS {
        let foundry = Foundry::connected();
        foundry.github.apps.clock(*seconds);
        let run = foundry.sandbox.gitconn(["token", "prod-app", "--installation", "acme-corp"]).prints_a_secret();
        let ran = run.run().ok().says(says);
        assert_eq!(warnings(&ran.stderr), 1, "{ran}");
        assert_eq!(foundry.github.apps.posts(), 2, "{seconds}");
        assert!(foundry.github.apps.is_live(ran.stdout.trim_end()), "{seconds}");
        // By our own clock it has its hour: it is handed out again, and nobody is asked.
        let again = run.run().ok();
        assert_eq!((again.stdout, foundry.github.apps.posts()), (ran.stdout, 2), "{seconds}");
        assert_eq!(again.stderr, "", "{seconds}");
    }
}

#[test]
fn every_installation_of_a_listing_gets_its_token_under_a_wrong_clock() {
    let foundry = Foundry::connected();
    for account in ["acme-client-b", "acme-client-c"] {
        foundry.github.repository(account, &format!("{account}/shop"), &["main"]);
        foundry.github.apps.install(&foundry.app, account, "Organization");
    }
    foundry.run(&["installations", "sync"]).ok();
    for (seconds, says) in [(930, "15 minutes behind"), (-930, "15 minutes ahead of")] {
        foundry.github.apps.clock(seconds);
        foundry.github.apps.expire_everything();
        let before = foundry.github.apps.posts();
        let ran = foundry.sandbox.gitconn(["repos", "prod-app", "--json"]).run().ok().says(says);
        assert_eq!(warnings(&ran.stderr), 1, "{ran}");
        assert_eq!(ran.json()["repositories"].as_array().unwrap().len(), 5, "{ran}");
        let posts = foundry.github.apps.posts() - before;
        assert!((5..=8).contains(&posts), "{posts}");
        foundry.run(&["refresh", "prod-app"]).ok();
    }
}

#[test]
fn the_other_commands_go_by_the_servers_clock_too() {
    let foundry = Foundry::connected();
    foundry.github.apps.clock(930);
    let says = "15 minutes behind";
    foundry.run(&["validate", "prod-app"]).ok().says(says);
    foundry.run(&["installations", "sync", "prod-app"]).ok().says(says);
    foundry.run(&["refresh", "prod-app"]).ok().says(says);
    foundry.run(&["branches", "acme-client-a/shop", "-c", "prod-app"]).ok();
    let path = foundry.key_file("second.pem", &foundry.github.apps.new_key("acme-deploy").pkcs1());
    foundry.run(&["edit", "prod-app", "--private-key-file", &path]).ok().says(says);
    foundry.run(&["installations", "remove", "prod-app", "acme-client-a", "--uninstall", "--yes"]).ok();
    assert_eq!(foundry.github.apps.installations(&foundry.app), [foundry.corp]);
    assert_eq!(texts(&foundry.json(&["repos", "prod-app"])["repositories"], "full_name").len(), 2);
}

#[test]
fn a_server_whose_date_does_not_help_is_said_to_be_so() {
    let foundry = Foundry::connected();
    let path = format!("/app/installations/{}/access_tokens", foundry.corp);
    // Quoted: GitHub §4.1.
    for text in [
        "'Expiration time' claim ('exp') is too far in the future",
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    ] {
        let refusal =
            Answer::json(401, &serde_json::json!({"message": text, "documentation_url": "https://docs.github.com/rest"}));
        for (answer, times) in [(refusal.clone(), 2), (refusal.header("date", "yesterday, about noon"), 1)] {
            foundry.github.always("*", answer);
            foundry.github.forget();
            foundry.run(&["token", "prod-app", "--installation", "acme-corp"]).code(6).says("the time in our signature");
            assert_eq!(foundry.github.seen_at(&path).len(), times, "{text}");
            let checked = foundry.sandbox.gitconn(["validate", "prod-app", "--json"]).run().code(6).json();
            assert_eq!(checked["verdict"], "unreachable", "{checked}");
        }
    }
    foundry.github.recover();
    // Nothing was held against the app.
    assert_eq!(foundry.json(&["show", "prod-app"])["status"], "active");
    foundry.token(&["prod-app", "--installation", "acme-corp"]);
}

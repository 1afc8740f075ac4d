//! Who may ask in an app's name, and for what.

use serde_json::{Value, json};

use super::calls::{ask, call, claims, in_seconds, jwt, send, sign, token};
use crate::support::fake::GitHub;
use crate::support::house::texts;
use crate::support::{Foundry, Sandbox, keys, tokens};

const UNDECODABLE: (u16, &str) = (401, "A JSON web token could not be decoded");
const ENDS: (u16, &str) =
    (401, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires");
const TOO_LATE: (u16, &str) = (401, "'Expiration time' claim ('exp') is too far in the future");
const BEGINS: (u16, &str) =
    (401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");

#[test]
fn a_jwt_is_held_against_every_rule() {
    let (sandbox, github) = (Sandbox::bare(), GitHub::start());
    let app = github.apps.register(&sandbox, "acme-deploy");
    let rs256 = json!({"alg": "RS256", "typ": "JWT"});
    let said = |credential: &str| {
        let reply = call(&github, credential, "GET /app", "");
        (reply.status, reply.message().to_owned())
    };
    for issuer in [json!(app.client_id), json!(app.id), json!(app.id.to_string())] {
        assert_eq!(said(&sign(&app.key, &rs256, &claims(&issuer))), (200, String::new()), "{issuer}");
    }
    let issuer = json!(app.client_id);
    let with = |field: &str, value: Value| {
        let mut claims = claims(&issuer);
        claims[field] = value;
        sign(&app.key, &rs256, &claims)
    };
    let good = jwt(&app);
    let cases = [
        ("another app's key", sign(&keys::rsa("another"), &rs256, &claims(&issuer)), UNDECODABLE),
        ("another algorithm", sign(&app.key, &json!({"alg": "RS512"}), &claims(&issuer)), UNDECODABLE),
        ("no algorithm", sign(&app.key, &json!({"alg": "none"}), &claims(&issuer)), UNDECODABLE),
        ("half of it", good[..good.len() / 2].to_owned(), UNDECODABLE),
        ("no signature", good.rsplit_once('.').unwrap().0.to_owned() + ".", UNDECODABLE),
        ("a personal token", tokens::classic("ada"), UNDECODABLE),
        ("a token of an installation's shape", tokens::installation("acme"), UNDECODABLE),
        ("nobody's name", with("iss", json!("Iv23li00000000000000")), (404, "Integration not found")),
        ("no name", with("iss", Value::Null), UNDECODABLE),
        ("over", with("exp", json!(in_seconds(-1))), ENDS),
        ("over in words", with("exp", json!("soon")), ENDS),
        ("too far away", with("exp", json!(in_seconds(620))), TOO_LATE),
        ("too long", with("iat", json!(in_seconds(-90))), TOO_LATE),
        ("not begun", with("iat", json!(in_seconds(30))), BEGINS),
        ("begun at a fraction", with("iat", json!(0.5)), BEGINS),
        ("never begun", with("iat", Value::Null), BEGINS),
    ];
    for (what, credential, (status, text)) in cases {
        assert_eq!(said(&credential), (status, text.to_owned()), "{what}");
    }
    let token = [("Authorization", &*format!("token {good}"))];
    assert_eq!(send("GET", &format!("{}/app", github.api()), &token, "").said(), UNDECODABLE);
    assert_eq!(send("GET", &format!("{}/app", github.api()), &[], "").said(), UNDECODABLE);
    assert_eq!(call(&github, &good, "GET /user", "").said(), (401, "Bad credentials"));
}

#[test]
fn a_clock_that_goes_wrong_is_shown_with_every_answer() {
    let foundry = Foundry::new();
    let (github, app) = (&foundry.github, &foundry.app);
    for (skew, expected) in [(600, ENDS), (-90, TOO_LATE)] {
        github.apps.clock(skew);
        let reply = call(github, &jwt(app), "GET /app", "");
        assert_eq!(reply.said(), expected);
        let shown = jiff::fmt::rfc2822::parse(reply.header("date").unwrap()).unwrap().timestamp().as_second();
        assert!((shown - in_seconds(skew)).abs() < 5, "{reply:?}");
    }
    assert_eq!(ask(github, app, foundry.corp, "").said(), TOO_LATE);
    github.apps.clock(30);
    let reply = ask(github, app, foundry.corp, "");
    assert_eq!(github.apps.posts_of(foundry.corp), 2);
    let end: jiff::Timestamp = reply.body["expires_at"].as_str().unwrap().parse().unwrap();
    assert!((end.as_second() - in_seconds(3630)).abs() < 5, "{reply:?}");
}

#[test]
fn keys_come_and_go() {
    let (sandbox, github) = (Sandbox::bare(), GitHub::start());
    let app = github.apps.register(&sandbox, "acme-deploy");
    let mut renewed = app.clone();
    renewed.key = github.apps.new_key(&app.slug);
    for app in [&app, &renewed] {
        assert_eq!(call(&github, &jwt(app), "GET /app", "").status, 200);
    }
    github.apps.delete_key(&app.slug);
    assert_eq!(call(&github, &jwt(&app), "GET /app", "").said(), (401, "Integration must generate a public key"));
    github.apps.edit(&app.slug, |app| (app.keys, app.suspended) = (vec![app.key.clone()], true));
    assert_eq!(call(&github, &jwt(&app), "GET /app", "").said(), (403, "This GitHub App has been suspended"));
    assert_eq!(call(&github, &jwt(&renewed), "GET /app", "").said(), UNDECODABLE);
}

#[test]
fn an_app_knows_itself_and_where_it_is_installed() {
    let foundry = Foundry::new();
    let (github, app) = (&foundry.github, &foundry.app);
    let get = |path: &str| call(github, &jwt(app), &format!("GET {path}"), "");
    let own = get("/app").body;
    assert_eq!((&own["slug"], &own["id"], &own["installations_count"]), (&json!("acme-deploy"), &json!(app.id), &json!(2)));
    assert_eq!(own["html_url"], format!("{}/github-apps/acme-deploy", foundry.host()));
    let first = get("/app/installations?per_page=1");
    assert_eq!(first.body[0]["account"]["login"], "acme-corp");
    let link = first.header("link").unwrap();
    assert!(link.contains(&format!("<{}/app/installations?per_page=1&page=2>; rel=\"next\"", github.api())), "{link}");
    assert_eq!(get("/app/installations?per_page=1&page=2").body[0]["id"], foundry.client);
    for path in ["/orgs/Acme-Corp/installation", "/repos/acme-corp/Site/installation"] {
        assert_eq!(get(path).body["id"], foundry.corp, "{path}");
    }
    let ada = github.apps.install(app, "ada", "User");
    assert_eq!(get("/users/ada/installation").body["html_url"], format!("{}/settings/installations/{ada}", foundry.host()));
    for path in
        ["/orgs/ada/installation", "/users/acme-corp/installation", "/repos/acme-corp/gone/installation", "/app/hook/config"]
    {
        assert_eq!(get(path).said(), (404, "Not Found"), "{path}");
    }
    // Another app's installation is nobody's.
    let other = github.apps.register(&foundry.sandbox, "other");
    assert_eq!(call(github, &jwt(&other), &format!("GET /app/installations/{}", foundry.corp), "").status, 404);
    assert_eq!(texts(&get("/app/installations").body, "created_at")[0], "2026-02-01T08:30:00Z");
}

#[test]
fn an_app_suspends_and_leaves() {
    let foundry = Foundry::new();
    let (github, app, id) = (&foundry.github, &foundry.app, foundry.corp);
    let say = |what: &str| call(github, &jwt(app), &what.replace("ID", &format!("/app/installations/{id}")), "").status;
    let found = token(github, app, id);
    let read = || call(github, &found, "GET /installation/repositories", "").status;
    assert_eq!((say("PUT ID/suspended"), read()), (204, 403));
    assert!(call(github, &jwt(app), &format!("GET /app/installations/{id}"), "").body["suspended_at"].is_string());
    assert_eq!((say("DELETE ID/suspended"), read()), (204, 200));
    assert_eq!((say("DELETE ID"), read(), say("GET ID"), say("DELETE ID")), (204, 401, 404, 404));
    github.apps.edit(&app.slug, |app| app.permissions.clear());
    assert!(github.apps.app(&app.slug).permissions.is_empty());
}

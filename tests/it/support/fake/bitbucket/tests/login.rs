//! The authorization server, as far as it has habits of its own.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::ask::{basic, bearer};
use crate::support::Sandbox;
use crate::support::browser::{self, parameter};
use crate::support::fake::reply::{Reply, send};
use crate::support::fake::{App, Bitbucket};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://127.0.0.1:4711/callback";

struct Place {
    bitbucket: Bitbucket,
    app: App,
    /// Its key and secret, as a header.
    client: String,
}

impl Place {
    fn new() -> Self {
        let bitbucket = Bitbucket::start();
        let app = bitbucket.oauth.register(&Sandbox::bare(), "bitbucketKey123456");
        bitbucket.oauth.edit(&app.id, |app| REDIRECT.clone_into(&mut app.redirect));
        let client = basic(&app.id, &app.secret);
        Self { bitbucket, app, client }
    }

    /// The address where a login begins.
    fn authorize(&self, more: &[(&str, &str)]) -> String {
        let base = format!("{}/site/oauth2/authorize", self.bitbucket.host());
        let query = [("client_id", self.app.id.as_str()), ("response_type", "code"), ("state", "xyz")];
        url::Url::parse_with_params(&base, query.iter().chain(more)).unwrap().into()
    }

    fn code(&self, more: &[(&str, &str)]) -> String {
        let back = browser::say_yes(&self.authorize(more));
        assert!(back.starts_with(REDIRECT), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some("xyz"));
        parameter(&back, "code").unwrap_or_else(|| panic!("no code: {back}"))
    }

    fn post(&self, client: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
        headers.extend((!client.is_empty()).then_some(("Authorization", client)));
        send("POST", &format!("{}/site/oauth2/access_token", self.bitbucket.host()), &headers, &body)
    }

    fn exchange(&self, code: &str, more: &[(&str, &str)]) -> Reply {
        self.post(&self.client, &[&[("grant_type", "authorization_code"), ("code", code)], more].concat())
    }
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// Status and error.
fn said(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["error"].as_str().unwrap_or_default())
}

#[track_caller]
fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_else(|| panic!("no {field} in {body}")).to_owned()
}

#[test]
fn a_login_with_everything_is_strict_about_all_of_it() {
    let place = Place::new();
    let challenge = challenge();
    let asked = [
        ("redirect_uri", REDIRECT),
        ("scope", "account repository"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let code = place.code(&asked);
    let redirect = ("redirect_uri", REDIRECT);
    let grant = (400, "invalid_grant");
    assert_eq!(said(&place.exchange(&code, &[redirect])), grant);
    assert_eq!(said(&place.exchange(&code, &[redirect, ("code_verifier", &"x".repeat(43))])), grant);
    assert_eq!(said(&place.exchange(&code, &[("code_verifier", VERIFIER)])), grant);
    let reply = place.exchange(&code, &[redirect, ("code_verifier", VERIFIER)]);
    assert_eq!((reply.status, &reply.body["token_type"]), (200, &Value::from("bearer")), "{reply:?}");
    assert_eq!((&reply.body["expires_in"], &reply.body["scope"]), (&Value::from(7200), &Value::from("account repository")));
    assert!(reply.body["scopes"].is_null());
    assert!(["access_token", "refresh_token"].iter().all(|field| text(&reply.body, field).len() > 2_500));
    assert_eq!(said(&place.exchange(&code, &[redirect, ("code_verifier", VERIFIER)])), grant);
}

#[test]
fn only_the_registered_address_is_sent_back_to() {
    let place = Place::new();
    for wrong in ["http://127.0.0.1:4712/callback", "http://127.0.0.1:4711/callback/more", "http://127.0.0.1/callback"] {
        assert_eq!(browser::get(&place.authorize(&[("redirect_uri", wrong)])).status, 400, "{wrong}");
    }
    // Where none is said, it is meant; and then none may be said later.
    let code = place.code(&[]);
    assert_eq!(said(&place.exchange(&code, &[("redirect_uri", REDIRECT)])), (400, "invalid_grant"));
    let reply = place.exchange(&code, &[]);
    assert_eq!(reply.status, 200, "{reply:?}");
    // Who asks for no scope gets all of the app's.
    assert_eq!(reply.body["scope"], place.app.scopes.join(" "));
    place.bitbucket.oauth.edit(&place.app.id, |app| app.redirect = "http://127.0.0.1/callback".to_owned());
    assert_eq!(browser::get(&place.authorize(&[("redirect_uri", REDIRECT)])).status, 400);
    place.bitbucket.oauth.set(|settings| settings.any_port = true);
    place.code(&[("redirect_uri", REDIRECT)]);
}

#[test]
fn a_client_shows_its_secret_in_basic_or_not_at_all() {
    let place = Place::new();
    let code = place.code(&[("redirect_uri", REDIRECT)]);
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
    let in_form = [&fields[..], &[("client_id", &place.app.id), ("client_secret", &place.app.secret)]].concat();
    let refused = (400, "unauthorized_client");
    assert_eq!(said(&place.post("", &in_form)), refused);
    assert_eq!(said(&place.post(&basic(&place.app.id, ""), &in_form)), refused);
    assert_eq!(said(&place.post(&basic("another", &place.app.secret), &fields)), refused);
    assert_eq!(place.post(&place.client, &fields).status, 200);
    let none = place.post(&place.client, &[]);
    let refusal = r#"{"error":"invalid_grant","error_description":"Unsupported grant type: None"}"#;
    assert_eq!((none.status, none.body), (400, serde_json::from_str(refusal).unwrap()));
}

#[test]
fn a_renewal_brings_another_pair_and_ends_the_old_one() {
    let place = Place::new();
    let oauth = &place.bitbucket.oauth;
    let first = oauth.pair(&place.app, "ada");
    let access = text(&first, "access_token");
    let user = bearer(&place.bitbucket, &access, "/user");
    assert_eq!((user.status, &user.body["username"]), (200, &Value::from("ada")));
    assert_eq!((user.header("x-credential-type"), user.header("x-oauth-scopes")), (Some("oauth2"), Some("account, repository")));
    assert_eq!(bearer(&place.bitbucket, &access, "/user/workspaces").status, 200);
    let renew = |token: &str| place.post(&place.client, &[("grant_type", "refresh_token"), ("refresh_token", token)]);
    oauth.set(|settings| settings.old_field = true);
    let second = renew(&text(&first, "refresh_token"));
    assert_eq!((second.status, &second.body["scopes"]), (200, &Value::from("account repository")), "{second:?}");
    assert_eq!(said(&renew(&text(&first, "refresh_token"))), (400, "invalid_grant"));
    assert_eq!(bearer(&place.bitbucket, &access, "/user").status, 401);
    let access = text(&second.body, "access_token");
    assert_eq!(bearer(&place.bitbucket, &access, "/user").status, 200);
    oauth.age();
    let refused = (401, "Access token expired. Use your refresh token to obtain a new access token.");
    assert_eq!(bearer(&place.bitbucket, &access, "/user").refusal(), refused);
}

#[test]
fn there_is_neither_a_device_login_nor_a_revocation() {
    let place = Place::new();
    for path in ["/site/oauth2/revoke", "/site/oauth2/device", "/oauth/authorize_device", "/login/device/code"] {
        let reply = send("POST", &format!("{}{path}", place.bitbucket.host()), &[("Authorization", &place.client)], "");
        assert_eq!(reply.status, 404, "{path}");
    }
}

#[test]
fn a_scope_that_the_app_was_not_made_for_is_refused() {
    let place = Place::new();
    let back = browser::say_yes(&place.authorize(&[("scope", "account pipeline")]));
    assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_scope"));
    place.bitbucket.oauth.set(|settings| settings.denies = true);
    let back = browser::say_yes(&place.authorize(&[]));
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
}

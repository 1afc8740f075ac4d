//! The server itself: what a test of the program stands on has to be strict.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::browser::{self, parameter};
use crate::support::fake::{Answer, App, GitHub, GitLab, Settings};
use crate::support::{Sandbox, tokens};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://127.0.0.1:4711/callback";

/// Posts a form, and reads JSON.
fn post(address: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    use std::io::{Read as _, Write as _};
    let url = url::Url::parse(address).unwrap();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut stream = std::net::TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let (path, length) = (url.path(), body.len());
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

/// A server of each kind with an app, and its calls.
struct Place {
    github: Option<GitHub>,
    gitlab: Option<GitLab>,
    app: App,
    authorize: String,
    token: String,
}

fn gitlab(sandbox: &Sandbox) -> Place {
    let server = GitLab::under("/gitlab");
    let app = server.oauth.register(sandbox, "app");
    let call = |path: &str| format!("{}/oauth/{path}", server.host());
    Place { authorize: call("authorize"), token: call("token"), app, gitlab: Some(server), github: None }
}

fn github(sandbox: &Sandbox) -> Place {
    let server = GitHub::start();
    server.oauth.set(Settings::expiring);
    let app = server.oauth.register(sandbox, "Ov23liapp");
    let call = |path: &str| format!("{}/login/oauth/{path}", server.origin());
    Place { authorize: call("authorize"), token: call("access_token"), app, gitlab: None, github: Some(server) }
}

impl Place {
    fn code(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let query = [
            ("client_id", self.app.id.as_str()),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("state", "xyz"),
            ("scope", "read_user"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let address = url::Url::parse_with_params(&self.authorize, query).unwrap();
        let back = browser::say_yes(address.as_str());
        assert_eq!(parameter(&back, "state").as_deref(), Some("xyz"));
        parameter(&back, "code").unwrap_or_else(|| panic!("no code: {back}"))
    }

    fn exchange(&self, code: &str, verifier: &str, redirect: &str, secret: &str) -> (u16, Value) {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.app.id),
            ("client_secret", secret),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ];
        post(&self.token, &fields)
    }

    fn refresh(&self, token: &str) -> (u16, Value) {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", &*self.app.id),
            ("client_secret", &self.app.secret),
            ("refresh_token", token),
        ];
        post(&self.token, &fields)
    }
}

#[test]
fn a_code_is_good_once_for_its_verifier_its_redirect_and_its_client() {
    let sandbox = Sandbox::bare();
    for (place, wrong, mismatch, client) in [
        (gitlab(&sandbox), (400, "invalid_grant"), (400, "invalid_grant"), (401, "invalid_client")),
        (github(&sandbox), (200, "bad_verification_code"), (200, "redirect_uri_mismatch"), (200, "incorrect_client_credentials")),
    ] {
        let secret = &*place.app.secret;
        let said = |answer: (u16, Value)| (answer.0, answer.1["error"].as_str().unwrap_or_default().to_owned());
        let expected = |(status, error): (u16, &str)| (status, error.to_owned());
        let code = place.code();
        assert_eq!(said(place.exchange(&code, &"x".repeat(43), REDIRECT, secret)), expected(wrong));
        assert_eq!(said(place.exchange(&code, VERIFIER, "http://127.0.0.1:4712/callback", secret)), expected(mismatch));
        assert_eq!(said(place.exchange(&code, VERIFIER, REDIRECT, "wrong")), expected(client));
        let (status, tokens) = place.exchange(&code, VERIFIER, REDIRECT, secret);
        assert_eq!((status, tokens["access_token"].is_string()), (200, true), "{tokens}");
        assert_eq!(said(place.exchange(&code, VERIFIER, REDIRECT, secret)), expected(wrong));
    }
}

#[test]
fn a_refresh_token_is_good_once_and_a_second_time_takes_the_family_down() {
    let sandbox = Sandbox::bare();
    let place = gitlab(&sandbox);
    let oauth = &place.gitlab.as_ref().unwrap().oauth;
    oauth.set(|settings| settings.family_revocation = true);
    let text = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let (_, first) = place.exchange(&place.code(), VERIFIER, REDIRECT, &place.app.secret);
    let (status, second) = place.refresh(&text(&first, "refresh_token"));
    assert_eq!(status, 200, "{second}");
    assert!(!oauth.is_good(&text(&first, "access_token")), "the old one lives on");
    assert!(oauth.is_good(&text(&second, "access_token")) && oauth.is_good(&text(&second, "refresh_token")));
    let (status, refused) = place.refresh(&text(&first, "refresh_token"));
    assert_eq!((status, refused["error"].as_str()), (400, Some("invalid_grant")));
    assert!(!oauth.is_good(&text(&second, "access_token")) && !oauth.is_good(&text(&second, "refresh_token")));
    assert_eq!((oauth.posts("refresh_token"), oauth.reused()), (2, 1));
}

#[test]
fn what_is_lost_on_the_way_was_handed_out_all_the_same() {
    let sandbox = Sandbox::bare();
    let place = github(&sandbox);
    let oauth = &place.github.as_ref().unwrap().oauth;
    let (_, first) = place.exchange(&place.code(), VERIFIER, REDIRECT, &place.app.secret);
    let refresh = first["refresh_token"].as_str().unwrap();
    oauth.lose([Answer::html(500, "Unicorn!"), Answer::broken()]);
    assert_eq!(place.refresh(refresh).0, 500);
    assert!(!oauth.is_good(refresh));
    assert_eq!(place.refresh(refresh).1["error"], "bad_refresh_token");
}

#[test]
fn tokens_look_like_the_providers() {
    let sandbox = Sandbox::bare();
    let (one, other) = (gitlab(&sandbox), github(&sandbox));
    let (_, pair) = one.exchange(&one.code(), VERIFIER, REDIRECT, &one.app.secret);
    let access = pair["access_token"].as_str().unwrap();
    assert!(access.len() == 64 && access.bytes().all(|byte| byte.is_ascii_hexdigit()), "{pair}");
    assert_eq!((&pair["expires_in"], &pair["token_type"]), (&Value::from(7200), &Value::from("Bearer")));
    let (_, pair) = other.exchange(&other.code(), VERIFIER, REDIRECT, &other.app.secret);
    let (access, refresh) = (pair["access_token"].as_str().unwrap(), pair["refresh_token"].as_str().unwrap());
    assert!(access.starts_with("gho_") && access.len() == 40 && refresh.starts_with("ghr_") && refresh.len() == 80, "{pair}");
    assert_eq!((&pair["expires_in"], &pair["refresh_token_expires_in"]), (&Value::from(28_800), &Value::from(15_811_200)));
    assert_ne!(access, tokens::github("gho", "another"));
}

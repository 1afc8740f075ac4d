//! The authorization server: codes, refresh tokens, and what a login is good for.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::calls::{Reply, ask, basic, call, send};
use crate::support::Sandbox;
use crate::support::browser::{self, parameter, with_parameter};
use crate::support::fake::{App, Gitea};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://127.0.0.1:4711/";

struct Place {
    gitea: Gitea,
    app: App,
}

impl Place {
    fn new(sandbox: &Sandbox, gitea: Gitea) -> Self {
        let app = gitea.oauth.register(sandbox, "a4792ccc-144e-407e-86c9-5e7d8d9c3269");
        Self { gitea, app }
    }

    fn address(&self, redirect: &str, scope: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let query = [
            ("client_id", self.app.id.as_str()),
            ("redirect_uri", redirect),
            ("response_type", "code"),
            ("state", "xyz"),
            ("scope", scope),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let address = format!("{}/login/oauth/authorize", self.gitea.host());
        url::Url::parse_with_params(&address, query.iter().filter(|(_, value)| !value.is_empty())).unwrap().into()
    }

    fn post(&self, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let address = format!("{}/login/oauth/access_token", self.gitea.host());
        send("POST", &address, "", "application/x-www-form-urlencoded", &body)
    }

    fn exchange(&self, code: &str, verifier: &str, redirect: &str) -> Reply {
        self.post(&[
            ("grant_type", "authorization_code"),
            ("client_id", &self.app.id),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ])
    }

    fn refresh(&self, token: &str) -> Reply {
        self.post(&[("grant_type", "refresh_token"), ("client_id", &self.app.id), ("refresh_token", token)])
    }

    fn log_in(&self, scope: &str) -> Reply {
        let back = browser::say_yes(&self.address(REDIRECT, scope));
        assert_eq!(parameter(&back, "state").as_deref(), Some("xyz"));
        self.exchange(&parameter(&back, "code").unwrap_or_else(|| panic!("no code: {back}")), VERIFIER, REDIRECT)
    }
}

fn text(reply: &Reply, name: &str) -> String {
    reply.body[name].as_str().unwrap_or_else(|| panic!("no {name}: {reply:?}")).to_owned()
}

/// What the redirect says instead of a code.
fn error(address: &str) -> (u16, String, String) {
    let page = browser::get(address);
    let back = page.leads_to().unwrap_or_else(|| panic!("no way back: {page:?}"));
    assert!(back.starts_with(REDIRECT) && parameter(&back, "state").as_deref() == Some("xyz"), "{back}");
    let said = |name: &str| parameter(&back, name).unwrap_or_default();
    (page.status, said("error"), said("error_description"))
}

#[test]
fn a_code_is_good_once_for_its_verifier_and_its_redirect() {
    let sandbox = Sandbox::bare();
    let place = Place::new(&sandbox, Gitea::under("/git"));
    let code = parameter(&browser::say_yes(&place.address(REDIRECT, "")), "code").unwrap();
    let refused = |description| (400, "unauthorized_client", description);
    assert_eq!(place.exchange(&code, &"x".repeat(43), REDIRECT).error(), refused("failed PKCE code challenge"));
    assert_eq!(place.exchange(&code, "", REDIRECT).error(), refused("failed PKCE code challenge"));
    assert_eq!(place.exchange(&code, VERIFIER, "http://127.0.0.1:4712/").error(), refused("unexpected redirect URI"));
    let tokens = place.exchange(&code, VERIFIER, REDIRECT);
    assert_eq!((tokens.status, tokens.body.get("scope")), (200, None));
    assert_eq!((&tokens.body["expires_in"], &tokens.body["token_type"]), (&Value::from(3600), &Value::from("bearer")));
    assert!(text(&tokens, "access_token").split('.').count() == 3 && text(&tokens, "refresh_token").starts_with("eyJ"));
    assert_eq!(place.exchange(&code, VERIFIER, REDIRECT).error(), refused("client is not authorized"));
}

#[test]
fn a_redirect_address_has_any_port_and_no_path() {
    let sandbox = Sandbox::bare();
    let place = Place::new(&sandbox, Gitea::start());
    for redirect in ["http://127.0.0.1", "http://127.0.0.1/", "http://127.0.0.1:5000", "http://127.0.0.1:5000/"] {
        let page = browser::get(&place.address(redirect, ""));
        let back = page.leads_to().unwrap_or_else(|| panic!("{redirect}: {page:?}"));
        assert!(page.status == 303 && parameter(&back, "code").is_some(), "{page:?}");
    }
    for redirect in [
        "http://127.0.0.1:5000/callback",
        "http://localhost:5000/",
        "http://[::1]:5000/",
        "https://127.0.0.1:5000/",
        "http://127.0.0.2:5000/",
    ] {
        let page = browser::get(&place.address(redirect, ""));
        assert!(page.status == 400 && page.body.contains("Unregistered Redirect URI"), "{redirect}: {page:?}");
    }
    let page = browser::get(&with_parameter(&place.address(REDIRECT, ""), "client_id", Some("other")));
    assert!(page.status == 400 && page.body.contains("Client ID not registered"), "{page:?}");
    // A registration with a path is for that path.
    place.gitea.oauth.edit(&place.app.id, |app| app.redirect = "http://127.0.0.1/callback".to_owned());
    assert_eq!(browser::get(&place.address("http://127.0.0.1:5000/callback", "")).status, 303);
    assert_eq!(browser::get(&place.address(REDIRECT, "")).status, 400);
}

#[test]
fn a_login_without_a_challenge_or_without_a_yes_goes_back_with_the_reason() {
    let sandbox = Sandbox::bare();
    let place = Place::new(&sandbox, Gitea::start());
    let address = place.address(REDIRECT, "");
    let told = |error: &str, text: &str| (303, error.to_owned(), text.to_owned());
    for (name, value, expected) in [
        ("code_challenge_method", None, told("invalid_request", "PKCE is required for public clients")),
        ("code_challenge", None, told("invalid_request", "PKCE is required for public clients")),
        ("code_challenge_method", Some("S512"), told("invalid_request", "unsupported code challenge method")),
        ("response_type", Some("token"), told("unsupported_response_type", "Only code response type is supported.")),
    ] {
        assert_eq!(error(&with_parameter(&address, name, value)), expected);
    }
    place.gitea.oauth.set(|settings| settings.denies = true);
    assert_eq!(error(&address), told("access_denied", "the request is denied"));
}

#[test]
fn a_refresh_token_stays_good_unless_the_server_is_told_otherwise() {
    let sandbox = Sandbox::bare();
    let place = Place::new(&sandbox, Gitea::start());
    let oauth = &place.gitea.oauth;
    let first = place.log_in("");
    let second = place.refresh(&text(&first, "refresh_token"));
    let third = place.refresh(&text(&first, "refresh_token"));
    assert_eq!((second.status, third.status), (200, 200), "{second:?} {third:?}");
    for reply in [&first, &second, &third] {
        assert!(oauth.is_good(&text(reply, "access_token")) && oauth.is_good(&text(reply, "refresh_token")));
    }
    oauth.set(|settings| settings.invalidates_refresh = true);
    let fourth = place.refresh(&text(&second, "refresh_token"));
    assert_eq!(fourth.status, 200);
    let used = (400, "unauthorized_client", "token was already used");
    for reply in [&second, &first, &third] {
        assert_eq!(place.refresh(&text(reply, "refresh_token")).error(), used);
        assert!(oauth.is_good(&text(reply, "access_token")), "nobody keeps a list of access tokens");
    }
    // Another login of the same account takes it away too.
    assert_eq!(place.log_in("").status, 200);
    assert_eq!(place.refresh(&text(&fourth, "refresh_token")).error(), used);
    let parse = (400, "unauthorized_client", "unable to parse refresh token");
    assert_eq!(place.refresh("never").error(), parse);
    oauth.revoke_everything();
    assert_eq!(place.refresh(&text(&fourth, "refresh_token")).error(), (400, "invalid_grant", "grant does not exist"));
    assert_eq!(ask(&place.gitea, &text(&fourth, "access_token"), "GET /user").status, 401);
}

#[test]
fn a_second_login_asks_for_the_same_scopes() {
    let sandbox = Sandbox::bare();
    let place = Place::new(&sandbox, Gitea::start());
    assert_eq!(place.log_in("read:user").status, 200);
    assert_eq!(place.log_in("read:user").status, 200);
    let expected = (303, "server_error".to_owned(), "a grant exists with different scope".to_owned());
    assert_eq!(error(&place.address(REDIRECT, "read:user read:repository")), expected);
    assert_eq!(error(&place.address(REDIRECT, "")), expected);
    place.gitea.oauth.revoke_everything();
    assert_eq!(place.log_in("").status, 200);
}

#[test]
fn a_login_is_worth_what_was_asked_for_and_everything_where_nothing_was() {
    let sandbox = Sandbox::bare();
    for (gitea, scope, notifications) in [
        (Gitea::start(), "", 200),
        (Gitea::start(), "openid profile", 200),
        (Gitea::start(), "openid read:user", 403),
        // It has no scopes for logins.
        (Gitea::forgejo(), "read:user", 200),
    ] {
        let place = Place::new(&sandbox, gitea);
        let access = text(&place.log_in(scope), "access_token");
        for authorization in [format!("Bearer {access}"), format!("token {access}"), basic("ada", &access)] {
            assert_eq!(call(&place.gitea, &authorization, "GET /user", "").body["login"], "ada", "{scope}");
        }
        let reply = ask(&place.gitea, &access, "GET /notifications/new");
        assert_eq!(reply.status, notifications, "{scope}: {reply:?}");
        if notifications == 403 {
            assert!(reply.said().1.ends_with("required=[read:notification], token scope=read:user"), "{reply:?}");
        }
        place.gitea.oauth.age();
        assert_eq!(ask(&place.gitea, &access, "GET /user").status, 401);
    }
}

#[test]
fn every_refusal_of_a_client_is_a_400() {
    let sandbox = Sandbox::bare();
    let place = Place::new(&sandbox, Gitea::start());
    let unknown = place.post(&[("grant_type", "refresh_token"), ("client_id", "other"), ("refresh_token", "x")]);
    assert_eq!(unknown.error(), (400, "invalid_client", "cannot load client with client id: 'other'"));
    let text = "Only refresh_token or authorization_code grant type is supported";
    for grant in ["urn:ietf:params:oauth:grant-type:device_code", "password", ""] {
        let reply = place.post(&[("grant_type", grant), ("client_id", &place.app.id), ("code", "x")]);
        assert_eq!(reply.error(), (400, "unsupported_grant_type", text), "{grant}");
    }
    // The secret of a public app is not looked at, and that of another always.
    let ask = |app: &App, grant: &str, secret: &str| {
        let fields =
            [("grant_type", grant), ("client_id", &*app.id), ("client_secret", secret), ("refresh_token", "x"), ("code", "x")];
        let fields: Vec<(&str, &str)> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let reply = place.post(&fields);
        (reply.status, reply.error().1.to_owned(), reply.error().2.to_owned())
    };
    let told = |error: &str, text: &str| (400, error.to_owned(), text.to_owned());
    let confidential = place.gitea.oauth.register_confidential(&sandbox, "confidential");
    assert_eq!(ask(&place.app, "refresh_token", "wrong"), told("unauthorized_client", "unable to parse refresh token"));
    assert_eq!(ask(&confidential, "refresh_token", "wrong"), told("invalid_client", "invalid client secret"));
    assert_eq!(ask(&confidential, "refresh_token", ""), told("invalid_client", "invalid empty client secret"));
    assert_eq!(ask(&confidential, "authorization_code", "wrong"), told("unauthorized_client", "invalid client secret"));
    for path in ["/login/device/code", "/login/oauth/revoke", "/login/oauth/authorize_device"] {
        let reply = send("POST", &format!("{}{path}", place.gitea.host()), "", "text/plain", "");
        assert_eq!(reply.status, 404, "{path}");
    }
}

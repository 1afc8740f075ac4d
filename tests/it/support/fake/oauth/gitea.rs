//! Gitea's and Forgejo's words: every refusal comes with 400, as JSON. There is no login with a typed code, and no call to revoke.
//!
//! *Quoted* without a section is from Gitea's source (its handlers of these paths and their integration tests), which Gitea B8 sums up.

use serde_json::{Value, json};

use super::Says;
use super::authorize::Asked;
use super::desk::{Desk, Issued, Refusal};
use super::settings::{App, Settings};
use crate::support::fake::{Answer, Request};

/// Answers what lies below the web address.
pub(super) fn answer(desk: &mut Desk, path: &str, request: &Request) -> Option<Answer> {
    if desk.settings.absent {
        return None;
    }
    Some(match (request.method.as_str(), path) {
        ("GET", "/login/oauth/authorize") => match desk.authorize(request) {
            Asked::Redirect(address) => Answer::empty(303).header("location", &address),
            // Both texts are quoted: Gitea B8 and its source. The page around them is ours.
            Asked::UnknownApp => Answer::html(400, "Client ID not registered"),
            Asked::WrongRedirect => Answer::html(400, "Unregistered Redirect URI"),
        },
        ("POST", "/login/oauth/access_token") => match desk.token(request) {
            Ok(issued) => {
                let tokens = tokens(&issued, &desk.settings);
                desk.settings.lost.pop_front().unwrap_or_else(|| Answer::json(200, &tokens))
            }
            Err(refusal) => refused(desk, request, refusal),
        },
        _ => return None,
    })
}

/// What the redirect says instead of a code. Quoted: Gitea B8, and for what it leaves out Gitea's source.
pub(super) fn refusal(desk: &Desk, app: &App, request: &Request, scopes: &str) -> Option<(&'static str, &'static str)> {
    if request.parameter("response_type") != Some("code") {
        return Some(("unsupported_response_type", "Only code response type is supported."));
    }
    // It is the method that is looked at, not the challenge. `plain` is taken by a real one; nobody shall need it here.
    match (request.parameter("code_challenge_method").unwrap_or_default(), request.parameter("code_challenge")) {
        ("", _) | ("S256", None) if !app.confidential => return Some(("invalid_request", "PKCE is required for public clients")),
        ("S256" | "", _) => {}
        _ => return Some(("invalid_request", "unsupported code challenge method")),
    }
    if desk.settings.denies {
        return Some(("access_denied", "the request is denied"));
    }
    let before = desk.grants.get(&(app.id.clone(), desk.settings.account.clone()));
    before.filter(|before| *before != scopes).map(|_| ("server_error", "a grant exists with different scope"))
}

/// Whether this is an app's redirect address: the port of a loopback address counts for nothing if the app is public, a slash at the end never
/// does, and the rest is compared whole (Gitea B8): `localhost` is no address, and a path is a difference.
pub(super) fn is_registered(app: &App, redirect: &str) -> bool {
    let Ok(mut url) = url::Url::parse(redirect) else { return false };
    let is_loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    };
    let mut redirect = redirect.to_owned();
    if !app.confidential && url.scheme() == "http" && is_loopback && url.set_port(None).is_ok() {
        redirect = url.to_string();
    }
    let bare = |address: &str| address.strip_suffix('/').unwrap_or(address).to_lowercase();
    bare(&redirect) == bare(&app.redirect)
}

/// Quoted: Gitea B8, with tokens of ours. It does not say what was granted.
pub(super) fn tokens(issued: &Issued, settings: &Settings) -> Value {
    let mut body = json!({"access_token": issued.access, "token_type": "bearer"});
    match (&settings.says, settings.life) {
        (Says::Truth, Some(life)) => body["expires_in"] = json!(life.as_secs()),
        (Says::Truth, None) | (Says::Nothing, _) => {}
        (Says::This(value), _) => body["expires_in"] = value.clone(),
    }
    if let Some(refresh) = &issued.refresh {
        body["refresh_token"] = json!(refresh);
    }
    body
}

/// Quoted: Gitea B8, and for what it leaves out Gitea's source.
fn refused(desk: &Desk, request: &Request, refusal: Refusal) -> Answer {
    let client = request.field("client_id").unwrap_or_default();
    let is_renewal = request.field("grant_type").as_deref() == Some("refresh_token");
    let unknown = format!("cannot load client with client id: '{client}'");
    let (error, description) = match refusal {
        Refusal::Client if !desk.apps.contains_key(&client) => ("invalid_client", unknown.as_str()),
        Refusal::Client => {
            let is_silent = request.field("client_secret").is_none();
            let description = if is_silent { "invalid empty client secret" } else { "invalid client secret" };
            (if is_renewal { "invalid_client" } else { "unauthorized_client" }, description)
        }
        Refusal::Code => ("unauthorized_client", "client is not authorized"),
        Refusal::Verifier | Refusal::Challenge => ("unauthorized_client", "failed PKCE code challenge"),
        // Quoted for an address that is not registered. What is said of one that is, but did not begin this login, is written by hand.
        Refusal::Redirect => ("unauthorized_client", "unexpected redirect URI"),
        Refusal::Refresh => ("unauthorized_client", "unable to parse refresh token"),
        Refusal::Spent => ("unauthorized_client", "token was already used"),
        Refusal::Revoked => ("invalid_grant", "grant does not exist"),
        // There is no login with a typed code, so nothing is ever refused for its sake.
        Refusal::Grant
        | Refusal::DeviceOff
        | Refusal::DeviceUnknown
        | Refusal::DeviceExpired
        | Refusal::Denied
        | Refusal::Pending
        | Refusal::SlowDown { .. } => {
            ("unsupported_grant_type", "Only refresh_token or authorization_code grant type is supported")
        }
    };
    Answer::json(400, &json!({"error": error, "error_description": description}))
}

//! GitLab's words, which are Doorkeeper's: refusals come with 400 and 401, always as JSON.

use serde_json::{Value, json};

use super::authorize::Asked;
use super::desk::{Desk, Issued, Refusal, Standing};
use super::settings::Settings;
use super::{DeviceFlow, Says};
use crate::support::fake::{Answer, Request};

/// Answers what lies below the web address.
pub(super) fn answer(desk: &mut Desk, path: &str, request: &Request) -> Option<Answer> {
    if desk.settings.absent {
        return None;
    }
    Some(match (request.method.as_str(), path) {
        ("GET", "/oauth/authorize") => match desk.authorize(request) {
            Asked::Redirect(address) => Answer::empty(302).header("location", &address),
            // Quoted: GitLab §3.1; that it is this page is written by hand.
            Asked::UnknownApp => Answer::html(401, "Client authentication failed due to unknown client"),
            Asked::WrongRedirect => Answer::html(400, "The redirect URI included is not valid."),
        },
        ("POST", "/oauth/token") => match desk.token(request) {
            Ok(issued) => {
                let tokens = tokens(&issued, &desk.settings);
                desk.settings.lost.pop_front().unwrap_or_else(|| Answer::json(200, &tokens))
            }
            Err(refusal) => refused(refusal),
        },
        ("POST", "/oauth/authorize_device") if desk.settings.device != DeviceFlow::Absent => match desk.begin(request) {
            // Quoted: GitLab §3.4, with codes and times of ours; the addresses leave the path root out, as there.
            Ok(begun) => {
                let page = format!("{}/oauth/device", origin(&desk.web));
                Answer::json(
                    200,
                    &json!({
                        "device_code": begun.device_code, "user_code": begun.user_code, "verification_uri": page,
                        "verification_uri_complete": format!("{page}?user_code={}", begun.user_code),
                        "expires_in": desk.settings.code_life, "interval": desk.settings.interval,
                    }),
                )
            }
            Err(refusal) => refused(refusal),
        },
        ("GET", "/oauth/token/info") => info(desk, request),
        ("POST", "/oauth/revoke") => match desk.revoke(request) {
            Ok(()) => Answer::json(200, &json!({})),
            Err(Refusal::Client) => refused(Refusal::Client),
            // Quoted: GitLab §3.5.
            Err(_) => Answer::json(
                403,
                &json!({"error": "unauthorized_client", "error_description": "You are not authorized to revoke this token"}),
            ),
        },
        _ => return None,
    })
}

fn origin(web: &str) -> String {
    url::Url::parse(web).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

/// Quoted: GitLab §3.3, with tokens of ours.
pub(super) fn tokens(issued: &Issued, settings: &Settings) -> Value {
    let mut body = json!({
        "access_token": issued.access, "token_type": "Bearer", "scope": issued.scopes.join(" "), "created_at": 1_607_635_748,
    });
    match (&settings.says, settings.life) {
        (Says::Truth, Some(life)) => body["expires_in"] = json!(life.as_secs()),
        (Says::Truth, None) => body["expires_in"] = Value::Null,
        (Says::Nothing, _) => {}
        (Says::This(value), _) => body["expires_in"] = value.clone(),
    }
    if let Some(refresh) = &issued.refresh {
        body["refresh_token"] = json!(refresh);
    }
    body
}

/// The refusal of a code or a refresh token.
pub(crate) fn invalid_grant() -> Answer {
    refused(Refusal::Code)
}

/// Quoted: GitLab §3.3, but that those of the device login (§3.4 has the codes) are written by hand after Doorkeeper's.
fn refused(refusal: Refusal) -> Answer {
    let (status, error, description) = match refusal {
        Refusal::Client => (
            401,
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication \
             method.",
        ),
        Refusal::Code
        | Refusal::Challenge
        | Refusal::Redirect
        | Refusal::Refresh
        | Refusal::Spent
        | Refusal::Revoked
        | Refusal::DeviceUnknown => (
            400,
            "invalid_grant",
            "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the \
             authorization request, or was issued to another client.",
        ),
        Refusal::Verifier => (400, "invalid_request", "Missing required parameter: code_verifier."),
        Refusal::Grant => {
            (400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
        }
        Refusal::DeviceOff => (400, "unauthorized_client", "The client is not authorized to perform this request."),
        Refusal::Pending => (400, "authorization_pending", "The authorization request is still pending."),
        Refusal::SlowDown { .. } => (400, "slow_down", "The client is polling too quickly."),
        Refusal::DeviceExpired => (400, "expired_token", "The device code has expired."),
        Refusal::Denied => (400, "access_denied", "The resource owner or authorization server denied the request."),
    };
    let answer = Answer::json(status, &json!({"error": error, "error_description": description}));
    if status == 401 {
        answer.header("www-authenticate", "Bearer realm=\"Doorkeeper\", error=\"invalid_client\"")
    } else {
        answer
    }
}

/// What a token of a login is good for. Quoted: GitLab §2.2, with ours put in.
fn info(desk: &Desk, request: &Request) -> Answer {
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    match bearer.and_then(|token| desk.find(token)).filter(|found| found.standing == Standing::Good) {
        Some(found) => Answer::json(
            200,
            &json!({
                "resource_owner_id": 24, "scope": found.scopes, "scopes": found.scopes, "expires_in": found.left,
                "expires_in_seconds": found.left, "application": {"uid": found.client}, "created_at": 1_546_461_600,
            }),
        ),
        None => Answer::json(
            401,
            &json!({
                "error": "invalid_token", "error_description": "The access token is invalid", "state": "unauthorized",
            }),
        ),
    }
}

//! GitHub's words: refusals come with 200, and as a form unless JSON is asked for.

use serde_json::{Map, Value, json};

use super::authorize::Asked;
use super::desk::{Desk, Issued, Refusal};
use super::settings::Settings;
use super::{DeviceFlow, Says};
use crate::support::fake::{Answer, Request};

/// The page of GitHub's documentation that `error_uri` names (quoted with its anchor for a wrong code: GitHub §3.2).
const PAGE: &str = "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#";

/// Answers what lies below the web address.
pub(super) fn answer(desk: &mut Desk, path: &str, request: &Request) -> Option<Answer> {
    if desk.settings.absent {
        return None;
    }
    Some(match (request.method.as_str(), path) {
        ("GET", "/login/oauth/authorize") => match desk.authorize(request) {
            Asked::Redirect(address) => to(&address),
            Asked::UnknownApp => Answer::html(404, "Page not found &middot; GitHub"),
            // To the *registered* address: whoever listens elsewhere hears nothing (GitHub §3.1).
            Asked::WrongRedirect => {
                let text = "The redirect_uri MUST match the registered callback URL for this application.";
                let error = [("error", "redirect_uri_mismatch"), ("error_description", text)];
                desk.registered(request, &error).map_or_else(|| Answer::empty(404), |address| to(&address))
            }
        },
        ("POST", "/login/oauth/access_token") => match desk.token(request) {
            Ok(issued) => {
                let tokens = tokens(&issued, &desk.settings);
                desk.settings.lost.pop_front().unwrap_or_else(|| said(request, &tokens))
            }
            Err(refusal) => refused(request, refusal),
        },
        ("POST", "/login/device/code") => match (desk.begin(request), desk.settings.device) {
            (Err(Refusal::Client), _) => Answer::json(404, &json!({"error": "Not Found"})),
            (Err(_), DeviceFlow::Off { status }) => Answer {
                status,
                ..said(request, &error("device_flow_disabled", "Device Flow must be explicitly enabled for this App", ""))
            },
            (Err(_), _) => Answer::html(404, "Page not found &middot; GitHub"),
            // Quoted: GitHub §3.5, with codes and times of ours.
            (Ok(begun), _) => said(
                request,
                &json!({
                    "device_code": begun.device_code, "user_code": begun.user_code,
                    "verification_uri": format!("{}/login/device", desk.web),
                    "expires_in": desk.settings.code_life, "interval": desk.settings.interval,
                }),
            ),
        },
        _ => return None,
    })
}

fn to(address: &str) -> Answer {
    Answer::empty(302).header("location", address)
}

/// Quoted: GitHub §3.2, with tokens of ours.
pub(super) fn tokens(issued: &Issued, settings: &Settings) -> Value {
    let mut body = json!({"access_token": issued.access, "scope": issued.scopes.join(","), "token_type": "bearer"});
    match (&settings.says, settings.life) {
        (Says::Truth, Some(life)) => body["expires_in"] = json!(life.as_secs()),
        (Says::Truth, None) | (Says::Nothing, _) => {}
        (Says::This(value), _) => body["expires_in"] = value.clone(),
    }
    if let Some(refresh) = &issued.refresh {
        body["refresh_token"] = json!(refresh);
    }
    if let (Some(_), Some(life)) = (&issued.refresh, settings.refresh_life) {
        body["refresh_token_expires_in"] = json!(life);
    }
    body
}

fn error(code: &str, description: &str, uri: &str) -> Value {
    json!({"error": code, "error_description": description, "error_uri": uri})
}

/// The descriptions are quoted: GitHub §3.2. Those of the device login and of a missing verifier are written by hand (§3.5 has the codes).
fn refused(request: &Request, refusal: Refusal) -> Answer {
    let page = |anchor: &str| format!("{PAGE}{anchor}");
    let device = "https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow";
    let body = match refusal {
        Refusal::Client => error(
            "incorrect_client_credentials",
            "The client_id and/or client_secret passed are incorrect.",
            &page("incorrect-client-credentials"),
        ),
        Refusal::Code | Refusal::Verifier | Refusal::Challenge => {
            error("bad_verification_code", "The code passed is incorrect or expired.", &page("bad-verification-code"))
        }
        Refusal::Redirect => error(
            "redirect_uri_mismatch",
            "The redirect_uri MUST match the registered callback URL for this application.",
            &page("redirect-uri-mismatch2"),
        ),
        Refusal::Refresh | Refusal::Spent | Refusal::Revoked => {
            error("bad_refresh_token", "The refresh token passed is incorrect or expired.", "")
        }
        Refusal::Pending => error("authorization_pending", "The authorization request is still pending.", device),
        Refusal::SlowDown { interval } => {
            let mut body = error("slow_down", "Too many requests have been made in the same timeframe.", device);
            body["interval"] = json!(interval);
            body
        }
        Refusal::DeviceExpired => error("expired_token", "The device_code has expired.", device),
        Refusal::Denied => error("access_denied", "The authorization request was denied.", device),
        Refusal::DeviceUnknown => error("incorrect_device_code", "The device_code provided is not valid.", device),
        Refusal::DeviceOff => error("device_flow_disabled", "Device Flow must be explicitly enabled for this App", device),
        Refusal::Grant => error("unsupported_grant_type", "The grant type is not supported.", device),
    };
    said(request, &body)
}

/// JSON for whoever asks for it, a form for everybody else.
fn said(request: &Request, body: &Value) -> Answer {
    if request.header("accept").is_some_and(|accept| accept.contains("application/json")) {
        return Answer::json(200, body);
    }
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in body.as_object().unwrap_or(&Map::new()) {
        form.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
    }
    Answer::text(200, &form.finish()).header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
}

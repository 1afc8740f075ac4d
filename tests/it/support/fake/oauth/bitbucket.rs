//! Bitbucket's words: refusals come with 400 and the description first, and there is neither a device login nor a documented revocation.

use serde_json::{Value, json};

use super::Says;
use super::authorize::Asked;
use super::desk::{Desk, Issued, Refusal};
use super::settings::Settings;
use crate::support::fake::{Answer, Request};

/// Answers what lies below the web address.
pub(super) fn answer(desk: &mut Desk, path: &str, request: &Request) -> Option<Answer> {
    if desk.settings.absent {
        return None;
    }
    Some(match (request.method.as_str(), path) {
        ("GET", "/site/oauth2/authorize") => match desk.authorize(request) {
            Asked::Redirect(address) => Answer::empty(302).header("location", &address),
            // Written by hand: Bitbucket A1.2 has the rule, not the pages.
            Asked::UnknownApp => Answer::html(400, "Invalid client_id"),
            Asked::WrongRedirect => Answer::html(400, "Invalid redirect_uri"),
        },
        ("POST", "/site/oauth2/access_token") => match desk.token(request) {
            Ok(issued) => {
                let tokens = tokens(&issued, &desk.settings);
                desk.settings.lost.pop_front().unwrap_or_else(|| Answer::json(200, &tokens))
            }
            Err(refusal) => refused(refusal, &request.field("grant_type").unwrap_or_else(|| "None".to_owned())),
        },
        _ => return None,
    })
}

/// Quoted: Bitbucket A1.2 (the fields), with tokens of ours; `state` is left out, whose value is not known.
pub(super) fn tokens(issued: &Issued, settings: &Settings) -> Value {
    let field = if settings.old_field { "scopes" } else { "scope" };
    let mut body = json!({"access_token": issued.access, "token_type": "bearer", field: issued.scopes.join(" ")});
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

/// The shape, and the refusal of a grant type, are quoted: Bitbucket A1.2. That of a client is quoted from a test of go-scm's. The rest is
/// written by hand: only `invalid_grant` is known of it.
fn refused(refusal: Refusal, grant: &str) -> Answer {
    let grant = format!("Unsupported grant type: {grant}");
    let (error, description) = match refusal {
        Refusal::Client => ("unauthorized_client", "Invalid OAuth client credentials"),
        Refusal::Code => ("invalid_grant", "The specified code is not valid."),
        Refusal::Redirect => ("invalid_grant", "The redirect_uri does not match the one of the authorization request."),
        Refusal::Verifier => ("invalid_grant", "The code_verifier is missing."),
        Refusal::Refresh => ("invalid_grant", "Invalid refresh_token"),
        // What is about device logins is never asked here.
        _ => ("invalid_grant", grant.as_str()),
    };
    Answer::json(400, &json!({"error_description": description, "error": error}))
}

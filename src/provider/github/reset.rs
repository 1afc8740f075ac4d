//! A new token of a login at GitHub, in the place of one that does not renew itself (`PATCH /applications/CLIENT_ID/token`, "Reset a token"): the client
//! asks for it by its id and secret, and the old one is dead at once.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::json;

use super::super::finding::{self, Finding};
use super::super::{Error, Issued, NewToken};
use super::shape::Form;
use super::{Account, page};
use crate::model::{Expiry, Timestamp};
use crate::net::{Auth, Body, Call, Method, Unchanging};
use crate::secret::Secret;

/// An answer that hands a token out.
#[derive(Deserialize)]
struct Made {
    token: String,
    expires_at: Option<Timestamp>,
}

/// Resets the account's own token.
pub(super) async fn reset(account: &Account, wanted: &NewToken) -> Result<Issued, Error> {
    let impossible = || Error::Impossible { host: account.web.to_string(), page: Some(page::tokens(&account.web)) };
    let form = account.form().await?;
    let client = wanted.client.as_ref().filter(|_| matches!(form, Form::OAuthApp | Form::AppUser)).ok_or_else(impossible)?;
    let secret = client.secret.clone().ok_or_else(impossible)?;
    let origin = account.origin.proving(Auth::Basic(client.id.clone(), Rc::new(Unchanging(secret))));
    let call = Call::to(["applications", client.id.as_str(), "token"]);
    let token = account.token().await?;
    let body = json!({ "access_token": token.expose() });
    let answer = origin.send(Method::Patch, &call, Body::Json(&body)).await?;
    if answer.status != 200 {
        return Err(account.error(&answer, form));
    }
    let broken = || Finding::unintelligible(finding::not_what_was_asked(&answer, "a token")).into_error(&answer);
    let Made { token, expires_at } = answer.json().ok_or_else(broken)?;
    Ok(Issued { token: Secret::from(token), expiry: expires_at.map_or(Expiry::Unknown, Expiry::At) })
}

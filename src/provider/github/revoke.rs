//! Revoking a token at GitHub.

use serde_json::json;

use super::super::{Error, Revoked};
use super::Account;
use super::page;
use super::shape::Form;
use super::site::Site;
use crate::net::{Body, Call, Method};

/// Revokes the account's own token, for good. Sent once.
///
/// An installation token ends itself. Of the others, those with a prefix can be handed to `POST /credentials/revoke`, which wants no
/// authentication, takes the order (202) and e-mails the owner; servers do not have it.
pub(super) async fn revoke(account: &Account) -> Result<Revoked, Error> {
    let token = account.token().await?;
    match (account.form().await?, account.site) {
        (Form::Installation, _) => {
            let answer = account.origin.send(Method::Delete, &Call::to(["installation", "token"]), Body::Empty).await?;
            if answer.status == 204 { Ok(Revoked::Done) } else { Err(account.error(&answer, Form::Installation)) }
        }
        (
            form @ (Form::Classic | Form::FineGrained | Form::OAuthApp | Form::AppUser | Form::Refresh),
            Site::Public | Site::Tenant,
        ) => {
            let body = json!({ "credentials": [token.expose()] });
            let answer = account.anonymous.send(Method::Post, &Call::to(["credentials", "revoke"]), Body::Json(&body)).await?;
            match answer.status {
                200..=299 => Ok(Revoked::Accepted),
                // A tenant may know nobody who does not sign in, or not have the call at all.
                401 | 404 if account.site == Site::Tenant => Err(by_hand(account)),
                _ => Err(account.error(&answer, form)),
            }
        }
        _ => Err(by_hand(account)),
    }
}

fn by_hand(account: &Account) -> Error {
    Error::Impossible { host: account.web.to_string(), page: Some(page::tokens(&account.web)) }
}

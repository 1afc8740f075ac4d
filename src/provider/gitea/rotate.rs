//! A new token at Gitea (`POST /users/NAME/tokens`): it takes Basic authentication, where a token with `write:user` may stand for the password. The old
//! one lives until it is ended. Forgejo wants the password itself, so there a person has to.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::json;

use super::super::finding::{self, Finding};
use super::super::{Error, Issued, NewToken};
use super::revoke::{by_hand, end_by_number, is_out_of_reach, user_name, walk_tokens};
use super::{Account, scopes};
use crate::model::Expiry;
use crate::net::{Auth, Body, Call, Method};
use crate::secret::Secret;

/// An answer that hands a token out.
#[derive(Deserialize)]
struct Made {
    sha1: String,
}

/// Makes a token of the same account with the same scopes.
pub(super) async fn rotate(account: &Account, wanted: &NewToken) -> Result<Issued, Error> {
    if account.is_login() || !scopes::covers(&wanted.scopes, scopes::RULES_THE_ACCOUNT) {
        return Err(by_hand(account));
    }
    let user = user_name(account).await?;
    let origin = account.origin.proving(Auth::Basic(user.clone(), Rc::clone(&account.token)));
    let body = json!({ "name": wanted.label, "scopes": wanted.scopes });
    let call = Call::to(["users".to_owned(), user, "tokens".to_owned()]);
    let answer = origin.send(Method::Post, &call, Body::Json(&body)).await?;
    if answer.status != 201 {
        return Err(if is_out_of_reach(&answer) { by_hand(account) } else { account.error(&answer) });
    }
    let broken = || Finding::unintelligible(finding::not_what_was_asked(&answer, "a token")).into_error(&answer);
    let Made { sha1 } = answer.json().ok_or_else(broken)?;
    // None of Gitea's tokens has an end.
    Ok(Issued { token: Secret::from(sha1), expiry: Expiry::Never })
}

/// Ends the account's tokens that were made under a label: nobody has received them. Returns how many.
pub(super) async fn end_unclaimed(account: &Account, label: &str) -> Result<usize, Error> {
    let user = user_name(account).await?;
    let origin = account.origin.proving(Auth::Basic(user.clone(), Rc::clone(&account.token)));
    let found = RefCell::new(Vec::new());
    walk_tokens(account, &origin, &user, |row| {
        if row.name.as_deref() == Some(label) {
            found.borrow_mut().push(row.id);
        }
    })
    .await?;
    let found = found.into_inner();
    for id in &found {
        end_by_number(account, &origin, &user, *id).await?;
    }
    Ok(found.len())
}

//! New tokens at GitLab. A token replaces itself by one call, which ends it at once (GitLab's "Personal access tokens API", "Rotate a personal access
//! token"); the call takes those of projects and groups too. Presenting a token that is dead already to that call ends the whole family of its successors, so
//! it is sent once, and only with a token that was alive a moment ago. An owner of the project or group can make a second token beside the old one.

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::super::finding::{self, Cause, Finding};
use super::super::{Error, Issued, NewToken, Revoked, TokenFacts};
use super::Account;
use super::probe::{end_of, owner};
use super::refusal::refusal;
use crate::model::{Expiry, TokenKind};
use crate::net::{Answer, Body, Call, Method};
use crate::secret::Secret;

/// An answer that hands a token out.
#[derive(Deserialize)]
struct Made {
    token: String,
    #[serde(default)]
    expires_at: Option<String>,
}

/// A token as its own call and listings describe it.
#[derive(Deserialize)]
struct Described {
    id: u64,
    name: String,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    scopes: Vec<String>,
    access_level: Option<u32>,
}

/// Replaces the account's own token. The old one is dead as soon as GitLab has done it.
pub(super) async fn rotate(account: &Account, wanted: &NewToken) -> Result<Issued, Error> {
    let own = Call::to(["personal_access_tokens", "self", "rotate"]);
    let first = order(account, &own, wanted.expires_on).await?;
    let answer = match too_far(&first).filter(|_| wanted.may_be_earlier) {
        // It has said why it did nothing: this is another order, not the same one again.
        Some(latest) => order(account, &own, latest).await?,
        None => first,
    };
    issued(account, &answer)
}

async fn order(account: &Account, call: &Call, expires_on: Date) -> Result<Answer, Error> {
    let body = json!({ "expires_at": expires_on.to_string() });
    Ok(account.origin.send(Method::Post, call, Body::Json(&body)).await?)
}

/// The last day that the server would take, where it finds the one that was asked for too far off: `Expiration date must be before 2027-01-01`.
fn too_far(answer: &Answer) -> Option<Date> {
    if answer.status != 400 {
        return None;
    }
    let words = super::api::Trouble::of(answer)?.words;
    let (_, rest) = words.split_once("must be before ")?;
    rest.get(..10)?.parse::<Date>().ok()?.yesterday().ok()
}

fn issued(account: &Account, answer: &Answer) -> Result<Issued, Error> {
    if !matches!(answer.status, 200 | 201) {
        return Err(refusal(answer, &account.web).into_error(answer));
    }
    let broken = || Finding::unintelligible(finding::not_what_was_asked(answer, "a token")).into_error(answer);
    let Made { token, expires_at } = answer.json().ok_or_else(broken)?;
    let expiry = expires_at.map_or(Expiry::Never, |date| end_of(&date).map_or(Expiry::Unknown, Expiry::At));
    Ok(Issued { token: Secret::from(token), expiry })
}

/// What the token is: its number, by which its owner finds it.
pub(super) async fn facts(account: &Account) -> Result<TokenFacts, Error> {
    let answer = account.origin.get(&Call::to(["personal_access_tokens", "self"])).await?;
    let Described { id, .. } = finding::read(&answer, || refusal(&answer, &account.web).into_error(&answer))?;
    Ok(TokenFacts { id: id.to_string() })
}

/// Makes a token of the same project or group beside another, with its scopes and role. `username` is that of the account that the other acts as.
pub(super) async fn make_beside(account: &Account, username: &str, old: &TokenFacts, wanted: &NewToken) -> Result<Issued, Error> {
    let place = place(account, username)?;
    let read = |answer: &Answer| refusal(answer, &account.web).into_error(answer);
    let answer = account.origin.get(&Call::to(place.iter().cloned().chain([old.id.clone()]))).await?;
    let Described { scopes, access_level, .. } = finding::read(&answer, || read(&answer))?;
    let missing = || Finding::unintelligible("the old token's role is not told").into_error(&answer);
    let role = access_level.ok_or_else(missing)?;
    let body = |on: Date| json!({ "name": wanted.label, "scopes": scopes, "access_level": role, "expires_at": on.to_string() });
    let call = Call::to(place);
    let first = account.origin.send(Method::Post, &call, Body::Json(&body(wanted.expires_on))).await?;
    let answer = match too_far(&first).filter(|_| wanted.may_be_earlier) {
        Some(latest) => account.origin.send(Method::Post, &call, Body::Json(&body(latest))).await?,
        None => first,
    };
    issued(account, &answer)
}

/// Ends the tokens of that project or group that were made under a label: nobody has received them. Returns how many.
pub(super) async fn end_unclaimed(account: &Account, username: &str, label: &str) -> Result<usize, Error> {
    let place = place(account, username)?;
    // The newest are on the first page; more than one under a label never is.
    let listing = Call::to(place.clone()).with("per_page", 100).with("state", "active").with("sort", "created_at_desc");
    let answer = account.origin.get(&listing).await?;
    let listed: Vec<Described> = finding::read(&answer, || refusal(&answer, &account.web).into_error(&answer))?;
    let mut ended = 0;
    for one in listed.iter().filter(|one| one.name == label && !one.revoked) {
        let call = Call::to(place.iter().cloned().chain([one.id.to_string()]));
        let answer = account.origin.send(Method::Delete, &call, Body::Empty).await?;
        let finding = refusal(&answer, &account.web);
        match (answer.status, finding.cause) {
            (204, _) | (_, Cause::NotFound) => ended += 1,
            _ => return Err(finding.into_error(&answer)),
        }
    }
    Ok(ended)
}

/// `projects/12/access_tokens`, of the project or group whose token acts as this account.
fn place(account: &Account, username: &str) -> Result<Vec<String>, Error> {
    let impossible = || Error::Impossible { host: account.web.to_string(), page: None };
    let (kind, id) = owner(username).ok_or_else(impossible)?;
    let room = if kind == TokenKind::Group { "groups" } else { "projects" };
    Ok(vec![room.to_owned(), id.to_owned(), "access_tokens".to_owned()])
}

/// A token of any scope may end itself since 15.4.
pub(super) async fn revoke(account: &Account) -> Result<Revoked, Error> {
    let call = Call::to(["personal_access_tokens", "self"]);
    let answer = account.origin.send(Method::Delete, &call, Body::Empty).await?;
    if answer.status == 204 { Ok(Revoked::Done) } else { Err(refusal(&answer, &account.web).into_error(&answer)) }
}

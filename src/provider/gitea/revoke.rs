//! Revoking a token at Gitea. Since 1.27 a token ends itself by one call. Before, it is looked up among the account's tokens and ended by its number, which
//! takes Basic authentication, where a token with `write:user` may stand for the password. Forgejo wants the password itself: there a person has to.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Deserialize;

use super::super::{Error, Revoked};
use super::probe::User;
use super::refusal::lack;
use super::repositories::rows;
use super::{Account, api};
use crate::net::{self, Answer, Auth, Body, Call, Flow, Method, Origin, Pages, walk};

/// Tokens asked for in a page; most instances give no more.
const PER_PAGE: u32 = 50;

/// Characters at a token's end that a listing shows.
const SHOWN: usize = 8;

/// One of `GET /users/NAME/tokens`.
#[derive(Deserialize)]
pub(super) struct Listed {
    pub(super) id: u64,
    pub(super) name: Option<String>,
    token_last_eight: Option<String>,
}

/// Revokes the account's own token, for good. What revokes is sent once.
pub(super) async fn revoke(account: &Account) -> Result<Revoked, Error> {
    if account.is_login() {
        return Err(by_hand(account));
    }
    let answer = account.origin.send(Method::Delete, &Call::to(["token"]), Body::Empty).await?;
    match answer.status {
        204 => Ok(Revoked::Done),
        404 | 405 => among_the_others(account).await,
        _ => Err(account.error(&answer)),
    }
}

/// Finds the token among those of its account, and revokes it by its number.
async fn among_the_others(account: &Account) -> Result<Revoked, Error> {
    let user = user_name(account).await?;
    let origin = account.origin.proving(Auth::Basic(user.clone(), Rc::clone(&account.token)));
    let Some(id) = find(account, &origin, &user).await? else { return Err(by_hand(account)) };
    end_by_number(account, &origin, &user, id).await
}

/// Ends a token of the account by its number.
pub(super) async fn end_by_number(account: &Account, origin: &Origin, user: &str, id: u64) -> Result<Revoked, Error> {
    let call = Call::to(["users".to_owned(), user.to_owned(), "tokens".to_owned(), id.to_string()]);
    let answer = origin.send(Method::Delete, &call, Body::Empty).await?;
    match answer.status {
        204 => Ok(Revoked::Done),
        // The listing has just shown that the token is good: it is the way of proving it that is not enough (Forgejo), or its scopes.
        401 => Err(by_hand(account)),
        403 if lack(&answer).is_some() => Err(by_hand(account)),
        _ => Err(account.error(&answer)),
    }
}

/// The login that the address names. A token that may not read its account may not end itself either.
pub(super) async fn user_name(account: &Account) -> Result<String, Error> {
    if let Some(name) = &account.identity.username {
        return Ok(name.clone());
    }
    let answer = account.origin.get(&Call::to(["user"])).await?;
    if lack(&answer).is_some() {
        return Err(by_hand(account));
    }
    rows(account, &answer).map(|User { login, .. }| login)
}

/// The number of the token with our token's end, if there is just one: another's is not revoked by mistake.
async fn find(account: &Account, origin: &Origin, user: &str) -> Result<Option<u64>, Error> {
    let token = account.token.token().await.map_err(net::Error::Token)?;
    let found = RefCell::new(Vec::new());
    let is_ours =
        |row: &Listed| row.token_last_eight.as_deref().is_some_and(|end| end.len() == SHOWN && token.expose().ends_with(end));
    walk_tokens(account, origin, user, |row| {
        if is_ours(row) {
            found.borrow_mut().push(row.id);
        }
    })
    .await?;
    match found.into_inner().as_slice() {
        [id] => Ok(Some(*id)),
        _ => Ok(None),
    }
}

/// Hands over each token of the account as the listing shows it.
pub(super) async fn walk_tokens(account: &Account, origin: &Origin, user: &str, each: impl Fn(&Listed)) -> Result<(), Error> {
    let read = |answer: &Answer| {
        if is_out_of_reach(answer) {
            return Err(by_hand(account));
        }
        rows::<Vec<Listed>>(account, answer)
    };
    walk(
        origin,
        &Call::to(["users", user, "tokens"]).paged_by(api::PAGING),
        Pages { first: 1, per_page: PER_PAGE, only_first: false },
        read,
        |row: &Listed| row.id.to_string(),
        |rows| {
            rows.iter().for_each(&each);
            Flow::Continue(())
        },
    )
    .await
    .map(drop)
}

/// Whether the account's tokens are not shown to this one: its scopes do not do, the server wants the password, or the account has another name now.
pub(super) fn is_out_of_reach(answer: &Answer) -> bool {
    let trouble = api::Trouble::of(answer);
    let says = |words: &str| trouble.as_ref().is_some_and(|trouble| trouble.words().to_ascii_lowercase().contains(words));
    match answer.status {
        // Any other 401 says that the token is dead.
        401 => says("auth method not allowed") || says("auth required"),
        403 => lack(answer).is_some() || says("doer should be"),
        404 => trouble.is_some(),
        _ => false,
    }
}

pub(super) fn by_hand(account: &Account) -> Error {
    Error::Impossible { host: account.web.to_string(), page: Some(api::applications(&account.web)) }
}

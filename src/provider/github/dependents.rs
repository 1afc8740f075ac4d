//! What dies with a token at GitHub: revoking the token by which a deploy key was made deletes the key too (GitHub's "Managing deploy keys"). A key does not say by
//! which token it was made, only by whom, so what is told is what may go.

use std::cell::RefCell;

use futures_util::future::join_all;
use serde::Deserialize;

use super::super::Error;
use super::super::finding;
use super::Account;
use super::shape::Form;
use crate::net::{Call, Flow, Pages, walk};

/// So many repositories are looked through, those with the newest pushes.
const MOST: usize = 100;
/// So many are named.
const NAMED: usize = 5;

/// A repository of `GET /user/repos`.
#[derive(Deserialize)]
struct Repository {
    id: u64,
    full_name: String,
    #[serde(default)]
    permissions: Permissions,
}

/// What the account may do there.
#[derive(Default, Deserialize)]
struct Permissions {
    #[serde(default)]
    admin: bool,
}

/// A deploy key of `GET /repos/OWNER/NAME/keys`.
#[derive(Deserialize)]
struct Key {
    added_by: Option<String>,
}

/// In words, for behind a question; `None` if the account has made no deploy key in the repositories that it rules.
pub(super) async fn dies_with(account: &Account, username: &str) -> Result<Option<String>, Error> {
    let form = account.form().await?;
    if form == Form::Installation {
        return Ok(None);
    }
    let ruled = ruled(account, form).await?;
    let each = ruled.iter().take(MOST).map(|name| async move { (name, keys(account, name, username).await) });
    let mut found: Vec<String> = Vec::new();
    for (name, count) in join_all(each).await {
        let count = count?;
        if count > 0 {
            found.push(format!("{name} ({count})"));
        }
    }
    let more = found.len().saturating_sub(NAMED);
    found.truncate(NAMED);
    let seen = if ruled.len() > MOST {
        format!(" (only the {MOST} newest of {} repositories were looked at)", ruled.len())
    } else {
        String::new()
    };
    if found.is_empty() {
        return Ok((!seen.is_empty()).then(|| format!("deploy keys that it made die with it; none was found{seen}")));
    }
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Ok(Some(format!("deploy keys that it made die with it; `{username}` has made some in {}{more}{seen}", found.join(", "))))
}

/// The repositories that the account rules, newest push first: only there may it see who made a key.
async fn ruled(account: &Account, form: Form) -> Result<Vec<String>, Error> {
    let call = Call::to(["user", "repos"]).with("sort", "pushed").with("direction", "desc");
    let names = RefCell::new(Vec::new());
    walk(
        &account.origin,
        &call,
        Pages { first: 1, per_page: 100, only_first: false },
        |answer| finding::read::<Vec<Repository>>(answer, || account.error(answer, form)),
        |row: &Repository| row.id.to_string(),
        |rows| {
            let ours = rows.into_iter().filter(|row| row.permissions.admin).map(|row| row.full_name);
            names.borrow_mut().extend(ours);
            Flow::Continue(())
        },
    )
    .await?;
    Ok(names.into_inner())
}

/// How many keys of a repository somebody has made. Where the account may not look, none is counted.
async fn keys(account: &Account, full_name: &str, username: &str) -> Result<usize, Error> {
    let Some((owner, name)) = full_name.split_once('/') else { return Ok(0) };
    let call = Call::to(["repos", owner, name, "keys"]).with("per_page", 100);
    let answer = account.origin.get(&call).await?;
    if answer.status == 404 {
        return Ok(0);
    }
    let keys: Vec<Key> = finding::read(&answer, || account.error(&answer, Form::Classic))?;
    Ok(keys.iter().filter(|key| key.added_by.as_deref().is_some_and(|by| by.eq_ignore_ascii_case(username))).count())
}

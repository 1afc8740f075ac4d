//! Which workspaces are asked: the one that the connection is confined to, else all that the account is in.

use serde::Deserialize;

use super::super::{Answered, Error};
use super::Account;
use super::api::{LARGEST_PAGE, PAGING, Rows};
use super::repositories;
use crate::model::Verdict;
use crate::net::{Answer, Call, Flow, Pages, walk};

/// `GET /user/workspaces`: neither name nor role, but whether one administers it.
#[derive(Deserialize)]
struct Wire {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    slug: String,
}

/// The workspaces to ask, by their ids.
///
/// # Errors
///
/// If the token may not see them: that one can be named is said.
pub(super) async fn asked(account: &Account) -> Result<Vec<String>, Error> {
    if let Some(workspace) = &account.identity.workspace {
        return Ok(vec![workspace.clone()]);
    }
    let mut slugs = Vec::new();
    let read = |answer: &Answer| repositories::rows::<Rows<Wire>>(account, answer).map(|rows| rows.values);
    let pages = Pages { first: 1, per_page: LARGEST_PAGE, only_first: false };
    let call = Call::to(["user", "workspaces"]).paged_by(PAGING);
    let walked = walk(
        &account.origin,
        &call,
        pages,
        read,
        |row: &Wire| row.workspace.slug.clone(),
        |rows| {
            slugs.extend(rows.into_iter().map(|row| row.workspace.slug));
            Flow::Continue(())
        },
    );
    match walked.await {
        Ok(_) => Ok(slugs),
        Err(Error::Refused { verdict: verdict @ Verdict::InsufficientScope, reason, mend_url, answered }) => {
            let reason =
                format!("{reason}, by which its workspaces are found: name one (gitconn edit NAME --workspace WORKSPACE)");
            Err(Error::Refused { verdict, reason, mend_url, answered })
        }
        Err(error) => Err(error),
    }
}

/// What a 404 of a workspace means.
pub(super) fn not_there(workspace: &str, answer: &Answer) -> Error {
    Error::NoWorkspace { workspace: workspace.to_owned(), answered: Box::new(Answered::by(answer)) }
}

//! Branches at Gitea and Forgejo. The listing does not say which branch is the default one, and only some versions search it: both are made good here.

use std::cell::RefCell;

use futures_util::future::try_join;
use serde::Deserialize;

use super::super::completing::{Completing, default_is};
use super::super::{BranchQuery, Error, Listing};
use super::{Account, api, paged, repositories};
use crate::model::{Branch, RepositoryPath};
use crate::net::{Answer, Call, Flow};

#[derive(Debug, Deserialize)]
struct Wire {
    name: String,
    commit: Option<Commit>,
    /// Told to whoever may read the repository.
    protected: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Commit {
    id: String,
}

/// Lists a repository's branches in the server's order.
///
/// The search is ours: `q` came with Gitea 1.27, everybody else ignores it, and whether it regards case is up to the database behind it.
pub(super) async fn list(
    account: &Account,
    path: &RepositoryPath,
    query: &BranchQuery,
    each: &mut dyn FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    let address = repositories::address(path)?;
    let call = Call::to(address.into_iter().chain(["branches"])).paged_by(api::PAGING);
    let sift = paged::sift(account, query.search.as_deref(), query.pages).await;
    let pages = sift.pages();
    let waiting = RefCell::new(Completing::sifting(sift, each));
    let default = async {
        let repository = repositories::one(account, path).await?;
        waiting.borrow_mut().known(default_is(repository.default_branch));
        Ok(())
    };
    let branches = paged::walk_in_turns(
        account,
        &call,
        pages,
        |answer| rows(account, path, answer),
        |row: &Branch| row.name.clone(),
        |rows| waiting.borrow_mut().take(rows),
        || waiting.borrow_mut().turn(),
    );
    let ((), walked) = try_join(default, branches).await?;
    Ok(waiting.into_inner().listing(&walked))
}

fn rows(account: &Account, path: &RepositoryPath, answer: &Answer) -> Result<Vec<Branch>, Error> {
    if answer.status == 404 {
        return Err(repositories::not_there(account, path, answer));
    }
    // A repository without a commit has `null`.
    let rows: Option<Vec<Wire>> = repositories::rows(account, answer)?;
    let branch = |row: Wire| Branch {
        name: row.name,
        is_default: false,
        is_protected: row.protected,
        sha: row.commit.map(|commit| commit.id).unwrap_or_default(),
    };
    Ok(rows.unwrap_or_default().into_iter().map(branch).collect())
}

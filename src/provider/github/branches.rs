//! Branches at GitHub. The listing neither searches nor says which branch is the default one: both are made good here.

use std::cell::RefCell;

use futures_util::future::try_join;
use serde::Deserialize;

use super::super::completing::{Completing, default_is};
use super::super::{BranchQuery, Error, Listing};
use super::shape::Form;
use super::{Account, repositories};
use crate::model::{Branch, RepositoryPath};
use crate::net::{Answer, Call, Flow, walk};

#[derive(Debug, Deserialize)]
struct Wire {
    name: String,
    commit: Commit,
    protected: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Commit {
    sha: String,
}

/// Lists a repository's branches in GitHub's order, by name.
pub(super) async fn list(
    account: &Account,
    path: &RepositoryPath,
    query: &BranchQuery,
    each: &mut dyn FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    let form = account.form().await?;
    let call = Call::to(repositories::address(path)?.into_iter().chain(["branches"]));
    let waiting = RefCell::new(Completing::new(query, each));
    let pages = waiting.borrow().pages();

    let default = async {
        let repository = repositories::one(account, path).await?;
        waiting.borrow_mut().known(default_is(repository.default_branch));
        Ok(())
    };
    let read = |answer: &Answer| rows(account, form, path, answer);
    let branches =
        walk(&account.origin, &call, pages, read, |row: &Branch| row.name.clone(), |rows| waiting.borrow_mut().take(rows));
    let ((), walked) = try_join(default, branches).await?;
    Ok(waiting.into_inner().listing(&walked))
}

fn rows(account: &Account, form: Form, path: &RepositoryPath, answer: &Answer) -> Result<Vec<Branch>, Error> {
    if answer.status == 404 {
        return Err(repositories::not_there(account, form, path, answer));
    }
    let rows: Vec<Wire> = repositories::rows(account, form, answer)?;
    let branch = |row: Wire| Branch { name: row.name, is_default: false, is_protected: row.protected, sha: row.commit.sha };
    Ok(rows.into_iter().map(branch).collect())
}

//! Branches at Bitbucket. Which is the main one stands with the repository, and which are protected is shown to administrators alone.

use std::cell::{Cell, RefCell};

use futures_util::future::try_join;
use serde::Deserialize;

use super::super::completing::Completing;
use super::super::sift::Sift;
use super::super::{BranchQuery, Error, Listing};
use super::api::{PAGING, Rows};
use super::{Account, protection, repositories};
use crate::model::{Branch, RepositoryPath};
use crate::net::{Answer, Call, Flow, walk};

#[derive(Debug, Deserialize)]
struct Wire {
    name: String,
    target: Target,
}

#[derive(Debug, Deserialize)]
struct Target {
    hash: String,
}

/// Lists a repository's branches in Bitbucket's order, by name.
pub(super) async fn list(
    account: &Account,
    path: &RepositoryPath,
    query: &BranchQuery,
    each: &mut dyn FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    let address = repositories::address(path)?;
    let mut call = Call::to(address.iter().cloned().chain(["refs".to_owned(), "branches".to_owned()])).paged_by(PAGING);
    if let Some(text) = query.search.as_deref().filter(|text| !text.is_empty()) {
        // What it finds is sifted again, so that a result means the same everywhere.
        call = call.with("q", format!("name ~ {}", quoted(text)));
    }
    let waiting = RefCell::new(Completing::sifting(Sift::unnumbered(query.search.as_deref(), query.pages), each));
    let pages = waiting.borrow().pages();
    let hidden = Cell::new(false);
    let about = async {
        let (repository, protection) = try_join(repositories::one(account, path), protection::of(account, &address)).await?;
        let main = repository.main_branch();
        hidden.set(protection.is_none());
        waiting.borrow_mut().known(move |branch| {
            branch.is_default = main.as_ref() == Some(&branch.name);
            branch.is_protected = protection.as_ref().map(|protection| protection.covers(&branch.name, main.as_deref()));
        });
        Ok(())
    };
    let read = |answer: &Answer| {
        if answer.status == 404 {
            return Err(repositories::not_there(account, path, answer));
        }
        let rows: Rows<Wire> = repositories::rows(account, answer)?;
        let branch = |row: Wire| Branch { name: row.name, is_default: false, is_protected: None, sha: row.target.hash };
        Ok(rows.values.into_iter().map(branch).collect())
    };
    let branches =
        walk(&account.origin, &call, pages, read, |row: &Branch| row.name.clone(), |rows| waiting.borrow_mut().take(rows));
    let ((), walked) = try_join(about, branches).await?;
    let remark = hidden
        .get()
        .then_some("whether branches are protected is shown to those who administer the repository, and to no others");
    Ok(Listing { remark, ..waiting.into_inner().listing(&walked) })
}

/// A text of Bitbucket's query language.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_search_cannot_leave_its_quotes() {
        assert_eq!(quoted("feature/x"), r#""feature/x""#);
        assert_eq!(quoted(r#"a" OR name ~ "b\"#), r#""a\" OR name ~ \"b\\""#);
    }
}

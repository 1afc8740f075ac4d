//! Branches at GitHub. The listing neither searches nor says which branch is the default one: both are made good here.

use std::cell::RefCell;

use futures_util::future::try_join;
use serde::Deserialize;

use super::super::sift::Sift;
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

/// The default branch's name, as far as it is known.
enum Default {
    Unasked,
    Known(Option<String>),
}

/// What the two requests that run side by side share: pages wait here until the default branch is known.
struct Desk<'a> {
    default: Default,
    waiting: Vec<Branch>,
    sift: Sift,
    each: &'a mut dyn FnMut(Vec<Branch>) -> Flow,
    stopped: bool,
}

impl Desk<'_> {
    fn take(&mut self, rows: Vec<Branch>) -> Flow {
        self.waiting.extend(rows);
        let Default::Known(default) = &self.default else {
            return Flow::Continue(());
        };
        let mut rows = std::mem::take(&mut self.waiting);
        for row in &mut rows {
            row.is_default = default.as_ref() == Some(&row.name);
        }
        if !self.stopped && !rows.is_empty() {
            self.stopped = self.sift.pass(rows, |row| &row.name, self.each).is_break();
        }
        if self.stopped { Flow::Break(()) } else { Flow::Continue(()) }
    }
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
    let sift = Sift::new(query.search.as_deref(), query.pages);
    let pages = sift.pages();
    let desk = RefCell::new(Desk { default: Default::Unasked, waiting: Vec::new(), sift, each, stopped: false });

    let default = async {
        let repository = repositories::one(account, path).await?;
        let mut desk = desk.borrow_mut();
        desk.default = Default::Known(repository.default_branch);
        // Whether the reader has enough is asked again with the next page.
        let _ = desk.take(Vec::new());
        Ok(())
    };
    let read = |answer: &Answer| rows(account, form, path, answer);
    let branches =
        walk(&account.origin, &call, pages, read, |row: &Branch| row.name.clone(), |rows| desk.borrow_mut().take(rows));
    let ((), walked) = try_join(default, branches).await?;

    let desk = desk.into_inner();
    Ok(Listing {
        total: walked.total.filter(|_| !desk.sift.is_searching()),
        more: walked.more || desk.sift.found_more(),
        incomplete: Vec::new(),
    })
}

fn rows(account: &Account, form: Form, path: &RepositoryPath, answer: &Answer) -> Result<Vec<Branch>, Error> {
    if answer.status == 404 {
        return Err(repositories::not_there(account, form, path, answer));
    }
    let rows: Vec<Wire> = repositories::rows(account, form, answer)?;
    let branch = |row: Wire| Branch { name: row.name, is_default: false, is_protected: row.protected, sha: row.commit.sha };
    Ok(rows.into_iter().map(branch).collect())
}

#[cfg(test)]
mod tests {
    use super::{Default, Desk};
    use crate::model::Branch;
    use crate::net::Flow;
    use crate::provider::PageChoice;
    use crate::provider::sift::Sift;

    fn branch(name: &str) -> Branch {
        Branch { name: name.to_owned(), is_default: false, is_protected: None, sha: "a1".to_owned() }
    }

    #[test]
    fn pages_wait_until_the_default_branch_is_known() {
        let mut seen = Vec::new();
        let mut each = |rows: Vec<Branch>| {
            seen.extend(rows.into_iter().map(|row| (row.name, row.is_default)));
            if seen.len() < 3 { Flow::Continue(()) } else { Flow::Break(()) }
        };
        let sift = Sift::new(None, PageChoice::Walk { per_page: 2 });
        let mut desk = Desk { default: Default::Unasked, waiting: Vec::new(), sift, each: &mut each, stopped: false };
        assert!(desk.take(vec![branch("a"), branch("main")]).is_continue());
        assert!(desk.waiting.len() == 2);
        desk.default = Default::Known(Some("main".to_owned()));
        assert!(desk.take(Vec::new()).is_continue());
        assert!(desk.take(vec![branch("z")]).is_break());
        // Whoever has enough gets no more.
        assert!(desk.take(vec![branch("zz")]).is_break());
        assert_eq!(seen, [("a".to_owned(), false), ("main".to_owned(), true), ("z".to_owned(), false)]);
    }
}

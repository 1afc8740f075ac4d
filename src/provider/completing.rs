//! Branches of which a listing says less than is to be shown. What is missing is asked for side by side with the pages, and these wait until it is
//! known.

use super::sift::Sift;
use super::{BranchQuery, Listing};
use crate::model::Branch;
use crate::net::{Flow, Pages, Walked};

/// What is to be put right about a branch.
type Completion = Box<dyn Fn(&mut Branch)>;

/// Rows on their way to a reader.
pub(super) struct Completing<'a> {
    complete: Option<Completion>,
    waiting: Vec<Branch>,
    sift: Sift,
    each: &'a mut dyn FnMut(Vec<Branch>) -> Flow,
    stopped: bool,
}

impl<'a> Completing<'a> {
    /// For a listing that the provider pages.
    pub(super) fn new(query: &BranchQuery, each: &'a mut dyn FnMut(Vec<Branch>) -> Flow) -> Self {
        Self::sifting(Sift::new(query.search.as_deref(), query.pages), each)
    }

    /// For a listing that is cut and searched in another way.
    pub(super) fn sifting(sift: Sift, each: &'a mut dyn FnMut(Vec<Branch>) -> Flow) -> Self {
        Self { complete: None, waiting: Vec::new(), sift, each, stopped: false }
    }

    /// The pages to ask the provider for.
    pub(super) const fn pages(&self) -> Pages {
        self.sift.pages()
    }

    /// The next page to ask for, where several make up one (see [`Sift::turn`]).
    pub(super) fn turn(&mut self) -> Option<Pages> {
        self.sift.turn()
    }

    /// What was missing is known now. Whether the reader has enough is asked again with the next page.
    pub(super) fn known(&mut self, complete: impl Fn(&mut Branch) + 'static) {
        self.complete = Some(Box::new(complete));
        let _ = self.take(Vec::new());
    }

    /// Takes a page.
    pub(super) fn take(&mut self, rows: Vec<Branch>) -> Flow {
        self.waiting.extend(rows);
        let Some(complete) = &self.complete else { return Flow::Continue(()) };
        let mut rows = std::mem::take(&mut self.waiting);
        rows.iter_mut().for_each(complete);
        if !self.stopped && !rows.is_empty() {
            self.stopped = self.sift.pass(rows, |row| &row.name, self.each).is_break();
        }
        if self.stopped { Flow::Break(()) } else { Flow::Continue(()) }
    }

    /// What is to be said of the listing when all pages have been taken.
    pub(super) fn listing(self, walked: &Walked) -> Listing {
        Listing {
            total: walked.total.filter(|_| !self.sift.is_searching()),
            more: walked.more || self.sift.found_more(),
            incomplete: Vec::new(),
            remark: None,
        }
    }
}

/// Names the default branch, as far as it is known.
pub(super) fn default_is(default: Option<String>) -> impl Fn(&mut Branch) {
    move |branch| branch.is_default = default.as_ref() == Some(&branch.name)
}

#[cfg(test)]
mod tests {
    use super::{Completing, default_is};
    use crate::model::Branch;
    use crate::net::Flow;
    use crate::provider::{BranchQuery, PageChoice};

    fn branch(name: &str) -> Branch {
        Branch { name: name.to_owned(), is_default: false, is_protected: None, sha: String::new() }
    }

    #[test]
    fn pages_wait_for_the_default_branch_and_then_flow() {
        let query = BranchQuery { search: None, pages: PageChoice::Walk { per_page: 2 } };
        let mut seen = Vec::new();
        let mut each = |rows: Vec<Branch>| {
            seen.extend(rows.into_iter().map(|row| (row.name, row.is_default)));
            if seen.len() >= 3 { Flow::Break(()) } else { Flow::Continue(()) }
        };
        let mut rows = Completing::new(&query, &mut each);
        assert!(rows.take(vec![branch("dev"), branch("main")]).is_continue());
        rows.known(default_is(Some("main".to_owned())));
        assert!(rows.take(vec![branch("x")]).is_break());
        assert!(rows.take(vec![branch("y")]).is_break());
        drop(rows);
        assert_eq!(seen, [("dev".to_owned(), false), ("main".to_owned(), true), ("x".to_owned(), false)]);
    }
}

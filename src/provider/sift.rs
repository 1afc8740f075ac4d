//! Searching a listing ourselves, and cutting a page out of what was found.

use super::PageChoice;
use crate::net::{Flow, Pages};

/// The most rows a provider gives in a page.
const LARGEST_PAGE: u32 = 100;

/// Lets through the rows whose name holds a text, and of those the wanted page.
///
/// A page of a search means a page of what was *found*: when we search, the provider's pages are all read until ours is full.
pub(super) struct Sift {
    /// In lower case.
    needle: Option<String>,
    pages: Pages,
    skip: u64,
    /// Rows of our page that are still missing; `None` when all are wanted.
    missing: Option<u64>,
    more: bool,
    /// Pages of the provider's after the first that ours is cut out of too.
    further: u32,
    /// The reader has enough.
    stopped: bool,
}

impl Sift {
    /// For a listing that the provider pages; `search` is done here.
    pub(super) fn new(search: Option<&str>, choice: PageChoice) -> Self {
        let needle = search.filter(|text| !text.is_empty()).map(str::to_lowercase);
        match (choice, &needle) {
            (PageChoice::One { page, per_page }, None) => Self {
                needle,
                pages: Pages { first: page.max(1), per_page, only_first: true },
                skip: 0,
                missing: None,
                more: false,
                further: 0,
                stopped: false,
            },
            (PageChoice::Walk { per_page }, None) => Self {
                needle,
                pages: Pages { first: 1, per_page, only_first: false },
                skip: 0,
                missing: None,
                more: false,
                further: 0,
                stopped: false,
            },
            (_, Some(_)) => Self::over_all(search, choice),
        }
    }

    /// For a listing of which every row passes through here, because its order is made by us too.
    pub(super) fn over_all(search: Option<&str>, choice: PageChoice) -> Self {
        let (skip, missing) = match choice {
            PageChoice::One { page, per_page } => {
                (u64::from(page.saturating_sub(1)) * u64::from(per_page), Some(u64::from(per_page)))
            }
            PageChoice::Walk { .. } => (0, None),
        };
        Self {
            needle: search.filter(|text| !text.is_empty()).map(str::to_lowercase),
            pages: Pages { first: 1, per_page: LARGEST_PAGE, only_first: false },
            skip,
            missing,
            more: false,
            further: 0,
            stopped: false,
        }
    }

    /// For a listing whose later pages have no numbers: they are reached through those before.
    pub(super) fn unnumbered(search: Option<&str>, choice: PageChoice) -> Self {
        match choice {
            PageChoice::One { page: 2.., .. } => Self::over_all(search, choice),
            PageChoice::One { .. } | PageChoice::Walk { .. } => Self::new(search, choice),
        }
    }

    /// For a listing whose provider gives no more than `most` rows in a page, and says nothing when it gives fewer than were asked for: a larger page
    /// is cut out of several of its pages, each of which is asked for in [its turn](Self::turn). `None`: how many it gives is not known, so that all
    /// have to be read from the first on.
    pub(super) fn clamped(search: Option<&str>, choice: PageChoice, most: Option<u32>) -> Self {
        let is_searching = search.is_some_and(|text| !text.is_empty());
        match (choice, most.filter(|most| *most > 0)) {
            (PageChoice::One { page, per_page }, Some(most)) if per_page > most && !is_searching => {
                let (before, wanted) = (u64::from(page.saturating_sub(1)) * u64::from(per_page), u64::from(per_page));
                let most = u64::from(most);
                let (first, last) = (before / most, (before + wanted - 1) / most);
                let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
                let pages = Pages { first: number(first + 1), per_page: number(most), only_first: true };
                let sift = Self::new(None, choice);
                Self { pages, skip: before % most, missing: Some(wanted), further: number(last - first), ..sift }
            }
            (PageChoice::One { .. }, None) => Self::over_all(search, choice),
            _ => Self::new(search, choice),
        }
    }

    /// The next of the provider's pages that ours is cut out of, if there is one and it is still wanted.
    pub(super) fn turn(&mut self) -> Option<Pages> {
        if self.stopped || self.more {
            return None;
        }
        self.further = self.further.checked_sub(1)?;
        self.pages.first += 1;
        Some(self.pages)
    }

    /// The pages to ask the provider for.
    pub(super) const fn pages(&self) -> Pages {
        self.pages
    }

    /// Whether rows are left out by a search, so that the provider's total is not the listing's.
    pub(super) const fn is_searching(&self) -> bool {
        self.needle.is_some()
    }

    /// Whether something was found beyond the page that was cut.
    pub(super) const fn found_more(&self) -> bool {
        self.more
    }

    /// Hands the rows that pass to `each`, and says whether to go on. It goes on one row beyond a full page, to know if there is one.
    pub(super) fn pass<T>(&mut self, rows: Vec<T>, name: impl Fn(&T) -> &str, each: &mut dyn FnMut(Vec<T>) -> Flow) -> Flow {
        let mut passed = Vec::new();
        for row in rows {
            if self.needle.as_ref().is_some_and(|needle| !name(&row).to_lowercase().contains(needle.as_str())) {
                continue;
            }
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            match &mut self.missing {
                None => passed.push(row),
                Some(0) => {
                    self.more = true;
                    break;
                }
                Some(missing) => {
                    *missing -= 1;
                    passed.push(row);
                }
            }
        }
        let reader = if passed.is_empty() { Flow::Continue(()) } else { each(passed) };
        self.stopped |= reader.is_break();
        if self.more { Flow::Break(()) } else { reader }
    }
}

#[cfg(test)]
mod tests {
    use super::{PageChoice, Sift};
    use crate::net::Flow;

    fn run(mut sift: Sift, pages: &[&[&str]]) -> (Vec<String>, bool, usize) {
        let mut seen = Vec::new();
        let mut read = 0;
        for page in pages {
            read += 1;
            let rows = page.iter().map(ToString::to_string).collect();
            let flow = sift.pass(rows, String::as_str, &mut |rows| {
                seen.extend(rows);
                Flow::Continue(())
            });
            if flow.is_break() {
                break;
            }
        }
        (seen, sift.found_more(), read)
    }

    #[test]
    fn search_means_contains_without_regard_to_case() {
        let sift = Sift::new(Some("ODoo"), PageChoice::Walk { per_page: 30 });
        assert_eq!(sift.pages().per_page, 100);
        let (seen, more, _) = run(sift, &[&["acme/Odoo-theme", "acme/site"], &["x/my-odoo"]]);
        assert_eq!(seen, ["acme/Odoo-theme", "x/my-odoo"]);
        assert!(!more);
    }

    #[test]
    fn a_page_of_a_search_is_a_page_of_what_was_found() {
        let pages: &[&[&str]] = &[&["a1", "b", "a2"], &["a3", "b", "a4"], &["a5"], &["a6"]];
        let second = Sift::new(Some("a"), PageChoice::One { page: 2, per_page: 2 });
        assert_eq!(run(second, pages), (vec!["a3".to_owned(), "a4".to_owned()], true, 3));
        let last = Sift::new(Some("a"), PageChoice::One { page: 3, per_page: 2 });
        assert_eq!(run(last, pages), (vec!["a5".to_owned(), "a6".to_owned()], false, 4));
        let beyond = Sift::new(Some("a"), PageChoice::One { page: 9, per_page: 2 });
        assert_eq!(run(beyond, pages), (vec![], false, 4));
    }

    #[test]
    fn without_a_search_the_provider_pages() {
        let one = Sift::new(Some(""), PageChoice::One { page: 3, per_page: 7 });
        assert_eq!((one.pages().first, one.pages().per_page, one.pages().only_first), (3, 7, true));
        assert!(!one.is_searching());
        assert_eq!(run(one, &[&["a", "b"]]).0, ["a", "b"]);
        let all = Sift::new(None, PageChoice::Walk { per_page: 7 });
        assert_eq!((all.pages().first, all.pages().per_page, all.pages().only_first), (1, 7, false));
    }

    #[test]
    fn a_page_larger_than_the_providers_is_cut_out_of_several() {
        // Rows 0 to 99, of which the provider gives `most` in a page; the wanted ones, and the pages that were asked for.
        let cut = |page, per_page, most: u32| {
            let mut sift = Sift::clamped(None, PageChoice::One { page, per_page }, Some(most));
            let (mut seen, mut asked, mut next) = (Vec::new(), Vec::new(), Some(sift.pages()));
            while let Some(pages) = next {
                assert!(pages.per_page <= most && pages.only_first);
                asked.push(pages.first);
                let first = (pages.first - 1) * pages.per_page;
                let rows = (first..first + pages.per_page).filter(|row| *row < 100).map(|row| row.to_string()).collect();
                let _ = sift.pass(rows, String::as_str, &mut |rows| {
                    seen.extend(rows.iter().map(|row| row.parse::<u32>().unwrap()));
                    Flow::Continue(())
                });
                next = sift.turn();
            }
            (seen, asked, sift.found_more())
        };
        let rows = |from: u32, to: u32| (from..to).collect::<Vec<_>>();
        assert_eq!(cut(1, 20, 50), (rows(0, 20), vec![1], false));
        assert_eq!(cut(2, 40, 20), (rows(40, 80), vec![3, 4], false));
        assert_eq!(cut(2, 40, 30), (rows(40, 80), vec![2, 3], true));
        assert_eq!(cut(1, 100, 30), (rows(0, 100), vec![1, 2, 3, 4], false));
        assert_eq!(cut(2, 60, 50), (rows(60, 100), vec![2, 3], false));
        assert_eq!(cut(9, 100, 50), (vec![], vec![17, 18], false));
    }

    #[test]
    fn without_the_providers_measure_all_is_read_from_the_first() {
        let one = PageChoice::One { page: 3, per_page: 2 };
        let sift = Sift::clamped(None, one, None);
        assert_eq!((sift.pages().first, sift.pages().only_first), (1, false));
        assert_eq!(run(sift, &[&["a", "b", "c"], &["d", "e"], &["f", "g"]]), (vec!["e".to_owned(), "f".to_owned()], true, 3));
        let search = Sift::clamped(Some("a"), PageChoice::One { page: 1, per_page: 100 }, Some(50));
        assert!(search.is_searching() && !search.pages().only_first);
        let walk = Sift::clamped(None, PageChoice::Walk { per_page: 100 }, Some(50));
        assert_eq!((walk.pages().per_page, walk.pages().only_first), (100, false));
    }

    #[test]
    fn nobody_turns_a_page_for_a_reader_who_has_enough() {
        let mut sift = Sift::clamped(None, PageChoice::One { page: 1, per_page: 4 }, Some(2));
        let _ = sift.pass(vec!["a".to_owned(), "b".to_owned()], String::as_str, &mut |_| Flow::Break(()));
        assert!(sift.turn().is_none());
    }

    #[test]
    fn the_reader_may_stop() {
        let mut sift = Sift::new(None, PageChoice::Walk { per_page: 7 });
        assert!(sift.pass(vec!["a".to_owned()], String::as_str, &mut |_| Flow::Break(())).is_break());
    }
}

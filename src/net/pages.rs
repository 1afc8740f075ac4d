//! Walking the pages of a listing: side by side where the first answer says how many there are, else one after another.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt as _};
use url::Url;

use super::links::{Links, page_number, with_page};
use super::{Answer, Call, Error, Method, Origin, Paging};

/// Whether the reader of a listing wants more.
pub(crate) type Flow = std::ops::ControlFlow<()>;

/// Pages fetched side by side.
const AT_ONCE: usize = 16;

/// Pages read in one walk: a million rows. A listing that does not end before is not one.
const MOST_PAGES: u32 = 10_000;

/// Which pages are wanted. `page` and the size are added to the call's query; `page` not to a keyset listing, which has no numbers
/// (a call with `pagination` in its query).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    /// The first page to ask for, from 1.
    pub(crate) first: u32,
    /// Rows to ask for in a page; a server may clamp it, and the size of the first page is then the measure.
    pub(crate) per_page: u32,
    /// Just that one page.
    pub(crate) only_first: bool,
}

/// What a walk learnt of the listing as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Walked {
    /// Rows in all, where the provider says so.
    pub(crate) total: Option<u64>,
    /// Whether the provider has more pages than were read.
    pub(crate) more: bool,
}

/// Walks the pages of `call` in order. `read` turns an answer into rows (or says what is wrong with it), `id` names a row so that
/// doubles are dropped, `each` takes the rows of a page in order and says whether to go on.
///
/// `read` must give *every* row of the page, for an empty page is the end of a listing: leave rows out in `each`, which hears of no
/// empty page. When it fails, the pages before have been handed over and `each` has had nothing of those after.
pub(crate) async fn walk<T, E: From<Error>>(
    origin: &Origin,
    call: &Call,
    pages: Pages,
    read: impl Fn(&Answer) -> Result<Vec<T>, E>,
    id: impl Fn(&T) -> String,
    each: impl FnMut(Vec<T>) -> Flow,
) -> Result<Walked, E> {
    walk_up_to(MOST_PAGES, origin, call, pages, read, id, each).await
}

/// [`walk`] with another bound than [`MOST_PAGES`].
pub(super) async fn walk_up_to<T, E: From<Error>>(
    most: u32,
    origin: &Origin,
    call: &Call,
    pages: Pages,
    read: impl Fn(&Answer) -> Result<Vec<T>, E>,
    id: impl Fn(&T) -> String,
    mut each: impl FnMut(Vec<T>) -> Flow,
) -> Result<Walked, E> {
    let numbered = !call.query.iter().any(|(key, _)| key == "pagination");
    let mut start = call.clone().with(call.paging.size, pages.per_page);
    if numbered {
        start = start.with("page", pages.first);
    }
    let fetch = Fetch { origin, call: call.describe(Method::Get), paging: call.paging, read: &read, most };
    let first = fetch.page(start.address(origin.base())?).await?;
    let last = if numbered { last_page(&first, pages.first, call.paging) } else { None };
    let (asked, mut next) = (first.asked.clone(), first.links.next.clone());
    let claims_more = next.is_some() || last.is_some();
    let mut reader = Reader::new(&id, &mut each, &first, pages.first);
    reader.by_name_alone = call.paging.body.is_some();
    let step = reader.take(first, claims_more);
    if pages.only_first {
        reader.walked.more |= claims_more && !matches!(step, Step::Ended) && !reader.has_all();
    } else if reader.goes_on(step) {
        if let Some(last) = last {
            next = side_by_side(&fetch, &mut reader, next.as_ref().unwrap_or(&asked), pages.first, last).await?;
        }
        one_by_one(&fetch, &mut reader, next).await?;
    }
    Ok(reader.walked)
}

/// The number of the last page, if there are more and the first answer, for page `number`, says how many.
fn last_page<T>(first: &Page<T>, number: u32, paging: Paging) -> Option<u32> {
    // A body that names no page after this one says that there is none, whatever it counts.
    if paging.body.is_some() && first.links.next.is_none() {
        return None;
    }
    // A next page that is not the next number is a cursor, whatever else the answer says.
    if first.links.next.as_ref().is_some_and(|next| page_number(next) != number.checked_add(1)) {
        return None;
    }
    let last = first.links.last.or_else(|| {
        // Only a total: the size of the first page is the measure, if others follow it.
        // A body says how large its pages are meant to be, however few rows of one are left after its own filters.
        let measure = first.links.per_page.filter(|_| paging.body.is_some()).unwrap_or(first.size);
        let total = first.links.total.filter(|total| number == 1 && *total > measure)?;
        (measure > 0).then(|| u32::try_from(total.div_ceil(measure)).unwrap_or(u32::MAX))
    });
    last.filter(|last| *last > number)
}

/// One page as it came.
struct Page<T> {
    asked: Url,
    rows: Vec<T>,
    /// Rows as they came, doubles and all.
    size: u64,
    links: Links,
}

/// Gets pages.
struct Fetch<'a, T, E> {
    origin: &'a Origin,
    call: String,
    paging: Paging,
    read: &'a dyn Fn(&Answer) -> Result<Vec<T>, E>,
    /// Pages that are read at most.
    most: u32,
}

impl<T, E: From<Error>> Fetch<'_, T, E> {
    async fn page(&self, asked: Url) -> Result<Page<T>, E> {
        let answer = self.origin.fetch(asked.clone(), &self.call).await?;
        let rows = (self.read)(&answer)?;
        let links = Links::of(&answer, &asked, self.paging);
        Ok(Page { size: rows.len() as u64, asked, rows, links })
    }
}

/// What a page brought.
#[derive(Clone, Copy)]
enum Step {
    /// Something new, and the reader wants more.
    New,
    /// Rows, but none that was new.
    Stale,
    /// Nothing.
    Ended,
    /// The reader has enough.
    Enough,
}

/// Takes pages in order and keeps account of them.
struct Reader<'a, T> {
    id: &'a dyn Fn(&T) -> String,
    each: &'a mut dyn FnMut(Vec<T>) -> Flow,
    seen: HashSet<String>,
    /// Rows up to here, doubles and all, also those on the pages before the first.
    rows: u64,
    pages: u32,
    /// Pages in a row that brought nothing new.
    barren: usize,
    /// A page without anything new is not the end of the listing: only one that names no other is.
    by_name_alone: bool,
    walked: Walked,
}

impl<'a, T> Reader<'a, T> {
    fn new(id: &'a dyn Fn(&T) -> String, each: &'a mut dyn FnMut(Vec<T>) -> Flow, first: &Page<T>, number: u32) -> Self {
        // The server may have clamped the size that was asked for. If the first page is also a short last one this counts too
        // little, which errs on the safe side: towards more.
        let measure = first.links.per_page.unwrap_or(first.size);
        let rows = u64::from(number.saturating_sub(1)).saturating_mul(measure);
        let walked = Walked { total: first.links.total, more: false };
        Self { id, each, seen: HashSet::new(), rows, pages: 0, barren: 0, by_name_alone: false, walked }
    }

    /// Whether the page after one that brought this is asked for, if one is named.
    fn goes_on(&mut self, step: Step) -> bool {
        match step {
            Step::New => {
                self.barren = 0;
                true
            }
            Step::Stale | Step::Ended => {
                self.barren += 1;
                self.by_name_alone && self.barren < AT_ONCE
            }
            Step::Enough => false,
        }
    }

    /// Whether everything has been read, by the provider's own count.
    fn has_all(&self) -> bool {
        self.walked.total.is_some_and(|total| self.rows >= total)
    }

    /// Hands over what is new in a page. `claims_more`: whether the provider says that there are pages after it.
    fn take(&mut self, page: Page<T>, claims_more: bool) -> Step {
        self.pages += 1;
        self.rows = self.rows.saturating_add(page.size);
        // Rows come and go while we read: the newest count is the one to measure by.
        self.walked.total = page.links.total.or(self.walked.total);
        self.walked.more |= page.links.is_elsewhere;
        let mut rows = page.rows;
        rows.retain(|row| self.seen.insert((self.id)(row)));
        if page.size == 0 {
            return Step::Ended;
        }
        if rows.is_empty() {
            return Step::Stale;
        }
        if (self.each)(rows).is_break() {
            self.walked.more |= claims_more && !self.has_all();
            return Step::Enough;
        }
        Step::New
    }
}

/// Reads the pages after `number` up to `last` side by side and hands them over in order. Gives the page to go on with, if the last
/// one names any (rows were added meanwhile).
///
/// A page that brings nothing is not yet the end here: rows may have moved while the pages were fetched. As many of them in a row as
/// are fetched at once are the end.
async fn side_by_side<T, E: From<Error>>(
    fetch: &Fetch<'_, T, E>,
    reader: &mut Reader<'_, T>,
    template: &Url,
    number: u32,
    last: u32,
) -> Result<Option<Url>, E> {
    let reachable = last.min(number.saturating_add(fetch.most - 1));
    let requests = (number + 1..=reachable).map(|page| fetch.page(with_page(template, page)));
    let mut pages = std::pin::pin!(stream::iter(requests).buffered(AT_ONCE).zip(stream::iter(number + 1..)));
    let mut next = None;
    while let Some((page, number)) = pages.next().await {
        let page = page?;
        next.clone_from(&page.links.next);
        let step = reader.take(page, number < last || next.is_some());
        let goes_on = reader.goes_on(step);
        if matches!(step, Step::Enough) || (!goes_on && reader.barren >= AT_ONCE) {
            return Ok(None);
        }
    }
    reader.walked.more |= reachable < last;
    Ok(next.filter(|_| reachable == last && (reader.barren == 0 || reader.by_name_alone)))
}

/// Follows the pages one after another, each naming the next, until one brings nothing new.
async fn one_by_one<T, E: From<Error>>(
    fetch: &Fetch<'_, T, E>,
    reader: &mut Reader<'_, T>,
    mut next: Option<Url>,
) -> Result<(), E> {
    while let Some(url) = next.take() {
        if reader.pages >= fetch.most {
            reader.walked.more = true;
            return Ok(());
        }
        let page = fetch.page(url).await?;
        next.clone_from(&page.links.next);
        let step = reader.take(page, next.is_some());
        if !reader.goes_on(step) {
            // Whoever names pages without end and without rows is not believed, but not called whole either.
            reader.walked.more |= reader.barren == AT_ONCE && next.is_some();
            return Ok(());
        }
    }
    Ok(())
}

//! Walking the pages of a listing: side by side where the first answer says how many there are, else one after another.

use super::{Answer, Call, Error, Origin};

/// Whether the reader of a listing wants more.
pub(crate) type Flow = std::ops::ControlFlow<()>;

/// How a listing is paged. `page` and `per_page` are added to the call's query.
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
pub(crate) async fn walk<T, E: From<Error>>(
    origin: &Origin,
    call: &Call,
    pages: Pages,
    read: impl Fn(&Answer) -> Result<Vec<T>, E>,
    id: impl Fn(&T) -> String,
    each: impl FnMut(Vec<T>) -> Flow,
) -> Result<Walked, E> {
    todo!()
}

//! One list of repositories over several connections, newest activity first, shown as it comes.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};

use futures_util::future::{join, join_all};
use tokio::sync::mpsc;

use super::Error;
use super::backing::Backing;
use super::serving::Serving;
use crate::model::{Purpose, Repository};
use crate::net::Flow;
use crate::provider::{Incomplete, Listing, Newest, PageChoice, RepositoryQuery};

/// What is wanted.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) search: Option<String>,
    /// One page of one of them; otherwise all are walked until there are enough.
    pub(crate) page: Option<(u32, u32)>,
    /// At most so many rows in all.
    pub(crate) limit: Option<usize>,
}

/// A repository and what serves it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) repository: Repository,
    /// Index into what was asked.
    pub(crate) via: usize,
}

/// What a listing as a whole came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Rows in all, where every provider says so and nothing was filtered.
    pub(crate) total: Option<u64>,
    /// There are more than were shown.
    pub(crate) more: bool,
    /// Left out, by what was asked (index).
    pub(crate) incomplete: Vec<(usize, Incomplete)>,
    /// Those that failed (index), with why.
    pub(crate) failed: Vec<(usize, Error)>,
}

/// Lists repositories of all `servings`, handing each row to `show` in the order of newest activity. The same repository seen by several connections
/// is shown once, by the first of them that is reached.
pub(crate) async fn list(
    backing: &dyn Backing,
    servings: &[Serving],
    wanted: &Wanted,
    mut show: impl FnMut(Found) -> Flow,
) -> Result<Outcome, Error> {
    let pages = match wanted.page {
        Some((page, per_page)) => PageChoice::One { page, per_page },
        None => PageChoice::Walk { per_page: first_page(wanted) },
    };
    let query = RepositoryQuery { search: wanted.search.clone(), pages };
    // Enough of each connection to fill the whole list, were all its rows the newest.
    let enough = wanted.limit.unwrap_or(usize::MAX);
    let mut readers = Vec::with_capacity(servings.len());
    let mut streams = Vec::with_capacity(servings.len());
    for serving in servings {
        let (sender, receiver) = mpsc::unbounded_channel::<Repository>();
        streams.push(receiver);
        let query = &query;
        readers.push(async move {
            let taken = Cell::new(0_usize);
            let listing = backing
                .provider(serving)
                .await?
                .repositories(query, &mut |rows| {
                    for row in rows {
                        taken.set(taken.get() + 1);
                        // One more than is wanted tells that there are more.
                        if sender.send(row).is_err() || taken.get() > enough {
                            return Flow::Break(());
                        }
                    }
                    Flow::Continue(())
                })
                .await;
            match listing {
                Ok(listing) => Ok::<Listing, Error>(listing),
                Err(error) => Err(backing.explained(serving, None, error).await),
            }
        });
    }
    let merge = async move {
        let mut shown = 0_usize;
        let mut more = false;
        let mut seen: HashSet<(String, String)> = HashSet::new();
        let mut rows = Newest::of(streams).await;
        while let Some((via, repository)) = rows.next().await {
            let host = servings[via].connection.host.as_str().to_owned();
            if !seen.insert((host, repository.id.clone())) {
                continue;
            }
            if shown == enough {
                more = true;
                break;
            }
            shown += 1;
            if show(Found { repository, via }).is_break() {
                break;
            }
        }
        // Readers that are still busy notice that nobody listens any more.
        drop(rows);
        more
    };
    let (listings, more) = join(join_all(readers), merge).await;
    // Two connections to one host may see the same repositories: their totals cannot be added. Two installations of one app never do.
    let hosts: HashSet<&str> = servings.iter().map(|serving| serving.connection.host.as_str()).collect();
    let connections: HashSet<&str> = servings.iter().map(|serving| serving.connection.id.as_str()).collect();
    let total = (hosts.len() == connections.len()).then_some(0);
    let mut outcome = Outcome { total, more, ..Outcome::default() };
    // One use of an app, however many installations it has.
    let mut asked = BTreeMap::new();
    for (via, listing) in listings.into_iter().enumerate() {
        match listing {
            Ok(listing) => {
                asked.entry(&servings[via].connection.id).or_insert(&servings[via]);
                outcome.more |= listing.more;
                outcome.total = outcome.total.zip(listing.total).map(|(total, of_this)| total + of_this);
                outcome.incomplete.extend(listing.incomplete.into_iter().map(|incomplete| (via, incomplete)));
            }
            Err(error) => {
                outcome.total = None;
                outcome.failed.push((via, error));
            }
        }
    }
    for serving in asked.into_values() {
        backing.used(&serving.connection, Purpose::Repositories, None);
    }
    Ok(outcome)
}

/// Rows to ask for at once: no more than are wanted, at least 30, at most 100; a search may have to read far.
fn first_page(wanted: &Wanted) -> u32 {
    match (wanted.limit, &wanted.search) {
        (Some(limit), None) => u32::try_from(limit + 1).unwrap_or(100).clamp(30, 100),
        _ => 100,
    }
}

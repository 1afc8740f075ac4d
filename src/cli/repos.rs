//! `gitconn repos`: one list of repositories over all connections.

use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::filter::FilterArgs;
use super::grid::Grid;
use super::out::{Style, View};
use super::paging::{self, PageArgs};
use crate::model::{Repository, clean};
use crate::ops::list_repositories::{self, Outcome, Wanted};
use crate::ops::{Error, Flow, ProviderError, resolve};

/// Rows that are shown unless more are asked for.
const LIMIT: usize = 30;

/// List repositories, newest activity first, over all connections unless some are named
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names, or the beginnings of ids
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    /// Only repositories whose full name contains this, without regard to case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", conflicts_with_all = ["all", "page", "per_page"], value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// All of them
    #[arg(long, conflicts_with_all = ["page", "per_page"])]
    all: bool,
    #[command(flatten)]
    pages: PageArgs,
}

/// A repository's JSON.
#[derive(Debug, Serialize)]
struct RepositoryView {
    #[serde(flatten)]
    repository: Repository,
    connection: String,
}

impl RepositoryView {
    fn cells(&self, style: Option<Style>) -> Vec<String> {
        let repository = &self.repository;
        let pushed = repository.pushed_at.map(|at| style.map_or_else(|| at.to_string(), |style| style.moment(at)));
        let visibility = if repository.private { "private" } else { "public" };
        let archived = if repository.archived == Some(true) && style.is_some() { ", archived" } else { "" };
        vec![
            clean(&repository.full_name).into_owned(),
            format!("{visibility}{archived}"),
            repository.default_branch.as_deref().map_or_else(|| "-".to_owned(), |branch| clean(branch).into_owned()),
            pushed.unwrap_or_else(|| "-".to_owned()),
            clean(&self.connection).into_owned(),
        ]
    }
}

#[derive(Debug, Serialize)]
struct IncompleteView {
    connection: String,
    reason: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct Listing {
    repositories: Vec<RepositoryView>,
    page: u32,
    per_page: u32,
    total: Option<u64>,
    has_more: bool,
    incomplete: Vec<IncompleteView>,
}

impl View for Listing {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["REPOSITORY", "VISIBILITY", "DEFAULT", "PUSHED", "VIA"]);
        for repository in &self.repositories {
            grid.row(repository.cells(style.is_human().then_some(style)));
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let pages = args.pages.choice(30)?;
    let session = context.session()?;
    let store = session.store()?;
    let view = store.read()?;
    let connections = if args.names.is_empty() || args.filter.is_given() {
        let mut connections = resolve::several(&view, &args.names, &args.filter.filter(None))?;
        connections.retain(crate::model::Connection::is_usable);
        connections
    } else {
        args.names.iter().map(|name| resolve::usable(&view, name)).collect::<Result<Vec<_>, _>>()?
    };
    if connections.is_empty() {
        return Err(Error::NoneUsable { why: "no enabled connection has a working token".to_owned() }.into());
    }
    if pages.is_some() && connections.len() > 1 {
        return Err(paging::one_connection_only(&connections));
    }
    let limit = match (args.all, args.limit) {
        (true, _) => None,
        (false, limit) => Some(limit.map_or(LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX))),
    };
    let wanted = Wanted { search: args.search.clone(), page: pages, limit: if pages.is_some() { None } else { limit } };
    let names: Vec<String> = connections.iter().map(|connection| connection.name.to_string()).collect();
    // Rows that come one by one show by themselves that something goes on.
    if !context.out.streams() {
        context.progress.begin("asking for repositories");
    }
    let mut rows = Vec::new();
    let mut broken = None;
    let mut outcome = context.wait(list_repositories::list(&session, &store, &view, &connections, &wanted, |found| {
        let row = RepositoryView { repository: found.repository, connection: names[found.via].clone() };
        if !context.out.streams() {
            rows.push(row);
            return Flow::Continue(());
        }
        match context.out.line(|| row.cells(None), &row) {
            Ok(()) => Flow::Continue(()),
            Err(failure) => {
                broken = Some(failure);
                Flow::Break(())
            }
        }
    }))?;
    if let Some(failure) = broken {
        return Err(failure);
    }
    // Of the only one that was asked nothing is left to show.
    if names.len() == 1
        && let Some((_, error)) = outcome.failed.pop()
    {
        return Err(error.into());
    }
    let shown = rows.len();
    if !context.out.streams() {
        let incomplete = incomplete(&outcome, &names);
        let (page, per_page) = pages.unwrap_or((1, u32::try_from(limit.unwrap_or(shown)).unwrap_or(u32::MAX)));
        let total = outcome.total.filter(|_| args.search.is_none());
        context.out.data(&Listing { repositories: rows, page, per_page, total, has_more: outcome.more, incomplete })?;
    }
    if shown == 0 && outcome.failed.is_empty() && !context.out.streams() {
        context.out.note(&match &args.search {
            Some(search) => format!("no repository contains `{}`", clean(search)),
            None => "no repositories".to_owned(),
        });
    }
    finish(outcome, args, &names, pages, context)
}

fn incomplete(outcome: &Outcome, names: &[String]) -> Vec<IncompleteView> {
    let hidden = outcome.incomplete.iter().map(|(via, incomplete)| IncompleteView {
        connection: names[*via].clone(),
        reason: clean(&incomplete.why).into_owned(),
        url: incomplete.url.clone(),
    });
    let failed = outcome.failed.iter().map(|(via, error)| IncompleteView {
        connection: names[*via].clone(),
        reason: error.to_string(),
        url: match error {
            Error::Provider(ProviderError::Refused { mend_url, .. }) => mend_url.clone(),
            _ => None,
        },
    });
    hidden.chain(failed).collect()
}

/// What is missing is said; nothing partial looks whole.
fn finish(
    outcome: Outcome,
    args: &Args,
    names: &[String],
    pages: Option<(u32, u32)>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    for (via, hidden) in &outcome.incomplete {
        let url = hidden.url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
        context.out.missing(&format!("hidden: {} (`{}`){url}", clean(&hidden.why), names[*via]));
    }
    if outcome.more {
        match pages {
            Some((page, _)) => context.out.missing(&format!("there are more: --page {}", page + 1)),
            None if !args.all => context.out.missing("there are more: --limit N, or --all"),
            None => {}
        }
    }
    if outcome.failed.is_empty() {
        // What is hidden is missing, whatever format cannot say so: nothing partial passes for whole.
        return if outcome.incomplete.is_empty() { Ok(()) } else { Err(Failure::said(Kind::Partial)) };
    }
    let all = outcome.failed.len() == names.len();
    let mut kinds = Vec::new();
    for (via, error) in outcome.failed {
        let failure = Failure::from(error);
        failure.say(&format!("`{}` is missing", names[via]), context.out);
        kinds.push(failure.kind());
    }
    let same = kinds.first().copied().filter(|first| all && kinds.iter().all(|kind| kind == first));
    Err(Failure::said(same.unwrap_or(Kind::Partial)))
}

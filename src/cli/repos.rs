//! `gitconn repos`: one list of repositories over all connections.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::filter::FilterArgs;
use super::grid::Grid;
use super::missing::{self, Missing};
use super::out::{self, Style};
use super::paging::{self, PageArgs};
use super::storeless::StorelessArgs;
use crate::model::{Connection, Repository, clean};
use crate::ops::Flow;
use crate::ops::list_repositories::{self, Wanted};
use crate::ops::serving::Serving;

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
    /// Of a GitHub App, only its installation on this account, or of this number
    #[arg(long, value_name = "ACCOUNT")]
    installation: Option<String>,
    #[command(flatten)]
    pages: PageArgs,
    #[command(flatten)]
    storeless: StorelessArgs,
}

/// A repository's JSON.
#[derive(Debug, Serialize)]
struct RepositoryView {
    #[serde(flatten)]
    repository: Repository,
    connection: String,
    /// Of an app: the number of the installation that sees it, and its account.
    installation_id: Option<u64>,
    installation_account: Option<String>,
}

impl RepositoryView {
    fn new(repository: Repository, via: &Serving) -> Self {
        let installation = via.installation.as_ref();
        Self {
            repository,
            connection: via.connection.name.to_string(),
            installation_id: installation.map(|installation| installation.id),
            installation_account: installation.map(|installation| installation.account.clone()),
        }
    }

    /// The last cell is the installation's.
    fn cells(&self, style: Option<Style>) -> Vec<String> {
        let repository = &self.repository;
        let pushed = repository.pushed_at.map(|at| style.map_or_else(|| at.to_string(), |style| style.moment(at)));
        let visibility = if repository.private { "private" } else { "public" };
        let archived = if repository.archived == Some(true) && style.is_some() { ", archived" } else { "" };
        let or_dash = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), |text| clean(text).into_owned());
        vec![
            clean(&repository.full_name).into_owned(),
            format!("{visibility}{archived}"),
            or_dash(repository.default_branch.as_deref()),
            pushed.unwrap_or_else(|| "-".to_owned()),
            clean(&self.connection).into_owned(),
            or_dash(self.installation_account.as_deref()),
        ]
    }
}

#[derive(Serialize)]
struct Listing<'a> {
    repositories: Vec<RepositoryView>,
    page: u32,
    per_page: u32,
    total: Option<u64>,
    has_more: bool,
    incomplete: &'a [Missing],
}

impl out::View for Listing<'_> {
    fn grid(&self, style: Style) -> Grid {
        const HEADINGS: &[&str] = &["REPOSITORY", "VISIBILITY", "DEFAULT", "PUSHED", "VIA", "INSTALLATION"];
        // For a person without apps the last column says nothing.
        let has_apps = self.repositories.iter().any(|repository| repository.installation_id.is_some());
        let columns = if style.is_human() && !has_apps { HEADINGS.len() - 1 } else { HEADINGS.len() };
        let mut grid = Grid::new(&HEADINGS[..columns]);
        for repository in &self.repositories {
            let mut cells = repository.cells(style.is_human().then_some(style));
            cells.truncate(columns);
            grid.row(cells);
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    list(args, context).map_err(|failure| args.storeless.spoken(failure))
}

fn list(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let pages = args.pages.choice(30)?;
    let chosen = [
        ("NAME", !args.names.is_empty()),
        ("--tag", !args.filter.tags.is_empty()),
        ("--installation", args.installation.is_some()),
    ];
    let place = (args.filter.provider, args.filter.host.as_deref());
    let backing = args.storeless.backing(place, &chosen, context)?;
    let backing = &*backing;
    let filter = args.filter.filter(None);
    let connections = backing.usable(&args.names, &filter)?;
    // Where it is not yet known which of them have the installation, they are counted below.
    if pages.is_some() && connections.len() > 1 && (args.installation.is_none() || !args.names.is_empty()) {
        return Err(paging::one_connection_only(&connections.iter().collect::<Vec<_>>(), args.installation.as_deref()));
    }
    let limit = match (args.all, args.limit) {
        (true, _) => None,
        (false, limit) => Some(limit.map_or(LIMIT, |limit| usize::try_from(limit).unwrap_or(usize::MAX))),
    };
    let wanted = Wanted { search: args.search.clone(), page: pages, limit: if pages.is_some() { None } else { limit } };
    let mut spread = backing.spread(connections, args.installation.as_deref(), !args.names.is_empty())?;
    if args.names.is_empty() {
        spread.dead = backing.dead(&filter, args.installation.as_deref())?;
    }
    if pages.is_some() && spread.servings.len() > 1 {
        let connections: Vec<&Connection> = spread.servings.iter().map(|serving| &serving.connection).collect();
        return Err(match &args.installation {
            Some(installation) => paging::one_connection_only(&connections, Some(installation)),
            None => paging::one_installation_only(&spread.servings),
        });
    }
    let servings = &spread.servings;
    // Rows that come one by one show by themselves that something goes on.
    if !context.out.streams() {
        context.progress.begin("asking for repositories");
    }
    let mut rows = Vec::new();
    let mut broken = None;
    let mut outcome = context.wait(list_repositories::list(backing, servings, &wanted, |found| {
        let row = RepositoryView::new(found.repository, &servings[found.via]);
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
    if servings.len() == 1
        && spread.left_out.is_empty()
        && spread.dead.is_empty()
        && let Some((_, error)) = outcome.failed.pop()
    {
        return Err(error.into());
    }
    let shown = rows.len();
    let missing = missing::of(&outcome, &spread);
    if !context.out.streams() {
        let (page, per_page) = pages.unwrap_or((1, u32::try_from(limit.unwrap_or(shown)).unwrap_or(u32::MAX)));
        let total = outcome.total.filter(|_| args.search.is_none());
        context.out.data(&Listing { repositories: rows, page, per_page, total, has_more: outcome.more, incomplete: &missing })?;
    }
    if shown == 0 && !servings.is_empty() && outcome.failed.is_empty() && !context.out.streams() {
        context.out.note(&match &args.search {
            Some(search) => format!("no repository contains `{}`", clean(search)),
            None => "no repositories".to_owned(),
        });
    }
    if outcome.more {
        match pages {
            Some((page, _)) => context.out.missing(&format!("there are more: --page {}", page + 1)),
            None if !args.all => context.out.missing("there are more: --limit N, or --all"),
            None => {}
        }
    }
    missing::finish(outcome, &missing, spread, context)
}

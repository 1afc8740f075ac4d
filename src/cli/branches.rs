//! `gitconn branches`: the branches of one repository, over the API.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::out::{Style, View};
use super::paging::PageArgs;
use super::storeless::{StorelessArgs, WhereArgs};
use crate::model::{Branch, clean, shell_word};
use crate::ops::{BranchQuery, Error, Flow, PageChoice, checkout, list_branches};

/// Rows of a page where none is asked for.
const PAGE: u32 = 100;

/// List the branches of a repository, with default and protected
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// `owner/name`, or an address; the checkout's `origin` if left out
    #[arg(value_name = "REPO")]
    repository: Option<String>,
    /// Use this connection
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// Of a GitHub App, ask only with its installation on the repository's owner
    #[arg(long)]
    strict: bool,
    /// Only branches whose name contains this, without regard to case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// All of them; otherwise one page
    #[arg(long, conflicts_with_all = ["page", "per_page"])]
    all: bool,
    #[command(flatten)]
    pages: PageArgs,
    #[command(flatten)]
    storeless: StorelessArgs,
    #[command(flatten)]
    place: WhereArgs,
}

/// A branch's JSON.
#[derive(Debug, Serialize)]
struct BranchView {
    name: String,
    is_default: bool,
    is_protected: Option<bool>,
    sha: String,
}

impl BranchView {
    fn cells(&self, style: Option<Style>) -> Vec<String> {
        let human = style.is_some();
        let protected = match self.is_protected {
            Some(true) => "yes",
            Some(false) => "no",
            None => "unknown",
        };
        let default = match (self.is_default, human) {
            (true, _) => "yes",
            (false, true) => "",
            (false, false) => "no",
        };
        let sha = if human { self.sha.get(..7).unwrap_or(&self.sha) } else { &self.sha };
        vec![clean(&self.name).into_owned(), default.to_owned(), protected.to_owned(), clean(sha).into_owned()]
    }
}

#[derive(Serialize)]
struct Listing {
    branches: Vec<BranchView>,
    page: u32,
    per_page: u32,
    has_more: bool,
}

impl View for Listing {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["BRANCH", "DEFAULT", "PROTECTED", "COMMIT"]);
        for branch in &self.branches {
            grid.row(branch.cells(style.is_human().then_some(style)));
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    list(args, context).map_err(|failure| args.storeless.spoken(failure))
}

fn list(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let choice = args.pages.choice(PAGE)?;
    let remote = checkout::remote(args.repository.as_deref())?;
    let chosen = [("--connection", args.connection.is_some()), ("--strict", args.strict)];
    let place = (args.place.provider, args.place.host.as_deref());
    let backing = args.storeless.backing(place, &chosen, context)?;
    let (serving, path) = backing.serving(args.connection.as_deref(), &remote, args.strict).map_err(which)?;
    // A search reads all pages: what is contained may stand on any of them.
    let (page, per_page) = choice.unwrap_or((1, PAGE));
    let walk = args.all || (args.search.is_some() && choice.is_none());
    let pages = if walk { PageChoice::Walk { per_page: PAGE } } else { PageChoice::One { page, per_page } };
    let query = BranchQuery { search: args.search.clone(), pages };
    if !context.out.streams() {
        context.progress.begin(&format!("asking {} for branches of {path}", serving.connection.host));
    }
    let mut rows = Vec::new();
    let mut broken = None;
    let listing = context.wait(list_branches::list(&*backing, &serving, &path, &query, |branches| {
        for Branch { name, is_default, is_protected, sha } in branches {
            let row = BranchView { name, is_default, is_protected, sha };
            if !context.out.streams() {
                rows.push(row);
            } else if let Err(failure) = context.out.line(|| row.cells(None), &row) {
                broken = Some(failure);
                return Flow::Break(());
            }
        }
        Flow::Continue(())
    }))?;
    if let Some(failure) = broken {
        return Err(failure);
    }
    let count = rows.len();
    if !context.out.streams() {
        let per_page = if walk { u32::try_from(count).unwrap_or(u32::MAX) } else { per_page };
        context.out.data(&Listing { branches: rows, page, per_page, has_more: listing.more })?;
    }
    if let Some(remark) = listing.remark.filter(|_| count > 0 && !context.out.streams()) {
        context.out.note(remark);
    }
    if listing.more {
        context.out.missing(&format!("there are more: --page {}, or --all", page + 1));
    } else if count == 0 && !context.out.streams() {
        context.out.note(&match &args.search {
            Some(search) => format!("no branch of {path} contains `{}`", clean(search)),
            None => format!("{path} has no branches"),
        });
    }
    Ok(())
}

/// What an error of choosing says here, where the choice can be named.
pub(super) fn which(error: Error) -> Failure {
    match &error {
        Error::Ambiguous { names, .. } => {
            let add = names.first().map(|name| format!("-c {}", shell_word(name))).unwrap_or_default();
            Failure::from(error).again(add, "for example")
        }
        _ => error.into(),
    }
}

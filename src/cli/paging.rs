//! `--page` and `--per-page`: one page of one connection's listing.

use super::failure::Failure;
use crate::model::{Connection, shell_word};
use crate::ops::serving::Serving;

/// The most rows that any provider gives in a page.
const MOST: u32 = 100;

/// One page instead of all.
#[derive(Debug, Default, clap::Args)]
pub(super) struct PageArgs {
    /// Just this page of one connection's listing
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page: Option<u32>,
    /// Rows in a page, at most 100
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    per_page: Option<u32>,
}

impl PageArgs {
    /// The page and its size, if one was asked for.
    pub(super) fn choice(&self, usual: u32) -> Result<Option<(u32, u32)>, Failure> {
        if let Some(per_page) = self.per_page
            && per_page > MOST
        {
            let message =
                format!("a page has at most {MOST} rows, not `{per_page}`: read several with --page, or all with --all");
            return Err(Failure::usage(message));
        }
        Ok((self.page.is_some() || self.per_page.is_some()).then(|| (self.page.unwrap_or(1), self.per_page.unwrap_or(usual))))
    }
}

/// A page of several listings at once means nothing.
pub(super) fn one_connection_only(connections: &[&Connection], installation: Option<&str>) -> Failure {
    let failure = Failure::usage(format!("--page and --per-page belong to one connection, and {} fit", connections.len()));
    let there = installation.map(|installation| format!(" --installation {}", shell_word(installation))).unwrap_or_default();
    match connections.first() {
        Some(first) => failure.hint(format!("gitconn repos {}{there} --page 1", shell_word(first.name.as_str()))),
        None => failure,
    }
}

/// Pages of several installations at once mean nothing either.
pub(super) fn one_installation_only(servings: &[Serving]) -> Failure {
    let accounts: Vec<&str> =
        servings.iter().filter_map(|serving| serving.installation.as_ref()).map(|one| one.account.as_str()).collect();
    let failure = Failure::usage(format!("--page and --per-page belong to one installation, and there are {}", accounts.len()));
    match accounts.first() {
        Some(first) => failure.again(format!("--installation {}", shell_word(first)), "for example"),
        None => failure,
    }
}

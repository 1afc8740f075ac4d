//! `gitconn audit`: the trail.

mod ecs;
mod event;
mod export;
mod list;
mod verify;

use clap::Subcommand;
use jiff::ToSpan as _;

use super::context::Context;
use super::failure::Failure;
use crate::model::{Timestamp, clean};
use crate::ops::audit;

pub(super) use self::event::EventView;

/// Show the trail, prove that it is unbroken, or hand it to another system
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Who did what, newest first
    List(list::Args),
    /// Recompute the chain of hashes; exit code 7 if it is broken
    Verify,
    /// Write the trail for another system: NDJSON with the field names of ECS, oldest first
    ///
    /// One event a line, whatever --output says, each with its hash and the one before it. Uses that wait for the next save are not in it. Exit code 7 if the
    /// chain is broken; the events are written all the same.
    Export(export::Args),
}

/// Which part of the trail.
#[derive(Debug, clap::Args)]
struct PartArgs {
    /// Only events of this connection; it may be gone already
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// Only events since then: a span such as 1d, or a date
    #[arg(long, value_name = "SPAN|DATE")]
    since: Option<String>,
    /// Only events until then: a span such as 1d, or a date (to its end)
    #[arg(long, value_name = "SPAN|DATE")]
    until: Option<String>,
}

impl PartArgs {
    fn wanted(&self, now: Timestamp) -> Result<audit::Wanted, Failure> {
        Ok(audit::Wanted {
            connection: self.connection.clone(),
            since: self.since.as_deref().map(|text| moment(text, now, false)).transpose()?,
            until: self.until.as_deref().map(|text| moment(text, now, true)).transpose()?,
            ..audit::Wanted::default()
        })
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list::run(args, context),
        Command::Verify => verify::run(context),
        Command::Export(args) => export::run(args, context),
    }
}

/// A moment as it is typed: so long ago, RFC 3339, or a day in this machine's time zone, from its beginning or to its end.
fn moment(text: &str, now: Timestamp, to_its_end: bool) -> Result<Timestamp, Failure> {
    if let Some(span) = crate::config::parse_span(text) {
        return Ok(now.checked_sub(span).unwrap_or(Timestamp::MIN));
    }
    let of_day = || {
        let date: jiff::civil::Date = text.parse()?;
        let date = if to_its_end { date.checked_add(1.day())? } else { date };
        Ok::<_, jiff::Error>(date.to_zoned(jiff::tz::TimeZone::system())?.timestamp())
    };
    let found = text.parse::<Timestamp>().or_else(|_| of_day());
    found.map_err(|_| Failure::usage(format!("`{}` is neither a span such as `1d` nor a date such as `2026-11-20`", clean(text))))
}

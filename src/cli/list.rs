//! `gitconn list`: what the store holds.

use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::filter::FilterArgs;
use super::grid::Grid;
use super::out::{Style, View};
use super::view::{self, ConnectionView};
use super::words;
use crate::model::{Connection, Status, Timestamp, clean, shell_word};
use crate::ops::look;

/// Show connections with account, status, expiry and last check
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Show disabled ones too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: FilterArgs,
    /// Only connections with this status
    #[arg(long, value_enum, value_name = "STATUS")]
    status: Option<Status>,
    /// Only connections whose token ends within this span and does not renew itself; exit code 9 if there is one
    #[arg(long, value_name = "SPAN", value_parser = words::parse_span)]
    expiring_within: Option<std::time::Duration>,
    /// Show tags, who made each, and when
    #[arg(long)]
    wide: bool,
}

#[derive(Serialize)]
struct List<'a> {
    connections: Vec<ConnectionView>,
    #[serde(skip)]
    shown: &'a [Connection],
    #[serde(skip)]
    wide: bool,
    #[serde(skip)]
    soon: std::time::Duration,
}

impl View for List<'_> {
    fn grid(&self, style: Style) -> Grid {
        const NARROW: &[&str] = &["NAME", "PROVIDER", "HOST", "ACCOUNT", "METHOD", "STATUS", "EXPIRES", "CHECKED"];
        const WIDE: &[&str] = &[
            "NAME",
            "PROVIDER",
            "HOST",
            "ACCOUNT",
            "METHOD",
            "STATUS",
            "EXPIRES",
            "CHECKED",
            "KIND",
            "TAGS",
            "USED",
            "CREATED BY",
            "CREATED",
        ];
        let mut grid = Grid::new(if self.wide { WIDE } else { NARROW }).keeping("STATUS");
        for connection in self.shown {
            let mut row = vec![
                clean(connection.name.as_str()).into_owned(),
                connection.provider.to_string(),
                connection.host.to_string(),
                view::account(connection),
                connection.auth_method.to_string(),
                view::status(style, connection),
                view::expiry(style, connection, self.soon),
                view::checked(style, connection),
            ];
            if self.wide {
                row.push(connection.token_kind.map_or("-", |kind| kind.id()).to_owned());
                row.push(if connection.tags.is_empty() {
                    "-".to_owned()
                } else {
                    clean(&connection.tags.join(",")).into_owned()
                });
                row.push(connection.last_used_at.map_or_else(|| "never".to_owned(), |at| style.moment(at)));
                row.push(clean(&connection.created_by).into_owned());
                row.push(style.moment(connection.created_at));
            }
            grid.row(row);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.connections.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let all = look::all(&store)?;
    let now = context.env.now();
    let filter = args.filter.filter(args.status);
    let shown: Vec<Connection> = all
        .iter()
        .filter(|connection| filter.passes(connection) && (connection.is_active || args.all))
        .filter(|connection| args.expiring_within.is_none_or(|span| connection.is_due(later(now, span))))
        .cloned()
        .collect();
    let soon = context.config.expiry_warning();
    context.out.data(&List { connections: shown.iter().map(Into::into).collect(), shown: &shown, wide: args.wide, soon })?;
    if args.expiring_within.is_some() {
        return if shown.is_empty() { Ok(()) } else { Err(Failure::said(Kind::Due)) };
    }
    if all.is_empty() {
        context.out.note("no connections yet");
        context.out.hint("gitconn connect github");
    } else if shown.is_empty() {
        context.out.note("no connection fits");
        context.out.hint("gitconn list --all");
    }
    point_out(&shown, now, soon, context);
    let unfinished = look::unfinished(&store)?;
    if !unfinished.is_empty() {
        context.out.note(&format!("not finished: the rotation of {}: gitconn rotate --resume", clean(&unfinished.join(", "))));
    }
    Ok(())
}

/// What a person should look at: ends soon, could not be checked, was refused.
fn point_out(shown: &[Connection], now: Timestamp, soon: std::time::Duration, context: &Context<'_>) {
    let count = |test: &dyn Fn(&&Connection) -> bool| u64::try_from(shown.iter().filter(test).count()).unwrap_or(u64::MAX);
    let expiring = count(&|connection| connection.is_usable() && connection.is_due(later(now, soon)));
    if expiring > 0 {
        let verb = if expiring == 1 { "expires" } else { "expire" };
        let days = soon.as_secs() / 86_400;
        context
            .out
            .note(&format!("{expiring} {verb} within {}: gitconn rotate --expiring-within {days}d", words::plural(days, "day")));
    }
    let troubled = shown.iter().filter(|connection| connection.status.is_usable() && connection.validation_error.is_some());
    let names: Vec<_> = troubled.map(|connection| shell_word(connection.name.as_str())).collect();
    if !names.is_empty() {
        let count = words::plural(u64::try_from(names.len()).unwrap_or(u64::MAX), "last check");
        // More than a few names would not fit into a line: all are checked then.
        let names = if names.len() > 3 { String::new() } else { format!(" {}", names.join(" ")) };
        context.out.note(&format!("{count} did not go well: gitconn validate{names}"));
    }
}

pub(super) fn later(now: Timestamp, span: std::time::Duration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

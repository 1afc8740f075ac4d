//! `gitconn list`: what the store holds.

use serde::Serialize;

use super::context::Context;
use super::due_args::{DueArgs, Spans};
use super::failure::{Failure, Kind};
use super::filter::FilterArgs;
use super::grid::Grid;
use super::out::{Style, View};
use super::view::{self, ConnectionView};
use super::words;
use crate::model::{Connection, Due, Status, Timestamp, clean, shell_word};
use crate::ops::look;

/// Show connections with account, status, expiry and last check
///
/// With --expiring-within or --older-than only those that are due.
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
    #[command(flatten)]
    due: DueArgs,
    /// Show tags, who made each, and when
    #[arg(long)]
    wide: bool,
}

/// A connection's JSON, with why a person has to act.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    connection: ConnectionView,
    due: Option<&'static str>,
}

#[derive(Serialize)]
struct List<'a> {
    connections: Vec<Row>,
    #[serde(skip)]
    shown: &'a [Connection],
    #[serde(skip)]
    wide: bool,
    #[serde(skip)]
    spans: Spans,
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
                view::expiry(style, connection, self.spans),
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
    let look::Every { connections: all, unfinished } = look::all(&store)?;
    let now = context.env.now();
    let filter = args.filter.filter(args.status);
    let spans = args.due.spans(context.config);
    let shown: Vec<Connection> = all
        .iter()
        .filter(|connection| filter.passes(connection) && (connection.is_active || args.all))
        .filter(|connection| !args.due.is_given() || spans.due(connection, now).is_some())
        .cloned()
        .collect();
    let row = |connection: &Connection| Row { connection: connection.into(), due: spans.due(connection, now).map(Due::id) };
    context.out.data(&List { connections: shown.iter().map(row).collect(), shown: &shown, wide: args.wide, spans })?;
    if args.due.is_given() {
        return if shown.is_empty() { Ok(()) } else { Err(Failure::said(Kind::Due)) };
    }
    if all.is_empty() {
        context.out.note("no connections yet");
        context.out.hint("gitconn connect github");
    } else if shown.is_empty() {
        context.out.note("no connection fits");
        context.out.hint("gitconn list --all");
    }
    point_out(&shown, now, spans, context);
    if !unfinished.is_empty() {
        context.out.note(&format!("not finished: the rotation of {}: gitconn rotate --resume", clean(&unfinished.join(", "))));
    }
    Ok(())
}

/// What a person should look at: ends soon, has grown old, could not be checked, was refused.
fn point_out(shown: &[Connection], now: Timestamp, spans: Spans, context: &Context<'_>) {
    let due: Vec<Due> =
        shown.iter().filter(|connection| connection.is_usable()).filter_map(|connection| spans.due(connection, now)).collect();
    let count = |is_old: bool| due.iter().filter(|due| matches!(due, Due::TooOld(_)) == is_old).count();
    for (count, span, (one, many), option) in [
        (count(false), spans.within, ("expires within", "expire within"), "--expiring-within"),
        (count(true), spans.older_than, ("is older than", "are older than"), "--older-than"),
    ] {
        if let (1.., Some(span)) = (count, span) {
            let (verb, typed) = (if count == 1 { one } else { many }, words::typed_span(span));
            context.out.note(&format!("{count} {verb} {}: gitconn rotate {option} {typed}", words::span(span)));
        }
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

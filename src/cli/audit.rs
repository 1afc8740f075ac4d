//! `gitconn audit`: the trail.

use clap::Subcommand;
use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Style, View};
use super::words;
use crate::model::{Event, EventKind, Timestamp, clean};
use crate::ops::audit;

/// Show the trail, or prove that it is unbroken
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Who did what, newest first
    List(ListArgs),
    /// Recompute the chain of hashes; exit code 7 if it is broken
    Verify,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only events of this connection; it may be gone already
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// Only events since then: a span such as 1d, or a date
    #[arg(long, value_name = "SPAN|DATE")]
    since: Option<String>,
    /// Only events of this kind, for example `created`; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

/// An event's JSON.
#[derive(Debug, Serialize)]
pub(super) struct EventView {
    /// Its place in the chain; null for a use that waits for the next save.
    sequence: Option<u64>,
    at: Timestamp,
    who: String,
    kind: String,
    connection: Option<String>,
    connection_id: Option<String>,
    detail: serde_json::Value,
    #[serde(skip)]
    words: String,
}

impl From<&Event> for EventView {
    fn from(event: &Event) -> Self {
        let (kind, detail, words) = describe(&event.kind);
        Self {
            sequence: (event.sequence > 0).then_some(event.sequence),
            at: event.at,
            who: event.who.clone(),
            kind,
            connection: event.connection_name.clone(),
            connection_id: event.connection.as_ref().map(ToString::to_string),
            detail,
            words,
        }
    }
}

impl EventView {
    /// When, who, what: one line for `show`.
    pub(super) fn line(&self, style: Style) -> String {
        let when = if style.is_human() { words::clock(self.at, style.now()) } else { self.at.to_string() };
        let mut line = format!("{when}  {}  {}", clean(&self.who), clean(&self.kind));
        if !self.words.is_empty() {
            line = format!("{line}  {}", clean(&self.words));
        }
        line
    }
}

/// The stored word, the JSON, and the words of an event.
fn describe(kind: &EventKind) -> (String, serde_json::Value, String) {
    use serde_json::json;
    let of = |kind: &str, detail, words: String| (kind.to_owned(), detail, words);
    match kind {
        EventKind::Created { provider, method, offline, fingerprint } => {
            let words = format!("{provider}, {method}{}", if *offline { ", not checked" } else { "" });
            let detail = json!({ "provider": provider, "auth_method": method, "offline": offline, "fingerprint": fingerprint });
            of("created", detail, words)
        }
        EventKind::Updated { fields } => of("updated", json!({ "fields": fields }), fields.join(", ")),
        EventKind::Validated { verdict } => of("validated", json!({ "verdict": verdict }), verdict.to_string()),
        EventKind::Used { purpose, repository, times } => {
            let mut words = purpose.clone();
            if let Some(repository) = repository {
                words = format!("{words}, {repository}");
            }
            if *times > 1 {
                words = format!("{words} ({times} times)");
            }
            of("used", json!({ "purpose": purpose, "repository": repository, "times": times }), words)
        }
        EventKind::Rotated { old, new, by } => {
            let words = format!("token …{} → …{}", super::show::short(old), super::show::short(new));
            let words = match by.as_deref() {
                Some("api") => format!("by API, {words}"),
                Some(by) => format!("{by}, {words}"),
                None => words,
            };
            of("rotated", json!({ "old": old, "new": new, "by": by }), words)
        }
        EventKind::RotationFailed { fingerprint, why } => {
            let words = format!("token …{}: {why}", super::show::short(fingerprint));
            of("rotation_failed", json!({ "fingerprint": fingerprint, "why": why }), words)
        }
        EventKind::Hook { fingerprint, outcome } => {
            let words = format!("token …{}: {outcome}", super::show::short(fingerprint));
            of("hook", json!({ "fingerprint": fingerprint, "outcome": outcome }), words)
        }
        EventKind::Refreshed { old, new } => {
            let words = format!("token …{} → …{}", super::show::short(old), super::show::short(new));
            of("refreshed", json!({ "old": old, "new": new }), words)
        }
        EventKind::TokenMade { accounts } => of("token_made", json!({ "accounts": accounts }), accounts.join(", ")),
        EventKind::Installation { what, account } => {
            of("installation", json!({ "what": what, "account": account }), format!("{what}: {account}"))
        }
        EventKind::LoginEnded => of("login_ended", json!({}), "the refresh token was refused".to_owned()),
        EventKind::Enabled => of("enabled", json!({}), String::new()),
        EventKind::Disabled => of("disabled", json!({}), String::new()),
        EventKind::Removed { name, fingerprint } => {
            of("removed", json!({ "name": name, "fingerprint": fingerprint }), String::new())
        }
        EventKind::Revoked { fingerprint } => {
            of("revoked", json!({ "fingerprint": fingerprint }), format!("token …{}", super::show::short(fingerprint)))
        }
        EventKind::RevocationFailed { fingerprint, why } => {
            let words = format!("token …{}: {why}", super::show::short(fingerprint));
            of("revocation_failed", json!({ "fingerprint": fingerprint, "why": why }), words)
        }
        EventKind::ClientSet { provider, host, client_id } => {
            let words = format!("{host} ({provider}), client {client_id}");
            of("oauth.set", json!({ "provider": provider, "host": host, "client_id": client_id }), words)
        }
        EventKind::ClientRemoved { provider, host } => {
            of("oauth.removed", json!({ "provider": provider, "host": host }), format!("{host} ({provider})"))
        }
        EventKind::Store { what, detail } => of(what, json!({ "detail": detail }), detail.clone().unwrap_or_default()),
        EventKind::Other { kind, detail } => of(kind, json!({ "detail": detail }), detail.clone()),
    }
}

#[derive(Serialize)]
struct Trail {
    events: Vec<EventView>,
}

impl View for Trail {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["WHEN", "WHO", "WHAT", "CONNECTION", "DETAIL"]).flowing();
        for event in &self.events {
            let when = if style.is_human() { words::clock(event.at, style.now()) } else { event.at.to_string() };
            let connection = event.connection.as_deref().map_or_else(|| "-".to_owned(), |name| clean(name).into_owned());
            grid.row(vec![
                when,
                clean(&event.who).into_owned(),
                clean(&event.kind).into_owned(),
                connection,
                clean(&event.words).into_owned(),
            ]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.events.iter().map(serde_json::to_value).collect()
    }
}

#[derive(Serialize)]
struct Proof {
    unbroken: bool,
    events: u64,
    since: Option<Timestamp>,
    broken_at: Option<u64>,
}

impl View for Proof {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        let since = self.since.map(|since| if style.is_human() { words::date(since) } else { since.to_string() });
        let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
        let events = words::plural(self.events, "event");
        grid.row(vec![match self.broken_at {
            None => format!("{events}, unbroken{since}"),
            Some(sequence) => format!("{events}{since}: {} at event {sequence}", style.bad("broken")),
        }]);
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    match &args.command {
        Command::List(args) => {
            let since = args.since.as_deref().map(|text| since(text, context.env.now())).transpose()?;
            let limit = (args.limit > 0).then_some(args.limit);
            let events = audit::list(&store, args.connection.as_deref(), since, args.kinds.clone(), limit)?;
            if events.is_empty() {
                context.out.note("no event fits");
            }
            context.out.data(&Trail { events: events.iter().map(Into::into).collect() })
        }
        Command::Verify => {
            let chain = audit::verify(&store)?;
            let broken = chain.broken_at.is_some();
            context.out.data(&Proof {
                unbroken: !broken,
                events: chain.events,
                since: chain.since,
                broken_at: chain.broken_at,
            })?;
            if broken { Err(Failure::said(Kind::Damaged)) } else { Ok(()) }
        }
    }
}

fn since(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Some(span) = crate::config::parse_span(text) {
        return Ok(now.checked_sub(span).unwrap_or(Timestamp::MIN));
    }
    let start = text.parse::<Timestamp>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::system()))
            .map(|zoned| zoned.timestamp())
    });
    start.map_err(|_| Failure::usage(format!("`{}` is neither a span such as `1d` nor a date such as `2026-11-20`", clean(text))))
}

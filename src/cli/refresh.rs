//! `gitconn refresh`: renew now.

use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Format, Style, View};
use super::words;
use crate::model::{Timestamp, clean};
use crate::ops::refresh::{self, Refreshed};

/// Renew the tokens of logins now: of all enabled ones by default, side by side
///
/// Every command renews a token by itself before it ends; this is for doing it now. Exit code 8 if some of several could not be renewed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names, or the beginnings of ids
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// One result's JSON (the seeds' `POST …/refresh`).
#[derive(Debug, Serialize)]
struct ResultView {
    id: String,
    name: String,
    success: bool,
    message: String,
    expires_at: Option<Timestamp>,
    refresh_expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Results {
    results: Vec<ResultView>,
}

impl View for Results {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        for result in &self.results {
            let (name, message) = (clean(&result.name).into_owned(), clean(&result.message).into_owned());
            let sign = if result.success { style.good("✓") } else { style.bad("✗") };
            let first = if style.is_human() { format!("{sign} {name}") } else { name };
            let mut row = vec![first, message];
            if !style.is_human() {
                row.insert(1, if result.success { "renewed" } else { "failed" }.to_owned());
                row.push(result.expires_at.map(|at| at.to_string()).unwrap_or_default());
            }
            grid.row(row);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.results.iter().map(serde_json::to_value).collect()
    }
}

fn view(refreshed: &Refreshed, now: Timestamp) -> ResultView {
    let connection = &refreshed.connection;
    let expires_at = connection.expiry.at();
    let message = match (&refreshed.outcome, expires_at) {
        (Ok(()), Some(at)) => format!("renewed; the token ends {}", words::relative(at, now)),
        (Ok(()), None) => "renewed".to_owned(),
        (Err(error), _) => crate::ops::redact(&error.to_string()).into_owned(),
    };
    ResultView {
        id: connection.id.to_string(),
        name: connection.name.to_string(),
        success: refreshed.outcome.is_ok(),
        message,
        expires_at,
        refresh_expires_at: connection.refresh_expires_at,
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let connections = refresh::chosen(&store, &args.names)?;
    let count = connections.len();
    let message = format!("renewing {}", words::plural(u64::try_from(count).unwrap_or(u64::MAX), "connection"));
    context.progress.begin_many(&message, count);
    let mut refreshed =
        context.wait(async { Ok(refresh::refresh(&session, &store, connections, |done| context.progress.step(done)).await) })?;
    let results: Vec<ResultView> = refreshed.iter().map(|one| view(one, context.env.now())).collect();
    // One that was named and failed is an error like any other.
    if count == 1
        && let Some(Refreshed { outcome: Err(error), .. }) = refreshed.pop()
    {
        return Err(error.into());
    }
    let failed = results.iter().filter(|result| !result.success).count();
    match (context.out.format(), args.names.len(), results.as_slice()) {
        (Format::Json, 1, [only]) => {
            let text = serde_json::to_string(only).map_err(Failure::bug)?;
            context.out.raw(&(text + "\n"))?;
        }
        _ => context.out.data(&Results { results })?,
    }
    let mut errors = refreshed.into_iter().filter_map(|one| one.outcome.err());
    if let Some(hint) = errors.next().and_then(|error| Failure::from(error).first_hint()) {
        context.out.hint(&hint);
    }
    if failed > 0 { Err(Failure::said(Kind::Partial)) } else { Ok(()) }
}

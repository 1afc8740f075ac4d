//! `gitconn store recipients remove`: a key reads the store no more. What it has read, it knows.

use serde::Serialize;

use super::{ReaderView, purpose};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::store::say_durability;
use crate::cli::words;
use crate::model::{ProviderId, Timestamp, clean, shell_word};
use crate::ops::readers::{self, Removed, Seen};

/// Let a key read the store no more, and list what it has seen
///
/// The store is encrypted anew without it. What it could read until now it knows: those tokens are what to rotate. Kept generations and backups made
/// before still open with its key.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its name, or its public key
    name: String,
    /// Also remove the kept generations, which its key still opens; they are the only undo
    #[arg(long)]
    drop_generations: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// A connection whose secrets a reader has seen.
#[derive(Debug, Serialize)]
struct SeenView {
    name: String,
    provider: ProviderId,
    host: String,
    username: Option<String>,
    expires_at: Option<Timestamp>,
    /// What of it: `token`, `refresh token`, `private key`, …
    secrets: Vec<&'static str>,
}

/// An OAuth client, or a client certificate, that a reader has seen.
#[derive(Debug, Serialize)]
struct SeenAtHost {
    provider: ProviderId,
    host: String,
    /// `client secret` or `client certificate`.
    what: &'static str,
    client_id: Option<String>,
}

#[derive(Serialize)]
struct RemovedView {
    removed: ReaderView,
    /// By name.
    seen: Vec<SeenView>,
    seen_at_hosts: Vec<SeenAtHost>,
    /// Kept generations that its key still opens.
    kept: Vec<String>,
    /// Kept generations that were removed.
    dropped: Vec<String>,
}

impl View for RemovedView {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["SEEN", "PROVIDER", "HOST", "ACCOUNT", "EXPIRES", "SECRETS"]);
        for seen in &self.seen {
            grid.row(vec![
                clean(&seen.name).into_owned(),
                seen.provider.to_string(),
                seen.host.clone(),
                seen.username.as_deref().map_or_else(|| "-".to_owned(), |name| clean(name).into_owned()),
                seen.expires_at.map_or_else(|| "-".to_owned(), |at| style.moment(at)),
                seen.secrets.join(", "),
            ]);
        }
        for seen in &self.seen_at_hosts {
            let client = seen.client_id.as_deref().map_or_else(|| "-".to_owned(), |id| clean(id).into_owned());
            let (provider, host) = (seen.provider.to_string(), seen.host.clone());
            grid.row(vec!["-".to_owned(), provider, host, client, "-".to_owned(), seen.what.to_owned()]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.seen.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let reader = readers::find(&*store.read().map_err(crate::ops::Error::from)?, &args.name)?;
    let which = format!("`{}` ({})", reader.name, purpose(reader.kind));
    if !args.yes && !context.prompt.confirm(&format!("let {which} read the store no more?"), "--yes")? {
        return Err(Failure::interrupted_by("nothing was changed"));
    }
    let removed = readers::remove(&session, &store, &reader.recipient, args.drop_generations)?;
    say_durability(removed.durable, context);
    context.out.note(&format!("{which} reads the store no more"));
    let view = RemovedView::from(&removed);
    say_seen(&view, &removed, context);
    context.out.data(&view)?;
    say_kept(&view, context);
    Ok(())
}

/// What is in the table that follows, and what is not.
fn say_seen(view: &RemovedView, removed: &Removed, context: &Context<'_>) {
    if view.seen.is_empty() && view.seen_at_hosts.is_empty() {
        return context.out.note("there is nothing in it that it could have read");
    }
    let since = words::date(removed.reader.added_at);
    context.out.note(&format!("since {since} its key could read these, and whoever has it knows them until they are replaced:"));
}

fn say_kept(view: &RemovedView, context: &Context<'_>) {
    if let Some(first) = view.seen.first() {
        context.out.hint(&format!(
            "gitconn rotate {}   # each of them; also what was removed or replaced without being revoked",
            shell_word(&first.name)
        ));
    }
    if !view.dropped.is_empty() {
        let count = words::plural(u64::try_from(view.dropped.len()).unwrap_or(u64::MAX), "kept generation");
        context.out.note(&format!("{count} removed; backups made before still open with its key"));
    } else if !view.kept.is_empty() {
        context
            .out
            .note("kept generations and backups made before still open with its key (--drop-generations removes the former)");
    }
}

impl From<&Removed> for RemovedView {
    fn from(removed: &Removed) -> Self {
        let Seen { connections, clients, certificates } = &removed.seen;
        let connections = connections.iter().map(|(connection, secrets)| SeenView {
            name: connection.name.to_string(),
            provider: connection.provider,
            host: connection.host.to_string(),
            username: connection.username.clone(),
            expires_at: connection.expiry.at(),
            secrets: secrets.clone(),
        });
        let clients = clients.iter().map(|(provider, host, client_id)| SeenAtHost {
            provider: *provider,
            host: host.to_string(),
            what: "client secret",
            client_id: Some(client_id.clone()),
        });
        let certificates = certificates.iter().map(|(provider, host)| SeenAtHost {
            provider: *provider,
            host: host.to_string(),
            what: "client certificate",
            client_id: None,
        });
        let paths = |paths: &[std::path::PathBuf]| paths.iter().map(|path| path.display().to_string()).collect();
        Self {
            removed: (&removed.reader).into(),
            seen: connections.collect(),
            seen_at_hosts: clients.chain(certificates).collect(),
            kept: paths(&removed.kept),
            dropped: paths(&removed.dropped),
        }
    }
}

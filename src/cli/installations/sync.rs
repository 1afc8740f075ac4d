//! `gitconn installations sync`: asks the provider where apps are installed.

use futures_util::future::join_all;
use serde::Serialize;

use super::view::Listing;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::store;
use crate::model::{Connection, clean, shell_word};
use crate::ops::Error;
use crate::ops::apps::installations;
use crate::ops::apps::sync::{self, Changes};

/// Bring what is known of the installations up to date with the provider
///
/// Apps are asked side by side. Exit code 8 if some of several could not be asked.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the app's connection, or the beginning of its id; all enabled apps if left out
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// The installations as they are now, and what is new of them.
#[derive(Serialize)]
struct Synced {
    #[serde(flatten)]
    listing: Listing,
    changes: Vec<ChangesView>,
}

/// What has changed of one app: accounts.
#[derive(Serialize)]
struct ChangesView {
    connection: String,
    added: Vec<String>,
    suspended: Vec<String>,
    unsuspended: Vec<String>,
    uninstalled: Vec<String>,
    /// Where permissions or the choice of repositories are others now.
    changed: Vec<String>,
    /// They are there, and only named ones are taken in.
    not_taken_in: Vec<NotTakenIn>,
}

#[derive(Serialize)]
struct NotTakenIn {
    installation_id: u64,
    account_login: String,
}

impl ChangesView {
    fn of(connection: &Connection, changes: &Changes) -> Self {
        let not_taken_in = changes.passed_over.iter();
        Self {
            connection: connection.name.to_string(),
            added: changes.added.clone(),
            suspended: changes.suspended.clone(),
            unsuspended: changes.unsuspended.clone(),
            uninstalled: changes.uninstalled.clone(),
            changed: changes.changed.clone(),
            not_taken_in: not_taken_in
                .map(|(account, id)| NotTakenIn { installation_id: *id, account_login: account.clone() })
                .collect(),
        }
    }
}

impl View for Synced {
    fn grid(&self, style: Style) -> Grid {
        self.listing.grid(style)
    }

    /// The installations, as `list` has them.
    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.listing.items()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let mut apps = installations::all(&store, args.name.as_deref())?;
    // One that was switched off is asked only by its name.
    apps.retain(|app| app.connection.is_active || args.name.is_some());
    if apps.is_empty() {
        return Err(Error::NoneUsable { why: "no enabled connection is a GitHub App".to_owned() }.into());
    }
    let hosts: std::collections::BTreeSet<String> = apps.iter().map(|app| app.connection.host.to_string()).collect();
    context.progress.begin(&format!("asking {}", hosts.into_iter().collect::<Vec<_>>().join(", ")));
    let asked = context.wait(async {
        let each = apps.iter().map(|app| sync::sync(&session, &store, &app.connection));
        Ok(join_all(each).await)
    })?;
    let is_alone = apps.len() == 1;
    let (mut synced, mut news_of_each, mut failed) = (Vec::new(), Vec::new(), false);
    for (app, outcome) in apps.iter().zip(asked) {
        let connection = &app.connection;
        match outcome {
            Ok((news, durable)) => {
                store::say_durability(durable, context);
                say_changes(connection, &news, context);
                news_of_each.push(ChangesView::of(connection, &news));
                synced.push(installations::one(&store, Some(connection.id.as_str()))?);
            }
            Err(error) if is_alone => return Err(error.into()),
            Err(error) => {
                failed = true;
                Failure::from(error).say(&format!("`{}` is as it was", connection.name), context.out);
            }
        }
    }
    context.out.data(&Synced { listing: Listing::of(&synced), changes: news_of_each })?;
    if failed { Err(Failure::said(Kind::Partial)) } else { Ok(()) }
}

fn say_changes(connection: &Connection, changes: &Changes, context: &Context<'_>) {
    let name = &connection.name;
    for (what, accounts) in [
        ("is now installed on", &changes.added),
        ("is suspended on", &changes.suspended),
        ("is no longer suspended on", &changes.unsuspended),
        ("was uninstalled from", &changes.uninstalled),
        ("has other permissions, or another choice of repositories, on", &changes.changed),
    ] {
        if !accounts.is_empty() {
            context.out.note(&format!("`{name}` {what} {}", clean(&accounts.join(", "))));
        }
    }
    if changes.is_empty() {
        context.out.note(&format!("`{name}`: nothing has changed"));
    }
    if let Some((_, id)) = changes.passed_over.first() {
        let each: Vec<String> = changes.passed_over.iter().map(|(account, id)| format!("{} ({id})", clean(account))).collect();
        context.out.note(&format!("also installed on {}, and not taken in here", each.join(", ")));
        context.out.hint(&format!("gitconn installations add {} --installation-id {id}", shell_word(name.as_str())));
    }
}

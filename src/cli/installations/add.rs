//! `gitconn installations add`: installs an app on another account, or takes in an installation that exists.

use std::collections::HashSet;

use super::view::Listing;
use crate::cli::browser;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::login::Terminal;
use crate::cli::store;
use crate::model::{Connection, InstallationStatus, clean, shell_word};
use crate::ops::apps::installations::{self, Installed};
use crate::ops::{Error, InstallationRecord, Session, Store};

/// Install the app on another account: opens the provider's page, and waits for the new installation
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the app's connection, or the beginning of its id; may be left out where there is only one
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Only print the address of the page, and wait
    #[arg(long)]
    no_browser: bool,
    /// Take in an installation that exists, by its number
    #[arg(long, value_name = "ID", conflicts_with = "no_browser")]
    installation_id: Option<u64>,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let app = installations::one(&store, args.name.as_deref())?;
    let connection = &app.connection;
    if let Some(id) = args.installation_id {
        context.progress.begin(&format!("asking {}", connection.host));
        let (record, durable) = context.wait(installations::take_in(&session, &store, connection, id))?;
        store::say_durability(durable, context);
        return say_new(connection, &[record], context);
    }
    let opens = browser::is_here(context.env) && !args.no_browser;
    let before = context.wait(installations::present(&session, &store, connection))?;
    let (new, durable) = context.wait(wait_for_another(&session, &store, &app, &before, opens, context))?;
    store::say_durability(durable, context);
    say_new(connection, &new, context)
}

/// Shows the page, and waits for whoever installs the app there.
pub(in crate::cli) async fn wait_for_another(
    session: &Session<'_>,
    store: &Store,
    app: &Installed,
    before: &HashSet<u64>,
    opens: bool,
    context: &Context<'_>,
) -> Result<(Vec<InstallationRecord>, bool), Error> {
    Terminal::new(context, opens).install_at(&app.connection.host, &app.install_page()?);
    installations::wait_for_another(session, store, &app.connection, before).await
}

/// Says which installations came.
fn say_new(connection: &Connection, new: &[InstallationRecord], context: &Context<'_>) -> Result<(), Failure> {
    let name = shell_word(connection.name.as_str());
    for record in new {
        let (account, selection) = (clean(&record.installation.account), record.installation.selection);
        context.out.note(&match record.status() {
            InstallationStatus::Active => format!("`{}` is installed on {account} ({selection} repositories)", connection.name),
            status => format!("`{}` is installed on {account}, and {status} there", connection.name),
        });
    }
    match new {
        [one] if one.status() != InstallationStatus::Active => {
            context.out.hint(&format!("gitconn installations open {name} {}", shell_word(&one.installation.account)));
        }
        _ => context.out.hint(&format!("gitconn repos {name}")),
    }
    context.out.data(&Listing::some(connection, new))
}

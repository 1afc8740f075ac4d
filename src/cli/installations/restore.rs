//! `gitconn installations restore`: takes back one that was put aside.

use super::view::Listing;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::store;
use crate::model::{InstallationStatus, clean, shell_word};
use crate::ops::apps::installations;
use crate::ops::apps::route;

/// Take back an installation that was put aside
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the app's connection, or the beginning of its id
    #[arg(value_name = "NAME")]
    name: String,
    /// The account that it is on, or its number
    #[arg(value_name = "ACCOUNT")]
    installation: String,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let app = installations::one(&store, Some(&args.name))?;
    let connection = &app.connection;
    let record = route::find(connection, &app.installations, &args.installation)?;
    let account = clean(&record.installation.account).into_owned();
    if record.status() != InstallationStatus::Removed && record.uninstalled_at.is_none() {
        context.out.note(&match record.status() {
            InstallationStatus::Active => format!("the installation on {account} is in use already"),
            status => format!("the installation on {account} was not put aside here: it is {status} there"),
        });
        return context.out.data(&Listing::some(connection, std::slice::from_ref(record)));
    }
    context.progress.begin(&format!("asking {}", connection.host));
    let (restored, durable) = context.wait(installations::restore(&session, &store, connection, record))?;
    store::say_durability(durable, context);
    match restored.status() {
        InstallationStatus::Active => {
            context.out.note(&format!("`{}` uses its installation on {account} again", connection.name));
        }
        status => {
            context.out.note(&format!("took back the installation of `{}` on {account}: it is {status} there", connection.name));
            let (name, account) = (shell_word(connection.name.as_str()), shell_word(&account).into_owned());
            context.out.hint(&format!("gitconn installations open {name} {account}   # where an owner lifts it"));
        }
    }
    context.out.data(&Listing::some(connection, &[restored]))
}

//! `gitconn installations remove`: puts one aside, or takes the app off its account.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::store;
use crate::model::{InstallationStatus, clean, shell_word};
use crate::ops::apps::installations::{self, REMOVED, UNINSTALLED};
use crate::ops::apps::route;

/// Put an installation aside: it is not used here until it is restored
///
/// Tokens, repositories and branches of its account are no longer had through this app. It stays at the provider, unless --uninstall takes it off
/// there too: for everybody, and for good. One that is gone at the provider is forgotten.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the app's connection, or the beginning of its id
    #[arg(value_name = "NAME")]
    name: String,
    /// The account that it is on, or its number
    #[arg(value_name = "ACCOUNT")]
    installation: String,
    /// Also take the app off the account at the provider
    #[arg(long)]
    uninstall: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// What became of an installation.
#[derive(Serialize)]
struct Removed {
    deleted: bool,
    uninstalled: bool,
    installation_id: u64,
    account_login: String,
}

impl View for Removed {
    fn grid(&self, _style: Style) -> Grid {
        Grid::new(&[])
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let app = installations::one(&store, Some(&args.name))?;
    let uninstall = args.uninstall;
    let connection = &app.connection;
    let record = route::find(connection, &app.installations, &args.installation)?;
    let (id, account) = (record.installation.id, clean(&record.installation.account).into_owned());
    let is_gone = record.status() == InstallationStatus::Uninstalled;
    context
        .out
        .note(&format!("what stops working: tokens, repositories and branches of {account} through `{}`", connection.name));
    if uninstall && !is_gone {
        context.out.note(&format!(
            "--uninstall takes the app off {account} at {}: for everybody who uses it there, and for good",
            connection.host
        ));
    }
    if !args.yes && !is_gone {
        let verb = if uninstall { "uninstall" } else { "remove" };
        if !context.prompt.confirm(&format!("{verb} the installation on {account}?"), "--yes")? {
            return Err(Failure::interrupted_by("nothing was changed"));
        }
    }
    if uninstall && !is_gone {
        context.progress.begin(&format!("asking {}", connection.host));
        context.wait(installations::uninstall(&session, &store, connection, id))?;
    }
    let durable = if is_gone {
        installations::forget(&session, &store, connection, id)?
    } else {
        installations::remove(&session, &store, connection, id, if uninstall { UNINSTALLED } else { REMOVED })?
    };
    store::say_durability(durable, context);
    let name = shell_word(connection.name.as_str());
    if is_gone {
        context.out.note(&format!("forgot the installation on {account}: it is gone at {} already", connection.host));
    } else if uninstall {
        context.out.note(&format!("uninstalled `{}` from {account}", connection.name));
        context.out.hint(&format!("gitconn installations add {name}   # installs it again"));
    } else {
        context.out.note(&format!("removed the installation on {account} here; it stays at {}", connection.host));
        context.out.hint(&format!("gitconn installations restore {name} {}", shell_word(&account)));
    }
    let uninstalled = uninstall || is_gone;
    context.out.data(&Removed { deleted: true, uninstalled, installation_id: id, account_login: account })
}

//! `gitconn installations list`: what is known of them here.

use super::view::Listing;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::shell_word;
use crate::ops::apps::installations::{self, Installed};

/// List the installations of an app, or of all
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the app's connection, or the beginning of its id
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let store = context.session()?.store()?;
    let apps = installations::all(&store, args.name.as_deref())?;
    let listing = Listing::of(&apps);
    if listing.installations.is_empty() {
        say_none(&apps, context);
    }
    context.out.data(&listing)
}

fn say_none(apps: &[Installed], context: &Context<'_>) {
    for app in apps {
        context.out.note(&format!("`{}` is not installed anywhere that is known here", app.connection.name));
        context.out.hint(&format!("gitconn installations sync {}", shell_word(app.connection.name.as_str())));
    }
}

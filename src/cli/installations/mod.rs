//! `gitconn installations`: where a GitHub App is installed, one file here a subcommand.

mod add;
mod list;
mod open;
mod remove;
mod restore;
mod sync;
mod view;

use clap::Subcommand;

pub(super) use self::add::wait_for_another;
pub(super) use self::view::InstallationView;
use super::context::Context;
use super::failure::Failure;

/// See and change where a GitHub App is installed
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Add(add::Args),
    Remove(remove::Args),
    Restore(restore::Args),
    Open(open::Args),
    Sync(sync::Args),
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list::run(args, context),
        Command::Add(args) => add::run(args, context),
        Command::Remove(args) => remove::run(args, context),
        Command::Restore(args) => restore::run(args, context),
        Command::Open(args) => open::run(args, context),
        Command::Sync(args) => sync::run(args, context),
    }
}

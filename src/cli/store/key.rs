//! `gitconn store key`: the key itself, for a recovery copy.

use clap::Subcommand;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::store;

/// Keep a recovery copy of the store's key
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the key, to be kept where only you can read it: who has it opens the store
    Export {
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let Command::Export { yes } = &args.command;
    let session = context.session()?;
    let text = store::export_key(&session)?;
    if !yes && context.prompt.is_allowed() && !context.prompt.confirm("print the key here?", "--yes")? {
        return Err(Failure::interrupted_by("the key was not printed"));
    }
    if !context.out.is_json() {
        return context.out.raw(&zeroize::Zeroizing::new(format!("{}\n", text.expose())));
    }
    let line = zeroize::Zeroizing::new(serde_json::json!({ "key": text.expose() }).to_string() + "\n");
    context.out.raw(&line)
}

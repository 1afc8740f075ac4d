//! `gitconn store accept`: believe a file that this machine has reason to doubt, after seeing what is different about it.

use super::differences::Differences;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::store;

/// Sign a store that another tool encrypted, that went back to an older state, or that was moved here
///
/// Shows first how it differs from the newest kept generation, and takes nothing but the file it has shown.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Make this machine the store's home: only there are single-use refresh tokens spent
    #[arg(long = "move")]
    moved: bool,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = store::for_recovery(&session)?;
    store.must_write().map_err(crate::ops::Error::from)?;
    let difference = store.difference().map_err(crate::ops::Error::from)?;
    let mut differences = Differences::from(&difference);
    context.out.note(&match (differences.against, differences.rows.len()) {
        (None, _) => "no kept generation opens: everything in the file is new to this machine".to_owned(),
        (Some(generation), 0) => format!("what is in the file is what generation {generation} holds"),
        (Some(generation), _) => format!("this is what differs from generation {generation}:"),
    });
    differences.say(!args.yes, context);
    if !args.yes && !context.prompt.confirm("accept the file as it is?", "--yes")? {
        return Err(Failure::interrupted_by("nothing was accepted"));
    }
    super::say_durability(store::accept(&session, &store, &difference, args.moved)?, context);
    differences.done = true;
    context.out.note("accepted and signed");
    context.out.data(&differences)
}

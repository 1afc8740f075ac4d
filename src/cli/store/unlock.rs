//! `gitconn store unlock` and `lock`: the key of a machine without a desktop is asked for once a day.

use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::words;
use crate::model::Timestamp;
use crate::ops::store;

/// Keep the key in the kernel's keyring for a while, so that nobody is asked for the passphrase again (Linux)
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// For how long, at most 30d; 8h if left out
    #[arg(long = "for", value_name = "SPAN", value_parser = words::parse_span)]
    lasting: Option<Duration>,
}

#[derive(serde::Serialize)]
struct Unlocked {
    unlocked_until: Option<Timestamp>,
}

impl View for Unlocked {
    fn grid(&self, _: Style) -> Grid {
        Grid::new(&[])
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let until = store::unlock(&session, args.lasting.unwrap_or(store::USUAL))?;
    context.out.note(&format!("unlocked until {}", words::clock(until, context.env.now())));
    context.out.data(&Unlocked { unlocked_until: Some(until) })
}

pub(super) fn run_lock(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    context.out.note(if store::lock(&session)? { "locked" } else { "it was not unlocked" });
    context.out.data(&Unlocked { unlocked_until: None })
}

//! `gitconn store recipients`: the keys that may read the store besides its own.

mod add;
mod list;
mod remove;

use clap::Subcommand;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::{Reader, ReaderKind, Timestamp};

/// Keys that read the store and never save it: a pipeline's, and one to recover with
///
/// A reader's key opens the store wherever a copy of it is, but no command changes anything with it, and logins are not renewed. With a recovery key
/// `gitconn store rekey` makes a new key of the store's own if that is lost.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(visible_alias = "ls")]
    List(list::Args),
    Add(add::Args),
    #[command(visible_alias = "rm")]
    Remove(remove::Args),
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list::run(args, context),
        Command::Add(args) => add::run(args, context),
        Command::Remove(args) => remove::run(args, context),
    }
}

/// A reader's JSON.
#[derive(Debug, Serialize)]
pub(super) struct ReaderView {
    /// Null for the store's own key.
    pub(super) name: Option<String>,
    /// `writer`, `recovery` or `pipeline`.
    pub(super) kind: &'static str,
    /// Its public half; of the store's own key only that key itself knows it.
    pub(super) recipient: Option<String>,
    pub(super) added_at: Option<Timestamp>,
    pub(super) added_by: Option<String>,
    pub(super) is_writer: bool,
}

impl From<&Reader> for ReaderView {
    fn from(reader: &Reader) -> Self {
        Self {
            name: Some(reader.name.to_string()),
            kind: reader.kind.id(),
            recipient: Some(reader.recipient.clone()),
            added_at: Some(reader.added_at),
            added_by: Some(reader.added_by.clone()),
            is_writer: false,
        }
    }
}

/// What a kind of reader is for, in few words.
fn purpose(kind: ReaderKind) -> &'static str {
    match kind {
        ReaderKind::Recovery => "a recovery key",
        ReaderKind::Pipeline => "a pipeline's key",
    }
}

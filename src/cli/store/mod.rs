//! `gitconn store`: the file that everything is in, one file here a subcommand.

mod accept;
mod backup;
mod differences;
mod export;
mod info;
mod init;
mod key;
mod key_place;
mod printed_key;
mod qr;
mod recipients;
mod rekey;
mod restore;
mod unlock;
mod verify;

use clap::Subcommand;

use super::context::Context;
use super::failure::Failure;
use crate::ops::store::{Keeping, init as make};
use crate::ops::{Session, Store};

/// Look after the store: its file, its key, its backups
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    /// Where the store is, where its key is, and what state it is in
    Info,
    Unlock(unlock::Args),
    /// Take the key out of the kernel's keyring
    Lock,
    /// Check everything: header, signature, content, trail, pin
    Verify,
    Backup(backup::Args),
    Restore(restore::Args),
    Accept(accept::Args),
    Export(export::Args),
    Key(key::Args),
    Recipients(recipients::Args),
    Rekey(rekey::Args),
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    match &args.command {
        Command::Init(args) => init::run(args, context),
        Command::Info => info::run(context),
        Command::Unlock(args) => unlock::run(args, context),
        Command::Lock => unlock::run_lock(context),
        Command::Verify => verify::run(context),
        Command::Backup(args) => backup::run(args, context),
        Command::Restore(args) => restore::run(args, context),
        Command::Accept(args) => accept::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Key(args) => key::run(args, context),
        Command::Recipients(args) => recipients::run(args, context),
        Command::Rekey(args) => rekey::run(args, context),
    }
}

/// The store that is there, or a new one: the first `connect` needs no other command before it.
pub(super) fn open_or_make(session: &Session<'_>, context: &Context<'_>) -> Result<Store, Failure> {
    if session.place().header().map_err(crate::ops::Error::from)?.is_some() {
        return Ok(session.writer()?);
    }
    let new = make(session, &Keeping::Best)?;
    init::say(&new, session, context);
    Ok(new.store)
}

/// After an error on the very last fsync the change is there, and only a power loss could take it back.
pub(super) fn say_durability(durable: bool, context: &Context<'_>) {
    if !durable {
        context.out.warn("saved, but the disk did not confirm it: the change may not survive a power loss");
    }
}

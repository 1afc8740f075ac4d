//! `gitconn store rekey`: a new key for the store.

use std::path::PathBuf;

use serde::Serialize;

use super::key_place::{KeyPlaceArgs, find_file};
use super::recipients::ReaderView;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::model::clean;
use crate::ops::rekey::{self, Done};

/// Make the store a new key of its own, in place of one that is old, known to others, or lost
///
/// The store opens with one of the two keys at every moment; what is cut off is finished by the same command. The old key is removed from the keyring, or
/// from beside the store, and backups made before open with it alone: --old-key-out keeps it. A store whose key is lost is re-keyed with a recovery key
/// (store recipients add --kind recovery).
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: KeyPlaceArgs,
    /// Keep the old key in this new file, for backups made before
    #[arg(long, value_name = "FILE")]
    old_key_out: Option<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Rekeyed {
    store_id: String,
    generation: u64,
    /// Whether this only finished what was cut off before.
    finished: bool,
    key_in: String,
    recipient: String,
    /// As whom the new key signs: every reader's key needs it.
    signer: String,
    /// Whose keys name the old signer still.
    readers: Vec<ReaderView>,
    /// Kept generations that now open with the new key.
    resealed: Vec<String>,
    /// What opens with the old key alone.
    left: Vec<String>,
}

impl View for Rekeyed {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["READER", "KIND", "SIGNER"]);
        for reader in &self.readers {
            let name = reader.name.as_deref().map(|name| clean(name).into_owned()).unwrap_or_default();
            grid.row(vec![name, reader.kind.to_owned(), self.signer.clone()]);
        }
        if self.readers.is_empty() && !style.is_human() {
            grid.row(vec![self.recipient.clone(), self.key_in.clone(), self.signer.clone()]);
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let keeping = args.place.keeping()?;
    let session = context.session()?;
    let begun = rekey::begin(&session)?;
    if !args.yes && !begun.is_unfinished() {
        let fate = match &args.old_key_out {
            Some(path) => format!("the old one goes to `{}`", path.display()),
            None => "backups made before open with the old one alone, which is not kept (--old-key-out FILE)".to_owned(),
        };
        if context.prompt.is_allowed() {
            context.out.note(&format!("the store gets a new key; {fate}"));
        }
        if !context.prompt.confirm("make it a new key?", "--yes")? {
            return Err(Failure::interrupted_by("nothing was changed"));
        }
    }
    let done = rekey::rekey(&session, begun, keeping, args.old_key_out.as_deref())?;
    let paths = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect();
    let view = Rekeyed {
        store_id: done.store_id.clone(),
        generation: done.rekeyed.generation,
        finished: done.is_finish,
        key_in: done.key_in.clone(),
        recipient: done.recipient.clone(),
        signer: done.rekeyed.signer.clone(),
        readers: done.rekeyed.readers.iter().map(Into::into).collect(),
        resealed: paths(&done.rekeyed.resealed),
        left: paths(&done.rekeyed.left),
    };
    say(&done, context);
    if !view.readers.is_empty() {
        context
            .out
            .note("each reader's key needs the new signer, in its line `# gitconn-signer: …` or behind it in GITCONN_KEY:");
    }
    context.out.data(&view)?;
    match done.unsettled {
        None => Ok(()),
        Some(error) => {
            Failure::from(error).say("the new key opens the store, and is not in its place yet", context.out);
            context.out.hint("gitconn store rekey   # finishes it");
            Err(Failure::said(Kind::Failed))
        }
    }
}

/// What was done, and what is left to do elsewhere.
fn say(done: &Done, context: &Context<'_>) {
    let out = context.out;
    out.note(&match (done.is_finish, &done.rekeyed.recovered_by) {
        (true, _) => format!("the re-keying that was cut off is finished; the store's key is in {}", done.key_in),
        (false, Some(name)) => {
            format!("the store has a new key, made with the recovery key `{}`; it is in {}", clean(name), done.key_in)
        }
        (false, None) => format!("the store has a new key; it is in {}", done.key_in),
    });
    if let Some(path) = &done.key_file {
        find_file(path, context);
    }
    if !done.rekeyed.durable {
        super::say_durability(false, context);
        if !done.is_old_left {
            out.note("the old key was not removed, in case of that");
            out.hint("gitconn store rekey   # removes it, once the disk is well");
        }
    }
    if done.is_old_left && done.rekeyed.recovered_by.is_none() {
        out.note(&format!("the old key is still where it came from, {}: remove it there when no backup needs it", done.old_from));
    }
    if !done.rekeyed.left.is_empty() {
        let left: Vec<String> = done.rekeyed.left.iter().map(|path| format!("`{}`", path.display())).collect();
        out.warn(&format!("opens with an older key alone: {}", left.join(", ")));
    }
    if done.is_copy {
        out.note("another machine is this store's home: until that changes no login is renewed here");
        out.hint("gitconn store accept --move --yes   # makes this machine its home");
    }
    out.hint("gitconn store key export   # keep a recovery copy: without its key a store is lost");
}

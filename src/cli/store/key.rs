//! `gitconn store key`: the key itself, for a recovery copy on paper.

use clap::Subcommand;
use zeroize::Zeroizing;

use super::qr;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::out::Format;
use crate::cli::words;
use crate::ops::store::{self, Exported};

/// Keep a recovery copy of the store's key
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Export(ExportArgs),
}

/// Print the key, to be kept on paper or where only you can read it: who has it opens the store
///
/// On a terminal it comes with the store's id, as a key file that can be typed in again; elsewhere it is one line, as `GITCONN_KEY` takes it. The trail notes it.
#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// Also draw it as a QR code in the terminal, to be printed or photographed
    #[arg(long)]
    qr: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let Command::Export(args) = &args.command;
    let out = context.out;
    if args.qr && !(out.is_terminal() && out.format() == Format::Table) {
        return Err(Failure::usage("a QR code is drawn on a terminal alone, and stdout is none").instead(
            "--qr",
            "",
            "prints the key as a line",
        ));
    }
    let session = context.session()?;
    // Without the right key there is nothing to agree to.
    session.store()?.read().map_err(crate::ops::Error::from)?;
    if !args.yes && !context.prompt.confirm("show the key here? who sees it opens the store", "--yes")? {
        return Err(Failure::interrupted_by("the key was not shown"));
    }
    let by = if args.qr { "as a QR code" } else { "as text" };
    let exported = store::export_key(&session, by)?;
    if out.is_json() {
        out.raw(&Zeroizing::new(serde_json::json!({ "key": exported.line.expose() }).to_string() + "\n"))?;
    } else if out.is_terminal() && out.format() == Format::Table {
        out.raw(&on_paper(&exported, &session.place().path().display().to_string(), context))?;
        if args.qr {
            let drawn =
                qr::draw(&exported.line).ok_or_else(|| Failure::new(Kind::Failed, "the key does not fit into a QR code"))?;
            out.raw(&drawn)?;
        }
        out.note("print it or write it down, keep it where only you can read it, and clear the terminal with its scrollback");
    } else {
        out.raw(&Zeroizing::new(format!("{}\n", exported.line.expose())))?;
    }
    if let Some(error) = exported.unrecorded {
        Failure::from(error).say("the trail does not say that the key was exported", out);
    }
    Ok(())
}

/// A key file with what a person needs who finds the sheet years later.
fn on_paper(exported: &Exported, path: &str, context: &Context<'_>) -> Zeroizing<String> {
    let Exported { line, store_id, recipient, is_reader, .. } = exported;
    let what = if *is_reader { "a key that reads" } else { "the key of" };
    let date = words::date(context.env.now());
    // A key that came with its signer has that behind it: in a file each has a line of its own.
    let (key, signer) = line.expose().split_once(':').unwrap_or((line.expose(), ""));
    let mut text = Zeroizing::new(String::with_capacity(1024));
    for part in ["# ", what, " the gitconn store ", store_id, ", ", path, "\n# ", &date, "\n# public key: ", recipient, "\n"] {
        text.push_str(part);
    }
    if !signer.is_empty() {
        for part in ["# gitconn-signer: ", signer, "\n"] {
            text.push_str(part);
        }
    }
    text.push_str("# 74 characters with a checksum: one that was copied wrongly is refused; small letters do too\n");
    text.push_str(key);
    text.push('\n');
    text
}

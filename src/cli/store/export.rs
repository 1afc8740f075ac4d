//! `gitconn store export`: a small store for one pipeline.

use std::path::PathBuf;

use serde::Serialize;

use super::{printed_key, say_durability};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::words;
use crate::model::{ProviderId, Status, Timestamp, clean, shell_word};
use crate::ops::pipeline::{self, Taken, Wanted, Written};

/// Write a small store with just these connections, for one pipeline
///
/// What opens it opens nothing else. It holds the tokens (of a GitHub App the key), the settings of their hosts and the routes that lead to them; no refresh token, no
/// trail, no other connection. Whoever has its key reads and never saves.
///
/// Without --recipient a key is made and printed once, in the form that `GITCONN_KEY` takes. A file that was written before is brought up to date: with the
/// same connections and for the same key, unless others are named. Nothing is printed then, and the pipeline's secret stays as it is: do not pipe it there again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn store export --only deploy --out ci.age | gh secret set GITCONN_KEY
  gitconn store export --only deploy docs --recipient age1… --out ci.age
  gitconn store export --out ci.age   # again, after a rotation")]
pub(super) struct Args {
    /// Names, or beginnings of ids
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// The public half (age1…) of the pipeline's key: no key is made
    #[arg(long, value_name = "PUBLIC-KEY")]
    recipient: Option<String>,
    /// The file of the small store
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A connection that went into it.
#[derive(Debug, Serialize)]
struct TakenView {
    name: String,
    provider: ProviderId,
    host: String,
    username: Option<String>,
    status: Status,
    expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct ExportView {
    file: String,
    store_id: String,
    generation: u64,
    /// The public key that opens it.
    recipient: String,
    /// What stands behind that key in `GITCONN_KEY`.
    signer: String,
    connections: Vec<TakenView>,
}

impl View for ExportView {
    /// Only a key that was made now is data: stdout often goes straight into a pipeline's secret, where anything else would take that key's place.
    fn grid(&self, _: Style) -> Grid {
        Grid::new(&[])
    }
}

impl From<&Taken> for TakenView {
    fn from(Taken { connection, .. }: &Taken) -> Self {
        Self {
            name: connection.name.to_string(),
            provider: connection.provider,
            host: connection.host.to_string(),
            username: connection.username.clone(),
            status: connection.status,
            expires_at: connection.expiry.at(),
        }
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let wanted = Wanted { file: args.out.clone(), only: args.only.clone(), recipient: args.recipient.clone() };
    let mut written = pipeline::write(&session, &wanted)?;
    say_durability(written.durable, context);
    say(&written, args, context);
    let view = ExportView {
        file: args.out.display().to_string(),
        store_id: written.store_id,
        generation: written.generation,
        recipient: written.recipient,
        signer: written.signer,
        connections: written.connections.iter().map(Into::into).collect(),
    };
    let Some(line) = written.line.take() else { return context.out.data(&view) };
    printed_key::print(&line, &view, context)
}

/// What is in it, and what its pipeline will find out too late.
fn say(written: &Written, args: &Args, context: &Context<'_>) {
    let out = &context.out;
    let names: Vec<String> =
        written.connections.iter().map(|taken| format!("`{}`", clean(taken.connection.name.as_str()))).collect();
    let again = if written.generation > 1 { ", written anew" } else { "" };
    out.note(&format!("`{}` holds {}{again}; {} opens it", args.out.display(), names.join(", "), written.recipient));
    for Taken { connection, ends, installations } in &written.connections {
        let name = clean(connection.name.as_str());
        if !connection.is_usable() {
            out.warn(&format!("`{name}` cannot be used as it is"));
            out.hint(&format!("gitconn show {}", shell_word(connection.name.as_str())));
        }
        if let Some(ends) = ends {
            let ends = words::date(*ends);
            out.warn(&format!("`{name}` is a login: its token ends on {ends}, and is not renewed in the copy"));
            out.hint("a token of a project or a GitHub App lasts longer in a pipeline: gitconn help providers");
        }
        if let Some(count) = installations.filter(|count| *count > 1) {
            out.warn(&format!("the key of the app `{name}` is in it, which reaches all {count} of its installations"));
        }
    }
    if args.recipient.is_some() {
        printed_key::say_signer(context);
        out.note(&format!("# gitconn-signer: {}", written.signer));
    } else if written.line.is_none() {
        out.note("no key is printed: the one from before opens it, and the pipeline's secret stays as it is");
    }
}

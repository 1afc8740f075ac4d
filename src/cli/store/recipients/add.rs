//! `gitconn store recipients add`: one more key that reads the store.

use std::path::PathBuf;

use serde::Serialize;

use super::{ReaderView, purpose};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::store::{printed_key, say_durability};
use crate::model::{Name, ReaderKind};
use crate::ops::readers::{self, Added, Whose};

/// Let one more key read the store
///
/// Without --recipient a key is made. It goes into the file of --out, or is printed once, in the form that `GITCONN_KEY` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A name for the key: what it is for, or who has it
    #[arg(value_parser = parse_name)]
    name: Name,
    /// A recovery key can make the store a new key of its own (store rekey); a pipeline's cannot
    #[arg(long, value_enum, value_name = "KIND", default_value = "pipeline")]
    kind: ReaderKind,
    /// The public half (age1…) of a key that is there already: no key is made
    #[arg(long, value_name = "PUBLIC-KEY")]
    recipient: Option<String>,
    /// A new file for the new key, which only you can read
    #[arg(long, value_name = "FILE", conflicts_with = "recipient")]
    out: Option<PathBuf>,
    /// Do not ask before the new key is printed
    #[arg(short, long)]
    yes: bool,
}

fn parse_name(text: &str) -> Result<Name, String> {
    Name::new(text).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct NewReader {
    added: ReaderView,
    /// The name of the store's writer: what stands behind a reader's key.
    signer: String,
    /// Where the new key is; null if it was printed, or made elsewhere.
    key_file: Option<String>,
}

impl View for NewReader {
    /// What goes behind a key that was made elsewhere.
    fn grid(&self, _: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        if self.key_file.is_none() {
            grid.row(vec![format!("# gitconn-signer: {}", self.signer)]);
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let whose = match &args.recipient {
        Some(recipient) => Whose::Theirs(recipient.clone()),
        None => Whose::New { file: args.out.clone() },
    };
    readers::check(&store, &args.name, &whose)?;
    let is_shown = args.recipient.is_none() && args.out.is_none();
    if is_shown && !args.yes && !context.prompt.confirm("make a key, and print it here?", "--yes")? {
        return Err(Failure::interrupted_by("no key was made, and nothing was changed"));
    }
    let Added { reader, signer, line, durable } = readers::add(&session, &store, &args.name, args.kind, whose)?;
    say_durability(durable, context);
    context.out.note(&format!("`{}` ({}) now opens the store, and never saves it", reader.name, purpose(reader.kind)));
    let key_file = args.out.as_ref().map(|path| path.display().to_string());
    let view = NewReader { added: (&reader).into(), signer, key_file };
    let Some(line) = line else {
        if let Some(path) = &view.key_file {
            context.out.note(&format!("its key is in `{path}`, and nowhere else"));
        } else {
            printed_key::say_signer(context);
        }
        return context.out.data(&view);
    };
    printed_key::print(&line, &view, context)
}

//! `gitconn store init`: a new store, with its key where it is to live.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::ops::Session;
use crate::ops::store::{Keeping, New, init};

/// Make a store, and its key
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the key is to live; by default the keyring, else a file under a passphrase
    #[arg(long, value_enum, value_name = "PLACE")]
    key: Option<KeyPlace>,
    /// The file for `--key file`
    #[arg(long, value_name = "FILE", required_if_eq("key", "file"))]
    key_out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum KeyPlace {
    /// The desktop's keyring
    Keyring,
    /// A file beside the store, protected by a passphrase
    Passphrase,
    /// A plain file that only its owner can read
    File,
}

#[derive(serde::Serialize)]
struct Made {
    store: String,
    store_id: String,
    key_in: String,
    recipient: String,
}

impl View for Made {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        if !style.is_human() {
            grid.row(vec![self.store.clone()]);
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let keeping = match (args.key, &args.key_out) {
        (Some(KeyPlace::Keyring), _) => Keeping::Keyring,
        (Some(KeyPlace::Passphrase), _) => Keeping::Passphrase,
        (Some(KeyPlace::File), Some(path)) => Keeping::File(path.clone()),
        (None, Some(_)) => return Err(Failure::usage("--key-out goes with --key file")),
        (Some(KeyPlace::File) | None, None) => Keeping::Best,
    };
    let new = init(&session, &keeping)?;
    say(&new, &session, context);
    say_where(args, context);
    let view = Made {
        store: session.place().path().display().to_string(),
        store_id: crate::ops::store::claimed(&session)?.store_id,
        key_in: new.key_in.clone(),
        recipient: new.store.key().recipient().map_err(crate::ops::Error::from)?,
    };
    context.out.data(&view)
}

/// A key file is found only if something says where it is.
fn say_where(args: &Args, context: &Context<'_>) {
    if let (Some(KeyPlace::File), Some(path)) = (args.key, &args.key_out) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let path = crate::model::shell_word(&path.display().to_string()).into_owned();
        context
            .out
            .hint(&format!("gitconn config set key_file {path}   # so that it is found; or export GITCONN_KEY_FILE={path}"));
    }
}

/// Says where store and key are, and how the key is kept from being lost.
pub(super) fn say(new: &New, session: &Session<'_>, context: &Context<'_>) {
    let path = session.place().path().display();
    context.out.note(&format!("made a store at `{path}`; its key is in {} (gitconn store info)", new.key_in));
    super::say_durability(new.durable, context);
    context.out.hint("gitconn store key export   # keep a recovery copy: without its key a store is lost");
}

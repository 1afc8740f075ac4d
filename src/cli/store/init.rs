//! `gitconn store init`: a new store, with its key where it is to live.

use super::key_place::{KeyPlaceArgs, find_file};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, file_for_new};
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::ops::store::{Keeping, New, init};
use crate::ops::{Error, Flaw, Session, StoreError};

/// Make a store, and its key
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: KeyPlaceArgs,
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
    let keeping = args.place.keeping()?.unwrap_or(Keeping::Best);
    let new = init(&session, &keeping).map_err(spoken)?;
    say(&new, &session, context);
    if let Some(path) = args.place.file() {
        find_file(path, context);
    }
    let view = Made {
        store: session.place().path().display().to_string(),
        store_id: crate::ops::store::claimed(&session)?.store_id,
        key_in: new.key_in.clone(),
        recipient: new.store.key().recipient().map_err(Error::from)?,
    };
    context.out.data(&view)
}

/// A key file that is not there yet is made by another option than the one that names one.
fn spoken(error: Error) -> Failure {
    match &error {
        Error::Store(StoreError::KeyFile { path, flaw: Flaw::Absent, .. }) => {
            let path = path.clone();
            file_for_new(&path, error.into())
        }
        _ => error.into(),
    }
}

/// Says where store and key are, and how the key is kept from being lost.
pub(super) fn say(new: &New, session: &Session<'_>, context: &Context<'_>) {
    let path = session.place().path().display();
    context.out.note(&format!("made a store at `{path}`; its key is in {} (gitconn store info)", new.key_in));
    super::say_durability(new.durable, context);
    context.out.hint("gitconn store key export   # keep a recovery copy: without its key a store is lost");
}

//! `gitconn store backup`: a copy of the file, still encrypted.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::ops::StoreError;

/// Copy the store, encrypted as it is, after it was verified
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The new file; it must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(serde::Serialize)]
struct Copied {
    backup: String,
}

impl View for Copied {
    fn grid(&self, _: Style) -> Grid {
        Grid::new(&[])
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    match session.store()?.backup_to(&args.file) {
        Err(StoreError::Exists(path)) => {
            return Err(Failure::new(
                Kind::Failed,
                format!("`{}` is there already: a backup never takes a file's place", path.display()),
            ));
        }
        done => done.map_err(crate::ops::Error::from)?,
    }
    context.out.note(&format!("copied the store to `{}`; the same key opens it", args.file.display()));
    context.out.data(&Copied { backup: args.file.display().to_string() })
}

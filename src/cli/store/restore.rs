//! `gitconn store restore`: a kept generation or a backup in place of the store.

use std::path::PathBuf;

use serde::Serialize;

use super::differences::Differences;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::model::{Timestamp, clean, shell_word};
use crate::ops::StoreError;
use crate::ops::store::{self, Source};

/// Put a kept generation, or a backup, in the store's place; what is there now is kept as a generation
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file that `store backup` made
    #[arg(value_name = "FILE", conflicts_with = "generation")]
    file: Option<PathBuf>,
    /// A kept generation, by its number
    #[arg(long, value_name = "N")]
    generation: Option<u64>,
    /// Show which generations are kept, and change nothing
    #[arg(long, conflicts_with_all = ["file", "generation"])]
    list: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Kept {
    generation: Option<u64>,
    saved_at: Option<Timestamp>,
    bytes: u64,
    path: String,
}

#[derive(Serialize)]
struct Generations {
    backups: Vec<Kept>,
}

impl View for Generations {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["GENERATION", "SAVED", "BYTES", "FILE"]);
        for kept in &self.backups {
            grid.row(vec![
                kept.generation.map_or_else(|| "unreadable".to_owned(), |generation| generation.to_string()),
                kept.saved_at.map_or_else(|| "-".to_owned(), |at| style.moment(at)),
                kept.bytes.to_string(),
                kept.path.clone(),
            ]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.backups.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let source = match (&args.file, args.generation) {
        (Some(path), _) => Source::File(path.clone()),
        (None, Some(number)) => Source::Generation(number),
        (None, None) if args.list => {
            let backups = session.place().backups().into_iter().map(|backup| Kept {
                generation: backup.generation,
                saved_at: backup.at,
                bytes: backup.bytes,
                path: backup.path.display().to_string(),
            });
            return context.out.data(&Generations { backups: backups.collect() });
        }
        (None, None) => return Err(Failure::usage("name a backup file or a generation").hint("gitconn store restore --list")),
    };
    if let Source::Generation(number) = source
        && session.place().backups().is_empty()
    {
        return Err(crate::ops::Error::from(StoreError::NoBackup(number)).into());
    }
    let store = store::for_recovery(&session)?;
    store.must_write().map_err(crate::ops::Error::from)?;
    let difference = store.difference_of(&source).map_err(crate::ops::Error::from)?;
    let mut differences = Differences::from(&difference);
    let what = match &source {
        Source::File(path) => format!("`{}`", path.display()),
        Source::Generation(number) => format!("generation {number}"),
    };
    context.out.note(&match differences.rows.len() {
        0 => format!("{what} holds what the store holds now"),
        _ => format!("this is what {what} changes:"),
    });
    differences.say(!args.yes, context);
    let others = differences.other_tokens();
    if let Some(first) = others.first() {
        let names: Vec<String> = others.iter().map(|name| format!("`{}`", clean(name))).collect();
        context
            .out
            .warn(&format!("another token comes back for {}: what was rotated or renewed since is dead in it", names.join(", ")));
        context.out.hint(&format!("gitconn validate {}   # afterwards", shell_word(first)));
    }
    if !args.yes && !context.prompt.confirm("restore it? what is there now is kept as a generation", "--yes")? {
        return Err(Failure::interrupted_by("nothing was restored"));
    }
    super::say_durability(store::restore(&session, &store, &source, &difference)?, context);
    differences.done = true;
    context.out.note("restored (gitconn list --all)");
    context.out.data(&differences)
}

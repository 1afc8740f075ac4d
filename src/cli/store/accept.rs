//! `gitconn store accept`: believe a file that this machine has reason to doubt, after seeing what is different about it.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::model::clean;
use crate::ops::store::{self, Change, Difference};

/// Sign a store that another tool encrypted, that went back to an older state, or that was moved here
///
/// Shows first how its connections and hosts differ from the newest kept generation.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Make this machine the store's home: only there are single-use refresh tokens spent
    #[arg(long = "move")]
    moved: bool,
}

#[derive(Serialize)]
struct Differences {
    /// The generation it was compared with; null if none opens.
    against: Option<u64>,
    #[serde(rename = "differences")]
    rows: Vec<Row>,
    accepted: bool,
}

#[derive(Serialize)]
struct Row {
    name: String,
    change: &'static str,
    fields: Vec<&'static str>,
}

impl View for Differences {
    fn grid(&self, _: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        for row in &self.rows {
            grid.row(vec![row.change.to_owned(), clean(&row.name).into_owned(), row.fields.join(", ")]);
        }
        grid
    }
}

impl From<Difference> for Differences {
    fn from(difference: Difference) -> Self {
        let rows = difference.changes.into_iter().map(|(name, change)| match change {
            Change::Added => Row { name, change: "added", fields: Vec::new() },
            Change::Removed => Row { name, change: "removed", fields: Vec::new() },
            Change::Changed(fields) => Row { name, change: "changed", fields },
        });
        Self { against: difference.against.and_then(|backup| backup.generation), rows: rows.collect(), accepted: false }
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = store::for_recovery(&session)?;
    let mut differences = Differences::from(store.difference().map_err(crate::ops::Error::from)?);
    context.out.note(&match (differences.against, differences.rows.len()) {
        (None, _) => "no kept generation opens: everything in the file is new to this machine".to_owned(),
        (Some(generation), 0) => format!("the connections and hosts are those of generation {generation}"),
        (Some(generation), _) => format!("this is what differs from generation {generation}:"),
    });
    if !args.yes {
        for line in differences.grid(context.out.stderr_style()).to_tsv().lines() {
            context.out.note(&format!("  {}", line.replace('\t', "  ")));
        }
        if !context.prompt.confirm("accept the file as it is?", "--yes")? {
            return Err(Failure::interrupted_by("nothing was accepted"));
        }
    }
    super::say_durability(store::accept(&session, &store, args.moved)?, context);
    differences.accepted = true;
    context.out.note("accepted and signed");
    context.out.data(&differences)
}

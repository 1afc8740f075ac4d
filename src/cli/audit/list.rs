//! `gitconn audit list`: who did what.

use serde::Serialize;

use super::super::context::Context;
use super::super::failure::Failure;
use super::super::grid::Grid;
use super::super::out::{Style, View};
use super::event::EventView;
use super::{PartArgs, audit};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    part: PartArgs,
    /// Only events of this kind, for example `created`, or of a family of kinds, for example `store`; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

#[derive(Serialize)]
struct Trail {
    events: Vec<EventView>,
}

impl View for Trail {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["WHEN", "WHO", "WHAT", "CONNECTION", "DETAIL"]).flowing();
        for event in &self.events {
            grid.row(event.cells(style));
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.events.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let limit = (args.limit > 0).then_some(args.limit);
    let wanted = audit::Wanted { kinds: args.kinds.clone(), limit, ..args.part.wanted(context.env.now())? };
    let events = audit::list(&store, &wanted)?;
    if events.is_empty() {
        context.out.note("no event fits");
    }
    context.out.data(&Trail { events: events.iter().map(Into::into).collect() })
}

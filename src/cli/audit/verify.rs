//! `gitconn audit verify`: is the chain whole, and where is it not?

use serde::Serialize;

use super::super::context::Context;
use super::super::failure::{Failure, Kind};
use super::super::grid::Grid;
use super::super::out::{Style, View};
use super::super::words;
use super::audit;
use super::event::EventView;
use crate::model::Timestamp;
use crate::ops::{Chain, Fault};

#[derive(Serialize)]
struct Proof {
    unbroken: bool,
    events: u64,
    since: Option<Timestamp>,
    broken_at: Option<u64>,
    broken: Option<Broken>,
}

/// The first event that does not fit.
#[derive(Serialize)]
struct Broken {
    #[serde(flatten)]
    event: EventView,
    fault: &'static str,
    /// The first and the last event that are missing before it.
    missing: Option<[u64; 2]>,
    why: String,
}

impl View for Proof {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        let since = self.since.map(|since| if style.is_human() { words::date(since) } else { since.to_string() });
        let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
        let events = words::plural(self.events, "event");
        let Some((broken, sequence)) = self.broken.as_ref().zip(self.broken_at) else {
            grid.row(vec![format!("{events}, unbroken{since}")]);
            return grid;
        };
        grid.row(vec![format!("{events}{since}: {} at event {sequence}", style.bad("broken"))]);
        grid.row(vec![format!("  {}", broken.event.cells(style).join("  "))]);
        grid.row(vec![format!("  {}", broken.why)]);
        grid
    }
}

pub(super) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let store = context.session()?.store()?;
    let chain = audit::verify(&store)?;
    let broken = chain.broken.as_ref().map(|(event, fault)| Broken {
        event: event.into(),
        fault: fault.id(),
        missing: if let Fault::Missing { first, last } = *fault { Some([first, last]) } else { None },
        why: fault.to_string(),
    });
    let is_broken = broken.is_some();
    let Chain { events, since, broken_at, .. } = chain;
    context.out.data(&Proof { unbroken: !is_broken, events, since, broken_at, broken })?;
    if is_broken { Err(Failure::said(Kind::Damaged)) } else { Ok(()) }
}

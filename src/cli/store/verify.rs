//! `gitconn store verify`: everything that can be checked.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::words;
use crate::ops::store;

#[derive(Serialize)]
struct Verified {
    store: String,
    store_id: String,
    generation: u64,
    format: u32,
    bytes: u64,
    recipients: usize,
    /// How many readers are listed inside.
    readers: usize,
    connections: usize,
    events: u64,
    trail_unbroken: bool,
    pin: &'static str,
    at_home: bool,
    backups: Vec<u64>,
}

impl View for Verified {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        let good = style.good("✓");
        let bad = style.bad("✗");
        let mut row = |sign: &str, what: &str, finding: String| grid.row(vec![format!("{sign} {what}"), finding]);
        let keys = words::plural(u64::try_from(self.recipients).unwrap_or(u64::MAX), "key");
        let agree = self.recipients == self.readers + 1;
        let listed =
            if agree { String::new() } else { format!(", and {} listed inside (the next save mends that)", self.readers + 1) };
        let sign = if agree { good.clone() } else { style.doubtful("!") };
        row(&sign, "file", format!("{} bytes, format {}, opens with {keys}{listed}", words::thousands(self.bytes), self.format));
        row(&good, "signature", format!("generation {}, written by its own key", self.generation));
        row(&good, "content", words::plural(u64::try_from(self.connections).unwrap_or(u64::MAX), "connection"));
        let chain = if self.trail_unbroken { &good } else { &bad };
        row(
            chain,
            "trail",
            format!("{}, {}", words::plural(self.events, "event"), if self.trail_unbroken { "unbroken" } else { "broken" }),
        );
        let pin = match self.pin {
            "off" => "not looked at (GITCONN_PIN=off)",
            "none" => "this machine has not saved to it yet",
            "same" => "as this machine saved it last",
            _ => "newer than what this machine saved last",
        };
        row(&good, "pin", pin.to_owned());
        row(&good, "home", if self.at_home { "here" } else { "another machine: this is a copy" }.to_owned());
        let kept: Vec<String> = self.backups.iter().map(ToString::to_string).collect();
        row(&good, "backups", if kept.is_empty() { "none yet".to_owned() } else { format!("generations {}", kept.join(", ")) });
        grid
    }
}

pub(super) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let report = store::verify(&session)?;
    let verified = Verified {
        store: session.place().path().display().to_string(),
        store_id: report.header.store_id,
        generation: report.header.generation,
        format: report.version,
        bytes: report.bytes,
        recipients: report.recipients,
        readers: report.readers,
        connections: report.connections,
        events: report.chain.events,
        trail_unbroken: report.chain.broken_at.is_none(),
        pin: report.pin.id(),
        at_home: report.at_home,
        backups: report.backups.iter().filter_map(|backup| backup.generation).collect(),
    };
    context.out.data(&verified)?;
    if verified.trail_unbroken { Ok(()) } else { Err(Failure::said(Kind::Damaged)) }
}

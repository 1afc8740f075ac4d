//! What is about to change in a store, shown before it is agreed to.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::model::clean;
use crate::ops::store::{Change, Difference};

#[derive(Serialize)]
pub(super) struct Differences {
    /// The generation it was compared with; null if none opens.
    pub(super) against: Option<u64>,
    #[serde(rename = "differences")]
    pub(super) rows: Vec<Row>,
    /// Whether it was carried out.
    pub(super) done: bool,
}

#[derive(Serialize)]
pub(super) struct Row {
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
        Self { against: difference.against.and_then(|backup| backup.generation), rows: rows.collect(), done: false }
    }
}

impl Differences {
    /// Says on stderr what differs, before anybody agrees to it.
    pub(super) fn say(&self, context: &Context<'_>) {
        for Row { name, change, fields } in &self.rows {
            let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
            context.out.note(&format!("  {change} `{}`{fields}", clean(name)));
        }
    }
}

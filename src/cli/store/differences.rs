//! What is about to change in a store, shown before it is agreed to.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View, stderr_line};
use crate::model::clean;
use crate::ops::store::{Change, Difference, Field, How, What};

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
    /// `store`, `trail`, `reader`, `host`, `client`, `connection` or `route`.
    what: &'static str,
    /// Null for the store itself and its trail.
    name: Option<String>,
    change: &'static str,
    fields: Vec<FieldRow>,
}

/// A field before and after; null where there is nothing.
#[derive(Serialize)]
struct FieldRow {
    field: &'static str,
    old: Option<String>,
    new: Option<String>,
}

impl View for Differences {
    /// A line for each field, for programs: a person has read it before agreeing to it.
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        let rows = self.rows.iter().filter(|_| !style.is_human());
        for (row, field) in rows.flat_map(|row| row.fields.iter().map(move |field| (row, field))) {
            let cell = |value: &Option<String>| clean(value.as_deref().unwrap_or_default()).into_owned();
            let [name, old, new] = [&row.name, &field.old, &field.new].map(cell);
            grid.row(vec![row.change.to_owned(), row.what.to_owned(), name, field.field.to_owned(), old, new]);
        }
        grid
    }
}

impl From<&Difference> for Differences {
    fn from(difference: &Difference) -> Self {
        let against = difference.against.as_ref().and_then(|backup| backup.generation);
        Self { against, rows: difference.changes.iter().map(Row::from).collect(), done: false }
    }
}

impl From<&Change> for Row {
    fn from(change: &Change) -> Self {
        let field = |Field { name, old, new }: &Field| FieldRow { field: name, old: old.clone(), new: new.clone() };
        Self {
            what: match change.what {
                What::Store => "store",
                What::Trail => "trail",
                What::Reader => "reader",
                What::Host => "host",
                What::Client => "client",
                What::Connection => "connection",
                What::Route => "route",
            },
            name: change.name.clone(),
            change: match change.how {
                How::Added => "added",
                How::Removed => "removed",
                How::Changed => "changed",
            },
            fields: change.fields.iter().map(field).collect(),
        }
    }
}

impl Differences {
    /// The connections whose token, or what renews it, is another one.
    pub(super) fn other_tokens(&self) -> Vec<&str> {
        let is_other = |field: &FieldRow| {
            matches!(field.field, "token" | "refresh_token" | "private_key") && field.old.is_some() && field.new.is_some()
        };
        let changed = self.rows.iter().filter(|row| row.what == "connection" && row.fields.iter().any(is_other));
        changed.filter_map(|row| row.name.as_deref()).collect()
    }

    /// Says on stderr what differs, before anybody agrees to it. Whoever is asked sees it also with `-q`.
    pub(super) fn say(&self, is_asked: bool, context: &Context<'_>) {
        for line in self.rows.iter().flat_map(Row::lines) {
            if is_asked { stderr_line(&line) } else { context.out.note(&line) }
        }
    }
}

impl Row {
    /// What it is, and a line for each field: `host  github.com → evil.example`.
    fn lines(&self) -> Vec<String> {
        let name = self.name.as_ref().map(|name| format!(" `{}`", clean(name))).unwrap_or_default();
        let mut lines = vec![format!("  {} {}{name}", self.change, self.what)];
        let width = self.fields.iter().map(|field| field.field.len()).max().unwrap_or_default();
        let shown =
            |value: &Option<String>| value.as_deref().map_or_else(|| "none".to_owned(), |value| clean(value).into_owned());
        for FieldRow { field, old, new } in &self.fields {
            let values = match self.change {
                "added" => shown(new),
                "removed" => shown(old),
                _ => format!("{} → {}", shown(old), shown(new)),
            };
            lines.push(format!("    {field:width$}  {values}"));
        }
        lines
    }
}

//! What became of each row.

use serde::Serialize;

use super::super::failure::{Failure, Kind};
use super::super::grid::Grid;
use super::super::out::{Style, View};
use crate::model::{Connection, ProviderId};
use crate::ops::connect::Plan;

/// All rows, in the order of the list.
#[derive(Debug, Default, Serialize)]
pub(super) struct Results {
    results: Vec<Outcome>,
}

/// One row.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    row: String,
    provider: ProviderId,
    host: String,
    /// The connection's; null for one that failed and was not to have one.
    name: Option<String>,
    id: Option<String>,
    username: Option<String>,
    /// `connected`, `stored` (a connection has the token already), `failed`.
    result: &'static str,
    error: Option<String>,
    warnings: Vec<String>,
    #[serde(skip)]
    failure: Option<(Kind, Option<String>)>,
}

impl Outcome {
    pub(super) fn new(row: String, plan: &Plan, known: Option<&Connection>) -> Self {
        let name = known.map(|known| &known.name).or(plan.name.as_ref()).map(ToString::to_string);
        let dropped = known.map(|known| dropped(plan, known)).unwrap_or_default();
        let warning = |known: &Connection| {
            format!("`{}` has the token already and stays as it is: the row says otherwise in {}", known.name, dropped.join(", "))
        };
        Self {
            row,
            provider: plan.provider,
            host: plan.host.to_string(),
            name,
            id: known.map(|known| known.id.to_string()),
            username: known.and_then(|known| known.username.clone()),
            result: "stored",
            error: None,
            warnings: known.filter(|_| !dropped.is_empty()).map(warning).into_iter().collect(),
            failure: None,
        }
    }

    pub(super) fn is_connected(&mut self, connection: &Connection, warnings: Vec<String>) {
        self.result = "connected";
        self.name = Some(connection.name.to_string());
        self.id = Some(connection.id.to_string());
        self.username.clone_from(&connection.username);
        self.warnings = warnings;
    }

    pub(super) fn is_held(&mut self, name: String, id: String) {
        (self.name, self.id) = (Some(name), Some(id));
    }

    /// What a person hears of it, with the row that it is about.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        self.warnings.iter().map(|warning| format!("{}: {warning}", self.row))
    }

    pub(super) fn has_failed(&mut self, failure: &Failure) {
        self.result = "failed";
        self.error = Some(failure.in_full());
        self.failure = Some((failure.kind(), failure.first_hint()));
    }
}

/// What a row says that the connection which has its token does not.
fn dropped(plan: &Plan, known: &Connection) -> Vec<&'static str> {
    fn differs<T: PartialEq>(said: Option<&T>, is: Option<&T>) -> bool {
        said.is_some() && said != is
    }
    let said = [
        ("`name`", differs(plan.name.as_ref(), Some(&known.name))),
        ("`description`", differs(plan.description.as_ref(), known.description.as_ref())),
        ("`tags`", plan.tags.iter().any(|tag| !known.tags.contains(tag))),
        ("`expires_at`", differs(plan.said.expires_at.as_ref(), known.expiry.at().as_ref())),
        ("`email`", differs(plan.said.email.as_ref(), known.email.as_ref())),
        ("`workspace`", differs(plan.said.workspace.as_ref(), known.workspace.as_ref())),
        ("`host`", plan.provider != known.provider || plan.host != known.host),
    ];
    said.into_iter().filter_map(|(key, differs)| differs.then_some(key)).collect()
}

impl Results {
    pub(super) fn push(&mut self, outcome: Outcome) {
        self.results.push(outcome);
    }

    pub(super) fn at(&mut self, at: usize) -> &mut Outcome {
        &mut self.results[at]
    }

    pub(super) fn failures(&self) -> Vec<Kind> {
        self.results.iter().filter_map(|outcome| outcome.failure.as_ref().map(|(kind, _)| *kind)).collect()
    }

    pub(super) fn all_failed(&self) -> bool {
        self.results.iter().all(|outcome| outcome.failure.is_some())
    }

    /// The different ones, in order.
    pub(super) fn hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        for hint in self.results.iter().filter_map(|outcome| outcome.failure.as_ref()?.1.clone()) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }

    /// `3 connected, 1 stored already, 1 failed`
    pub(super) fn summary(&self) -> String {
        let count = |result: &str| self.results.iter().filter(|outcome| outcome.result == result).count();
        let parts = [("connected", "connected"), ("stored", "stored already"), ("failed", "failed")];
        let parts = parts.into_iter().map(|(result, words)| (count(result), words)).filter(|(count, _)| *count > 0);
        parts.map(|(count, words)| format!("{count} {words}")).collect::<Vec<_>>().join(", ")
    }
}

impl View for Results {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["ROW", "NAME", "HOST", "ACCOUNT", "RESULT"]).flowing();
        for outcome in &self.results {
            let result = match (outcome.result, style.is_human()) {
                ("failed", true) => style.bad(outcome.error.as_deref().unwrap_or_default()),
                ("stored", true) => "stored already".to_owned(),
                ("connected", true) => style.good("connected"),
                (result, _) => result.to_owned(),
            };
            let number = outcome.row.trim_start_matches("row ").split(' ').next().unwrap_or_default().to_owned();
            let name = outcome.name.clone().unwrap_or_else(|| "-".to_owned());
            let account =
                outcome.username.as_deref().map_or_else(|| "-".to_owned(), |name| crate::model::clean(name).into_owned());
            let mut cells = vec![number, name, outcome.host.clone(), account, result];
            if !style.is_human() {
                cells.push(outcome.error.clone().unwrap_or_default());
            }
            grid.row(cells);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.results.iter().map(serde_json::to_value).collect()
    }
}

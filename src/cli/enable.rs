//! `gitconn enable` and `gitconn disable`: keep a connection, but do not use it.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::out::{Style, View};
use super::view::ConnectionView;
use crate::ops::edit;

/// Allow the use of connections again
#[derive(Debug, clap::Args)]
pub(super) struct EnableArgs {
    /// Names, or the beginnings of ids
    #[arg(required = true, value_name = "NAME")]
    pub(super) names: Vec<String>,
}

/// Keep connections, but do not use them
#[derive(Debug, clap::Args)]
pub(super) struct DisableArgs {
    /// Names, or the beginnings of ids
    #[arg(required = true, value_name = "NAME")]
    pub(super) names: Vec<String>,
}

#[derive(Serialize)]
struct Changed {
    connections: Vec<ConnectionView>,
}

impl View for Changed {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        if !style.is_human() {
            for connection in &self.connections {
                grid.row(vec![connection.name.clone()]);
            }
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.connections.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(names: &[String], active: bool, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let connections = edit::set_active(&session, &store, names, active)?;
    for connection in &connections {
        context.out.note(&format!("`{}` is {}", connection.name, if active { "enabled" } else { "disabled" }));
    }
    context.out.data(&Changed { connections: connections.iter().map(Into::into).collect() })
}

//! `gitconn store recipients list`: every key that opens the store.

use serde::Serialize;

use super::ReaderView;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::model::clean;
use crate::ops::readers;

/// Every key that opens the store, its own first, and the signer that a reader's key brings with it
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

#[derive(Serialize)]
struct Listed {
    recipients: Vec<ReaderView>,
    store_id: String,
    /// The name of the store's writer: what stands behind a reader's key.
    signer: String,
}

impl View for Listed {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["NAME", "KIND", "KEY", "ADDED", "BY"]);
        for reader in &self.recipients {
            let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            grid.row(vec![
                or_dash(reader.name.as_deref().map(|name| clean(name).into_owned())),
                reader.kind.to_owned(),
                or_dash(reader.recipient.clone()),
                or_dash(reader.added_at.map(|at| style.moment(at))),
                or_dash(reader.added_by.as_deref().map(|who| clean(who).into_owned())),
            ]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.recipients.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(_: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let listed = readers::list(&context.session()?.store()?)?;
    let writer = ReaderView {
        name: None,
        kind: "writer",
        recipient: listed.writer,
        added_at: Some(listed.created_at),
        added_by: None,
        is_writer: true,
    };
    let recipients = std::iter::once(writer).chain(listed.readers.iter().map(Into::into)).collect();
    let view = Listed { recipients, store_id: listed.store_id, signer: listed.signer };
    context.out.data(&view)?;
    context.out.note(&format!("signer, for a reader's key: {}", view.signer));
    Ok(())
}

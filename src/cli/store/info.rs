//! `gitconn store info`: what can be said of the store, with its key if it is at hand.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::words;
use crate::model::Timestamp;
use crate::ops::store;

#[derive(Serialize)]
struct Info {
    store: String,
    set_by: String,
    state_dir: String,
    store_id: String,
    generation: u64,
    /// Where the key was found; null if it was not.
    key_from: Option<String>,
    /// The public half of the key.
    recipient: Option<String>,
    unlocked_until: Option<Timestamp>,
    connections: Option<usize>,
    created_at: Option<Timestamp>,
    at_home: Option<bool>,
    backups: Vec<Kept>,
}

#[derive(Serialize)]
struct Kept {
    generation: Option<u64>,
    saved_at: Option<Timestamp>,
    path: String,
}

impl View for Info {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        let mut row = |name: &str, value: String| grid.row(vec![style.strong(name), value]);
        row("store", format!("{} ({})", self.store, self.set_by));
        row("id", self.store_id.clone());
        row("generation", self.generation.to_string());
        row(
            "key",
            match (&self.key_from, &self.recipient) {
                (Some(from), Some(recipient)) => format!("from {from}: {recipient}"),
                _ => style.bad("not found"),
            },
        );
        if let Some(until) = self.unlocked_until {
            row(
                "unlocked",
                format!("until {}", if style.is_human() { words::clock(until, style.now()) } else { until.to_string() }),
            );
        }
        if let Some(connections) = self.connections {
            row("connections", connections.to_string());
        }
        if let Some(at) = self.created_at {
            row("created", style.moment(at));
        }
        if let Some(at_home) = self.at_home {
            row(
                "home",
                if at_home { "here" } else { "another machine: this is a copy (gitconn store accept --move)" }.to_owned(),
            );
        }
        row("state", self.state_dir.clone());
        for (index, kept) in self.backups.iter().enumerate() {
            let generation = kept.generation.map_or_else(|| "?".to_owned(), |generation| generation.to_string());
            let at = kept.saved_at.map(|at| format!(", saved {}", style.moment(at))).unwrap_or_default();
            row(if index == 0 { "backups" } else { "" }, format!("generation {generation}{at}"));
        }
        grid
    }
}

pub(super) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let header = store::claimed(&session)?;
    let place = session.place();
    let setting = session.store_setting();
    let opened = session.store();
    let (key_from, recipient, view) = match &opened {
        Ok(store) => {
            let view = store.read().map_err(crate::ops::Error::from)?;
            (Some(store.key().from().to_owned()), store.key().recipient().ok(), Some((store, view)))
        }
        Err(_) => (None, None, None),
    };
    let meta = view.as_ref().and_then(|(store, view)| {
        let meta = view.meta().ok()?;
        let at_home = store.is_at_home(&meta);
        Some((meta, at_home))
    });
    let info = Info {
        store: place.path().display().to_string(),
        set_by: setting.origin.to_string(),
        state_dir: place.state().display().to_string(),
        store_id: header.store_id.clone(),
        generation: header.generation,
        key_from,
        recipient,
        unlocked_until: store::unlocked_until(&header),
        connections: view.as_ref().and_then(|(_, view)| view.connections().ok()).map(|connections| connections.len()),
        created_at: meta.as_ref().map(|(meta, _)| meta.created_at),
        at_home: meta.as_ref().map(|(_, at_home)| *at_home),
        backups: place
            .backups()
            .into_iter()
            .map(|backup| Kept { generation: backup.generation, saved_at: backup.at, path: backup.path.display().to_string() })
            .collect(),
    };
    context.out.data(&info)?;
    // Without its key the rest is still worth seeing, but it is no success.
    opened.map(drop).map_err(Failure::from)
}

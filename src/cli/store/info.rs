//! `gitconn store info`: what can be said of the store, whatever is wrong with it.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::words;
use crate::model::{Timestamp, clean};
use crate::ops::store::{Inspection, PinState, inspect};

/// What is known only with the right key is null without it.
#[derive(Serialize)]
struct Info {
    store: String,
    set_by: String,
    state_dir: String,
    /// As the header claims, or else a kept generation.
    store_id: Option<String>,
    /// As the header claims.
    generation: Option<u64>,
    /// Whose signature it has, as the header claims: the public half of the writer key.
    signer: Option<String>,
    /// How many keys open it.
    recipients: Option<usize>,
    /// Where the key was found; null if it was not.
    key_from: Option<String>,
    /// The public half of the key that was found.
    recipient: Option<String>,
    /// As whom the key that was found would sign.
    key_signer: Option<String>,
    /// Whether that key opens it.
    opens: Option<bool>,
    /// Where a key was looked for in vain.
    tried: Vec<String>,
    unlocked_until: Option<Timestamp>,
    connections: Option<usize>,
    created_at: Option<Timestamp>,
    at_home: Option<bool>,
    /// The id of the store that it holds some connections of.
    copy_of: Option<String>,
    /// `off`, `none`, `same`, `ahead` or `behind`.
    pin: Option<&'static str>,
    /// The newest generation that this machine has seen.
    pinned_generation: Option<u64>,
    backups: Vec<Kept>,
    /// What is wrong; null if nothing is.
    problem: Option<Problem>,
}

#[derive(Serialize)]
struct Kept {
    generation: Option<u64>,
    saved_at: Option<Timestamp>,
    path: String,
}

#[derive(Serialize)]
struct Problem {
    kind: &'static str,
    message: String,
}

impl View for Info {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        let mut row = |name: &str, value: String| grid.row(vec![style.strong(name), value]);
        row("store", format!("{} ({})", self.store, self.set_by));
        let claim = |value: Option<String>| value.unwrap_or_else(|| style.bad("not readable"));
        row("id", claim(self.store_id.clone()));
        row("generation", claim(self.generation.map(|generation| generation.to_string())));
        row("written by", claim(self.signer.clone()));
        if let Some(recipients) = self.recipients {
            row("opens with", words::plural(u64::try_from(recipients).unwrap_or(u64::MAX), "key"));
        }
        self.key_rows(style, &mut row);
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
            let home = match &self.copy_of {
                Some(whole) => format!("none: it was exported from the store {whole}"),
                None if at_home => "here".to_owned(),
                None => "another machine: this is a copy (gitconn store accept --move)".to_owned(),
            };
            row("home", home);
        }
        row("state", self.state_dir.clone());
        if let Some(pin) = self.pin {
            row("pin", self.pin_words(style, pin));
        }
        for (index, kept) in self.backups.iter().enumerate() {
            let generation = kept.generation.map_or_else(|| "?".to_owned(), |generation| generation.to_string());
            let at = kept.saved_at.map(|at| format!(", saved {}", style.moment(at))).unwrap_or_default();
            row(if index == 0 { "backups" } else { "" }, format!("generation {generation}{at}"));
        }
        if let Some(problem) = &self.problem {
            row("problem", style.bad(&problem.message));
        }
        grid
    }
}

impl Info {
    /// The key that was found and what it is good for, or where none was found.
    fn key_rows(&self, style: Style, row: &mut impl FnMut(&str, String)) {
        match (&self.key_from, &self.recipient) {
            (Some(from), Some(recipient)) => {
                row("key", format!("from {from}: {recipient}"));
                match self.opens {
                    Some(true) => row("", "it opens the store".to_owned()),
                    Some(false) => row("", style.bad("it does not open the store")),
                    None => {}
                }
                if let Some(signer) = self.key_signer.as_ref().filter(|signer| Some(*signer) != self.signer.as_ref()) {
                    row("", format!("it would sign as {signer}"));
                }
            }
            _ => row("key", style.bad("not found")),
        }
        for (index, tried) in self.tried.iter().enumerate() {
            row(if index == 0 { "looked in" } else { "" }, clean(tried).into_owned());
        }
    }

    fn pin_words(&self, style: Style, pin: &str) -> String {
        let newest = self.pinned_generation.map(|generation| format!("generation {generation}")).unwrap_or_default();
        match pin {
            "off" => "not looked at (GITCONN_PIN=off)".to_owned(),
            "none" => "this machine has not saved to it yet".to_owned(),
            "same" => format!("{newest} is the newest that this machine has seen"),
            "ahead" => format!("newer than {newest}, the newest that this machine has seen"),
            _ => style.bad(&format!("older than {newest}, which was here already")),
        }
    }
}

pub(super) fn run(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let Inspection { store_id, claims, pin, pinned_generation, unlocked_until, key, opens, tried, content, backups, problem } =
        inspect(&session)?;
    let (place, failure) = (session.place(), problem.map(|error| (error.to_string(), Failure::from(error))));
    let header = claims.as_ref().and_then(|claims| claims.header.as_ref());
    let info = Info {
        store: place.path().display().to_string(),
        set_by: session.store_setting().origin.to_string(),
        state_dir: place.state().display().to_string(),
        store_id: store_id.clone(),
        generation: header.map(|header| header.generation),
        signer: header.map(|header| header.signer.clone()),
        recipients: claims.as_ref().map(|claims| claims.recipients),
        key_from: key.as_ref().map(|key| key.from().to_owned()),
        recipient: key.as_ref().and_then(|key| key.recipient().ok()),
        key_signer: key.as_ref().zip(store_id).and_then(|(key, id)| key.signer_of(&id).ok()),
        opens,
        tried,
        unlocked_until,
        connections: content.as_ref().map(|content| content.connections),
        created_at: content.as_ref().map(|content| content.created_at),
        at_home: content.as_ref().map(|content| content.at_home),
        copy_of: content.as_ref().and_then(|content| content.copy_of.clone()),
        pin: pin.map(PinState::id),
        pinned_generation,
        backups: backups
            .into_iter()
            .map(|backup| Kept { generation: backup.generation, saved_at: backup.at, path: backup.path.display().to_string() })
            .collect(),
        problem: failure.as_ref().map(|(message, failure)| Problem { kind: failure.kind().id(), message: message.clone() }),
    };
    context.out.data(&info)?;
    // Whatever could be said is said; what is wrong decides how it ends.
    failure.map_or(Ok(()), |(_, failure)| Err(failure))
}

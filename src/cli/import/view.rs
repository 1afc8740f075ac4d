//! What was found, where it stands, and what became of it.

use std::path::Path;

use serde::Serialize;

use super::super::failure::{Failure, Kind};
use super::super::grid::Grid;
use super::super::out::{Style, View};
use crate::model::{Connection, ProviderId, clean};
use crate::ops::import::{Candidate, Deleted, Fate, Source, Spot, Survey};

/// The whole answer.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    #[serde(rename = "found")]
    pub(super) rows: Vec<Row>,
    /// Files that are there and could not be read.
    unread: Vec<UnreadView>,
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct UnreadView {
    path: String,
    error: String,
}

/// One credential, wherever it stands.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    source: &'static str,
    locations: Vec<Location>,
    provider: Option<ProviderId>,
    /// As it is written there, where no address can be made of it.
    host: String,
    username: Option<String>,
    /// `new` (of a dry run), `imported`, `stored` (a connection had it before), `left`, `failed`.
    result: &'static str,
    /// The connection that has it.
    connection: Option<String>,
    /// Why it was left or failed.
    error: Option<String>,
    /// What may be done instead.
    instead: Option<String>,
    /// Files that still hold it, beside where it was taken out.
    also_in: Vec<String>,
    /// Files and folders beside it that could not be read to see whether they hold it.
    not_looked_at: Vec<String>,
    #[serde(skip)]
    failure: Option<Kind>,
    #[serde(skip)]
    origin: Source,
}

/// Where one stands.
#[derive(Debug, Serialize)]
struct Location {
    file: Option<String>,
    line: Option<usize>,
    /// Service and account.
    keyring: Option<[String; 2]>,
    /// Whether it was taken out there, and was looked for again in vain.
    removed: bool,
    /// How many files beside it were looked through for the token.
    looked_at: Option<usize>,
    /// Why it was not taken out.
    error: Option<String>,
    #[serde(skip)]
    spot: Spot,
}

impl Location {
    fn new(spot: &Spot) -> Self {
        let (file, line, keyring) = match spot {
            Spot::File { path, line } => (Some(shown(path)), Some(*line), None),
            Spot::Keyring { service, account } => (None, None, Some([service, account].map(|text| clean(text).into_owned()))),
            Spot::Gh { .. } => (None, None, None),
        };
        Self { file, line, keyring, removed: false, looked_at: None, error: None, spot: spot.clone() }
    }

    fn in_words(&self) -> String {
        match (&self.spot, &self.file, self.line) {
            (_, Some(file), Some(line)) => format!("{file}:{line}"),
            (Spot::Keyring { service, .. }, ..) => format!("keyring {}", clean(service)),
            _ => "what `gh auth token` prints".to_owned(),
        }
    }

    /// The same with what was done there.
    fn outcome(&self, style: Style) -> String {
        let place = self.in_words();
        match &self.error {
            Some(error) => format!("{place} ({})", style.bad(&format!("still there: {error}"))),
            None if self.removed => format!("{place} (removed)"),
            None => place,
        }
    }
}

/// A path, safe to show.
pub(super) fn shown(path: &Path) -> String {
    clean(&path.display().to_string()).into_owned()
}

/// Whether two places are the same, whatever the line.
fn is_same(one: &Spot, other: &Spot) -> bool {
    match (one, other) {
        (Spot::File { path: one, .. }, Spot::File { path: other, .. }) => one == other,
        _ => one == other,
    }
}

impl Row {
    fn new(candidate: &Candidate) -> Self {
        let (result, connection, error, instead) = match &candidate.fate {
            Fate::New => ("new", None, None, None),
            Fate::Held { name } => ("stored", Some(name.clone()), None, None),
            Fate::Left(useless) => ("left", None, Some(clean(&useless.why).into_owned()), useless.instead.clone()),
        };
        let host = candidate.host.as_ref().map_or_else(|| clean(&candidate.written).into_owned(), ToString::to_string);
        // What stands in the place of a name may be a token.
        let username = candidate.username.as_deref().map(|name| crate::ops::redact(&clean(name)).into_owned());
        Self {
            source: candidate.source.id(),
            locations: candidate.spots.iter().map(Location::new).collect(),
            provider: candidate.provider,
            host,
            username,
            result,
            connection,
            error,
            instead,
            also_in: Vec::new(),
            not_looked_at: Vec::new(),
            failure: None,
            origin: candidate.source,
        }
    }

    pub(super) fn is_stored(&mut self, connection: &Connection) {
        self.result = "imported";
        self.connection = Some(connection.name.to_string());
        if connection.username.is_some() {
            self.username.clone_from(&connection.username);
        }
    }

    pub(super) fn has_failed(&mut self, failure: &Failure) {
        self.result = "failed";
        self.error = Some(failure.in_full());
        self.instead = failure.first_hint();
        self.failure = Some(failure.kind());
    }

    /// The connection that has it.
    pub(super) fn name(&self) -> Option<&str> {
        self.connection.as_deref()
    }

    /// Whether a connection has it now.
    pub(super) fn is_kept(&self) -> bool {
        self.connection.is_some()
    }

    /// What was done in one place, if this token stood there.
    pub(super) fn is_deleted(&mut self, deleted: &Deleted) {
        for location in self.locations.iter_mut().filter(|location| is_same(&location.spot, &deleted.place)) {
            location.removed = deleted.failed.is_none();
            location.error.clone_from(&deleted.failed);
            location.looked_at = matches!(location.spot, Spot::File { .. }).then_some(deleted.looked_at);
        }
        for (all, more) in [(&mut self.also_in, &deleted.still), (&mut self.not_looked_at, &deleted.unseen)] {
            for text in more.iter().map(|text| clean(text)) {
                if !all.iter().any(|known| *known == text) {
                    all.push(text.into_owned());
                }
            }
        }
    }

    /// Whether it was taken out of this source's places.
    pub(super) fn is_gone_from(&self, source: Source) -> bool {
        self.origin == source && self.locations.iter().any(|location| location.removed)
    }

    /// What a person hears before the question.
    pub(super) fn sentence(&self) -> Option<String> {
        let name = self.connection.as_ref()?;
        let verb = if self.result == "imported" { "took in" } else { "has already:" };
        Some(format!("{verb} `{name}` ({}, from {})", self.host, self.in_places()))
    }

    fn in_places(&self) -> String {
        self.locations.iter().map(Location::in_words).collect::<Vec<_>>().join(", ")
    }

    /// What became of it, in a few words.
    fn outcome(&self, style: Style) -> String {
        let name = self.connection.as_deref().unwrap_or_default();
        match self.result {
            "imported" => style.good(&format!("imported: {name}")),
            "stored" => format!("stored already: {name}"),
            "failed" => style.bad("failed"),
            result => result.to_owned(),
        }
    }

    /// Where it stands, or stood, and why it does.
    fn whereabouts(&self, style: Style) -> String {
        let mut text = self.locations.iter().map(|location| location.outcome(style)).collect::<Vec<_>>().join(", ");
        if let Some(error) = &self.error {
            text = format!("{text}: {error}");
        }
        if !self.also_in.is_empty() {
            text = format!("{text}; {}", style.bad(&format!("it also stands in {}", self.also_in.join(", "))));
        }
        if !self.not_looked_at.is_empty() {
            let unseen = format!("could not be looked at: {}", self.not_looked_at.join(", "));
            text = format!("{text}; {}", style.bad(&unseen));
        }
        text
    }

    /// What failed, a sentence each.
    fn troubles(&self) -> impl Iterator<Item = String> {
        let whose = format!("the token for {}", self.host);
        let refused = self.failure.and(self.error.as_ref()).map(|error| format!("{whose} was not taken in: {error}"));
        let stays = self.locations.iter().filter_map(|location| {
            let error = location.error.as_ref()?;
            Some(format!("{whose} still stands in `{}`: {error}", location.in_words()))
        });
        let also = self.also_in.iter().map(|file| format!("{whose} also stands in `{file}`"));
        let unseen =
            self.not_looked_at.iter().map(|file| format!("`{file}` could not be looked at for the token for {}", self.host));
        let all: Vec<String> = refused.into_iter().chain(stays).chain(also).chain(unseen).collect();
        all.into_iter()
    }

    /// The failures, for the exit code: of the check, and of what was to be taken out.
    fn failures(&self) -> impl Iterator<Item = Kind> {
        let stays = self.locations.iter().any(|location| location.error.is_some());
        let stays = stays || !self.also_in.is_empty() || !self.not_looked_at.is_empty();
        self.failure.into_iter().chain(stays.then_some(Kind::Failed))
    }
}

impl Found {
    pub(super) fn new(survey: &Survey, dry_run: bool) -> Self {
        let unread = survey.unread.iter();
        Self {
            rows: survey.candidates.iter().map(Row::new).collect(),
            unread: unread.map(|one| UnreadView { path: shown(&one.path), error: clean(&one.why).into_owned() }).collect(),
            dry_run,
        }
    }

    pub(super) fn has_kept(&self) -> bool {
        self.rows.iter().any(Row::is_kept)
    }

    pub(super) fn failures(&self) -> Vec<Kind> {
        let of_rows = self.rows.iter().flat_map(Row::failures);
        of_rows.chain(self.unread.iter().map(|_| Kind::Failed)).collect()
    }

    /// What failed, a sentence each.
    pub(super) fn troubles(&self) -> Vec<String> {
        let of_files = self.unread.iter().map(|UnreadView { path, error }| format!("`{path}` cannot be read: {error}"));
        self.rows.iter().flat_map(Row::troubles).chain(of_files).collect()
    }

    /// What may be done about what was not taken in.
    pub(super) fn hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = self.rows.iter().filter_map(|row| row.instead.clone()).collect();
        hints.dedup();
        hints
    }
}

impl View for Found {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["SOURCE", "HOST", "ACCOUNT", "RESULT", "WHERE"]).flowing();
        for row in &self.rows {
            let account = row.username.as_deref().map_or_else(|| "-".to_owned(), |name| clean(name).into_owned());
            let mut cells = vec![row.source.to_owned(), row.host.clone(), account];
            if style.is_human() {
                cells.extend([row.outcome(style), row.whereabouts(style)]);
            } else {
                let error = row.error.clone().unwrap_or_default();
                cells.extend([row.result.to_owned(), row.connection.clone().unwrap_or_default(), row.in_places(), error]);
            }
            grid.row(cells);
        }
        for UnreadView { path, error } in &self.unread {
            let mut cells = vec!["-".to_owned(), "-".to_owned(), "-".to_owned(), style.bad("failed")];
            if style.is_human() {
                cells.push(format!("{path}: {error}"));
            } else {
                cells.extend([String::new(), path.clone(), error.clone()]);
            }
            grid.row(cells);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        let rows = self.rows.iter().map(serde_json::to_value);
        rows.chain(self.unread.iter().map(serde_json::to_value)).collect()
    }
}

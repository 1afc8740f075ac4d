//! What came of each rotation, as rows and sentences.

use serde::Serialize;

use super::super::failure::{Failure, Kind};
use super::super::grid::Grid;
use super::super::out::{Style, View};
use super::super::words;
use crate::model::{Connection, Expiry, ProviderId, Timestamp, clean, shell_word};
use crate::ops::rotate::{Fate, Finished, HookRun};

/// One connection's JSON.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    id: String,
    name: String,
    provider: ProviderId,
    host: String,
    /// `rotated`, `renewed`, `resumed`, `not_happened`, `elsewhere`, `failed`.
    outcome: &'static str,
    expires_at: Option<Timestamp>,
    old_fingerprint: Option<String>,
    new_fingerprint: Option<String>,
    /// `dead`, `revoked`, `accepted`, `alive`; null where there is nothing to say.
    old_token: Option<&'static str>,
    /// `done`, `failed`; null without one.
    hook: Option<&'static str>,
    /// In words, what did not go well.
    error: Option<String>,
    pub(super) warnings: Vec<String>,
    #[serde(skip)]
    sentence: String,
    #[serde(skip)]
    next: Option<String>,
    #[serde(skip)]
    failure: Option<Failure>,
}

impl Row {
    fn new(connection: &Connection, outcome: &'static str) -> Self {
        Self {
            id: connection.id.to_string(),
            name: connection.name.to_string(),
            provider: connection.provider,
            host: connection.host.to_string(),
            outcome,
            expires_at: connection.expiry.at(),
            old_fingerprint: None,
            new_fingerprint: None,
            old_token: None,
            hook: None,
            error: None,
            warnings: Vec::new(),
            sentence: String::new(),
            next: None,
            failure: None,
        }
    }

    /// Nothing was done, or the new token is not where it belongs.
    pub(super) fn failed(connection: &Connection, failure: Failure) -> Self {
        let why = failure.in_full();
        Self {
            expires_at: None,
            sentence: why.clone(),
            error: Some(why),
            next: failure.first_hint(),
            failure: Some(failure),
            ..Self::new(connection, "failed")
        }
    }

    /// It has a new token; what came after that may have gone well or not.
    pub(super) fn finished(before: &Connection, finished: Finished, outcome: &'static str) -> Self {
        let Finished { connection, old, hook: run, fate } = finished;
        let name = shell_word(connection.name.as_str()).into_owned();
        let resume = format!("gitconn rotate --resume {name}");
        let (old_token, fate_in_words, mut failure) = match fate {
            Fate::Dead => ("dead", "the old one is dead".to_owned(), None),
            Fate::Revoked => ("revoked", "the old one is revoked".to_owned(), None),
            Fate::Accepted => ("accepted", "the old one dies within moments".to_owned(), None),
            Fate::Kept => ("alive", "the old one lives on".to_owned(), None),
            Fate::Undecided => ("alive", format!("the old one lives: {resume} --revoke-old"), None),
            Fate::Spared => ("alive", "the old one lives until the hook has run".to_owned(), None),
            Fate::ByHand(page) => {
                let place = page.map(|page| format!(" at {page}")).unwrap_or_default();
                ("alive", format!("the old one lives until somebody ends it{place}"), None)
            }
            Fate::NotRevoked(error) => {
                let failure = Failure::from(*error);
                ("alive", format!("the old one lives, it could not be revoked: {}", failure.in_words()), Some(failure))
            }
        };
        let (hook, hook_in_words) = match &run {
            HookRun::None => (None, None),
            HookRun::Done => (Some("done"), Some("the hook has run".to_owned())),
            HookRun::Failed(why) => (Some("failed"), Some(format!("its hook has failed: {why}"))),
        };
        if let HookRun::Failed(why) = &run {
            failure = Some(Failure::new(Kind::Failed, format!("the hook of `{}` has failed: {why}", connection.name)));
        }
        let verb = match (outcome, failure.is_some()) {
            ("resumed", false) => "finished the rotation of",
            ("resumed", true) => "did not finish the rotation of",
            _ => outcome,
        };
        let until = match connection.expiry {
            Expiry::At(at) => format!(": new token until {}", words::date(at)),
            Expiry::Never | Expiry::Unknown => ": new token".to_owned(),
        };
        let more: Vec<String> = hook_in_words.into_iter().chain([fate_in_words]).collect();
        let is_failure = failure.is_some();
        Self {
            old_fingerprint: Some(old),
            new_fingerprint: Some(connection.fingerprint.clone()),
            old_token: Some(old_token),
            hook,
            error: failure.as_ref().map(Failure::in_words),
            sentence: format!("{verb} `{}`{until}; {}", before.name, more.join("; ")),
            next: is_failure.then_some(resume),
            failure,
            ..Self::new(&connection, outcome)
        }
    }

    /// A login has a new pair.
    pub(super) fn renewed(before: &Connection, now: &Connection) -> Self {
        let until = now.expiry.at().map(|at| format!(" until {}", words::date(at))).unwrap_or_default();
        Self {
            old_fingerprint: Some(before.fingerprint.clone()),
            new_fingerprint: Some(now.fingerprint.clone()),
            sentence: format!("renewed `{}`: new token{until}, renews itself", before.name),
            ..Self::new(now, "renewed")
        }
    }

    /// A new private key.
    pub(super) fn new_key(before: &Connection, now: &Connection, warnings: Vec<String>) -> Self {
        let tail = "the old key stays good until it is deleted on the app's page";
        Self {
            old_fingerprint: Some(before.fingerprint.clone()),
            new_fingerprint: Some(now.fingerprint.clone()),
            old_token: Some("alive"),
            sentence: format!("rotated `{}`: it signs with the new key; {tail}", before.name),
            warnings,
            ..Self::new(now, "rotated")
        }
    }

    /// What was begun before did not happen.
    pub(super) fn did_not_happen(connection: &Connection) -> Self {
        let name = shell_word(connection.name.as_str()).into_owned();
        let sentence = format!("the rotation of `{}` did not happen: the old token is in use", connection.name);
        Self { sentence, next: Some(format!("gitconn rotate {name}")), ..Self::new(connection, "not_happened") }
    }

    /// Somebody else was faster.
    pub(super) fn elsewhere(connection: &Connection) -> Self {
        let sentence = format!(
            "`{}` has a new token already, by another process or with another connection: nothing was asked",
            connection.name
        );
        Self { sentence, ..Self::new(connection, "elsewhere") }
    }

    /// Why a rotation that was asked for brought no new token.
    pub(super) fn only_finished(connection: &Connection) -> String {
        let name = shell_word(connection.name.as_str());
        format!("`{}`: what was begun before is finished; for another new token: gitconn rotate {name}", connection.name)
    }

    pub(super) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// Whether there is nothing to show but why.
    pub(super) fn has_done_nothing(&self) -> bool {
        self.outcome == "failed"
    }

    pub(super) fn into_failure(self) -> Option<Failure> {
        self.failure
    }

    pub(super) fn failure_kind(&self) -> Option<Kind> {
        self.failure.as_ref().map(Failure::kind)
    }

    /// What to do next about it.
    pub(super) fn hint(&self) -> Option<String> {
        self.next.clone()
    }
}

/// `90 rotated, 10 failed`
pub(super) fn summary(rows: &[Row]) -> String {
    let count = |outcome: &str| rows.iter().filter(|row| row.outcome == outcome).count();
    let said = |count: usize, what: &str| {
        (count > 0).then(|| format!("{} {what}", words::thousands(u64::try_from(count).unwrap_or(u64::MAX))))
    };
    let partly = rows.iter().filter(|row| row.failure.is_some() && row.outcome != "failed").count();
    [
        said(count("rotated"), "rotated"),
        said(count("renewed"), "renewed"),
        said(count("resumed"), "finished"),
        said(count("not_happened"), "never happened"),
        said(count("elsewhere"), "done already"),
        said(count("failed"), "failed"),
        said(partly, "not finished"),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

#[derive(Serialize)]
pub(super) struct Rows {
    pub(super) rotations: Vec<Row>,
}

impl View for Rows {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        for row in &self.rotations {
            let sentence = clean(&row.sentence).into_owned();
            if style.is_human() {
                let sign = if row.failure.is_some() { style.bad("✗") } else { style.good("✓") };
                grid.row(vec![sign, sentence]);
            } else {
                grid.row(vec![
                    clean(&row.name).into_owned(),
                    row.outcome.to_owned(),
                    row.old_token.unwrap_or_default().to_owned(),
                    row.expires_at.map(|at| at.to_string()).unwrap_or_default(),
                    sentence,
                ]);
            }
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.rotations.iter().map(serde_json::to_value).collect()
    }
}

//! What checks found, as it is shown.

use serde::Serialize;

use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::words;
use crate::model::{Due, Expiry, Installation, ProviderId, Timestamp, Verdict, clean};
use crate::ops::changes::Change;
use crate::ops::validate::Checked;

/// One result's JSON (the seeds' `POST …/validate`).
#[derive(Debug, Serialize)]
pub(super) struct ResultView {
    /// `None` for a token that no store knows.
    id: Option<String>,
    name: String,
    provider: ProviderId,
    host: String,
    valid: bool,
    verdict: Verdict,
    username: Option<String>,
    scopes: Option<Vec<String>>,
    expires_at: Option<Timestamp>,
    /// Nobody has to do anything when it expires.
    auto_renews: bool,
    /// When the refresh token dies.
    refresh_expires_at: Option<Timestamp>,
    rate_limit_limit: Option<u64>,
    rate_limit_remaining: Option<u64>,
    rate_limit_reset: Option<Timestamp>,
    error: Option<String>,
    /// The server's version, where it says so.
    server_version: Option<String>,
    request_id: Option<String>,
    mend_url: Option<String>,
    /// Of a GitHub App: where it is installed.
    installations: Option<Vec<InstalledView>>,
    /// Why a person has to act, although it works.
    due: Option<&'static str>,
    /// With --changed: the last verdict that was known; null if there was none.
    was: Option<Verdict>,
    /// With --changed, of a GitHub App: what is new of its installations, by their accounts.
    changes: Option<InstalledChanges>,
    #[serde(skip)]
    is_changed: bool,
    #[serde(skip)]
    due_at: Option<Due>,
    #[serde(skip)]
    last_good: Option<Timestamp>,
    #[serde(skip)]
    is_app: bool,
}

impl ResultView {
    /// `is_stored`: a store has it.
    pub(super) fn new(Checked { connection, probe, seen, .. }: &Checked, due: Option<Due>, is_stored: bool) -> Self {
        let limit = probe.rate_limit;
        let known = probe.verdict.is_unknown();
        Self {
            id: is_stored.then(|| connection.id.to_string()),
            name: connection.name.to_string(),
            provider: connection.provider,
            host: connection.host.to_string(),
            valid: probe.verdict == Verdict::Valid,
            verdict: probe.verdict,
            username: probe.username.clone(),
            scopes: probe.scopes.clone(),
            expires_at: match probe.expiry {
                Some(Expiry::At(at)) => Some(at),
                _ => connection.expiry.at(),
            },
            auto_renews: connection.auto_renews,
            refresh_expires_at: connection.refresh_expires_at,
            rate_limit_limit: limit.and_then(|limit| limit.limit),
            rate_limit_remaining: limit.map(|limit| limit.remaining),
            rate_limit_reset: limit.and_then(|limit| limit.reset),
            error: probe.reason.clone().or_else(|| (probe.verdict != Verdict::Valid).then(|| probe.verdict.to_string())),
            server_version: probe.server_version.clone(),
            request_id: probe.request_id.clone(),
            mend_url: probe.mend_url.clone(),
            installations: seen.as_ref().map(|seen| seen.installations.iter().map(Into::into).collect()),
            due: due.map(Due::id),
            was: None,
            changes: None,
            is_changed: false,
            due_at: due,
            last_good: connection.validated_at.filter(|_| known && connection.validation_error.is_none()),
            is_app: connection.is_app(),
        }
    }

    /// The same with what it was before.
    pub(super) fn changed(self, change: &Change) -> Self {
        let installed = &change.installed;
        let changes = self.is_app.then(|| InstalledChanges {
            added: installed.added.clone(),
            suspended: installed.suspended.clone(),
            unsuspended: installed.unsuspended.clone(),
            uninstalled: installed.uninstalled.clone(),
            changed: installed.changed.clone(),
        });
        Self { was: change.was, changes, is_changed: true, ..self }
    }

    /// What a person reads behind the name: what it was, what is left, or why not.
    fn remark(&self, style: Style) -> String {
        let was = match self.was {
            _ if !self.is_changed => None,
            Some(was) if was == self.verdict => None,
            Some(was) => Some(format!("was {was}")),
            None => Some("was not known".to_owned()),
        };
        let changes = self.changes.iter().flat_map(InstalledChanges::in_words);
        let found = Some(self.found(style)).filter(|found| !found.is_empty());
        was.into_iter().chain(changes).chain(found).collect::<Vec<_>>().join("; ")
    }

    /// What was found, in words.
    fn found(&self, style: Style) -> String {
        if self.valid {
            let left = self.rate_limit_remaining.zip(self.rate_limit_limit).map(|(remaining, limit)| {
                format!("{} of {} requests left", words::thousands(remaining), words::thousands(limit))
            });
            let renews = self.refresh_expires_at.filter(|_| self.auto_renews);
            let renews = renews.map(|end| format!("renews itself, log in again {}", style.moment(end)));
            let installed = self.installations.as_deref().map(installed_in_words);
            let due = self.due_at.filter(|due| !matches!(due, Due::LoginEnds(_)));
            let due = due.map(|due| format!("{}{}", if self.is_app { "its key " } else { "" }, due.briefly(style.now())));
            return left.into_iter().chain(renews).chain(installed).chain(due).collect::<Vec<_>>().join("; ");
        }
        let text = clean(self.error.as_deref().unwrap_or_default()).into_owned();
        match self.last_good {
            Some(at) => {
                let what = if self.is_app { "key" } else { "token" };
                format!("{text}; the {what} was last good {}", style.moment(at))
            }
            None => text,
        }
    }
}

/// An installation that the provider told of.
#[derive(Debug, Serialize)]
struct InstalledView {
    installation_id: u64,
    account_login: String,
    suspended: bool,
}

impl From<&Installation> for InstalledView {
    fn from(installation: &Installation) -> Self {
        Self {
            installation_id: installation.id,
            account_login: installation.account.clone(),
            suspended: installation.suspended_at.is_some(),
        }
    }
}

/// `3 installations, 1 suspended (acme-client-a)`
fn installed_in_words(installations: &[InstalledView]) -> String {
    let all = words::plural(u64::try_from(installations.len()).unwrap_or(u64::MAX), "installation");
    let suspended: Vec<&str> = installations.iter().filter(|one| one.suspended).map(|one| one.account_login.as_str()).collect();
    match suspended.len() {
        0 => all,
        count => format!("{all}, {count} suspended ({})", clean(&suspended.join(", "))),
    }
}

/// What is new of an app's installations: accounts.
#[derive(Debug, Serialize)]
struct InstalledChanges {
    added: Vec<String>,
    suspended: Vec<String>,
    unsuspended: Vec<String>,
    uninstalled: Vec<String>,
    /// Where permissions or the choice of repositories are others now.
    changed: Vec<String>,
}

impl InstalledChanges {
    fn in_words(&self) -> impl Iterator<Item = String> {
        [
            ("installed on", &self.added),
            ("suspended on", &self.suspended),
            ("no longer suspended on", &self.unsuspended),
            ("uninstalled from", &self.uninstalled),
            ("other permissions or repositories on", &self.changed),
        ]
        .into_iter()
        .filter(|(_, accounts)| !accounts.is_empty())
        .map(|(what, accounts)| format!("{what} {}", clean(&accounts.join(", "))))
    }
}

/// Everything that was found, or all of it that is new.
#[derive(Serialize)]
pub(super) struct Results {
    pub(super) results: Vec<ResultView>,
    /// With --changed: what could not be checked, so that nobody knows whether it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unchecked: Option<Vec<Unchecked>>,
}

/// A connection that could not be checked.
#[derive(Debug, Serialize)]
pub(super) struct Unchecked {
    name: String,
    verdict: Verdict,
    error: String,
}

impl Unchecked {
    pub(super) fn of(Checked { connection, probe, .. }: &Checked) -> Option<Self> {
        let error = || clean(probe.reason.as_deref().unwrap_or(probe.verdict.id())).into_owned();
        let (name, verdict) = (connection.name.to_string(), probe.verdict);
        verdict.is_unknown().then(|| Self { name, verdict, error: error() })
    }

    /// `could not be checked: …`
    pub(super) fn line(&self) -> String {
        format!("`{}` could not be checked: {}", clean(&self.name), self.error)
    }
}

impl View for Results {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        for result in &self.results {
            let sign = match result.verdict {
                verdict if verdict.is_refusal() => style.bad("✗"),
                verdict if verdict.is_unknown() => style.doubtful("?"),
                _ => style.good("✓"),
            };
            let finding = match (&result.username, result.valid) {
                (Some(username), true) => clean(username).into_owned(),
                (None, true) => "valid".to_owned(),
                (_, false) => result.verdict.to_string(),
            };
            let name = clean(&result.name).into_owned();
            let row = if style.is_human() {
                vec![format!("{sign} {name}"), finding, result.remark(style)]
            } else {
                vec![name, result.verdict.to_string(), finding, result.remark(style)]
            };
            grid.row(row);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.results.iter().map(serde_json::to_value).collect()
    }
}

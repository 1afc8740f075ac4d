//! Installations as they are shown.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::model::{AccountType, Connection, InstallationStatus, RepositorySelection, Timestamp, clean, permissions_in_words};
use crate::ops::InstallationRecord;
use crate::ops::apps::installations::Installed;

/// An installation's JSON. The first four fields are the seeds'.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct InstallationView {
    installation_id: u64,
    account_login: String,
    account_type: Option<AccountType>,
    created_at: Timestamp,
    connection: String,
    status: InstallationStatus,
    repository_selection: RepositorySelection,
    permissions: BTreeMap<String, String>,
    suspended_at: Option<Timestamp>,
    removed_at: Option<Timestamp>,
    uninstalled_at: Option<Timestamp>,
    /// The page where its repositories are chosen.
    url: String,
}

impl InstallationView {
    pub(in crate::cli) fn of(connection: &Connection, record: &InstallationRecord) -> Self {
        let installation = &record.installation;
        Self {
            installation_id: installation.id,
            account_login: installation.account.clone(),
            account_type: installation.account_type,
            created_at: installation.created_at,
            connection: connection.name.to_string(),
            status: record.status(),
            repository_selection: installation.selection,
            permissions: installation.permissions.clone(),
            suspended_at: installation.suspended_at,
            removed_at: record.removed_at,
            uninstalled_at: record.uninstalled_at,
            url: installation.page.clone(),
        }
    }

    /// The status in its colour, with since when.
    pub(in crate::cli) fn state(&self, style: Style) -> String {
        let since = match self.status {
            InstallationStatus::Active => None,
            InstallationStatus::Suspended => self.suspended_at,
            InstallationStatus::Removed => self.removed_at,
            InstallationStatus::Uninstalled => self.uninstalled_at,
        };
        let word = self.status.id();
        let text = match since.filter(|_| style.is_human()) {
            Some(at) => format!("{word} {}", style.moment(at)),
            None => word.to_owned(),
        };
        match self.status {
            InstallationStatus::Active => style.good(&text),
            InstallationStatus::Suspended => style.doubtful(&text),
            InstallationStatus::Removed | InstallationStatus::Uninstalled => style.faint(&text),
        }
    }

    /// In one line, for `show`.
    pub(in crate::cli) fn line(&self, style: Style) -> String {
        format!(
            "{} ({}), {} repositories, {}",
            clean(&self.account_login),
            self.installation_id,
            self.repository_selection,
            self.state(style)
        )
    }
}

/// Installations, of one app or of several.
#[derive(Debug, Serialize)]
pub(super) struct Listing {
    pub(super) installations: Vec<InstallationView>,
    #[serde(skip)]
    several: bool,
}

impl Listing {
    /// Some of one app.
    pub(super) fn some(connection: &Connection, records: &[InstallationRecord]) -> Self {
        let installations = records.iter().map(|record| InstallationView::of(connection, record)).collect();
        Self { installations, several: false }
    }

    /// All of these apps.
    pub(super) fn of(apps: &[Installed]) -> Self {
        let views = |app: &Installed| Self::some(&app.connection, &app.installations).installations;
        Self { installations: apps.iter().flat_map(views).collect(), several: apps.len() > 1 }
    }
}

impl View for Listing {
    fn grid(&self, style: Style) -> Grid {
        let human = style.is_human();
        let mut headings = vec!["ID", "ACCOUNT", "TYPE", "REPOSITORIES", "STATUS", "CREATED", "PERMISSIONS"];
        if self.several || !human {
            headings.push("CONNECTION");
        }
        let count = headings.len();
        let mut grid = Grid::new(&headings).keeping("STATUS");
        for one in &self.installations {
            let kind = one.account_type.map_or_else(|| "-".to_owned(), |kind| kind.to_string());
            let mut cells = vec![
                one.installation_id.to_string(),
                clean(&one.account_login).into_owned(),
                kind,
                one.repository_selection.to_string(),
                one.state(style),
                style.moment(one.created_at),
                clean(&permissions_in_words(&one.permissions)).into_owned(),
                clean(&one.connection).into_owned(),
            ];
            cells.truncate(count);
            grid.row(cells);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.installations.iter().map(serde_json::to_value).collect()
    }
}

//! What a listing of repositories left out: said to a person, given to a program, and in the exit code. Nothing partial passes for whole.

use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use crate::model::{InstallationStatus, clean, shell_word};
use crate::ops::list_repositories::Outcome;
use crate::ops::serving::{Serving, Spread};
use crate::ops::{AppError, Error, Obstacle, ProviderError};

/// Something that is not in the listing.
#[derive(Debug, Serialize)]
pub(super) struct Missing {
    connection: String,
    /// Of an app: whose installation.
    installation_account: Option<String>,
    reason: String,
    url: Option<String>,
    /// It is gone, or was put aside here, or was never there: that it is missing is no surprise.
    #[serde(skip)]
    is_expected: bool,
    /// It failed, and is said as an error.
    #[serde(skip)]
    is_failure: bool,
    #[serde(skip)]
    hint: Option<String>,
}

/// Everything that is not in the listing.
pub(super) fn of(outcome: &Outcome, spread: &Spread) -> Vec<Missing> {
    let via = |serving: &Serving, reason: String, url, is_failure| Missing {
        connection: serving.connection.name.to_string(),
        installation_account: serving.installation.as_ref().map(|installation| installation.account.clone()),
        reason,
        url,
        is_expected: false,
        is_failure,
        hint: None,
    };
    let hidden = outcome
        .incomplete
        .iter()
        .map(|(at, incomplete)| via(&spread.servings[*at], clean(&incomplete.why).into_owned(), incomplete.url.clone(), false));
    let failed = outcome.failed.iter().map(|(at, error)| {
        if let Some(page) = suspended(error) {
            return via(&spread.servings[*at], "the installation is suspended".to_owned(), Some(page.to_owned()), false);
        }
        let url = match error {
            Error::Provider(ProviderError::Refused { mend_url, .. }) => mend_url.clone(),
            _ => None,
        };
        via(&spread.servings[*at], error.to_string(), url, true)
    });
    let left_out = spread.left_out.iter().map(|(connection, record)| {
        let account = &record.installation.account;
        let command = |verb: &str| {
            let (name, account) = (shell_word(connection.name.as_str()).into_owned(), shell_word(account).into_owned());
            Some(format!("gitconn installations {verb} {name} {account}"))
        };
        let (reason, is_expected, hint) = match record.status() {
            InstallationStatus::Removed => ("the installation was removed here", true, command("restore")),
            InstallationStatus::Uninstalled => ("the app was uninstalled there", true, command("remove")),
            InstallationStatus::Suspended | InstallationStatus::Active => ("the installation is suspended", false, None),
        };
        let url = (record.status() == InstallationStatus::Suspended).then(|| record.installation.page.clone());
        Missing {
            connection: connection.name.to_string(),
            installation_account: Some(account.clone()),
            reason: reason.to_owned(),
            url,
            is_expected,
            is_failure: false,
            hint,
        }
    });
    let nowhere = spread.nowhere.iter().map(|connection| Missing {
        connection: connection.name.to_string(),
        installation_account: None,
        reason: "the app is not known to be installed anywhere".to_owned(),
        url: None,
        is_expected: true,
        is_failure: false,
        hint: Some(format!("gitconn installations sync {}", shell_word(connection.name.as_str()))),
    });
    let dead = spread.dead.iter().map(|(connection, why)| Missing {
        connection: connection.name.to_string(),
        installation_account: None,
        reason: why.to_string(),
        url: None,
        is_expected: false,
        is_failure: true,
        hint: None,
    });
    hidden.chain(failed).chain(dead).chain(left_out).chain(nowhere).collect()
}

/// The page of an installation that gave nothing because it is suspended: that is known, and no surprise.
fn suspended(error: &Error) -> Option<&str> {
    let Error::App(app) = error else { return None };
    let AppError::Installation(hindered) = &**app else { return None };
    let page = hindered.installation.as_ref().map(|installation| installation.page.as_str());
    page.filter(|_| hindered.obstacle == Obstacle::Suspended)
}

impl Missing {
    /// ``hidden: the installation is suspended (`prod-app`, acme-client-a): https://…``
    fn line(&self) -> String {
        let account = self.installation_account.as_deref().map(|account| format!(", {}", clean(account))).unwrap_or_default();
        let url = self.url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
        format!("hidden: {} (`{}`{account}){url}", self.reason, self.connection)
    }
}

/// Says what is missing, and gives the exit code for it.
pub(super) fn finish(outcome: Outcome, missing: &[Missing], spread: Spread, context: &Context<'_>) -> Result<(), Failure> {
    for one in missing.iter().filter(|one| !one.is_failure) {
        context.out.missing(&one.line());
        if let Some(hint) = &one.hint {
            context.out.hint(hint);
        }
    }
    let all = outcome.failed.len() == spread.servings.len();
    let failed: Vec<_> = outcome.failed.into_iter().filter(|(_, error)| suspended(error).is_none()).collect();
    if failed.is_empty() && spread.dead.is_empty() {
        // What is hidden is missing, whatever format cannot say so.
        return match missing.iter().all(|one| one.is_expected) {
            true if spread.servings.is_empty() => Err(Failure::said(Kind::NotFound)),
            true => Ok(()),
            false => Err(Failure::said(Kind::Partial)),
        };
    }
    let mut kinds = Vec::new();
    for (at, error) in failed {
        let Serving { connection, installation } = &spread.servings[at];
        let whose = installation.as_ref().map(|one| format!(" on `{}`", clean(&one.account))).unwrap_or_default();
        let failure = Failure::from(error);
        failure.say(&format!("`{}`{whose} is missing", connection.name), context.out);
        kinds.push(failure.kind());
    }
    for (connection, why) in spread.dead {
        let failure = Failure::from(why);
        failure.say(&format!("`{}` is missing", connection.name), context.out);
        kinds.push(failure.kind());
    }
    let same = kinds.first().copied().filter(|first| all && kinds.iter().all(|kind| kind == first));
    Err(Failure::said(same.unwrap_or(Kind::Partial)))
}

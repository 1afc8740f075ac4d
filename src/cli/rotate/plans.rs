//! What `rotate --dry-run` shows: each connection, and by which call it would go.

use serde::Serialize;

use super::super::grid::Grid;
use super::super::out::{Style, View};
use crate::model::{Connection, ProviderId, Timestamp, clean};
use crate::ops::Error;
use crate::ops::rotate::{Old, Order, Plan, Way};

/// One connection's JSON.
#[derive(Debug, Serialize)]
pub(super) struct Planned {
    id: String,
    name: String,
    provider: ProviderId,
    host: String,
    expires_at: Option<Timestamp>,
    /// `renew`, `at_once`, `overlap`, `guided`, `key`, `login`, `resume`; null where it cannot be done.
    way: Option<&'static str>,
    /// In words.
    how: String,
}

#[derive(Serialize)]
pub(super) struct Plans {
    #[serde(rename = "planned")]
    pub(super) plans: Vec<Planned>,
}

impl Planned {
    pub(super) fn of(connection: &Connection, plan: &Result<Plan, Error>, order: &Order) -> Self {
        let (way, how) = match plan {
            Ok(plan) => (Some(way(plan)), how(plan, order)),
            Err(error) => (None, format!("not possible: {error}")),
        };
        Self {
            id: connection.id.to_string(),
            name: connection.name.to_string(),
            provider: connection.provider,
            host: connection.host.to_string(),
            expires_at: connection.expiry.at(),
            way,
            how,
        }
    }
}

/// Its word.
pub(super) fn way(plan: &Plan) -> &'static str {
    match &plan.way {
        _ if plan.is_only_unfinished() => "resume",
        Way::Renew => "renew",
        Way::AtOnce => "at_once",
        Way::Overlap { .. } => "overlap",
        Way::Guided(_) => "guided",
        Way::Key(_) => "key",
        Way::Login => "login",
    }
}

fn how(plan: &Plan, order: &Order) -> String {
    let host = &plan.connection.host;
    if plan.is_only_unfinished() {
        return "finishes the rotation that was begun before".to_owned();
    }
    if plan.open.is_some() {
        return "finds out first what became of the rotation that was begun before".to_owned();
    }
    let old = match order.old {
        _ if order.is_compromised => "the old token is revoked first",
        Old::Keep => "the old token lives on",
        Old::Usual | Old::Revoke => "the old token is revoked last",
    };
    match &plan.way {
        Way::Renew if order.is_compromised => "revoked first; then somebody logs in again".to_owned(),
        Way::Renew => "renews the login's tokens".to_owned(),
        Way::AtOnce => format!("by API: the old token dies at once (until {})", order.expires_on),
        Way::Overlap { maker: None } => format!("by API: {old}"),
        Way::Overlap { maker: Some(maker) } => {
            format!("by API, made by `{}` for a new bot user: {old} (until {})", maker.name, order.expires_on)
        }
        Way::Guided(_) if !plan.connection.status.is_usable() => "guided: its token is dead".to_owned(),
        Way::Guided(_) if order.is_compromised => "revoked first; then guided".to_owned(),
        Way::Guided(_) => format!("guided: {host} has no API for this token"),
        Way::Key(_) => "guided: a new private key is made on the app's page".to_owned(),
        Way::Login => "by logging in again: gitconn connect --reauth".to_owned(),
    }
}

impl View for Plans {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        for plan in &self.plans {
            let ends = plan.expires_at.map(|at| style.moment(at)).unwrap_or_default();
            let mut row = vec![clean(&plan.name).into_owned(), plan.provider.to_string(), plan.host.clone(), ends];
            if !style.is_human() {
                row.push(plan.way.unwrap_or_default().to_owned());
            }
            row.push(clean(&plan.how).into_owned());
            grid.row(row);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.plans.iter().map(serde_json::to_value).collect()
    }
}

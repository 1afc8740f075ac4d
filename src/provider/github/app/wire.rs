//! The shapes of GitHub's answers about apps. What our own fields can be made of without is optional.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::super::remote;
use super::super::probe::account_type;
use crate::model::{self, HostUrl, Permissions, RepositorySelection, Timestamp};

/// `GET /app`.
#[derive(Debug, Deserialize)]
pub(super) struct App {
    id: u64,
    client_id: Option<String>,
    slug: Option<String>,
    name: String,
    owner: Option<Account>,
    html_url: Option<String>,
    #[serde(default)]
    permissions: BTreeMap<String, Option<String>>,
}

impl App {
    pub(super) fn into_app(self, web: &HostUrl) -> model::App {
        let slug = remote::name(&self.slug.unwrap_or_else(|| self.id.to_string()));
        let owner = self.owner.unwrap_or_default();
        model::App {
            id: self.id,
            client_id: self.client_id.filter(|id| !id.is_empty()).map(|id| remote::name(&id)),
            page: self.html_url.as_deref().and_then(remote::page).unwrap_or_else(|| super::page(web, &slug)),
            slug,
            name: remote::name(&self.name),
            owner_id: owner.id.map(|id| id.to_string()),
            owner_type: owner.kind.as_deref().and_then(account_type),
            owner: owner.name().unwrap_or_else(|| "-".to_owned()),
            permissions: permissions(self.permissions),
        }
    }
}

/// A user or an organisation; an enterprise has no login but a slug.
#[derive(Debug, Default, Deserialize)]
struct Account {
    login: Option<String>,
    slug: Option<String>,
    id: Option<u64>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Account {
    fn name(&self) -> Option<String> {
        self.login.as_deref().or(self.slug.as_deref()).map(remote::name)
    }
}

/// A row of `GET /app/installations`.
#[derive(Debug, Deserialize)]
pub(super) struct Installation {
    id: u64,
    account: Option<Account>,
    target_type: Option<String>,
    repository_selection: Option<String>,
    html_url: Option<String>,
    #[serde(default)]
    permissions: BTreeMap<String, Option<String>>,
    created_at: Option<Moment>,
    suspended_at: Option<Moment>,
}

impl Installation {
    pub(super) fn into_installation(self, web: &HostUrl) -> model::Installation {
        let account = self.account.unwrap_or_default();
        let kind = account.kind.as_deref().or(self.target_type.as_deref()).and_then(account_type);
        let name = account.name().unwrap_or_else(|| "-".to_owned());
        let page = self.html_url.as_deref().and_then(remote::page);
        model::Installation {
            id: self.id,
            account_id: account.id.map(|id| id.to_string()),
            account_type: kind,
            selection: match self.repository_selection.as_deref() {
                Some("all") => RepositorySelection::All,
                _ => RepositorySelection::Selected,
            },
            permissions: permissions(self.permissions),
            page: page.unwrap_or_else(|| format!("{}/settings/installations/{}", web.as_str(), self.id)),
            suspended_at: self.suspended_at.map(Moment::at),
            created_at: self.created_at.map_or(Timestamp::UNIX_EPOCH, Moment::at),
            account: name,
        }
    }
}

/// A moment as text, or (in some answers about installations) as seconds since 1970.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Moment {
    Text(Timestamp),
    Seconds(i64),
}

impl Moment {
    fn at(self) -> Timestamp {
        match self {
            Self::Text(at) => at,
            Self::Seconds(seconds) => Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}

/// `POST …/access_tokens`.
#[derive(Deserialize)]
pub(super) struct Token {
    pub(super) token: String,
    pub(super) expires_at: Timestamp,
}

/// `POST /app-manifests/CODE/conversions`.
#[derive(Deserialize)]
pub(super) struct Conversion {
    #[serde(flatten)]
    pub(super) app: App,
    pub(super) pem: String,
    pub(super) webhook_secret: Option<String>,
}

fn permissions(wire: BTreeMap<String, Option<String>>) -> Permissions {
    wire.into_iter().filter_map(|(name, level)| Some((remote::name(&name), remote::name(&level?)))).collect()
}

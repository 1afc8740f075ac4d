//! GitHub Apps ("Authenticating as a GitHub App", "REST API endpoints for GitHub Apps").

mod jwt;
mod key;
mod manifest;
mod refusal;
#[cfg(test)]
mod tests;
mod wire;

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use self::jwt::Signer;
pub(super) use self::refusal::{hindrance, not_found, unauthorized};
use super::super::apps::obstructed;
use super::super::finding::{self, Finding};
use super::super::{AppAccount, AppKey, AppSigner, Apps, Error, InstallationToken, Known, Made, Manifest, Obstacle};
use super::api::{self, Trouble};
use super::refusal::{Asker, refusal};
use super::shape::Form;
use super::site::{self, Site};
use crate::model::{AccountType, App, HostUrl, Installation, Narrowing};
use crate::net::{Answer, Auth, Body, Call, Flow, Http, Method, Origin, Pages, Trust, walk};
use crate::secret::Secret;

/// The most rows that GitHub gives in a page.
const LARGEST_PAGE: u32 = 100;
/// How often, and how long apart, a new app is asked for: its key is known some seconds after it was made.
const NEW: (u32, Duration) = (10, Duration::from_secs(2));

/// What is known about GitHub Apps.
pub(super) struct GitHubApps;

#[async_trait(?Send)]
impl Apps for GitHubApps {
    fn key(&self, text: &Secret) -> Result<AppKey, Error> {
        key::read(text)
    }

    fn connect(
        &self,
        http: &Http,
        host: &HostUrl,
        api: &HostUrl,
        trust: &Trust,
        signer: AppSigner,
    ) -> Result<Box<dyn AppAccount>, Error> {
        let was_active = signer.was_active;
        let signer = Rc::new(Signer::new(http.clone(), signer));
        Ok(Box::new(SigningApp {
            web: site::web_host(host),
            origin: http.origin(api, trust, Auth::Bearer(signer.clone()), api::HEADERS, api::limit)?,
            signer,
            was_active,
        }))
    }

    fn install_page(&self, app: &App) -> String {
        format!("{}/installations/new", app.page)
    }

    fn settings_page(&self, host: &HostUrl, app: &App) -> String {
        let web = site::web_host(host);
        let owner = match app.owner_type {
            Some(AccountType::Organization) => format!("/organizations/{}", super::super::encoded(&app.owner)),
            _ => String::new(),
        };
        format!("{}{owner}/settings/apps/{}", web.as_str(), super::super::encoded(&app.slug))
    }

    fn creation_page(&self, host: &HostUrl, organization: Option<&str>, state: &str) -> String {
        manifest::page(&site::web_host(host), organization, state)
    }

    fn owned_page(&self, host: &HostUrl, organization: Option<&str>) -> String {
        manifest::owned(&site::web_host(host), organization)
    }

    fn manifest(&self, wanted: &Manifest) -> String {
        manifest::text(wanted)
    }

    async fn convert(&self, http: &Http, host: &HostUrl, api: &HostUrl, trust: &Trust, code: &Secret) -> Result<Made, Error> {
        let anonymous = http.origin(api, trust, Auth::None, api::HEADERS, api::limit)?;
        manifest::convert(&anonymous, &site::web_host(host), code).await
    }
}

/// An app that signs for itself.
struct SigningApp {
    web: HostUrl,
    origin: Origin,
    signer: Rc<Signer>,
    was_active: bool,
}

impl SigningApp {
    /// What an answer other than the wanted one means.
    fn error(&self, answer: &Answer) -> Error {
        let known = Known { was_active: self.was_active, expires_at: None };
        let asker = Asker { web: &self.web, form: Form::App, known: Some(&known), now: self.origin.now() };
        refusal(answer, &asker).into_error(answer)
    }

    /// What was asked for, or what the answer says instead.
    fn read<T: serde::de::DeserializeOwned>(&self, answer: &Answer, status: u16, what: &str) -> Result<T, Error> {
        if answer.status != status {
            return Err(self.error(answer));
        }
        let broken = || Finding::unintelligible(finding::not_what_was_asked(answer, what)).into_error(answer);
        answer.json().ok_or_else(broken)
    }

    /// Sends what changes something, and once more by GitHub's clock if ours was found wrong: then nothing was done.
    async fn send(&self, method: Method, call: &Call, body: Body<'_>) -> Result<Answer, Error> {
        let by = self.signer.correction();
        let answer = self.origin.send(method, call, body).await?;
        if self.signer.corrects(&answer, by) { Ok(self.origin.send(method, call, body).await?) } else { Ok(answer) }
    }
}

#[async_trait(?Send)]
impl AppAccount for SigningApp {
    async fn identity(&self) -> Result<App, Error> {
        let answer = self.origin.get(&Call::to(["app"])).await?;
        let app: wire::App = self.read(&answer, 200, "an app")?;
        Ok(app.into_app(&self.web))
    }

    async fn new_identity(&self) -> Result<App, Error> {
        let (times, pause) = NEW;
        for _ in 1..times {
            let answer = self.origin.get(&Call::to(["app"])).await?;
            if !refusal::is_without_key(&answer) {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        self.identity().await
    }

    async fn installations(&self) -> Result<Vec<Installation>, Error> {
        let call = Call::to(["app", "installations"]);
        let pages = Pages { first: 1, per_page: LARGEST_PAGE, only_first: false };
        let read = |answer: &Answer| {
            let rows: Vec<wire::Installation> = self.read(answer, 200, "a list of installations")?;
            Ok::<_, Error>(rows.into_iter().map(|row| row.into_installation(&self.web)).collect())
        };
        let mut all: Vec<Installation> = Vec::new();
        walk(
            &self.origin,
            &call,
            pages,
            read,
            |row: &Installation| row.id.to_string(),
            |rows| {
                all.extend(rows);
                Flow::Continue(())
            },
        )
        .await?;
        all.sort_by_key(|installation| (installation.created_at, installation.id));
        Ok(all)
    }

    async fn installation(&self, id: u64) -> Result<Installation, Error> {
        let answer = self.origin.get(&Call::to(["app".to_owned(), "installations".to_owned(), id.to_string()])).await?;
        if answer.status == 404 && refusal::is_of_an_installation(&answer) {
            return Err(obstructed(Obstacle::Gone, &answer));
        }
        let row: wire::Installation = self.read(&answer, 200, "an installation")?;
        Ok(row.into_installation(&self.web))
    }

    async fn token(&self, installation: u64, wanted: &Narrowing) -> Result<InstallationToken, Error> {
        let call = Call::to(["app".to_owned(), "installations".to_owned(), installation.to_string(), "access_tokens".to_owned()]);
        let mut body = json!({});
        if !wanted.repositories.is_empty() {
            body["repositories"] = json!(wanted.repositories);
        }
        if !wanted.permissions.is_empty() {
            body["permissions"] = json!(wanted.permissions);
        }
        let body = if wanted.is_empty() { Body::Empty } else { Body::Json(&body) };
        let answer = self.send(Method::Post, &call, body).await?;
        if let Some(obstacle) = refusal::obstacle(&answer) {
            return Err(obstructed(obstacle, &answer));
        }
        let token: wire::Token = self.read(&answer, 201, "a token")?;
        // Its shape is GitHub's to change; but it goes into a header, and onto a terminal.
        if token.token.is_empty() || !token.token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Finding::unintelligible("a token that no header can hold").into_error(&answer));
        }
        Ok(InstallationToken { token: Secret::from(token.token), expires_at: token.expires_at })
    }

    async fn uninstall(&self, installation: u64) -> Result<(), Error> {
        let call = Call::to(["app".to_owned(), "installations".to_owned(), installation.to_string()]);
        let answer = self.send(Method::Delete, &call, Body::Empty).await?;
        match answer.status {
            // From API version 2026-03-10 on: 202.
            202 | 204 => Ok(()),
            404 if refusal::is_of_an_installation(&answer) => Err(obstructed(Obstacle::Gone, &answer)),
            _ => Err(self.error(&answer)),
        }
    }

    fn clock_error(&self) -> Option<i64> {
        self.signer.clock_error()
    }
}

/// Where an app has its public page.
fn page(web: &HostUrl, slug: &str) -> String {
    let folder = match Site::of(web) {
        Site::Public | Site::Tenant => "apps",
        Site::Server => "github-apps",
    };
    format!("{}/{folder}/{}", web.as_str(), super::super::encoded(slug))
}

fn message(answer: &Answer) -> String {
    answer.json::<Trouble>().unwrap_or_default().message.to_ascii_lowercase()
}

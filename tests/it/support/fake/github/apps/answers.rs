//! What GitHub says to an app that speaks for itself: with a JWT, on the paths where nothing else is taken (GitHub §4.1, §4.2).

use serde_json::{Value, json};

use super::desk::{Desk, Reach, short};
use super::settings::{FakeApp, Installation, Permissions};
use super::{Answer, Request};
use crate::support::fake::github::{Repo, State, account_id, message};
use crate::support::fake::pages::Page;

/// The page is ours, and so is it wherever else one is named in this file.
const PAGE: &str = "https://docs.github.com/rest/apps/apps";

/// Whether nothing but a JWT is taken there (GitHub §4.1).
fn is_for_jwts(segments: &[&str]) -> bool {
    matches!(segments, ["app", ..] | ["orgs" | "users", _, "installation"] | ["repos", _, _, "installation"])
}

/// Quoted: GitHub §4.2, as everywhere.
fn not_found() -> Answer {
    message(404, "Not Found", PAGE)
}

impl State {
    /// Answers what only an app asks; `None`: it is no such call.
    pub(in super::super) fn answer_app(&mut self, request: &Request, segments: &[&str]) -> Option<Answer> {
        let (apps, mut known) = (self.apps.clone(), true);
        let answer = {
            let mut desk = apps.desk();
            if let ("POST", ["app", "installations", id, "access_tokens"]) = (request.method.as_str(), segments) {
                *desk.posts.entry(id.parse().unwrap_or(0)).or_default() += 1;
            }
            match (request.method.as_str(), segments) {
                // Without any credential (GitHub §4.3).
                ("POST", ["app-manifests", code, "conversions"]) => {
                    known = false;
                    desk.convert(code).map_or_else(not_found, |made| Answer::json(201, &self.conversion_body(&made)))
                }
                _ if is_for_jwts(segments) => match desk.caller(request) {
                    Ok(app) => {
                        self.remaining = self.remaining.saturating_sub(1);
                        self.answer_jwt(&mut desk, &app, request, segments)
                    }
                    Err(refusal) => {
                        known = false;
                        refusal.answer()
                    }
                },
                _ => return None,
            }
        };
        Some(answer.or_headers(self.headers(known, None)))
    }

    fn answer_jwt(&self, desk: &mut Desk, app: &FakeApp, request: &Request, segments: &[&str]) -> Answer {
        let own = |id: &str| id.parse().ok().filter(|id| desk.installations.get(id).is_some_and(|found| found.app == app.id));
        let shown = |found: Option<Installation>| {
            found.map_or_else(not_found, |found| Answer::json(200, &self.installation_body(app, &found)))
        };
        let on = |account: &str, kind: Option<&str>| {
            desk.installations_of(app.id)
                .into_iter()
                .find(|known| known.account.eq_ignore_ascii_case(account) && kind.is_none_or(|kind| known.account_type == kind))
        };
        match (request.method.as_str(), segments) {
            ("GET", ["app"]) => {
                let mut body = self.app_body(app);
                body["installations_count"] = desk.installations_of(app.id).len().into();
                Answer::json(200, &body)
            }
            ("GET", ["app", "installations"]) => {
                let rows = desk.installations_of(app.id);
                let page = Page::of(request, rows.len(), 30);
                let rows: Vec<Value> = page.cut(&rows, self.moving).iter().map(|row| self.installation_body(app, row)).collect();
                self.linked(Answer::json(200, &rows.into()), &page, "/app/installations", request)
            }
            ("GET", ["app", "installations", id]) => shown(own(id).map(|id| desk.installations[&id].clone())),
            ("GET", ["orgs", account, "installation"]) => shown(on(account, Some("Organization"))),
            ("GET", ["users", account, "installation"]) => shown(on(account, Some("User"))),
            ("GET", ["repos", account, name, "installation"]) => shown(on(account, None).filter(|found| {
                self.repositories_of(found).iter().any(|repository| short(repository).eq_ignore_ascii_case(name))
            })),
            ("POST", ["app", "installations", id, "access_tokens"]) => match own(id) {
                Some(id) => self.hand_out(desk, id, request).unwrap_or_else(|refused| refused),
                None => not_found(),
            },
            (method @ ("PUT" | "DELETE"), ["app", "installations", id, "suspended"]) => match own(id) {
                Some(id) => {
                    desk.suspend(id, method == "PUT");
                    Answer::empty(204)
                }
                None => not_found(),
            },
            ("DELETE", ["app", "installations", id]) => match own(id) {
                Some(id) => {
                    desk.installations.remove(&id);
                    Answer::empty(204)
                }
                None => not_found(),
            },
            _ => not_found(),
        }
    }

    /// What an installation sees.
    fn repositories_of(&self, installation: &Installation) -> Vec<Repo> {
        let reach = Reach::of(installation, None, Permissions::new());
        let mut all = self.repositories.get(&installation.account).cloned().unwrap_or_default();
        all.retain(|repository| reach.sees(repository));
        all
    }

    /// `Err` is a refusal. Messages and statuses are quoted: GitHub §4.2; that a list of no repositories is none that is there is written by
    /// hand.
    fn hand_out(&self, desk: &mut Desk, id: u64, request: &Request) -> Result<Answer, Answer> {
        let installation = desk.installations[&id].clone();
        let asked = Asked::read(&request.body).ok_or_else(|| message(400, "Problems parsing JSON", PAGE))?;
        if installation.suspended_at.is_some() {
            return Err(message(403, &desk.settings.suspended, PAGE));
        }
        let seen = self.repositories_of(&installation);
        let chosen = asked.choose(&seen).map_err(|()| {
            let text = "There is at least one repository that does not exist or is not accessible to the parent installation.";
            message(422, text, PAGE)
        })?;
        let granted = asked
            .permissions_of(&installation.permissions)
            .ok_or_else(|| message(422, "The permissions requested are not granted to this installation.", PAGE))?;
        // Quoted: GitHub §1.1 (documentation and changelog).
        let stateless = match request.header("x-github-stateless-s2s-token") {
            Some("enabled") => Some(true),
            Some("disabled") => Some(false),
            _ => None,
        };
        let ids = chosen.as_ref().map(|chosen| chosen.iter().map(|repository| repository.id).collect());
        let (handed, reach) = desk.hand_out(id, ids, granted, stateless);
        // Quoted: GitHub §4.2, with values of ours.
        let mut body = json!({
            "token": handed.token,
            "expires_at": handed.expires_at,
            "permissions": handed.permissions,
            "repository_selection": reach.selection,
        });
        if let Some(chosen) = chosen {
            body["repositories"] = chosen.iter().map(|repository| self.repository_body(repository)).collect();
        }
        Ok(Answer::json(201, &body))
    }

    /// Written by hand after GitHub §2.1, but for the number of its installations.
    pub(super) fn app_body(&self, app: &FakeApp) -> Value {
        json!({
            "id": app.id,
            "slug": app.slug,
            "client_id": app.client_id,
            "node_id": "MDExOkludGVncmF0aW9uMQ==",
            "owner": {"login": app.owner, "id": account_id(&app.owner), "type": app.owner_type},
            "name": app.name,
            "description": "",
            "external_url": app.external_url,
            "html_url": format!("{}/{}/{}", self.web(), if self.enterprise { "github-apps" } else { "apps" }, app.slug),
            "created_at": app.created_at,
            "updated_at": app.created_at,
            "permissions": app.permissions,
            "events": app.events,
        })
    }

    /// Written by hand after GitHub §4.2, which names the fields.
    fn installation_body(&self, app: &FakeApp, installation: &Installation) -> Value {
        let (id, account) = (installation.id, &installation.account);
        let settings = if installation.account_type == "User" { String::new() } else { format!("/organizations/{account}") };
        json!({
            "id": id,
            "account": {"login": account, "id": installation.account_id, "type": installation.account_type},
            "repository_selection": installation.repository_selection,
            "access_tokens_url": format!("{}/app/installations/{id}/access_tokens", self.origin),
            "repositories_url": format!("{}/installation/repositories", self.origin),
            "html_url": format!("{}{settings}/settings/installations/{id}", self.web()),
            "app_id": app.id,
            "app_slug": app.slug,
            "client_id": app.client_id,
            "target_id": installation.account_id,
            "target_type": installation.account_type,
            "permissions": installation.permissions,
            "events": installation.events,
            "created_at": installation.created_at,
            "updated_at": installation.suspended_at.as_ref().unwrap_or(&installation.created_at),
            "single_file_name": null,
            "suspended_by": installation.suspended_at.as_ref().map(|_| json!({"login": account, "id": installation.account_id})),
            "suspended_at": installation.suspended_at,
        })
    }
}

/// What a token is asked to be good for.
struct Asked {
    names: Option<Vec<String>>,
    ids: Option<Vec<u64>>,
    permissions: Option<Permissions>,
}

impl Asked {
    /// `None`: it cannot be read. No body at all is fine.
    fn read(body: &[u8]) -> Option<Self> {
        let body: Value = if body.is_empty() { json!({}) } else { serde_json::from_slice(body).ok()? };
        let field = |name: &str| body.as_object().map(|fields| fields.get(name).cloned().filter(|value| !value.is_null()));
        Some(Self {
            names: field("repositories")?.map(serde_json::from_value).transpose().ok()?,
            ids: field("repository_ids")?.map(serde_json::from_value).transpose().ok()?,
            permissions: field("permissions")?.map(serde_json::from_value).transpose().ok()?,
        })
    }

    /// The repositories that were asked for, of those that an installation sees; `None`: all of them.
    fn choose(&self, seen: &[Repo]) -> Result<Option<Vec<Repo>>, ()> {
        let (names, ids) = (self.names.as_deref(), self.ids.as_deref());
        if names.is_none() && ids.is_none() {
            return Ok(None);
        }
        let (names, ids) = (names.unwrap_or_default(), ids.unwrap_or_default());
        let chosen: Vec<Repo> = seen
            .iter()
            .filter(|repository| names.iter().any(|name| name == short(repository)) || ids.contains(&repository.id))
            .cloned()
            .collect();
        if chosen.is_empty() || chosen.len() < names.len() + ids.len() { Err(()) } else { Ok(Some(chosen)) }
    }

    /// What the token may, of what is granted; `None`: more was asked for. What is known of a repository can always be read (GitHub §2.5).
    fn permissions_of(&self, granted: &Permissions) -> Option<Permissions> {
        let Some(asked) = &self.permissions else { return Some(granted.clone()) };
        let fits = |(name, level): (&String, &String)| {
            granted.get(name).is_some_and(|most| rank(level).is_some_and(|level| Some(level) <= rank(most)))
        };
        let mut chosen = asked.clone();
        chosen.extend(granted.get("metadata").map(|_| ("metadata".to_owned(), "read".to_owned())));
        asked.iter().all(fits).then_some(chosen)
    }
}

fn rank(level: &str) -> Option<usize> {
    ["read", "write", "admin"].iter().position(|known| *known == level)
}

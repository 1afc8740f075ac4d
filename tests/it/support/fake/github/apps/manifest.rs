//! An app that is made of a manifest, without a form (GitHub §4.3), and the page where it is installed.

use std::time::Instant;

use serde_json::{Value, json};

use super::desk::{Desk, seconds};
use super::settings::{FakeApp, Permissions};
use super::{Answer, Apps, Request};
use crate::support::fake::github::State;
use crate::support::keys;

/// A code on its way through the browser, and what it is good for.
pub(super) struct Code {
    manifest: Value,
    name: String,
    /// Login and type.
    owner: (String, String),
    made: Instant,
}

/// An app that was just made, and what is shown this once.
pub(super) struct Made {
    app: FakeApp,
    client_secret: String,
    /// Of an app with a webhook alone.
    webhook_secret: Option<String>,
}

impl Apps {
    /// Answers a request to a path below the web address; `None` where it is none of theirs. All pages are written by hand.
    pub(in super::super) fn web(&self, path: &str, request: &Request) -> Option<Answer> {
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let mut desk = self.desk();
        match (request.method.as_str(), segments.as_slice()) {
            // GET will not do (GitHub §4.3).
            ("GET", ["settings", "apps", "new"] | ["organizations", _, "settings", "apps", "new"]) => {
                Some(Answer::html(200, "Register new GitHub App"))
            }
            ("POST", ["settings", "apps", "new"]) => {
                let owner = (desk.settings.account.clone(), "User".to_owned());
                Some(desk.propose(request, owner))
            }
            ("POST", ["organizations", account, "settings", "apps", "new"]) => {
                Some(desk.propose(request, ((*account).to_owned(), "Organization".to_owned())))
            }
            ("GET", ["apps" | "github-apps", slug, "installations", "new"]) => {
                let id = desk.apps.iter().find(|app| app.slug == *slug)?.id;
                if let Some((account, kind)) = desk.visitor.take() {
                    desk.install(id, &account, &kind);
                }
                Some(Answer::html(200, "Install GitHub App"))
            }
            _ => None,
        }
    }
}

impl Desk {
    /// Somebody's browser brings a manifest, and whoever sits before it decides at once.
    fn propose(&mut self, request: &Request, owner: (String, String)) -> Answer {
        let refused = |text: &str| Answer::html(422, &format!("Invalid GitHub App configuration: {text}"));
        let manifest: Value = request.field("manifest").and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let is_url = |value: &Value| value.as_str().is_some_and(|text| url::Url::parse(text).is_ok());
        if !manifest.is_object() {
            return refused("no manifest");
        }
        if !is_url(&manifest["url"]) {
            return refused("url is missing");
        }
        if manifest.get("hook_attributes").is_some_and(|hook| !is_url(&hook["url"])) {
            return refused("hook url is missing");
        }
        if manifest["callback_urls"].as_array().is_some_and(|list| list.len() > 10) {
            return refused("too many callback urls");
        }
        let permissions: Result<Permissions, _> = manifest
            .get("default_permissions")
            .map_or_else(|| Ok(Permissions::new()), |list| serde_json::from_value(list.clone()));
        if permissions.is_err() {
            return refused("default permissions");
        }
        // Whoever sits there may type another.
        let name = manifest["name"].as_str().map_or_else(|| format!("app of {}", owner.0), ToOwned::to_owned);
        if self.apps.iter().any(|app| app.slug == slug(&name)) {
            return refused("name is already taken");
        }
        if self.settings.cancels {
            return Answer::html(200, "Developer settings");
        }
        let Some(mut back) = manifest["redirect_url"].as_str().and_then(|text| url::Url::parse(text).ok()) else {
            return Answer::html(200, &name);
        };
        let code = self.fresh("manifest", 40);
        back.query_pairs_mut().append_pair("code", &code);
        if let Some(state) = request.parameter("state") {
            back.query_pairs_mut().append_pair("state", state);
        }
        self.codes.insert(code, Code { manifest, name, owner, made: Instant::now() });
        Answer::empty(302).header("location", back.as_str())
    }

    /// Makes the app. A code is good once, and for an hour (GitHub §4.3).
    pub(super) fn convert(&mut self, code: &str) -> Option<Made> {
        let code = self.codes.remove(code).filter(|code| code.made.elapsed() < self.settings.code_life)?;
        let slug = slug(&code.name);
        let key = keys::rsa(&slug);
        key.watch(&self.watching);
        self.register(&slug, key);
        let (now, keyless_calls) = (seconds(self.now()), self.settings.keyless_calls);
        let app = self.app(&slug);
        app.name = code.name;
        (app.owner, app.owner_type) = code.owner;
        app.permissions = serde_json::from_value(code.manifest["default_permissions"].clone()).unwrap_or_default();
        app.permissions.insert("metadata".to_owned(), "read".to_owned());
        app.events = serde_json::from_value(code.manifest["default_events"].clone()).unwrap_or_default();
        code.manifest["url"].as_str().unwrap().clone_into(&mut app.external_url);
        (app.created_at, app.keyless_calls) = (now, keyless_calls);
        let app = app.clone();
        let has_hook = code.manifest.get("hook_attributes").is_some();
        let webhook_secret = has_hook.then(|| self.fresh("webhook secret", 40));
        Some(Made { app, client_secret: self.fresh("client secret", 40), webhook_secret })
    }
}

impl State {
    /// Written by hand after GitHub §4.3, which names the fields; that the key is PKCS#1 is from §4.1.
    pub(super) fn conversion_body(&self, made: &Made) -> Value {
        let mut body = self.app_body(&made.app);
        body["client_secret"] = json!(made.client_secret);
        body["webhook_secret"] = json!(made.webhook_secret);
        body["pem"] = json!(made.app.key.pkcs1());
        body
    }
}

/// As GitHub spells names in addresses: lower case, and `-` for everything else. Written by hand.
fn slug(name: &str) -> String {
    let spelt: String =
        name.to_lowercase().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    spelt.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

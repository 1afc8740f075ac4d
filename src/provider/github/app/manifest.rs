//! Making an app without a form ("Registering a GitHub App from a manifest"): the browser posts what is wanted, comes back with a code, and the code
//! buys the key, once.

use serde_json::{Value, json};

use super::super::super::finding::{self, Finding};
use super::super::super::{Answered, Error, Made, Manifest, encoded};
use super::super::refusal::{Asker, refusal};
use super::super::shape::Form;
use super::{message, wire};
use crate::model::HostUrl;
use crate::net::{Body, Call, Method, Origin};
use crate::secret::Secret;

/// Where the manifest is posted to.
pub(super) fn page(web: &HostUrl, organization: Option<&str>, state: &str) -> String {
    format!("{}/new?state={}", owned(web, organization), encoded(state))
}

/// Where the apps of a person, or of an organisation, are listed.
pub(super) fn owned(web: &HostUrl, organization: Option<&str>) -> String {
    let whose = organization.map(|name| format!("/organizations/{}", encoded(name))).unwrap_or_default();
    format!("{}{whose}/settings/apps", web.as_str())
}

/// The manifest. The app's name is only a proposal: the person may change it before saying yes.
pub(super) fn text(wanted: &Manifest) -> String {
    let mut manifest = json!({
        "url": wanted.home,
        "redirect_url": wanted.redirect,
        "public": wanted.is_public,
        "default_permissions": wanted.permissions,
        "default_events": [],
    });
    let mut put = |key: &str, value: Value| manifest[key] = value;
    if let Some(name) = &wanted.name {
        put("name", json!(name));
    }
    if let Some(url) = &wanted.webhook {
        put("hook_attributes", json!({ "url": url, "active": true }));
        put("default_events", json!(["push"]));
    }
    manifest.to_string()
}

/// Exchanges the code.
pub(super) async fn convert(anonymous: &Origin, web: &HostUrl, code: &Secret) -> Result<Made, Error> {
    // Until it is exchanged, the code is as good as the key.
    let call = Call::to(["app-manifests", code.expose(), "conversions"]).hiding(1);
    let answer = anonymous.send(Method::Post, &call, Body::Empty).await?;
    match answer.status {
        201 => {}
        404 if !message(&answer).is_empty() => {
            let why = "the code of the new app is not known: it was used already, or is older than an hour".to_owned();
            return Err(Error::NotAccepted { why, answered: Box::new(Answered::by(&answer)) });
        }
        _ => {
            let asker = Asker { web, form: Form::App, known: None, now: anonymous.now() };
            return Err(refusal(&answer, &asker).into_error(&answer));
        }
    }
    let broken = || Finding::unintelligible(finding::not_what_was_asked(&answer, "an app")).into_error(&answer);
    let made: wire::Conversion = answer.json().ok_or_else(broken)?;
    Ok(Made {
        app: made.app.into_app(web),
        key: Secret::from(made.pem),
        webhook_secret: made.webhook_secret.filter(|secret| !secret.is_empty()).map(Secret::from),
    })
}

//! An event as it is shown: words for people, the fields of `docs/json.md` for programs.

use serde::Serialize;

use super::super::out::Style;
use super::super::words;
use crate::model::{Event, EventKind, Timestamp, clean};

/// An event's JSON.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct EventView {
    /// Its place in the chain; null for a use that waits for the next save.
    sequence: Option<u64>,
    pub(super) at: Timestamp,
    pub(super) who: String,
    pub(super) kind: String,
    pub(super) connection: Option<String>,
    connection_id: Option<String>,
    detail: serde_json::Value,
    #[serde(skip)]
    pub(super) words: String,
}

impl From<&Event> for EventView {
    fn from(event: &Event) -> Self {
        let (kind, detail, words) = describe(&event.kind);
        Self {
            sequence: (event.sequence > 0).then_some(event.sequence),
            at: event.at,
            who: event.who.clone(),
            kind,
            connection: event.connection_name.clone(),
            connection_id: event.connection.as_ref().map(ToString::to_string),
            detail,
            words,
        }
    }
}

impl EventView {
    /// When, who, what, of which connection, and what more there is: a row of the trail.
    pub(super) fn cells(&self, style: Style) -> Vec<String> {
        let when = if style.is_human() { words::clock(self.at, style.now()) } else { self.at.to_string() };
        let connection = self.connection.as_deref().map_or_else(|| "-".to_owned(), |name| clean(name).into_owned());
        vec![when, clean(&self.who).into_owned(), clean(&self.kind).into_owned(), connection, clean(&self.words).into_owned()]
    }

    /// When, who, what: one line for `show`.
    pub(in crate::cli) fn line(&self, style: Style) -> String {
        let when = if style.is_human() { words::clock(self.at, style.now()) } else { self.at.to_string() };
        let mut line = format!("{when}  {}  {}", clean(&self.who), clean(&self.kind));
        if !self.words.is_empty() {
            line = format!("{line}  {}", clean(&self.words));
        }
        line
    }
}

/// The stored word, the JSON, and the words of an event.
fn describe(kind: &EventKind) -> (String, serde_json::Value, String) {
    use serde_json::json;
    let of = |kind: &str, detail, words: String| (kind.to_owned(), detail, words);
    match kind {
        EventKind::Created { provider, method, offline, fingerprint } => {
            let words = format!("{provider}, {method}{}", if *offline { ", not checked" } else { "" });
            let detail = json!({ "provider": provider, "auth_method": method, "offline": offline, "fingerprint": fingerprint });
            of("created", detail, words)
        }
        EventKind::Updated { fields } => of("updated", json!({ "fields": fields }), fields.join(", ")),
        EventKind::Validated { verdict } => of("validated", json!({ "verdict": verdict }), verdict.to_string()),
        EventKind::Used { purpose, repository, times } => {
            let mut words = purpose.clone();
            if let Some(repository) = repository {
                words = format!("{words}, {repository}");
            }
            if *times > 1 {
                words = format!("{words} ({times} times)");
            }
            of("used", json!({ "purpose": purpose, "repository": repository, "times": times }), words)
        }
        EventKind::Rotated { old, new, by } => {
            let words = format!("token …{} → …{}", super::super::show::short(old), super::super::show::short(new));
            let words = match by.as_deref() {
                Some("api") => format!("by API, {words}"),
                Some(by) => format!("{by}, {words}"),
                None => words,
            };
            of("rotated", json!({ "old": old, "new": new, "by": by }), words)
        }
        EventKind::RotationFailed { fingerprint, why } => {
            let words = format!("token …{}: {why}", super::super::show::short(fingerprint));
            of("rotation_failed", json!({ "fingerprint": fingerprint, "why": why }), words)
        }
        EventKind::Hook { fingerprint, outcome } => {
            let words = format!("token …{}: {outcome}", super::super::show::short(fingerprint));
            of("hook", json!({ "fingerprint": fingerprint, "outcome": outcome }), words)
        }
        EventKind::Refreshed { old, new } => {
            let words = format!("token …{} → …{}", super::super::show::short(old), super::super::show::short(new));
            of("refreshed", json!({ "old": old, "new": new }), words)
        }
        EventKind::TokenMade { accounts } => of("token_made", json!({ "accounts": accounts }), accounts.join(", ")),
        EventKind::Installation { what, account } => {
            of("installation", json!({ "what": what, "account": account }), format!("{what}: {account}"))
        }
        EventKind::LoginEnded => of("login_ended", json!({}), "the refresh token was refused".to_owned()),
        EventKind::Enabled => of("enabled", json!({}), String::new()),
        EventKind::Disabled => of("disabled", json!({}), String::new()),
        EventKind::Removed { name, fingerprint } => {
            of("removed", json!({ "name": name, "fingerprint": fingerprint }), String::new())
        }
        EventKind::Revoked { fingerprint } => {
            of("revoked", json!({ "fingerprint": fingerprint }), format!("token …{}", super::super::show::short(fingerprint)))
        }
        EventKind::RevocationFailed { fingerprint, why } => {
            let words = format!("token …{}: {why}", super::super::show::short(fingerprint));
            of("revocation_failed", json!({ "fingerprint": fingerprint, "why": why }), words)
        }
        EventKind::Imported { from, fingerprint } => {
            let words = format!("from {from}, token …{}", super::super::show::short(fingerprint));
            of("imported", json!({ "from": from, "fingerprint": fingerprint }), words)
        }
        EventKind::Exported { recipient, fingerprint } => {
            let words = format!("for {recipient}, token …{}", super::super::show::short(fingerprint));
            of("exported", json!({ "recipient": recipient, "fingerprint": fingerprint }), words)
        }
        EventKind::Route { what, route } => of("route", json!({ "what": what, "route": route }), format!("{what}: {route}")),
        EventKind::ClientSet { provider, host, client_id } => {
            let words = format!("{host} ({provider}), client {client_id}");
            of("oauth.set", json!({ "provider": provider, "host": host, "client_id": client_id }), words)
        }
        EventKind::ClientRemoved { provider, host } => {
            of("oauth.removed", json!({ "provider": provider, "host": host }), format!("{host} ({provider})"))
        }
        EventKind::Store { what, detail } => of(what, json!({ "detail": detail }), detail.clone().unwrap_or_default()),
        EventKind::Other { kind, detail } => of(kind, json!({ "detail": detail }), detail.clone()),
    }
}

//! An event by the field names of the Elastic Common Schema, version 8.11 (<https://www.elastic.co/docs/reference/ecs>). What the schema has no name for
//! stands below `gitconn`. `docs/audit.md` says how the hash is recomputed from it.

use serde_json::{Map, Value, json};

use super::event::EventView;
use crate::model::{Connection, EventKind, Verdict, clean};
use crate::ops::Link;

const VERSION: &str = "8.11.0";

/// The schema's words for an event.
struct Sorted {
    category: &'static str,
    what: &'static str,
    outcome: &'static str,
    /// Why it came out so.
    reason: Option<String>,
    /// Of the tokens that it is about.
    fingerprints: Vec<String>,
    /// The host that it names itself.
    domain: Option<String>,
}

impl Sorted {
    fn new(category: &'static str, what: &'static str) -> Self {
        Self { category, what, outcome: "success", reason: None, fingerprints: Vec::new(), domain: None }
    }

    fn failed(self, why: &str) -> Self {
        Self { outcome: "failure", reason: Some(why.to_owned()), ..self }
    }

    fn about<'a>(self, fingerprints: impl IntoIterator<Item = &'a String>) -> Self {
        Self { fingerprints: fingerprints.into_iter().cloned().collect(), ..self }
    }
}

/// Every kind with a category and a type that the schema allows together.
fn sort(kind: &EventKind) -> Sorted {
    match kind {
        EventKind::Created { fingerprint, .. } => Sorted::new("iam", "creation").about(fingerprint),
        EventKind::Store { what, .. } if what == "store.created" => Sorted::new("configuration", "creation"),
        EventKind::Updated { .. } | EventKind::Enabled | EventKind::Disabled | EventKind::Store { .. } => {
            Sorted::new("configuration", "change")
        }
        EventKind::Validated { verdict } => {
            let sorted = Sorted { reason: Some(verdict.to_string()), ..Sorted::new("authentication", "info") };
            match verdict {
                Verdict::Valid => sorted,
                verdict if verdict.is_unknown() => Sorted { outcome: "unknown", ..sorted },
                _ => Sorted { outcome: "failure", ..sorted },
            }
        }
        EventKind::Used { .. } => Sorted::new("authentication", "info"),
        EventKind::Rotated { old, new, .. } | EventKind::Refreshed { old, new } => Sorted::new("iam", "change").about([old, new]),
        EventKind::RotationFailed { fingerprint, why } => Sorted::new("iam", "change").failed(why).about([fingerprint]),
        EventKind::Hook { fingerprint, outcome } if outcome == "done" => Sorted::new("process", "end").about([fingerprint]),
        EventKind::Hook { fingerprint, outcome } => Sorted::new("process", "end").failed(outcome).about([fingerprint]),
        EventKind::TokenMade { .. } => Sorted::new("iam", "creation"),
        EventKind::Installation { what, .. } => match what.as_str() {
            "added" => Sorted::new("iam", "creation"),
            "removed" | "uninstalled" | "forgotten" => Sorted::new("iam", "deletion"),
            _ => Sorted::new("iam", "change"),
        },
        EventKind::LoginEnded => Sorted::new("authentication", "end").failed("the refresh token was refused"),
        EventKind::Removed { fingerprint, .. } => Sorted::new("iam", "deletion").about(fingerprint),
        EventKind::Revoked { fingerprint } => Sorted::new("iam", "deletion").about([fingerprint]),
        EventKind::RevocationFailed { fingerprint, why } => Sorted::new("iam", "deletion").failed(why).about([fingerprint]),
        EventKind::Imported { fingerprint, .. } | EventKind::Exported { fingerprint, .. } => {
            Sorted::new("iam", "info").about([fingerprint])
        }
        EventKind::Route { what, .. } if what == "removed" => Sorted::new("configuration", "deletion"),
        EventKind::Route { .. } => Sorted::new("configuration", "creation"),
        EventKind::ClientSet { host, .. } => Sorted { domain: Some(domain(host)), ..Sorted::new("configuration", "change") },
        EventKind::ClientRemoved { host, .. } => {
            Sorted { domain: Some(domain(host)), ..Sorted::new("configuration", "deletion") }
        }
        // What a newer version means by it, nobody knows here.
        EventKind::Other { .. } => Sorted { outcome: "unknown", ..Sorted::new("configuration", "info") },
    }
}

/// The name of a host without scheme, port and path.
fn domain(host: &str) -> String {
    crate::model::HostUrl::parse(host).map_or_else(|_| host.to_owned(), |host| host.domain().to_owned())
}

/// An event as one document. A field that is not known is left out, as the schema has it.
pub(super) fn document(link: &Link, connection: Option<&Connection>, store_id: &str) -> Value {
    let event = &link.event;
    let view = EventView::from(event);
    let sorted = sort(&event.kind);
    let (user, host) = event.who.rsplit_once('@').unwrap_or((&event.who, ""));
    let named = view.connection.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    let words = if view.words.is_empty() { String::new() } else { format!(": {}", view.words) };
    let detail = serde_json::from_str::<Value>(&link.detail).ok().filter(Value::is_object);
    let mut document = known([
        ("@timestamp", Some(event.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().into())),
        ("message", Some(clean(&format!("{}{named}{words}", view.kind)).into())),
        ("ecs", Some(json!({ "version": VERSION }))),
        ("user", Some(json!({ "name": user }))),
        ("host", Some(host).filter(|host| !host.is_empty()).map(|host| json!({ "name": host }))),
    ]);
    let of_event = known([
        ("id", Some(format!("{store_id}-{}", event.sequence).into())),
        ("kind", Some("event".into())),
        ("category", Some(json!([sorted.category]))),
        ("type", Some(json!([sorted.what]))),
        ("action", Some(view.kind.clone().into())),
        ("outcome", Some(sorted.outcome.into())),
        ("reason", sorted.reason.map(Value::from)),
        ("sequence", Some(event.sequence.into())),
        ("hash", Some(link.hash.clone().into())),
        ("original", Some(link.detail.clone().into())),
        ("provider", Some("gitconn".into())),
        ("module", Some("gitconn".into())),
        ("dataset", Some("gitconn.audit".into())),
    ]);
    document.insert("event".to_owned(), of_event.into());
    if let Some(domain) = sorted.domain.or_else(|| connection.map(|connection| connection.host.domain().to_owned())) {
        document.insert("url".to_owned(), json!({ "domain": domain }));
    }
    let related = known([
        ("user", Some(json!([user]))),
        ("hosts", Some(host).filter(|host| !host.is_empty()).map(|host| json!([host]))),
        ("hash", Some(sorted.fingerprints).filter(|all| !all.is_empty()).map(Value::from)),
    ]);
    document.insert("related".to_owned(), related.into());
    let of_connection = known([
        ("id", event.connection.as_ref().map(|id| id.to_string().into())),
        ("name", event.connection_name.clone().map(Value::from)),
        ("provider", connection.map(|connection| connection.provider.to_string().into())),
    ]);
    let ours = known([
        ("store_id", Some(store_id.into())),
        ("who", Some(event.who.clone().into())),
        ("previous_hash", Some(link.before.clone().into())),
        ("connection", Some(of_connection).filter(|fields| !fields.is_empty()).map(Value::from)),
        ("detail", detail),
    ]);
    document.insert("gitconn".to_owned(), ours.into());
    document.into()
}

/// The fields that are known.
fn known<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

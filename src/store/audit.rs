//! The trail: events, each with a hash that covers the hash of the one before.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};
use serde_json::{Value, json};

use super::rows::{count, millisecond, moment};
use super::seal::{ImageHash, hash};
use super::{Chain, Db, Error};
use crate::model::{Connection, ConnectionId, Event, EventKind, Stamp, Verdict};

/// The hash before the first event there ever was.
pub(super) const GENESIS: ImageHash = [0; 32];
/// What the hashed bytes of an event begin with.
const DOMAIN: &[u8] = b"gitconn event 1";

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// How much of the trail is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retention {
    pub(crate) events: u64,
    /// Counted back from the newest event that is a day old: see [`Db::retain`].
    pub(crate) days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { events: 5_000, days: 400 }
    }
}

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventQuery {
    pub(crate) connection: Option<ConnectionId>,
    /// From then on.
    pub(crate) since: Option<Timestamp>,
    /// Before then.
    pub(crate) until: Option<Timestamp>,
    /// Event kinds by their stored word (`created`, `validated`, `store.created`), or the families of such words (`store`); empty means all.
    pub(crate) kinds: Vec<String>,
    /// At most so many.
    pub(crate) limit: Option<usize>,
}

/// The trail in short, to compare one with another.
#[derive(Debug)]
pub(super) struct Trail {
    pub(super) events: u64,
    /// The number of the newest event there ever was.
    pub(super) last: u64,
    /// Its hash.
    pub(super) hash: Vec<u8>,
    pub(super) broken_at: Option<u64>,
}

/// An event as its row.
pub(super) struct Line {
    pub(super) sequence: u64,
    at: i64,
    who: String,
    connection_id: Option<String>,
    connection_name: Option<String>,
    kind: String,
    /// JSON.
    pub(super) detail: String,
}

impl Line {
    /// The hash of this event: SHA-256 over the hash before and all its fields, each with its length.
    pub(super) fn hash(&self, before: &[u8]) -> ImageHash {
        let mut bytes = Vec::with_capacity(256);
        let mut put = |field: Option<&[u8]>| match field {
            Some(field) => {
                bytes.push(1);
                bytes.extend((field.len() as u64).to_be_bytes());
                bytes.extend(field);
            }
            None => bytes.push(0),
        };
        put(Some(DOMAIN));
        put(Some(before));
        put(Some(&self.sequence.to_be_bytes()));
        put(Some(&self.at.to_be_bytes()));
        put(Some(self.who.as_bytes()));
        put(self.connection_id.as_deref().map(str::as_bytes));
        put(self.connection_name.as_deref().map(str::as_bytes));
        put(Some(self.kind.as_bytes()));
        put(Some(self.detail.as_bytes()));
        hash(&bytes)
    }

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sequence: count(row, "sequence")?,
            at: row.get("at")?,
            who: row.get("who")?,
            connection_id: row.get("connection_id")?,
            connection_name: row.get("connection_name")?,
            kind: row.get("kind")?,
            detail: row.get("detail")?,
        })
    }
}

impl Db {
    /// Appends to the trail.
    pub(crate) fn record(&self, stamp: &Stamp, connection: Option<&Connection>, kind: &EventKind) -> Result<(), Error> {
        let named = connection.map(|connection| (&connection.id, connection.name.as_str()));
        self.append(stamp, named, kind)
    }

    /// Appends to the trail what happened to a connection that may be gone.
    pub(super) fn append(&self, stamp: &Stamp, connection: Option<(&ConnectionId, &str)>, kind: &EventKind) -> Result<(), Error> {
        let append = || {
            let (last, before) = self.end()?;
            let (kind, detail) = write(kind);
            let line = Line {
                sequence: last + 1,
                at: millisecond(stamp.at),
                who: stamp.who.clone(),
                connection_id: connection.map(|(id, _)| id.to_string()),
                connection_name: connection.map(|(_, name)| name.to_owned()),
                kind,
                detail,
            };
            let hash = line.hash(&before);
            self.sqlite.prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?.execute((
                line.sequence.cast_signed(),
                line.at,
                line.who,
                line.connection_id,
                line.connection_name,
                line.kind,
                line.detail,
                hash,
            ))
        };
        append().map(drop).map_err(self.failed())
    }

    /// Number and hash of the newest event.
    fn end(&self) -> rusqlite::Result<(u64, Vec<u8>)> {
        let both = |row: &Row<'_>| Ok((count(row, 0)?, row.get(1)?));
        let newest =
            self.sqlite.prepare_cached("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1")?.query_row([], both);
        match newest.optional()? {
            Some(end) => Ok(end),
            None => self.sqlite.query_row("SELECT dropped_events, dropped_hash FROM meta", [], both),
        }
    }

    /// The trail in short.
    pub(super) fn trail(&self) -> Result<Trail, Error> {
        let Chain { events, broken_at, .. } = self.verify_chain()?;
        let (last, hash) = self.end().map_err(self.failed())?;
        Ok(Trail { events, last, hash, broken_at })
    }

    /// The hash of an event by its number; `None` if there is none, or no more.
    pub(super) fn hash_of(&self, sequence: u64) -> Result<Option<Vec<u8>>, Error> {
        let hash =
            "SELECT hash FROM events WHERE sequence = ?1 UNION ALL SELECT dropped_hash FROM meta WHERE dropped_events = ?1";
        self.sqlite.query_row(hash, [sequence.cast_signed()], |row| row.get(0)).optional().map_err(self.failed())
    }

    /// Events, newest first.
    pub(crate) fn events(&self, query: &EventQuery) -> Result<Vec<Event>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare(
                "SELECT * FROM events WHERE (?1 IS NULL OR connection_id = ?1) AND (?2 IS NULL OR at >= ?2) AND (?5 IS NULL OR at < ?5) \
                 AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(?3) WHERE kind = value OR substr(kind, 1, length(value) + 1) = value || '.')) \
                 ORDER BY sequence DESC LIMIT ?4",
            )?;
            let kinds = (!query.kinds.is_empty()).then(|| super::rows::list(&query.kinds));
            let limit = query.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
            let connection = query.connection.as_ref().map(ConnectionId::as_str);
            let rows = statement
                .query_map((connection, query.since.map(millisecond), kinds, limit, query.until.map(millisecond)), event_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// The kinds of event that the trail holds, by their words.
    pub(crate) fn event_kinds(&self) -> Result<Vec<String>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT DISTINCT kind FROM events ORDER BY kind")?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// Drops the oldest events beyond what is kept; `meta` keeps number and hash of the last one dropped.
    ///
    /// Age is not counted from the clock but from the newest event that is at least a day older than the clock: a clock that is wrong,
    /// however far, takes nothing that would not have gone a day later, unless it stays wrong for more than a day of saves. What was
    /// dated into the future goes with the events beside it.
    pub(super) fn retain(&self, retention: Retention, now: Timestamp) -> Result<(), Error> {
        let retain = || {
            let (last, _) = self.end()?;
            let by_count = last.saturating_sub(retention.events);
            let now = millisecond(now);
            let newest: Option<i64> =
                self.sqlite
                    .query_row("SELECT max(at) FROM events WHERE at <= ?1", [now.saturating_sub(DAY)], |row| row.get(0))?;
            let by_age = match newest {
                // An old event between younger ones (a clock that was slow) stays: the trail has no gaps.
                Some(newest) => {
                    let horizon = newest.saturating_sub(i64::from(retention.days).saturating_mul(DAY));
                    let oldest = "SELECT min(sequence) - 1 FROM events WHERE at BETWEEN ?1 AND ?2";
                    self.sqlite
                        .query_row(oldest, [horizon, now], |row| row.get::<_, Option<i64>>(0))?
                        .map_or(0, i64::cast_unsigned)
                }
                None => 0,
            };
            let cut = by_count.max(by_age);
            let hash: Option<Vec<u8>> = self
                .sqlite
                .query_row("SELECT hash FROM events WHERE sequence = ?1", [cut.cast_signed()], |row| row.get(0))
                .optional()?;
            if let Some(hash) = hash {
                self.sqlite.execute("UPDATE meta SET dropped_events = ?1, dropped_hash = ?2", (cut.cast_signed(), hash))?;
                self.sqlite.execute("DELETE FROM events WHERE sequence <= ?1", [cut.cast_signed()])?;
            }
            Ok(())
        };
        retain().map_err(self.failed())
    }
}

pub(super) fn event_from(row: &Row<'_>) -> rusqlite::Result<Event> {
    let line = Line::from_row(row)?;
    Ok(Event {
        sequence: line.sequence,
        at: moment(row, "at")?,
        who: line.who,
        connection: line.connection_id.map(ConnectionId::from_stored),
        connection_name: line.connection_name,
        kind: read(line.kind, line.detail),
    })
}

/// An event as its word and its JSON.
fn write(kind: &EventKind) -> (String, String) {
    let (word, detail) = match kind {
        EventKind::Created { provider, method, offline, fingerprint } => {
            ("created", json!({ "provider": provider, "method": method, "offline": offline, "fingerprint": fingerprint }))
        }
        EventKind::Updated { fields } => ("updated", json!({ "fields": fields })),
        EventKind::Validated { verdict } => ("validated", json!({ "verdict": verdict.id() })),
        EventKind::Used { purpose, repository, times } => {
            ("used", json!({ "purpose": purpose, "repository": repository, "times": times }))
        }
        EventKind::Rotated { old, new, by } => ("rotated", json!({ "old": old, "new": new, "by": by })),
        EventKind::RotationFailed { fingerprint, why } => ("rotation_failed", json!({ "fingerprint": fingerprint, "why": why })),
        EventKind::Hook { fingerprint, outcome } => ("hook", json!({ "fingerprint": fingerprint, "outcome": outcome })),
        EventKind::Refreshed { old, new } => ("refreshed", json!({ "old": old, "new": new })),
        EventKind::TokenMade { accounts } => ("token_made", json!({ "accounts": accounts })),
        EventKind::Installation { what, account } => ("installation", json!({ "what": what, "account": account })),
        EventKind::LoginEnded => ("login_ended", json!({})),
        EventKind::Enabled => ("enabled", json!({})),
        EventKind::Disabled => ("disabled", json!({})),
        EventKind::Removed { name, fingerprint } => ("removed", json!({ "name": name, "fingerprint": fingerprint })),
        EventKind::Revoked { fingerprint } => ("revoked", json!({ "fingerprint": fingerprint })),
        EventKind::RevocationFailed { fingerprint, why } => {
            ("revocation_failed", json!({ "fingerprint": fingerprint, "why": why }))
        }
        EventKind::Imported { from, fingerprint } => ("imported", json!({ "from": from, "fingerprint": fingerprint })),
        EventKind::Exported { recipient, fingerprint } => {
            ("exported", json!({ "recipient": recipient, "fingerprint": fingerprint }))
        }
        EventKind::Route { what, route } => ("route", json!({ "what": what, "route": route })),
        EventKind::ClientSet { provider, host, client_id } => {
            ("oauth.set", json!({ "provider": provider, "host": host, "client_id": client_id }))
        }
        EventKind::ClientRemoved { provider, host } => ("oauth.removed", json!({ "provider": provider, "host": host })),
        EventKind::Store { what, detail } => (what.as_str(), json!({ "detail": detail })),
        EventKind::Other { kind, detail } => return (kind.clone(), detail.clone()),
    };
    (word.to_owned(), detail.to_string())
}

/// The event that a word and its JSON stand for; what this version does not know is kept as it is.
fn read(kind: String, detail: String) -> EventKind {
    let known = serde_json::from_str::<Value>(&detail).ok().and_then(|value| {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let texts = |name: &str| {
            let all = value.get(name)?.as_array()?;
            Some(all.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect())
        };
        Some(match kind.as_str() {
            "created" => EventKind::Created {
                provider: text("provider")?,
                method: text("method")?,
                offline: value.get("offline")?.as_bool()?,
                fingerprint: text("fingerprint"),
            },
            "updated" => EventKind::Updated { fields: texts("fields")? },
            "validated" => EventKind::Validated { verdict: text("verdict")?.parse::<Verdict>().ok()? },
            "used" => EventKind::Used {
                purpose: text("purpose")?,
                repository: text("repository"),
                times: value.get("times")?.as_u64()?.try_into().ok()?,
            },
            "rotated" => EventKind::Rotated { old: text("old")?, new: text("new")?, by: text("by") },
            "rotation_failed" => EventKind::RotationFailed { fingerprint: text("fingerprint")?, why: text("why")? },
            "hook" => EventKind::Hook { fingerprint: text("fingerprint")?, outcome: text("outcome")? },
            "refreshed" => EventKind::Refreshed { old: text("old")?, new: text("new")? },
            "token_made" => EventKind::TokenMade { accounts: texts("accounts")? },
            "installation" => EventKind::Installation { what: text("what")?, account: text("account")? },
            "login_ended" => EventKind::LoginEnded,
            "enabled" => EventKind::Enabled,
            "disabled" => EventKind::Disabled,
            "removed" => EventKind::Removed { name: text("name")?, fingerprint: text("fingerprint") },
            "revoked" => EventKind::Revoked { fingerprint: text("fingerprint")? },
            "revocation_failed" => EventKind::RevocationFailed { fingerprint: text("fingerprint")?, why: text("why")? },
            "imported" => EventKind::Imported { from: text("from")?, fingerprint: text("fingerprint")? },
            "exported" => EventKind::Exported { recipient: text("recipient")?, fingerprint: text("fingerprint")? },
            "route" => EventKind::Route { what: text("what")?, route: text("route")? },
            "oauth.set" => {
                EventKind::ClientSet { provider: text("provider")?, host: text("host")?, client_id: text("client_id")? }
            }
            "oauth.removed" => EventKind::ClientRemoved { provider: text("provider")?, host: text("host")? },
            what if what.starts_with("store.") => EventKind::Store { what: what.to_owned(), detail: text("detail") },
            _ => return None,
        })
    });
    known.unwrap_or(EventKind::Other { kind, detail })
}

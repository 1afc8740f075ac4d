//! How a file differs from another: what a person looks at before `store accept` and `store restore`.

use std::collections::BTreeMap;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::audit::Trail;
use super::recover::Seen;
use super::seal::hash;
use super::{AppRecord, Backup, ClientRecord, Db, Error, GrantRecord, HostRecord, InstallationRecord, Source, Store};
use crate::model::{Connection, Expiry, permissions_in_words};

/// How a file differs from another.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    /// What it was compared with; `None` if no kept generation opens, and then everything counts as added.
    pub(crate) against: Option<Backup>,
    /// The store and its trail first, then readers, hosts, clients, connections and routes by name.
    pub(crate) changes: Vec<Change>,
    /// The very content that was looked at: only that is accepted or restored.
    pub(crate) seen: Seen,
}

/// What is different about one thing in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) what: What,
    /// A connection's name, a reader's public key, a route, or the address of a host with its provider; `None` for the store itself and its trail.
    pub(crate) name: Option<String>,
    pub(crate) how: How,
    /// Only what differs; of what was added or removed, all there is to say.
    pub(crate) fields: Vec<Field>,
}

/// What it is that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Store,
    Trail,
    /// A key that may read the store.
    Reader,
    Host,
    /// The OAuth client of a host.
    Client,
    Connection,
    /// Which connection serves what.
    Route,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Added,
    Removed,
    Changed,
}

/// A field before and after, as it may be shown: of a secret its fingerprint's end. `None` where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

impl Store {
    /// What [`Store::accept`] would believe: how the file differs from the newest kept generation that opens and is signed.
    pub(crate) fn difference(&self) -> Result<Difference, Error> {
        let present = self.recover(self.place.path())?;
        let before = self.place.backups().into_iter().find_map(|backup| {
            let kept = self.recover(&backup.path).ok()?;
            kept.signed.is_ok().then_some((backup, kept.db))
        });
        let (against, then) = before.unzip();
        Ok(Difference { against, changes: compare(&present.db, then.as_ref())?, seen: present.seen })
    }

    /// What [`Store::restore`] would do to the present file. Of a present file that does not open, everything counts as lost already.
    pub(crate) fn difference_of(&self, from: &Source) -> Result<Difference, Error> {
        let (path, _) = self.locate(from)?;
        let source = self.recover(&path)?;
        let present = self.recover(self.place.path()).ok();
        let changes = compare(&source.db, present.as_ref().map(|present| &present.db))?;
        Ok(Difference { against: None, changes, seen: source.seen })
    }
}

/// What is in `now` and was not, or was not so, in `then`.
fn compare(now: &Db, then: Option<&Db>) -> Result<Vec<Change>, Error> {
    let (new, old) = (contents(now)?, then.map(contents).transpose()?.unwrap_or_default());
    let mut changes = Vec::new();
    for key in new.keys().chain(old.keys().filter(|key| !new.contains_key(*key))) {
        let (new, old) = (new.get(key), old.get(key));
        let fields = differing(old, new);
        let how = match (old, new) {
            (None, _) => How::Added,
            (_, None) => How::Removed,
            _ if fields.is_empty() => continue,
            _ => How::Changed,
        };
        let name = new.or(old).and_then(|item| item.name.clone());
        changes.push(Change { what: key.0, name, how, fields });
    }
    changes.extend(compare_trails(now, then)?);
    changes.sort_by(|one, other| (one.what, &one.name).cmp(&(other.what, &other.name)));
    Ok(changes)
}

/// The trail of a later file of the same store goes on where the one before ended: another number of events is then all that differs.
fn compare_trails(now: &Db, then: Option<&Db>) -> Result<Option<Change>, Error> {
    let (new, old) = (now.trail()?, then.map(Db::trail).transpose()?);
    let goes_on = match &old {
        Some(old) => now.hash_of(old.last)?.is_some_and(|hash| hash == old.hash),
        None => false,
    };
    let facts = |trail: &Trail| {
        // The hash of the newest event stands for all before it.
        let exact = if goes_on { String::new() } else { format!("{:?}", trail.hash) };
        let chain = trail.broken_at.map_or_else(|| "unbroken".to_owned(), |event| format!("broken at event {event}"));
        Item {
            name: None,
            facts: vec![
                Fact::plain("events", trail.events.to_string()),
                Fact { name: "last_hash", shown: Some(ending(&trail.hash)), exact },
                Fact::plain("chain", chain),
            ],
        }
    };
    let fields = differing(old.as_ref().map(facts).as_ref(), Some(&facts(&new)));
    let how = if old.is_some() { How::Changed } else { How::Added };
    Ok((!fields.is_empty()).then_some(Change { what: What::Trail, name: None, how, fields }))
}

/// The facts that are not the same, or that only one has.
fn differing(old: Option<&Item>, new: Option<&Item>) -> Vec<Field> {
    let all = new.or(old).map(|item| item.facts.as_slice()).unwrap_or_default();
    let fields = all.iter().enumerate().map(|(index, fact)| {
        let of = |item: Option<&Item>| item.and_then(|item| item.facts.get(index)).cloned();
        let (old, new) = (of(old), of(new));
        let differs = old.as_ref().map(|fact| &fact.exact) != new.as_ref().map(|fact| &fact.exact);
        let field = Field { name: fact.name, old: old.and_then(|fact| fact.shown), new: new.and_then(|fact| fact.shown) };
        (differs, field)
    });
    // Of what was added or removed, nothing is said of what it does not have.
    let is_both = old.is_some() && new.is_some();
    fields.filter(|(differs, field)| *differs && (is_both || field.old != field.new)).map(|(_, field)| field).collect()
}

/// One thing in a store as facts that can be compared, always in the same order.
struct Item {
    name: Option<String>,
    facts: Vec<Fact>,
}

/// A field: what is compared, and what of it may be shown.
#[derive(Clone)]
struct Fact {
    name: &'static str,
    shown: Option<String>,
    exact: String,
}

impl Fact {
    fn plain(name: &'static str, value: impl Into<Option<String>>) -> Self {
        let shown = value.into().filter(|value| !value.is_empty());
        Self { name, exact: shown.clone().unwrap_or_default(), shown }
    }

    /// A secret by the end of its fingerprint.
    fn secret(name: &'static str, fingerprint: Option<String>) -> Self {
        let shown = fingerprint.as_ref().map(|all| format!("…{}", all.get(all.len().saturating_sub(4)..).unwrap_or_default()));
        Self { name, shown, exact: fingerprint.unwrap_or_default() }
    }
}

/// The end of a hash, as it is shown.
fn ending(hash: &[u8]) -> String {
    let end = hash.get(hash.len().saturating_sub(2)..).unwrap_or_default();
    end.iter().fold("…".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Everything in an image that decides where a token goes, and which token.
fn contents(db: &Db) -> Result<BTreeMap<(What, String), Item>, Error> {
    let meta = db.meta()?;
    let facts = vec![
        Fact::plain("store_id", meta.store_id),
        Fact::plain("home", meta.home),
        Fact::plain("created_at", meta.created_at.to_string()),
        Fact::plain("copy_of", meta.copy_of),
    ];
    let mut items = BTreeMap::from([((What::Store, String::new()), Item { name: None, facts })]);
    for reader in db.readers()? {
        let facts = vec![Fact::plain("name", reader.name.to_string()), Fact::plain("kind", reader.kind.to_string())];
        items.insert((What::Reader, reader.recipient.clone()), Item { name: Some(reader.recipient), facts });
    }
    for host in db.hosts()? {
        let name = format!("{} ({})", host.host, host.provider);
        items.insert((What::Host, name.clone()), Item { name: Some(name), facts: facts_of_host(host) });
    }
    for client in db.clients()? {
        let name = format!("{} ({})", client.host, client.provider);
        items.insert((What::Client, name.clone()), Item { name: Some(name), facts: facts_of_client(client) });
    }
    let names: BTreeMap<_, _> =
        db.connections()?.into_iter().map(|connection| (connection.id, connection.name.to_string())).collect();
    for route in db.routes()? {
        let facts = vec![
            Fact::plain("connection", names.get(&route.connection).cloned()),
            // Of another connection with the same name it would be another route.
            Fact { name: "connection_id", shown: None, exact: route.connection.to_string() },
        ];
        items.insert((What::Route, route.to_string().to_lowercase()), Item { name: Some(route.to_string()), facts });
    }
    for connection in db.connections()? {
        let (id, name) = (connection.id.to_string(), connection.name.to_string());
        // Every connection has the secret that it lives by.
        if connection.is_app() {
            db.app_key(&connection.id)?
        } else {
            db.token(&connection.id)?
        };
        let (secrets, grant) = (facts_of_secrets(&db.fingerprints(&connection.id)?), db.grant(&connection.id)?);
        let app = facts_of_app(db.app(&connection.id)?.as_ref(), &db.installations(&connection.id)?);
        let facts = facts_of(connection, secrets, grant).into_iter().chain(app).collect();
        items.insert((What::Connection, id), Item { name: Some(name), facts });
    }
    Ok(items)
}

/// A connection's secrets. The tokens of its installations count as one fact: there may be many, and each lives for an hour.
fn facts_of_secrets(fingerprints: &[(String, String)]) -> Vec<Fact> {
    let of = |wanted: &str| fingerprints.iter().find(|(kind, _)| kind == wanted).map(|(_, fingerprint)| fingerprint.clone());
    let cached: Vec<String> = fingerprints
        .iter()
        .filter(|(kind, _)| kind.starts_with("installation:"))
        .map(|(kind, fingerprint)| format!("{kind} {fingerprint}"))
        .collect();
    vec![
        Fact::secret("token", of("token")),
        Fact::secret("refresh_token", of("refresh")),
        Fact::secret("private_key", of("private_key")),
        Fact::secret("webhook_secret", of("webhook_secret")),
        Fact {
            name: "cached_tokens",
            shown: Some(cached.len().to_string()).filter(|_| !cached.is_empty()),
            exact: cached.join(", "),
        },
    ]
}

fn facts_of_app(record: Option<&AppRecord>, installations: &[InstallationRecord]) -> Vec<Fact> {
    let app = record.map(|record| &record.app);
    let installed: Vec<String> = installations
        .iter()
        .map(|record| format!("{} ({}, {})", record.installation.account, record.installation.id, record.status()))
        .collect();
    vec![
        Fact::plain("app", app.map(|app| format!("{} ({})", app.slug, app.id))),
        Fact::plain("app_owner", app.map(|app| app.owner.clone())),
        Fact::plain("app_page", app.map(|app| app.page.clone())),
        Fact::plain("issuer", record.map(|record| record.issuer.clone())),
        // Whatever else is known of it is compared, if not shown.
        Fact {
            name: "app_details",
            shown: app.map(|app| permissions_in_words(&app.permissions)),
            exact: app.map(|app| format!("{app:?}")).unwrap_or_default(),
        },
        Fact::plain("takes_all", record.map(|record| record.takes_all.to_string())),
        Fact {
            name: "installations",
            shown: Some(installed.join(", ")).filter(|text| !text.is_empty()),
            // Their pages and permissions too.
            exact: if installations.is_empty() { String::new() } else { format!("{installations:?}") },
        },
    ]
}

fn facts_of(connection: Connection, secrets: Vec<Fact>, grant: Option<GrantRecord>) -> Vec<Fact> {
    let Connection { name, provider, host, auth_method, username, account_id, token_kind, status, is_active, .. } = connection;
    let expiry = match connection.expiry {
        Expiry::At(at) => at.to_string(),
        Expiry::Never => "never".to_owned(),
        Expiry::Unknown => "unknown".to_owned(),
    };
    let front = vec![
        Fact::plain("name", name.to_string()),
        Fact::plain("provider", provider.to_string()),
        Fact::plain("host", host.as_str().to_owned()),
        Fact::plain("username", username),
        Fact::plain("account_id", account_id),
        Fact::plain("account_type", connection.account_type.map(|kind| kind.to_string())),
        Fact::plain("email", connection.email),
        Fact::plain("workspace", connection.workspace),
    ];
    let back = [
        Fact::plain("auth_method", auth_method.to_string()),
        Fact::plain("token_kind", token_kind.map(|kind| kind.to_string())),
        Fact::plain("status", status.to_string()),
        Fact::plain("is_active", is_active.to_string()),
        Fact::plain("expires_at", expiry),
        Fact::plain("auto_renews", connection.auto_renews.to_string()),
        Fact::plain("refresh_expires_at", connection.refresh_expires_at.map(|at| at.to_string())),
        Fact::plain("client_id", grant.map(|grant| grant.client_id)),
        Fact::plain("scopes", connection.scopes.map(|scopes| scopes.join(", "))),
        Fact::plain("tags", connection.tags.join(", ")),
        Fact::plain("description", connection.description),
        // It runs with the token.
        Fact::plain("hook", connection.hook),
        Fact::plain("no_export", connection.no_export.then(|| "true".to_owned())),
    ];
    front.into_iter().chain(secrets).chain(back).collect()
}

fn facts_of_host(host: HostRecord) -> Vec<Fact> {
    let ca = host.ca_pem.as_deref().map(certificates);
    vec![
        Fact::plain("api", host.api.as_str().to_owned()),
        Fact::plain("allow_http", host.allow_http.to_string()),
        Fact { name: "ca", shown: ca, exact: host.ca_pem.unwrap_or_default() },
        Fact::secret("client_key", host.client_pem.map(|pem| pem.fingerprint())),
    ]
}

fn facts_of_client(client: ClientRecord) -> Vec<Fact> {
    vec![
        Fact::plain("client_id", client.client_id),
        Fact::secret("client_secret", client.client_secret.map(|secret| secret.fingerprint())),
    ]
}

/// Certificates by their fingerprints, as `openssl x509 -fingerprint -sha256` has them but for the colons.
fn certificates(pem: &str) -> String {
    let hexadecimal = |bytes: &[u8]| hash(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let all: Vec<String> =
        CertificateDer::pem_slice_iter(pem.as_bytes()).flatten().map(|certificate| hexadecimal(&certificate)).collect();
    if all.is_empty() { format!("no certificate ({})", hexadecimal(pem.as_bytes())) } else { all.join(", ") }
}

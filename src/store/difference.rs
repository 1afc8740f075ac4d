//! How the file differs from a kept generation: what a person looks at before `store accept`.

use std::collections::BTreeMap;

use super::{Backup, Db, Error, Source, Store};
use crate::model::Connection;

/// How the present file differs from a kept generation.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    /// What it was compared with; `None` if no kept generation opens, and then everything counts as added.
    pub(crate) against: Option<Backup>,
    /// Sorted by name.
    pub(crate) changes: Vec<(String, Change)>,
}

/// What is different about a connection or host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Removed,
    /// The fields by their names; `token` if the secret itself is another.
    Changed(Vec<&'static str>),
}

impl Store {
    /// What [`Store::accept`] would believe: how the connections and hosts in the file differ from those of the newest kept generation
    /// that opens.
    pub(crate) fn difference(&self) -> Result<Difference, Error> {
        let present = self.recover(self.place.path())?;
        let before = self.place.backups().into_iter().find_map(|backup| {
            let kept = self.recover(&backup.path).ok()?;
            (kept.signed.is_ok() && kept.store_id == present.store_id).then_some((backup, kept.db))
        });
        let (against, then) = match before {
            Some((backup, db)) => (Some(backup), contents(&db)?),
            None => (None, BTreeMap::new()),
        };
        Ok(Difference { against, changes: compare(&contents(&present.db)?, &then) })
    }

    /// What [`Store::restore`] would do to the connections and hosts of the present file. Of a present file that does not open, everything counts
    /// as lost already.
    pub(crate) fn difference_of(&self, from: &Source) -> Result<Difference, Error> {
        let (path, _) = self.locate(from)?;
        let now = contents(&self.recover(&path)?.db)?;
        let then = match self.recover(self.place.path()) {
            Ok(present) => contents(&present.db)?,
            Err(_) => BTreeMap::new(),
        };
        Ok(Difference { against: None, changes: compare(&now, &then) })
    }
}

/// What is in `now` and was not, or was not so, in `then`. Sorted by name.
fn compare(now: &BTreeMap<String, Item>, then: &BTreeMap<String, Item>) -> Vec<(String, Change)> {
    let mut changes = Vec::new();
    for key in now.keys().chain(then.keys().filter(|key| !now.contains_key(*key))) {
        let change = match (now.get(key), then.get(key)) {
            (Some(now), Some(then)) => {
                let differing = now.fields.iter().zip(&then.fields).filter(|(now, then)| now != then);
                let fields: Vec<_> = differing.map(|((name, _), _)| *name).collect();
                (!fields.is_empty()).then_some(Change::Changed(fields))
            }
            (Some(_), None) => Some(Change::Added),
            (None, _) => Some(Change::Removed),
        };
        let named = now.get(key).or_else(|| then.get(key)).map(|item| item.name.clone());
        changes.extend(named.zip(change));
    }
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    changes
}

/// A connection or host as fields that can be compared.
struct Item {
    name: String,
    fields: Vec<(&'static str, String)>,
}

/// Everything in an image that decides where a token goes.
fn contents(db: &Db) -> Result<BTreeMap<String, Item>, Error> {
    let mut items = BTreeMap::new();
    for connection in db.connections()? {
        let token = db.token(&connection.id)?.fingerprint();
        let Connection { id, name, provider, host, auth_method, username, expiry, is_active, status, tags, .. } = connection;
        let fields = vec![
            ("name", name.to_string()),
            ("provider", provider.to_string()),
            ("host", host.to_string()),
            ("auth_method", auth_method.to_string()),
            ("username", username.unwrap_or_default()),
            ("token", token),
            ("status", status.to_string()),
            ("is_active", is_active.to_string()),
            ("expires_at", format!("{expiry:?}")),
            ("tags", tags.join(",")),
        ];
        items.insert(format!("connection {id}"), Item { name: name.to_string(), fields });
    }
    for host in db.hosts()? {
        let fields = vec![
            ("api", host.api.to_string()),
            ("ca_pem", host.ca_pem.unwrap_or_default()),
            ("client_pem", host.client_pem.map(|pem| pem.fingerprint()).unwrap_or_default()),
            ("allow_http", host.allow_http.to_string()),
        ];
        items.insert(
            format!("host {} {}", host.host, host.provider),
            Item { name: format!("{} ({})", host.host, host.provider), fields },
        );
    }
    Ok(items)
}

//! Taking a connection away, at the provider too if that is wanted.

use super::{Error, Session, live, resolve};
use crate::config::Origin;
use crate::model::{Connection, EventKind};
use crate::provider::{self, RevokeBy, Revoked};
use crate::store::{Keep, Store};

/// What is to go.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) connection: Connection,
    /// What depends on it, in words.
    pub(crate) by: Vec<String>,
    /// Other connections that hold the same token.
    pub(crate) twins: Vec<String>,
    /// How its token can be revoked.
    pub(crate) revoke_by: RevokeBy,
}

/// The connection that is to go, what depends on it, and how its token dies.
pub(crate) fn plan(session: &Session<'_>, store: &Store, typed: &str) -> Result<Plan, Error> {
    let view = store.read()?;
    let connection = resolve::named(&view, typed)?;
    let mut by = Vec::new();
    if let Some(setting) = session.config().connection()
        && let Origin::File(path) = &setting.origin
        && view.find(&setting.value)?.is_some_and(|default| default.id == connection.id)
    {
        by.push(format!("the setting `connection` in `{}`", path.display()));
    }
    let revoke_by = provider::kind(connection.provider).revoke_by(&connection.host, connection.auth_method);
    let is_twin = |other: &Connection| other.id != connection.id && other.fingerprint == connection.fingerprint;
    let twins = view.connections()?.into_iter().filter(is_twin).map(|other| other.name.to_string()).collect();
    Ok(Plan { connection, by, twins, revoke_by })
}

/// Revokes the token at its provider, once.
pub(crate) async fn revoke(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<Revoked, Error> {
    let revoked = {
        let view = store.read()?;
        let provider = live::provider(session, &view, connection)?;
        provider.revoke().await?
    };
    let stamp = session.stamp();
    let event = EventKind::Revoked { fingerprint: connection.fingerprint.clone() };
    let saved = store.change(&stamp, Keep::Nothing, |db| {
        // The token is dead wherever it is held.
        for mut current in db.connections()?.into_iter().filter(|current| current.fingerprint == connection.fingerprint) {
            current.status = crate::model::Status::Revoked;
            current.updated_at = stamp.at;
            db.update(&current)?;
        }
        Ok::<_, Error>(db.record(&stamp, Some(connection), &event)?)
    })?;
    let () = saved.value;
    Ok(revoked)
}

/// Takes the connection out of the store, and what depends on it.
pub(crate) fn remove(session: &Session<'_>, store: &Store, connection: &Connection, cascade: bool) -> Result<bool, Error> {
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let current = resolve::named(db, connection.id.as_str())?;
        db.record(&stamp, Some(&current), &EventKind::Removed { name: current.name.to_string() })?;
        Ok::<_, Error>(db.remove(&current.id)?)
    })?;
    if cascade {
        let _ = session.config().unset("connection")?;
    }
    Ok(saved.durable)
}

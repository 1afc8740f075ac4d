//! Taking a connection away, at the provider too if that is wanted.

use super::{Error, Session, apps, clients, live, resolve, routes};
use crate::config::Origin;
use crate::model::{Connection, EventKind, OAuthClient, TokenEnd};
use crate::oauth::Server;
use crate::provider::{self, Identity, RevokeBy, Revoked};
use crate::secret::Secret;
use crate::store::{Keep, Store};

/// What is to go.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) connection: Connection,
    /// What depends on it, in words.
    pub(crate) by: Vec<String>,
    /// Whether a setting makes it the default connection.
    pub(crate) is_default: bool,
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
    let is_default = !by.is_empty();
    by.extend(routes::to(&view, &connection)?.iter().map(|route| format!("the route `{route}`")));
    let revoke_by = match apps::keys_page(&view, &connection)? {
        // A private key dies on the app's page alone; the tokens made with it die within the hour.
        Some(page) => RevokeBy::Page(page),
        None => provider::kind(connection.provider).revoke_by(&connection),
    };
    let is_twin = |other: &Connection| other.id != connection.id && other.fingerprint == connection.fingerprint;
    let twins = view.connections()?.into_iter().filter(is_twin).map(|other| other.name.to_string()).collect();
    Ok(Plan { connection, by, is_default, twins, revoke_by })
}

/// Revokes the token at its provider, once.
pub(crate) async fn revoke(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<Revoked, Error> {
    let revoked = if let Some((server, client, token)) = login(session, store, connection)? {
        server.revoke(&client, &token).await.map_err(|error| Error::oauth(error, connection))?;
        Revoked::Done
    } else {
        let (door, tokens) = {
            let view = store.read()?;
            // The one before it, while a rotation is not finished, is no use to anybody either.
            let pair =
                [Some(view.token(&connection.id)?), view.refresh_token(&connection.id)?, view.previous_token(&connection.id)?];
            (live::Door::stored(&view, connection)?, pair)
        };
        let mut revoked = Ok(Revoked::Done);
        for token in tokens.into_iter().flatten() {
            let one = door.open(session.http(), Identity::of(connection), token)?.revoke().await;
            // That one of the two is dead is to be known, whatever becomes of the other.
            revoked = match (revoked, one) {
                (Ok(Revoked::Accepted), Err(error)) => {
                    tracing::warn!(%error, "the second token was not revoked");
                    Ok(Revoked::Accepted)
                }
                (_, one) => one,
            };
        }
        revoked?
    };
    let stamp = session.stamp();
    let event = EventKind::Revoked { fingerprint: connection.fingerprint.clone() };
    let saved = store.change(&stamp, Keep::Nothing, |db| {
        // The token is dead wherever it is held.
        for mut current in db.connections()?.into_iter().filter(|current| current.fingerprint == connection.fingerprint) {
            current.status = crate::model::Status::Revoked;
            current.validation_error = None;
            current.updated_at = stamp.at;
            db.update(&current)?;
        }
        db.bury(&connection.fingerprint, stamp.at)?;
        Ok::<_, Error>(db.record(&stamp, Some(connection), &event)?)
    })?;
    let () = saved.value;
    Ok(revoked)
}

/// Who revokes a token of a login, where that is the authorization server and not the API: the server, the client, and the token that takes the
/// other one of its pair along.
fn login(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<Option<(Server, OAuthClient, Secret)>, Error> {
    let view = store.read()?;
    let Some(grant) = view.grant(&connection.id)? else { return Ok(None) };
    let endpoints = provider::kind(connection.provider).oauth(&connection.host, Some(&grant.client_id));
    if endpoints.revoke.is_none() {
        return Ok(None);
    }
    let client = clients::of_grant(session.env(), &view, connection, &grant, &endpoints)?;
    let token = match view.refresh_token(&connection.id)? {
        Some(refresh) => refresh,
        None => view.token(&connection.id)?,
    };
    let trust = live::Door::stored(&view, connection)?.trust;
    let server = Server::new(session.http(), endpoints, &trust).map_err(|error| Error::oauth(error, connection))?;
    Ok(Some((server, client, token)))
}

/// Takes the connection out of the store with its routes, and the setting that names it where `unset` says so.
pub(crate) fn remove(session: &Session<'_>, store: &Store, connection: &Connection, unset: bool) -> Result<bool, Error> {
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let current = resolve::named(db, connection.id.as_str())?;
        let (name, fingerprint) = (current.name.to_string(), Some(current.fingerprint.clone()));
        db.retire(&current, TokenEnd::Removed, stamp.at)?;
        db.record(&stamp, Some(&current), &EventKind::Removed { name, fingerprint })?;
        db.remove(&current.id)?;
        Ok::<_, Error>(db.meta()?.store_id)
    })?;
    store.forget_rescued(&saved.value, &connection.id)?;
    if unset {
        let _ = session.config().unset("connection")?;
    }
    Ok(saved.durable)
}

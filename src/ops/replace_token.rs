//! A new credential in place of a connection's old one, pasted or from a login: asked about first, of the same account, and only then stored. The
//! connection keeps its id, name and history.

use super::apps::AppError;
use super::clients;
use super::connect::unknown_end;
use super::guide;
use super::live::Door;
use super::login::Place;
use super::offered::Offered;
use super::{Error, Said, Session, validate};
use crate::model::{AuthMethod, Connection, EventKind, Expiry, Status, TokenEnd, Verdict};
use crate::provider::{self, Known, Probe, Warning};
use crate::store::{Keep, Store};

/// What became of it.
#[derive(Debug)]
pub(crate) struct Replaced {
    /// As it is now.
    pub(crate) connection: Connection,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) durable: bool,
}

/// A connection, where its owner logs in again (as the client that is known there now), and the scopes that were asked for the last time.
///
/// # Errors
///
/// `Error::NoClient` if none is.
pub(crate) fn again(
    session: &Session<'_>,
    store: &Store,
    typed: &str,
) -> Result<(Connection, Place, Option<Vec<String>>), Error> {
    let view = store.read()?;
    let connection = super::resolve::named(&view, typed)?;
    refuse_app(&connection)?;
    let (provider, host) = (connection.provider, connection.host.clone());
    let known = clients::of_host(session.env(), &view, provider, &host)?
        .ok_or_else(|| Error::NoClient(Box::new(guide::guide(provider, &host))))?;
    let trust = Door::stored(&view, &connection)?.trust;
    let scopes = view.grant(&connection.id)?.and_then(|grant| grant.requested);
    Ok((connection, Place::new(provider, host, trust, known), scopes))
}

/// Puts what is offered in place of the connection's credential.
///
/// # Errors
///
/// `Error::NotStored` if the provider refuses it or cannot be asked; `Error::Usage` for another account, unless that is allowed.
pub(crate) async fn replace(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    offered: Offered,
    said: Said,
    allow_account_change: bool,
) -> Result<Replaced, Error> {
    refuse_app(connection)?;
    let token = offered.access();
    if token.fingerprint() == connection.fingerprint {
        return Err(Error::Usage(format!("this is the token that `{}` has already", connection.name)));
    }
    let kind = provider::kind(connection.provider);
    let shape = offered.shape(|token| Ok(kind.shape(token, &connection.host)?))?;
    let said = said.or_of(connection, &shape);
    said.check(kind, &shape)?;
    let door = Door::stored(&*store.read()?, connection)?;
    let probe = door.open(session.http(), said.identity(&shape), token.clone())?.probe(&Known::default()).await;
    if probe.verdict != Verdict::Valid {
        return Err(Error::NotStored { probe: Box::new(probe), offline: false });
    }
    if let (Some(old), Some(new)) = (&connection.username, &probe.username)
        && !is_same_account(connection, &probe)
        && !allow_account_change
    {
        let new = crate::model::clean(new);
        return Err(Error::Usage(format!(
            "the new token is of `{new}`, `{}` is of `{old}` (--allow-account-change takes it)",
            connection.name
        )));
    }
    let mut warnings = offered.warnings(kind, &probe);
    warnings.extend(shape.doubts.iter().map(|doubt| Warning { text: doubt.clone(), hint: None }));
    let scopes = offered.grant().map_or_else(|| probe.scopes.clone(), |grant| grant.scopes(probe.scopes.clone()));
    warnings.extend(lost_scopes(kind, connection, shape.method, scopes.as_ref()));
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let mut current = super::resolve::named(db, connection.id.as_str())?;
        let event =
            EventKind::Rotated { old: current.fingerprint.clone(), new: token.fingerprint(), by: Some(offered.by().to_owned()) };
        db.retire(&current, TokenEnd::Replaced, stamp.at)?;
        current.fingerprint = token.fingerprint();
        current.rotated_at = Some(stamp.at);
        current.status = Status::Active;
        current.auth_method = shape.method;
        current.token_kind = shape.kind;
        // What was known of the old token says nothing of the new one.
        current.expiry = said.expires_at.map_or(Expiry::Unknown, Expiry::At);
        current.email.clone_from(&said.email);
        current.workspace.clone_from(&said.workspace);
        current.scopes = None;
        validate::learn(&mut current, &probe, &stamp);
        current.scopes = scopes;
        db.set_token(&current.id, token)?;
        // A renewal that was begun with the old one is nobody's business any more.
        db.clear_intent(&current.id)?;
        if db.previous_token(&current.id)?.is_some() {
            let text = "the token from before the last rotation is not ended: it lives on".to_owned();
            warnings.push(Warning { text, hint: None });
        }
        db.clear_rotation(&current.id)?;
        if let Some(grant) = offered.grant() {
            current.expiry = grant.expiry(probe.expiry).unwrap_or(current.expiry);
            current.auto_renews = grant.pair.refresh.is_some();
            current.refresh_expires_at = grant.pair.refresh_expires_at;
            grant.keep(db, &current.id)?;
        } else {
            current.auto_renews = false;
            current.refresh_expires_at = None;
            db.set_refresh_token(&current.id, None)?;
            db.remove_grant(&current.id)?;
        }
        warnings.extend(unknown_end(&current, &shape));
        db.update(&current)?;
        db.record(&stamp, Some(&current), &event)?;
        db.record(&stamp, Some(&current), &EventKind::Validated { verdict: probe.verdict })?;
        Ok::<_, Error>((current, db.meta()?.store_id))
    })?;
    let (current, store_id) = saved.value;
    // A pair of the login before is nothing to come back to.
    store.forget_rescued(&store_id, &current.id)?;
    Ok(Replaced { connection: current, warnings, durable: saved.durable })
}

/// An app has no token that another could take the place of.
fn refuse_app(connection: &Connection) -> Result<(), Error> {
    if connection.is_app() {
        return Err(AppError::IsAnApp { name: connection.name.to_string() }.into());
    }
    Ok(())
}

/// Which of the old token's scopes a new one of this method lacks, for a warning.
pub(super) fn lost_scopes(
    kind: &dyn provider::Kind,
    connection: &Connection,
    method: AuthMethod,
    scopes: Option<&Vec<String>>,
) -> Option<Warning> {
    // Methods may have words of their own for the same things.
    let old = connection.scopes.as_ref().filter(|_| method == connection.auth_method)?;
    let lost = kind.lacks(old, scopes?);
    (!lost.is_empty())
        .then(|| Warning { text: format!("the new token lacks what the old one had: {}", lost.join(", ")), hint: None })
}

/// By the provider's own id where both are known: a login may be renamed. What a project or group owns has an account for each token.
pub(super) fn is_same_account(connection: &Connection, probe: &Probe) -> bool {
    let kind = provider::kind(connection.provider);
    if let (Some(old), Some(new)) = (&connection.username, &probe.username)
        && kind.is_same_owner(old, new)
    {
        return true;
    }
    match (&connection.account_id, &probe.account_id) {
        (Some(old), Some(new)) => old == new,
        _ => {
            connection.username.as_ref().map(|name| name.to_lowercase())
                == probe.username.as_ref().map(|name| name.to_lowercase())
        }
    }
}

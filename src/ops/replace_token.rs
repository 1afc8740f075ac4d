//! A new token in place of a connection's old one: asked about first, of the same account, and only then stored.

use super::live::Door;
use super::{Error, Session, validate};
use crate::model::{Connection, EventKind, Expiry, Status, Verdict};
use crate::provider::{self, Known, Probe, Warning};
use crate::secret::Secret;
use crate::store::{Keep, Store};

/// What became of it.
#[derive(Debug)]
pub(crate) struct Replaced {
    pub(crate) warnings: Vec<Warning>,
    pub(crate) durable: bool,
}

/// Puts `token` in place of the connection's token.
///
/// # Errors
///
/// `Error::NotStored` if the provider refuses it or cannot be asked; `Error::Usage` for another account, unless that is allowed.
pub(crate) async fn replace(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    token: Secret,
    allow_account_change: bool,
) -> Result<Replaced, Error> {
    if token.fingerprint() == connection.fingerprint {
        return Err(Error::Usage(format!("this is the token that `{}` has already", connection.name)));
    }
    let kind = provider::kind(connection.provider);
    let shape = kind.shape(&token, &connection.host)?;
    let door = Door::stored(&*store.read()?, connection)?;
    let probe = door.open(session.http(), token.clone())?.probe(&Known::default()).await;
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
    let mut warnings = kind.scope_warnings(&probe);
    warnings.extend(shape.doubts.iter().map(|doubt| Warning { text: doubt.clone(), hint: None }));
    if let (Some(old), Some(new)) = (&connection.scopes, &probe.scopes) {
        let lost: Vec<&str> = old.iter().filter(|scope| !new.contains(scope)).map(String::as_str).collect();
        if !lost.is_empty() {
            warnings.push(Warning { text: format!("the new token lacks what the old one had: {}", lost.join(", ")), hint: None });
        }
    }
    let stamp = session.stamp();
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let mut current = super::resolve::named(db, connection.id.as_str())?;
        let event = EventKind::Rotated { old: current.fingerprint.clone(), new: token.fingerprint() };
        current.fingerprint = token.fingerprint();
        current.rotated_at = Some(stamp.at);
        current.status = Status::Active;
        current.auth_method = shape.method;
        current.token_kind = shape.kind;
        // What was known of the old token says nothing of the new one.
        current.expiry = Expiry::Unknown;
        current.scopes = None;
        validate::learn(&mut current, &probe, &stamp);
        db.set_token(&current.id, &token)?;
        db.update(&current)?;
        db.record(&stamp, Some(&current), &event)?;
        Ok::<_, Error>(db.record(&stamp, Some(&current), &EventKind::Validated { verdict: probe.verdict })?)
    })?;
    let () = saved.value;
    Ok(Replaced { warnings, durable: saved.durable })
}

/// By the provider's own id where both are known: a login may be renamed.
fn is_same_account(connection: &Connection, probe: &Probe) -> bool {
    match (&connection.account_id, &probe.account_id) {
        (Some(old), Some(new)) => old == new,
        _ => {
            connection.username.as_ref().map(|name| name.to_lowercase())
                == probe.username.as_ref().map(|name| name.to_lowercase())
        }
    }
}

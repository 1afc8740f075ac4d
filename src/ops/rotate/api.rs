//! A rotation by API: proved, noted, asked once, saved (reliability §3.5). Everything here happens under the connection's lock.

use super::super::live::Door;
use super::super::{Error, Session, resolve, validate};
use super::keep::{self, New};
use super::settle::{self, Care, Settling};
use super::{Order, Plan, RotateError, Way, ask, at_home};
use crate::model::{Connection, EventKind, OldToken, Rotation, RotationStep, RotationWay, Verdict};
use crate::ops::unblocked;
use crate::provider::{Error as ProviderError, Identity, Issued, NewToken, Probe, Provider};
use crate::secret::Secret;
use crate::store::{Error as StoreError, Store, View};

/// What came of it.
pub(super) enum Made {
    /// The new token is saved; what comes after is `finish`'s.
    Saved,
    /// Somebody else has put another token in place meanwhile: nothing was asked.
    Elsewhere,
}

/// Has a new token made for a connection and saves it. The caller holds the connection's lock.
pub(super) async fn rotate(session: &Session<'_>, store: &Store, plan: &Plan, order: &Order) -> Result<Made, Error> {
    let id = &plan.connection.id;
    match settle::settle_locked(session, store, id, Care::Rotate).await? {
        Settling::Nothing | Settling::DidNotHappen => {}
        Settling::TakenIn => return Ok(Made::Saved),
        Settling::Lost(error) | Settling::Orphan(error) => return Err(error.into()),
        Settling::Unsure(probe) => {
            return Err(RotateError::Unchecked { name: plan.connection.name.to_string(), probe }.into());
        }
    }
    let view = store.read()?;
    let connection = resolve::named(&view, id.as_str())?;
    if connection.fingerprint != plan.connection.fingerprint {
        return Ok(Made::Elsewhere);
    }
    at_home(store, &view, &connection)?;
    let token = view.token(id)?;
    let scopes = prove_alive(session, store, &connection, token.clone()).await?;
    let client = super::reset_client(session, &view, &connection)?;
    let wanted =
        NewToken { label: plan.label.clone(), scopes, expires_on: order.expires_on, may_be_earlier: !order.is_said, client };
    let asked = asked(session, plan, order, &connection);
    // Somebody wants this run to end: nothing more is begun.
    session.shield().unless_closed().await;
    // From here until it is saved, an interruption would cost the token.
    let _held = session.shield().hold();
    if !note(session, store, &connection, &asked).await? {
        return Ok(Made::Elsewhere);
    }
    let made = match order_at(session, store, &view, plan, &connection, token.clone(), &wanted).await {
        Ok(issued) => issued,
        Err(Error::Provider(error)) if error.may_have_happened() => {
            return Err(after_silence(session, store, &connection, &asked, token, error).await);
        }
        Err(error) => {
            settle::forget(session, store, id, &asked, &crate::model::clean(&error.to_string())).await?;
            return Err(declined(&connection, order, error));
        }
    };
    let (new, issued) = (New { issued: made.clone(), old: connection.fingerprint.clone() }, made.token);
    let store_id = view.header().store_id.clone();
    match keep::save(store, &store_id, &connection, new, asked.clone(), session.stamp()).await {
        Ok(Some(_)) => Ok(Made::Saved),
        Ok(None) | Err(Error::Store(StoreError::Gone)) => Err(overtaken(session, store, &view, &connection, issued).await),
        Err(error) => Err(error),
    }
}

/// Writes down what is about to happen, which also proves that the store can be saved. False if the connection has another token by now, or is gone.
async fn note(session: &Session<'_>, store: &Store, connection: &Connection, asked: &Rotation) -> Result<bool, Error> {
    let note = asked.clone();
    let noted = unblocked::change(store, session.stamp(), move |db, _| {
        let is_as_it_was = db.find(note.connection.as_str())?.is_some_and(|now| now.fingerprint == note.fingerprint);
        if is_as_it_was {
            db.put_rotation(&note)?;
        }
        Ok(is_as_it_was)
    });
    let name = || connection.name.to_string();
    noted.await.map_err(|source| RotateError::Unsavable { name: name(), source: Box::new(source) }.into())
}

/// Somebody has put another token in place, or removed the connection, while this one was made: nobody wants it.
async fn overtaken(session: &Session<'_>, store: &Store, view: &View, connection: &Connection, issued: Secret) -> Error {
    let door = match Door::stored(view, connection) {
        Ok(door) => door.open(session.http(), Identity::of(connection), issued),
        Err(error) => Err(error),
    };
    let is_ended = match door {
        Ok(provider) => provider.revoke().await.is_ok(),
        Err(_) => false,
    };
    let id = connection.id.clone();
    let cleared = unblocked::change(store, session.stamp(), move |db, _| db.clear_rotation(&id)).await;
    if let Err(error) = cleared {
        tracing::warn!(%error, "the note of a rotation that was overtaken stays");
    }
    RotateError::Overtaken { name: connection.name.to_string(), is_ended }.into()
}

/// Fails unless the provider says that the token lives: a dead one is not presented for rotation. Returns what it may do.
async fn prove_alive(session: &Session<'_>, store: &Store, connection: &Connection, token: Secret) -> Result<Vec<String>, Error> {
    let probe = ask::is_alive(session, store, connection, token).await?;
    let name = connection.name.to_string();
    if probe.verdict.is_unknown() {
        return Err(RotateError::Unchecked { name, probe: Box::new(probe) }.into());
    }
    if probe.verdict.is_dead() {
        learn(session, store, connection, &probe).await;
        return Err(RotateError::Dead { name, probe: Box::new(probe) }.into());
    }
    Ok(probe.scopes.or_else(|| connection.scopes.clone()).unwrap_or_default())
}

/// Keeps that a token is dead, so that nobody plans with it again. That it could not be kept is no reason to say something else.
async fn learn(session: &Session<'_>, store: &Store, connection: &Connection, probe: &Probe) {
    let (seen, found) = (connection.clone(), probe.clone());
    let kept = unblocked::change(store, session.stamp(), move |db, stamp| match validate::put(db, &seen, &found, stamp)? {
        Some(current) => db.record(stamp, Some(&current), &EventKind::Validated { verdict: found.verdict }),
        None => Ok(()),
    });
    if let Err(error) = kept.await {
        tracing::warn!(%error, "that a token is dead was not kept");
    }
}

/// What is about to happen, as it is noted.
fn asked(session: &Session<'_>, plan: &Plan, order: &Order, connection: &Connection) -> Rotation {
    let (way, old, maker) = match &plan.way {
        Way::Overlap { maker } => {
            let maker = maker.as_ref().map(|maker| maker.id.clone());
            (RotationWay::Overlap, order.fate(OldToken::Revoke), maker)
        }
        _ => (RotationWay::AtOnce, OldToken::Dead, None),
    };
    let stamp = session.stamp();
    Rotation {
        connection: connection.id.clone(),
        way,
        step: RotationStep::Asked,
        fingerprint: connection.fingerprint.clone(),
        label: (way == RotationWay::Overlap).then(|| plan.label.clone()),
        maker,
        old,
        hook: order.hook_of(connection),
        who: stamp.who,
        at: stamp.at,
    }
}

/// The one call.
async fn order_at(
    session: &Session<'_>,
    store: &Store,
    view: &View,
    plan: &Plan,
    connection: &Connection,
    token: Secret,
    wanted: &NewToken,
) -> Result<Issued, Error> {
    let own = ask::provider(session, store, connection, token)?;
    let Way::Overlap { maker: Some(maker) } = &plan.way else { return Ok(own.rotate(wanted).await?) };
    let facts = own.facts().await?;
    let maker = owner(session, store, view, maker).await?;
    Ok(maker.make_beside(connection, &facts, wanted).await?)
}

/// The provider of a connection that may make tokens for others.
async fn owner(session: &Session<'_>, store: &Store, view: &View, maker: &Connection) -> Result<Box<dyn Provider>, Error> {
    let token = if maker.auto_renews { session.renewer(store).live(&maker.id).await? } else { view.token(&maker.id)? };
    ask::provider(session, store, maker, token)
}

/// Ends the tokens that were made under a label and that nobody received.
pub(super) async fn end_unclaimed(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    open: &Rotation,
    label: &str,
) -> Result<usize, Error> {
    let view = store.read()?;
    let provider = match &open.maker {
        Some(maker) => owner(session, store, &view, &resolve::named(&view, maker.as_str())?).await?,
        None => ask::provider(session, store, connection, view.token(&connection.id)?)?,
    };
    Ok(provider.end_unclaimed(connection, label).await?)
}

/// The provider has said why not, or was never reached: nothing has changed.
fn declined(connection: &Connection, order: &Order, error: Error) -> Error {
    match error {
        Error::Provider(error) => {
            let is_too_far =
                order.is_said && matches!(&error, ProviderError::NotAccepted { why, .. } if why.contains("must be before"));
            RotateError::Declined { name: connection.name.to_string(), is_too_far, error: Box::new(error) }.into()
        }
        other => other,
    }
}

/// No usable answer: the question whether the old token lives tells what happened. Nothing is asked for a second time.
async fn after_silence(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    asked: &Rotation,
    token: Secret,
    error: ProviderError,
) -> Error {
    let unsure = |error| RotateError::Unsure {
        name: connection.name.to_string(),
        host: connection.host.to_string(),
        error: Box::new(error),
    };
    let verdict = match ask::is_alive(session, store, connection, token).await {
        Ok(probe) => probe.verdict,
        Err(_) => Verdict::Unreachable,
    };
    if verdict.is_unknown() {
        return unsure(error).into();
    }
    if verdict.is_dead() && asked.way == RotationWay::AtOnce {
        return match settle::lost(session, store, connection, asked, Some(error)).await {
            Ok(lost) => lost.into(),
            Err(other) => other,
        };
    }
    let ended = match &asked.label {
        Some(label) => match end_unclaimed(session, store, connection, asked, label).await {
            Ok(ended) => ended,
            // The note stays, and with it the label: whoever comes next looks again.
            Err(_) => return unsure(error).into(),
        },
        None => 0,
    };
    // Without an answer of its own (a proxy's is none) the provider may still be at it: the note stays for the next command to look again.
    let has_answered = matches!(&error, ProviderError::Unintelligible { answered, .. } if answered.status == 500);
    if has_answered
        && let Err(other) =
            settle::forget(session, store, &connection.id, asked, "the old token still works: it did not happen").await
    {
        return other;
    }
    let (name, host) = (connection.name.to_string(), connection.host.to_string());
    RotateError::DidNotHappen { name, host, ended, error: Box::new(error) }.into()
}

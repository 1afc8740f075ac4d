//! Rotating many: side by side over all hosts, one after another at each.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::super::{Error, Session, resolve, unblocked};
use super::api::{self, Made};
use super::finish::{self, Finished};
use super::settle::{self, Care, Settling};
use super::{Order, Plan, RotateError, Way};
use crate::model::{Connection, ConnectionId, OldToken, Rotation, RotationStep, RotationWay};
use crate::store::{ConnectionLock, Store};

/// How long one process waits for another that rotates the same connection.
const PATIENCE: Duration = Duration::from_secs(45);

/// What became of one connection.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It has a new token.
    Rotated(Box<Finished>),
    /// What an earlier run had begun is finished.
    Resumed(Box<Finished>),
    /// Its login was renewed.
    Renewed(Box<Connection>),
    /// The same, and its hook was told.
    Told(Box<Finished>),
    /// What an earlier run had begun did not happen, and nothing new was begun.
    DidNotHappen(Box<Connection>),
    /// Another process has just done it.
    Elsewhere(Box<Connection>),
    Failed(Box<Error>),
}

/// Carries out what needs nobody. The outcomes come back in the order of the plans. `done` hears how many are finished.
pub(crate) async fn run(
    session: &Session<'_>,
    store: &Store,
    plans: &[Plan],
    order: &Order,
    done: impl Fn(usize),
) -> Vec<Outcome> {
    let mut hosts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, plan) in plans.iter().enumerate() {
        let connection = &plan.connection;
        hosts.entry(format!("{} {}", connection.provider, connection.host.as_str())).or_default().push(position);
    }
    let finished = Cell::new(0);
    let each = hosts.into_values().map(|positions| {
        let (finished, done) = (&finished, &done);
        async move {
            let mut outcomes = Vec::with_capacity(positions.len());
            for position in positions {
                let outcome = match plans.get(position) {
                    Some(plan) => one(session, store, plan, order).await.unwrap_or_else(|error| Outcome::Failed(Box::new(error))),
                    None => continue,
                };
                outcomes.push((position, outcome));
                finished.set(finished.get() + 1);
                done(finished.get());
            }
            outcomes
        }
    });
    let mut all: Vec<(usize, Outcome)> = join_all(each).await.into_iter().flatten().collect();
    all.sort_by_key(|(position, _)| *position);
    all.into_iter().map(|(_, outcome)| outcome).collect()
}

/// One connection from its plan to its end.
async fn one(session: &Session<'_>, store: &Store, plan: &Plan, order: &Order) -> Result<Outcome, Error> {
    let id = &plan.connection.id;
    session.shield().unless_closed().await;
    if plan.is_only_unfinished() && !order.is_compromised {
        let _lock = lock(store, id).await?;
        finish::adjust(session, store, id, order).await?;
        return Ok(Outcome::Resumed(Box::new(finish::finish(session, store, id).await?)));
    }
    if order.is_resume {
        return resume(session, store, plan).await;
    }
    if matches!(plan.way, Way::Renew) {
        return renew(session, store, plan, order).await;
    }
    let _lock = lock(store, id).await?;
    // Other connections may hold the same token, and another process may be rotating one of them.
    let _token = lock(store, &ConnectionId::from_stored(plan.connection.fingerprint.clone())).await?;
    if order.is_compromised {
        finish::abandon(session, store, &plan.connection).await?;
    }
    match api::rotate(session, store, plan, order).await? {
        Made::Saved if order.is_compromised => Ok(Outcome::Rotated(Box::new(finish::end_first(session, store, id).await?))),
        Made::Saved => Ok(Outcome::Rotated(Box::new(finish::finish(session, store, id).await?))),
        // It got its new token with another connection that holds the same; its own hook is all that is left.
        Made::Elsewhere if is_told_later(store, id)? => Ok(Outcome::Told(Box::new(finish::finish(session, store, id).await?))),
        Made::Elsewhere => Ok(Outcome::Elsewhere(Box::new(resolve::named(&*store.read()?, id.as_str())?))),
    }
}

/// Whether a hook waits for a token that is in place.
fn is_told_later(store: &Store, id: &ConnectionId) -> Result<bool, Error> {
    Ok(store.read()?.rotation(id)?.is_some_and(|open| open.step == RotationStep::Verified))
}

/// Finds out what became of a rotation that was cut off before its token was saved, and finishes it if it was; nothing new is begun.
async fn resume(session: &Session<'_>, store: &Store, plan: &Plan) -> Result<Outcome, Error> {
    let id = &plan.connection.id;
    let _lock = lock(store, id).await?;
    match settle::settle_locked(session, store, id, Care::Rotate).await? {
        Settling::TakenIn => Ok(Outcome::Resumed(Box::new(finish::finish(session, store, id).await?))),
        Settling::Nothing | Settling::DidNotHappen => Ok(Outcome::DidNotHappen(Box::new(plan.connection.clone()))),
        Settling::Lost(error) | Settling::Orphan(error) => Err(error.into()),
        Settling::Unsure(probe) => Err(RotateError::Unchecked { name: plan.connection.name.to_string(), probe }.into()),
    }
}

/// A login renews its pair, which has rules of its own; only the hook is ours.
async fn renew(session: &Session<'_>, store: &Store, plan: &Plan, order: &Order) -> Result<Outcome, Error> {
    let before = &plan.connection;
    let renewer = session.renewer(store);
    let Some(hook) = order.hook_of(before) else { return Ok(Outcome::Renewed(Box::new(renewer.renew(before).await?))) };
    let stamp = session.stamp();
    let rotation = Rotation {
        connection: before.id.clone(),
        way: RotationWay::AtOnce,
        // From the renewal on the hook is all that is left; it is in the store before, so that a run that dies in between owes it.
        step: RotationStep::Verified,
        fingerprint: before.fingerprint.clone(),
        label: None,
        maker: None,
        old: OldToken::Dead,
        hook: Some(hook),
        who: stamp.who.clone(),
        at: stamp.at,
    };
    unblocked::change(store, stamp, move |db, _| db.put_rotation(&rotation)).await?;
    if let Err(error) = renewer.renew(before).await {
        let id = before.id.clone();
        unblocked::change(store, session.stamp(), move |db, _| db.clear_rotation(&id)).await?;
        return Err(error);
    }
    Ok(Outcome::Told(Box::new(finish::go_on(session, store, &before.id).await?)))
}

/// The connection's lock, waited for.
pub(super) async fn lock(store: &Store, id: &ConnectionId) -> Result<ConnectionLock, Error> {
    let store_id = store.read()?.header().store_id.clone();
    let lock = unblocked::lock(store, &store_id, id, None, PATIENCE).await?;
    lock.ok_or_else(|| Error::RenewalBusy { seconds: PATIENCE.as_secs() })
}

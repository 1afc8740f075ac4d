//! Rotating many: side by side over all hosts, one after another at each.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::super::{Error, Session, resolve, unblocked};
use super::api::{self, Made};
use super::finish::{self, Finished};
use super::{Order, Plan, Way};
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
    if plan.is_only_unfinished() {
        let _lock = lock(store, id).await?;
        return Ok(Outcome::Resumed(Box::new(finish::finish(session, store, id).await?)));
    }
    if matches!(plan.way, Way::Renew) {
        return renew(session, store, plan, order).await;
    }
    let _lock = lock(store, id).await?;
    match api::rotate(session, store, plan, order).await? {
        Made::Saved if order.is_compromised => Ok(Outcome::Rotated(Box::new(finish::end_first(session, store, id).await?))),
        Made::Saved => Ok(Outcome::Rotated(Box::new(finish::finish(session, store, id).await?))),
        Made::Elsewhere => Ok(Outcome::Elsewhere(Box::new(resolve::named(&*store.read()?, id.as_str())?))),
    }
}

/// A login renews its pair, which has rules of its own; only the hook is ours.
async fn renew(session: &Session<'_>, store: &Store, plan: &Plan, order: &Order) -> Result<Outcome, Error> {
    let before = &plan.connection;
    let connection = session.renewer(store).renew(before).await?;
    let Some(hook) = order.hook_of(&connection) else { return Ok(Outcome::Renewed(Box::new(connection))) };
    let _lock = lock(store, &connection.id).await?;
    let stamp = session.stamp();
    let rotation = Rotation {
        connection: connection.id.clone(),
        way: RotationWay::AtOnce,
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
    Ok(Outcome::Told(Box::new(finish::finish(session, store, &connection.id).await?)))
}

/// The connection's lock, waited for.
pub(super) async fn lock(store: &Store, id: &ConnectionId) -> Result<ConnectionLock, Error> {
    let store_id = store.read()?.header().store_id.clone();
    let lock = unblocked::lock(store, &store_id, id, None, PATIENCE).await?;
    lock.ok_or_else(|| Error::RenewalBusy { seconds: PATIENCE.as_secs() })
}

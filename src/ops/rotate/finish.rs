//! What comes after the new token is saved: it is tried as it was saved, the hook is told, the old token is ended. Each step is noted before the next, so that
//! it can be gone on with at any time (`rotate --resume`).

use std::time::Duration;

use super::super::{Error, Session, resolve, unblocked, validate};
use super::{Old, Order, RotateError, ask, hook, many};
use crate::model::{Connection, ConnectionId, EventKind, OldToken, Rotation, RotationStep, RotationWay, Verdict};
use crate::provider::{Error as ProviderError, Probe, Revoked};
use crate::secret::Secret;
use crate::store::{Db, Error as StoreError, Store};

/// Pauses before a token that is refused is tried again: all of a provider's servers may not know it yet.
const PAUSES: [Duration; 3] = [Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(3)];

/// What became of the old token.
#[derive(Debug)]
pub(crate) enum Fate {
    /// The call that made the new one, or an earlier step, has ended it; or it was found dead.
    Dead,
    /// It was revoked just now.
    Revoked,
    /// The provider has taken the order to revoke it.
    Accepted,
    /// It lives, as was wanted.
    Kept,
    /// It lives, and a person is to say whether it shall.
    Undecided,
    /// It lives, because only a person can end it, on this page.
    ByHand(Option<String>),
    /// It lives, because it could not be ended; `rotate --resume` tries again.
    NotRevoked(Box<Error>),
    /// It lives, because the hook has failed and whoever it was to tell still has the old one.
    Spared,
}

/// What came of the hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HookRun {
    /// There is none, or it has run before.
    None,
    Done,
    /// In words.
    Failed(String),
}

/// A rotation after its last step.
#[derive(Debug)]
pub(crate) struct Finished {
    /// As it is now.
    pub(crate) connection: Connection,
    /// Fingerprint of the old token.
    pub(crate) old: String,
    pub(crate) hook: HookRun,
    pub(crate) fate: Fate,
}

/// Goes on from wherever it is, alone among all processes of this machine. Errors as with [`finish`].
pub(crate) async fn go_on(session: &Session<'_>, store: &Store, id: &ConnectionId) -> Result<Finished, Error> {
    let _lock = many::lock(store, id).await?;
    finish(session, store, id).await
}

/// Goes on from wherever it is. The caller holds the connection's lock.
///
/// # Errors
///
/// `RotateError::NotVerified` if the saved token does not work; then nothing after it is done. `RotateError::NothingOpen`.
pub(super) async fn finish(session: &Session<'_>, store: &Store, id: &ConnectionId) -> Result<Finished, Error> {
    let (mut connection, mut open) = read(store, id)?;
    let old = open.fingerprint.clone();
    if open.step == RotationStep::Saved {
        let (found, token) = verify(session, store, &connection).await?;
        open.step = if open.hook.is_some() { RotationStep::Verified } else { RotationStep::Told };
        connection = match note_verified(session, store, &open, &found).await? {
            Some(connection) => connection,
            None => return Err(overtaken(session, store, &connection, token).await),
        };
    }
    let mut hook_run = HookRun::None;
    if open.step == RotationStep::Verified {
        hook_run = tell(session, store, &connection, &open).await?;
        if let HookRun::Failed(_) = hook_run {
            let fate = if open.old == OldToken::Dead { Fate::Dead } else { Fate::Spared };
            return Ok(Finished { connection, old, hook: hook_run, fate });
        }
        open.step = RotationStep::Told;
    }
    let fate = match open.old {
        OldToken::Ask => Fate::Undecided,
        OldToken::Dead => close(session, store, &open, Fate::Dead).await?,
        OldToken::Keep => keep(session, store, &connection, &open).await?,
        OldToken::Revoke => revoke(session, store, &connection, &open).await?,
    };
    Ok(Finished { connection, old, hook: hook_run, fate })
}

/// As [`finish`], with a token that is in wrong hands: it is ended before anything else.
pub(super) async fn end_first(session: &Session<'_>, store: &Store, id: &ConnectionId) -> Result<Finished, Error> {
    let (connection, open) = read(store, id)?;
    if open.old != OldToken::Revoke {
        return finish(session, store, id).await;
    }
    let old = store.read()?.previous_token(id)?;
    let ended = match old {
        Some(old) => ask::provider(session, store, &connection, old)?.revoke().await.map(drop),
        None => Ok(()),
    };
    if let Err(error) = ended {
        // It is tried again in the end.
        session.notices().warn(&format!("the old token of `{}` is not ended yet: {error}", connection.name));
        return finish(session, store, id).await;
    }
    let (id_, fingerprint, named) = (id.clone(), open.fingerprint.clone(), connection.clone());
    unblocked::change(store, session.stamp(), move |db, stamp| {
        db.bury(&fingerprint, stamp.at)?;
        db.set_previous_token(&id_, None)?;
        db.put_rotation(&Rotation { old: OldToken::Dead, ..open })?;
        db.record(stamp, Some(&named), &EventKind::Revoked { fingerprint })
    })
    .await?;
    finish(session, store, id).await
}

/// Brings what is left to do in line with what is wanted now: another command, another fate of a token that lives.
pub(super) async fn adjust(session: &Session<'_>, store: &Store, id: &ConnectionId, order: &Order) -> Result<(), Error> {
    let (_, open) = read(store, id)?;
    let mut wanted = open.clone();
    if let Some(hook) = &order.hook {
        wanted.hook = Some(hook.clone()).filter(|hook| !hook.trim().is_empty());
    }
    wanted.old = match (open.old, order.old) {
        (OldToken::Dead, _) | (_, Old::Usual) => open.old,
        (_, Old::Revoke) => OldToken::Revoke,
        (_, Old::Keep) => OldToken::Keep,
    };
    if wanted.hook.is_none() && wanted.step == RotationStep::Verified {
        wanted.step = RotationStep::Told;
    }
    if wanted != open {
        unblocked::change(store, session.stamp(), move |db, _| db.put_rotation(&wanted)).await?;
    }
    Ok(())
}

/// Gives up a rotation whose new token is in wrong hands too: the old one, which waited, is ended with it.
pub(super) async fn abandon(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(), Error> {
    let view = store.read()?;
    let Some(open) = view.rotation(&connection.id)? else { return Ok(()) };
    if let Some(old) = view.previous_token(&connection.id)? {
        match ask::provider(session, store, connection, old)?.revoke().await {
            Ok(_) => {
                let fingerprint = open.fingerprint.clone();
                unblocked::change(store, session.stamp(), move |db, stamp| db.bury(&fingerprint, stamp.at)).await?;
            }
            Err(error) => {
                let text = format!("the token that `{}` had before could not be revoked: {error}", connection.name);
                session.notices().warn(&text);
            }
        }
    }
    let id = connection.id.clone();
    unblocked::change(store, session.stamp(), move |db, _| db.clear_rotation(&id)).await?;
    Ok(())
}

/// Ends the old token or lets it live, as a person has said.
pub(crate) async fn end_old(session: &Session<'_>, store: &Store, id: &ConnectionId, is_to_die: bool) -> Result<Fate, Error> {
    let _lock = many::lock(store, id).await?;
    let (connection, open) = read(store, id)?;
    if is_to_die { revoke(session, store, &connection, &open).await } else { keep(session, store, &connection, &open).await }
}

fn read(store: &Store, id: &ConnectionId) -> Result<(Connection, Rotation), Error> {
    let view = store.read()?;
    let connection = resolve::named(&view, id.as_str())?;
    let nothing = || RotateError::NothingOpen { name: connection.name.to_string() };
    let open = view.rotation(id)?.filter(|open| open.step != RotationStep::Asked).ok_or_else(nothing)?;
    Ok((connection, open))
}

/// Tries the token as it lies in the store.
async fn verify(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(Probe, Secret), Error> {
    let token = store.read()?.token(&connection.id)?;
    let mut pauses = PAUSES.into_iter();
    loop {
        let probe = ask::is_alive(session, store, connection, token.clone()).await?;
        // Whatever keeps it from serving keeps the old one alive.
        if probe.verdict == Verdict::Valid {
            return Ok((probe, token));
        }
        match pauses.next() {
            Some(pause) if probe.verdict.is_dead() => tokio::time::sleep(pause).await,
            _ => return Err(RotateError::NotVerified { name: connection.name.to_string(), probe: Box::new(probe) }.into()),
        }
    }
}

/// Somebody has put another token in place, or removed the connection, between save and trial.
async fn overtaken(session: &Session<'_>, store: &Store, connection: &Connection, token: Secret) -> Error {
    let is_there = store.read().and_then(|view| view.find(connection.id.as_str()));
    if !matches!(is_there, Ok(Some(_))) {
        return StoreError::Gone.into();
    }
    let is_ended = match ask::provider(session, store, connection, token) {
        Ok(provider) => provider.revoke().await.is_ok(),
        Err(_) => false,
    };
    RotateError::Overtaken { name: connection.name.to_string(), is_ended }.into()
}

/// Keeps what the trial has found, and that there was one; `None` if this is not the rotation that the connection is in any more.
async fn note_verified(
    session: &Session<'_>,
    store: &Store,
    open: &Rotation,
    probe: &Probe,
) -> Result<Option<Connection>, Error> {
    let (open, found) = (open.clone(), probe.clone());
    let is_over = open.step == RotationStep::Told && open.old == OldToken::Dead;
    let changed = unblocked::change(store, session.stamp(), move |db, stamp| {
        let Some(mut current) = current(db, &open)? else { return Ok(None) };
        validate::learn(&mut current, &found, stamp);
        db.update(&current)?;
        db.record(stamp, Some(&current), &EventKind::Validated { verdict: found.verdict })?;
        if is_over {
            db.clear_rotation(&open.connection)?;
        } else {
            db.put_rotation(&open)?;
        }
        Ok(Some(current))
    });
    Ok(changed.await?)
}

/// Runs the hook, and notes what came of it.
async fn tell(session: &Session<'_>, store: &Store, connection: &Connection, open: &Rotation) -> Result<HookRun, Error> {
    let Some(command) = &open.hook else { return Ok(HookRun::None) };
    let token = store.read()?.token(&connection.id)?;
    let outcome = hook::run(command, connection, &open.fingerprint, &token).await;
    let (next, fingerprint, named) = (open.clone(), token.fingerprint(), connection.clone());
    let told = outcome.clone();
    unblocked::change(store, session.stamp(), move |db, stamp| {
        let said = told.as_ref().err().map_or_else(|| "done".to_owned(), |why| format!("failed: {why}"));
        db.record(stamp, Some(&named), &EventKind::Hook { fingerprint, outcome: said })?;
        if told.is_ok() && current(db, &next)?.is_some() {
            db.put_rotation(&Rotation { step: RotationStep::Told, ..next })?;
        }
        Ok(())
    })
    .await?;
    Ok(outcome.map_or_else(HookRun::Failed, |()| HookRun::Done))
}

/// Lets the old token live, if it does: one that was regenerated on a page is dead.
async fn keep(session: &Session<'_>, store: &Store, connection: &Connection, open: &Rotation) -> Result<Fate, Error> {
    let old = store.read()?.previous_token(&connection.id)?;
    let fate = match old {
        Some(old) if open.way == RotationWay::Guided => {
            let probe = ask::is_alive(session, store, connection, old).await?;
            if probe.verdict.is_dead() { Fate::Dead } else { Fate::Kept }
        }
        _ => Fate::Kept,
    };
    close(session, store, open, fate).await
}

/// Ends the old token, unless it is dead already: one that was regenerated on a page is.
async fn revoke(session: &Session<'_>, store: &Store, connection: &Connection, open: &Rotation) -> Result<Fate, Error> {
    let Some(old) = store.read()?.previous_token(&connection.id)? else {
        return Ok(Fate::ByHand(None));
    };
    let probe = ask::is_alive(session, store, connection, old.clone()).await?;
    if probe.verdict.is_dead() && open.way == RotationWay::Guided {
        return buried(session, store, connection, open, Fate::Dead).await;
    }
    let ended = ask::provider(session, store, connection, old)?.revoke().await;
    match ended {
        Ok(Revoked::Done) => buried(session, store, connection, open, Fate::Revoked).await,
        Ok(Revoked::Accepted) => buried(session, store, connection, open, Fate::Accepted).await,
        Err(ProviderError::Refused { verdict: Verdict::Revoked | Verdict::Expired | Verdict::Invalid, .. }) => {
            buried(session, store, connection, open, Fate::Dead).await
        }
        Err(ProviderError::Impossible { page, .. }) => close(session, store, open, Fate::ByHand(page)).await,
        Err(error) => {
            let (named, fingerprint) = (connection.clone(), open.fingerprint.clone());
            let why = crate::model::clean(&error.to_string()).into_owned();
            unblocked::change(store, session.stamp(), move |db, stamp| {
                db.record(stamp, Some(&named), &EventKind::RevocationFailed { fingerprint, why })
            })
            .await?;
            Ok(Fate::NotRevoked(Box::new(error.into())))
        }
    }
}

/// The old token is dead: so it is written, and the rotation is over.
async fn buried(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    open: &Rotation,
    fate: Fate,
) -> Result<Fate, Error> {
    let (named, row, fingerprint) = (connection.clone(), open.clone(), open.fingerprint.clone());
    unblocked::change(store, session.stamp(), move |db, stamp| {
        db.bury(&fingerprint, stamp.at)?;
        if current(db, &row)?.is_some() {
            db.clear_rotation(&row.connection)?;
        }
        db.record(stamp, Some(&named), &EventKind::Revoked { fingerprint })
    })
    .await?;
    Ok(fate)
}

/// The rotation is over, and the old token is nobody's business any more.
async fn close(session: &Session<'_>, store: &Store, open: &Rotation, fate: Fate) -> Result<Fate, Error> {
    let row = open.clone();
    // Where the trial was the last step, it has closed it.
    if current(&*store.read()?, &row)?.is_some() {
        unblocked::change(store, session.stamp(), move |db, _| match current(db, &row)? {
            Some(_) => db.clear_rotation(&row.connection),
            None => Ok(false),
        })
        .await?;
    }
    Ok(fate)
}

/// The connection, if this is still the rotation that it is in: whoever has put another token in place meanwhile has ended it.
fn current(db: &Db, open: &Rotation) -> Result<Option<Connection>, StoreError> {
    let is_it = db.rotation(&open.connection)?.is_some_and(|row| row.fingerprint == open.fingerprint && row.at == open.at);
    if is_it { db.find(open.connection.as_str()) } else { Ok(None) }
}

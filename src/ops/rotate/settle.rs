//! A rotation that some run began, and that was cut off before its new token was saved: whoever meets it finds out what became of it, by the harmless question
//! whether the old token is alive, and says so.

use std::time::Duration;

use jiff::SignedDuration;

use super::super::{Error, Session, resolve, unblocked};
use super::keep::{self, New};
use super::{RotateError, api, ask};
use crate::model::{
    Connection, ConnectionId, EventKind, OldToken, Rotation, RotationStep, RotationWay, Status, Timestamp, Verdict, relative,
};
use crate::provider::Probe;
use crate::secret::Secret;
use crate::store::{Db, Error as StoreError, Store};

/// How long another process that is just rotating is waited for.
const PATIENCE: Duration = Duration::from_secs(45);

/// So long a provider may be at work on a call whose asker is gone.
const AT_WORK: SignedDuration = SignedDuration::from_mins(1);

/// How a rotation of another run begins its story: what is told once of a connection that it has ended.
pub(in crate::ops) const STORY: &str = "a rotation begun ";

/// Who wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Somebody who uses the connection.
    Use,
    /// Somebody who rotates it, or goes on with that.
    Rotate,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Settling {
    /// Nothing was begun, or somebody else has finished it.
    Nothing,
    /// The old token still works: it did not happen.
    DidNotHappen,
    /// The new token lay beside the store, and is in place now.
    TakenIn,
    /// Whether the old token works could not be found out.
    Unsure(Box<Probe>),
    /// The old token works; a new one may be there that nobody received, and could not be looked for.
    Orphan(RotateError),
    /// The old token is dead, and nobody has the new one. The store knows.
    Lost(RotateError),
}

/// Another token than the one that was read, where a rotation that was cut off has been found to have brought it; `None` where it is the same. Says what was
/// found, and of one that is not finished what finishes it.
///
/// # Errors
///
/// `RotateError::Lost` if the token is dead, and nobody has the new one.
pub(in crate::ops) async fn settled(
    session: &Session<'_>,
    store: &Store,
    view: &Db,
    connection: &Connection,
) -> Result<Option<Secret>, Error> {
    // A copy neither saves nor knows what its home is doing.
    if !is_in_doubt(view, connection)? || !store.is_at_home(&view.meta()?) {
        say_unfinished(session, view, connection)?;
        return Ok(None);
    }
    match settle(session, store, &connection.id).await {
        Ok(Settling::Lost(error)) => Err(error.into()),
        Ok(_) => Ok(Some(store.read()?.token(&connection.id)?)),
        // A store or a lock that cannot be written to makes no token unusable: its provider will say what it thinks of it.
        Err(error @ (Error::Store(_) | Error::RenewalBusy { .. })) => {
            session
                .notices()
                .warn(&format!("what became of the rotation of `{}` could not be found out: {error}", connection.name));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether a connection's token may be dead, or another one be there, without the store's knowing: a rotation was begun for it, and what it brought is not saved.
pub(in crate::ops) fn is_in_doubt(view: &Db, connection: &Connection) -> Result<bool, Error> {
    Ok(view.rotation(&connection.id)?.is_some_and(|open| open.step == RotationStep::Asked))
}

/// Finds out, unless another process is at it: that one is waited for.
async fn settle(session: &Session<'_>, store: &Store, id: &ConnectionId) -> Result<Settling, Error> {
    let store_id = store.read()?.header().store_id.clone();
    let lock = unblocked::lock(store, &store_id, id, None, PATIENCE).await?;
    let Some(_lock) = lock else { return Err(Error::RenewalBusy { seconds: PATIENCE.as_secs() }) };
    settle_locked(session, store, id, Care::Use).await
}

/// The same for whoever holds the connection's lock.
pub(super) async fn settle_locked(
    session: &Session<'_>,
    store: &Store,
    id: &ConnectionId,
    care: Care,
) -> Result<Settling, Error> {
    let view = store.read()?;
    let connection = resolve::named(&view, id.as_str())?;
    let open = match view.rotation(id)? {
        Some(open) if open.step == RotationStep::Asked => open,
        // A token that a person made has no such row: it is asked about once it is there.
        None if store.has_rescued(view.header().store_id.as_str(), id) && !connection.auto_renews => {
            handed_over(session, &connection)
        }
        _ => return Ok(Settling::Nothing),
    };
    let begun = begun(&open, session.now());
    let say = |what: &str| session.notices().warn(&format!("`{}`: {begun} was not finished: {what}", connection.name));
    if take_in(session, store, view.header().store_id.as_str(), &connection, &open).await? {
        say("its new token lay beside the store, and is in place now");
        return Ok(Settling::TakenIn);
    }
    let probe = ask::is_alive(session, store, &connection, view.token(id)?).await?;
    if probe.verdict.is_unknown() {
        say("whether the old token still works could not be found out; it is used as it is");
        return Ok(Settling::Unsure(Box::new(probe)));
    }
    if probe.verdict == Verdict::Expired {
        say("its token has expired meanwhile");
        forget(session, store, id, &open, "its token has expired meanwhile").await?;
        return Ok(Settling::DidNotHappen);
    }
    if probe.verdict.is_dead() && open.way == RotationWay::AtOnce {
        let error = lost(session, store, &connection, &open, None).await?;
        return Ok(Settling::Lost(error));
    }
    if probe.verdict.is_dead() {
        say("its token is dead");
        forget(session, store, id, &open, "its token is dead").await?;
        return Ok(Settling::DidNotHappen);
    }
    // The provider may still be at it: whoever comes within that time looks again. Whoever rotates now loses nothing by it.
    let is_young = session.now().duration_since(open.at) < AT_WORK;
    let works = if is_young && care == Care::Use {
        "the old token still works: as far as can be seen, it did not happen"
    } else {
        "the old token still works, so it did not happen"
    };
    match (open.way, &open.label, care) {
        // The one that nobody received may be there. Whoever only uses the connection ends nothing at its provider.
        (RotationWay::Overlap, Some(label), Care::Use) => {
            let name = crate::model::shell_word(connection.name.as_str());
            say(&format!("the old token still works; a new one may be there as `{label}`: gitconn rotate --resume {name}"));
            return Ok(Settling::DidNotHappen);
        }
        (RotationWay::Overlap, Some(label), Care::Rotate) => {
            match api::end_unclaimed(session, store, &connection, &open, label).await {
                Ok(0) => say(works),
                Ok(_) => say("the old token still works; the new one, which nobody had received, is ended"),
                Err(error) => {
                    let (name, host) = (connection.name.to_string(), connection.host.to_string());
                    let error = RotateError::Orphan { name, host, label: label.clone(), error: Box::new(error) };
                    return Ok(Settling::Orphan(error));
                }
            }
        }
        _ => say(works),
    }
    if care == Care::Rotate || !is_young {
        forget(session, store, id, &open, "the old token still works: it did not happen").await?;
    }
    Ok(Settling::DidNotHappen)
}

/// `a rotation begun 3 minutes ago by ops@build-7`
fn begun(open: &Rotation, now: Timestamp) -> String {
    format!("{STORY}{} by {}", relative(open.at, now), crate::model::clean(&open.who))
}

/// As what a token that a person handed over, and that could not be saved then, is put in place.
fn handed_over(session: &Session<'_>, connection: &Connection) -> Rotation {
    let stamp = session.stamp();
    Rotation {
        connection: connection.id.clone(),
        way: RotationWay::Guided,
        step: RotationStep::Asked,
        fingerprint: connection.fingerprint.clone(),
        label: None,
        maker: None,
        old: OldToken::Ask,
        hook: connection.hook.clone(),
        who: stamp.who,
        at: stamp.at,
    }
}

/// Puts a new token into the store that could not be saved when it was handed out. Returns whether there was one.
async fn take_in(
    session: &Session<'_>,
    store: &Store,
    store_id: &str,
    connection: &Connection,
    open: &Rotation,
) -> Result<bool, Error> {
    let Some(rescued) = store.rescued(store_id, &connection.id)? else { return Ok(false) };
    let Some(new) = New::read(&rescued.payload) else { return Ok(false) };
    let (id, rotation, unwanted) = (connection.id.clone(), open.clone(), new.issued.token.clone());
    let saved = unblocked::change(store, session.stamp(), move |db, stamp| keep::put(db, stamp, &id, &new, &rotation)).await;
    match saved {
        Ok(Some(_)) => {
            store.forget_rescued(store_id, &connection.id)?;
            Ok(true)
        }
        // Somebody has put another token in place meanwhile, and has the last word: nobody wants this one.
        Ok(None) => {
            let ended = ask::provider(session, store, connection, unwanted)?.revoke().await;
            let fate = if ended.is_ok() { "is ended" } else { "could not be ended, and lives" };
            let text =
                format!("`{}` was given another token meanwhile: the one that lay beside the store {fate}", connection.name);
            session.notices().warn(&text);
            store.forget_rescued(store_id, &connection.id)?;
            Ok(false)
        }
        Err(source) => {
            let name = connection.name.to_string();
            Err(RotateError::Rescued { name, path: rescued.path, source: Box::new(source) }.into())
        }
    }
}

/// Writes down that a token is lost, so that nobody uses the dead one or presents it again.
pub(super) async fn lost(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    open: &Rotation,
    error: Option<crate::provider::Error>,
) -> Result<RotateError, Error> {
    let why = format!(
        "{} was cut off: {} made a new token and ended the old one, and nobody received the new one",
        begun(open, session.now()),
        connection.host
    );
    let (id, fingerprint, said) = (connection.id.clone(), open.fingerprint.clone(), why.clone());
    unblocked::change(store, session.stamp(), move |db, stamp| {
        let Some(mut current) = db.find(id.as_str())? else { return Ok(()) };
        db.clear_rotation(&id)?;
        if current.fingerprint != fingerprint {
            return Ok(());
        }
        current.status = Status::Revoked;
        current.validation_error = Some(said);
        current.updated_at = stamp.at;
        db.update(&current)?;
        let why = "the provider made a new token and ended the old one, and its answer was lost".to_owned();
        db.record(stamp, Some(&current), &EventKind::RotationFailed { fingerprint, why })
    })
    .await?;
    let begun = error.is_none().then(|| (open.who.clone(), open.at));
    Ok(RotateError::Lost {
        name: connection.name.to_string(),
        host: connection.host.to_string(),
        provider: connection.provider,
        error: error.map(Box::new),
        is_login: connection.auth_method == crate::model::AuthMethod::OAuth,
        begun,
    })
}

/// Closes a rotation that brought nothing.
pub(super) async fn forget(
    session: &Session<'_>,
    store: &Store,
    id: &ConnectionId,
    open: &Rotation,
    why: &str,
) -> Result<(), Error> {
    let (id, fingerprint, why) = (id.clone(), open.fingerprint.clone(), why.to_owned());
    unblocked::change(store, session.stamp(), move |db, stamp| {
        let Some(current) = db.find(id.as_str())? else { return Ok(()) };
        if db.clear_rotation(&id)? {
            db.record(stamp, Some(&current), &EventKind::RotationFailed { fingerprint, why })?;
        }
        Ok::<_, StoreError>(())
    })
    .await?;
    Ok(())
}

/// Says of a connection that is being used that its last rotation is not finished, and what finishes it.
pub(crate) fn say_unfinished(session: &Session<'_>, view: &Db, connection: &Connection) -> Result<(), Error> {
    let Some(open) = view.rotation(&connection.id)? else { return Ok(()) };
    let left = match open.step {
        RotationStep::Asked => return Ok(()),
        RotationStep::Saved => "the new token was never tried",
        RotationStep::Verified => "its hook has not run",
        RotationStep::Told => "the old token is not ended",
    };
    let name = crate::model::shell_word(connection.name.as_str());
    session.notices().warn(&format!("`{}` was rotated, and {left}: gitconn rotate --resume {name}", connection.name));
    Ok(())
}

//! Adding several connections: their tokens are asked about side by side, and those that are good are stored in one save.

use futures_util::StreamExt as _;
use futures_util::stream;

use super::connect::{self, Examined, Plan};
use super::{Error, Offered, Session};
use crate::model::{Connection, EventKind, Stamp};
use crate::provider::Warning;
use crate::secret::Secret;
use crate::store::{Db, Keep, Store, View};

/// So many are asked about at once.
const AT_ONCE: usize = 16;

/// One that is to be connected.
pub(crate) struct Wanted {
    pub(crate) plan: Plan,
    pub(crate) token: Secret,
    /// The program that had it before, and where.
    pub(crate) from: Option<String>,
}

/// What became of them, in their order.
pub(crate) struct Kept {
    pub(crate) results: Vec<Result<(Connection, Vec<Warning>), Error>>,
    /// False if the last fsync failed.
    pub(crate) durable: bool,
}

/// Asks about each and stores those that are good. `done` hears how many are finished. A token that the store holds when it is saved, or that stood here before, is refused:
/// there are no twins among many.
///
/// # Errors
///
/// If the store cannot be saved. Nothing is stored then.
pub(crate) async fn connect(
    session: &Session<'_>,
    store: &Store,
    wanted: Vec<Wanted>,
    done: impl Fn(usize),
) -> Result<Kept, Error> {
    let count = std::cell::Cell::new(0);
    let examined: Vec<_> = stream::iter(wanted)
        .map(|Wanted { plan, token, from }| {
            let (done, count) = (&done, &count);
            async move {
                let examined = connect::examine(session, store, plan, Offered::Token(token)).await;
                count.set(count.get() + 1);
                done(count.get());
                (examined, from)
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    if examined.iter().all(|(examined, _)| examined.is_err()) {
        let results = examined.into_iter().filter_map(|(examined, _)| examined.err()).map(Err).collect();
        return Ok(Kept { results, durable: true });
    }
    let stamp = session.stamp();
    let mut examined = examined;
    let saved = store.change(&stamp, Keep::Generation, |db| {
        let keep = |(examined, from): &mut (Result<Examined, Error>, Option<String>)| -> Option<Result<Connection, Error>> {
            Some(keep(db, examined.as_mut().ok()?, from.as_deref(), &stamp))
        };
        Ok::<_, Error>(examined.iter_mut().map(keep).collect::<Vec<_>>())
    })?;
    let results = examined.into_iter().zip(saved.value).map(|((examined, _), kept)| match (examined, kept) {
        (Ok(examined), Some(kept)) => kept.map(|connection| (connection, examined.warnings)),
        (Ok(_), None) => Err(Error::Usage("it was not looked at".to_owned())),
        (Err(error), _) => Err(error),
    });
    Ok(Kept { results: results.collect(), durable: saved.durable })
}

/// Stores one, and notes where it came from.
fn keep(db: &Db, examined: &mut Examined, from: Option<&str>, stamp: &Stamp) -> Result<Connection, Error> {
    is_new(db, examined)?;
    let connection = examined.keep(db, stamp)?;
    if let Some(from) = from {
        let imported = EventKind::Imported { from: from.to_owned(), fingerprint: connection.fingerprint.clone() };
        db.record(stamp, Some(&connection), &imported)?;
    }
    Ok(connection)
}

/// Somebody may have stored the same meanwhile.
fn is_new(db: &Db, examined: &Examined) -> Result<(), Error> {
    match holder(db, &examined.fingerprint())? {
        Some(found) => Err(Error::HeldAlready { name: found.name.to_string(), id: found.id.to_string() }),
        None => Ok(()),
    }
}

/// The connection that has a token of this fingerprint, or had it and has a newer one in its place.
pub(super) fn holder(db: &Db, fingerprint: &str) -> Result<Option<Connection>, Error> {
    let present = db.holders(fingerprint)?.into_iter().map(|holder| holder.connection);
    let past = db.past_tokens(fingerprint)?.into_iter().map(|past| past.connection);
    for id in present.chain(past) {
        if let Some(connection) = db.find(id.as_str())?.filter(|found| found.id == id) {
            return Ok(Some(connection));
        }
    }
    Ok(None)
}

/// For each token, the connection that has it already.
///
/// # Errors
///
/// If the store cannot be read.
pub(crate) fn holders<'token>(
    store: &Store,
    tokens: impl Iterator<Item = &'token Secret>,
) -> Result<Vec<Option<Connection>>, Error> {
    let view: View = store.read()?;
    tokens.map(|token| holder(&view, &token.fingerprint())).collect()
}

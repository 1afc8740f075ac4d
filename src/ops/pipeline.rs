//! A small store that holds some connections, for a pipeline: the key that opens it opens nothing else.

use std::path::{Path, PathBuf};

use super::readers;
use super::{Error, Session, resolve};
use crate::model::{Connection, EventKind, Name, Reader, ReaderKind, Timestamp};
use crate::secret::Secret;
use crate::store::{Error as StoreError, Extract, Keep, Place, Store, StoreKey};

/// What is to be written.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The file of the small store: a new one, or one that was written before and is brought up to date.
    pub(crate) file: PathBuf,
    /// Names of connections; none for those that the file holds.
    pub(crate) only: Vec<String>,
    /// The public key that opens it; none for the file's own, or for a new one.
    pub(crate) recipient: Option<String>,
}

/// What was written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) store_id: String,
    pub(crate) generation: u64,
    /// The public key that opens it, besides the store's own.
    pub(crate) recipient: String,
    /// What that key must know of the writer to believe the file.
    pub(crate) signer: String,
    /// The key that was made for it, as `GITCONN_KEY` takes it.
    pub(crate) line: Option<Secret>,
    pub(crate) connections: Vec<Taken>,
    pub(crate) durable: bool,
}

/// A connection that went into it.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) connection: Connection,
    /// Of a login: when its token ends, which nobody renews there.
    pub(crate) ends: Option<Timestamp>,
    /// How many installations of an app its key reaches.
    pub(crate) installations: Option<usize>,
}

/// What is known of a small store that was written before.
struct Before {
    store_id: String,
    generation: u64,
    readers: Vec<Reader>,
    connections: Vec<Connection>,
}

/// Writes the small store. The trail of this one says first what left it, and for whose key.
///
/// # Errors
///
/// `Error::OpensAll` for a key that opens the whole store; `Error::NoExport` for a connection whose token is not handed out; `Error::NotACopy` for a file that is something else; `Error::Usage`
/// where it is not said what to take.
pub(crate) fn write(session: &Session<'_>, wanted: &Wanted) -> Result<Written, Error> {
    let (store, stamp) = (session.writer()?, session.stamp());
    let place = Place::new(&wanted.file, session.place().state(), false)?;
    if place.path() == session.place().path() {
        return Err(Error::NotACopy(place.path().display().to_string()));
    }
    // From here on: of two that write the same file, the second one finds what the first one wrote.
    let held = Store::hold(&place)?;
    let before = before(&store, &place)?;
    let store_id =
        before.as_ref().map_or_else(|| crate::model::ConnectionId::random().to_string(), |before| before.store_id.clone());
    let signer = store.key().signer_of(&store_id)?;
    let (reader, line) = reader(&store, wanted, before.as_ref(), &signer, (&stamp.who, stamp.at))?;
    let generation = before.as_ref().map_or(1, |before| before.generation + 1);
    let saved = store.change(&stamp, Keep::Nothing, |db| {
        if let Some(known) = db.readers()?.into_iter().find(|known| known.recipient == reader.recipient) {
            return Err(Error::OpensAll { reader: Some(known.name.to_string()), is_typed: wanted.recipient.is_some() });
        }
        let connections = chosen(db, wanted, before.as_ref())?;
        for connection in &connections {
            super::token::exportable(connection)?;
            let (recipient, fingerprint) = (reader.recipient.clone(), connection.fingerprint.clone());
            db.record(&stamp, Some(connection), &EventKind::Exported { recipient, fingerprint })?;
        }
        let mut taken = Vec::with_capacity(connections.len());
        for connection in &connections {
            let is_login = db.grant(&connection.id)?.is_some();
            let ends = if is_login { connection.expiry.at() } else { None };
            let installations = if connection.is_app() { Some(db.installations(&connection.id)?.len()) } else { None };
            taken.push(Taken { connection: connection.clone(), ends, installations });
        }
        let extract =
            Extract { store_id: &store_id, generation, connections: &connections, readers: std::slice::from_ref(&reader) };
        Ok::<_, Error>((db.extract(&extract, store.key(), &stamp)?, taken))
    })?;
    let (extracted, connections) = saved.value;
    let durable = store.write_extract(extracted, &held, before.is_some())? && saved.durable;
    Ok(Written { store_id, generation, recipient: reader.recipient, signer, line, connections, durable })
}

/// What the file holds, if it was written from this store before.
fn before(store: &Store, place: &Place) -> Result<Option<Before>, Error> {
    let not_ours = |path: &Path| Error::NotACopy(path.display().to_string());
    let view = match Store::new(place.clone(), store.key().clone()).read() {
        Ok(view) => view,
        Err(StoreError::Missing(_)) => return Ok(None),
        Err(StoreError::Io { path, what, source }) => return Err(StoreError::Io { path, what, source }.into()),
        Err(_) => return Err(not_ours(place.path())),
    };
    let meta = view.meta()?;
    if meta.copy_of.as_deref() != Some(store.read()?.header().store_id.as_str()) {
        return Err(not_ours(place.path()));
    }
    let (readers, connections) = (view.readers()?, view.connections()?);
    Ok(Some(Before { store_id: meta.store_id, generation: meta.generation, readers, connections }))
}

/// Whose key opens the file, and that key if it is made now.
fn reader(
    store: &Store,
    wanted: &Wanted,
    before: Option<&Before>,
    signer: &str,
    (who, at): (&str, Timestamp),
) -> Result<(Reader, Option<Secret>), Error> {
    let (recipient, line) = match (&wanted.recipient, before.and_then(|before| before.readers.first())) {
        (Some(typed), _) => (readers::public(typed)?, None),
        (None, Some(known)) => return Ok((known.clone(), None)),
        (None, None) => {
            let key = StoreKey::generate().reading(signer);
            (key.recipient()?, Some(key.line()))
        }
    };
    if store.key().recipient()? == recipient {
        return Err(Error::OpensAll { reader: None, is_typed: true });
    }
    let name = Name::from_stored("pipeline".to_owned());
    Ok((Reader { recipient, name, kind: ReaderKind::Pipeline, added_by: who.to_owned(), added_at: at }, line))
}

/// The connections to take.
fn chosen(db: &crate::store::Db, wanted: &Wanted, before: Option<&Before>) -> Result<Vec<Connection>, Error> {
    let names: Vec<String> = match before {
        Some(before) if wanted.only.is_empty() => {
            // What was removed here since goes from the copy too.
            let is_there = |id: &str| db.find(id).map(|found| found.is_some());
            let ids = before.connections.iter().map(|connection| connection.id.to_string());
            ids.filter_map(|id| is_there(&id).map(|there| there.then_some(id)).transpose()).collect::<Result<_, _>>()?
        }
        _ => wanted.only.clone(),
    };
    if names.is_empty() {
        return Err(Error::Usage("which connections go into it is not said: `--only NAME`".to_owned()));
    }
    let mut chosen: Vec<Connection> = Vec::with_capacity(names.len());
    for name in &names {
        let connection = resolve::named(db, name)?;
        if !chosen.iter().any(|known| known.id == connection.id) {
            chosen.push(connection);
        }
    }
    Ok(chosen)
}

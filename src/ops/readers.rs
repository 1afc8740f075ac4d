//! Who may read the store besides its own key: a pipeline, a recovery key. They read and never save (design §5, Writer).

use std::path::PathBuf;

use super::{Error, Session};
use crate::model::{Connection, EventKind, HostUrl, Name, ProviderId, Reader, ReaderKind, Timestamp};
use crate::secret::Secret;
use crate::store::key::{self, KeyPlace, Made};
use crate::store::{Db, Error as StoreError, Keep, KeysError, MOST_READERS, Store, StoreKey};

/// All keys that open the store.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) store_id: String,
    /// The name of the writer, which a reader's key brings with it.
    pub(crate) signer: String,
    /// The public half of the writer's key: only that key itself knows it.
    pub(crate) writer: Option<String>,
    pub(crate) created_at: Timestamp,
    /// By name.
    pub(crate) readers: Vec<Reader>,
}

/// Whose key a new reader's is.
#[derive(Debug)]
pub(crate) enum Whose {
    /// One that is made now, put into a new file or handed back.
    New { file: Option<PathBuf> },
    /// One whose public half was given.
    Theirs(String),
}

/// A reader that was added.
#[derive(Debug)]
pub(crate) struct Added {
    pub(crate) reader: Reader,
    pub(crate) signer: String,
    /// The new key on one line, where no file took it.
    pub(crate) line: Option<Secret>,
    pub(crate) durable: bool,
}

/// A reader that was removed, and what it has seen.
#[derive(Debug)]
pub(crate) struct Removed {
    pub(crate) reader: Reader,
    pub(crate) seen: Seen,
    /// Kept generations that its key still opens.
    pub(crate) kept: Vec<PathBuf>,
    /// Kept generations that were removed with it.
    pub(crate) dropped: Vec<PathBuf>,
    pub(crate) durable: bool,
}

/// The secrets that a reader could read.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Connections with the kinds of their secrets.
    pub(crate) connections: Vec<(Connection, Vec<&'static str>)>,
    /// OAuth clients that have a secret.
    pub(crate) clients: Vec<(ProviderId, HostUrl, String)>,
    /// Hosts that want a client certificate.
    pub(crate) certificates: Vec<(ProviderId, HostUrl)>,
}

/// Every key that opens the store. A reader may ask too.
pub(crate) fn list(store: &Store) -> Result<Listed, Error> {
    let view = store.read()?;
    let (header, meta) = (view.header().clone(), view.meta()?);
    let writer = if store.key().reads_only(&header.store_id) { None } else { Some(store.key().recipient()?) };
    let (store_id, signer) = (header.store_id, header.signer);
    Ok(Listed { store_id, signer, writer, created_at: meta.created_at, readers: view.readers()? })
}

/// Fails if a reader could not be added: before anybody is asked, and before a key is made.
pub(crate) fn check(store: &Store, name: &Name, whose: &Whose) -> Result<(), Error> {
    let recipient = match whose {
        Whose::New { .. } => None,
        Whose::Theirs(typed) => Some(public(typed)?),
    };
    Ok(fits(&*store.read()?, store.key(), name, recipient.as_deref())?)
}

/// Adds a reader, and encrypts the store to it too.
///
/// # Errors
///
/// What [`KeysError`] says; `KeyInTheWay` for a file that is there. A key file that was written is removed again if the save fails.
pub(crate) fn add(session: &Session<'_>, store: &Store, name: &Name, kind: ReaderKind, whose: Whose) -> Result<Added, Error> {
    let stamp = session.stamp();
    let signer = store.read()?.header().signer.clone();
    let (recipient, line, made) = match whose {
        Whose::Theirs(typed) => (public(&typed)?, None, None),
        Whose::New { file } => {
            let key = StoreKey::generate().reading(&signer);
            let recipient = key.recipient()?;
            match file {
                None => (recipient, Some(key.line()), None),
                Some(path) => {
                    let keep = |sources: &key::Sources<'_>| key::keep(key, KeyPlace::File { path }, sources, stamp.at);
                    (recipient, None, Some(session.with_sources(keep)?))
                }
            }
        }
    };
    let reader = Reader { recipient, name: name.clone(), kind, added_by: stamp.who.clone(), added_at: stamp.at };
    let saved = store.change(&stamp, Keep::Generation, |db| {
        fits(db, store.key(), name, Some(&reader.recipient))?;
        db.add_reader(&reader)?;
        db.record(&stamp, None, &event("store.reader_added", &reader))
    });
    match saved {
        Ok(saved) => Ok(Added { reader, signer, line, durable: saved.durable }),
        Err(error) => {
            if let Some(Err(error)) = made.map(Made::discard) {
                tracing::warn!(%error, "the new key was not taken away again");
            }
            Err(error.into())
        }
    }
}

/// A reader by its name or public key.
pub(crate) fn find(db: &Db, typed: &str) -> Result<Reader, Error> {
    if let Some(reader) = db.reader(typed)? {
        return Ok(reader);
    }
    let near = |reader: &Reader| strsim::jaro_winkler(&reader.name.key(), &typed.to_lowercase());
    let nearest = db.readers()?.into_iter().map(|reader| (near(&reader), reader.name.to_string()));
    let nearest = nearest.filter(|(likeness, _)| *likeness > 0.8).max_by(|one, other| one.0.total_cmp(&other.0));
    let typed = crate::model::clean(typed).into_owned();
    Err(StoreError::Keys(KeysError::NoReader { typed, nearest: nearest.map(|(_, name)| name) }).into())
}

/// Removes a reader. What it has read it knows: [`Removed::seen`] is what to rotate.
pub(crate) fn remove(session: &Session<'_>, store: &Store, recipient: &str, drop_generations: bool) -> Result<Removed, Error> {
    let stamp = session.stamp();
    let keep = if drop_generations { Keep::Nothing } else { Keep::Generation };
    let saved = store.change(&stamp, keep, |db| {
        let reader = find(db, recipient)?;
        db.remove_reader(&reader.recipient)?;
        db.record(&stamp, None, &event("store.reader_removed", &reader))?;
        Ok::<_, Error>((reader, seen(db)?))
    })?;
    let ((reader, seen), durable) = (saved.value, saved.durable);
    // While the disk has not confirmed the new file, a kept one may be all there is after a power loss.
    let dropped = if drop_generations && durable { store.drop_generations()? } else { Vec::new() };
    let kept = store.generations();
    Ok(Removed { reader, seen, kept, dropped, durable })
}

/// The secrets in a store that whoever opens it can read.
fn seen(db: &Db) -> Result<Seen, StoreError> {
    let mut connections = Vec::new();
    for connection in db.connections()? {
        let kinds = db.kinds_of_secrets(&connection.id)?;
        if !kinds.is_empty() {
            connections.push((connection, kinds));
        }
    }
    let clients = db.clients()?.into_iter().filter(|client| client.client_secret.is_some());
    let certificates = db.hosts()?.into_iter().filter(|host| host.client_pem.is_some());
    Ok(Seen {
        connections,
        clients: clients.map(|client| (client.provider, client.host, client.client_id)).collect(),
        certificates: certificates.map(|host| (host.provider, host.host)).collect(),
    })
}

fn event(what: &str, reader: &Reader) -> EventKind {
    let detail = format!("`{}` ({}), {}", reader.name, reader.kind, reader.recipient);
    EventKind::Store { what: what.to_owned(), detail: Some(detail) }
}

/// Fails if a reader of this name and key cannot be added to what is there.
fn fits(db: &Db, own: &StoreKey, name: &Name, recipient: Option<&str>) -> Result<(), StoreError> {
    if let Some(recipient) = recipient {
        if own.recipient()? == recipient {
            return Err(KeysError::OwnKey.into());
        }
        if let Some(known) = db.reader(recipient)? {
            return Err(KeysError::ReaderKnown(known.name.to_string()).into());
        }
    }
    if let Some(known) = db.reader(name.as_str())? {
        return Err(KeysError::ReaderTaken(known.name.to_string()).into());
    }
    let count = db.readers()?.len();
    if count >= MOST_READERS { Err(KeysError::TooManyReaders(count).into()) } else { Ok(()) }
}

/// A public key that was typed, in its one spelling. What is typed in its place may be the secret one.
pub(super) fn public(typed: &str) -> Result<String, Error> {
    let typed = typed.trim();
    if typed.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("AGE-SECRET-KEY-")) {
        return Err(Error::SecretTyped { what: "an age key" });
    }
    if let Some(recipient) = key::public(typed) {
        return Ok(recipient);
    }
    let begins = |start: &str| typed.to_ascii_lowercase().starts_with(start);
    let why = if begins("age1pq1") {
        "it is a post-quantum key, and the store takes X25519 keys (`age1…`, 62 characters)".to_owned()
    } else if begins("ssh-") {
        "it is an SSH key, and the store takes age keys (`age1…`)".to_owned()
    } else if begins("age1") && typed.len() != 62 {
        format!("it is not whole, or belongs to an age plugin: 62 characters are expected, and it has {}", typed.chars().count())
    } else if begins("age1") {
        "a character in it is wrong: its checksum does not fit".to_owned()
    } else {
        "it is no age key (`age1…`)".to_owned()
    };
    Err(StoreError::from(KeysError::BadRecipient { why }).into())
}

//! A small store that holds some connections of this one, for a key that opens nothing else.

use super::file::{self, Replaced};
use super::lock::Lock;
use super::schema::CURRENT;
use super::{Db, Error, Goal, Meta, PATIENCE, Place, Store, StoreKey, image, seal};
use crate::model::{Connection, ConnectionId, EventKind, Reader, Stamp};

/// Which small store is made, and of what.
#[derive(Debug)]
pub(crate) struct Extract<'a> {
    pub(crate) store_id: &'a str,
    /// One more than the file's that it replaces.
    pub(crate) generation: u64,
    pub(crate) connections: &'a [Connection],
    /// Whose keys open it besides the writer's.
    pub(crate) readers: &'a [Reader],
}

/// The content of a small store. Not yet on any disk.
pub(crate) struct Extracted {
    db: Db,
    store_id: String,
    generation: u64,
}

/// The file of a small store, held: nobody else writes it until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    place: Place,
    _lock: Lock,
}

impl Db {
    /// Takes connections out of this content with what they need to be used, and nothing that outlives them: token or app key, host, installations and routes;
    /// no refresh token, OAuth client, webhook secret, hook, cached token or event.
    pub(crate) fn extract(&self, of: &Extract<'_>, writer: &StoreKey, stamp: &Stamp) -> Result<Extracted, Error> {
        let Extract { store_id, generation, connections, readers } = *of;
        let whole = self.meta()?;
        let db = Self::new(image::fresh(&CURRENT).map_err(Error::Sql)?, &self.path);
        let copy_of = Some(whole.store_id.clone());
        // No machine is its home: nothing is renewed or rotated in a copy.
        let meta = Meta { store_id: store_id.to_owned(), generation, home: String::new(), created_at: stamp.at, copy_of };
        db.put_meta(&meta, &seal::signer(writer, store_id)?)?;
        for connection in connections {
            self.extract_connection(connection, &db)?;
        }
        let is_taken = |id: &ConnectionId| connections.iter().any(|connection| connection.id == *id);
        for route in self.routes()?.iter().filter(|route| is_taken(&route.connection)) {
            db.put_route(route)?;
        }
        for reader in readers {
            db.add_reader(reader)?;
        }
        let detail = Some(format!("copy of {}, generation {}", whole.store_id, whole.generation));
        db.record(stamp, None, &EventKind::Store { what: "store.created".to_owned(), detail })?;
        Ok(Extracted { db, store_id: store_id.to_owned(), generation })
    }

    fn extract_connection(&self, connection: &Connection, to: &Self) -> Result<(), Error> {
        let id = &connection.id;
        let copy = Connection { auto_renews: connection.is_app(), refresh_expires_at: None, hook: None, ..connection.clone() };
        if let Some(host) = self.host(&connection.host, connection.provider)? {
            to.put_host(&host)?;
        }
        match self.app(id)? {
            Some(app) => to.add_app(&copy, &app, &self.app_key(id)?)?,
            None => to.add(&copy, &self.token(id)?)?,
        }
        for installation in self.installations(id)? {
            to.put_installation(id, &installation)?;
        }
        Ok(())
    }
}

impl Store {
    /// Takes the lock of a small store's file, which is to be read, and written, under it.
    ///
    /// # Errors
    ///
    /// [`Error::NoFolder`] and [`Error::UnsafeDirectory`] for where it is to lie; [`Error::Busy`].
    pub(crate) fn hold(place: &Place) -> Result<Held, Error> {
        file::check_directory(place.directory()).map_err(|error| match error {
            Error::Io { path, source, .. } if source.kind() == std::io::ErrorKind::NotFound => Error::NoFolder(path),
            other => other,
        })?;
        Ok(Held { place: place.clone(), _lock: Lock::take(&place.lock_path(), PATIENCE, place.path())? })
    }

    /// Writes a small store to a file of its own, signed by this store's key. Says whether the last fsync went well.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if `is_there` is false and there is one.
    pub(crate) fn write_extract(&self, extracted: Extracted, held: &Held, is_there: bool) -> Result<bool, Error> {
        let Extracted { db, store_id, generation } = extracted;
        let to = Self { place: held.place.clone(), ..self.clone() };
        file::sweep(to.place.path());
        let replaced = if is_there { Replaced::Dropped } else { Replaced::Absent };
        to.write(db, Goal { writer: &self.key, store_id: &store_id, generation, replaced })
    }
}

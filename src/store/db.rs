//! The tables as values: every statement of SQL that reads or writes rows is here (and in `audit.rs`, for events).

use super::Error;
use super::audit::{Chain, EventQuery};
use crate::model::{Connection, ConnectionId, Event, EventKind, HostUrl, Stamp};
use crate::secret::Secret;

/// An open image in memory.
pub(crate) struct Db {}

/// What a host needs beyond its address: signed with the store, so it travels to pipelines.
#[derive(Debug, Clone)]
pub(crate) struct HostRecord {
    /// The web address: what `Connection::host` names.
    pub(crate) host: HostUrl,
    /// Where its API lies.
    pub(crate) api: HostUrl,
    /// Certificates (PEM) to trust besides the system's.
    pub(crate) ca_pem: Option<String>,
    /// A client certificate with its key (PEM).
    pub(crate) client_pem: Option<Secret>,
    pub(crate) allow_http: bool,
}

/// The store's facts about itself.
#[derive(Debug, Clone)]
pub(crate) struct Meta {
    pub(crate) store_id: String,
    pub(crate) generation: u64,
    /// Which machine's state directory the store calls home.
    pub(crate) home: String,
    pub(crate) created_at: jiff::Timestamp,
}

impl Db {
    pub(crate) fn meta(&self) -> Result<Meta, Error> {
        todo!()
    }

    /// All connections by name.
    pub(crate) fn connections(&self) -> Result<Vec<Connection>, Error> {
        todo!()
    }

    /// The connection of this name (without regard to case), or of the unique id that begins so (at least 4 characters); `None` if neither.
    /// Reads one row, not all: this is what `token` waits for.
    pub(crate) fn find(&self, name_or_id: &str) -> Result<Option<Connection>, Error> {
        todo!()
    }

    /// Adds a connection with its token. Fails with `Error::NameTaken` where the name is.
    pub(crate) fn add(&self, connection: &Connection, token: &Secret) -> Result<(), Error> {
        todo!()
    }

    /// Writes all fields of a connection that exists.
    pub(crate) fn update(&self, connection: &Connection) -> Result<(), Error> {
        todo!()
    }

    /// Removes a connection and its secrets (overwritten, not only unlinked), and its host if no other uses it.
    pub(crate) fn remove(&self, id: &ConnectionId) -> Result<(), Error> {
        todo!()
    }

    /// A connection's token.
    pub(crate) fn token(&self, id: &ConnectionId) -> Result<Secret, Error> {
        todo!()
    }

    /// Puts another token in place of a connection's token.
    pub(crate) fn set_token(&self, id: &ConnectionId, token: &Secret) -> Result<(), Error> {
        todo!()
    }

    pub(crate) fn host(&self, host: &HostUrl) -> Result<Option<HostRecord>, Error> {
        todo!()
    }

    pub(crate) fn put_host(&self, record: &HostRecord) -> Result<(), Error> {
        todo!()
    }

    /// Appends to the trail.
    pub(crate) fn record(&self, stamp: &Stamp, connection: Option<&Connection>, kind: &EventKind) -> Result<(), Error> {
        todo!()
    }

    /// Events, newest first.
    pub(crate) fn events(&self, query: &EventQuery) -> Result<Vec<Event>, Error> {
        todo!()
    }

    /// Recomputes the hash chain.
    pub(crate) fn verify_chain(&self) -> Result<Chain, Error> {
        todo!()
    }
}

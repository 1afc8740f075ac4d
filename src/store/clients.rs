//! The OAuth clients of hosts: as which app gitconn logs in there.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::rows::{millisecond, moment, url, word};
use super::{Db, Error};
use crate::model::{HostUrl, ProviderId};
use crate::secret::Secret;

/// The OAuth client (app registration) of a host.
#[derive(Debug, Clone)]
pub(crate) struct ClientRecord {
    pub(crate) provider: ProviderId,
    /// The web address: what `Connection::host` names.
    pub(crate) host: HostUrl,
    pub(crate) client_id: String,
    /// `None` for a public client.
    pub(crate) client_secret: Option<Secret>,
    pub(crate) created_at: Timestamp,
}

impl Db {
    /// All OAuth clients by host.
    pub(crate) fn clients(&self) -> Result<Vec<ClientRecord>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT * FROM oauth_clients ORDER BY host, provider")?;
            let rows = statement.query_map([], client_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// The OAuth client of a host, if it has one of its own.
    pub(crate) fn client(&self, host: &HostUrl, provider: ProviderId) -> Result<Option<ClientRecord>, Error> {
        self.sqlite
            .query_row(
                "SELECT * FROM oauth_clients WHERE host = ?1 AND provider = ?2",
                [host.as_str(), provider.id()],
                client_from,
            )
            .optional()
            .map_err(self.failed())
    }

    /// Sets a host's OAuth client, in place of the one it has.
    pub(crate) fn put_client(&self, record: &ClientRecord) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO oauth_clients VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (host, provider) DO UPDATE SET \
                 client_id = excluded.client_id, client_secret = excluded.client_secret, created_at = excluded.created_at",
                (
                    record.host.as_str(),
                    record.provider.id(),
                    &record.client_id,
                    record.client_secret.as_ref().map(Secret::expose),
                    millisecond(record.created_at),
                ),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Removes a host's OAuth client with its secret (overwritten, not only unlinked). Returns whether there was one.
    pub(crate) fn remove_client(&self, host: &HostUrl, provider: ProviderId) -> Result<bool, Error> {
        self.sqlite
            .execute("DELETE FROM oauth_clients WHERE host = ?1 AND provider = ?2", [host.as_str(), provider.id()])
            .map(|removed| removed > 0)
            .map_err(self.failed())
    }
}

fn client_from(row: &Row<'_>) -> rusqlite::Result<ClientRecord> {
    Ok(ClientRecord {
        provider: word(row, "provider")?,
        host: url(row, "host")?,
        client_id: row.get("client_id")?,
        client_secret: row.get::<_, Option<String>>("client_secret")?.map(Secret::from),
        created_at: moment(row, "created_at")?,
    })
}

//! The tables as values: statements of SQL that read or write rows are here, and for secrets in `secrets.rs`, for OAuth in `clients.rs`, `grants.rs` and
//! `intents.rs`, for routes `routes.rs`, for apps in `apps.rs` and `installations.rs`, for events in `audit.rs`.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection as Sqlite, OptionalExtension, Row, named_params};

use super::image::explain;
use super::rows::{connection_from, count, flag, list, millisecond, moment, url, word};
use super::{Error, Header, audit};
use crate::model::{Connection, ConnectionId, Expiry, HostUrl, ProviderId};
use crate::secret::Secret;

/// The kind of secret that every connection has.
pub(super) const TOKEN: &str = "token";
/// So many characters of an id are needed to name a connection by it.
const SHORTEST_PREFIX: usize = 4;
/// So many names are given back with [`Error::AmbiguousId`].
const MOST_NAMES: i64 = 8;

/// An open image in memory.
pub(crate) struct Db {
    pub(super) sqlite: Sqlite,
    /// The file it came from, for messages.
    pub(super) path: PathBuf,
}

/// What a host needs beyond its address: signed with the store, so it travels to pipelines.
#[derive(Debug, Clone)]
pub(crate) struct HostRecord {
    /// Whose API it speaks there: one address may serve several providers.
    pub(crate) provider: ProviderId,
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

impl HostRecord {
    /// Whether the two lead to the same place in the same way.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let client = |record: &Self| record.client_pem.as_ref().map(Secret::fingerprint);
        (self.provider, &self.host, &self.api) == (other.provider, &other.host, &other.api)
            && (&self.ca_pem, client(self), self.allow_http) == (&other.ca_pem, client(other), other.allow_http)
    }
}

/// The store's facts about itself.
#[derive(Debug, Clone)]
pub(crate) struct Meta {
    pub(crate) store_id: String,
    pub(crate) generation: u64,
    /// Which machine's state directory the store calls home.
    pub(crate) home: String,
    pub(crate) created_at: Timestamp,
    /// Of which store this one holds some connections, for a key of its own.
    pub(crate) copy_of: Option<String>,
}

impl Db {
    pub(super) fn new(sqlite: Sqlite, path: &Path) -> Self {
        Self { sqlite, path: path.to_owned() }
    }

    /// The content breaks a rule of ours.
    pub(super) fn damaged(&self, why: &str) -> Error {
        Error::damaged(&self.path, why)
    }

    /// For `map_err`: SQLite's error as ours.
    pub(super) fn failed(&self) -> impl Fn(rusqlite::Error) -> Error {
        |error| explain(error, &self.path)
    }

    pub(crate) fn meta(&self) -> Result<Meta, Error> {
        self.sqlite
            .query_row("SELECT store_id, generation, home, created_at, copy_of FROM meta", [], |row| {
                Ok(Meta {
                    store_id: row.get(0)?,
                    generation: count(row, 1)?,
                    home: row.get(2)?,
                    created_at: moment(row, "created_at")?,
                    copy_of: row.get(4)?,
                })
            })
            .map_err(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => Error::damaged(&self.path, "the table `meta` is empty"),
                other => explain(other, &self.path),
            })
    }

    /// Writes the facts of a new store.
    pub(super) fn put_meta(&self, meta: &Meta, signer: &str) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO meta VALUES (1, ?1, ?2, ?3, ?4, ?5, 0, ?6, NULL, ?7)",
                (
                    &meta.store_id,
                    meta.generation.cast_signed(),
                    signer,
                    &meta.home,
                    meta.created_at.as_millisecond(),
                    audit::GENESIS,
                    &meta.copy_of,
                ),
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Repeats inside what the header says: the generation and the signer.
    pub(super) fn set_generation(&self, generation: u64, signer: &str) -> Result<(), Error> {
        self.sqlite
            .execute("UPDATE meta SET generation = ?1, signer = ?2", (generation.cast_signed(), signer))
            .map(drop)
            .map_err(self.failed())
    }

    /// Fails unless the content names the same store, generation and signer as the header it was signed with.
    pub(super) fn agree(&self, header: &Header) -> Result<(), Error> {
        let Meta { store_id, generation, .. } = self.meta()?;
        let signer: String = self.sqlite.query_row("SELECT signer FROM meta", [], |row| row.get(0)).map_err(self.failed())?;
        if (Header { store_id, generation, signer }) == *header {
            Ok(())
        } else {
            Err(Error::damaged(&self.path, "its header and its content do not name the same generation"))
        }
    }

    /// Makes this machine the store's home.
    pub(super) fn set_home(&self, home: &str) -> Result<(), Error> {
        self.sqlite.execute("UPDATE meta SET home = ?1", [home]).map(drop).map_err(self.failed())
    }

    /// The batch of the spool that was merged last.
    pub(super) fn spool_hash(&self) -> Result<Option<Vec<u8>>, Error> {
        self.sqlite.query_row("SELECT spool_hash FROM meta", [], |row| row.get(0)).map_err(self.failed())
    }

    pub(super) fn set_spool_hash(&self, hash: &[u8]) -> Result<(), Error> {
        self.sqlite.execute("UPDATE meta SET spool_hash = ?1", [hash]).map(drop).map_err(self.failed())
    }

    /// All connections by name.
    pub(crate) fn connections(&self) -> Result<Vec<Connection>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT * FROM connections ORDER BY name_key")?;
            let rows = statement.query_map([], connection_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// The connection of this name (without regard to case), or of the unique id that begins so (at least 4 characters); `None` if neither.
    /// Reads one row, not all: this is what `token` waits for.
    pub(crate) fn find(&self, name_or_id: &str) -> Result<Option<Connection>, Error> {
        let key = name_or_id.to_lowercase();
        let named = self
            .sqlite
            .query_row("SELECT * FROM connections WHERE name_key = ?1", [&key], connection_from)
            .optional()
            .map_err(self.failed())?;
        let is_prefix = key.len() >= SHORTEST_PREFIX && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if named.is_some() || !is_prefix {
            return Ok(named);
        }
        let read = || {
            // `g` comes after every character of an id.
            let mut statement =
                self.sqlite.prepare("SELECT * FROM connections WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT ?2")?;
            let rows = statement.query_map((&key, MOST_NAMES), connection_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let mut found = read().map_err(self.failed())?;
        if found.len() > 1 {
            let all = found.into_iter().map(|connection| connection.name.to_string()).collect();
            return Err(Error::AmbiguousId { typed: name_or_id.to_owned(), names: all });
        }
        Ok(found.pop())
    }

    /// Adds a connection with its token. Fails with `Error::NameTaken` where the name is.
    pub(crate) fn add(&self, connection: &Connection, token: &Secret) -> Result<(), Error> {
        self.insert(connection)?;
        self.put_secret(&connection.id, TOKEN, token, None)
    }

    /// Adds a connection without any secret.
    pub(super) fn insert(&self, connection: &Connection) -> Result<(), Error> {
        const INSERT: &str = "INSERT INTO connections VALUES (:id, :name, :name_key, :description, :provider, :host, :auth_method, \
             :token_kind, :username, :account_id, :account_type, :status, :is_active, :tags, :scopes, :expires_at, :never_expires, \
             :auto_renews, :refresh_expires_at, :fingerprint, :rotated_at, :validated_at, :validation_error, :last_used_at, \
             :created_by, :created_at, :updated_at, :email, :workspace, :server_version, :hook, :no_export)";
        self.put(INSERT, connection)
    }

    /// Writes all fields of a connection that exists.
    pub(crate) fn update(&self, connection: &Connection) -> Result<(), Error> {
        const UPDATE: &str = "UPDATE connections SET name = :name, name_key = :name_key, description = :description, \
             provider = :provider, host = :host, auth_method = :auth_method, token_kind = :token_kind, username = :username, \
             account_id = :account_id, account_type = :account_type, status = :status, is_active = :is_active, tags = :tags, \
             scopes = :scopes, expires_at = :expires_at, never_expires = :never_expires, auto_renews = :auto_renews, \
             refresh_expires_at = :refresh_expires_at, fingerprint = :fingerprint, rotated_at = :rotated_at, \
             validated_at = :validated_at, validation_error = :validation_error, last_used_at = :last_used_at, \
             created_by = :created_by, created_at = :created_at, updated_at = :updated_at, email = :email, workspace = :workspace, \
             server_version = :server_version, hook = :hook, no_export = :no_export WHERE id = :id";
        self.put(UPDATE, connection)
    }

    /// Runs a statement that takes all fields and must touch one row.
    fn put(&self, sql: &str, connection: &Connection) -> Result<(), Error> {
        let millisecond = |at: Option<Timestamp>| at.map(millisecond);
        let changed = self.sqlite.execute(
            sql,
            named_params! {
                ":id": connection.id.as_str(),
                ":name": connection.name.as_str(),
                ":name_key": connection.name.key(),
                ":description": connection.description,
                ":provider": connection.provider.id(),
                ":host": connection.host.as_str(),
                ":auth_method": connection.auth_method.id(),
                ":token_kind": connection.token_kind.map(crate::model::TokenKind::id),
                ":username": connection.username,
                ":account_id": connection.account_id,
                ":account_type": connection.account_type.map(crate::model::AccountType::id),
                ":status": connection.status.id(),
                ":is_active": connection.is_active,
                ":tags": list(&connection.tags),
                ":scopes": connection.scopes.as_deref().map(list),
                ":expires_at": millisecond(connection.expiry.at()),
                ":never_expires": connection.expiry == Expiry::Never,
                ":auto_renews": connection.auto_renews,
                ":refresh_expires_at": millisecond(connection.refresh_expires_at),
                ":fingerprint": connection.fingerprint,
                ":rotated_at": millisecond(connection.rotated_at),
                ":validated_at": millisecond(connection.validated_at),
                ":validation_error": connection.validation_error,
                ":last_used_at": millisecond(connection.last_used_at),
                ":created_by": connection.created_by,
                ":created_at": millisecond(Some(connection.created_at)),
                ":updated_at": millisecond(Some(connection.updated_at)),
                ":email": connection.email,
                ":workspace": connection.workspace,
                ":server_version": connection.server_version,
                ":hook": connection.hook,
                ":no_export": connection.no_export,
            },
        );
        match changed {
            Ok(1) => Ok(()),
            Ok(_) => Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)),
            Err(rusqlite::Error::SqliteFailure(failure, Some(message)))
                if failure.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                    && message.ends_with("connections.name_key") =>
            {
                Err(Error::NameTaken(connection.name.to_string()))
            }
            Err(error) => Err(explain(error, &self.path)),
        }
    }

    /// Removes a connection with its secrets (overwritten, not only unlinked), its grant and what was begun for it, and its host if no other
    /// uses it. The host's OAuth client stays: the next login there needs it.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] if there is no such connection: look for it in the same change.
    pub(crate) fn remove(&self, id: &ConnectionId) -> Result<(), Error> {
        let remove = || {
            let (host, provider): (String, String) =
                self.sqlite.query_row("SELECT host, provider FROM connections WHERE id = ?1", [id.as_str()], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            // `secure_delete` writes zeros over what is deleted.
            for table in ["secrets", "grants", "intents", "rotations", "routes", "installations", "apps"] {
                self.sqlite.execute(&format!("DELETE FROM {table} WHERE connection_id = ?1"), [id.as_str()])?;
            }
            self.sqlite.execute("DELETE FROM connections WHERE id = ?1", [id.as_str()])?;
            self.sqlite.execute(
                "DELETE FROM hosts WHERE host = ?1 AND provider = ?2 \
                     AND NOT EXISTS (SELECT 1 FROM connections WHERE host = ?1 AND provider = ?2)",
                [host, provider],
            )
        };
        remove().map(drop).map_err(self.failed())
    }

    /// A connection's token.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it has none: look for the connection in the same view.
    pub(crate) fn token(&self, id: &ConnectionId) -> Result<Secret, Error> {
        self.secret(id, TOKEN)?.map(|(token, _)| token).ok_or_else(|| self.damaged("a connection in it has no token"))
    }

    /// Puts another token in place of a connection's token.
    pub(crate) fn set_token(&self, id: &ConnectionId, token: &Secret) -> Result<(), Error> {
        let changed = self
            .sqlite
            .execute("UPDATE secrets SET value = ?3 WHERE connection_id = ?1 AND kind = ?2", (id.as_str(), TOKEN, token.expose()))
            .map_err(self.failed())?;
        if changed == 1 { Ok(()) } else { Err(Error::Sql(rusqlite::Error::QueryReturnedNoRows)) }
    }

    /// A connection's name.
    pub(super) fn name_of(&self, id: &ConnectionId) -> Option<String> {
        self.sqlite.query_row("SELECT name FROM connections WHERE id = ?1", [id.as_str()], |row| row.get(0)).ok()
    }

    /// Notes when a connection was last used; an earlier moment than is known changes nothing.
    pub(super) fn touch(&self, id: &ConnectionId, at: Timestamp) -> Result<(), Error> {
        self.sqlite
            .execute(
                "UPDATE connections SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at, ?2 - 1) < ?2",
                (id.as_str(), millisecond(at)),
            )
            .map(drop)
            .map_err(self.failed())
    }

    pub(crate) fn host(&self, host: &HostUrl, provider: ProviderId) -> Result<Option<HostRecord>, Error> {
        self.sqlite
            .query_row("SELECT * FROM hosts WHERE host = ?1 AND provider = ?2", [host.as_str(), provider.id()], host_from)
            .optional()
            .map_err(self.failed())
    }

    /// All hosts by address.
    pub(crate) fn hosts(&self) -> Result<Vec<HostRecord>, Error> {
        let read = || {
            let mut statement = self.sqlite.prepare("SELECT * FROM hosts ORDER BY host, provider")?;
            let rows = statement.query_map([], host_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    pub(crate) fn put_host(&self, record: &HostRecord) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO hosts VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (host, provider) DO UPDATE SET \
                 api = excluded.api, ca_pem = excluded.ca_pem, client_pem = excluded.client_pem, allow_http = excluded.allow_http",
                (
                    record.host.as_str(),
                    record.api.as_str(),
                    &record.ca_pem,
                    record.client_pem.as_ref().map(Secret::expose),
                    record.allow_http,
                    record.provider.id(),
                ),
            )
            .map(drop)
            .map_err(self.failed())
    }
}

fn host_from(row: &Row<'_>) -> rusqlite::Result<HostRecord> {
    Ok(HostRecord {
        provider: word(row, "provider")?,
        host: url(row, "host")?,
        api: url(row, "api")?,
        ca_pem: row.get("ca_pem")?,
        client_pem: row.get::<_, Option<String>>("client_pem")?.map(Secret::from),
        allow_http: flag(row, "allow_http")?,
    })
}

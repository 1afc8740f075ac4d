//! The app that a connection is: who it is, and the key that it signs with.

use rusqlite::{OptionalExtension, Row, named_params};

use super::rows::{count, flag, optional_word, permissions, permissions_text};
use super::{Db, Error};
use crate::model::{AccountType, App, Connection, ConnectionId};
use crate::secret::Secret;

/// The kind of secret that an app signs with.
pub(super) const KEY: &str = "private_key";
/// The kind of secret that an app's events are signed with.
pub(super) const WEBHOOK: &str = "webhook_secret";

/// An app, and how its installations are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppRecord {
    pub(crate) app: App,
    /// What its signatures name it by: its client id where the provider takes that, else its number.
    pub(crate) issuer: String,
    /// Installations that are new at the provider are taken in, and not only those that were named.
    pub(crate) takes_all: bool,
}

impl Db {
    /// Adds a connection that is an app. Fails with `Error::NameTaken` where the name is.
    pub(crate) fn add_app(&self, connection: &Connection, record: &AppRecord, key: &Secret) -> Result<(), Error> {
        self.insert(connection)?;
        self.put_app(&connection.id, record)?;
        self.set_app_key(&connection.id, key)
    }

    /// The app that a connection is; `None` for any other.
    pub(crate) fn app(&self, id: &ConnectionId) -> Result<Option<AppRecord>, Error> {
        self.sqlite
            .query_row("SELECT * FROM apps WHERE connection_id = ?1", [id.as_str()], app_from)
            .optional()
            .map_err(self.failed())
    }

    /// Writes what is known of an app, in place of what was.
    pub(crate) fn put_app(&self, id: &ConnectionId, AppRecord { app, issuer, takes_all }: &AppRecord) -> Result<(), Error> {
        self.sqlite
            .execute(
                "INSERT INTO apps VALUES (:id, :app_id, :client_id, :issuer, :slug, :name, :owner, :owner_id, :owner_type, :permissions, \
                 :page, :takes_all) ON CONFLICT (connection_id) DO UPDATE SET app_id = excluded.app_id, \
                 client_id = excluded.client_id, issuer = excluded.issuer, slug = excluded.slug, name = excluded.name, owner = excluded.owner, \
                 owner_id = excluded.owner_id, owner_type = excluded.owner_type, permissions = excluded.permissions, \
                 page = excluded.page, takes_all = excluded.takes_all",
                named_params! {
                    ":id": id.as_str(),
                    ":app_id": app.id.cast_signed(),
                    ":client_id": app.client_id,
                    ":issuer": issuer,
                    ":slug": app.slug,
                    ":name": app.name,
                    ":owner": app.owner,
                    ":owner_id": app.owner_id,
                    ":owner_type": app.owner_type.map(AccountType::id),
                    ":permissions": permissions_text(&app.permissions),
                    ":page": app.page,
                    ":takes_all": takes_all,
                },
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// What the app signs with (PEM).
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it has none: look for the app in the same view.
    pub(crate) fn app_key(&self, id: &ConnectionId) -> Result<Secret, Error> {
        self.secret(id, KEY)?.map(|(key, _)| key).ok_or_else(|| self.damaged("an app in it has no private key"))
    }

    /// Puts another key in place of the app's.
    pub(crate) fn set_app_key(&self, id: &ConnectionId, key: &Secret) -> Result<(), Error> {
        self.put_secret(id, KEY, key, None)
    }

    /// What the app's events are signed with, if that is known.
    pub(crate) fn webhook_secret(&self, id: &ConnectionId) -> Result<Option<Secret>, Error> {
        Ok(self.secret(id, WEBHOOK)?.map(|(secret, _)| secret))
    }

    pub(crate) fn set_webhook_secret(&self, id: &ConnectionId, secret: &Secret) -> Result<(), Error> {
        self.put_secret(id, WEBHOOK, secret, None)
    }
}

fn app_from(row: &Row<'_>) -> rusqlite::Result<AppRecord> {
    let app = App {
        id: count(row, "app_id")?,
        client_id: row.get("client_id")?,
        slug: row.get("slug")?,
        name: row.get("name")?,
        owner: row.get("owner")?,
        owner_id: row.get("owner_id")?,
        owner_type: optional_word(row, "owner_type")?,
        permissions: permissions(row, "permissions")?,
        page: row.get("page")?,
    };
    Ok(AppRecord { app, issuer: row.get("issuer")?, takes_all: flag(row, "takes_all")? })
}

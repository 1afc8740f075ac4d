//! The installations of an app, and the token that each has for its hour.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::rows::{count, millisecond, moment, optional_moment, optional_word, permissions, permissions_text, word};
use super::{Db, Error};
use crate::model::{AccountType, ConnectionId, Installation, InstallationStatus};
use crate::secret::Secret;

/// An installation, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstallationRecord {
    pub(crate) installation: Installation,
    /// When it was put aside here.
    pub(crate) removed_at: Option<Timestamp>,
    /// When it was found gone at the provider.
    pub(crate) uninstalled_at: Option<Timestamp>,
}

impl InstallationRecord {
    /// One that is in use.
    pub(crate) const fn new(installation: Installation) -> Self {
        Self { installation, removed_at: None, uninstalled_at: None }
    }

    /// Whether it can be used. What is gone is gone, whatever else was decided about it.
    pub(crate) const fn status(&self) -> InstallationStatus {
        match (self.uninstalled_at, self.removed_at, self.installation.suspended_at) {
            (Some(_), _, _) => InstallationStatus::Uninstalled,
            (None, Some(_), _) => InstallationStatus::Removed,
            (None, None, Some(_)) => InstallationStatus::Suspended,
            (None, None, None) => InstallationStatus::Active,
        }
    }

    /// Whether both are on one account: by the provider's own number where both are known, for an account may be renamed.
    pub(crate) fn is_on_account_of(&self, other: &Installation) -> bool {
        match (&self.installation.account_id, &other.account_id) {
            (Some(one), Some(two)) => one == two,
            _ => self.is_of(&other.account),
        }
    }

    /// Whether it is this account's, without regard to case.
    pub(crate) fn is_of(&self, account: &str) -> bool {
        self.installation.account.to_lowercase() == account.to_lowercase()
    }
}

/// An installation's token that was kept.
#[derive(Debug, Clone)]
pub(crate) struct CachedToken {
    pub(crate) token: Secret,
    pub(crate) expires_at: Timestamp,
    pub(crate) issued_at: Timestamp,
}

/// The kind of secret that an installation's token is.
fn kind(installation: u64) -> String {
    format!("installation:{installation}")
}

/// Whose token a secret of this kind is, if it is an installation's.
pub(super) fn of_kind(kind: &str) -> Option<u64> {
    kind.strip_prefix("installation:")?.parse().ok()
}

impl Db {
    /// The installations of an app, the oldest first.
    pub(crate) fn installations(&self, id: &ConnectionId) -> Result<Vec<InstallationRecord>, Error> {
        let read = || {
            let mut statement =
                self.sqlite.prepare("SELECT * FROM installations WHERE connection_id = ?1 ORDER BY created_at, id")?;
            let rows = statement.query_map([id.as_str()], record_from)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed())
    }

    /// Writes what is known of an installation, in place of what was. Its token stays.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`] if the connection is no app: look for it in the same change.
    pub(crate) fn put_installation(&self, id: &ConnectionId, record: &InstallationRecord) -> Result<(), Error> {
        let InstallationRecord { installation, removed_at, uninstalled_at } = record;
        self.sqlite
            .execute(
                "INSERT INTO installations VALUES (:connection, :id, :account, :account_id, :account_type, :selection, \
                 :permissions, :page, :created_at, :suspended_at, :removed_at, :uninstalled_at, NULL) \
                 ON CONFLICT (connection_id, id) DO UPDATE SET account = excluded.account, account_id = excluded.account_id, \
                 account_type = excluded.account_type, selection = excluded.selection, permissions = excluded.permissions, \
                 page = excluded.page, created_at = excluded.created_at, suspended_at = excluded.suspended_at, \
                 removed_at = excluded.removed_at, uninstalled_at = excluded.uninstalled_at",
                named_params! {
                    ":connection": id.as_str(),
                    ":id": installation.id.cast_signed(),
                    ":account": installation.account,
                    ":account_id": installation.account_id,
                    ":account_type": installation.account_type.map(AccountType::id),
                    ":selection": installation.selection.id(),
                    ":permissions": permissions_text(&installation.permissions),
                    ":page": installation.page,
                    ":created_at": millisecond(installation.created_at),
                    ":suspended_at": installation.suspended_at.map(millisecond),
                    ":removed_at": removed_at.map(millisecond),
                    ":uninstalled_at": uninstalled_at.map(millisecond),
                },
            )
            .map(drop)
            .map_err(self.failed())
    }

    /// Forgets an installation and its token.
    pub(crate) fn drop_installation(&self, id: &ConnectionId, installation: u64) -> Result<(), Error> {
        self.remove_installation_token(id, installation)?;
        self.sqlite
            .execute("DELETE FROM installations WHERE connection_id = ?1 AND id = ?2", (id.as_str(), installation.cast_signed()))
            .map(drop)
            .map_err(self.failed())
    }

    /// An installation's token, if one was kept. It may have ended.
    pub(crate) fn installation_token(&self, id: &ConnectionId, installation: u64) -> Result<Option<CachedToken>, Error> {
        let Some((token, Some(expires_at))) = self.secret(id, &kind(installation))? else { return Ok(None) };
        let issued_at = self
            .sqlite
            .query_row(
                "SELECT token_issued_at FROM installations WHERE connection_id = ?1 AND id = ?2",
                (id.as_str(), installation.cast_signed()),
                |row| optional_moment(row, "token_issued_at"),
            )
            .optional()
            .map_err(self.failed())?;
        Ok(issued_at.flatten().map(|issued_at| CachedToken { token, expires_at, issued_at }))
    }

    /// Keeps an installation's token; of one that is not there any more nothing is kept.
    pub(crate) fn put_installation_token(&self, id: &ConnectionId, installation: u64, cached: &CachedToken) -> Result<(), Error> {
        let changed = self
            .sqlite
            .execute(
                "UPDATE installations SET token_issued_at = ?3 WHERE connection_id = ?1 AND id = ?2",
                (id.as_str(), installation.cast_signed(), millisecond(cached.issued_at)),
            )
            .map_err(self.failed())?;
        if changed == 0 {
            return Ok(());
        }
        self.put_secret(id, &kind(installation), &cached.token, Some(cached.expires_at))
    }

    /// Forgets an installation's token.
    pub(crate) fn remove_installation_token(&self, id: &ConnectionId, installation: u64) -> Result<(), Error> {
        self.remove_secret(id, &kind(installation))
    }
}

fn record_from(row: &Row<'_>) -> rusqlite::Result<InstallationRecord> {
    let installation = Installation {
        id: count(row, "id")?,
        account: row.get("account")?,
        account_id: row.get("account_id")?,
        account_type: optional_word(row, "account_type")?,
        selection: word(row, "selection")?,
        permissions: permissions(row, "permissions")?,
        page: row.get("page")?,
        suspended_at: optional_moment(row, "suspended_at")?,
        created_at: moment(row, "created_at")?,
    };
    let (removed_at, uninstalled_at) = (optional_moment(row, "removed_at")?, optional_moment(row, "uninstalled_at")?);
    Ok(InstallationRecord { installation, removed_at, uninstalled_at })
}

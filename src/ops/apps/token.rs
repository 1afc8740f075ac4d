//! What `token` hands out of an app: the installation's token for its hour, or one that was made for this call alone.

use super::super::serving::Serving;
use super::super::{Error, Session};
use super::{mint, route};
use crate::model::{Connection, Installation, Narrowing, Permissions, RepositoryPath, clean};
use crate::store::{CachedToken, InstallationRecord, Store, View};

/// The most repositories that a token is narrowed to (GitHub's limit).
const MOST: usize = 500;

/// What is wanted of an app's token beyond the app.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// An account or a number.
    pub(crate) installation: Option<String>,
    pub(crate) repositories: Vec<RepositoryPath>,
    pub(crate) permissions: Permissions,
    /// Not the one that is kept.
    pub(crate) fresh: bool,
}

impl Asked {
    /// Whether nothing is.
    pub(crate) fn is_empty(&self) -> bool {
        self.installation.is_none() && !self.is_for_one_call()
    }

    /// Whether it must be made for this call.
    pub(crate) fn is_for_one_call(&self) -> bool {
        self.fresh || !self.repositories.is_empty() || !self.permissions.is_empty()
    }

    /// The installation and what its token is narrowed to. `path` is the repository that the connection was found by.
    ///
    /// # Errors
    ///
    /// If no installation serves, or several would; if the repositories have several owners.
    pub(crate) fn settle(
        &self,
        view: &View,
        connection: Connection,
        path: Option<&RepositoryPath>,
    ) -> Result<(Serving, Narrowing), Error> {
        if let Some(path) = path
            && !self.repositories.is_empty()
            && !self.repositories.iter().any(|named| named.as_str().eq_ignore_ascii_case(path.as_str()))
        {
            let (address, named) = (clean(path.as_str()), clean(self.repositories[0].as_str()));
            return Err(Error::Usage(format!("the address is of `{address}`, and --repo names `{named}`")));
        }
        let installation = self.installation(view, &connection, path)?;
        let names = self.repositories.iter().filter_map(|path| path.segments().nth(1)).map(ToOwned::to_owned).collect();
        let narrowing = Narrowing { repositories: names, permissions: self.permissions.clone() };
        Ok((Serving { connection, installation: Some(installation) }, narrowing))
    }

    fn installation(&self, view: &View, connection: &Connection, path: Option<&RepositoryPath>) -> Result<Installation, Error> {
        if self.repositories.len() > MOST {
            return Err(Error::Usage(format!("a token is narrowed to at most {MOST} repositories")));
        }
        let owner = |path: &RepositoryPath| path.owner().to_lowercase();
        let mut owners: Vec<String> = self.repositories.iter().chain(path).map(owner).collect();
        owners.sort();
        owners.dedup();
        match owners.as_slice() {
            // Whoever gets the token may write with it: only the owner's own installation serves.
            [owner] => {
                let records = view.installations(&connection.id)?;
                let is_owners = |typed: &str| {
                    let by_number = |known: &&InstallationRecord| known.installation.id.to_string() == typed;
                    typed.to_lowercase() == *owner || records.iter().find(by_number).is_some_and(|known| known.is_of(owner))
                };
                match self.installation.as_deref().filter(|typed| !is_owners(typed)) {
                    Some(typed) => Err(Error::Usage(format!(
                        "the repository belongs to `{}`, and --installation names `{}`",
                        clean(owner),
                        clean(typed)
                    ))),
                    None => route::on_account(connection, &records, owner),
                }
            }
            [] => route::named_or_only(view, connection, self.installation.as_deref()),
            [first, second, ..] => {
                Err(Error::Usage(format!("one token serves the repositories of one account, not of `{first}` and `{second}`")))
            }
        }
    }
}

/// The installation's token where it is at hand.
pub(in crate::ops) fn at_hand(
    session: &Session<'_>,
    view: &View,
    connection: &Connection,
    installation: &Installation,
) -> Result<Option<CachedToken>, Error> {
    let cached = view.installation_token(&connection.id, installation.id)?;
    Ok(cached.filter(|cached| mint::needed(cached, session.now()) == super::super::renew::need::Need::Not))
}

/// A token for one call, kept nowhere.
pub(in crate::ops) async fn once(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    installation: &Installation,
    narrowing: &Narrowing,
) -> Result<CachedToken, Error> {
    session.minter(store).once(&connection.id, installation.id, narrowing).await
}

//! What stands behind the connections of a run: the store with everything that it knows, or nothing but a token that a variable of the environment holds.
//! Whoever lists, looks or checks asks through this, and does not know which of the two it is.

mod bound;
mod loose;
mod stored;

use async_trait::async_trait;

pub(crate) use self::bound::{BoundError, Loosely};
pub(crate) use self::loose::Loose;
pub(crate) use self::stored::Stored;
use super::changes::Change;
use super::serving::{Serving, Spread};
use super::validate::Checked;
use super::{Error, Filter};
use crate::git::Remote;
use crate::model::{Connection, Expiry, Purpose, RepositoryPath};
use crate::provider::{Error as ProviderError, Provider};
use crate::store::Store;

/// What stands behind the connections of a run.
#[async_trait(?Send)]
pub(crate) trait Backing {
    /// What serves a repository, and its path there: by the connection that was named, or whichever fits. `strict`: of an app only the installation on its owner.
    fn serving(&self, typed: Option<&str>, remote: &Remote, strict: bool) -> Result<(Serving, RepositoryPath), Error>;

    /// The connections of these names, or all enabled ones that pass the filter: to be asked about, usable or not.
    fn several(&self, names: &[String], filter: &Filter) -> Result<Vec<Connection>, Error>;

    /// The same, of those that are fit for use.
    fn usable(&self, names: &[String], filter: &Filter) -> Result<Vec<Connection>, Error>;

    /// Of all enabled ones that pass the filter, those that are known to be dead, each with why it serves nobody: what is listed without them is not whole. Where one
    /// account's installation is asked for, only apps that have it are meant.
    fn dead(&self, _filter: &Filter, _installation: Option<&str>) -> Result<Vec<(Connection, Error)>, Error> {
        Ok(Vec::new())
    }

    /// Connections, spread over the installations of those that are apps: over all, or over the one on this account. `by_name`: each was named, and has to have it.
    fn spread(&self, connections: Vec<Connection>, installation: Option<&str>, by_name: bool) -> Result<Spread, Error>;

    /// The provider behind what serves, with a token that lives as long as it is needed.
    async fn provider(&self, serving: &Serving) -> Result<Box<dyn Provider>, Error>;

    /// What an error of a request means for what served it.
    async fn explained(&self, serving: &Serving, path: Option<&RepositoryPath>, error: ProviderError) -> Error;

    /// Sees to it that there is a live token, renewed or made if need be, and says when it ends.
    async fn enliven(&self, serving: &Serving) -> Result<Expiry, Error>;

    /// Asks whether a connection's credential still works.
    async fn check(&self, connection: Connection) -> Result<Checked, Error>;

    /// Brings what was checked up to date with what the checks themselves have changed.
    async fn catch_up(&self, _results: &mut [Checked]) -> Result<(), Error> {
        Ok(())
    }

    /// What a check found to be otherwise than it was known before this run; `None` where nothing is.
    fn change(&self, _checked: &Checked) -> Result<Option<Change>, Error> {
        Ok(None)
    }

    /// Notes that a connection was used. Never makes anyone wait and never fails.
    fn used(&self, connection: &Connection, purpose: Purpose, repository: Option<&str>);

    /// Where what is found is kept, if anywhere.
    fn store(&self) -> Option<&Store> {
        None
    }
}

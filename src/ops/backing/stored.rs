//! The store behind the connections of a run.

use async_trait::async_trait;

use super::Backing;
use crate::git::Remote;
use crate::model::{Connection, Expiry, Purpose, RepositoryPath};
use crate::ops::apps::route::{self, Fallback};
use crate::ops::changes::{self, Change};
use crate::ops::serving::{self, Serving, Spread};
use crate::ops::validate::{self, Checked};
use crate::ops::{Error, Filter, Session, live, resolve, token, used};
use crate::provider::{Error as ProviderError, Provider};
use crate::store::{Store, View};

/// A store, and what it held when it was read.
pub(crate) struct Stored<'a> {
    session: Session<'a>,
    store: Store,
    view: View,
}

impl<'a> Stored<'a> {
    /// Opens the store of a run.
    pub(crate) fn open(session: Session<'a>) -> Result<Self, Error> {
        let store = session.store()?;
        let view = store.read()?;
        Ok(Self { session, store, view })
    }
}

#[async_trait(?Send)]
impl Backing for Stored<'_> {
    fn serving(&self, typed: Option<&str>, remote: &Remote, strict: bool) -> Result<(Serving, RepositoryPath), Error> {
        resolve::serving(&self.session, &self.view, typed, remote, Fallback::for_reading(&self.session, strict))
    }

    fn several(&self, names: &[String], filter: &Filter) -> Result<Vec<Connection>, Error> {
        resolve::several(&self.view, names, filter)
    }

    fn usable(&self, names: &[String], filter: &Filter) -> Result<Vec<Connection>, Error> {
        let connections = if names.is_empty() || *filter != Filter::default() {
            let mut connections = resolve::several(&self.view, names, filter)?;
            connections.retain(Connection::is_usable);
            connections
        } else {
            names.iter().map(|name| resolve::usable(&self.view, name)).collect::<Result<Vec<_>, _>>()?
        };
        if connections.is_empty() {
            return Err(Error::NoneUsable { why: "no enabled connection has a working token".to_owned() });
        }
        Ok(connections)
    }

    fn dead(&self, filter: &Filter, installation: Option<&str>) -> Result<Vec<(Connection, Error)>, Error> {
        let mut dead = Vec::new();
        // A disabled one is left out because a person has decided that.
        for connection in self.view.connections()?.into_iter().filter(|one| one.is_active && filter.passes(one)) {
            let Err(why) = resolve::usable(&self.view, connection.id.as_str()) else { continue };
            if let Some(installation) = installation {
                let records = self.view.installations(&connection.id)?;
                if !connection.is_app() || route::find(&connection, &records, installation).is_err() {
                    continue;
                }
            }
            dead.push((connection, why));
        }
        Ok(dead)
    }

    fn spread(&self, connections: Vec<Connection>, installation: Option<&str>, by_name: bool) -> Result<Spread, Error> {
        match installation {
            // Of everything that is there, the apps are meant that are installed there.
            Some(installation) if !by_name => serving::spread_to(&self.view, connections, installation),
            Some(installation) => serving::spread_over(&self.view, connections, installation),
            None => serving::spread(&self.view, connections),
        }
    }

    async fn provider(&self, serving: &Serving) -> Result<Box<dyn Provider>, Error> {
        live::provider(&self.session, &self.store, &self.view, serving).await
    }

    async fn explained(&self, serving: &Serving, path: Option<&RepositoryPath>, error: ProviderError) -> Error {
        serving::explained(&self.session, &self.store, serving, path, error).await
    }

    async fn enliven(&self, serving: &Serving) -> Result<Expiry, Error> {
        Ok(token::live(&self.session, &self.store, serving).await?.expiry)
    }

    async fn check(&self, connection: Connection) -> Result<Checked, Error> {
        validate::check_stored(&self.session, &self.store, &self.view, connection).await
    }

    async fn catch_up(&self, results: &mut [Checked]) -> Result<(), Error> {
        validate::catch_up(&self.session, &self.store, results).await
    }

    fn change(&self, checked: &Checked) -> Result<Option<Change>, Error> {
        changes::of(&self.view, checked)
    }

    fn used(&self, connection: &Connection, purpose: Purpose, repository: Option<&str>) {
        used::note(&self.session, &self.store, &self.view, connection, purpose, repository);
    }

    fn store(&self) -> Option<&Store> {
        Some(&self.store)
    }
}

//! A connection brought to life: its provider, its host's trust, and the token that goes with each request.

use std::rc::Rc;

use super::apps::OfInstallation;
use super::renew::Renewing;
use super::serving::Serving;
use super::{Error, Session, rotate};
use crate::model::{Connection, HostUrl, ProviderId};
use crate::net::{Http, TokenSource, Trust, Unchanging};
use crate::provider::{self, Credential, Identity, Provider};
use crate::secret::Secret;
use crate::store::{Db, HostRecord, Store};

/// Everything that is asked of a provider, besides the token.
pub(super) struct Door {
    pub(super) provider: ProviderId,
    pub(super) host: HostUrl,
    pub(super) api: HostUrl,
    pub(super) trust: Trust,
}

impl Door {
    /// The door to a stored connection's host.
    pub(super) fn stored(db: &Db, connection: &Connection) -> Result<Self, Error> {
        let record = db.host(&connection.host, connection.provider)?;
        Ok(record.map_or_else(
            || Self {
                provider: connection.provider,
                api: provider::kind(connection.provider).api_base(&connection.host),
                host: connection.host.clone(),
                trust: Trust::default(),
            },
            Self::of,
        ))
    }

    /// The door to a host as the store knows it.
    pub(super) fn of(record: HostRecord) -> Self {
        let HostRecord { provider, host, api, ca_pem, client_pem, allow_http } = record;
        Self { provider, host, api, trust: Trust { ca_pem, client_pem, allow_http } }
    }

    /// The provider behind it, asked with a token as it is.
    pub(super) fn open(&self, http: &Http, identity: Identity, token: Secret) -> Result<Box<dyn Provider>, Error> {
        self.enter(http, Credential { identity, token: Rc::new(Unchanging(token)) })
    }

    fn enter(&self, http: &Http, credential: Credential) -> Result<Box<dyn Provider>, Error> {
        Ok(provider::kind(self.provider).connect(http, &self.host, &self.api, &self.trust, credential)?)
    }
}

/// The provider behind what serves, whose token renews itself where it can. A rotation that was cut off, and that may have ended the token, is looked
/// into first.
pub(super) async fn provider(
    session: &Session<'_>,
    store: &Store,
    db: &Db,
    Serving { connection, installation }: &Serving,
) -> Result<Box<dyn Provider>, Error> {
    let door = Door::stored(db, connection)?;
    let token: Rc<dyn TokenSource> = match installation {
        Some(installation) => Rc::new(OfInstallation::new(session.minter(store), connection.id.clone(), installation.id)),
        None if connection.auto_renews => Rc::new(Renewing::new(session.renewer(store), connection.id.clone())),
        None => Rc::new(Unchanging(settled(session, store, db, connection).await?)),
    };
    door.enter(session.http(), Credential { token, identity: Identity::of(connection) })
}

/// A connection's token as it is after whatever was begun with it.
pub(super) async fn settled(session: &Session<'_>, store: &Store, db: &Db, connection: &Connection) -> Result<Secret, Error> {
    match rotate::settled(session, store, db, connection).await? {
        Some(token) => Ok(token),
        None => Ok(db.token(&connection.id)?),
    }
}

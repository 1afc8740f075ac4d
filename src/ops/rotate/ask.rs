//! The harmless question whether a token is alive. GitLab ends a whole family of tokens when a dead one is presented for rotation, so nothing else is asked
//! before this.

use super::super::live::Door;
use super::super::{Error, Session};
use crate::model::Connection;
use crate::provider::{Identity, Known, Probe, Provider};
use crate::secret::Secret;
use crate::store::Store;

/// The provider of a connection, asked with this very token.
pub(super) fn provider(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    token: Secret,
) -> Result<Box<dyn Provider>, Error> {
    Door::stored(&*store.read()?, connection)?.open(session.http(), Identity::of(connection), token)
}

/// Whether a token is alive, as a check finds it. It has worked once.
pub(super) async fn is_alive(
    session: &Session<'_>,
    store: &Store,
    connection: &Connection,
    token: Secret,
) -> Result<Probe, Error> {
    let known = Known { was_active: true, expires_at: connection.expiry.at() };
    Ok(provider(session, store, connection, token)?.probe(&known).await)
}

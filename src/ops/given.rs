//! A pair of tokens that somebody handed over and whose access token is dead already, as it is after a few hours: its refresh token is what counts.

use super::connect::Plan;
use super::grant::{Grant, Pair};
use super::live::Door;
use super::offered::Offered;
use super::shield::Held;
use super::{Error, Session, clients, unblocked};
use crate::model::GrantFlow;
use crate::oauth::Server;
use crate::provider;
use crate::store::Store;

/// The same login with a new pair. `None` for what is no such pair. From then on the new pair is the only one: it must be stored, or the login is lost.
/// The shield that comes with it is held until it is.
///
/// # Errors
///
/// `Error::Unsavable` if it could not be stored: nobody was asked then. `Error::OAuth` if the server does not take the refresh token, or not from this
/// client.
pub(super) async fn renewed(
    session: &Session<'_>,
    store: &Store,
    plan: &Plan,
    door: &Door,
    offered: &Offered,
) -> Result<Option<(Offered, Held)>, Error> {
    let Some(grant) = offered.grant().filter(|grant| grant.flow == GrantFlow::Given) else { return Ok(None) };
    let Some(refresh) = grant.pair.refresh.clone() else { return Ok(None) };
    let oauth = |error| Error::OAuth { error, host: plan.host.to_string(), provider: plan.provider, name: None };
    let known = clients::of_host(session.env(), &*store.read()?, plan.provider, &plan.host)?;
    let Some(client) = known.map(|known| known.client).filter(|client| client.id == grant.client_id) else { return Ok(None) };
    let endpoints = provider::kind(plan.provider).oauth(&plan.host, Some(&client.id));
    let server = Server::new(session.http(), endpoints, &door.trust).map_err(oauth)?;
    // Nothing may stand in the way of the save that is known before the tokens are spent: a disk, a lock, a name.
    unblocked::change(store, session.stamp(), |_, _| Ok(())).await.map_err(|source| {
        let (host, source) = (plan.host.to_string(), Box::new(source));
        Error::Unsavable { name: None, provider: plan.provider, host, source }
    })?;
    plan.check(store)?;
    let held = session.shield().hold();
    let tokens = server.refresh(&client, &refresh).await.map_err(oauth)?;
    let mut pair = Pair::new(tokens, session.now());
    pair.refresh = pair.refresh.or(Some(refresh));
    Ok(Some((Offered::Login(Box::new(Grant { pair, ..grant.clone() })), held)))
}

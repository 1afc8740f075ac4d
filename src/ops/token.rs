//! Handing out a live token. It needs no network while the token is good, and none for one that does not renew itself.

use super::{Error, Session, renew, resolve};
use crate::git::Remote;
use crate::model::{Connection, HostUrl, Purpose};
use crate::secret::Secret;
use crate::store::{Store, View};

/// Which connection `token NAME|URL` means.
pub(crate) fn connection(session: &Session<'_>, view: &View, typed: &str) -> Result<Connection, Error> {
    let unknown = match resolve::usable(view, typed) {
        Err(error @ Error::NoConnection { .. }) => error,
        found => return found,
    };
    // `github.com` and `git.acme.com/gitlab` are no names: a host is meant.
    if let (false, Ok(host)) = (typed.contains('@') || !typed.contains('.'), HostUrl::parse(typed))
        && let found @ (Ok(_) | Err(Error::Ambiguous { .. })) = resolve::for_host(view, &host)
    {
        return found;
    }
    match Remote::parse(typed).filter(|remote| remote.host_text().is_some()) {
        Some(remote) => resolve::serving(session, view, None, &remote),
        None => Err(unknown),
    }
}

/// The connection's token where it is at hand; `None` where it is to be renewed first, which takes the network.
pub(crate) fn at_hand(
    session: &Session<'_>,
    store: &Store,
    view: &View,
    connection: &Connection,
) -> Result<Option<Secret>, Error> {
    let is_good = !connection.auto_renews || renew::is_fresh(store, view, connection, session.now())?;
    if is_good { Ok(Some(view.token(&connection.id)?)) } else { Ok(None) }
}

/// The connection's token, renewed first if its end is near, and the connection as it is then.
pub(crate) async fn live(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<(Secret, Connection), Error> {
    session.renewer(store).live_and_whole(&connection.id).await
}

/// The user name git sends with the token over HTTPS.
pub(crate) fn git_username(connection: &Connection) -> &'static str {
    crate::provider::kind(connection.provider).git_username()
}

/// Notes the use, after the token is out.
pub(crate) fn note(session: &Session<'_>, store: &Store, view: &View, connection: &Connection) {
    store.note_use(view, &connection.id, Purpose::Token, None, &session.stamp());
}

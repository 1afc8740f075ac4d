//! Handing out a live token. It needs no network while the token is good.

use super::{Error, Session, resolve};
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

/// The connection's token.
pub(crate) fn live(view: &View, connection: &Connection) -> Result<Secret, Error> {
    Ok(view.token(&connection.id)?)
}

/// The user name git sends with the token over HTTPS.
pub(crate) fn git_username(connection: &Connection) -> &'static str {
    crate::provider::kind(connection.provider).git_username()
}

/// Notes the use, after the token is out.
pub(crate) fn note(session: &Session<'_>, store: &Store, view: &View, connection: &Connection) {
    store.note_use(view, &connection.id, Purpose::Token, None, &session.stamp());
}

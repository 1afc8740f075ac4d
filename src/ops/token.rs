//! Handing out a live token. It needs no network while the token is good.

use super::{Error, Session, resolve};
use crate::git::Remote;
use crate::model::{Connection, HostUrl, Purpose};
use crate::secret::Secret;
use crate::store::{Store, View};

/// Which connection `token NAME|URL` means.
pub(crate) fn connection(session: &Session<'_>, view: &View, typed: &str) -> Result<Connection, Error> {
    if typed.contains("://") || typed.contains('@') {
        let remote = Remote::parse(typed);
        return match remote {
            Some(remote) => resolve::serving(session, view, None, &remote),
            None => Err(Error::NotARepository(crate::model::clean(typed).into_owned())),
        };
    }
    match resolve::usable(view, typed) {
        // `github.com` and `git.acme.com/gitlab` are no names: a host is meant.
        Err(Error::NoConnection { .. }) if typed.contains('.') => match HostUrl::parse(typed) {
            Ok(host) => resolve::for_host(view, &host),
            Err(_) => resolve::usable(view, typed),
        },
        found => found,
    }
}

/// The connection's token. The use is noted; that never delays the token.
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

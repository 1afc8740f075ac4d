//! `refresh`: renewing now, side by side, whatever the tokens' age.

use futures_util::future::join_all;

use super::{Error, Session, apps, resolve};
use crate::model::Connection;
use crate::store::Store;

/// What came of one connection.
#[derive(Debug)]
pub(crate) struct Refreshed {
    /// As it is now.
    pub(crate) connection: Connection,
    pub(crate) outcome: Result<(), Error>,
}

/// Those that were named, or every enabled one that renews itself, or did until its login was over.
///
/// # Errors
///
/// If a name does not exist; if none is left.
pub(crate) fn chosen(store: &Store, typed: &[String]) -> Result<Vec<Connection>, Error> {
    let view = store.read()?;
    if typed.is_empty() {
        let mut found = Vec::new();
        for connection in view.connections()?.into_iter().filter(|connection| connection.is_active) {
            // A login that is over is told, not passed over.
            let is_over = || Ok::<_, Error>(!connection.status.is_usable() && view.grant(&connection.id)?.is_some());
            // An app's tokens live for an hour whatever is done: nobody wants all of them anew.
            if connection.is_renewing_login() || is_over()? {
                found.push(connection);
            }
        }
        if found.is_empty() {
            return Err(Error::NoneUsable {
                why: "no enabled connection renews itself by a login (an app's tokens are replaced where it is named)".to_owned(),
            });
        }
        return Ok(found);
    }
    let mut found: Vec<Connection> = Vec::with_capacity(typed.len());
    for name in typed {
        let connection = resolve::named(&view, name)?;
        if !found.iter().any(|known| known.id == connection.id) {
            found.push(connection);
        }
    }
    Ok(found)
}

/// Renews each. `done` hears how many are finished.
pub(crate) async fn refresh(
    session: &Session<'_>,
    store: &Store,
    connections: Vec<Connection>,
    done: impl Fn(usize),
) -> Vec<Refreshed> {
    let renewer = session.renewer(store);
    let finished = std::cell::Cell::new(0);
    let each = connections.into_iter().map(|connection| {
        let (renewer, finished, done) = (&renewer, &finished, &done);
        async move {
            let outcome = if connection.is_app() {
                apps::anew(session, store, &connection).await.map(|()| connection.clone())
            } else {
                renewer.renew(&connection).await
            };
            finished.set(finished.get() + 1);
            done(finished.get());
            match outcome {
                Ok(connection) => Refreshed { connection, outcome: Ok(()) },
                Err(error) => Refreshed { connection, outcome: Err(error) },
            }
        }
    });
    join_all(each).await
}

//! What else dies with a token: whoever revokes it is told first.

use super::super::Session;
use super::ask;
use crate::model::Connection;
use crate::store::Store;

/// In words, for behind a question: `deploy keys that it made die with it: acme/site (1)`. `None` where nothing is known to, or nobody can say. Asked with the
/// present token, which sees what the one before has made.
pub(crate) async fn dies_with(session: &Session<'_>, store: &Store, connection: &Connection) -> Option<String> {
    let token = store.read().and_then(|view| view.token(&connection.id)).ok()?;
    let provider = ask::provider(session, store, connection, token).ok()?;
    provider.dies_with(connection).await.unwrap_or_else(|error| {
        tracing::debug!(%error, "what depends on the token could not be found out");
        None
    })
}

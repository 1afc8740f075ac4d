//! What else dies with a token: whoever revokes it is told first.

use super::super::{Error, Session};
use super::ask;
use crate::model::Connection;
use crate::store::Store;

/// In words, for behind a question: `deploy keys that it made die with it: acme/site (1)`. `None` where nothing is known to. Asked with the present token, which
/// sees what the one before has made.
///
/// # Errors
///
/// If nobody can say now.
pub(crate) async fn dies_with(session: &Session<'_>, store: &Store, connection: &Connection) -> Result<Option<String>, Error> {
    let token = store.read()?.token(&connection.id)?;
    Ok(ask::provider(session, store, connection, token)?.dies_with(connection).await?)
}

//! The branches of one repository.

use super::{Error, Session, live};
use crate::model::{Branch, Connection, Purpose, RepositoryPath};
use crate::net::Flow;
use crate::provider::{BranchQuery, Listing};
use crate::store::{Store, View};

/// Lists branches, handing them to `show` page by page in the provider's order.
pub(crate) async fn list(
    session: &Session<'_>,
    store: &Store,
    view: &View,
    connection: &Connection,
    path: &RepositoryPath,
    query: &BranchQuery,
    mut show: impl FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    let provider = live::provider(session, store, view, connection)?;
    let listing = provider.branches(path, query, &mut show).await?;
    store.note_use(view, &connection.id, Purpose::Branches, Some(path.as_str()), &session.stamp());
    Ok(listing)
}

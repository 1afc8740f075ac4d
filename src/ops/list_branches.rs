//! The branches of one repository.

use super::serving::{self, Serving};
use super::{Error, Session, live};
use crate::model::{Branch, Purpose, RepositoryPath};
use crate::net::Flow;
use crate::provider::{BranchQuery, Listing};
use crate::store::{Store, View};

/// Lists branches, handing them to `show` page by page in the provider's order.
pub(crate) async fn list(
    session: &Session<'_>,
    store: &Store,
    view: &View,
    serving: &Serving,
    path: &RepositoryPath,
    query: &BranchQuery,
    mut show: impl FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    let provider = live::provider(session, store, view, serving).await?;
    let listing = match provider.branches(path, query, &mut show).await {
        Ok(listing) => listing,
        Err(error) => return Err(serving::explained(session, store, serving, Some(path), error).await),
    };
    store.note_use(view, &serving.connection.id, Purpose::Branches, Some(path.as_str()), &session.stamp());
    Ok(listing)
}

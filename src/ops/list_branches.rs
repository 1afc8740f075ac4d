//! The branches of one repository.

use super::serving::{self, Serving};
use super::{Error, Session, live, used};
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
    used::note(session, store, view, &serving.connection, Purpose::Branches, Some(path.as_str()));
    Ok(listing)
}

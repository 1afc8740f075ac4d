//! The branches of one repository.

use super::Error;
use super::backing::Backing;
use super::serving::Serving;
use crate::model::{Branch, Purpose, RepositoryPath};
use crate::net::Flow;
use crate::provider::{BranchQuery, Listing};

/// Lists branches, handing them to `show` page by page in the provider's order.
pub(crate) async fn list(
    backing: &dyn Backing,
    serving: &Serving,
    path: &RepositoryPath,
    query: &BranchQuery,
    mut show: impl FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    let provider = backing.provider(serving).await?;
    let listing = match provider.branches(path, query, &mut show).await {
        Ok(listing) => listing,
        Err(error) => return Err(backing.explained(serving, Some(path), error).await),
    };
    backing.used(&serving.connection, Purpose::Branches, Some(path.as_str()));
    Ok(listing)
}

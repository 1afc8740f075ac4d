//! What a token may do with one repository at Gitea and Forgejo. `permissions` of a repository is the account's, whatever the token's scopes: whether those
//! are enough for a push only git's own side tells on every version.

use serde::Deserialize;

use super::super::{Access, BranchAccess, Error, Push};
use super::{Account, repositories};
use crate::model::{Branch, RepositoryPath};
use crate::net::Call;

/// `GET /repos/OWNER/NAME`.
#[derive(Debug, Deserialize)]
struct Wire {
    full_name: String,
    private: Option<bool>,
    #[serde(default)]
    internal: bool,
    default_branch: Option<String>,
    empty: Option<bool>,
    archived: Option<bool>,
    permissions: Option<Permissions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Permissions {
    admin: bool,
    push: bool,
    pull: bool,
}

/// `GET /repos/OWNER/NAME/branches/BRANCH`.
#[derive(Debug, Deserialize)]
struct One {
    name: String,
    commit: Option<Commit>,
    protected: Option<bool>,
    user_can_push: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Commit {
    id: String,
}

pub(super) async fn repository(account: &Account, path: &RepositoryPath) -> Result<Access, Error> {
    let answer = account.origin.get(&Call::to(repositories::address(path)?)).await?;
    if answer.status == 404 {
        return Err(repositories::not_there(account, path, &answer));
    }
    let wire: Wire = repositories::rows(account, &answer)?;
    let role = wire.permissions.as_ref().and_then(|permissions| match permissions {
        Permissions { admin: true, .. } => Some("admin"),
        Permissions { push: true, .. } => Some("write"),
        Permissions { pull: true, .. } => Some("read"),
        Permissions { .. } => None,
    });
    Ok(Access {
        full_name: wire.full_name,
        private: wire.private.map(|private| private || wire.internal),
        archived: wire.archived == Some(true),
        default_branch: wire.default_branch.filter(|name| !name.is_empty() && wire.empty != Some(true)),
        is_empty: wire.empty,
        role: role.map(ToOwned::to_owned),
        role_pushes: wire.permissions.map(|permissions| permissions.admin || permissions.push),
        scopes: None,
    })
}

pub(super) async fn branch(account: &Account, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error> {
    // The slashes of a name stay as they are.
    let address = repositories::address(path)?.into_iter().chain(["branches"]).chain(name.split('/'));
    let answer = account.origin.get(&Call::to(address)).await?;
    if answer.status == 404 {
        // The repository was there a moment ago: a 404 of the API is the branch's.
        let error = repositories::not_there(account, path, &answer);
        return if matches!(error, Error::NoRepository { .. }) { Ok(None) } else { Err(error) };
    }
    let One { name, commit, protected, user_can_push } = repositories::rows(account, &answer)?;
    let sha = commit.map(|commit| commit.id).unwrap_or_default();
    let branch = Branch { name, is_default: false, is_protected: protected, sha };
    Ok(Some(BranchAccess { branch, may_push: user_can_push }))
}

pub(super) async fn may_push(account: &Account, path: &RepositoryPath, access: &Access) -> Result<Push, Error> {
    match access.is_shut().or_else(|| access.role_forbids("write")) {
        Some(known) => Ok(known),
        None => account.git.may_push(path).await,
    }
}

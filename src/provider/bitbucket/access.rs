//! What a token may do with one repository at Bitbucket. A repository does not say what its reader may do there. Of a person another call does, for what was
//! granted to them by name; of an access token its scopes are all there is.

use serde::Deserialize;

use super::super::{Access, BranchAccess, Error, Push};
use super::api::{self, Rows};
use super::{Account, branches, protection, repositories, scopes};
use crate::model::{Branch, RepositoryPath};
use crate::net::Call;

/// `GET /repositories/WORKSPACE/NAME`, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Wire {
    full_name: String,
    is_private: Option<bool>,
    /// `None` for an empty repository.
    mainbranch: Option<MainBranch>,
}

#[derive(Debug, Deserialize)]
struct MainBranch {
    name: Option<String>,
}

/// `GET …/refs/branches/BRANCH`.
#[derive(Debug, Deserialize)]
struct One {
    name: String,
    target: Target,
}

#[derive(Debug, Deserialize)]
struct Target {
    hash: String,
}

/// `GET /user/workspaces/WORKSPACE/permissions/repositories`.
#[derive(Debug, Deserialize)]
struct Permission {
    permission: String,
    repository: Named,
}

#[derive(Debug, Deserialize)]
struct Named {
    full_name: String,
}

pub(super) async fn repository(account: &Account, path: &RepositoryPath) -> Result<Access, Error> {
    let answer = account.origin.get(&Call::to(repositories::address(path)?)).await?;
    if answer.status == 404 {
        return Err(repositories::not_there(account, path, &answer));
    }
    let wire: Wire = repositories::rows(account, &answer)?;
    let default_branch = wire.mainbranch.and_then(|branch| branch.name);
    Ok(Access {
        full_name: wire.full_name,
        private: wire.is_private,
        // Bitbucket has no such thing.
        archived: false,
        is_empty: Some(default_branch.is_none()),
        default_branch,
        role: None,
        role_pushes: None,
        scopes: api::scopes(&answer),
    })
}

pub(super) async fn branch(account: &Account, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error> {
    let address = repositories::address(path)?;
    let below = ["refs", "branches", name].map(ToOwned::to_owned);
    let answer = account.origin.get(&Call::to(address.iter().cloned().chain(below))).await?;
    if answer.status == 404 {
        // The repository was there a moment ago: a 404 of the API is the branch's.
        let error = repositories::not_there(account, path, &answer);
        return if matches!(error, Error::NoRepository { .. }) { Ok(None) } else { Err(error) };
    }
    let One { name, target } = repositories::rows(account, &answer)?;
    let is_protected = match protection::of(account, &address).await? {
        Some(protection) => {
            let main = repositories::one(account, path).await?.main_branch();
            Some(protection.covers(&name, main.as_deref()))
        }
        None => None,
    };
    let branch = Branch { name, is_default: false, is_protected, sha: target.hash };
    Ok(Some(BranchAccess { branch, may_push: None }))
}

pub(super) async fn may_push(account: &Account, path: &RepositoryPath, access: &Access) -> Result<Push, Error> {
    let granted = access.scopes.as_ref().map(|granted| {
        scopes::includes(granted, "repository:write") || granted.iter().any(|scope| scope == "write:repository:bitbucket")
    });
    if granted == Some(false) {
        let scope = if account.identity.email.is_some() { "write:repository:bitbucket" } else { "repository:write" };
        return Ok(Push::MayNot(format!("the token lacks scope `{scope}`, which a push takes")));
    }
    if account.is_nobody() && granted == Some(true) {
        return Ok(Push::May("the token's scope `repository:write`".to_owned()));
    }
    let role = if account.is_nobody() { None } else { role(account, path).await? };
    let access = Access { role_pushes: role.as_deref().map(|role| role != "read"), role, ..access.clone() };
    match (access.role_forbids("write"), access.role_pushes, granted) {
        (Some(forbidden), _, _) => Ok(forbidden),
        (None, Some(true), Some(true)) => Ok(access.by_role()),
        // Granted by its workspace or project, or a token whose scopes nobody tells.
        _ => account.git.may_push(path).await,
    }
}

/// What a person was granted there by name; `None` where that is nothing, or not told.
async fn role(account: &Account, path: &RepositoryPath) -> Result<Option<String>, Error> {
    let name = path.segments().last().unwrap_or_default();
    let call = Call::to(["user", "workspaces", path.owner(), "permissions", "repositories"])
        .with("q", format!("repository.name={}", branches::quoted(name)));
    let answer = account.origin.get(&call).await?;
    // The name is the one that people read: another repository may have it too.
    let rows: Option<Rows<Permission>> = answer.json().filter(|_| answer.status == 200);
    let is_it = |row: &Permission| row.repository.full_name.eq_ignore_ascii_case(path.as_str());
    let found = rows.and_then(|rows| rows.values.into_iter().find(is_it));
    Ok(found.map(|row| row.permission).filter(|role| matches!(role.as_str(), "admin" | "write" | "read")))
}

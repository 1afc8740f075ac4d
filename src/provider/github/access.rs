//! What a token may do with one repository at GitHub.
//!
//! `permissions` of a repository is the account's role there, not what the token was granted. Of a classic token both together tell; of a
//! fine-grained one, and of an installation's, only git's own side does.

use serde::Deserialize;

use super::super::{Access, BranchAccess, Error, Push};
use super::api::{self, Trouble};
use super::shape::Form;
use super::{Account, repositories, scopes};
use crate::model::{Branch, RepositoryPath};
use crate::net::Call;

/// `GET /repos/OWNER/NAME`.
#[derive(Debug, Deserialize)]
struct Wire {
    full_name: String,
    private: Option<bool>,
    default_branch: Option<String>,
    archived: Option<bool>,
    permissions: Option<Permissions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Permissions {
    admin: bool,
    maintain: bool,
    push: bool,
    triage: bool,
    pull: bool,
}

impl Permissions {
    /// The role as GitHub's pages call it.
    const fn role(&self) -> Option<&'static str> {
        match self {
            Self { admin: true, .. } => Some("admin"),
            Self { maintain: true, .. } => Some("maintain"),
            Self { push: true, .. } => Some("write"),
            Self { triage: true, .. } => Some("triage"),
            Self { pull: true, .. } => Some("read"),
            _ => None,
        }
    }

    const fn pushes(&self) -> bool {
        self.admin || self.maintain || self.push
    }
}

/// `GET /repos/OWNER/NAME/branches/BRANCH`.
#[derive(Debug, Deserialize)]
struct One {
    name: String,
    protected: Option<bool>,
    commit: Commit,
}

#[derive(Debug, Deserialize)]
struct Commit {
    sha: String,
}

pub(super) async fn repository(account: &Account, path: &RepositoryPath) -> Result<Access, Error> {
    let form = account.form().await?;
    let answer = account.origin.get(&Call::to(repositories::address(path)?)).await?;
    if answer.status == 404 {
        return Err(repositories::not_there(account, form, path, &answer));
    }
    let wire: Wire = repositories::rows(account, form, &answer)?;
    // Of an installation it says something else than what was granted, if anything.
    let permissions = wire.permissions.filter(|_| form != Form::Installation);
    Ok(Access {
        full_name: wire.full_name,
        private: wire.private,
        archived: wire.archived == Some(true),
        default_branch: wire.default_branch,
        // An empty repository names a default branch all the same.
        is_empty: None,
        role: permissions.as_ref().and_then(Permissions::role).map(ToOwned::to_owned),
        role_pushes: permissions.as_ref().map(Permissions::pushes),
        scopes: api::scopes(&answer).filter(|_| matches!(form, Form::Classic | Form::OAuthApp | Form::Old | Form::Unknown)),
    })
}

pub(super) async fn branch(account: &Account, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error> {
    let form = account.form().await?;
    let address = repositories::address(path)?.into_iter().chain(["branches", name]);
    let answer = account.origin.get(&Call::to(address)).await?;
    if answer.status == 404 {
        let words = answer.json::<Trouble>().unwrap_or_default().message.to_ascii_lowercase();
        // Of a repository that was hidden meanwhile it says `Not Found` and no more.
        return if words.contains("branch") { Ok(None) } else { Err(repositories::not_there(account, form, path, &answer)) };
    }
    let One { name, protected, commit } = repositories::rows(account, form, &answer)?;
    let branch = Branch { name, is_default: false, is_protected: protected, sha: commit.sha };
    Ok(Some(BranchAccess { branch, may_push: None }))
}

pub(super) async fn may_push(account: &Account, path: &RepositoryPath, access: &Access) -> Result<Push, Error> {
    if let Some(known) = access.is_shut().or_else(|| access.role_forbids("write")) {
        return Ok(known);
    }
    let (Some(granted), Some(true)) = (&access.scopes, access.role_pushes) else { return account.git.may_push(path).await };
    let all = scopes::with_implied(granted);
    let wanted = if access.private == Some(false) { "public_repo" } else { "repo" };
    Ok(if all.contains(wanted) {
        access.by_role()
    } else {
        Push::MayNot(format!("the token lacks scope `{wanted}`, which a push takes"))
    })
}

#[cfg(test)]
mod tests {
    use super::Permissions;

    #[test]
    fn the_widest_role_counts() {
        let role = |text: &str| {
            let permissions: Permissions = serde_json::from_str(text).unwrap();
            (permissions.role(), permissions.pushes())
        };
        assert_eq!(role(r#"{"admin":true,"push":true,"pull":true}"#), (Some("admin"), true));
        assert_eq!(role(r#"{"admin":false,"maintain":true,"push":true,"triage":true,"pull":true}"#), (Some("maintain"), true));
        assert_eq!(role(r#"{"push":true,"pull":true}"#), (Some("write"), true));
        assert_eq!(role(r#"{"triage":true,"pull":true}"#), (Some("triage"), false));
        assert_eq!(role(r#"{"pull":true}"#), (Some("read"), false));
        assert_eq!(role("{}"), (None, false));
    }
}

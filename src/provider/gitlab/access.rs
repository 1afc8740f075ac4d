//! What a token may do with one project at GitLab: its account's level there, its scopes, and whether the branch is open to it.

use serde::Deserialize;

use super::super::{Access, BranchAccess, Error, Known, Push};
use super::api::Trouble;
use super::{Account, branches, probe, repositories};
use crate::model::{Branch, RepositoryPath};
use crate::net::Call;

/// The least level that may push (GitLab's "Members API": developer).
const DEVELOPER: u64 = 30;

/// `GET /projects/ID`.
#[derive(Debug, Deserialize)]
struct Wire {
    path_with_namespace: String,
    visibility: Option<String>,
    /// Left out where the token may not read code.
    default_branch: Option<String>,
    archived: Option<bool>,
    empty_repo: Option<bool>,
    permissions: Option<Permissions>,
}

/// Both are null for whoever came by a group that was invited, and for administrators: that means nothing.
#[derive(Debug, Deserialize)]
struct Permissions {
    project_access: Option<Level>,
    group_access: Option<Level>,
}

#[derive(Debug, Deserialize)]
struct Level {
    access_level: u64,
}

impl Permissions {
    fn highest(&self) -> Option<u64> {
        [&self.project_access, &self.group_access].into_iter().flatten().map(|level| level.access_level).max()
    }
}

/// A level as GitLab's pages call it.
fn role(level: u64) -> String {
    let known = match level {
        5 => "minimal access",
        10 => "guest",
        15 => "planner",
        20 => "reporter",
        30 => "developer",
        40 => "maintainer",
        50 => "owner",
        _ => return format!("of level {level}"),
    };
    known.to_owned()
}

/// `GET /projects/ID/repository/branches/BRANCH`.
#[derive(Debug, Deserialize)]
pub(super) struct One {
    pub(super) name: String,
    #[serde(default)]
    default: bool,
    protected: Option<bool>,
    can_push: Option<bool>,
    commit: Commit,
}

#[derive(Debug, Deserialize)]
struct Commit {
    id: String,
}

impl From<One> for BranchAccess {
    fn from(One { name, default, protected, can_push, commit }: One) -> Self {
        let branch = Branch { name, is_default: default, is_protected: protected, sha: commit.id };
        Self { branch, may_push: can_push }
    }
}

pub(super) async fn repository(account: &Account, path: &RepositoryPath) -> Result<Access, Error> {
    let answer = account.origin.get(&Call::to(["projects", path.as_str()])).await?;
    if answer.status == 404 {
        return Err(repositories::not_there(account, path, &answer));
    }
    let wire: Wire = repositories::rows(account, &answer)?;
    let level = wire.permissions.as_ref().and_then(Permissions::highest);
    Ok(Access {
        full_name: wire.path_with_namespace,
        // `internal` is open to every account of the instance, but not to the public.
        private: wire.visibility.map(|visibility| visibility != "public"),
        archived: wire.archived == Some(true),
        // An empty repository already names the branch that its first commit would make.
        default_branch: wire.default_branch.filter(|_| wire.empty_repo != Some(true)),
        is_empty: wire.empty_repo,
        role: level.map(role),
        role_pushes: level.map(|level| level >= DEVELOPER),
        scopes: None,
    })
}

pub(super) async fn branch(account: &Account, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error> {
    let answer = account.origin.get(&Call::to(["projects", path.as_str(), "repository", "branches", name])).await?;
    if answer.status == 404 {
        let is_the_branch = Trouble::of(&answer).is_some_and(|trouble| trouble.words.to_ascii_lowercase().contains("branch"));
        return if is_the_branch { Ok(None) } else { Err(repositories::not_there(account, path, &answer)) };
    }
    if let Some(error) = branches::without_code(path, &answer) {
        return Err(error);
    }
    let one: One = repositories::rows(account, &answer)?;
    Ok(Some(one.into()))
}

pub(super) async fn may_push(account: &Account, path: &RepositoryPath, access: &Access) -> Result<Push, Error> {
    if let Some(known) = access.is_shut().or_else(|| access.role_forbids("developer")) {
        return Ok(known);
    }
    let scopes = match access.role_pushes {
        Some(true) => probe::probe(account, &Known::default()).await.scopes,
        _ => None,
    };
    match scopes {
        // A fine-grained token tells nothing of what it was granted.
        Some(scopes) if !scopes.iter().any(|scope| scope == "granular") => {
            let is_enough = scopes.iter().any(|scope| matches!(scope.as_str(), "api" | "write_repository"));
            let lacks = || Push::MayNot("the token lacks scope `write_repository`, which a push takes".to_owned());
            Ok(if is_enough { access.by_role() } else { lacks() })
        }
        _ => account.git.may_push(path).await,
    }
}

#[cfg(test)]
mod tests {
    use super::{Permissions, role};

    #[test]
    fn the_highest_level_counts_and_two_nulls_mean_nothing() {
        let highest = |text: &str| serde_json::from_str::<Permissions>(text).unwrap().highest();
        let both = r#"{"project_access":{"access_level":20,"notification_level":3},"group_access":{"access_level":30}}"#;
        assert_eq!(highest(both), Some(30));
        assert_eq!(highest(r#"{"project_access":null,"group_access":{"access_level":10}}"#), Some(10));
        assert_eq!(highest(r#"{"project_access":null,"group_access":null}"#), None);
        assert_eq!((role(40).as_str(), role(35).as_str()), ("maintainer", "of level 35"));
    }
}

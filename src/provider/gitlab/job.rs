//! The token of a CI job (`CI_JOB_TOKEN`). It lives as long as its job and has the rights of whoever started the pipeline, but few calls are open to it
//! (GitLab's "CI/CD job token"): of those in use here `GET /job`, and in newer versions the listing of branches. Projects it can neither list nor
//! look at. What git is shown tells the rest: it is let in wherever the project allows it.

use serde::Deserialize;

use super::super::finding::{self, Finding};
use super::super::git_side::Refs;
use super::super::sift::Sift;
use super::super::{Access, Answered, BranchAccess, BranchQuery, Error, Listing, Probe, remote};
use super::access::One;
use super::refusal::{is_plain_401, refusal};
use super::{Account, branches};
use crate::model::{AccountType, AuthMethod, Branch, Expiry, RepositoryPath, TokenKind, Verdict};
use crate::net::{Call, Flow};

/// `GET /job`: the job that the token is of.
#[derive(Debug, Deserialize)]
struct Job {
    #[serde(rename = "id")]
    _id: u64,
    user: Option<User>,
}

#[derive(Debug, Deserialize)]
struct User {
    id: u64,
    username: String,
}

/// Asks which job it is of, and who started that.
pub(super) async fn probe(account: &Account) -> Probe {
    let answer = match account.origin.get(&Call::to(["job"])).await {
        Ok(answer) => answer,
        Err(error) => return finding::unanswered(&error),
    };
    let web = &account.web;
    if is_plain_401(&answer) {
        let why = format!("{web} does not know the job's token: it ends with its job, and is of that instance alone");
        return Finding::refused(Verdict::Invalid, why).into_probe(&answer);
    }
    if answer.status != 200 {
        return refusal(&answer, web).into_probe(&answer);
    }
    let Some(Job { user, .. }) = answer.json() else {
        return Finding::unintelligible(finding::not_what_was_asked(&answer, "a job")).into_probe(&answer);
    };
    Probe {
        request_id: answer.request_id().map(remote::name),
        username: user.as_ref().map(|user| remote::name(&user.username)),
        account_id: user.as_ref().map(|user| user.id.to_string()),
        account_type: user.map(|_| AccountType::User),
        method: Some(AuthMethod::AccessToken),
        kind: Some(TokenKind::Job),
        expiry: Some(Expiry::Unknown),
        ..Probe::of(Verdict::Valid, None)
    }
}

/// The API's listing where it is open to jobs, else what git is shown, which does not say what is protected.
pub(super) async fn branches(
    account: &Account,
    path: &RepositoryPath,
    query: &BranchQuery,
    each: &mut dyn FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    match branches::list(account, path, query, each).await {
        Err(Error::NoRepository { .. } | Error::Refused { .. } | Error::Unintelligible { .. }) => {}
        listing => return listing,
    }
    let Refs { branches, default } = refs(account, path).await?;
    let branch = |(name, sha): (String, String)| {
        let is_default = default.as_ref() == Some(&name);
        Branch { name, is_default, is_protected: None, sha }
    };
    let mut sift = Sift::over_all(query.search.as_deref(), query.pages);
    // What the reader makes of it no longer matters: everything has been read.
    let _ = sift.pass(branches.into_iter().map(branch).collect(), |row: &Branch| &row.name, each);
    let remark = Some("whether branches are protected is not shown to the token of a CI job by this GitLab");
    Ok(Listing { total: None, more: sift.found_more(), incomplete: Vec::new(), remark })
}

pub(super) async fn repository(account: &Account, path: &RepositoryPath) -> Result<Access, Error> {
    let Refs { branches, default } = refs(account, path).await?;
    let is_empty = Some(branches.is_empty());
    Ok(Access { full_name: path.to_string(), default_branch: default, is_empty, ..Access::default() })
}

pub(super) async fn branch(account: &Account, path: &RepositoryPath, name: &str) -> Result<Option<BranchAccess>, Error> {
    let Refs { branches, default } = refs(account, path).await?;
    let Some((name, sha)) = branches.into_iter().find(|(known, _)| known == name) else { return Ok(None) };
    let call = Call::to(["projects", path.as_str(), "repository", "branches"]).with("search", &name).with("per_page", 100);
    let answer = account.origin.get(&call).await?;
    let rows: Vec<One> = answer.json().filter(|_| answer.status == 200).unwrap_or_default();
    if let Some(one) = rows.into_iter().find(|one| one.name == name) {
        return Ok(Some(one.into()));
    }
    let is_default = default.as_ref() == Some(&name);
    Ok(Some(BranchAccess { branch: Branch { name, is_default, is_protected: None, sha }, may_push: None }))
}

async fn refs(account: &Account, path: &RepositoryPath) -> Result<Refs, Error> {
    account.git.refs(path).await?.map_err(|answered| not_there(path, answered))
}

fn not_there(path: &RepositoryPath, answered: Box<Answered>) -> Error {
    let likely = "if it is there, its settings do not let in jobs of this project (Settings > CI/CD > Job token permissions), or \
                  whoever started the pipeline is no member of it";
    Error::NoRepository { path: path.clone(), likely: Some(likely.to_owned()), answered }
}

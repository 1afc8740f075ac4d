//! Branches at GitLab.

use serde::Deserialize;

use super::super::finding::Finding;
use super::super::sift::Sift;
use super::super::{BranchQuery, Error, Listing};
use super::api::Trouble;
use super::{Account, repositories};
use crate::model::{Branch, RepositoryPath, Verdict};
use crate::net::{Answer, Call, Flow, walk};

#[derive(Debug, Deserialize)]
struct Wire {
    name: String,
    #[serde(default)]
    default: bool,
    protected: Option<bool>,
    commit: Commit,
}

#[derive(Debug, Deserialize)]
struct Commit {
    id: String,
}

/// Lists a project's branches in GitLab's order, by name.
pub(super) async fn list(
    account: &Account,
    path: &RepositoryPath,
    query: &BranchQuery,
    each: &mut dyn FnMut(Vec<Branch>) -> Flow,
) -> Result<Listing, Error> {
    let mut call = Call::to(["projects", path.as_str(), "repository", "branches"]);
    if let Some(text) = query.search.as_deref().filter(|text| is_searchable(text)) {
        call = call.with("search", text);
    }
    // What GitLab found is sifted again: versions differ in how they treat upper and lower case.
    let mut sift = Sift::new(query.search.as_deref(), query.pages);
    let read = |answer: &Answer| rows(account, path, answer);
    let walked = walk(
        &account.origin,
        &call,
        sift.pages(),
        read,
        |row: &Branch| row.name.clone(),
        |rows| sift.pass(rows, |row| &row.name, each),
    )
    .await;
    match walked {
        Ok(walked) => Ok(Listing {
            total: walked.total.filter(|_| !sift.is_searching()),
            more: walked.more || sift.found_more(),
            incomplete: Vec::new(),
            remark: None,
        }),
        // Some versions answer 404 for a repository without a commit.
        Err(error @ Error::NoRepository { .. }) => match repositories::is_empty(account, path).await {
            Ok(true) => Ok(Listing::default()),
            Ok(false) | Err(_) => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Whether GitLab takes the text as it stands: `^`, `$` and `*` mean something in its search.
fn is_searchable(text: &str) -> bool {
    !text.is_empty() && !text.contains(['^', '$', '*'])
}

/// Whoever may see a project but not its code is told so, and no more.
pub(super) fn without_code(path: &RepositoryPath, answer: &Answer) -> Option<Error> {
    let is_it = answer.status == 403 && Trouble::of(answer).is_some_and(|trouble| trouble.words == "403 Forbidden");
    is_it.then(|| {
        let reason = format!("the account may see `{path}`, but its role does not let it read the code");
        Finding::refused(Verdict::InsufficientScope, reason).into_error(answer)
    })
}

fn rows(account: &Account, path: &RepositoryPath, answer: &Answer) -> Result<Vec<Branch>, Error> {
    if answer.status == 404 {
        return Err(repositories::not_there(account, path, answer));
    }
    if let Some(error) = without_code(path, answer) {
        return Err(error);
    }
    let rows: Vec<Wire> = repositories::rows(account, answer)?;
    let branch = |row: Wire| Branch { name: row.name, is_default: row.default, is_protected: row.protected, sha: row.commit.id };
    Ok(rows.into_iter().map(branch).collect())
}

#[cfg(test)]
mod tests {
    use super::is_searchable;

    #[test]
    fn anchors_are_ours_to_search() {
        assert!(is_searchable("feature/x"));
        for text in ["", "^main", "main$", "re*se"] {
            assert!(!is_searchable(text), "{text}");
        }
    }
}

//! Repositories of Gitea and Forgejo.

use std::cell::RefCell;

use serde::Deserialize;

use super::super::finding::{self, Cause};
use super::super::{Answered, Error, Listing, RepositoryQuery};
use super::probe::{Token, User};
use super::refusal::{lack, refusal};
use super::{Account, api, paged};
use crate::model::{HostUrl, Repository, RepositoryPath, Timestamp};
use crate::net::{Answer, Call, Flow};

/// A repository as listings and `GET /repos/OWNER/NAME` give it.
#[derive(Debug, Deserialize)]
struct Wire {
    id: u64,
    full_name: String,
    name: Option<String>,
    html_url: Option<String>,
    clone_url: Option<String>,
    ssh_url: Option<String>,
    #[serde(default = "yes")]
    private: bool,
    /// Open to every account of the instance.
    #[serde(default)]
    internal: bool,
    default_branch: Option<String>,
    empty: Option<bool>,
    description: Option<String>,
    archived: Option<bool>,
    updated_at: Option<String>,
}

/// What is not said to be public is taken for private.
const fn yes() -> bool {
    true
}

impl Wire {
    fn into_repository(self, web: &HostUrl) -> Repository {
        let said = |text: Option<String>| text.filter(|text| !text.is_empty());
        let url = said(self.html_url).unwrap_or_else(|| format!("{}/{}", web.as_str(), self.full_name));
        Repository {
            id: self.id.to_string(),
            name: said(self.name).unwrap_or_else(|| self.full_name.rsplit('/').next().unwrap_or_default().to_owned()),
            clone_url: said(self.clone_url).unwrap_or_else(|| format!("{url}.git")),
            url,
            full_name: self.full_name,
            ssh_url: said(self.ssh_url),
            private: self.private || self.internal,
            // An empty repository already names the branch that its first commit would make.
            default_branch: said(self.default_branch).filter(|_| self.empty != Some(true)),
            description: said(self.description),
            archived: self.archived,
            pushed_at: self.updated_at.and_then(|text| text.parse::<Timestamp>().ok()),
        }
    }
}

/// `GET /repos/search`.
#[derive(Debug, Deserialize)]
struct Found {
    data: Option<Vec<Wire>>,
}

/// Lists the repositories that the account owns, or that it or a team of its may see, newest change first.
///
/// `GET /user/repos` would say whose without being told, but Gitea gives it in no useful order. The search itself is ours: `q` looks at
/// names and topics, and at owners only where it has a `/`, so that it would leave out what `acme` means.
pub(super) async fn list(
    account: &Account,
    query: &RepositoryQuery,
    each: &mut dyn FnMut(Vec<Repository>) -> Flow,
) -> Result<Listing, Error> {
    let (id, sift) =
        futures_util::future::join(account_id(account), paged::sift(account, query.search.as_deref(), query.pages)).await;
    let call = Call::to(["repos", "search"]).paged_by(api::PAGING).with("uid", id?).with("sort", "updated").with("order", "desc");
    let read = |answer: &Answer| {
        let found: Found = rows(account, answer)?;
        let rows = found.data.unwrap_or_default().into_iter();
        Ok::<_, Error>(rows.map(|row| row.into_repository(&account.web)).collect())
    };
    let (pages, sift) = (sift.pages(), RefCell::new(sift));
    let walked = paged::walk_in_turns(
        account,
        &call,
        pages,
        read,
        |row: &Repository| row.id.clone(),
        |rows| sift.borrow_mut().pass(rows, |row| &row.full_name, each),
        || sift.borrow_mut().turn(),
    )
    .await?;
    let sift = sift.into_inner();
    Ok(Listing {
        total: walked.total.filter(|_| !sift.is_searching()),
        more: walked.more || sift.found_more(),
        incomplete: Vec::new(),
        remark: None,
    })
}

/// The number of the account: as an earlier check has told it, else by asking.
async fn account_id(account: &Account) -> Result<u64, Error> {
    if let Some(id) = account.identity.account_id.as_deref().and_then(|id| id.parse().ok()) {
        return Ok(id);
    }
    let answer = account.origin.get(&Call::to(["user"])).await?;
    if lack(&answer).is_none() {
        return rows(account, &answer).map(|User { id, .. }| id);
    }
    // Since 1.27 the token itself says whose it is, to a token of any scope.
    let token = account.origin.get(&Call::to(["token"])).await?;
    let token: Option<Token> = token.json().filter(|_| token.status == 200);
    token.and_then(|token| token.user).map(|user| user.id).ok_or_else(|| account.error(&answer))
}

/// One repository.
pub(super) async fn one(account: &Account, path: &RepositoryPath) -> Result<Repository, Error> {
    let answer = account.origin.get(&Call::to(address(path)?)).await?;
    if answer.status == 404 {
        return Err(not_there(account, path, &answer));
    }
    let row: Wire = rows(account, &answer)?;
    Ok(row.into_repository(&account.web))
}

/// The segments of a repository's address in the API.
pub(super) fn address(path: &RepositoryPath) -> Result<[&str; 3], Error> {
    let mut segments = path.segments();
    match (segments.next(), segments.next(), segments.next()) {
        (Some(owner), Some(name), None) => Ok(["repos", owner, name]),
        _ => Err(Error::WrongPath { path: path.clone(), why: "at Gitea and Forgejo it is `owner/name`" }),
    }
}

/// What a 404 means below a repository: it is not there or hidden, unless it was not the API that answered.
pub(super) fn not_there(account: &Account, path: &RepositoryPath, answer: &Answer) -> Error {
    let finding = refusal(answer, &account.web);
    if finding.cause != Cause::NotFound {
        return finding.into_error(answer);
    }
    let likely = Some(
        "if it is there, the account may not see it, or the token is for other repositories or for public ones only (Forgejo 15 and later)"
            .to_owned(),
    );
    Error::NoRepository { path: path.clone(), likely, answered: Box::new(Answered::by(answer)) }
}

/// Reads a 200, and says of anything else what it means.
pub(super) fn rows<T: serde::de::DeserializeOwned>(account: &Account, answer: &Answer) -> Result<T, Error> {
    finding::read(answer, || account.error(answer))
}

#[cfg(test)]
mod tests {
    use super::{Wire, address};
    use crate::model::{HostUrl, RepositoryPath};
    use crate::provider::Error;

    #[test]
    fn fields_are_those_of_everybody() {
        let web = HostUrl::parse("git.acme.com/gitea").unwrap();
        let full = r#"{"id":9,"owner":{"login":"acme"},"name":"site","full_name":"acme/site","private":false,"internal":true,"empty":false,
            "default_branch":"main","archived":true,"description":"","html_url":"https://git.acme.com/gitea/acme/site",
            "clone_url":"https://git.acme.com/gitea/acme/site.git","ssh_url":"ssh://git@git.acme.com:2222/acme/site.git",
            "updated_at":"2026-11-19T08:00:00+01:00"}"#;
        let full = serde_json::from_str::<Wire>(full).unwrap().into_repository(&web);
        assert_eq!((full.full_name.as_str(), full.private, full.archived), ("acme/site", true, Some(true)));
        assert_eq!((full.default_branch.as_deref(), full.description), (Some("main"), None));
        assert_eq!(full.pushed_at, Some("2026-11-19T07:00:00Z".parse().unwrap()));

        for nothing_yet in [r#""default_branch":"""#, r#""default_branch":"main","empty":true"#] {
            let empty = format!(r#"{{"id":9,"full_name":"acme/new","private":false,{nothing_yet}}}"#);
            let empty = serde_json::from_str::<Wire>(&empty).unwrap().into_repository(&web);
            assert_eq!((empty.default_branch, empty.private, empty.name.as_str()), (None, false, "new"));
            assert_eq!(empty.clone_url, "https://git.acme.com/gitea/acme/new.git");
        }
        let bare: Wire = serde_json::from_str(r#"{"id":9,"full_name":"a/b"}"#).unwrap();
        assert!(bare.into_repository(&web).private);
    }

    #[test]
    fn a_path_has_two_segments() {
        assert_eq!(address(&RepositoryPath::new("acme/site").unwrap()).unwrap(), ["repos", "acme", "site"]);
        assert!(matches!(address(&RepositoryPath::new("acme/web/site").unwrap()), Err(Error::WrongPath { .. })));
    }
}

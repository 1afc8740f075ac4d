//! Projects of GitLab, which everybody else calls repositories.

use serde::Deserialize;

use super::super::finding::{self, Cause};
use super::super::sift::Sift;
use super::super::{Answered, Error, Listing, RepositoryQuery};
use super::Account;
use super::refusal::refusal;
use crate::model::{HostUrl, Repository, RepositoryPath, Timestamp};
use crate::net::{Answer, Call, Flow, walk};

/// Below this GitLab compares whole words only.
const SHORTEST_SEARCH: usize = 3;

/// A project in its full form.
#[derive(Debug, Deserialize)]
struct Wire {
    id: u64,
    path_with_namespace: String,
    path: Option<String>,
    web_url: Option<String>,
    http_url_to_repo: Option<String>,
    ssh_url_to_repo: Option<String>,
    visibility: Option<String>,
    /// Left out where the token may not read code.
    default_branch: Option<String>,
    description: Option<String>,
    archived: Option<bool>,
    empty_repo: Option<bool>,
    last_activity_at: Option<String>,
}

impl Wire {
    fn into_repository(self, web: &HostUrl) -> Repository {
        let url = self.web_url.unwrap_or_else(|| format!("{}/{}", web.as_str(), self.path_with_namespace));
        Repository {
            id: self.id.to_string(),
            name: self.path.unwrap_or_else(|| self.path_with_namespace.rsplit('/').next().unwrap_or_default().to_owned()),
            clone_url: self.http_url_to_repo.unwrap_or_else(|| format!("{url}.git")),
            url,
            full_name: self.path_with_namespace,
            ssh_url: self.ssh_url_to_repo.filter(|url| !url.is_empty()),
            // `internal` is open to every account of the instance, but not to the public.
            private: self.visibility.as_deref() != Some("public"),
            // An empty repository already names the branch that its first commit would make.
            default_branch: self.default_branch.filter(|_| self.empty_repo != Some(true)),
            description: self.description.filter(|text| !text.is_empty()),
            archived: self.archived,
            pushed_at: self.last_activity_at.and_then(|text| text.parse::<Timestamp>().ok()),
        }
    }
}

/// Lists the projects that the token's account is a member of, newest activity first.
///
/// `simple=true` would be lighter, but leaves out `archived` and `empty_repo`: it would call an archived project live and give an
/// empty one a branch that it does not have. The full form costs about three times the bytes, which is gzip's to mend.
/// `membership=true` always: without it GitLab lists every public project there is.
pub(super) async fn list(
    account: &Account,
    query: &RepositoryQuery,
    each: &mut dyn FnMut(Vec<Repository>) -> Flow,
) -> Result<Listing, Error> {
    let mut call = Call::to(["projects"]).with("membership", true).with("order_by", "last_activity_at").with("sort", "desc");
    if let Some(text) = query.search.as_deref().filter(|text| is_searchable(text)) {
        // GitLab also looks into names and descriptions: what it finds is sifted, so that a result means the same everywhere.
        call = call.with("search", text).with("search_namespaces", true);
    }
    let mut sift = Sift::new(query.search.as_deref(), query.pages);
    let read = |answer: &Answer| {
        let rows: Vec<Wire> = rows(account, answer)?;
        Ok::<_, Error>(rows.into_iter().map(|row| row.into_repository(&account.web)).collect())
    };
    let walked = walk(
        &account.origin,
        &call,
        sift.pages(),
        read,
        |row: &Repository| row.id.clone(),
        |rows| sift.pass(rows, |row| &row.full_name, each),
    )
    .await?;
    Ok(Listing {
        total: walked.total.filter(|_| !sift.is_searching()),
        more: walked.more || sift.found_more(),
        incomplete: Vec::new(),
        remark: None,
    })
}

/// Whether GitLab's search finds at least all that hold the text in their full name: long enough, and made of what paths are made of.
/// Anything else it would take apart into words.
fn is_searchable(text: &str) -> bool {
    text.len() >= SHORTEST_SEARCH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
}

/// Whether the project's repository has no commit yet.
pub(super) async fn is_empty(account: &Account, path: &RepositoryPath) -> Result<bool, Error> {
    project(account, path).await.map(|row| row.empty_repo == Some(true))
}

/// One project. Its path is one segment of the address, with its slashes encoded.
async fn project(account: &Account, path: &RepositoryPath) -> Result<Wire, Error> {
    let answer = account.origin.get(&Call::to(["projects", path.as_str()])).await?;
    if answer.status == 404 {
        return Err(not_there(account, path, &answer));
    }
    rows(account, &answer)
}

/// What a 404 means below a project: it is not there or hidden, unless it was GitLab's router that answered, or not GitLab.
pub(super) fn not_there(account: &Account, path: &RepositoryPath, answer: &Answer) -> Error {
    let finding = refusal(answer, &account.web);
    if finding.cause != Cause::NotFound {
        return finding.into_error(answer);
    }
    let likely = Some(
        "if it is there, the account is no member of it, or its group wants single sign-on or lets certain addresses in only"
            .to_owned(),
    );
    Error::NoRepository { path: path.clone(), likely, answered: Box::new(Answered::by(answer)) }
}

/// Reads a 200, and says of anything else what it means.
pub(super) fn rows<T: serde::de::DeserializeOwned>(account: &Account, answer: &Answer) -> Result<T, Error> {
    finding::read(answer, || refusal(answer, &account.web).into_error(answer))
}

#[cfg(test)]
mod tests {
    use super::{Wire, is_searchable};
    use crate::model::HostUrl;

    #[test]
    fn projects_are_repositories() {
        let web = HostUrl::parse("git.acme.com/gitlab").unwrap();
        let full = r#"{"id":9,"path":"site","path_with_namespace":"acme/web/site","web_url":"https://git.acme.com/gitlab/acme/web/site",
            "http_url_to_repo":"https://git.acme.com/gitlab/acme/web/site.git","ssh_url_to_repo":"ssh://git@git.acme.com:2222/acme/web/site.git",
            "visibility":"internal","default_branch":"main","empty_repo":false,"archived":true,"description":"","last_activity_at":"2026-11-19T08:00:00.123Z"}"#;
        let full = serde_json::from_str::<Wire>(full).unwrap().into_repository(&web);
        assert_eq!((full.full_name.as_str(), full.private, full.archived), ("acme/web/site", true, Some(true)));
        assert_eq!((full.default_branch.as_deref(), full.description), (Some("main"), None));
        assert_eq!(full.pushed_at, Some("2026-11-19T08:00:00.123Z".parse().unwrap()));

        let empty =
            r#"{"id":9,"path_with_namespace":"acme/new","visibility":"public","default_branch":"main","empty_repo":true}"#;
        let empty = serde_json::from_str::<Wire>(empty).unwrap().into_repository(&web);
        assert_eq!((empty.default_branch, empty.private, empty.name.as_str()), (None, false, "new"));
        assert_eq!(empty.clone_url, "https://git.acme.com/gitlab/acme/new.git");
        let guest: Wire = serde_json::from_str(r#"{"id":9,"path_with_namespace":"a/b"}"#).unwrap();
        assert!(guest.into_repository(&web).private);
    }

    #[test]
    fn gitlab_searches_only_what_it_finds_whole() {
        for text in ["odoo", "acme/si", "a.b", "x_y"] {
            assert!(is_searchable(text), "{text}");
        }
        for text in ["ab", "", "two words", "\"quoted\"", "ünï"] {
            assert!(!is_searchable(text), "{text}");
        }
    }
}

//! Repositories of Bitbucket: since the calls across workspaces are gone (CHANGE-2770), each workspace is asked, side by side.

use futures_util::future::{join, join_all};
use serde::Deserialize;
use tokio::sync::mpsc;

use super::super::finding;
use super::super::newest::Newest;
use super::super::sift::Sift;
use super::super::{Answered, Error, Incomplete, Listing, PageChoice, RepositoryQuery};
use super::Account;
use super::api::{LARGEST_PAGE, PAGING, Rows};
use super::workspaces;
use crate::model::{Repository, RepositoryPath, Timestamp, Verdict};
use crate::net::{self, Answer, Call, Flow, Pages, Walked, walk};

/// The fewest rows that are asked for at once.
const SMALLEST_PAGE: u32 = 10;

/// A repository.
#[derive(Debug, Deserialize)]
pub(super) struct Wire {
    uuid: String,
    full_name: String,
    is_private: Option<bool>,
    updated_on: Option<String>,
    description: Option<String>,
    /// `None` for an empty repository.
    mainbranch: Option<MainBranch>,
    links: Option<Links>,
}

#[derive(Debug, Deserialize)]
struct MainBranch {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Links {
    html: Option<Link>,
    #[serde(default)]
    clone: Vec<NamedLink>,
}

#[derive(Debug, Deserialize)]
struct Link {
    href: String,
}

#[derive(Debug, Deserialize)]
struct NamedLink {
    name: String,
    href: String,
}

impl Wire {
    /// The main branch, which is the default one.
    pub(super) fn main_branch(self) -> Option<String> {
        self.mainbranch.and_then(|branch| branch.name)
    }

    fn into_repository(self, web: &crate::model::HostUrl) -> Repository {
        let clone = |name: &str| self.links.iter().flat_map(|links| &links.clone).find(|link| link.name == name);
        let url = self.links.as_ref().and_then(|links| links.html.as_ref()).map(|link| link.href.clone());
        let url = url.unwrap_or_else(|| format!("{}/{}", web.as_str(), self.full_name));
        Repository {
            // The name of the reader stands in it.
            clone_url: clone("https").and_then(|link| without_user(&link.href)).unwrap_or_else(|| format!("{url}.git")),
            ssh_url: clone("ssh").map(|link| link.href.clone()),
            url,
            id: self.uuid,
            name: self.full_name.rsplit('/').next().unwrap_or_default().to_owned(),
            full_name: self.full_name,
            private: self.is_private != Some(false),
            default_branch: self.mainbranch.and_then(|branch| branch.name),
            description: self.description.filter(|text| !text.is_empty()),
            // Bitbucket has no such thing.
            archived: None,
            pushed_at: self.updated_on.and_then(|text| text.parse::<Timestamp>().ok()),
        }
    }
}

fn without_user(address: &str) -> Option<String> {
    let mut url = url::Url::parse(address).ok()?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url.into())
}

/// Lists the repositories of each workspace, newest activity first over all of them.
///
/// What is searched for is contained in the full name. Bitbucket's `q` could only compare the display name, so the sifting is ours.
pub(super) async fn list(
    account: &Account,
    query: &RepositoryQuery,
    each: &mut dyn FnMut(Vec<Repository>) -> Flow,
) -> Result<Listing, Error> {
    let asked = workspaces::asked(account).await?;
    if let [only] = asked.as_slice() {
        let mut sift = Sift::unnumbered(query.search.as_deref(), query.pages);
        let walked = of_workspace(account, only, sift.pages(), |rows| sift.pass(rows, |row| &row.full_name, each)).await?;
        return Ok(Listing {
            total: walked.total.filter(|_| !sift.is_searching()),
            more: walked.more || sift.found_more(),
            incomplete: Vec::new(),
            remark: None,
        });
    }
    over_all(account, &asked, query, each).await
}

/// Merges the listings of several workspaces. One that cannot be read does not keep the others from being shown.
async fn over_all(
    account: &Account,
    asked: &[String],
    query: &RepositoryQuery,
    each: &mut dyn FnMut(Vec<Repository>) -> Flow,
) -> Result<Listing, Error> {
    let mut sift = Sift::over_all(query.search.as_deref(), query.pages);
    let pages = Pages { per_page: at_once(query), ..sift.pages() };
    let mut walkers = Vec::with_capacity(asked.len());
    let mut streams = Vec::with_capacity(asked.len());
    for workspace in asked {
        let (sender, receiver) = mpsc::unbounded_channel();
        streams.push(receiver);
        walkers.push(async move {
            of_workspace(account, workspace, pages, |rows| {
                // Whoever has enough listens no more.
                if rows.into_iter().all(|row| sender.send(row).is_ok()) { Flow::Continue(()) } else { Flow::Break(()) }
            })
            .await
        });
    }
    let merging = async {
        let mut rows = Newest::of(streams).await;
        while let Some((_, row)) = rows.next().await {
            if sift.pass(vec![row], |row: &Repository| &row.full_name, each).is_break() {
                break;
            }
        }
    };
    let (walked, ()) = join(join_all(walkers), merging).await;
    let mut listing =
        Listing { total: (!sift.is_searching()).then_some(0), more: sift.found_more(), incomplete: Vec::new(), remark: None };
    let mut refused = Vec::new();
    for (workspace, walked) in asked.iter().zip(walked) {
        match walked {
            Ok(walked) => {
                listing.more |= walked.more;
                listing.total = listing.total.zip(walked.total).map(|(total, of_this)| total + of_this);
            }
            Err(error) if is_of_workspace(&error) => refused.push((workspace, error)),
            Err(error) => return Err(error),
        }
    }
    if refused.len() == asked.len()
        && let Some((_, error)) = refused.pop()
    {
        return Err(error);
    }
    for (workspace, error) in refused {
        listing.total = None;
        let why = format!("workspace `{}`: {error}", crate::model::clean(workspace));
        listing.incomplete.push(Incomplete { why, url: None });
    }
    Ok(listing)
}

/// Whether an error may be of one workspace alone: it is gone, blocked, closed to this token, or could not be read. A dead token and a limit are
/// everybody's.
const fn is_of_workspace(error: &Error) -> bool {
    matches!(
        error,
        Error::NoWorkspace { .. }
            | Error::NotAccepted { .. }
            | Error::Unintelligible { .. }
            | Error::Net(net::Error::Unreachable { .. } | net::Error::TooLarge { .. } | net::Error::Redirected { .. })
            | Error::Refused { verdict: Verdict::InsufficientScope | Verdict::Blocked, .. }
    )
}

/// Rows to ask each workspace for at once: as many as could be shown, were all of them its own.
fn at_once(query: &RepositoryQuery) -> u32 {
    match query.pages {
        _ if query.search.as_deref().is_some_and(|text| !text.is_empty()) => LARGEST_PAGE,
        PageChoice::Walk { per_page } => per_page,
        PageChoice::One { page, per_page } => page.saturating_mul(per_page).saturating_add(1).clamp(SMALLEST_PAGE, LARGEST_PAGE),
    }
}

/// Walks the repositories of one workspace that the token reaches, newest activity first.
async fn of_workspace(
    account: &Account,
    workspace: &str,
    pages: Pages,
    each: impl FnMut(Vec<Repository>) -> Flow,
) -> Result<Walked, Error> {
    let mut call = Call::to(["repositories", workspace]).with("sort", "-updated_on").paged_by(PAGING);
    if !account.is_nobody() {
        // Without it every public repository of the workspace would be listed too.
        call = call.with("role", "member");
    }
    let read = |answer: &Answer| {
        if answer.status == 404 && finding_is_missing(account, answer) {
            return Err(workspaces::not_there(workspace, answer));
        }
        let rows: Rows<Wire> = rows(account, answer)?;
        Ok(rows.values.into_iter().map(|row| row.into_repository(&account.web)).collect())
    };
    walk(&account.origin, &call, pages, read, |row: &Repository| row.id.clone(), each).await
}

fn finding_is_missing(account: &Account, answer: &Answer) -> bool {
    super::refusal::refusal(answer, &account.web).cause == finding::Cause::NotFound
}

/// One repository.
pub(super) async fn one(account: &Account, path: &RepositoryPath) -> Result<Wire, Error> {
    let answer = account.origin.get(&Call::to(address(path)?)).await?;
    if answer.status == 404 {
        return Err(not_there(account, path, &answer));
    }
    rows(account, &answer)
}

/// The segments of a repository's address.
pub(super) fn address(path: &RepositoryPath) -> Result<Vec<String>, Error> {
    let segments: Vec<&str> = path.segments().collect();
    let [workspace, slug] = segments.as_slice() else {
        return Err(Error::WrongPath { path: path.clone(), why: "Bitbucket's are workspace/name" });
    };
    Ok(["repositories", workspace, slug].map(ToOwned::to_owned).to_vec())
}

/// What a 404 means below a repository: it is not there or hidden, unless it was no API that answered.
pub(super) fn not_there(account: &Account, path: &RepositoryPath, answer: &Answer) -> Error {
    if !finding_is_missing(account, answer) {
        return account.error(answer);
    }
    let likely = if account.is_nobody() {
        "if it is there, the token is of another repository, project or workspace"
    } else {
        "if it is there, the account has no access to it, or its token is confined to another workspace"
    };
    Error::NoRepository { path: path.clone(), likely: Some(likely.to_owned()), answered: Box::new(Answered::by(answer)) }
}

/// Reads a 200, and says of anything else what it means.
pub(super) fn rows<T: serde::de::DeserializeOwned>(account: &Account, answer: &Answer) -> Result<T, Error> {
    finding::read(answer, || account.error(answer))
}

#[cfg(test)]
mod tests {
    use super::{Wire, at_once};
    use crate::provider::{PageChoice, RepositoryQuery};

    #[test]
    fn rows_are_repositories() {
        let web = super::super::api::public();
        let full = r#"{"uuid":"{470c}","full_name":"acme/site","name":"Our Site","slug":"site","is_private":true,"scm":"git",
            "updated_on":"2026-11-19T08:00:00.123456+00:00","description":"","mainbranch":{"type":"branch","name":"main"},
            "links":{"html":{"href":"https://bitbucket.org/acme/site"},"clone":[
                {"name":"https","href":"https://ada@bitbucket.org/acme/site.git"},{"name":"ssh","href":"git@bitbucket.org:acme/site.git"}]}}"#;
        let full = serde_json::from_str::<Wire>(full).unwrap().into_repository(&web);
        assert_eq!((full.name.as_str(), full.full_name.as_str(), full.private), ("site", "acme/site", true));
        assert_eq!(full.clone_url, "https://bitbucket.org/acme/site.git");
        assert_eq!(full.ssh_url.as_deref(), Some("git@bitbucket.org:acme/site.git"));
        assert_eq!((full.default_branch.as_deref(), full.description, full.archived), (Some("main"), None, None));
        assert_eq!(full.pushed_at, Some("2026-11-19T08:00:00.123456Z".parse().unwrap()));

        let empty = r#"{"uuid":"{1}","full_name":"acme/new","is_private":false,"mainbranch":null}"#;
        let empty = serde_json::from_str::<Wire>(empty).unwrap().into_repository(&web);
        assert_eq!((empty.default_branch, empty.private), (None, false));
        assert_eq!(empty.clone_url, "https://bitbucket.org/acme/new.git");
    }

    #[test]
    fn each_workspace_is_asked_for_what_could_be_shown() {
        let query = |pages, search: Option<&str>| RepositoryQuery { search: search.map(ToOwned::to_owned), pages };
        assert_eq!(at_once(&query(PageChoice::Walk { per_page: 31 }, None)), 31);
        assert_eq!(at_once(&query(PageChoice::One { page: 2, per_page: 5 }, None)), 11);
        assert_eq!(at_once(&query(PageChoice::One { page: 1, per_page: 2 }, None)), 10);
        assert_eq!(at_once(&query(PageChoice::One { page: 1, per_page: 2 }, Some("x"))), 100);
    }
}

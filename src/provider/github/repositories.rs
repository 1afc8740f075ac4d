//! Repositories at GitHub.

use std::cell::RefCell;

use serde::Deserialize;

use super::super::finding::{self, Finding};
use super::super::sift::Sift;
use super::super::{Answered, Error, Incomplete, Listing, RepositoryQuery};
use super::shape::Form;
use super::{Account, api, sso};
use crate::model::{HostUrl, Repository, RepositoryPath, Timestamp};
use crate::net::{Answer, Call, Flow, walk};

/// A repository as listings and `GET /repos/OWNER/NAME` give it. What our own fields can be made of without is optional.
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
    default_branch: Option<String>,
    description: Option<String>,
    archived: Option<bool>,
    pushed_at: Option<String>,
}

/// What is not said to be public is taken for private.
const fn yes() -> bool {
    true
}

impl Wire {
    fn into_repository(self, web: &HostUrl) -> Repository {
        let url = self.html_url.unwrap_or_else(|| format!("{}/{}", web.as_str(), self.full_name));
        Repository {
            id: self.id.to_string(),
            name: self.name.unwrap_or_else(|| self.full_name.rsplit('/').next().unwrap_or_default().to_owned()),
            clone_url: self.clone_url.unwrap_or_else(|| format!("{url}.git")),
            url,
            full_name: self.full_name,
            ssh_url: self.ssh_url,
            private: self.private,
            default_branch: self.default_branch,
            description: self.description.filter(|text| !text.is_empty()),
            archived: self.archived,
            pushed_at: self.pushed_at.and_then(|text| text.parse::<Timestamp>().ok()),
        }
    }
}

/// `GET /installation/repositories`.
#[derive(Debug, Deserialize)]
struct OfInstallation {
    total_count: Option<u64>,
    repositories: Vec<Wire>,
}

/// Lists what the token may see, newest push first.
///
/// GitHub's own search knows other repositories too, is limited to 30 requests a minute and to 1,000 results: so we list and sift.
pub(super) async fn list(
    account: &Account,
    query: &RepositoryQuery,
    each: &mut dyn FnMut(Vec<Repository>) -> Flow,
) -> Result<Listing, Error> {
    let form = account.form().await?;
    match form {
        Form::Installation => of_installation(account, query, each).await,
        _ => of_user(account, form, query, each).await,
    }
}

async fn of_user(
    account: &Account,
    form: Form,
    query: &RepositoryQuery,
    each: &mut dyn FnMut(Vec<Repository>) -> Flow,
) -> Result<Listing, Error> {
    let call = Call::to(["user", "repos"]).with("sort", "pushed").with("direction", "desc");
    let incomplete = RefCell::new(Vec::new());
    let mut sift = Sift::new(query.search.as_deref(), query.pages);
    let read = |answer: &Answer| {
        let rows: Vec<Wire> = rows(account, form, answer)?;
        note(&incomplete, answer);
        Ok::<_, Error>(rows.into_iter().map(|row| row.into_repository(&account.web)).collect())
    };
    let walked = walk(
        &account.origin,
        &call,
        sift.pages(),
        read,
        |row| row.id.clone(),
        |rows| sift.pass(rows, |row| &row.full_name, each),
    )
    .await?;
    Ok(Listing {
        total: walked.total.filter(|_| !sift.is_searching()),
        more: walked.more || sift.found_more(),
        incomplete: incomplete.into_inner(),
        remark: None,
    })
}

/// An installation's repositories come in no useful order: all are read, then sorted here.
async fn of_installation(
    account: &Account,
    query: &RepositoryQuery,
    each: &mut dyn FnMut(Vec<Repository>) -> Flow,
) -> Result<Listing, Error> {
    let call = Call::to(["installation", "repositories"]);
    let incomplete = RefCell::new(Vec::new());
    let total = RefCell::new(None);
    let mut sift = Sift::over_all(query.search.as_deref(), query.pages);
    let read = |answer: &Answer| {
        let page: OfInstallation = rows(account, Form::Installation, answer)?;
        note(&incomplete, answer);
        *total.borrow_mut() = page.total_count;
        Ok::<_, Error>(page.repositories.into_iter().map(|row| row.into_repository(&account.web)).collect())
    };
    let mut all: Vec<Repository> = Vec::new();
    walk(
        &account.origin,
        &call,
        sift.pages(),
        read,
        |row| row.id.clone(),
        |rows| {
            all.extend(rows);
            Flow::Continue(())
        },
    )
    .await?;
    all.sort_by_key(|row| std::cmp::Reverse(row.pushed_at));
    // What the reader makes of it no longer matters: everything has been read.
    let _ = sift.pass(all, |row| &row.full_name, each);
    Ok(Listing {
        total: total.into_inner().filter(|_| !sift.is_searching()),
        more: sift.found_more(),
        incomplete: incomplete.into_inner(),
        remark: None,
    })
}

/// One repository.
pub(super) async fn one(account: &Account, path: &RepositoryPath) -> Result<Repository, Error> {
    let form = account.form().await?;
    let answer = account.origin.get(&Call::to(address(path)?)).await?;
    if answer.status == 404 {
        return Err(not_there(account, form, path, &answer));
    }
    let row: Wire = rows(account, form, &answer)?;
    Ok(row.into_repository(&account.web))
}

/// The segments of a repository's address in the API.
pub(super) fn address(path: &RepositoryPath) -> Result<[&str; 3], Error> {
    let mut segments = path.segments();
    match (segments.next(), segments.next(), segments.next()) {
        (Some(owner), Some(name), None) => Ok(["repos", owner, name]),
        _ => Err(Error::WrongPath { path: path.clone(), why: "at GitHub it is `owner/name`" }),
    }
}

/// 404 is what GitHub says of a repository that is not there and of one that it hides; what is likely depends on the token.
pub(super) fn not_there(account: &Account, form: Form, path: &RepositoryPath, answer: &Answer) -> Error {
    if finding::is_page(answer) {
        return account.error(answer, form);
    }
    Error::NoRepository { path: path.clone(), likely: likely(form, answer), answered: Box::new(Answered::by(answer)) }
}

fn likely(form: Form, answer: &Answer) -> Option<String> {
    let scopes = api::scopes(answer);
    let lacks_repo = scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|scope| scope == "repo"));
    let text = match form {
        _ if sso::of(answer).is_some() => "its organisation wants single sign-on for this token",
        _ if api::number(answer, "x-ratelimit-limit") == Some(60) => "the server did not recognise the token",
        Form::Installation | Form::AppUser | Form::App => {
            "if it is there, the app is not installed on it, or it is not among the selected repositories"
        }
        Form::FineGrained => {
            "a fine-grained token sees the repositories chosen for it; until its organisation has approved it, only public ones"
        }
        _ if lacks_repo => "the token lacks scope `repo`, so private repositories are hidden from it",
        Form::Classic | Form::OAuthApp => "its organisation may want single sign-on for this token",
        Form::Refresh | Form::Old | Form::Unknown => return None,
    };
    Some(text.to_owned())
}

/// Reads a 200, and says of anything else what it means.
pub(super) fn rows<T: serde::de::DeserializeOwned>(account: &Account, form: Form, answer: &Answer) -> Result<T, Error> {
    if answer.status != 200 {
        return Err(account.error(answer, form));
    }
    let broken = || Finding::unintelligible(finding::not_what_was_asked(answer, "what was asked for")).into_error(answer);
    answer.json().ok_or_else(broken)
}

/// Keeps what the header says of this page, once: each page repeats it.
fn note(incomplete: &RefCell<Vec<Incomplete>>, answer: &Answer) {
    if let Some(found) = sso::incomplete(answer) {
        let mut known = incomplete.borrow_mut();
        if !known.contains(&found) {
            known.push(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Wire, address, likely};
    use crate::model::{HostUrl, RepositoryPath};
    use crate::provider::github::shape::Form;
    use crate::provider::testing::answer;

    #[test]
    fn what_is_not_said_is_made_up_safely() {
        let web = HostUrl::parse("git.acme.com").unwrap();
        let bare: Wire = serde_json::from_str(r#"{"id":7,"full_name":"acme/site"}"#).unwrap();
        let bare = bare.into_repository(&web);
        assert_eq!((bare.name.as_str(), bare.url.as_str()), ("site", "https://git.acme.com/acme/site"));
        assert_eq!(bare.clone_url, "https://git.acme.com/acme/site.git");
        assert!(bare.private);
        let nulls = r#"{"id":7,"full_name":"a/b","name":"b","private":false,"pushed_at":null,"description":null,"archived":true,"default_branch":"main"}"#;
        let nulls = serde_json::from_str::<Wire>(nulls).unwrap().into_repository(&web);
        assert_eq!((nulls.private, nulls.archived, nulls.pushed_at), (false, Some(true), None));
    }

    #[test]
    fn a_path_has_two_segments() {
        assert_eq!(address(&RepositoryPath::new("acme/site").unwrap()).unwrap(), ["repos", "acme", "site"]);
        assert!(address(&RepositoryPath::new("acme/sub/site").unwrap()).is_err());
    }

    #[test]
    fn why_a_repository_is_hidden_depends_on_the_token() {
        let said = |form, headers: &[(&str, &str)]| likely(form, &answer(404, headers, "{}")).unwrap_or_default();
        assert!(said(Form::Classic, &[("x-oauth-scopes", "read:org")]).contains("lacks scope `repo`"));
        assert!(said(Form::Classic, &[("x-oauth-scopes", "repo")]).contains("single sign-on"));
        assert!(said(Form::FineGrained, &[]).contains("chosen for it"));
        assert!(said(Form::Installation, &[]).contains("not installed"));
        assert!(said(Form::Classic, &[("x-ratelimit-limit", "60")]).contains("did not recognise"));
        assert!(said(Form::Classic, &[("x-github-sso", "required; url=https://github.com/x")]).contains("wants single sign-on"));
        assert_eq!(said(Form::Unknown, &[]), "");
    }
}

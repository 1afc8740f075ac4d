//! The calls, each behind the scope that it wants.

use super::bodies;
use super::known::{Grant, Repository, Restricted, Workspace};
use super::query::{self, Row};
use super::scopes::{self, Scope};
use super::{State, refusals};
use crate::support::fake::{Answer, Request};

/// A repository of a listing, with where it is.
struct Listed<'a> {
    workspace: &'a Workspace,
    repository: &'a Repository,
}

impl Row for Listed<'_> {
    const FILTERS: &'static [&'static str] = &["name", "slug", "full_name", "uuid", "description", "is_private", "project.key"];
    const SORTS: &'static [&'static str] = &["name", "slug", "full_name", "updated_on", "created_on"];

    fn field(&self, name: &str) -> String {
        let repository = self.repository;
        match name {
            "name" => repository.name.clone(),
            "slug" => repository.slug.clone(),
            "full_name" => format!("{}/{}", self.workspace.slug, repository.slug),
            "description" => repository.description.clone(),
            "is_private" => repository.is_private.to_string(),
            "project.key" => "PROJ".to_owned(),
            "updated_on" => repository.updated_on.clone(),
            _ => repository.uuid.clone(),
        }
    }
}

/// A branch of a listing.
struct Branch<'a> {
    repository: &'a Repository,
    name: &'a str,
}

impl Row for Branch<'_> {
    const FILTERS: &'static [&'static str] = &["name"];
    const SORTS: &'static [&'static str] = &["name", "target.date"];

    fn field(&self, name: &str) -> String {
        if name == "name" { self.name.to_owned() } else { bodies::committed(self.repository, self.name) }
    }
}

/// A workspace of a listing, and whether whoever asks administrates it.
struct Access<'a> {
    workspace: &'a Workspace,
    administrates: bool,
}

impl Row for Access<'_> {
    const FILTERS: &'static [&'static str] = &["slug"];
    const SORTS: &'static [&'static str] = &["slug"];

    fn field(&self, _: &str) -> String {
        self.workspace.slug.clone()
    }
}

/// The scope that a call wants; `None` where there is no such call.
pub(super) fn wants(segments: &[&str]) -> Option<Scope> {
    Some(match segments {
        ["user"] => scopes::USER,
        ["user", "workspaces"] => scopes::WORKSPACES,
        ["workspaces", _] => scopes::WORKSPACE,
        ["repositories", _, _, "branch-restrictions"] => scopes::RESTRICTIONS,
        ["repositories", _] | ["repositories", _, _] | ["repositories", _, _, "branching-model" | "refs", ..] => {
            scopes::REPOSITORY
        }
        _ => return None,
    })
}

/// The calls that are gone, in which an *empty* workspace is an address, too (Bitbucket A3).
pub(super) fn is_removed(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["repositories" | "workspaces"]
            | ["repositories" | "workspaces", ""]
            | ["user", "permissions", "workspaces" | "repositories"]
    )
}

impl State {
    /// What a good credential with the right scope hears.
    pub(super) fn call(&self, request: &Request, segments: &[&str], grant: &Grant) -> Answer {
        match segments {
            ["user", ..] if !grant.kind.is_of_an_account() => refusals::wrong_mechanism(),
            ["user"] => Answer::json(200, &bodies::user(grant, &self.paging.origin)),
            ["user", "workspaces"] => self.workspaces(request, grant),
            ["workspaces", identifier] => self.workspace(identifier, grant).unwrap_or_else(|refusal| refusal),
            ["repositories", identifier] => self.repositories(request, identifier, grant).unwrap_or_else(|refusal| refusal),
            ["repositories", identifier, slug, rest @ ..] => {
                self.below_repository(request, identifier, slug, rest, grant).unwrap_or_else(|refusal| refusal)
            }
            _ => refusals::no_call(),
        }
    }

    fn workspaces(&self, request: &Request, grant: &Grant) -> Answer {
        let is_within = |workspace: &&Workspace| workspace.is_of(grant);
        let mut rows: Vec<Access<'_>> = self
            .workspaces
            .iter()
            .filter(is_within)
            .filter_map(|workspace| workspace.membership(&grant.account).map(|administrates| Access { workspace, administrates }))
            .collect();
        match request.parameter("administrator") {
            None => {}
            Some("true") => rows.retain(|row| row.administrates),
            Some("false") => rows.retain(|row| !row.administrates),
            Some(_) => return refusals::bad_request("administrator"),
        }
        if let Err(refusal) = sift(request, &mut rows) {
            return refusal;
        }
        let api = format!("{}/2.0", self.paging.origin);
        self.paging.answer(request, &rows, 25, |row| bodies::workspace_access(row.workspace, row.administrates, &api))
    }

    /// The workspace of this slug or id.
    fn found(&self, identifier: &str) -> Result<&Workspace, Answer> {
        let workspace = self.workspaces.iter().find(|workspace| workspace.is_called(identifier));
        let workspace = workspace.ok_or_else(|| refusals::no_workspace(identifier))?;
        if workspace.is_spam { Err(refusals::spam()) } else { Ok(workspace) }
    }

    fn workspace(&self, identifier: &str, grant: &Grant) -> Result<Answer, Answer> {
        let workspace = self.found(identifier)?;
        if !workspace.is_of(grant) {
            return Err(refusals::not_your_workspace());
        }
        Ok(Answer::json(200, &bodies::workspace(workspace, &self.paging.origin)))
    }

    /// Of a workspace of one's own what one reaches, of another's what is public: with 200 also where that is nothing (Bitbucket A2).
    fn repositories(&self, request: &Request, identifier: &str, grant: &Grant) -> Result<Answer, Answer> {
        let workspace = self.found(identifier)?;
        let is_own = workspace.is_of(grant);
        let administrates = workspace.membership(&grant.account) == Some(true);
        let has_role = match request.parameter("role") {
            None => true,
            Some("member" | "contributor") => is_own,
            Some("admin" | "owner") => administrates,
            Some(_) => return Err(refusals::bad_request("role")),
        };
        let mut rows: Vec<Listed<'_>> = workspace
            .repositories
            .iter()
            .filter(|repository| if is_own { workspace.reaches(grant, repository) } else { !repository.is_private })
            .filter(|_| has_role)
            .map(|repository| Listed { workspace, repository })
            .collect();
        // Nobody knows the order that is not asked for: here it is that of the ids, which is none that anybody wants.
        rows.sort_by(|one, other| one.repository.uuid.cmp(&other.repository.uuid));
        sift(request, &mut rows)?;
        Ok(self.paging.answer(request, &rows, 10, |row| self.repository_body(workspace, row.repository, grant)))
    }

    fn repository_body(&self, workspace: &Workspace, repository: &Repository, grant: &Grant) -> serde_json::Value {
        let user = if grant.kind.is_of_an_account() { &grant.account } else { "x-token-auth" };
        bodies::repository(repository, workspace, user, &self.paging.origin)
    }

    fn below_repository(
        &self,
        request: &Request,
        identifier: &str,
        slug: &str,
        rest: &[&str],
        grant: &Grant,
    ) -> Result<Answer, Answer> {
        if let Some(answer) = self.moved(request, identifier, slug) {
            return Ok(answer);
        }
        // A workspace that is not there is not told from a repository that is not.
        let missing = || refusals::no_repository(identifier, slug);
        let workspace = self.workspaces.iter().find(|workspace| workspace.is_called(identifier)).ok_or_else(missing)?;
        if workspace.is_spam {
            return Err(refusals::spam());
        }
        let mut repositories = workspace.repositories.iter();
        let repository = repositories
            .find(|repository| repository.slug == slug || repository.uuid == slug)
            .filter(|repository| !repository.is_private || workspace.reaches(grant, repository))
            .ok_or_else(missing)?;
        match rest {
            [] => Ok(Answer::json(200, &self.repository_body(workspace, repository, grant))),
            ["refs", "branches"] => self.branches(request, repository),
            // A name may hold slashes, escaped or not.
            ["refs", "branches", name @ ..] => {
                let name = name.join("/");
                let is_there = repository.branches.contains(&name);
                if is_there { Ok(Answer::json(200, &bodies::branch(repository, &name))) } else { Err(refusals::no_branch(&name)) }
            }
            ["branch-restrictions"] => Ok(self.restrictions(request, repository)),
            ["branching-model"] => Ok(Answer::json(200, &bodies::branching_model(repository))),
            _ => Err(refusals::no_call()),
        }
    }

    fn branches(&self, request: &Request, repository: &Repository) -> Result<Answer, Answer> {
        let mut rows: Vec<Branch<'_>> = repository.branches.iter().map(|name| Branch { repository, name }).collect();
        rows.sort_by_key(|row| row.name);
        sift(request, &mut rows)?;
        Ok(self.paging.answer(request, &rows, 10, |row| bodies::branch(repository, row.name)))
    }

    fn restrictions(&self, request: &Request, repository: &Repository) -> Answer {
        let mut rows: Vec<_> = repository.restrictions.iter().enumerate().collect();
        if let Some(kind) = request.parameter("kind") {
            rows.retain(|(_, rule)| rule.kind == kind);
        }
        if let Some(pattern) = request.parameter("pattern") {
            rows.retain(|(_, rule)| matches!(&rule.branches, Restricted::Glob(known) if known == pattern));
        }
        self.paging.answer(request, &rows, 10, |(place, rule)| bodies::restriction(place + 1, rule))
    }

    /// Written by hand: the notes do not say what Bitbucket makes of the address that a repository had before. If it sends anybody on, it does
    /// so on its own host.
    fn moved(&self, request: &Request, workspace: &str, slug: &str) -> Option<Answer> {
        let old = format!("{workspace}/{slug}");
        let (_, new) = self.moved.iter().find(|(known, _)| *known == old)?;
        let rest = request.path.splitn(5, '/').nth(4).map(|rest| format!("/{rest}")).unwrap_or_default();
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
        let query = if query.is_empty() { query } else { format!("?{query}") };
        let target = format!("{}/2.0/repositories/{new}{rest}{query}", self.paging.origin);
        Some(Answer::empty(301).header("location", &target))
    }
}

/// `q` and `sort`.
fn sift<T: Row>(request: &Request, rows: &mut Vec<T>) -> Result<(), Answer> {
    if let Some(query) = request.parameter("q") {
        query::filter(rows, query).map_err(|()| refusals::bad_request("q"))?;
    }
    if let Some(by) = request.parameter("sort") {
        query::sort(rows, by).map_err(|()| refusals::bad_request("sort"))?;
    }
    Ok(())
}

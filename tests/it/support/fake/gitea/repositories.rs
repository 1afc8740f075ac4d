//! Repositories and branches: listings, one of them, and where it is when it was renamed (Gitea B5 and B6).

use serde_json::{Value, json};

use super::known::{Flavour, Known, Repo};
use super::scopes::Level;
use super::{Answer, Request, State, account_id};
use crate::support::fake::pages::{Page, Sizes};

impl State {
    pub(super) fn sizes(&self) -> Sizes {
        let settings = &self.settings;
        Sizes { parameter: "limit", default: settings.default_paging_num, most: settings.max_response_items }
    }

    /// Says how many rows there are. Quoted: Gitea B5, the header's name.
    pub(super) fn counted(&self, answer: Answer, page: &Page) -> Answer {
        if self.settings.totals { answer.header("x-total-count", &page.total.to_string()) } else { answer }
    }

    /// The same with links to other pages, absolute and from what the server believes to be its address. Quoted: Gitea B5, and for the missing
    /// space behind the commas Gitea's source.
    fn paged(&self, rows: &[Value], whole: impl FnOnce(Value) -> Value, request: &Request) -> Answer {
        // Whoever reads a later page hears of the row that was put in front.
        let is_longer = self.settings.moving && request.number("page").is_some_and(|page| page > 1);
        let page = Page::sized(request, rows.len() + usize::from(is_longer), &self.sizes());
        let shown = page.cut(rows, self.settings.moving).to_vec();
        let answer = self.counted(Answer::json(200, &whole(Value::from(shown))), &page);
        let root = self.settings.links.as_ref().unwrap_or(&self.web);
        let address = format!("{root}/api/v1{}", request.path);
        let relations = page.relations(&address, request, self.settings.totals);
        if relations.is_empty() { answer } else { answer.header("link", &relations.join(",")) }
    }

    /// What somebody may see: their own and what is shared with them, and everybody's that is public.
    fn visible(&self, who: Option<&Known>) -> Vec<Repo> {
        let own = who.and_then(|known| self.repositories.get(&known.username)).cloned().unwrap_or_default();
        let others = self.repositories.iter().filter(|(account, _)| who.is_none_or(|known| known.username != **account));
        let others = others.flat_map(|(_, rows)| rows.iter().filter(|row| !row.private).cloned());
        let all = own.into_iter().chain(others);
        all.filter(|row| !row.private || who.is_none_or(|known| !known.scopes.public_only)).collect()
    }

    /// `GET /user/repos`, which has no order to choose from: by name. That it is the name is written by hand.
    pub(super) fn user_repositories(&self, request: &Request, known: &Known) -> Result<Answer, Answer> {
        self.needs(Some(known), Level::Read, "repository")?;
        let own = self.repositories.get(&known.username).cloned().unwrap_or_default();
        let mut rows: Vec<Repo> = own.into_iter().filter(|row| !row.private || !known.scopes.public_only).collect();
        rows.sort_by_key(|row| row.full_name.to_lowercase());
        let rows: Vec<Value> = rows.iter().map(|row| self.repository_body(row)).collect();
        Ok(self.paged(&rows, |rows| rows, request))
    }

    /// `GET /repos/search`.
    pub(super) fn search(&self, request: &Request, who: Option<&Known>) -> Result<Answer, Answer> {
        let mut rows = self.visible(who);
        if let Some(id) = request.number("uid").filter(|id| *id != 0) {
            let is_asked_for = |account: &str| usize::try_from(account_id(account)) == Ok(id);
            let shared = |row: &Repo| {
                let lists = self.repositories.iter().filter(|(account, _)| is_asked_for(account));
                lists.flat_map(|(_, rows)| rows).any(|known| known.id == row.id)
            };
            rows.retain(|row| row.full_name.split_once('/').is_some_and(|(owner, _)| is_asked_for(owner)) || shared(row));
        }
        if let Some(wanted) = request.parameter("q") {
            let wanted = wanted.to_lowercase();
            rows.retain(|row| row.full_name.split_once('/').is_some_and(|(_, name)| name.to_lowercase().contains(&wanted)));
        }
        if request.parameter("private") == Some("false") {
            rows.retain(|row| !row.private);
        }
        let is_falling = match request.parameter("order").unwrap_or("asc") {
            "asc" => false,
            "desc" => true,
            // That both are refused with 422 is from Gitea B5, what is said of them is written by hand.
            other => return Err(self.refuse(422, &format!("Invalid sort order: \"{other}\""))),
        };
        match request.parameter("sort").unwrap_or_default() {
            "" => rows.sort_by_key(|row| row.full_name.to_lowercase()),
            "alpha" => rows.sort_by_key(|row| row.full_name.to_lowercase()),
            "updated" => rows.sort_by_key(|row| row.updated_at.clone()),
            "id" | "created" => rows.sort_by_key(|row| row.id),
            other => return Err(self.refuse(422, &format!("Invalid sort mode: \"{other}\""))),
        }
        if is_falling && request.parameter("sort").is_some() {
            rows.reverse();
        }
        let rows: Vec<Value> = rows.iter().map(|row| self.repository_body(row)).collect();
        // Quoted: Gitea B5.
        Ok(self.paged(&rows, |rows| json!({"ok": true, "data": rows}), request))
    }

    /// `/repos/{owner}/{name}` and what is below it.
    pub(super) fn below_repository(
        &self,
        request: &Request,
        who: Option<&Known>,
        (owner, name): (&str, &str),
        rest: &[&str],
    ) -> Result<Answer, Answer> {
        let wanted = format!("{owner}/{name}").to_lowercase();
        let visible = self.visible(who);
        if let Some(repository) = visible.iter().find(|row| row.full_name.to_lowercase() == wanted) {
            return self.of_repository(request, repository, rest);
        }
        let moved = visible.iter().find(|row| row.former.as_ref().is_some_and(|former| former.to_lowercase() == wanted));
        moved.map(|repository| self.moved(request, repository, rest)).ok_or_else(|| self.not_found())
    }

    /// Everything below a name that a repository had before leads to where it is now: 307 and a path without an origin, with everything
    /// that was asked. Written by hand after Gitea's source (`RedirectToRepo`); it sends a short page, this one is ours.
    fn moved(&self, request: &Request, repository: &Repo, rest: &[&str]) -> Answer {
        let root = url::Url::parse(&self.web).unwrap().path().trim_end_matches('/').to_owned();
        let mut target = format!("{root}/api/v1/repos/{}", repository.full_name);
        for segment in rest {
            target = format!("{target}/{segment}");
        }
        if !request.query.is_empty() {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
            target = format!("{target}?{query}");
        }
        Answer::html(307, "Temporary Redirect").header("location", &target)
    }

    fn of_repository(&self, request: &Request, repository: &Repo, rest: &[&str]) -> Result<Answer, Answer> {
        match rest {
            [] => Ok(Answer::json(200, &self.repository_body(repository))),
            ["branches"] => Ok(self.branches(request, repository)),
            // Slashes of a name need not be encoded.
            ["branches", name @ ..] => {
                let name = name.join("/");
                let found = repository.branches.iter().find(|(known, _)| *known == name).ok_or_else(|| self.not_found())?;
                Ok(Answer::json(200, &self.branch_body(repository, &found.0, found.1)))
            }
            _ => Err(Self::no_such_call()),
        }
    }

    fn branches(&self, request: &Request, repository: &Repo) -> Answer {
        let mut rows = repository.branches.clone();
        // By name, so that the default one is anywhere.
        rows.sort();
        if let Some(wanted) = request.parameter("q").filter(|_| self.flavour == Flavour::New) {
            rows.retain(|(name, _)| is_like(name, wanted));
        }
        let rows: Vec<Value> = rows.iter().map(|(name, protected)| self.branch_body(repository, name, *protected)).collect();
        let is_empty = repository.branches.is_empty();
        // Quoted: Gitea B6. That every one of them says so is written by hand.
        self.paged(&rows, |rows| if is_empty { Value::Null } else { rows }, request)
    }
}

/// Whether a name holds what is searched for. Written by hand after Gitea B6, which has only that it does: letters differ by their case, and `%`
/// and `_` stand for others, as in a database's own search. Nobody shall rely on more.
fn is_like(name: &str, wanted: &str) -> bool {
    fn begins(name: &[char], wanted: &[char]) -> bool {
        match wanted {
            [] => true,
            ['%', rest @ ..] => (0..=name.len()).any(|from| begins(&name[from..], rest)),
            ['_', rest @ ..] => !name.is_empty() && begins(&name[1..], rest),
            [letter, rest @ ..] => name.first() == Some(letter) && begins(&name[1..], rest),
        }
    }
    let (name, wanted): (Vec<char>, Vec<char>) = (name.chars().collect(), wanted.chars().collect());
    (0..=name.len()).any(|from| begins(&name[from..], &wanted))
}

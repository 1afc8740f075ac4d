//! GitHub, as far as gitconn asks it (REST version 2022-11-28). Each answer says whether it is quoted or written by hand: see `fake`.

mod apps;
mod bodies;
mod headers;
mod known;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use self::apps::Apps;
use self::apps::Found;
pub(crate) use self::apps::{FakeApp, permissions};
pub(super) use self::bodies::sha;
use self::bodies::{account_id, integration, user};
pub(crate) use self::known::{Grant, Repo};
use super::oauth::{Kind, OAuth, Standing};
use super::pages::Page;
use super::server::not_there;
use super::{Answer, Request, Server};
use crate::support::Sandbox;
use crate::support::tokens;

struct State {
    tokens: HashMap<String, Grant>,
    /// By account.
    repositories: HashMap<String, Vec<Repo>>,
    /// Whether answers carry `X-RateLimit-*`: an enterprise server without limits has none.
    limits: bool,
    /// Whether `Link` names the last page.
    last: bool,
    enterprise: bool,
    remaining: u64,
    origin: String,
    next_id: u64,
    /// Rows of listings move while one reads.
    moving: bool,
    /// Where `Link` leads, if not here.
    links: Option<String>,
    oauth: OAuth,
    apps: Apps,
}

/// GitHub.
pub(crate) struct GitHub {
    pub(crate) server: Server,
    /// Its authorization server, at the root of the same host: an enterprise server's.
    pub(crate) oauth: OAuth,
    /// Its apps, and who may ask in their name.
    pub(crate) apps: Apps,
    state: Arc<Mutex<State>>,
}

impl std::ops::Deref for GitHub {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl GitHub {
    /// An enterprise server: its API below `/api/v3`.
    pub(crate) fn start() -> Self {
        Self::with_base("/api/v3")
    }

    /// github.com's shape: the API at the root of a host of its own.
    pub(crate) fn dotcom() -> Self {
        Self::with_base("")
    }

    fn with_base(base: &str) -> Self {
        let (oauth, apps) = (OAuth::new(Kind::GitHub), Apps::new());
        let state = Arc::new(Mutex::new(State {
            oauth: oauth.clone(),
            apps: apps.clone(),
            tokens: HashMap::new(),
            repositories: HashMap::new(),
            limits: true,
            last: true,
            enterprise: !base.is_empty(),
            remaining: 5000,
            origin: String::new(),
            next_id: 1_296_269,
            moving: false,
            links: None,
        }));
        let own = Arc::clone(&state);
        let (login, pages) = (oauth.clone(), apps.clone());
        let server = Server::listen(
            base,
            None,
            move |request| own.lock().unwrap().answer(request),
            move |request| {
                let answer = login.answer(&request.path, request).or_else(|| pages.web(&request.path, request));
                answer.unwrap_or_else(not_there)
            },
        );
        state.lock().unwrap().origin = server.api();
        oauth.at(&server.origin());
        apps.at(&server.origin());
        Self { server, oauth, apps, state }
    }

    /// The arguments that lead to it: `--host …` or `--host github.com --api-url …`.
    pub(crate) fn host_arguments(&self) -> Vec<String> {
        if self.state.lock().unwrap().enterprise {
            vec!["--host".to_owned(), self.server.origin()]
        } else {
            vec!["--host".to_owned(), "github.com".to_owned(), "--api-url".to_owned(), self.server.api()]
        }
    }

    /// Knows this token from now on.
    pub(crate) fn accept(&self, token: &str, grant: Grant) {
        self.state.lock().unwrap().tokens.insert(token.to_owned(), grant);
    }

    /// Makes a classic token for this account, watched for by the sandbox.
    pub(crate) fn classic(&self, sandbox: &Sandbox, login: &str) -> String {
        let token = sandbox.secret(&tokens::classic(login));
        self.accept(&token, Grant::classic(login));
        token
    }

    /// Knows this token no longer.
    pub(crate) fn refuse(&self, token: &str) {
        self.state.lock().unwrap().tokens.remove(token);
    }

    /// Whether it knows this token.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        self.state.lock().unwrap().tokens.contains_key(token)
    }

    /// Answers carry no `X-RateLimit-*` from now on, as on an enterprise server without limits.
    pub(crate) fn unlimited(&self) {
        self.state.lock().unwrap().limits = false;
    }

    /// `Link` names no last page from now on.
    pub(crate) fn without_last(&self) {
        self.state.lock().unwrap().last = false;
    }

    /// Every `Link` leads to this origin from now on, as behind a proxy that hides the server's own address.
    pub(crate) fn link_to(&self, origin: &str) {
        self.state.lock().unwrap().links = Some(origin.to_owned());
    }

    /// A row is put in front of every listing once its first page was read.
    pub(crate) fn moving(&self) {
        self.state.lock().unwrap().moving = true;
    }

    /// Makes so many repositories for an account: `LOGIN/repo-001` is the most recently pushed to.
    pub(crate) fn repositories(&self, login: &str, count: usize) {
        for number in 1..=count {
            self.repository(login, &format!("{login}/repo-{number:03}"), &["main", "develop"]);
        }
    }

    /// Makes one repository, pushed to an hour before the one made before it; its first branch is the default, and protected.
    pub(crate) fn repository(&self, login: &str, full_name: &str, branches: &[&str]) {
        self.edit(login, full_name, branches, |_| {});
    }

    /// The same, changed before it is there.
    pub(crate) fn edit(&self, login: &str, full_name: &str, branches: &[&str], change: impl FnOnce(&mut Repo)) {
        let mut state = self.state.lock().unwrap();
        state.next_id += 1;
        let id = state.next_id;
        let repositories = state.repositories.entry(login.to_owned()).or_default();
        let hours = i64::try_from(repositories.len()).unwrap();
        let newest: jiff::Timestamp = "2026-11-19T12:00:00Z".parse().unwrap();
        let mut repository = Repo {
            id,
            full_name: full_name.to_owned(),
            private: true,
            description: Some(format!("what {full_name} is for")),
            archived: false,
            pushed_at: (newest - jiff::SignedDuration::from_hours(hours)).to_string(),
            default_branch: branches.first().copied().unwrap_or("main").to_owned(),
            branches: branches.iter().enumerate().map(|(place, name)| ((*name).to_owned(), place == 0)).collect(),
            former: None,
        };
        change(&mut repository);
        repositories.push(repository);
    }
}

/// GitHub's shape of a refusal: `message`, `documentation_url`, `status` (a string). Written by hand after GitHub §0.2 (documentation); whether
/// the message is quoted stands where it is given. The pages are ours where nothing else is said.
pub(super) fn message(status: u16, text: &str, page: &str) -> Answer {
    Answer::json(status, &json!({"message": text, "documentation_url": page, "status": status.to_string()}))
}

/// Quoted: GitHub §2.6 (recorded), with its page and status.
pub(super) fn bad_credentials() -> Answer {
    message(401, "Bad credentials", "https://docs.github.com/rest")
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        if request.header("user-agent").is_none() {
            // Quoted: GitHub §0.2 (documentation). The address in parentheses and the page around it are written by hand.
            return Answer::html(
                403,
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header \
                 (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).",
            );
        }
        if let Some(version) = request.header("x-github-api-version").filter(|version| *version != "2022-11-28") {
            // Quoted: GitHub §0.3 (an issue of 2023), with the version that was asked for.
            return message(
                400,
                &format!(
                    "Bad Request: The version you specified in the \"X-GitHub-API-Version\" request header, \"{version}\", is not a \
                     supported version. The following versions are currently supported: \"2022-11-28\" (most recent)."
                ),
                "https://docs.github.com/rest",
            );
        }
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        // github.com's shape has its pages on the same origin as its API.
        let page = if self.enterprise { None } else { self.apps.web(&request.path, request) };
        if let Some(answer) = page.or_else(|| self.answer_app(request, &segments)) {
            return answer;
        }
        let grant = match request.bare_token().map(|token| self.known(token)).transpose() {
            Ok(grant) => grant,
            Err(refused) => return refused.or_headers(self.headers(false, None)),
        };
        if request.path != "/rate_limit" && grant.is_some() {
            self.remaining = self.remaining.saturating_sub(1);
        }
        let answer = match (request.method.as_str(), segments.as_slice(), &grant) {
            // Written by hand after GitHub §0.1: only `installed_version` is known from there.
            ("GET", ["meta"], _) => Answer::json(
                200,
                &if self.enterprise {
                    json!({"verifiable_password_authentication": true, "installed_version": "3.17.2"})
                } else {
                    json!({"verifiable_password_authentication": false})
                },
            ),
            ("GET", ["rate_limit"], _) if self.limits => self.rate_limit(grant.is_some()),
            // Quoted: GitHub §9 (issues of 2017 and 2025), with its page; `status` is ours.
            ("GET", ["rate_limit"], _) => {
                message(404, "Rate limiting is not enabled.", "https://developer.github.com/enterprise/2.9/v3")
            }
            ("POST", ["credentials", "revoke"], _) if !self.enterprise => self.revoke(request),
            // Quoted: GitHub §2.6.
            (_, _, None) => message(401, "Requires authentication", "https://docs.github.com/rest"),
            ("GET", ["user"], Some(grant)) => user(grant),
            ("GET", ["user", "repos"], Some(grant)) if grant.installation => {
                integration("https://docs.github.com/rest/repos/repos#list-repositories-for-the-authenticated-user")
            }
            ("GET", ["user", "repos"], Some(grant)) => self.user_repositories(request, grant),
            ("GET", ["installation", "repositories"], Some(grant)) if grant.installation => {
                self.installation_repositories(request, grant)
            }
            // Written by hand: GitHub §2.1 has only whom this call is for, not what it says to others.
            ("GET", ["installation", "repositories"], Some(_)) => message(
                403,
                "You must authenticate with an installation access token in order to list repositories for an installation.",
                "https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation",
            ),
            ("DELETE", ["installation", "token"], Some(grant)) if grant.installation => {
                self.apps.revoke(request.bare_token().unwrap_or_default());
                Answer::empty(204)
            }
            ("GET", ["repos", owner, name, rest @ ..], Some(grant)) => self.below_repository(request, owner, name, rest, grant),
            ("GET", ["repositories", id, rest @ ..], Some(grant)) => {
                match self.visible(grant).into_iter().find(|repository| repository.id.to_string() == *id) {
                    Some(repository) => self.repository(request, &repository, rest, grant),
                    None => message(404, "Not Found", "https://docs.github.com/rest"),
                }
            }
            // The message is quoted wherever it stands: GitHub §2.6 and §10.
            _ => message(404, "Not Found", "https://docs.github.com/rest"),
        };
        answer.or_headers(self.headers(grant.is_some(), grant.as_ref()))
    }

    /// What a token is good for; `Err` is a refusal, whose words the apps have.
    fn known(&self, token: &str) -> Result<Grant, Answer> {
        if let Some(grant) = self.tokens.get(token).cloned().or_else(|| self.login(token)) {
            return Ok(grant);
        }
        match self.apps.find(token) {
            Found::Good(grant) => Ok(*grant),
            Found::Unknown => Err(bad_credentials()),
            Found::Suspended(text) => {
                Err(message(403, &text, "https://docs.github.com/rest").or_headers(self.headers(true, None)))
            }
        }
    }

    /// What a token of a login is good for.
    fn login(&self, token: &str) -> Option<Grant> {
        let found = self.oauth.find(token).filter(|found| found.standing == Standing::Good)?;
        let end = found.left.map(|left| {
            let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(left);
            end.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
        });
        let grant = Grant::classic(&found.account).scopes(&found.scopes.join(", ")).expires(end.as_deref());
        Some(Grant { client: Some(found.client), ..grant })
    }

    /// `POST /credentials/revoke`: 202, and 403 to who shows a token. Written by hand after GitHub §8.1 (documentation): the statuses are from
    /// there, the bodies are not known.
    fn revoke(&mut self, request: &Request) -> Answer {
        if request.bare_token().is_some() {
            return message(403, "Forbidden", "https://docs.github.com/rest/credentials/revoke");
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let Some(credentials) = body["credentials"].as_array() else {
            return message(422, "Validation Failed", "https://docs.github.com/rest/credentials/revoke");
        };
        for credential in credentials {
            self.tokens.remove(credential.as_str().unwrap_or_default());
        }
        Answer::json(202, &json!({}))
    }

    fn visible(&self, grant: &Grant) -> Vec<Repo> {
        let mut own = self.repositories.get(&grant.login).cloned().unwrap_or_default();
        if let Some(reach) = &grant.reach {
            own.retain(|repository| reach.sees(repository));
        }
        // Without `repo` only what is public is listed, with 200 and without a word.
        if grant.scopes.as_ref().is_some_and(|scopes| !scopes.split(", ").any(|scope| scope == "repo")) {
            own.retain(|repository| !repository.private);
        }
        own
    }

    fn user_repositories(&self, request: &Request, grant: &Grant) -> Answer {
        if request.parameter("type").is_some()
            && (request.parameter("visibility").is_some() || request.parameter("affiliation").is_some())
        {
            // Written by hand after GitHub §5.1, which has only the status.
            return message(
                422,
                "If you specify visibility or affiliation, you cannot specify type.",
                "https://docs.github.com/rest/repos/repos#list-repositories-for-the-authenticated-user",
            );
        }
        let mut rows = self.visible(grant);
        match request.parameter("sort") {
            Some("pushed" | "updated") => rows.sort_by(|one, other| other.pushed_at.cmp(&one.pushed_at)),
            _ => rows.sort_by(|one, other| one.full_name.cmp(&other.full_name)),
        }
        let page = Page::of(request, rows.len(), 30);
        let shown: Vec<Value> = page.cut(&rows, self.moving).iter().map(|row| self.repository_body(row)).collect();
        let answer = self.linked(Answer::json(200, &Value::from(shown)), &page, "/user/repos", request);
        if grant.hidden.is_empty() {
            answer
        } else {
            // Quoted: GitHub §2.2 (documentation), with the organisations' ids.
            let ids = grant.hidden.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            answer.header("x-github-sso", &format!("partial-results; organizations={ids}"))
        }
    }

    fn installation_repositories(&self, request: &Request, grant: &Grant) -> Answer {
        let rows = self.visible(grant);
        let page = Page::of(request, rows.len(), 30);
        let shown: Vec<Value> = page.cut(&rows, self.moving).iter().map(|row| self.repository_body(row)).collect();
        let selection = grant.reach.as_ref().map_or("selected", |reach| &reach.selection);
        // Written by hand after GitHub §2.1.
        let body = json!({"total_count": rows.len(), "repository_selection": selection, "repositories": shown});
        self.linked(Answer::json(200, &body), &page, "/installation/repositories", request)
    }

    fn linked(&self, answer: Answer, page: &Page, path: &str, request: &Request) -> Answer {
        match page.link(&format!("{}{path}", self.links.as_ref().unwrap_or(&self.origin)), request, self.last) {
            Some(link) => answer.header("link", &link),
            None => answer,
        }
    }

    fn below_repository(&self, request: &Request, owner: &str, name: &str, rest: &[&str], grant: &Grant) -> Answer {
        let wanted = format!("{owner}/{name}").to_lowercase();
        let visible = self.visible(grant);
        // Written by hand after GitHub §5.3 and §12 (recorded: `rename-repository`): by id, with the rest of the path.
        if let Some(moved) = visible.iter().find(|repository| repository.former.as_deref() == Some(&wanted)) {
            let target = std::iter::once(format!("{}/repositories/{}", self.origin, moved.id))
                .chain(rest.iter().map(|segment| (*segment).to_owned()))
                .collect::<Vec<_>>()
                .join("/");
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
            return Answer::redirect(301, &if query.is_empty() { target } else { format!("{target}?{query}") });
        }
        match visible.iter().find(|repository| repository.full_name.to_lowercase() == wanted) {
            Some(repository) => self.repository(request, repository, rest, grant),
            None => message(404, "Not Found", "https://docs.github.com/rest/repos/repos#get-a-repository"),
        }
    }

    fn repository(&self, request: &Request, repository: &Repo, rest: &[&str], grant: &Grant) -> Answer {
        if !rest.is_empty() && grant.reach.as_ref().is_some_and(|reach| !reach.may("contents")) {
            // The message and the header are quoted: GitHub §10 and §2.2. What needs this permission is from §7.5.
            let refused = integration("https://docs.github.com/rest/branches/branches#list-branches");
            return refused.header("x-accepted-github-permissions", "contents=read");
        }
        match rest {
            [] => Answer::json(200, &self.repository_body(repository)),
            ["branches"] => {
                let mut branches = repository.branches.clone();
                branches.sort();
                let page = Page::of(request, branches.len(), 30);
                let rows: Vec<Value> = page
                    .cut(&branches, self.moving)
                    .iter()
                    .map(|(name, protected)| self.branch_body(repository, name, *protected))
                    .collect();
                // The pages of a repository's listings go by its id.
                self.linked(
                    Answer::json(200, &Value::from(rows)),
                    &page,
                    &format!("/repositories/{}/branches", repository.id),
                    request,
                )
            }
            ["branches", name] => match repository.branches.iter().find(|(known, _)| known == name) {
                Some((name, protected)) => Answer::json(200, &self.branch_body(repository, name, *protected)),
                // Quoted: GitHub §6 (recorded).
                None => message(404, "Branch not found", "https://docs.github.com/rest/branches/branches#get-a-branch"),
            },
            // Written by hand after GitHub §6; `node_id` and the addresses are left out.
            ["git", "matching-refs", "heads", prefix @ ..] => {
                let prefix = prefix.join("/");
                let rows: Vec<Value> = repository
                    .branches
                    .iter()
                    .filter(|(name, _)| name.starts_with(&prefix))
                    .map(|(name, _)| json!({"ref": format!("refs/heads/{name}"), "object": {"type": "commit", "sha": sha(name)}}))
                    .collect();
                Answer::json(200, &Value::from(rows))
            }
            _ => message(404, "Not Found", "https://docs.github.com/rest"),
        }
    }
}

//! GitLab, as far as gitconn asks it (15.x to 19.x). Each answer says whether it is quoted or written by hand: see `fake`.

mod jobs;
mod known;
mod rotation;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use self::known::Token;
pub(crate) use self::known::{Grant, Project};
use super::oauth::{Kind, OAuth, Standing};
use super::pages::Page;
use super::server::not_there;
use super::{Answer, Request, Server};
use crate::support::Sandbox;
use crate::support::tokens;

struct State {
    tokens: HashMap<String, Token>,
    projects: HashMap<String, Vec<Project>>,
    /// Whether listings say how many rows there are: above 10,000 they do not.
    totals: bool,
    /// Whether `GET /personal_access_tokens/self` is there (15.5 and later).
    tells_self: bool,
    origin: String,
    base: String,
    next_id: u64,
    /// Rows of listings move while one reads.
    moving: bool,
    /// Where `Link` leads, if not here.
    links: Option<String>,
    oauth: OAuth,
    rotation: rotation::Rotation,
    /// Tokens of jobs, and who started each.
    jobs: HashMap<String, String>,
    shows_branches_to_jobs: bool,
}

/// GitLab.
pub(crate) struct GitLab {
    pub(crate) server: Server,
    /// Its authorization server, below the same path root.
    pub(crate) oauth: OAuth,
    root: String,
    state: Arc<Mutex<State>>,
}

impl std::ops::Deref for GitLab {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl GitLab {
    /// At the root of its host.
    pub(crate) fn start() -> Self {
        Self::under("")
    }

    /// Below a path: `/gitlab`.
    pub(crate) fn under(root: &str) -> Self {
        Self::listen(root, None)
    }

    /// Behind TLS.
    pub(crate) fn behind_tls(acceptor: tokio_rustls::TlsAcceptor) -> Self {
        Self::listen("", Some(acceptor))
    }

    fn listen(root: &str, tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let oauth = OAuth::new(Kind::GitLab);
        let state = Arc::new(Mutex::new(State {
            oauth: oauth.clone(),
            tokens: HashMap::new(),
            projects: HashMap::new(),
            totals: true,
            tells_self: true,
            origin: String::new(),
            base: String::new(),
            next_id: 41,
            moving: false,
            links: None,
            rotation: rotation::Rotation::default(),
            jobs: HashMap::new(),
            shows_branches_to_jobs: false,
        }));
        let own = Arc::clone(&state);
        let (login, below) = (oauth.clone(), root.to_owned());
        let server = Server::listen(
            &format!("{root}/api/v4"),
            tls,
            move |request| own.lock().unwrap().answer(request),
            move |request| {
                let path = request.path.strip_prefix(&below);
                path.and_then(|path| login.answer(path, request)).unwrap_or_else(not_there)
            },
        );
        let mut known = state.lock().unwrap();
        known.origin = server.api();
        known.base = format!("{}{root}", server.origin());
        oauth.at(&known.base);
        drop(known);
        Self { server, oauth, root: root.to_owned(), state }
    }

    /// The address that is given to `--host`.
    pub(crate) fn host(&self) -> String {
        format!("{}{}", self.server.origin(), self.root)
    }

    /// Knows this token from now on.
    pub(crate) fn accept(&self, token: &str, grant: Grant) {
        self.state.lock().unwrap().tokens.insert(token.to_owned(), Token::Good(grant));
    }

    /// Makes a personal token for this account, watched for by the sandbox.
    pub(crate) fn personal(&self, sandbox: &Sandbox, username: &str) -> String {
        let token = sandbox.secret(&tokens::gitlab(username));
        self.accept(&token, Grant::personal(username));
        token
    }

    /// Never heard of this token.
    pub(crate) fn refuse(&self, token: &str) {
        self.state.lock().unwrap().tokens.remove(token);
    }

    /// Whether this token is good.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        matches!(self.state.lock().unwrap().tokens.get(token), Some(Token::Good(_)))
    }

    /// This token's time is over.
    pub(crate) fn expire(&self, token: &str) {
        self.state.lock().unwrap().tokens.insert(token.to_owned(), Token::Expired);
    }

    /// Somebody revoked this token.
    pub(crate) fn revoke(&self, token: &str) {
        self.state.lock().unwrap().tokens.insert(token.to_owned(), Token::Revoked);
    }

    /// Listings no longer say how many rows there are.
    pub(crate) fn without_totals(&self) {
        self.state.lock().unwrap().totals = false;
    }

    /// A server before 15.5, which does not know `self` and says 401 of it, although the token is fine.
    pub(crate) fn old(&self) {
        self.state.lock().unwrap().tells_self = false;
    }

    /// Every `Link` leads to this origin from now on, as behind a proxy that hides the server's own address.
    pub(crate) fn link_to(&self, origin: &str) {
        self.state.lock().unwrap().links = Some(origin.to_owned());
    }

    /// A row is put in front of every listing once its first page was read.
    pub(crate) fn moving(&self) {
        self.state.lock().unwrap().moving = true;
    }

    /// Makes so many projects for an account: `USERNAME/repo-001` is the most recently active.
    pub(crate) fn projects(&self, username: &str, count: usize) {
        for number in 1..=count {
            self.project(username, &format!("{username}/repo-{number:03}"), &["main", "develop"]);
        }
    }

    /// Makes one project, active an hour before the one made before it; its first branch is the default, and protected.
    pub(crate) fn project(&self, username: &str, path: &str, branches: &[&str]) {
        self.edit(username, path, branches, |_| {});
    }

    /// A project's id.
    pub(super) fn id_of(&self, username: &str, path: &str) -> u64 {
        let state = self.state.lock().unwrap();
        state.projects[username].iter().find(|project| project.path == path).map(|project| project.id).unwrap()
    }

    /// The same, changed before it is there.
    pub(crate) fn edit(&self, username: &str, path: &str, branches: &[&str], change: impl FnOnce(&mut Project)) {
        let mut state = self.state.lock().unwrap();
        state.next_id += 1;
        let id = state.next_id;
        let projects = state.projects.entry(username.to_owned()).or_default();
        let hours = i64::try_from(projects.len()).unwrap();
        let newest: jiff::Timestamp = "2026-11-19T12:00:00Z".parse().unwrap();
        let mut project = Project {
            id,
            path: path.to_owned(),
            description: Some(format!("what {path} is for")),
            last_activity_at: format!("{:.3}", newest - jiff::SignedDuration::from_hours(hours)),
            default_branch: branches.first().map(|name| (*name).to_owned()),
            branches: branches.iter().enumerate().map(|(place, name)| ((*name).to_owned(), place == 0)).collect(),
        };
        change(&mut project);
        projects.push(project);
    }
}

/// The shape of GitLab's shorter refusals: GitLab §2.3. Whether the text is quoted stands where it is given.
pub(super) fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({"message": text}))
}

/// Quoted: the body, GitLab §2.3. The header is written by hand after §2.1, which has its parts but not the realm.
pub(super) fn invalid_token(description: &str) -> Answer {
    Answer::json(401, &json!({"error": "invalid_token", "error_description": description})).header(
        "www-authenticate",
        &format!("Bearer realm=\"Protected by OAuth 2.0\", error=\"invalid_token\", error_description=\"{description}\""),
    )
}

/// Quoted: GitLab §2.3.
pub(super) fn expired() -> Answer {
    invalid_token("Token is expired. You can either do re-authorization or token refresh.")
}

/// Quoted: GitLab §2.3.
pub(super) fn revoked() -> Answer {
    invalid_token("Token was revoked. You have to re-authorize from the user.")
}

/// Quoted: GitLab §2.3, with the scopes that would do.
pub(super) fn insufficient_scope(scopes: &str) -> Answer {
    Answer::json(
        403,
        &json!({
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": scopes,
        }),
    )
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        let answer = self.by_credential(request);
        // Written by hand after GitLab §8 (documentation and source), which has the names of `ratelimit-*`: the values are ours, and so are the
        // first two headers.
        answer.or_headers(vec![
            ("x-request-id".to_owned(), "01HF2W7Q3C8Y5Z6X9V4B2N1M0K".to_owned()),
            ("x-runtime".to_owned(), "0.042".to_owned()),
            ("ratelimit-limit".to_owned(), "2000".to_owned()),
            ("ratelimit-observed".to_owned(), "1".to_owned()),
            ("ratelimit-remaining".to_owned(), "1999".to_owned()),
            ("ratelimit-reset".to_owned(), "4102444800".to_owned()),
            ("ratelimit-name".to_owned(), "throttle_authenticated_api".to_owned()),
        ])
    }

    fn by_credential(&mut self, request: &Request) -> Answer {
        if let Some(token) = request.header("job-token") {
            return self.to_a_job(request, token);
        }
        let Some(token) = request.bare_token().map(ToOwned::to_owned) else {
            // Without a token the projects that anybody may see are listed, with 200: there are none here (GitLab §5). The refusal of the
            // rest is quoted: §2.2.
            return if request.path == "/projects" { Answer::json(200, &json!([])) } else { message(401, "401 Unauthorized") };
        };
        // What came of a login is taken from `Authorization` alone (GitLab §2.1).
        let login = self.oauth.find(&token).filter(|_| request.header("private-token").is_none());
        let is_login = login.is_some();
        let login = login.map(|found| match found.standing {
            Standing::Expired => Token::Expired,
            Standing::Revoked => Token::Revoked,
            Standing::Good => Token::Good(Grant { scopes: found.scopes, expires: None, ..Grant::personal(&found.account) }),
        });
        let grant = match login.as_ref().or_else(|| self.tokens.get(&token)) {
            // Quoted: GitLab §2.3.
            None => return message(401, "401 Unauthorized"),
            Some(Token::Expired) => return expired(),
            Some(Token::Revoked) if request.path == "/personal_access_tokens/self/rotate" => return self.present_dead(&token),
            Some(Token::Revoked) => return revoked(),
            Some(Token::Good(grant)) => grant.clone(),
        };
        let reads = |also: &[&str]| {
            grant.scopes.iter().any(|scope| matches!(scope.as_str(), "api" | "read_api") || also.contains(&scope.as_str()))
        };
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (request.method.as_str(), segments.as_slice()) {
            // Quoted: GitLab §2.2.
            (_, ["personal_access_tokens", "self"]) if is_login => {
                message(400, "400 Bad request - This endpoint requires token type to be a personal access token")
            }
            ("GET", ["personal_access_tokens", "self"]) if self.tells_self => token_body(self.number_of(&token), &grant),
            // Quoted: GitLab §2.2 (its source, 15.1 to 15.4).
            ("GET", ["personal_access_tokens", "self"]) => message(401, "401 Unauthorized"),
            ("POST", ["personal_access_tokens", "self", "rotate"]) => self.rotate(request, &token, &grant),
            (_, [room @ ("projects" | "groups"), id, "access_tokens", rest @ ..]) => {
                self.owned_tokens(request, room, id, rest, &grant)
            }
            // GitLab §4.1: 204, without a body.
            ("DELETE", ["personal_access_tokens", "self"]) => {
                self.tokens.insert(token, Token::Revoked);
                Answer::empty(204)
            }
            ("GET", ["user"]) if reads(&["read_user"]) => user_body(&grant, &self.base),
            // Written by hand after GitLab §2.2.
            ("GET", ["version" | "metadata"]) if reads(&["read_user"]) => Answer::json(
                200,
                &json!({"version": "18.5.0-ee", "revision": "0286e4c6", "enterprise": true,
                    "kas": {"enabled": true, "externalUrl": null, "externalK8sProxyUrl": null, "version": null}}),
            ),
            ("GET", ["user" | "version" | "metadata"]) => insufficient_scope("api read_api read_user"),
            ("GET", ["projects", ..]) if !reads(&[]) => insufficient_scope("api read_api"),
            ("GET", ["projects"]) => self.listing(request, &grant),
            ("GET", ["projects", id, rest @ ..]) => self.below_project(request, id, rest, &grant),
            // Quoted here and below: GitLab §2.4 and §5.
            _ => Answer::json(404, &json!({"error": "404 Not Found"})),
        }
    }

    fn listing(&self, request: &Request, grant: &Grant) -> Answer {
        let mut rows = self.projects.get(&grant.username).cloned().unwrap_or_default();
        if let Some(search) = request.parameter("search") {
            let (search, namespaces) = (search.to_lowercase(), request.parameter("search_namespaces") == Some("true"));
            rows.retain(|project| {
                let path = project.path.to_lowercase();
                let name = path.rsplit('/').next().unwrap_or_default().to_owned();
                if namespaces { path.contains(&search) } else { name.contains(&search) }
            });
        }
        match request.parameter("order_by") {
            Some("last_activity_at") => rows.sort_by(|one, other| other.last_activity_at.cmp(&one.last_activity_at)),
            _ => rows.sort_by_key(|project| std::cmp::Reverse(project.id)),
        }
        let page = Page::of(request, rows.len(), 20);
        let simple = request.parameter("simple") == Some("true");
        let shown: Vec<Value> = page.cut(&rows, self.moving).iter().map(|row| self.project_body(row, simple)).collect();
        self.paged(Answer::json(200, &Value::from(shown)), &page, "/projects", request)
    }

    /// Written by hand after GitLab §5: names and which of them may be missing.
    fn paged(&self, answer: Answer, page: &Page, path: &str, request: &Request) -> Answer {
        let number = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
        let mut answer = answer
            .header("x-page", &page.number.to_string())
            .header("x-per-page", &page.size.to_string())
            .header("x-next-page", &number((page.number < page.last).then_some(page.number + 1)))
            .header("x-prev-page", &number((page.number > 1).then_some(page.number - 1)));
        if self.totals {
            answer = answer.header("x-total", &page.total.to_string()).header("x-total-pages", &page.last.to_string());
        }
        match page.link(&format!("{}{path}", self.links.as_ref().unwrap_or(&self.origin)), request, self.totals) {
            Some(link) => answer.header("link", &link),
            None => answer,
        }
    }

    fn below_project(&self, request: &Request, id: &str, rest: &[&str], grant: &Grant) -> Answer {
        let projects = self.projects.get(&grant.username).cloned().unwrap_or_default();
        let found = projects.iter().find(|project| project.id.to_string() == id || project.path.eq_ignore_ascii_case(id));
        // Quoted: GitLab §5.
        let Some(project) = found else { return message(404, "404 Project Not Found") };
        match rest {
            [] => Answer::json(200, &self.project_body(project, false)),
            ["repository", "branches"] => {
                let mut rows = project.branches.clone();
                rows.sort();
                if let Some(search) = request.parameter("search") {
                    // `^x` begins with, `x$` ends with; anything else is contained, without regard to case.
                    let search = search.to_lowercase();
                    rows.retain(|(name, _)| {
                        let name = name.to_lowercase();
                        match (search.strip_prefix('^'), search.strip_suffix('$')) {
                            (Some(begin), _) => name.starts_with(begin),
                            (None, Some(end)) => name.ends_with(end),
                            (None, None) => name.contains(&search),
                        }
                    });
                }
                let page = Page::of(request, rows.len(), 20);
                let shown: Vec<Value> = page
                    .cut(&rows, self.moving)
                    .iter()
                    .map(|(name, protected)| self.branch_body(project, name, *protected))
                    .collect();
                let path = format!("/projects/{}/repository/branches", project.id);
                self.paged(Answer::json(200, &Value::from(shown)), &page, &path, request)
            }
            ["repository", "branches", name] => match project.branches.iter().find(|(known, _)| known == name) {
                Some((name, protected)) => Answer::json(200, &self.branch_body(project, name, *protected)),
                // Quoted: GitLab §6.
                None => message(404, "404 Branch Not Found"),
            },
            _ => Answer::json(404, &json!({"error": "404 Not Found"})),
        }
    }

    /// Written by hand after GitLab §5: the fields of both forms.
    fn project_body(&self, project: &Project, simple: bool) -> Value {
        let (namespace, name) = project.path.rsplit_once('/').unwrap();
        let mut body = json!({
            "id": project.id,
            "description": project.description,
            "name": name,
            "name_with_namespace": format!("{namespace} / {name}"),
            "path": name,
            "path_with_namespace": project.path,
            "created_at": "2020-07-23T14:31:47.729Z",
            "topics": [],
            "ssh_url_to_repo": format!("git@gitlab.example:{}.git", project.path),
            "http_url_to_repo": format!("{}/{}.git", self.base, project.path),
            "web_url": format!("{}/{}", self.base, project.path),
            "star_count": 0,
            "last_activity_at": project.last_activity_at,
            "visibility": "private",
            "namespace": {"id": 7, "name": namespace, "path": namespace, "kind": "user", "full_path": namespace, "parent_id": null},
        });
        // Absent, not null, where the user cannot read code.
        if let Some(branch) = &project.default_branch {
            body["default_branch"] = json!(branch);
        }
        if !simple {
            body["archived"] = json!(false);
            body["empty_repo"] = json!(project.branches.is_empty());
            body["permissions"] = json!({"project_access": {"access_level": 40, "notification_level": 3}, "group_access": null});
        }
        body
    }

    /// Written by hand after GitLab §6: the fields.
    fn branch_body(&self, project: &Project, name: &str, protected: bool) -> Value {
        let sha = super::github::sha(name);
        json!({
            "name": name,
            "merged": false,
            "protected": protected,
            "default": project.default_branch.as_deref() == Some(name),
            "developers_can_push": false,
            "developers_can_merge": false,
            "can_push": true,
            "web_url": format!("{}/{}/-/tree/{name}", self.base, project.path),
            "commit": {"id": sha, "short_id": &sha[..8], "title": "change", "committed_date": "2026-11-18T08:00:00.000+00:00"},
        })
    }
}

/// Quoted: GitLab §2.2 (its request spec for `self`), with this token's scopes, end and description.
fn token_body(id: u64, grant: &Grant) -> Answer {
    Answer::json(
        200,
        &json!({
            "id": id, "name": "Test Token", "revoked": false, "created_at": "2020-07-23T14:31:47.729Z", "description": "for reading",
            "scopes": grant.scopes, "user_id": 24, "last_used_at": "2021-10-06T17:58:37.550Z", "active": true,
            "expires_at": grant.expires,
        }),
    )
}

/// Written by hand after GitLab §2.2 and §4.4: the fields. Each name has an id of its own.
fn user_body(grant: &Grant, base: &str) -> Answer {
    let id = grant.username.bytes().fold(24_u64, |id, byte| (id * 31 + u64::from(byte)) % 1_000_003);
    Answer::json(
        200,
        &json!({
            "id": id, "username": grant.username, "name": "Ada Lovelace", "state": "active", "bot": grant.bot,
            "web_url": format!("{base}/{}", grant.username), "email": format!("{}@noreply.example", grant.username),
        }),
    )
}

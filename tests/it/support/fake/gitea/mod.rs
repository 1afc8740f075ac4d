//! Gitea and Forgejo, as far as gitconn asks them (Gitea 1.22 to 1.27, Forgejo 15). Each answer says whether it is quoted or written by hand:
//! see `fake`.

mod answers;
mod calls;
mod credentials;
mod known;
mod repositories;
mod scopes;
mod tests;
mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::json;

use self::answers::account_id;
pub(super) use self::answers::{not_welcome, unknown};
pub(crate) use self::known::{Account, Grant, Repo, Settings};
use self::known::{Flavour, Held};
use self::scopes::Scopes;
use super::oauth::{Kind, OAuth};
use super::server::not_there;
use super::{Answer, Request, Server};
use crate::support::Sandbox;
use crate::support::leaks::Watching;

struct State {
    flavour: Flavour,
    settings: Settings,
    tokens: Vec<Held>,
    /// How accounts stand that do not stand well.
    accounts: HashMap<String, Account>,
    /// By account.
    repositories: HashMap<String, Vec<Repo>>,
    /// Its web address, without a slash at the end.
    web: String,
    next_id: u64,
    watching: Watching,
    oauth: OAuth,
}

/// Gitea or Forgejo.
pub(crate) struct Gitea {
    pub(crate) server: Server,
    /// Its authorization server, below the same path root.
    pub(crate) oauth: OAuth,
    root: String,
    state: Arc<Mutex<State>>,
}

impl std::ops::Deref for Gitea {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Gitea {
    /// Gitea 1.26.4 at the root of its host.
    pub(crate) fn start() -> Self {
        Self::under("")
    }

    /// The same below a path: `/git`.
    pub(crate) fn under(root: &str) -> Self {
        Self::listen(Flavour::Current, root)
    }

    /// Gitea 1.22.6.
    pub(crate) fn old() -> Self {
        Self::listen(Flavour::Old, "")
    }

    /// Gitea 1.27, where a token may ask about itself.
    pub(crate) fn newer() -> Self {
        Self::listen(Flavour::New, "")
    }

    /// Forgejo 15.
    pub(crate) fn forgejo() -> Self {
        Self::forgejo_under("")
    }

    /// The same below a path.
    pub(crate) fn forgejo_under(root: &str) -> Self {
        Self::listen(Flavour::Forgejo, root)
    }

    fn listen(flavour: Flavour, root: &str) -> Self {
        let oauth = OAuth::new(Kind::Gitea);
        let state = Arc::new(Mutex::new(State {
            flavour,
            settings: Settings::new(flavour),
            tokens: Vec::new(),
            accounts: HashMap::new(),
            repositories: HashMap::new(),
            web: String::new(),
            next_id: 41,
            watching: Watching::default(),
            oauth: oauth.clone(),
        }));
        let own = Arc::clone(&state);
        let (login, below) = (oauth.clone(), root.to_owned());
        let server = Server::listen(
            &format!("{root}/api/v1"),
            None,
            move |request| own.lock().unwrap().answer(request),
            move |request| {
                let path = request.path.strip_prefix(&below);
                let answer = path.and_then(|path| forgejo(flavour, path).or_else(|| login.answer(path, request)));
                answer.unwrap_or_else(not_there)
            },
        );
        let web = format!("{}{root}", server.origin());
        oauth.at(&web);
        state.lock().unwrap().web = web;
        Self { server, oauth, root: root.to_owned(), state }
    }

    /// The address that is given to `--host`.
    pub(crate) fn host(&self) -> String {
        format!("{}{}", self.server.origin(), self.root)
    }

    /// Changes how it behaves from now on.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.state.lock().unwrap().settings);
    }

    /// How an account stands from now on.
    pub(crate) fn account(&self, username: &str, account: Account) {
        self.state.lock().unwrap().accounts.insert(username.to_owned(), account);
    }

    /// Knows this token from now on, in place of what it knew of it; its id.
    pub(crate) fn accept(&self, token: &str, grant: Grant) -> u64 {
        let mut state = self.state.lock().unwrap();
        let scopes = Scopes::parse(&grant.scopes).unwrap_or_else(|unknown| panic!("{unknown} is no scope"));
        state.tokens.retain(|held| held.text != token);
        let id = state.fresh_id();
        state.tokens.push(Held { id, text: token.to_owned(), username: grant.username, name: grant.name, scopes });
        id
    }

    /// Makes a personal token for this account that is good for reading, watched for by the sandbox; and so is what it makes itself.
    pub(crate) fn personal(&self, sandbox: &Sandbox, username: &str) -> String {
        self.personal_for(sandbox, Grant::personal(username))
    }

    /// The same, good for something else.
    pub(crate) fn personal_for(&self, sandbox: &Sandbox, grant: Grant) -> String {
        let label = format!("{} {} {}", grant.username, grant.name, grant.scopes.join(" "));
        let token = sandbox.secret(&crate::support::tokens::gitea(&label));
        self.state.lock().unwrap().watching = sandbox.watching();
        self.accept(&token, grant);
        token
    }

    /// Never heard of this token. Nobody can tell that from one which was revoked.
    pub(crate) fn refuse(&self, token: &str) {
        self.state.lock().unwrap().tokens.retain(|held| held.text != token);
    }

    /// Somebody revoked this token.
    pub(crate) fn revoke(&self, token: &str) {
        self.refuse(token);
    }

    /// Whether this personal token is good.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        self.state.lock().unwrap().tokens.iter().any(|held| held.text == token)
    }

    /// Whether there is any way to learn which scopes a token has.
    pub(super) fn tells_scopes(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.settings.names_scopes || state.flavour == Flavour::New
    }

    /// The names of an account's personal tokens, the oldest first.
    pub(crate) fn token_names(&self, username: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.tokens.iter().filter(|held| held.username == username).map(|held| held.name.clone()).collect()
    }

    /// Listings no longer say how many rows there are, and name no last page.
    pub(crate) fn without_totals(&self) {
        self.set(|settings| settings.totals = false);
    }

    /// A row is put in front of every listing once its first page was read.
    pub(crate) fn moving(&self) {
        self.set(|settings| settings.moving = true);
    }

    /// Every `Link` leads to this origin from now on, as where `ROOT_URL` is not the address that people use.
    pub(crate) fn link_to(&self, origin: &str) {
        self.set(|settings| settings.links = Some(origin.to_owned()));
    }

    /// Makes so many repositories for an account: `USERNAME/repo-001` was updated last.
    pub(crate) fn repositories(&self, username: &str, count: usize) {
        for number in 1..=count {
            self.repository(username, &format!("{username}/repo-{number:03}"), &["main", "develop"]);
        }
    }

    /// Makes one repository, updated an hour before the one made before it; its first branch is the default, and protected.
    pub(crate) fn repository(&self, username: &str, full_name: &str, branches: &[&str]) {
        self.edit(username, full_name, branches, |_| {});
    }

    /// The same, changed before it is there.
    pub(crate) fn edit(&self, username: &str, full_name: &str, branches: &[&str], change: impl FnOnce(&mut Repo)) {
        let mut state = self.state.lock().unwrap();
        let id = state.fresh_id();
        let repositories = state.repositories.entry(username.to_owned()).or_default();
        let hours = i64::try_from(repositories.len()).unwrap();
        let newest: jiff::Timestamp = "2026-11-19T12:00:00Z".parse().unwrap();
        let mut repository = Repo {
            id,
            full_name: full_name.to_owned(),
            private: true,
            description: format!("what {full_name} is for"),
            archived: false,
            updated_at: (newest - jiff::SignedDuration::from_hours(hours)).to_string(),
            default_branch: branches.first().copied().unwrap_or_default().to_owned(),
            branches: branches.iter().enumerate().map(|(place, name)| ((*name).to_owned(), place == 0)).collect(),
            former: None,
        };
        change(&mut repository);
        repositories.push(repository);
    }
}

/// What only a Forgejo has. Quoted: Gitea B1.
fn forgejo(flavour: Flavour, path: &str) -> Option<Answer> {
    let is_there = flavour == Flavour::Forgejo && path == "/api/forgejo/v1/version";
    is_there.then(|| Answer::json(200, &json!({"version": flavour.version()})))
}

impl State {
    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn has_account(&self, username: &str) -> bool {
        let mut known = self.tokens.iter().map(|held| &held.username).chain(self.repositories.keys());
        known.any(|known| known.eq_ignore_ascii_case(username))
    }
}

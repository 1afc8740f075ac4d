//! What an authorization server remembers, and how it decides. How it says so is `github.rs`, `gitlab.rs`, `bitbucket.rs` and `gitea.rs`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::authorize::Code;
use super::device::Device;
use super::settings::{App, Settings};
use super::{Kind, Request};
use crate::support::leaks::Watching;
use crate::support::tokens;

/// One "yes" of a person, and everything that comes of it.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) client: String,
    pub(super) account: String,
    pub(super) scopes: Vec<String>,
    pub(super) by_device: bool,
}

#[derive(Debug)]
struct Access {
    login: usize,
    until: Option<Instant>,
    revoked: bool,
}

#[derive(Debug)]
struct Refresh {
    login: usize,
    access: String,
    spent: bool,
    revoked: bool,
}

/// A token as the API knows it.
#[derive(Debug, Clone)]
pub(in super::super) struct Found {
    pub(in super::super) account: String,
    pub(in super::super) scopes: Vec<String>,
    pub(in super::super) client: String,
    /// Seconds that are left of it, as it is told; `None`: for ever.
    pub(in super::super) left: Option<i64>,
    pub(in super::super) standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Standing {
    Good,
    Expired,
    Revoked,
}

/// Why there are no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Client,
    Code,
    Verifier,
    /// The verifier does not fit the challenge.
    Challenge,
    Redirect,
    /// A refresh token that is none, or another client's.
    Refresh,
    /// A refresh token that came before.
    Spent,
    /// A refresh token whose login somebody took back.
    Revoked,
    Grant,
    DeviceOff,
    DeviceUnknown,
    DeviceExpired,
    Denied,
    Pending,
    SlowDown {
        interval: u64,
    },
}

/// Tokens, handed out.
pub(super) struct Issued {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
    pub(super) scopes: Vec<String>,
}

pub(in super::super) struct Desk {
    pub(super) kind: Kind,
    pub(super) settings: Settings,
    pub(super) web: String,
    watching: Watching,
    pub(super) apps: HashMap<String, App>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) devices: HashMap<String, Device>,
    logins: Vec<Login>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    pub(super) made: usize,
    posts: HashMap<String, usize>,
    reused: usize,
    pub(super) asked_for: Vec<String>,
    /// What an account last said yes to, by app and account: the scopes as they were asked for.
    pub(super) grants: HashMap<(String, String), String>,
}

impl Desk {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            settings: Settings::new(kind),
            web: String::new(),
            watching: Watching::default(),
            apps: HashMap::new(),
            codes: HashMap::new(),
            devices: HashMap::new(),
            logins: Vec::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
            made: 0,
            posts: HashMap::new(),
            reused: 0,
            asked_for: Vec::new(),
            grants: HashMap::new(),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn at(&mut self, web: &str) {
        web.clone_into(&mut self.web);
    }

    pub(super) fn register(&mut self, watching: Watching, id: &str, confidential: bool) -> App {
        self.watching = watching;
        let secret = self.fresh("secret", 40, b"0123456789abcdef");
        let scopes = words(match self.kind {
            Kind::Bitbucket => "account email repository repository:write repository:admin",
            Kind::GitHub | Kind::GitLab | Kind::Gitea => "api read_api read_user read_repository write_repository",
        });
        // Gitea B8: its built-in apps have no path.
        let path = if self.kind == Kind::Gitea { "" } else { "/callback" };
        let redirect = format!("http://127.0.0.1{path}");
        let app = App { id: id.to_owned(), secret, confidential, redirect, scopes };
        self.apps.insert(id.to_owned(), app.clone());
        app
    }

    pub(super) fn edit(&mut self, id: &str, change: impl FnOnce(&mut App)) {
        change(self.apps.get_mut(id).unwrap());
    }

    /// A text that nobody had before, watched for.
    pub(super) fn fresh(&mut self, what: &str, length: usize, alphabet: &[u8]) -> String {
        self.made += 1;
        self.watching.secret(&tokens::letters(&format!("{} {what} {}", self.web, self.made), length, alphabet))
    }

    fn fresh_access(&mut self, client: &str) -> String {
        self.made += 1;
        let label = format!("{} access {}", self.web, self.made);
        let token = match self.kind {
            Kind::GitHub => tokens::github(if is_github_app(client) { "ghu" } else { "gho" }, &label),
            Kind::GitLab => tokens::letters(&label, 64, b"0123456789abcdef"),
            Kind::Bitbucket => tokens::bitbucket_login(&label),
            Kind::Gitea => tokens::jwt(&label),
        };
        self.watching.secret(&token)
    }

    fn fresh_refresh(&mut self) -> String {
        self.made += 1;
        let label = format!("{} refresh {}", self.web, self.made);
        let token = match self.kind {
            Kind::GitHub => tokens::refresh(&label),
            Kind::GitLab => tokens::letters(&label, 64, b"0123456789abcdef"),
            Kind::Bitbucket => tokens::bitbucket_login(&label),
            Kind::Gitea => tokens::jwt(&label),
        };
        self.watching.secret(&token)
    }

    /// A program asks for tokens.
    pub(super) fn token(&mut self, request: &Request) -> Result<Issued, Refusal> {
        let field = |name: &str| request.field(name);
        let grant = field("grant_type").unwrap_or_default();
        // GitHub takes a code without a grant type.
        let is_silent = grant.is_empty() && field("code").is_some() && self.kind != Kind::Gitea;
        let grant = if is_silent { "authorization_code".to_owned() } else { grant };
        let grant = grant.rsplit(':').next().unwrap_or_default().to_owned();
        *self.posts.entry(grant.clone()).or_default() += 1;
        if self.kind == Kind::Gitea && !matches!(grant.as_str(), "authorization_code" | "refresh_token") {
            return Err(Refusal::Grant);
        }
        let (id, secret) = self.client(request);
        let app = self.apps.get(&id).cloned().ok_or(Refusal::Client)?;
        // Gitea does not look at the secret of a public app.
        let secret = secret.filter(|_| self.kind != Kind::Gitea || app.confidential);
        if secret.as_ref().is_some_and(|secret| *secret != app.secret) || app.confidential && secret.is_none() {
            return Err(Refusal::Client);
        }
        match grant.as_str() {
            // At GitHub no app is public in the browser (GitHub §3.2).
            "authorization_code" if self.kind == Kind::GitHub && secret.is_none() => Err(Refusal::Client),
            "authorization_code" => self.exchange(&app, request),
            "refresh_token" => self.renew(&app, secret.is_some(), &field("refresh_token").unwrap_or_default()),
            "device_code" => self.ask(&app, &field("device_code").unwrap_or_default()),
            _ => Err(Refusal::Grant),
        }
    }

    /// Who says to be which client: at Bitbucket only Basic counts (Bitbucket A1.2), elsewhere what stands in the form.
    fn client(&self, request: &Request) -> (String, Option<String>) {
        match self.kind {
            Kind::Bitbucket => request.basic().map(|(id, secret)| (id, Some(secret))).unwrap_or_default(),
            Kind::GitHub | Kind::GitLab | Kind::Gitea => {
                (request.field("client_id").unwrap_or_default(), request.field("client_secret"))
            }
        }
    }

    pub(super) fn begin_login(&mut self, login: Login) -> Issued {
        self.logins.push(login);
        self.issue(self.logins.len() - 1, true)
    }

    /// A pair for an account that once said yes.
    pub(super) fn give(&mut self, app: &App, account: &str) -> Issued {
        let asked = match self.kind {
            Kind::GitHub => "repo read:org read:user",
            Kind::GitLab => "api read_user",
            Kind::Bitbucket => "account repository",
            // Nothing is asked for, and everything granted: Gitea B8.
            Kind::Gitea => "",
        };
        self.grants.insert((app.id.clone(), account.to_owned()), asked.to_owned());
        let scopes = self.granted(app, words(asked));
        self.begin_login(Login { client: app.id.clone(), account: account.to_owned(), scopes, by_device: false })
    }

    fn issue(&mut self, login: usize, with_refresh: bool) -> Issued {
        let access = self.fresh_access(&self.logins[login].client.clone());
        let until = self.settings.life.map(|life| Instant::now() + life);
        self.access.insert(access.clone(), Access { login, until, revoked: false });
        if self.kind == Kind::Gitea && self.settings.invalidates_refresh {
            let (client, account) = (self.logins[login].client.clone(), self.logins[login].account.clone());
            let is_of_grant = |refresh: &&mut Refresh| {
                let login = &self.logins[refresh.login];
                login.client == client && login.account == account
            };
            self.refresh.values_mut().filter(is_of_grant).for_each(|refresh| refresh.spent = true);
        }
        let refresh = (with_refresh && self.settings.refreshes).then(|| self.fresh_refresh());
        if let Some(refresh) = &refresh {
            let kept = Refresh { login, access: access.clone(), spent: false, revoked: false };
            self.refresh.insert(refresh.clone(), kept);
        }
        Issued { access, refresh, scopes: self.logins[login].scopes.clone() }
    }

    fn renew(&mut self, app: &App, with_secret: bool, token: &str) -> Result<Issued, Refusal> {
        let known = self.refresh.get(token).ok_or(Refusal::Refresh)?;
        let login = known.login;
        if self.logins[login].client != app.id {
            return Err(Refusal::Refresh);
        }
        if known.revoked {
            return Err(Refusal::Revoked);
        }
        // Only what came of a device login is renewed without the secret (GitHub §3.4).
        if self.kind == Kind::GitHub && !with_secret && !self.logins[login].by_device {
            return Err(Refusal::Client);
        }
        if known.spent && self.settings.invalidates_refresh {
            self.reused += 1;
            if self.settings.family_revocation {
                self.revoke_login(login);
            }
            return Err(Refusal::Spent);
        }
        if self.settings.lagging > 0 {
            self.settings.lagging -= 1;
            return Err(Refusal::Refresh);
        }
        // Both old ones stop working at once (GitHub §3.4, GitLab §3.3). Bitbucket is said to take the old refresh token for some ten minutes
        // more (A1.3): nobody may rely on that. Gitea's access tokens are good until their time is over: it keeps no list of them.
        let access = known.access.clone();
        if let Some(access) = self.access.get_mut(&access).filter(|_| self.kind != Kind::Gitea) {
            access.revoked = true;
        }
        if self.settings.keeps_refresh {
            let issued = self.issue(login, false);
            self.refresh.get_mut(token).unwrap().access.clone_from(&issued.access);
            return Ok(issued);
        }
        self.refresh.get_mut(token).unwrap().spent = self.settings.invalidates_refresh;
        Ok(self.issue(login, true))
    }

    /// RFC 7009: a token takes the other one of its pair along. `Err` if it is another client's.
    pub(super) fn revoke(&mut self, request: &Request) -> Result<(), Refusal> {
        *self.posts.entry("revoke".to_owned()).or_default() += 1;
        let app = self.apps.get(&request.field("client_id").unwrap_or_default()).cloned().ok_or(Refusal::Client)?;
        let secret = request.field("client_secret");
        if secret.as_ref().is_some_and(|secret| *secret != app.secret) || app.confidential && secret.is_none() {
            return Err(Refusal::Client);
        }
        let token = request.field("token").unwrap_or_default();
        let login = self.access.get(&token).map(|access| access.login);
        let Some(login) = login.or_else(|| self.refresh.get(&token).map(|refresh| refresh.login)) else { return Ok(()) };
        if self.logins[login].client != app.id {
            return Err(Refusal::Grant);
        }
        self.revoke_login(login);
        Ok(())
    }

    fn revoke_login(&mut self, login: usize) {
        self.access.values_mut().filter(|access| access.login == login).for_each(|access| access.revoked = true);
        self.refresh.values_mut().filter(|refresh| refresh.login == login).for_each(|refresh| refresh.revoked = true);
    }

    pub(super) fn revoke_everything(&mut self) {
        (0..self.logins.len()).for_each(|login| self.revoke_login(login));
        self.grants.clear();
    }

    pub(super) fn age(&mut self) {
        self.access.values_mut().for_each(|access| access.until = Some(Instant::now()));
    }

    pub(super) fn find(&self, token: &str) -> Option<Found> {
        let access = self.access.get(token)?;
        let login = &self.logins[access.login];
        let left = access.until.map(|until| until.saturating_duration_since(Instant::now()));
        let standing = match left {
            _ if access.revoked => Standing::Revoked,
            Some(Duration::ZERO) => Standing::Expired,
            _ => Standing::Good,
        };
        Some(Found {
            account: login.account.clone(),
            scopes: login.scopes.clone(),
            client: login.client.clone(),
            left: self.settings.told_left.or_else(|| left.map(|left| i64::try_from(left.as_millis().div_ceil(1000)).unwrap())),
            standing,
        })
    }

    pub(super) fn is_good(&self, token: &str) -> bool {
        self.find(token).is_some_and(|found| found.standing == Standing::Good)
            || self.refresh.get(token).is_some_and(|refresh| !refresh.spent && !refresh.revoked)
    }

    pub(super) fn posts(&self, grant: &str) -> usize {
        self.posts.get(grant).copied().unwrap_or(0)
    }

    pub(super) fn reused(&self) -> usize {
        self.reused
    }

    pub(super) fn asked_for(&self) -> Vec<String> {
        self.asked_for.clone()
    }
}

/// GitHub §2.2: the ids of its Apps begin so.
pub(super) fn is_github_app(client: &str) -> bool {
    client.starts_with("Iv")
}

pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(ToOwned::to_owned).collect()
}

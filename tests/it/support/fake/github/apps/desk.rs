//! What GitHub remembers of apps, installations and their tokens, and how it decides. How it says so is `answers.rs`.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use super::manifest::Code;
use super::settings::{FakeApp, Handed, Installation, Permissions, Settings, permissions};
use crate::support::fake::github::{Grant, Repo, account_id};
use crate::support::keys::RsaKey;
use crate::support::leaks::Watching;
use crate::support::tokens;

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a token of an installation reaches.
#[derive(Debug, Clone)]
pub(in super::super) struct Reach {
    /// `all` or `selected`.
    pub(in super::super) selection: String,
    /// The names that the installation is for; `None`: all of its account's.
    names: Option<Vec<String>>,
    /// The ids that the token was narrowed to.
    ids: Option<Vec<u64>>,
    permissions: Permissions,
}

impl Reach {
    pub(super) fn of(installation: &Installation, ids: Option<Vec<u64>>, permissions: Permissions) -> Self {
        let names = (installation.repository_selection != "all").then(|| installation.repositories.clone());
        let selection = if ids.is_some() { "selected" } else { installation.repository_selection.as_str() };
        Self { selection: selection.to_owned(), names, ids, permissions }
    }

    pub(in super::super) fn sees(&self, repository: &Repo) -> bool {
        self.names.as_ref().is_none_or(|names| names.iter().any(|name| name == short(repository)))
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&repository.id))
    }

    pub(in super::super) fn may(&self, permission: &str) -> bool {
        self.permissions.contains_key(permission)
    }
}

/// A token as the API knows it.
pub(in super::super) enum Found {
    Good(Box<Grant>),
    /// Nobody handed it out, or it is over.
    Unknown,
    /// Its installation is suspended; in these words.
    Suspended(String),
}

struct Token {
    handed: Handed,
    until: Instant,
    /// So many more requests come to servers that do not know it yet.
    lag: usize,
    /// So many more requests it serves.
    serves: Option<usize>,
}

pub(super) struct Desk {
    pub(super) settings: Settings,
    pub(super) web: String,
    pub(super) watching: Watching,
    pub(super) apps: Vec<FakeApp>,
    pub(super) installations: BTreeMap<u64, Installation>,
    pub(super) codes: HashMap<String, Code>,
    /// On which account somebody installs what they see.
    pub(super) visitor: Option<(String, String)>,
    /// Seconds.
    pub(super) skew: i64,
    pub(super) posts: HashMap<u64, usize>,
    tokens: Vec<Token>,
    installed: u64,
    made: usize,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings::new(),
            web: String::new(),
            watching: Watching::default(),
            apps: Vec::new(),
            installations: BTreeMap::new(),
            codes: HashMap::new(),
            visitor: None,
            skew: 0,
            posts: HashMap::new(),
            tokens: Vec::new(),
            installed: 0,
            made: 0,
        }
    }

    /// The server's clock.
    pub(super) fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now() + jiff::SignedDuration::from_secs(self.skew)
    }

    /// A label that nobody had before.
    fn label(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{} {what} {}", self.web, self.made)
    }

    /// A text that nobody had before, watched for.
    pub(super) fn fresh(&mut self, what: &str, length: usize) -> String {
        let label = self.label(what);
        self.watching.secret(&tokens::letters(&label, length, b"0123456789abcdef"))
    }

    pub(super) fn register(&mut self, slug: &str, key: RsaKey) -> FakeApp {
        assert!(self.apps.iter().all(|app| app.slug != slug), "there is an app {slug}");
        let label = self.label("client");
        let app = FakeApp {
            id: 1_234_567 + u64::try_from(self.apps.len()).unwrap(),
            client_id: format!("Iv23li{}", tokens::letters(&label, 14, BASE62)),
            slug: slug.to_owned(),
            name: slug.to_owned(),
            owner: "acme-corp".to_owned(),
            owner_type: "Organization".to_owned(),
            permissions: permissions(&[("contents", "read"), ("metadata", "read")]),
            events: Vec::new(),
            external_url: format!("https://acme.example/{slug}"),
            created_at: "2026-01-05T10:00:00Z".to_owned(),
            suspended: false,
            keys: vec![key.clone()],
            key,
            keyless_calls: 0,
        };
        self.apps.push(app.clone());
        app
    }

    #[track_caller]
    pub(super) fn app(&mut self, slug: &str) -> &mut FakeApp {
        self.apps.iter_mut().find(|app| app.slug == slug).unwrap_or_else(|| panic!("no app {slug}"))
    }

    pub(super) fn install(&mut self, app: u64, account: &str, kind: &str) -> u64 {
        let known = self.apps.iter().find(|known| known.id == app).unwrap();
        let first: jiff::Timestamp = "2026-02-01T08:30:00Z".parse().unwrap();
        let days = jiff::SignedDuration::from_hours(24 * i64::try_from(self.installed).unwrap());
        let installation = Installation {
            id: 12_345_678 + self.installed,
            app,
            account: account.to_owned(),
            account_id: account_id(account),
            account_type: kind.to_owned(),
            repository_selection: "all".to_owned(),
            repositories: Vec::new(),
            permissions: known.permissions.clone(),
            events: known.events.clone(),
            created_at: (first + days).to_string(),
            suspended_at: None,
        };
        self.installed += 1;
        let id = installation.id;
        self.installations.insert(id, installation);
        id
    }

    /// Oldest first.
    pub(super) fn installations_of(&self, app: u64) -> Vec<Installation> {
        self.installations.values().filter(|installation| installation.app == app).cloned().collect()
    }

    #[track_caller]
    pub(super) fn suspend(&mut self, id: u64, suspended: bool) {
        let now = seconds(self.now());
        self.installations.get_mut(&id).unwrap().suspended_at = suspended.then_some(now);
    }

    /// Hands a token out. `stateless`: its form, if somebody asked for one.
    pub(super) fn hand_out(
        &mut self,
        id: u64,
        ids: Option<Vec<u64>>,
        permissions: Permissions,
        stateless: Option<bool>,
    ) -> (Handed, Reach) {
        let installation = self.installations[&id].clone();
        let label = self.label("installation");
        let token = if stateless.unwrap_or(self.settings.stateless) {
            tokens::stateless(installation.app, &label)
        } else {
            tokens::github("ghs", &label)
        };
        let life = self.settings.life;
        let handed = Handed {
            token: self.watching.secret(&token),
            installation: id,
            permissions: permissions.clone(),
            repositories: ids.clone(),
            expires_at: seconds(self.now() + jiff::SignedDuration::try_from(life).unwrap()),
            revoked: false,
        };
        let (lag, serves) = (self.settings.lag, self.settings.serves);
        self.tokens.push(Token { handed: handed.clone(), until: Instant::now() + life, lag, serves });
        (handed, Reach::of(&installation, ids, permissions))
    }

    fn is_over(&self, token: &Token) -> bool {
        token.handed.revoked
            || token.serves == Some(0)
            || token.until <= Instant::now()
            || !self.installations.contains_key(&token.handed.installation)
    }

    /// What a token is good for that comes with a request.
    pub(super) fn find(&mut self, text: &str) -> Found {
        let Some(at) = self.tokens.iter().position(|token| token.handed.token == text) else { return Found::Unknown };
        if self.is_over(&self.tokens[at]) {
            return Found::Unknown;
        }
        let token = &mut self.tokens[at];
        if token.lag > 0 {
            token.lag -= 1;
            return Found::Unknown;
        }
        token.serves = token.serves.map(|left| left - 1);
        let handed = &self.tokens[at].handed;
        let installation = &self.installations[&handed.installation];
        if installation.suspended_at.is_some() {
            return Found::Suspended(self.settings.suspended.clone());
        }
        let end: jiff::Timestamp = handed.expires_at.parse().unwrap();
        let reach = Reach::of(installation, handed.repositories.clone(), handed.permissions.clone());
        let grant = Grant::installation(&installation.account).expires(Some(&end.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()));
        Found::Good(Box::new(Grant { reach: Some(reach), ..grant }))
    }

    pub(super) fn is_live(&self, text: &str) -> bool {
        self.tokens.iter().any(|token| token.handed.token == text && !self.is_over(token))
    }

    pub(super) fn tokens_of(&self, id: u64) -> Vec<Handed> {
        self.tokens.iter().map(|token| token.handed.clone()).filter(|handed| handed.installation == id).collect()
    }

    pub(super) fn revoke(&mut self, text: &str) {
        self.tokens.iter_mut().filter(|token| token.handed.token == text).for_each(|token| token.handed.revoked = true);
    }

    pub(super) fn revoked(&self) -> usize {
        self.tokens.iter().filter(|token| token.handed.revoked).count()
    }

    pub(super) fn expire_everything(&mut self) {
        self.tokens.iter_mut().for_each(|token| token.until = Instant::now());
    }

    pub(super) fn expire_after(&mut self, requests: usize) {
        self.settings.serves = Some(requests);
        self.tokens.iter_mut().for_each(|token| token.serves = Some(requests));
    }
}

/// The name without its owner.
pub(super) fn short(repository: &Repo) -> &str {
    repository.full_name.split_once('/').map_or("", |(_, name)| name)
}

/// A moment as GitHub writes it: whole seconds.
pub(super) fn seconds(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

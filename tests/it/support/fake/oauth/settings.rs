//! How an authorization server behaves, and the apps that are registered there.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

use super::{Answer, Kind};

/// An app's registration.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// It must show its secret whatever it asks for.
    pub(crate) confidential: bool,
    /// The redirect address. An address of a loopback literal without a port stands for any port, except of a GitHub App and of a
    /// confidential app at Gitea.
    pub(crate) redirect: String,
    /// The scopes that it may ask for (GitLab, Bitbucket).
    pub(crate) scopes: Vec<String>,
}

/// What an answer says of an access token's life.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    /// The truth.
    Truth,
    /// Nothing.
    Nothing,
    /// This, whatever the truth.
    This(Value),
}

/// Whether there is a device login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceFlow {
    On,
    /// Not ticked in the app's settings: GitHub says so with 200, and with 400 as clients have seen it.
    Off {
        status: u16,
    },
    /// There is no such call (GitLab before 17.2, every Gitea).
    Absent,
}

/// What the redirect says of who redirects (RFC 9207).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Issuer {
    Unsaid,
    Right,
    Wrong,
}

/// Everything a test may change.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Who sits before the browser.
    pub(crate) account: String,
    /// Whoever sits there says no.
    pub(crate) denies: bool,
    /// The app was suspended.
    pub(crate) suspended: bool,
    /// There is no OAuth here at all.
    pub(crate) absent: bool,
    pub(crate) issuer: Issuer,
    /// Only these of the scopes that are asked for are granted.
    pub(crate) grants: Option<Vec<String>>,
    /// How long access tokens live; `None`: for ever.
    pub(crate) life: Option<Duration>,
    pub(crate) says: Says,
    /// Seconds that the API says are left of an access token, whatever the truth.
    pub(crate) told_left: Option<i64>,
    /// Whether there are refresh tokens.
    pub(crate) refreshes: bool,
    /// Seconds that a refresh token is said to live.
    pub(crate) refresh_life: Option<u64>,
    /// A renewal brings no new refresh token: the old one stays good.
    pub(crate) keeps_refresh: bool,
    /// A renewal takes the old refresh token away. At Gitea it is `INVALIDATE_REFRESH_TOKENS`, and takes away every other one of the same
    /// account and app, so that a login anywhere else does it too.
    pub(crate) invalidates_refresh: bool,
    /// A refresh token that comes a second time takes everything down that came of the same login.
    pub(crate) family_revocation: bool,
    /// So many renewals are refused by a replica that has not heard of the refresh token yet.
    pub(crate) lagging: usize,
    pub(crate) device: DeviceFlow,
    /// Seconds between two questions after a device code.
    pub(crate) interval: u64,
    /// Seconds that a device code lives.
    pub(crate) code_life: u64,
    /// So many questions after a device code are too soon, whatever the clock says.
    pub(crate) too_soon: usize,
    /// Somebody says yes to a device code when it was asked for so often.
    pub(crate) confirmed_after: Option<usize>,
    /// A registered loopback address without a port stands for any port (Bitbucket, of which one client reports it: Bitbucket A1.2).
    pub(crate) any_port: bool,
    /// Scopes are told in `scopes`, as before 2026 (Bitbucket).
    pub(crate) old_field: bool,
    /// Answers that arrive in place of tokens that were handed out.
    pub(super) lost: VecDeque<Answer>,
}

impl Settings {
    pub(super) fn new(kind: Kind) -> Self {
        let is_github = kind == Kind::GitHub;
        Self {
            account: "ada".to_owned(),
            denies: false,
            suspended: false,
            absent: false,
            issuer: if is_github { Issuer::Right } else { Issuer::Unsaid },
            grants: None,
            // GitLab §3.3 and Bitbucket A1.2: two hours. Gitea B8: one. An OAuth app's tokens at GitHub live for ever unless it is told otherwise
            // (GitHub §3.4).
            life: match kind {
                Kind::GitHub => None,
                Kind::GitLab | Kind::Bitbucket => Some(Duration::from_hours(2)),
                Kind::Gitea => Some(Duration::from_hours(1)),
            },
            says: Says::Truth,
            told_left: None,
            refreshes: !is_github,
            refresh_life: None,
            keeps_refresh: false,
            // Gitea B8: there the old one stays good unless its administrator decides otherwise.
            invalidates_refresh: kind != Kind::Gitea,
            family_revocation: false,
            lagging: 0,
            device: if kind == Kind::Gitea { DeviceFlow::Absent } else { DeviceFlow::On },
            interval: 1,
            code_life: if is_github { 900 } else { 300 },
            too_soon: 0,
            confirmed_after: None,
            any_port: false,
            old_field: false,
            lost: VecDeque::new(),
        }
    }

    /// GitHub's tokens that expire: eight hours, and the refresh token six months (GitHub §3.2, recorded).
    pub(crate) fn expiring(&mut self) {
        self.life = Some(Duration::from_hours(8));
        self.refreshes = true;
        self.refresh_life = Some(15_811_200);
    }
}

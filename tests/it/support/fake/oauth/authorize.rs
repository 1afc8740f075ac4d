//! The code that goes through the browser (RFC 6749 §4.1), bound to its app, its redirect address and its challenge (RFC 7636).

use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::desk::{Desk, Issued, Login, Refusal, is_github_app, words};
use super::settings::App;
use super::{Issuer, Kind, Request, gitea};

/// So long a code from the redirect lives.
const CODE: Duration = Duration::from_mins(10);

/// A code on its way through the browser.
#[derive(Debug)]
pub(super) struct Code {
    client: String,
    redirect: String,
    challenge: Option<String>,
    scopes: Vec<String>,
    account: String,
    made: Instant,
    used: bool,
}

/// What the browser gets.
pub(super) enum Asked {
    /// To this address.
    Redirect(String),
    /// A page of the server's own: it does not know the app, or not with that redirect address.
    UnknownApp,
    WrongRedirect,
}

impl Desk {
    /// Somebody's browser asks, and whoever sits before it decides at once.
    pub(super) fn authorize(&mut self, request: &Request) -> Asked {
        let said = |name: &str| request.parameter(name).unwrap_or_default().to_owned();
        let Some(app) = self.apps.get(&said("client_id")).cloned() else { return Asked::UnknownApp };
        let said_redirect = said("redirect_uri");
        // At Bitbucket the registered address is meant where none is said (Bitbucket A1.2).
        let is_unsaid = self.kind == Kind::Bitbucket && said_redirect.is_empty();
        let redirect = if is_unsaid { app.redirect.clone() } else { said_redirect.clone() };
        if !self.is_registered(&app, &redirect) {
            return Asked::WrongRedirect;
        }
        let mut answer = vec![("state", said("state"))];
        answer.extend(self.issuer().map(|issuer| ("iss", issuer)));
        let scopes = words(&said("scope"));
        self.asked_for.clone_from(&scopes);
        let asked = scopes.join(" ");
        let knows_its_scopes = matches!(self.kind, Kind::GitLab | Kind::Bitbucket);
        let unknown = knows_its_scopes && scopes.iter().any(|scope| !app.scopes.contains(scope));
        let challenge = request.parameter("code_challenge").map(ToOwned::to_owned);
        let plain = challenge.is_some() && request.parameter("code_challenge_method") != Some("S256");
        // Denied: quoted, GitHub §3.1 and GitLab §3.1. Scope: quoted, GitLab §3.1. What Gitea says is in `gitea.rs`. The rest is written by
        // hand.
        let error = if self.settings.suspended {
            Some(("application_suspended", "Your application has been suspended. Contact support@github.com."))
        } else if self.kind == Kind::Gitea {
            gitea::refusal(self, &app, request, &asked)
        } else if self.settings.denies && self.kind == Kind::GitHub {
            Some(("access_denied", "The user has denied your application access."))
        } else if self.settings.denies {
            Some(("access_denied", "The resource owner or authorization server denied the request."))
        } else if unknown {
            Some(("invalid_scope", "The requested scope is invalid, unknown, or malformed."))
        } else if plain {
            Some(("invalid_request", "The code challenge method must be S256."))
        } else {
            None
        };
        if let Some((error, description)) = error {
            answer.extend([("error", error.to_owned()), ("error_description", description.to_owned())]);
            return Asked::Redirect(with_query(&redirect, &answer));
        }
        let code = match self.kind {
            Kind::GitHub => self.fresh("code", 20, b"0123456789abcdef"),
            Kind::GitLab => self.fresh("code", 64, b"0123456789abcdef"),
            Kind::Bitbucket => self.fresh("code", 18, b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"),
            Kind::Gitea => self.fresh("code", 52, b"abcdefghijklmnopqrstuvwxyz234567"),
        };
        let account = self.settings.account.clone();
        self.grants.insert((app.id.clone(), account.clone()), asked);
        let (made, scopes) = (Instant::now(), self.granted(&app, scopes));
        let kept = Code { client: app.id, redirect: said_redirect, challenge, scopes, account, made, used: false };
        self.codes.insert(code.clone(), kept);
        answer.insert(0, ("code", code));
        Asked::Redirect(with_query(&redirect, &answer))
    }

    /// The address that is registered for an app, with an error that the app itself never hears.
    pub(super) fn registered(&self, request: &Request, error: &[(&str, &str)]) -> Option<String> {
        let app = self.apps.get(request.parameter("client_id")?)?;
        let error: Vec<(&str, String)> = error.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Some(with_query(&app.redirect, &error))
    }

    fn issuer(&self) -> Option<String> {
        let path = if self.kind == Kind::GitHub { "/login/oauth" } else { "" };
        match self.settings.issuer {
            Issuer::Unsaid => None,
            Issuer::Right => Some(format!("{}{path}", self.web)),
            Issuer::Wrong => Some("https://elsewhere.example/login/oauth".to_owned()),
        }
    }

    /// Exact, but that a loopback literal without a port stands for any port (GitHub §3.3, GitLab §3.2). Bitbucket documents that what begins with
    /// the registered address is fine, too, and of ports nothing (A1.2): nobody may rely on either.
    fn is_registered(&self, app: &App, redirect: &str) -> bool {
        let any_port = match self.kind {
            Kind::GitHub => !is_github_app(&app.id),
            Kind::GitLab => true,
            Kind::Bitbucket => self.settings.any_port,
            Kind::Gitea => return gitea::is_registered(app, redirect),
        };
        let without_port = |address: &str| {
            let mut url = url::Url::parse(address).ok()?;
            let is_literal = matches!(url.host(), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)));
            (is_literal && url.set_port(None).is_ok()).then(|| url.to_string())
        };
        let fits = any_port && without_port(redirect).is_some_and(|redirect| redirect == app.redirect);
        app.redirect == redirect || fits
    }

    pub(super) fn granted(&self, app: &App, asked: Vec<String>) -> Vec<String> {
        // The permissions of a GitHub App are no scopes (GitHub §3.1).
        if self.kind == Kind::GitHub && is_github_app(&app.id) {
            return Vec::new();
        }
        // At Bitbucket who asks for nothing gets everything that the app was made for.
        let asked = if self.kind == Kind::Bitbucket && asked.is_empty() { app.scopes.clone() } else { asked };
        match &self.settings.grants {
            Some(grants) => asked.into_iter().filter(|scope| grants.contains(scope)).collect(),
            None => asked,
        }
    }

    pub(super) fn exchange(&mut self, app: &App, request: &Request) -> Result<Issued, Refusal> {
        let field = |name: &str| request.field(name).unwrap_or_default();
        let code = self.codes.get_mut(&field("code")).ok_or(Refusal::Code)?;
        if code.client != app.id || code.used || code.made.elapsed() > CODE {
            return Err(Refusal::Code);
        }
        if code.redirect != field("redirect_uri") {
            return Err(Refusal::Redirect);
        }
        if let Some(challenge) = &code.challenge {
            let verifier = field("code_verifier");
            if verifier.is_empty() {
                return Err(Refusal::Verifier);
            }
            // RFC 7636 §4.1 and §4.6.
            let fits = (43..=128).contains(&verifier.len())
                && URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == *challenge;
            if !fits {
                return Err(Refusal::Challenge);
            }
        }
        code.used = true;
        let login =
            Login { client: app.id.clone(), account: code.account.clone(), scopes: code.scopes.clone(), by_device: false };
        Ok(self.begin_login(login))
    }
}

fn with_query(address: &str, query: &[(&str, String)]) -> String {
    let mut url = url::Url::parse(address).unwrap();
    url.query_pairs_mut().extend_pairs(query);
    url.into()
}

//! Words and hints for logins and renewals: the troubleshooting list of everybody who ever set up OAuth, each told apart and with its remedy.

use super::words::UNKNOWN_ISSUER;
use super::{Failure, Kind};
use crate::cli::commands::{self, Remedy, Subject};
use crate::model::ProviderId;
use crate::ops::guide::{self, Guide};
use crate::ops::{OAuthError, Refusal};

/// Where it happened.
struct At<'a> {
    provider: ProviderId,
    host: &'a str,
}

impl At<'_> {
    fn place(&self) -> (ProviderId, &str) {
        (self.provider, self.host)
    }

    fn set(&self, more: &str) -> String {
        commands::oauth_set(self.provider, self.host, None, more)
    }

    /// Its pages, and how an app is registered there.
    fn guide(&self) -> Option<Guide> {
        // What is shown of a host reads back as that host.
        Some(guide::guide(self.provider, &crate::model::HostUrl::parse(self.host).ok()?))
    }

    /// Hints at the page where registered apps are changed.
    fn open_apps(&self, failure: Failure) -> Failure {
        match self.guide() {
            Some(guide) => failure.open(&guide.apps),
            None => failure,
        }
    }

    /// Hints at the login by code, where there is one.
    fn or_by_code(&self, failure: Failure, remark: &'static str) -> Failure {
        if self.guide().is_some_and(|guide| guide.has_device) {
            failure.connect(Remedy::Device, self.place(), remark)
        } else {
            failure
        }
    }
}

/// No client is known: how to come by one, to the letter.
pub(super) fn no_client(message: String, guide: &Guide) -> Failure {
    let host = guide.host.to_string();
    let at = At { provider: guide.provider, host: &host };
    let secret = match (guide.wants_secret, guide.has_device) {
        (true, true) => "; with its secret for the browser login, without for the device login",
        (true, false) => "; with its secret",
        (false, _) => "",
    };
    let scopes = if guide.scopes.is_empty() { String::new() } else { format!("; scopes: {}", guide.scopes.join(", ")) };
    Failure::usage(message)
        .cause(format!("register one at {} with the redirect address `{}`", guide.page, guide.redirect))
        .cause(format!("{}{scopes}{secret}", guide.advice))
        .hint(commands::oauth_set_anew(guide))
        .connect(Remedy::Token, at.place(), "or paste a token")
}

/// What an authorization server said, or that it said nothing, to the connection of that name or to one that was to be made.
pub(super) fn spoken(error: OAuthError, (provider, host): (ProviderId, &str), name: Option<String>) -> Failure {
    let message = error.to_string();
    let at = At { provider, host };
    let failure = match error {
        OAuthError::Refused { refusal, error, description, request_id, .. } => {
            let said = description.map_or_else(|| format!("`{error}`"), |text| format!("`{error}`: {text}"));
            refused(refusal, &at).cause(format!("{host} says {said}")).request(request_id)
        }
        OAuthError::NoEndpoint { is_device: true, .. } => {
            Failure::new(Kind::Failed, format!("there is no device login at {host}, and perhaps no OAuth at all"))
                .cause(message)
                .connect(Remedy::Browser, at.place(), "logs in with a browser")
                .connect(Remedy::Token, at.place(), "or paste a token")
        }
        OAuthError::NoEndpoint { .. } => {
            let message = format!("there is no OAuth at {host}: a server without it, or one that does not know the client's id");
            let failure = Failure::new(Kind::Failed, message).hint("gitconn oauth status");
            failure.connect(Remedy::Token, at.place(), "or paste a token")
        }
        OAuthError::Listen { source, port } => {
            let failure = Failure::new(Kind::Failed, message).cause(source);
            let failure = match port {
                Some(port) => failure.cause(format!("another program may use port {port}")),
                None => failure,
            };
            at.or_by_code(failure, "needs no listener")
        }
        OAuthError::Unintelligible { .. } => Failure::new(Kind::Unavailable, message),
        OAuthError::CodeExpired { .. } => Failure::new(Kind::Failed, message),
        OAuthError::ClockRunsFast { .. } => Failure::new(Kind::Failed, message).hint("timedatectl   # is it synchronised?"),
        OAuthError::Net(error) if message.contains(UNKNOWN_ISSUER) => {
            Failure::from(error).connect(Remedy::Certificate, at.place(), "its certificate authority's, in PEM")
        }
        OAuthError::Net(error) => error.into(),
    };
    failure.about(name.map_or_else(Subject::default, Subject::Known))
}

/// What a refusal means, and what to do about it.
fn refused(refusal: Refusal, at: &At<'_>) -> Failure {
    let host = at.host;
    match refusal {
        Refusal::Denied => Failure::new(Kind::Refused, format!("the login was refused at {host}: somebody said no there")),
        Refusal::Redirect => {
            let failure =
                Failure::usage(format!("the redirect address that was sent is not registered at {host} for this client"));
            let failure = match at.guide() {
                Some(guide) => failure.cause(format!("the app must have `{}` registered", guide.redirect)),
                None => failure,
            };
            at.or_by_code(at.open_apps(failure), "needs no redirect address")
        }
        Refusal::Code => Failure::new(
            Kind::Failed,
            format!("{host} does not take the code: it lives for 10 minutes and works once, so begin again"),
        ),
        Refusal::RefreshToken => Failure::new(Kind::Refused, format!("{host} does not take the refresh token")),
        Refusal::Client => Failure::usage(format!("{host} does not take the client: its id or its secret is wrong"))
            .hint("gitconn oauth status")
            .hint(at.set("--client-secret-stdin")),
        Refusal::Suspended => {
            Failure::new(Kind::Refused, format!("the app was suspended at {host}: its owner has to ask there why"))
        }
        Refusal::Scope => {
            let failure = Failure::usage(format!("{host} does not grant these scopes to this client"));
            at.open_apps(failure).connect(Remedy::Scopes, at.place(), "asks for others")
        }
        Refusal::Email => Failure::new(Kind::Refused, format!("the account at {host} has no verified e-mail address")),
        Refusal::DeviceLogin => {
            let failure = Failure::usage(format!("the device login is switched off for this client at {host}"));
            let advice = at.guide().map(|guide| guide.device_advice).filter(|advice| !advice.is_empty());
            let failure = match advice {
                Some(advice) => failure.cause(advice),
                None => failure,
            };
            at.open_apps(failure).connect(Remedy::Browser, at.place(), "logs in with a browser instead")
        }
        Refusal::Exchange => Failure::new(Kind::Failed, format!("the token exchange with {host} failed")),
        Refusal::Other => Failure::new(Kind::Failed, format!("{host} refused what was asked of it")),
    }
}

/// Nothing ever came back: the one sign of a wrong redirect address, for the provider shows that to the browser alone.
pub(super) fn nothing_came(message: String, (provider, host): (ProviderId, &str), registered: &str, sent: &str) -> Failure {
    let at = At { provider, host };
    let failure = Failure::new(Kind::Failed, message).cause(format!(
        "if the browser spoke of the redirect address: the app must have `{registered}` registered, `{sent}` was sent"
    ));
    at.or_by_code(failure, "needs no redirect address").connect(
        Remedy::Browser,
        at.place(),
        "the address that a browser elsewhere ends on can be pasted",
    )
}

/// The browser login wants the client's secret.
pub(super) fn no_secret(message: String, (provider, host): (ProviderId, &str), client_id: &str) -> Failure {
    let at = At { provider, host };
    let set = commands::oauth_set(provider, host, Some(client_id), "--client-secret-stdin");
    at.or_by_code(Failure::usage(message).hint(set), "needs no secret")
}

//! Why a login or a renewal did not come about, named for what happened to the user.

use crate::model::clean;
use crate::net::{self, Answer};

/// A conversation with an authorization server that failed. No variant holds a token, a code, a secret or a body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The server said no, with a code of RFC 6749 §5.2 or one of its own.
    #[error("{host} refused: {}", description.as_deref().unwrap_or(error))]
    Refused {
        host: String,
        refusal: Refusal,
        /// The code as it was sent, cleaned.
        error: String,
        /// What the server says about it, cleaned.
        description: Option<String>,
        request_id: Option<String>,
    },
    /// There is no OAuth at this address: 404, 405, or a page for people.
    #[error("{host} does not know {call}")]
    NoEndpoint {
        host: String,
        call: String,
        /// Whether only the device login is missing.
        is_device: bool,
    },
    /// The answer makes no sense: 5xx, HTML, JSON without a token.
    #[error("{host} gave no usable answer to {call}: {why}")]
    Unintelligible { host: String, call: String, why: String },
    /// The listener for the browser's answer could not be set up.
    #[error("nothing can listen on {} for the browser's answer", port.map_or_else(|| "127.0.0.1 or [::1]".to_owned(), |port| format!("port {port} of 127.0.0.1")))]
    Listen { port: Option<u16>, source: std::io::Error },
    /// The device code ran out before anybody typed it.
    #[error("the code was not confirmed in time at {host}")]
    CodeExpired { host: String },
    /// Told to slow down twice although we waited longer than asked: this machine's clock runs fast.
    #[error("{host} says again and again that it is asked too often: the clock of this machine may run fast")]
    ClockRunsFast { host: String },
    /// No answer.
    #[error(transparent)]
    Net(#[from] net::Error),
}

/// What a refusal means, whichever words a server has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The person said no.
    Denied,
    /// The redirect address is not the one that is registered.
    Redirect,
    /// The authorization code is wrong, too old, or was used already.
    Code,
    /// The refresh token is wrong, spent, expired or revoked.
    RefreshToken,
    /// The client's id or secret is wrong.
    Client,
    /// The app was suspended.
    Suspended,
    /// A scope that the server or the app does not have.
    Scope,
    /// The account's e-mail address is not verified.
    Email,
    /// The app has no device login, or the server has none.
    DeviceLogin,
    /// Anything else, in answer to a code.
    Exchange,
    /// Anything else.
    Other,
}

/// What a code is sent in answer to: `invalid_grant` means something else for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The person, at the browser.
    Person,
    Exchange,
    Refresh,
    Device,
    Revoke,
}

impl Refusal {
    /// Reads a code (RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5, GitHub's and GitLab's own).
    pub(super) fn of(error: &str, asked: Asked) -> Self {
        match error {
            "access_denied" => Self::Denied,
            "redirect_uri_mismatch" => Self::Redirect,
            "bad_refresh_token" => Self::RefreshToken,
            "invalid_grant" if asked == Asked::Refresh => Self::RefreshToken,
            "bad_verification_code" | "invalid_grant" | "incorrect_device_code" => Self::Code,
            "incorrect_client_credentials" | "invalid_client" => Self::Client,
            "device_flow_disabled" => Self::DeviceLogin,
            "unauthorized_client" | "unsupported_grant_type" if asked == Asked::Device => Self::DeviceLogin,
            "application_suspended" => Self::Suspended,
            "invalid_scope" => Self::Scope,
            "unverified_user_email" => Self::Email,
            _ if asked == Asked::Exchange => Self::Exchange,
            _ => Self::Other,
        }
    }
}

impl Error {
    /// What an answer to a redirect, already read, says (`error=access_denied`).
    pub(crate) fn at_the_browser(host: &str, error: String, description: Option<String>) -> Self {
        let refusal = Refusal::of(&error, Asked::Person);
        Self::Refused { host: host.to_owned(), refusal, error, description, request_id: None }
    }

    pub(super) fn refused(answer: &Answer, asked: Asked, error: &str, description: Option<&str>) -> Self {
        Self::refused_as(Refusal::of(error, asked), answer, error, description)
    }

    /// A refusal by a code of the server's own.
    pub(super) fn refused_as(refusal: Refusal, answer: &Answer, error: &str, description: Option<&str>) -> Self {
        Self::Refused {
            host: answer.host.clone(),
            refusal,
            error: short(error),
            description: description.map(short).filter(|text| !text.is_empty()),
            request_id: answer.request_id().map(short),
        }
    }

    pub(super) fn unintelligible(answer: &Answer, why: impl Into<String>) -> Self {
        Self::Unintelligible { host: answer.host.clone(), call: answer.call.clone(), why: why.into() }
    }

    /// Whether nothing can have happened at the server: it was never reached, or it has said why not.
    pub(crate) fn did_nothing(&self) -> bool {
        match self {
            Self::Net(net::Error::Unreachable { maybe_sent, .. }) => !maybe_sent,
            Self::Net(net::Error::Plain { .. } | net::Error::Certificate { .. } | net::Error::Unusable { .. }) => true,
            other => !other.is_passing(),
        }
    }

    /// Whether nothing was learnt of the grant: the same request may well go through later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Net(_) | Self::Unintelligible { .. } => true,
            Self::Refused { error, .. } => matches!(error.as_str(), "server_error" | "temporarily_unavailable"),
            Self::NoEndpoint { .. } | Self::Listen { .. } | Self::CodeExpired { .. } | Self::ClockRunsFast { .. } => false,
        }
    }

    /// Whether it is this refusal.
    pub(crate) fn is_refusal(&self, wanted: Refusal) -> bool {
        matches!(self, Self::Refused { refusal, .. } if *refusal == wanted)
    }
}

/// A server's text in one clean line of at most 240 characters.
fn short(text: &str) -> String {
    clean(text.trim().trim_end_matches('.')).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(240).collect()
}

#[cfg(test)]
mod tests {
    use super::{Asked, Refusal};

    #[test]
    fn each_servers_words_for_the_same_thing_mean_the_same() {
        for (error, asked, refusal) in [
            ("access_denied", Asked::Device, Refusal::Denied),
            ("bad_verification_code", Asked::Exchange, Refusal::Code),
            ("invalid_grant", Asked::Exchange, Refusal::Code),
            ("invalid_grant", Asked::Refresh, Refusal::RefreshToken),
            ("bad_refresh_token", Asked::Refresh, Refusal::RefreshToken),
            ("incorrect_client_credentials", Asked::Exchange, Refusal::Client),
            ("invalid_client", Asked::Refresh, Refusal::Client),
            ("device_flow_disabled", Asked::Device, Refusal::DeviceLogin),
            ("unauthorized_client", Asked::Device, Refusal::DeviceLogin),
            ("unauthorized_client", Asked::Exchange, Refusal::Exchange),
            ("something_new", Asked::Exchange, Refusal::Exchange),
            ("something_new", Asked::Person, Refusal::Other),
            ("something_new", Asked::Refresh, Refusal::Other),
        ] {
            assert_eq!(Refusal::of(error, asked), refusal, "{error}");
        }
    }
}

//! How OAuth works at a host: what a provider knows and `oauth` needs. Plain data; and the client that a login is made with.

use super::{HostUrl, Timestamp};
use crate::secret::Secret;

/// Where a host's OAuth lies and what is peculiar to it.
#[derive(Debug, Clone)]
pub(crate) struct OAuthEndpoints {
    /// The web address that the paths below lie under.
    pub(crate) base: HostUrl,
    /// Segments of the page where a person says yes.
    pub(crate) authorize: &'static [&'static str],
    /// Segments of the call that gives tokens.
    pub(crate) token: &'static [&'static str],
    /// Segments of the call that begins a device login (RFC 8628 §3.1), where there is one.
    pub(crate) device: Option<&'static [&'static str]>,
    /// Segments of the call that revokes a token (RFC 7009), where there is one.
    pub(crate) revoke: Option<&'static [&'static str]>,
    /// The path of the redirect address that an app registers: `/callback`.
    pub(crate) redirect_path: &'static str,
    /// What `iss` must be where the answer has one (RFC 9207).
    pub(crate) issuer: String,
    /// What is asked for unless the user says otherwise.
    pub(crate) scopes: &'static [&'static str],
    /// Whether scopes mean anything to this client: a GitHub App has permissions instead.
    pub(crate) has_scopes: bool,
    /// Whether a registered `http://127.0.0.1/…` also stands for any port (RFC 8252 §7.3), as the provider documents it for this client.
    pub(crate) any_port: bool,
    /// The port that is used where none is named and not any one fits: the app registers it.
    pub(crate) own_port: Option<u16>,
    /// Whether the client says who it is by `Authorization: Basic` (RFC 6749 §2.3.1), and not in the form.
    pub(crate) basic: bool,
    /// Codes other than `invalid_grant` by which a refresh token is refused.
    pub(crate) refresh_refusals: &'static [&'static str],
    /// Codes other than `invalid_client` by which the client's id or secret is refused.
    pub(crate) client_refusals: &'static [&'static str],
    /// Whether the browser login needs the client's secret.
    pub(crate) browser_needs_secret: bool,
    /// Whether tokens of a device login are renewed without the client's secret.
    pub(crate) device_needs_no_secret: bool,
    /// Whether `invalid_grant` may be a replica that lags behind, and is worth one more try (GitLab).
    pub(crate) lags_behind: bool,
    /// The page where a code is typed, where the server's own word for it cannot be relied on.
    pub(crate) device_page: Option<String>,
    /// The page where an app is registered.
    pub(crate) register_page: String,
    /// The page where registered apps are changed.
    pub(crate) apps_page: String,
    /// What to tick there besides, if anything.
    pub(crate) register_advice: &'static str,
    /// What switches the device login on for an app; empty where nothing does.
    pub(crate) device_advice: &'static str,
}

impl OAuthEndpoints {
    /// The address that an app registers as its redirect: without a port where any port fits.
    pub(crate) fn redirect_address(&self) -> String {
        let port = match (self.any_port, self.own_port) {
            (true, _) => String::new(),
            (false, Some(port)) => format!(":{port}"),
            (false, None) => ":PORT".to_owned(),
        };
        // A path that is `/` alone is none: it is registered as people write it.
        format!("http://127.0.0.1{port}{}", self.redirect_path.trim_end_matches('/'))
    }
}

/// An app's registration at a host. A public client has no secret.
#[derive(Debug, Clone)]
pub(crate) struct OAuthClient {
    pub(crate) id: String,
    pub(crate) secret: Option<Secret>,
}

/// What a token endpoint handed out.
#[derive(Debug, Clone)]
pub(crate) struct OAuthTokens {
    pub(crate) access: Secret,
    /// `None` where the server gave none: after a refresh the old one then stays good (RFC 6749 §6).
    pub(crate) refresh: Option<Secret>,
    /// Seconds that the access token lives. `None` where the server did not say, or said what cannot be.
    pub(crate) expires_in: Option<u64>,
    /// Seconds that the refresh token lives.
    pub(crate) refresh_expires_in: Option<u64>,
    /// When they were handed out, by the server's clock, where it says so.
    pub(crate) created_at: Option<Timestamp>,
    /// What was granted, sorted; `None` where the server did not say.
    pub(crate) scopes: Option<Vec<String>>,
}

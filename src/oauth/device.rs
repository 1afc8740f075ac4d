//! The device login (RFC 8628): a code that is typed into a browser anywhere, while we ask whether it was.

use std::cell::Cell;
use std::time::Duration;

use oauth2::{DeviceAuthorizationUrl, Scope, StandardDeviceAuthorizationResponse};

use super::error::{Asked, Error};
use super::transport::{Pace, Server};
use crate::model::{OAuthClient, OAuthTokens, clean};
use crate::net;

/// What a person needs to confirm the login.
#[derive(Debug, Clone)]
pub(crate) struct DeviceCode {
    /// `WDJB-MJHT`, cleaned.
    pub(crate) user_code: String,
    /// Where it is typed.
    pub(crate) page: String,
    /// The page with the code filled in, where the server has one.
    pub(crate) page_with_code: Option<String>,
    /// Seconds until it runs out.
    pub(crate) expires_in: u64,
    /// Seconds between two questions.
    pub(crate) interval: u64,
}

/// A device login that has begun.
pub(crate) struct DeviceLogin {
    pub(crate) shown: DeviceCode,
    details: StandardDeviceAuthorizationResponse,
}

impl Server {
    /// Asks for a code, once. The client's secret is not sent: this call wants none (RFC 8628 §3.1).
    pub(crate) async fn begin_device(&self, client: &OAuthClient, scopes: &[String]) -> Result<DeviceLogin, Error> {
        let Some(path) = self.endpoints.device else {
            return Err(Error::NoEndpoint { host: self.host(), call: "a device login".to_owned(), is_device: true });
        };
        let url = DeviceAuthorizationUrl::new(self.address(path))
            .map_err(|_| Error::Net(net::Error::Unusable { why: "its addresses are no addresses".to_owned() }))?;
        let library = self.client(&OAuthClient { id: client.id.clone(), secret: None })?.set_device_authorization_url(url);
        let transport = self.to(path, Asked::Device);
        let send = |request| transport.post(request);
        let scopes = scopes.iter().cloned().map(Scope::new);
        let details: StandardDeviceAuthorizationResponse =
            library.exchange_device_code().add_scopes(scopes).request_async(&send).await.map_err(|_| transport.failure())?;
        let user_code: String = clean(details.user_code().secret()).chars().take(40).collect();
        // GitLab before 2026 leaves its path root out of this address: a page of our own making, on the host we know, is better than its word.
        let page = self.endpoints.device_page.clone().or_else(|| on_this_host(self, details.verification_uri().as_str()));
        let page = page.ok_or_else(|| transport.unintelligible("the page for the code lies on another host"))?;
        let page_with_code = match (&self.endpoints.device_page, details.verification_uri_complete()) {
            (Some(page), _) => Some(format!("{page}?user_code={}", encoded(&user_code))),
            (None, Some(whole)) => on_this_host(self, whole.secret()),
            (None, None) => None,
        };
        let interval = details.interval().as_secs().clamp(1, 60);
        let shown =
            DeviceCode { user_code, page, page_with_code, expires_in: details.expires_in().as_secs().clamp(1, 3600), interval };
        Ok(DeviceLogin { shown, details })
    }

    /// Asks until the code was confirmed, refused, or has run out. `told` hears the new interval when the server wants to be asked less often.
    pub(crate) async fn finish_device(
        &self,
        client: &OAuthClient,
        login: DeviceLogin,
        told: &dyn Fn(u64),
    ) -> Result<OAuthTokens, Error> {
        // GitHub's device login takes the client's id alone; others may want what their token endpoint always wants.
        let secret = client.secret.clone().filter(|_| !self.endpoints.device_needs_no_secret);
        let library = self.client(&OAuthClient { id: client.id.clone(), secret })?;
        let mut transport = self.to(self.endpoints.token, Asked::Device);
        transport.pace = Some(Pace { interval: Cell::new(login.shown.interval), slowed: Cell::new(0), told });
        let send = |request| transport.post(request);
        let life = Duration::from_secs(login.shown.expires_in);
        let asking = library
            .exchange_device_access_token(&login.details)
            // Pauses come before each question, by our own clock; the library's run by the wall clock, which may jump.
            .request_async(&send, |_| std::future::ready(()), Some(life * 2));
        match tokio::time::timeout(life, asking).await {
            Ok(Ok(granted)) => Ok(granted.into()),
            Ok(Err(_)) => Err(match transport.known_failure() {
                // The library's own limit, by the wall clock: the machine slept meanwhile.
                None => Error::CodeExpired { host: self.host() },
                Some(Error::Refused { error, .. }) if matches!(error.as_str(), "expired_token" | "token_expired") => {
                    Error::CodeExpired { host: self.host() }
                }
                Some(other) => other,
            }),
            Err(_) => Err(Error::CodeExpired { host: self.host() }),
        }
    }
}

/// The address, if it is a page of this very host: a person is sent nowhere else to type a code.
fn on_this_host(server: &Server, address: &str) -> Option<String> {
    let page = url::Url::parse(address).ok()?;
    let base = server.endpoints.base.url();
    (page.origin() == base.origin() && page.username().is_empty()).then(|| page.into())
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

//! The grants of RFC 6749: the page where a person says yes, the exchange of its code, the renewal. PKCE (RFC 7636, S256) is always there.

use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, StandardRevocableToken, TokenUrl,
};

use super::error::{Asked, Error};
use super::tokens::Granted;
use super::transport::{Server, Transport};
use crate::model::{OAuthClient, OAuthTokens};
use crate::net;
use crate::secret::Secret;

/// Random bytes in a state: 256 bits.
const STATE: u32 = 32;

/// The library's client with both addresses set.
pub(super) type Set = Client<
    BasicErrorResponse,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// A login that has begun in the browser.
pub(crate) struct Authorization {
    /// Where the person goes.
    pub(crate) url: String,
    /// What the answer must bring back (RFC 6749 §10.12).
    pub(crate) state: Secret,
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
}

/// Shown without state and verifier.
impl std::fmt::Debug for Authorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorization").finish_non_exhaustive()
    }
}

impl Server {
    /// The library's client. Where the secret goes into the form the library puts it there; a header is the transport's.
    pub(super) fn client(&self, client: &OAuthClient) -> Result<Set, Error> {
        let unusable = |_| Error::Net(net::Error::Unusable { why: "its addresses are no addresses".to_owned() });
        let authorize = AuthUrl::new(self.address(self.endpoints.authorize)).map_err(unusable)?;
        let token = TokenUrl::new(self.address(self.endpoints.token)).map_err(unusable)?;
        let way = if self.endpoints.basic { AuthType::BasicAuth } else { AuthType::RequestBody };
        let mut made = Client::new(ClientId::new(client.id.clone())).set_auth_type(way);
        if let Some(secret) = &client.secret {
            made = made.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
        }
        Ok(made.set_auth_uri(authorize).set_token_uri(token))
    }

    /// Begins a login in the browser that ends at `redirect_uri`. Nobody is asked yet.
    pub(crate) fn authorize(&self, client: &OAuthClient, scopes: &[String], redirect_uri: &str) -> Result<Authorization, Error> {
        let redirect = RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|_| Error::Net(net::Error::Unusable { why: "the redirect address is none".to_owned() }))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let library = self.client(client)?.set_redirect_uri(redirect.clone());
        let (url, state) = library
            .authorize_url(|| CsrfToken::new_random_len(STATE))
            .add_scopes(scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Authorization { url: url.into(), state: Secret::from(state.into_secret()), verifier, redirect })
    }

    /// Buys tokens for the code, once.
    pub(crate) async fn exchange(&self, client: &OAuthClient, begun: Authorization, code: &Secret) -> Result<OAuthTokens, Error> {
        let library = self.client(client)?.set_redirect_uri(begun.redirect);
        let transport = self.to(self.endpoints.token, Asked::Exchange).by(client);
        let request = library.exchange_code(AuthorizationCode::new(code.expose().to_owned())).set_pkce_verifier(begun.verifier);
        let send = |request| transport.post(request);
        let granted = request.request_async(&send).await;
        granted.map(Into::into).map_err(|_| transport.failure())
    }

    /// Buys a new pair for the refresh token, once: nothing is ever sent a second time from here.
    pub(crate) async fn refresh(&self, client: &OAuthClient, refresh_token: &Secret) -> Result<OAuthTokens, Error> {
        let library = self.client(client)?;
        let transport = self.to(self.endpoints.token, Asked::Refresh).by(client);
        let spent = RefreshToken::new(refresh_token.expose().to_owned());
        let send = |request| transport.post(request);
        let granted = library.exchange_refresh_token(&spent).request_async(&send).await;
        granted.map(Into::into).map_err(|_| transport.failure())
    }

    /// Revokes a token (RFC 7009), once. A server that never knew it says the same as one that has revoked it.
    ///
    /// # Errors
    ///
    /// [`Error::NoEndpoint`] also where the provider has no such call.
    pub(crate) async fn revoke(&self, client: &OAuthClient, token: &Secret) -> Result<(), Error> {
        let Some(path) = self.endpoints.revoke else {
            return Err(Error::NoEndpoint { host: self.host(), call: "a call that revokes tokens".to_owned(), is_device: false });
        };
        let transport: Transport<'_> = self.to(path, Asked::Revoke).by(client);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token.expose()).append_pair("client_id", &client.id);
        if let Some(secret) = client.secret.as_ref().filter(|_| !self.endpoints.basic) {
            form.append_pair("client_secret", secret.expose());
        }
        let request = oauth2::HttpRequest::new(form.finish().into_bytes());
        let answered = transport.post(request).await.map(|answer| answer.status().is_success());
        if matches!(answered, Ok(true)) { Ok(()) } else { Err(transport.failure()) }
    }
}

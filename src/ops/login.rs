//! Logging in: in the browser of this machine, in one of another machine whose last address is pasted back, or by a code that is typed anywhere.

use std::time::Duration;

use async_trait::async_trait;

use super::clients::{self, Known};
use super::grant::{Grant, Pair};
use super::{Error, Session};
use crate::model::{GrantFlow, HostUrl, OAuthClient, OAuthEndpoints, ProviderId};
use crate::net::Trust;
use crate::oauth::{DeviceCode, Expected, Listening, Loopback, Objection, Outcome, Refusal, Reply, Server, read_pasted};
use crate::provider;
use crate::secret::Secret;

/// So long a login in the browser may take: its state is worth nothing after that.
const LONGEST: Duration = Duration::from_mins(10);

/// Where somebody logs in, and as which app.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) provider: ProviderId,
    pub(crate) host: HostUrl,
    pub(crate) trust: Trust,
    pub(crate) client: OAuthClient,
    endpoints: OAuthEndpoints,
}

impl Place {
    pub(super) fn new(provider: ProviderId, host: HostUrl, trust: Trust, known: Known) -> Self {
        let endpoints = provider::kind(provider).oauth(&host, Some(&known.client.id));
        Self { provider, host, trust, client: known.client, endpoints }
    }

    /// Which logins this client can do.
    pub(crate) fn ways(&self) -> clients::Ways {
        clients::Ways::of(&self.endpoints, &self.client)
    }

    /// Whether it is settled which port the browser comes back to: any one fits, or the app registers the provider's usual one.
    pub(crate) fn has_port(&self) -> bool {
        self.endpoints.any_port || self.endpoints.own_port.is_some()
    }

    /// Whether scopes mean anything to this client.
    pub(crate) fn has_scopes(&self) -> bool {
        self.endpoints.has_scopes
    }

    /// What is asked for unless the user says otherwise; `None` where scopes mean nothing.
    fn scopes(&self, said: Option<&[String]>) -> Option<Vec<String>> {
        let usual = || self.endpoints.scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.endpoints.has_scopes.then(|| said.map_or_else(usual, <[String]>::to_vec))
    }
}

/// Where a person goes to say yes.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) url: String,
    /// What ties the answer to the question. It goes through the browser anyway, and is worth nothing without our verifier.
    pub(crate) state: Secret,
    pub(crate) redirect_uri: String,
}

/// Whoever sits before the terminal, or a program in its place.
#[async_trait(?Send)]
pub(crate) trait Person {
    /// Shows the address, and opens it if that is wanted.
    fn go_to(&self, host: &HostUrl, address: &Address);

    /// Shows the page of ours that something begins at in the browser, and opens it if that is wanted.
    fn begin_at(&self, host: &HostUrl, url: &str);

    /// Shows the code and where to type it.
    fn type_code(&self, host: &HostUrl, code: &DeviceCode);

    /// The server wants to be asked less often: every so many seconds.
    fn slower(&self, seconds: u64);

    /// An address that was pasted is not the one.
    fn not_this(&self, why: &str);

    /// The address that a browser on another machine ended on. Never comes where nothing can be pasted.
    async fn pasted(&self) -> Secret;
}

/// A login that went well as far as tokens, and whoever waits for the end of it.
pub(crate) struct Login {
    grant: Grant,
    page: Option<Listening>,
}

impl Login {
    /// Shows the browser how it ended.
    pub(crate) async fn show(page: Option<Listening>, outcome: Outcome) {
        if let Some(listening) = page {
            listening.finish(outcome).await;
        }
    }

    /// Parts what is to be stored from the page that still waits.
    pub(crate) fn parts(self) -> (Grant, Option<Listening>) {
        (self.grant, self.page)
    }
}

/// Logs in with a browser.
///
/// # Errors
///
/// `Error::OAuth` with what the server or the person said; `Error::NothingCame` after ten minutes.
pub(crate) async fn in_browser(
    session: &Session<'_>,
    place: &Place,
    scopes: Option<&[String]>,
    port: Option<u16>,
    person: &dyn Person,
) -> Result<Login, Error> {
    let oauth = |error| Error::OAuth { error, host: place.host.to_string(), provider: place.provider, name: None };
    let server = Server::new(session.http(), place.endpoints.clone(), &place.trust).map_err(oauth)?;
    let port = port.or(place.endpoints.own_port);
    let loopback = Loopback::bind(port).await.map_err(|source| oauth(crate::oauth::Error::Listen { port, source }))?;
    let redirect_uri = loopback.redirect_uri(place.endpoints.redirect_path);
    let requested = place.scopes(scopes);
    let begun = server.authorize(&place.client, requested.as_deref().unwrap_or_default(), &redirect_uri).map_err(oauth)?;
    let expected =
        || Expected { path: place.endpoints.redirect_path, state: begun.state.clone(), issuer: place.endpoints.issuer.clone() };
    let mut listening = loopback.listen(expected(), None);
    person
        .go_to(&place.host, &Address { url: begun.url.clone(), state: begun.state.clone(), redirect_uri: redirect_uri.clone() });
    let paste = expected();
    let came = async {
        tokio::select! {
            reply = listening.reply() => reply,
            reply = pasted(person, &paste, &redirect_uri) => reply,
        }
    };
    let Ok(reply) = tokio::time::timeout(LONGEST, came).await else {
        let wrong = listening.wrong();
        return Err(Error::NothingCame {
            host: place.host.to_string(),
            provider: place.provider,
            minutes: LONGEST.as_secs() / 60,
            only: match (wrong.wrong_issuer > 0, wrong.wrong_state > 0) {
                (true, _) => Some("an answer in the name of another server than was asked"),
                (false, true) => Some("the answer to another login"),
                (false, false) => None,
            },
            registered: place.endpoints.redirect_address(),
            sent: redirect_uri,
        });
    };
    let outcome = match reply {
        Reply::Code(code) => server.exchange(&place.client, begun, &code).await,
        Reply::Refused { error, description } => {
            Err(crate::oauth::Error::at_the_browser(&place.host.to_string(), error, description))
        }
    };
    match outcome {
        Ok(tokens) => {
            let pair = Pair::new(tokens, session.now());
            let client_id = place.client.id.clone();
            Ok(Login { grant: Grant { pair, client_id, flow: GrantFlow::Browser, requested }, page: Some(listening) })
        }
        Err(error) => {
            listening.finish(Outcome::Failed { what: what_happened(&error).to_owned() }).await;
            Err(oauth(error))
        }
    }
}

/// What the browser is told of a failure: our own words, because a server's may have come in with the request.
fn what_happened(error: &crate::oauth::Error) -> &'static str {
    match error {
        crate::oauth::Error::Refused { refusal: Refusal::Denied, .. } => "Access was denied.",
        crate::oauth::Error::Refused { refusal: Refusal::Code, .. } => "The code had expired, or was used already.",
        crate::oauth::Error::Refused { refusal: Refusal::Client, .. } => "The app's id or secret is wrong.",
        crate::oauth::Error::Refused { refusal: Refusal::Suspended, .. } => "The app was suspended.",
        crate::oauth::Error::Refused { .. } => "The server refused the login.",
        _ => "The server did not answer as it should.",
    }
}

/// The first address that is pasted and fits.
async fn pasted(person: &dyn Person, expected: &Expected, redirect_uri: &str) -> Reply {
    loop {
        let text = person.pasted().await;
        match read_pasted(text.expose(), expected, redirect_uri) {
            Ok(reply) => return reply,
            Err(objection) => person.not_this(objection_in_words(&objection)),
        }
    }
}

fn objection_in_words(objection: &Objection) -> &'static str {
    match objection {
        Objection::WrongState => "this address is of another login: paste the one that this login ended on",
        Objection::WrongIssuer => "this address comes from another server than was asked",
        _ => "this is not the address that the browser ended on: it begins with http:// and holds `code=`",
    }
}

/// Logs in by a code that is typed into any browser.
pub(crate) async fn by_device(
    session: &Session<'_>,
    place: &Place,
    scopes: Option<&[String]>,
    person: &dyn Person,
) -> Result<Login, Error> {
    let oauth = |error| Error::OAuth { error, host: place.host.to_string(), provider: place.provider, name: None };
    let server = Server::new(session.http(), place.endpoints.clone(), &place.trust).map_err(oauth)?;
    let requested = place.scopes(scopes);
    let begun = server.begin_device(&place.client, requested.as_deref().unwrap_or_default()).await.map_err(oauth)?;
    person.type_code(&place.host, &begun.shown);
    let told = |seconds| person.slower(seconds);
    let tokens = server.finish_device(&place.client, begun, &told).await.map_err(oauth)?;
    let (pair, client_id) = (Pair::new(tokens, session.now()), place.client.id.clone());
    Ok(Login { grant: Grant { pair, client_id, flow: GrantFlow::Device, requested }, page: None })
}

/// Takes a pair that somebody has already. Nobody is asked.
///
/// # Errors
///
/// `Error::Usage` in words, if it is none.
pub(crate) fn with_pair(session: &Session<'_>, place: &Place, text: &Secret) -> Result<Login, Error> {
    let tokens = crate::oauth::read_tokens(text.expose()).map_err(|why| Error::Usage(format!("stdin holds no tokens: {why}")))?;
    if tokens.refresh.is_none() {
        let hint = "an access token alone is pasted with --token-stdin";
        return Err(Error::Usage(format!("stdin holds no refresh token: {hint}")));
    }
    // When it was handed out counts, if that is known: what is left of its life is less than the whole.
    let (now, said) = (session.now(), tokens.created_at);
    let issued_at = said.filter(|at| *at <= now).unwrap_or(now);
    let (pair, client_id) = (Pair::new(tokens, issued_at), place.client.id.clone());
    Ok(Login { grant: Grant { pair, client_id, flow: GrantFlow::Given, requested: None }, page: None })
}

//! How the OAuth library's requests travel: through our own client, to one endpoint, once. Every answer is judged here, so that the library never
//! holds a body of its own that an error could show.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use oauth2::http::{Response, StatusCode};
use oauth2::{HttpRequest, HttpResponse};
use serde_json::Value;

use super::error::{Asked, Error, Refusal};
use crate::model::{OAuthClient, OAuthEndpoints, Timestamp};
use crate::net::{self, Answer, Auth, Body, Call, Http, Limit, Method, Origin, Trust, Unchanging, limits};

/// GitHub answers with a form unless JSON is asked for.
const HEADERS: &[(&str, &str)] = &[("Accept", "application/json")];
/// No answer to a request for tokens is waited for longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A host's authorization server.
pub(crate) struct Server {
    pub(super) endpoints: OAuthEndpoints,
    origin: Origin,
}

impl Server {
    /// # Errors
    ///
    /// As [`Http::origin`]: plain HTTP where it is not allowed, a certificate that cannot be read.
    pub(crate) fn new(http: &Http, endpoints: OAuthEndpoints, trust: &Trust) -> Result<Self, Error> {
        let origin = http.origin(&endpoints.base, trust, Auth::None, HEADERS, limit)?;
        Ok(Self { endpoints, origin })
    }

    /// Whether its `invalid_grant` may only mean that a replica lags behind.
    pub(crate) fn lags_behind(&self) -> bool {
        self.endpoints.lags_behind
    }

    /// The server's name, for messages.
    pub(super) fn host(&self) -> String {
        self.endpoints.base.to_string()
    }

    /// A way to one endpoint.
    pub(super) fn to(&self, path: &[&str], asked: Asked) -> Transport<'_> {
        let call = Call::to(path.iter().copied());
        Transport {
            endpoints: &self.endpoints,
            origin: self.origin.clone(),
            call,
            asked,
            failure: RefCell::new(None),
            pace: None,
        }
    }

    /// An address below the server's base.
    pub(super) fn address(&self, path: &[&str]) -> String {
        format!("{}/{}", self.endpoints.base.as_str(), path.join("/"))
    }
}

/// One endpoint, and what went wrong there: the library's own errors hold bodies and are thrown away.
pub(super) struct Transport<'a> {
    endpoints: &'a OAuthEndpoints,
    origin: Origin,
    call: Call,
    asked: Asked,
    failure: RefCell<Option<Error>>,
    pub(super) pace: Option<Pace<'a>>,
}

/// How fast a device login asks (RFC 8628 §3.5).
pub(super) struct Pace<'a> {
    /// Seconds, as the server says.
    pub(super) interval: Cell<u64>,
    pub(super) slowed: Cell<u32>,
    /// Hears when the server wants us to slow down.
    pub(super) told: &'a dyn Fn(u64),
}

impl Pace<'_> {
    /// A little longer than asked, and more so once it was too fast: clocks of virtual machines run up to a third fast (cli/cli#9370).
    fn pause(&self) -> Duration {
        let percent = if self.slowed.get() == 0 { 120 } else { 140 };
        Duration::from_millis(self.interval.get().saturating_mul(1000) * percent / 100)
    }

    fn slow_down(&self, body: &Value) {
        let asked = body.get("interval").and_then(Value::as_u64).unwrap_or(0);
        self.interval.set((self.interval.get() + 5).max(asked).min(60));
        self.slowed.set(self.slowed.get() + 1);
        (self.told)(self.interval.get());
    }
}

impl Transport<'_> {
    /// The same, that shows the client's secret in a header where the server wants it there.
    pub(super) fn by(mut self, client: &OAuthClient) -> Self {
        if let Some(secret) = client.secret.as_ref().filter(|_| self.endpoints.basic) {
            self.origin = self.origin.proving(Auth::Basic(client.id.clone(), Rc::new(Unchanging(secret.clone()))));
        }
        self
    }

    /// Sends one of the library's requests. What goes wrong is kept in `self`, and the library is told of a refusal.
    pub(super) async fn post(&self, request: HttpRequest) -> Result<HttpResponse, std::convert::Infallible> {
        if let Some(pace) = &self.pace {
            tokio::time::sleep(pace.pause()).await;
        }
        let form = zeroize::Zeroizing::new(request.into_body());
        let answer = match tokio::time::timeout(PATIENCE, self.origin.send(Method::Post, &self.call, Body::Form(&form))).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Ok(self.failed(error.into())),
            Err(_) => return Ok(self.failed(silent(&self.origin).into())),
        };
        Ok(match judge(&answer, self.asked, self.endpoints) {
            Ok(()) => response(StatusCode::OK, answer.body.to_vec()),
            Err(error) => self.refused(&answer, error),
        })
    }

    fn refused(&self, answer: &Answer, error: Error) -> HttpResponse {
        let (Some(pace), Error::Refused { error: code, .. }) = (&self.pace, &error) else { return self.failed(error) };
        match code.as_str() {
            "slow_down" => {
                pace.slow_down(&answer.json().unwrap_or_default());
                if pace.slowed.get() >= 2 {
                    return self.failed(Error::ClockRunsFast { host: answer.host.clone() });
                }
            }
            "authorization_pending" => {}
            _ => return self.failed(error),
        }
        // The library asks on.
        response(StatusCode::BAD_REQUEST, br#"{"error":"authorization_pending"}"#.to_vec())
    }

    fn failed(&self, error: Error) -> HttpResponse {
        // A server that is unwell for a moment while somebody types a code is no reason to give up: the code lives on.
        if self.pace.is_some() && error.is_passing() {
            tracing::debug!(%error, "asking again");
            return response(StatusCode::BAD_REQUEST, br#"{"error":"authorization_pending"}"#.to_vec());
        }
        self.failure.replace(Some(error));
        response(StatusCode::BAD_REQUEST, br#"{"error":"failed"}"#.to_vec())
    }

    /// Why it failed, if it is known.
    pub(super) fn known_failure(&self) -> Option<Error> {
        self.failure.take()
    }

    /// Why it failed. The library may fail by itself where it does not understand what was no refusal.
    pub(super) fn failure(&self) -> Error {
        self.known_failure().unwrap_or_else(|| self.unintelligible("JSON without what was asked for"))
    }

    /// An answer that makes no sense.
    pub(super) fn unintelligible(&self, why: &str) -> Error {
        let (host, call) = (self.origin.base().to_string(), self.call.describe(Method::Post));
        Error::Unintelligible { host, call, why: why.to_owned() }
    }
}

fn response(status: StatusCode, body: Vec<u8>) -> HttpResponse {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn silent(origin: &Origin) -> net::Error {
    net::Error::Unreachable {
        host: origin.base().to_string(),
        why: format!("no answer within {} s", PATIENCE.as_secs()),
        maybe_sent: true,
    }
}

/// What an answer means. GitHub sends its refusals with status 200 (GitHub, "Troubleshooting OAuth app access token request errors").
fn judge(answer: &Answer, asked: Asked, endpoints: &OAuthEndpoints) -> Result<(), Error> {
    let body: Option<Value> = answer.json();
    let text = |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
    // `{"error":"404 Not Found"}` is GitLab's router, not its authorization server; a server that is unwell refuses nothing.
    if let (Some(error), false) = (text("error"), matches!(answer.status, 404 | 405 | 500..)) {
        let description = text("error_description");
        if asked == Asked::Refresh && endpoints.refresh_refusals.contains(&error) {
            return Err(Error::refused_as(Refusal::RefreshToken, answer, error, description));
        }
        if endpoints.client_refusals.contains(&error) {
            return Err(Error::refused_as(Refusal::Client, answer, error, description));
        }
        return Err(Error::refused(answer, asked, error, description));
    }
    match answer.status {
        200 if body.as_ref().is_some_and(Value::is_object) => Ok(()),
        // RFC 7009 §2.2: a revocation need not say anything.
        200 if asked == Asked::Revoke => Ok(()),
        200 => Err(Error::unintelligible(answer, "it is no JSON")),
        404 | 405 => Err(no_endpoint(answer, asked)),
        status => Err(Error::unintelligible(answer, format!("status {status}"))),
    }
}

fn no_endpoint(answer: &Answer, asked: Asked) -> Error {
    Error::NoEndpoint { host: answer.host.clone(), call: answer.call.clone(), is_device: asked == Asked::Device }
}

/// 429, whoever sends it.
fn limit(answer: &Answer, now: Timestamp) -> Option<Limit> {
    (answer.status == 429).then(|| Limit { until: limits::retry_after(answer, now), secondary: false })
}

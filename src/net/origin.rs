//! A door to one API base: what is asked through it goes there and nowhere else.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::Duration;

use backon::BackoffBuilder as _;
use jiff::Timestamp;
use reqwest::Request;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, sleep};
use url::Url;

use super::auth::Auth;
use super::call::{Body, Call, Method};
use super::client::Shared;
use super::fault::Fault;
use super::gate::Gate;
use super::limits::{Budget, UNNAMED, credible, retry_after};
use super::trust::ClientKey;
use super::{Answer, Classifier, Error, Trust, redirect, wire};
use crate::model::{HostUrl, clean};
use crate::secret::Secret;

/// Refusals after which one request may be sent again: with the same token while that is perhaps only too new, with another one, and that one may be
/// too new as well.
const REFUSALS: u32 = 5;

/// Redirects followed in one request.
const REDIRECTS: usize = 5;

/// One API base with one credential: scheme, host, port and root are fixed, and nothing sent from here goes elsewhere.
#[derive(Clone)]
pub(crate) struct Origin {
    inner: Rc<Inner>,
}

struct Inner {
    shared: Rc<Shared>,
    base: HostUrl,
    /// `git.acme.com:8443`, for messages.
    host: String,
    trust: Trust,
    auth: Auth,
    headers: HeaderMap,
    limits: Classifier,
    gate: Rc<Gate>,
    client: OnceCell<reqwest::Client>,
    hold: Cell<Option<Hold>>,
}

/// A limit on this credential that some request has met: nothing is sent before it is over.
#[derive(Clone, Copy)]
struct Hold {
    until: Timestamp,
    /// Whether the provider has named that moment.
    named: bool,
}

/// What one request has spent, over all its repeats and redirects.
struct Spent {
    waits: Budget,
    /// The time during which it was on the wire.
    asking: Duration,
}

impl Origin {
    pub(super) fn new(
        shared: &Rc<Shared>,
        base: &HostUrl,
        trust: &Trust,
        auth: Auth,
        headers: &[(&'static str, &'static str)],
        limits: Classifier,
    ) -> Result<Self, Error> {
        let host = host(base);
        if base.is_plain() && !base.is_loopback() && !trust.allow_http {
            return Err(Error::Plain { host });
        }
        trust.check()?;
        let headers = header_map(headers)?;
        let gate = shared.gate(&base.url().origin().ascii_serialization());
        let inner = Inner {
            shared: Rc::clone(shared),
            base: base.clone(),
            host,
            trust: trust.clone(),
            auth,
            headers,
            limits,
            gate,
            client: OnceCell::new(),
            hold: Cell::new(None),
        };
        Ok(Self { inner: Rc::new(inner) })
    }

    /// The same base, asked with another credential.
    pub(crate) fn proving(&self, auth: Auth) -> Self {
        let Inner { shared, base, host, trust, headers, limits, gate, .. } = &*self.inner;
        let inner = Inner {
            shared: Rc::clone(shared),
            base: base.clone(),
            host: host.clone(),
            trust: trust.clone(),
            auth,
            headers: headers.clone(),
            limits: *limits,
            gate: Rc::clone(gate),
            client: OnceCell::new(),
            // A limit is a credential's, not the host's.
            hold: Cell::new(None),
        };
        Self { inner: Rc::new(inner) }
    }

    /// The base, for messages.
    pub(crate) fn base(&self) -> &HostUrl {
        &self.inner.base
    }

    /// The present moment, for interpreting what an answer says about time.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.shared.env.now()
    }

    /// Asks, repeating on 502, 503, 504 and broken connections (3 times, with jitter), waiting for rate limits, following
    /// redirects within the origin only.
    pub(crate) async fn get(&self, call: &Call) -> Result<Answer, Error> {
        self.fetch(call.address(self.base())?, &call.describe(Method::Get)).await
    }

    /// Sends something that changes state, once: never repeated, never redirected. A limit that is known already is waited for;
    /// one that the answer brings is [`Error::Limited`].
    pub(crate) async fn send(&self, method: Method, call: &Call, body: Body<'_>) -> Result<Answer, Error> {
        let url = call.address(self.base())?;
        let (call, path) = (call.describe(method), call.logged(&url));
        let answer =
            self.once(method, &url, (&call, &path), body, &mut self.spent()).await?.map_err(|fault| self.unreachable(fault))?;
        if let Some(hold) = self.limit(&answer) {
            return Err(self.limited(hold));
        }
        match redirect::location(&answer, &url) {
            None => Ok(answer),
            Some(location) => Err(self.redirected(call, location.shown())),
        }
    }

    /// Asks for an address that is known to lie on this origin.
    pub(super) async fn fetch(&self, mut url: Url, call: &str) -> Result<Answer, Error> {
        let mut spent = self.spent();
        for _ in 0..=REDIRECTS {
            let answer = self.ask(&url, call, &mut spent).await?;
            match redirect::location(&answer, &url) {
                None => return Ok(answer),
                Some(redirect::Location::Here(next)) => url = next,
                Some(elsewhere) => return Err(self.redirected(call.to_owned(), elsewhere.shown())),
            }
        }
        Err(Error::Unreachable { host: self.inner.host.clone(), why: "it redirects in circles".to_owned(), maybe_sent: true })
    }

    /// One address, with repeats and waits.
    async fn ask(&self, url: &Url, call: &str, spent: &mut Spent) -> Result<Answer, Error> {
        let mut pauses = self.inner.shared.timing.repeats.build();
        loop {
            let outcome = self.once(Method::Get, url, (call, &clean(url.path())), Body::Empty, spent).await?;
            // Four times nearly a minute is no use to anybody: no repeat begins after the time of one request.
            let pause = if spent.asking < self.inner.shared.timing.limits.whole { pauses.next() } else { None };
            match outcome {
                Ok(answer) => {
                    if let Some(hold) = self.limit(&answer) {
                        self.wait_for(hold, spent).await?;
                        continue;
                    }
                    let now = self.now();
                    let (502..=504, Some(pause)) = (answer.status, pause) else { return Ok(answer) };
                    let asked = retry_after(&answer, now).filter(|until| *until > now);
                    match asked.map(|until| spent.waits.take(until, now)) {
                        None => sleep(pause).await,
                        Some(Some(wait)) => self.inner.shared.wait(&self.inner.host, wait.max(pause)).await,
                        Some(None) => return Ok(answer),
                    }
                }
                Err(fault) => match pause {
                    Some(pause) if fault.broken => sleep(pause).await,
                    _ => return Err(self.unreachable(fault)),
                },
            }
        }
    }

    /// Sends one request once, when nothing holds it. `shown` is what messages say of it, and the log.
    async fn once(
        &self,
        method: Method,
        url: &Url,
        shown: (&str, &str),
        body: Body<'_>,
        spent: &mut Spent,
    ) -> Result<Result<Answer, Fault>, Error> {
        let client = self.client()?;
        let mut instead: Option<Secret> = None;
        let mut refusals = 0;
        loop {
            self.wait_for_hold(spent).await?;
            // Before the gate: renewing the token may itself need a place there.
            let token = match instead.take() {
                Some(token) => Some(token),
                None => self.inner.auth.token().await?,
            };
            let request = self.request(method, url, body, token.as_ref())?;
            let place = self.inner.gate.enter().await;
            // While we stood in the queue another request may have met a limit.
            if self.held().is_some() {
                continue;
            }
            let started = Instant::now();
            let outcome = wire::exchange(&client, request, shown, &self.inner.host, self.inner.shared.timing.limits).await;
            spent.asking += started.elapsed();
            drop(place);
            // A page of HTML is a proxy's, and says nothing of the token.
            let refusal = match &outcome {
                Ok(Ok(answer)) if answer.status == 401 && answer.json::<serde::de::IgnoredAny>().is_some() => Some(answer),
                _ => None,
            };
            // Nothing that changes state is sent twice. Which refusal is the last word is the token's source to say, within limits.
            let Some(answer) = refusal.filter(|_| refusals < REFUSALS && method == Method::Get) else { return outcome };
            refusals += 1;
            instead = self.inner.auth.instead_of(token.as_ref(), answer).await?;
            if instead.is_none() {
                return outcome;
            }
        }
    }

    /// The request with this token.
    fn request(&self, method: Method, url: &Url, body: Body<'_>, token: Option<&Secret>) -> Result<Request, Error> {
        let mut headers = self.inner.headers.clone();
        headers.extend(self.inner.auth.header(token)?.map(|(name, value)| (Some(name), value)));
        let mut request = Request::new(method.into(), url.clone());
        let (kind, bytes) = match body {
            Body::Empty => (None, None),
            Body::Json(value) => (Some("application/json"), Some(value.to_string().into_bytes())),
            Body::Form(form) => (Some("application/x-www-form-urlencoded"), Some(form.to_vec())),
        };
        headers.extend(kind.map(|kind| (Some(CONTENT_TYPE), HeaderValue::from_static(kind))));
        *request.body_mut() = bytes.map(Into::into);
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn client(&self) -> Result<reqwest::Client, Error> {
        if let Some(client) = self.inner.client.get() {
            return Ok(client.clone());
        }
        // Plain HTTP may go to loopback because it does not leave the machine; through a proxy it would.
        let direct = self.base().is_plain() && self.base().is_loopback();
        let client = self.inner.shared.client(ClientKey::of(&self.inner.trust, direct), &self.inner.trust)?;
        Ok(self.inner.client.get_or_init(|| client).clone())
    }

    fn spent(&self) -> Spent {
        Spent { waits: Budget::new(self.inner.shared.options.max_wait), asking: Duration::ZERO }
    }

    /// The limit that an answer tells of, kept for those who come after: asking on while limited can get a client banned (GitHub).
    fn limit(&self, answer: &Answer) -> Option<Hold> {
        let now = self.now();
        let limit = (self.inner.limits)(answer, now)?;
        if limit.secondary {
            self.inner.gate.narrow();
        }
        let until = limit.until.unwrap_or_else(|| now.checked_add(UNNAMED).unwrap_or(now));
        let hold = Hold { until: credible(until, now), named: limit.until.is_some() };
        if self.held().is_none_or(|known| known.until < hold.until) {
            self.inner.hold.set(Some(hold));
        }
        Some(hold)
    }

    fn held(&self) -> Option<Hold> {
        self.inner.hold.get().filter(|hold| hold.until > self.now())
    }

    /// Waits for a limit that another request has met.
    async fn wait_for_hold(&self, spent: &mut Spent) -> Result<(), Error> {
        while let Some(hold) = self.held() {
            self.wait_for(hold, spent).await?;
        }
        Ok(())
    }

    /// Waits until a limit is over, if there is time for it.
    async fn wait_for(&self, hold: Hold, spent: &mut Spent) -> Result<(), Error> {
        let wait = spent.waits.take(hold.until, self.now()).ok_or_else(|| self.limited(hold))?;
        self.inner.shared.wait(&self.inner.host, wait).await;
        // It is over, though the system's clock may have been set or run slower meanwhile.
        if self.inner.hold.get().is_some_and(|known| known.until <= hold.until) {
            self.inner.hold.set(None);
        }
        Ok(())
    }

    fn limited(&self, hold: Hold) -> Error {
        let until = Some(hold.until).filter(|until| hold.named && *until > self.now());
        Error::Limited { host: self.inner.host.clone(), until }
    }

    fn unreachable(&self, fault: Fault) -> Error {
        Error::Unreachable { host: self.inner.host.clone(), why: fault.why, maybe_sent: fault.maybe_sent }
    }

    fn redirected(&self, call: String, target: String) -> Error {
        Error::Redirected { host: self.inner.host.clone(), call, target }
    }
}

/// Host and port as people say them: without scheme, root, and the usual port.
fn host(base: &HostUrl) -> String {
    base.url().port().map_or_else(|| base.domain().to_owned(), |port| format!("{}:{port}", base.domain()))
}

fn header_map(headers: &[(&'static str, &'static str)]) -> Result<HeaderMap, Error> {
    let illegal = |name: &str| Error::Unusable { why: format!("`{name}` is no legal header") };
    headers.iter().try_fold(HeaderMap::new(), |mut map, (name, value)| {
        let name = HeaderName::try_from(*name).map_err(|_| illegal(name))?;
        let value = HeaderValue::from_str(value).map_err(|_| illegal(name.as_str()))?;
        map.insert(name, value);
        Ok(map)
    })
}

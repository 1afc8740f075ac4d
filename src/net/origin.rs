//! A door to one API base: what is asked through it goes there and nowhere else.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use backon::BackoffBuilder as _;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, sleep};
use url::Url;

use super::auth::Auth;
use super::call::{Call, Method};
use super::client::Shared;
use super::fault::Fault;
use super::gate::Gate;
use super::limits::{Budget, retry_after};
use super::trust::ClientKey;
use super::{Answer, Classifier, Error, Limit, Trust, redirect, wire};
use crate::model::HostUrl;

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
    /// A limit on this credential: nothing is sent before.
    not_before: Cell<Option<Timestamp>>,
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
            not_before: Cell::new(None),
        };
        Ok(Self { inner: Rc::new(inner) })
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
    pub(crate) async fn send(&self, method: Method, call: &Call, body: Option<&serde_json::Value>) -> Result<Answer, Error> {
        let url = call.address(self.base())?;
        let call = call.describe(method);
        self.hold(&mut self.budget()).await?;
        let answer = self.once(method, &url, &call, body).await?.map_err(|fault| self.unreachable(fault))?;
        if let Some(limit) = (self.inner.limits)(&answer, self.now()) {
            self.note(limit);
            return Err(self.limited(limit.until));
        }
        match redirect::location(&answer, &url) {
            None => Ok(answer),
            Some(location) => Err(self.redirected(call, location.shown())),
        }
    }

    /// Asks for an address that is known to lie on this origin.
    pub(super) async fn fetch(&self, mut url: Url, call: &str) -> Result<Answer, Error> {
        let mut budget = self.budget();
        for _ in 0..=REDIRECTS {
            let answer = self.ask(&url, call, &mut budget).await?;
            match redirect::location(&answer, &url) {
                None => return Ok(answer),
                Some(redirect::Location::Here(next)) => url = next,
                Some(elsewhere) => return Err(self.redirected(call.to_owned(), elsewhere.shown())),
            }
        }
        Err(Error::Unreachable { host: self.inner.host.clone(), why: "it redirects in circles".to_owned() })
    }

    /// One address, with repeats and waits.
    async fn ask(&self, url: &Url, call: &str, budget: &mut Budget) -> Result<Answer, Error> {
        let mut pauses = self.inner.shared.timing.repeats.build();
        let mut asking = std::time::Duration::ZERO;
        loop {
            self.hold(budget).await?;
            let started = Instant::now();
            let outcome = self.once(Method::Get, url, call, None).await?;
            // Four times nearly a minute is no use to anybody: the repeats share the time of one request.
            asking += started.elapsed();
            let pause = if asking < self.inner.shared.timing.limits.whole { pauses.next() } else { None };
            match outcome {
                Ok(answer) => {
                    let now = self.now();
                    if let Some(limit) = (self.inner.limits)(&answer, now) {
                        self.note(limit);
                        let wait = budget.take(limit.until, now).ok_or_else(|| self.limited(limit.until))?;
                        self.inner.shared.wait(&self.inner.host, wait).await;
                        continue;
                    }
                    let (502..=504, Some(pause)) = (answer.status, pause) else { return Ok(answer) };
                    let asked = retry_after(&answer, now).filter(|until| *until > now);
                    match asked.map(|until| budget.take(Some(until), now)) {
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

    /// Sends one request once.
    async fn once(
        &self,
        method: Method,
        url: &Url,
        call: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<Result<Answer, Fault>, Error> {
        let client = self.client()?;
        // Before the gate: renewing the token may itself need a place there.
        let credential = self.inner.auth.header().await?;
        let mut headers = self.inner.headers.clone();
        headers.extend(credential.map(|(name, value)| (Some(name), value)));
        let method_name = match method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = reqwest::Request::new(method_name, url.clone());
        if let Some(body) = body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.to_string().into());
        }
        *request.headers_mut() = headers;
        let _place = self.inner.gate.enter().await;
        wire::exchange(&client, request, call, &self.inner.host, self.inner.shared.timing.limits).await
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

    fn budget(&self) -> Budget {
        Budget::new(self.inner.shared.options.max_wait)
    }

    /// Keeps what a limit means for those who come after.
    fn note(&self, limit: Limit) {
        if limit.secondary {
            self.inner.gate.narrow();
        }
        self.inner.not_before.set(limit.until);
    }

    /// Waits for a limit that another request has met: asking on while limited can get a client banned (GitHub).
    async fn hold(&self, budget: &mut Budget) -> Result<(), Error> {
        while let Some(until) = self.inner.not_before.get().filter(|until| *until > self.now()) {
            let wait = budget.take(Some(until), self.now()).ok_or_else(|| self.limited(Some(until)))?;
            self.inner.shared.wait(&self.inner.host, wait).await;
        }
        Ok(())
    }

    fn limited(&self, until: Option<Timestamp>) -> Error {
        Error::Limited { host: self.inner.host.clone(), until: until.filter(|until| *until > self.now()) }
    }

    fn unreachable(&self, fault: Fault) -> Error {
        Error::Unreachable { host: self.inner.host.clone(), why: fault.why }
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

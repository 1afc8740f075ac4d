//! The one client: no redirects, caps, retries of what may be repeated.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;

use super::{Answer, Classifier, Error, Trust, Watcher};
use crate::env::Env;
use crate::model::HostUrl;
use crate::secret::Secret;

/// Supplies the token for each request, and a renewed one when its time has come in the middle of a long page walk.
#[async_trait(?Send)]
pub(crate) trait TokenSource {
    /// The token to send now.
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>>;
}

/// How a request proves who it is.
#[derive(Clone)]
pub(crate) enum Auth {
    /// `Authorization: Bearer TOKEN`.
    Bearer(Rc<dyn TokenSource>),
    /// `PRIVATE-TOKEN: TOKEN` (GitLab).
    PrivateToken(Rc<dyn TokenSource>),
    /// Nothing.
    None,
}

/// Verbs in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

/// A path below an origin with its query. Segments are percent-encoded one by one, so that a `/` in a branch name stays one segment.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
}

impl Call {
    /// A call to these segments.
    pub(crate) fn to<S: Into<String>>(path: impl IntoIterator<Item = S>) -> Self {
        Self { path: path.into_iter().map(Into::into).collect(), query: Vec::new() }
    }

    /// The same with one more query parameter.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.query.push((key.to_owned(), value.to_string()));
        self
    }
}

/// How the client behaves.
#[derive(Clone)]
pub(crate) struct Options {
    /// Waits for a rate limit up to this long, else fails saying when (default 60 s).
    pub(crate) max_wait: Duration,
    /// Shows the waits.
    pub(crate) watcher: Option<Rc<dyn Watcher>>,
}

/// The client. Cheap to make: TLS is set up with the first origin.
pub(crate) struct Http {
    env: Env,
    options: Options,
}

impl Http {
    pub(crate) fn new(env: Env, options: Options) -> Self {
        Self { env, options }
    }

    /// A door to one API base with one credential. `headers` go with every request.
    pub(crate) fn origin(
        &self,
        base: &HostUrl,
        trust: &Trust,
        auth: Auth,
        headers: &[(&'static str, &'static str)],
        limits: Classifier,
    ) -> Result<Origin, Error> {
        todo!()
    }
}

/// One API base with one credential: scheme, host, port and root are fixed, and nothing sent from here goes elsewhere.
#[derive(Clone)]
pub(crate) struct Origin {}

impl Origin {
    /// The base, for messages.
    pub(crate) fn base(&self) -> &HostUrl {
        todo!()
    }

    /// The present moment, for interpreting what an answer says about time.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        todo!()
    }

    /// Asks, repeating on 502, 503, 504 and broken connections (3 times, with jitter), waiting for rate limits, following
    /// redirects within the origin only.
    pub(crate) async fn get(&self, call: &Call) -> Result<Answer, Error> {
        todo!()
    }

    /// Sends something that changes state, once: never repeated, never redirected.
    pub(crate) async fn send(&self, method: Method, call: &Call, body: Option<&serde_json::Value>) -> Result<Answer, Error> {
        todo!()
    }
}

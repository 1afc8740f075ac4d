//! What a server answered: status, headers and a body that is already complete and within the cap.

use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::limits;
use crate::model::Timestamp;

/// A complete answer. A status is not an error here: what 404 means is the provider's to say.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// `GET /repos/acme/site`: method and path below the origin, for messages. Never the query.
    pub(crate) call: String,
    /// The host that answered, for messages.
    pub(crate) host: String,
}

/// The body is left out: it may hold a token.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("call", &self.call).finish_non_exhaustive()
    }
}

impl Answer {
    /// A header's text, if it is there and legible.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The provider's name for this request, which its support asks for: `X-GitHub-Request-Id`, `X-Request-Id`, …
    pub(crate) fn request_id(&self) -> Option<&str> {
        ["x-github-request-id", "x-request-id"].into_iter().find_map(|name| self.header(name))
    }

    /// What the server's clock showed, where it says so (RFC 9110 §6.6.1).
    pub(crate) fn date(&self) -> Option<Timestamp> {
        limits::http_date(self.header("date")?)
    }

    /// The body as JSON, or `None` if it is none (providers answer with HTML when they are unwell).
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

//! Which requests the listener reads at all. Everything that a browser does not send after a redirect is refused.

use hyper::header::{ALLOW, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, TRANSFER_ENCODING};
use hyper::{Method, Request, StatusCode};

use super::start::Start;

/// The clean address that the browser is sent to in the end, so that the code does not stay in its history.
pub(super) const DONE: &str = "/done";

/// The longest request line in bytes.
pub(super) const LINE: usize = 8 * 1024;

/// The most bytes of headers.
pub(super) const HEADERS: usize = 16 * 1024;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// The callback, with its query as it was sent.
    Callback(&'a str),
    /// The page of the form.
    Start,
    /// The page about the outcome.
    Done,
}

/// A request that is not read further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// For the log: nothing of the request.
    pub(super) reason: &'static str,
    /// Whether it counts as a wrong answer: browsers ask for an icon by themselves.
    pub(super) counts: bool,
}

impl Refusal {
    pub(super) const fn bad(reason: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, reason, counts: true }
    }

    /// The headers that this status must have besides those of every answer: RFC 9110 §15.5.6.
    pub(super) fn headers(self) -> Option<(HeaderName, &'static str)> {
        (self.status == StatusCode::METHOD_NOT_ALLOWED).then_some((ALLOW, "GET"))
    }
}

/// Reads a request's head. `authority` is the one `Host` that is right, `callback` the one path; `start` is the page of the form, where there
/// is one.
pub(super) fn read<'a, B>(
    request: &'a Request<B>,
    authority: &str,
    callback: &str,
    start: Option<&Start>,
) -> Result<Asked<'a>, Refusal> {
    let (uri, headers) = (request.uri(), request.headers());
    // Compared whole, and before anything else: a page of the web that has its own name point here (DNS rebinding) names itself.
    let mut hosts = headers.get_all(HOST).iter();
    if hosts.next().is_none_or(|host| host.as_bytes() != authority.as_bytes()) || hosts.next().is_some() {
        return Err(Refusal::bad("its Host is not this listener"));
    }
    if request.method() != Method::GET {
        return Err(Refusal { status: StatusCode::METHOD_NOT_ALLOWED, ..Refusal::bad("it is not a GET") });
    }
    // Origin-form only (RFC 9112 §3.2.1): the others are for proxies.
    if uri.scheme().is_some() || uri.authority().is_some() || !uri.path().starts_with('/') {
        return Err(Refusal::bad("its target is not a path"));
    }
    if uri.path_and_query().is_some_and(|target| "GET  HTTP/1.1".len() + target.as_str().len() > LINE) {
        return Err(Refusal::bad("its request line is too long"));
    }
    if size(headers) > HEADERS {
        return Err(Refusal::bad("its headers are too long"));
    }
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    if headers.contains_key(TRANSFER_ENCODING) || lengths.any(|length| length.as_bytes() != b"0") {
        return Err(Refusal::bad("it has a body"));
    }
    if is_guess(headers) {
        return Err(Refusal::bad("it is a prefetch"));
    }
    match uri.path() {
        path if path == callback => Ok(Asked::Callback(uri.query().unwrap_or_default())),
        DONE => Ok(Asked::Done),
        _ if start.is_some_and(|start| uri.path_and_query().is_some_and(|target| start.is_at(target.as_str()))) => {
            Ok(Asked::Start)
        }
        path => {
            let counts = path != "/favicon.ico";
            Err(Refusal { status: StatusCode::NOT_FOUND, reason: "its path is another", counts })
        }
    }
}

/// Whether nobody has asked yet, and the browser only guesses that somebody will: that must not use up the code.
fn is_guess(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .flat_map(|name| headers.get_all(*name))
        .any(|purpose| purpose.to_str().is_ok_and(|purpose| purpose.to_ascii_lowercase().contains("prefetch")))
}

/// As they stand on the wire: `name: value` and the end of the line.
fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum()
}

//! What the browser shows: whole static pages, without scripts (but for the one of `start.rs`) and without anything from elsewhere.
//! No parameter of a request is ever in one (RFC 9700 §4.2).

use std::fmt::Write as _;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use super::loopback::Outcome;
use crate::model::clean;

/// A page as it is sent.
pub(super) type Page = Bytes;

/// What a page may do: look like something.
pub(super) const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");

/// The headers of every answer.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (CONNECTION, HeaderValue::from_static("close")),
];

/// Every pair of colours has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
const STYLE: &str = "
:root { color-scheme: light dark; --back: #f3f4f6; --card: #ffffff; --line: #dfe2e7; --text: #1b1f24; --soft: #57606a;
  --good: #1a7f37; --bad: #b42318; --on: #ffffff }
@media (prefers-color-scheme: dark) {
  :root { --back: #0f1317; --card: #191f25; --line: #2d353e; --text: #e8ebee; --soft: #a3adb8;
    --good: #56d364; --bad: #ff9b90; --on: #10151a }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--back); color: var(--text); font: 1rem/1.55 system-ui, -apple-system, \"Segoe UI\", Roboto, sans-serif }
main { width: 100%; max-width: 28rem; padding: 2.5rem 2rem; text-align: center; background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem; overflow-wrap: anywhere }
.sign { display: grid; place-items: center; width: 3.5rem; height: 3.5rem; margin: 0 auto 1.25rem; border-radius: 50%;
  color: var(--on); font-size: 1.75rem; font-weight: 700; line-height: 1 }
.good { background: var(--good) }
.bad { background: var(--bad) }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650 }
p { margin: 0 0 .75rem }
p:last-child { margin: 1.25rem 0 0; color: var(--soft); font-size: .9375rem }
button { max-width: 100%; margin: .5rem 0 0; padding: .75rem 1.5rem; border: 0; border-radius: .5rem; cursor: pointer;
  background: var(--good); color: var(--on); font: inherit; font-weight: 650; overflow-wrap: anywhere }
button:focus-visible { outline: 3px solid var(--text); outline-offset: 3px }
";

/// The last page.
pub(super) fn outcome(outcome: &Outcome) -> Page {
    match outcome {
        Outcome::Connected { name, account, host } => {
            let said = format!(
                "<p><bdi><strong>{}</strong></bdi> on <bdi>{}</bdi> is now the connection <bdi><strong>{}</strong></bdi>.</p>",
                escape(account),
                escape(host),
                escape(name)
            );
            whole("Connected", Some("good"), &said, "You can close this window and go back to the terminal.")
        }
        Outcome::Made { app, owner, host } => {
            let said = format!(
                "<p>The app <bdi><strong>{}</strong></bdi> of <bdi><strong>{}</strong></bdi> was made on <bdi>{}</bdi>.</p>",
                escape(app),
                escape(owner),
                escape(host)
            );
            whole(
                "App made",
                Some("good"),
                &said,
                "You can close this window and go back to the terminal: the app is still to be installed.",
            )
        }
        Outcome::Failed { what } => {
            let said = format!("<p><bdi>{}</bdi>.</p>", escape(what.trim_end_matches('.')));
            whole("Not connected", Some("bad"), &said, "The terminal says more. You can close this window.")
        }
    }
}

/// The page of a second valid callback, and of a start when there is an answer.
pub(super) fn used() -> Page {
    let said = "<p>This was answered already.</p>";
    whole("Already used", None, said, "The terminal says how it went. You can close this window.")
}

/// The page of a request that is not the one waited for.
pub(super) fn refused(status: StatusCode) -> Page {
    let (title, said) = match status {
        StatusCode::NOT_FOUND => ("Nothing here", "<p>There is no page at this address.</p>"),
        StatusCode::METHOD_NOT_ALLOWED => ("Not allowed", "<p>Pages are only read here.</p>"),
        _ => ("Not accepted", "<p>This is not the answer that the terminal waits for.</p>"),
    };
    whole(title, None, said, "If the terminal waits for you, go on at the address that it shows.")
}

/// An answer with the headers that every answer has.
pub(super) fn response(status: StatusCode, page: Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(page));
    *response.status_mut() = status;
    response.headers_mut().extend(HEADERS);
    response
}

/// The same as bytes, for whoever does not speak HTTP well enough to be answered by hyper.
pub(super) fn raw(status: StatusCode) -> Vec<u8> {
    let page = refused(status);
    let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in HEADERS {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", page.len()).as_bytes());
    bytes.extend_from_slice(&page);
    bytes
}

/// A whole page. `title`, `said` and `last` are HTML; `sign` is the class of the sign above it, if it has one.
pub(super) fn whole(title: &str, sign: Option<&str>, said: &str, last: &str) -> Page {
    let mut page = String::with_capacity(2560);
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    let _ = write!(page, "<title>{title} · gitconn</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n");
    if let Some(class) = sign {
        let sign = if class == "good" { "✓" } else { "!" };
        let _ = writeln!(page, "<div class=\"sign {class}\" aria-hidden=\"true\">{sign}</div>");
    }
    let _ = write!(page, "<h1>{title}</h1>\n{said}\n<p>{last}</p>\n</main>\n</body>\n</html>\n");
    Page::from(page)
}

/// Text from outside as HTML text: clean, and without anything that HTML reads.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    push_escaped(&mut escaped, &clean(text));
    escaped
}

/// Text as it is, without anything that HTML reads in a text or between quotes.
pub(super) fn push_escaped(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

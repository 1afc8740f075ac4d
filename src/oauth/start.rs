//! The page that a browser begins at where a provider wants to be asked by a POST: it sends one form there, by itself or by its button.

use std::fmt::Write as _;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY};
use hyper::{Response, StatusCode};
use url::{Host, Url};

use super::page::{self, Page, escape, push_escaped};
use crate::secret::Secret;

/// The one script of all our pages. It stands behind its form and runs while the page is still read: a form that is sent before that
/// is done takes the page's place in the history, and so nobody who goes back is sent on again.
const SCRIPT: &str = "document.forms[0].requestSubmit()";

/// A form that the browser sends to the provider, and the words around it.
///
/// Nothing in it is secret but what the address that a browser is sent to holds anyway: the `state`.
pub(crate) struct Form {
    /// Where its page is, from the first `/` on: neither the callback's path nor `/done`. Every user of this machine can ask the
    /// listener for a page, and whoever reads this one has the `state`; so a part of the path should be as hard to guess.
    pub(crate) path: String,
    /// Where it is sent to.
    pub(crate) action: Url,
    /// Its fields. They arrive byte for byte unless they hold a line break or a NUL: a browser sends every line break as CRLF, and HTML
    /// knows no NUL. JSON without white space between its tokens holds neither, as in its strings they are escaped (RFC 8259 §7).
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The heading.
    pub(crate) title: String,
    /// What is about to happen, in one sentence or two.
    pub(crate) lead: String,
    /// What stands on the button.
    pub(crate) button: String,
}

/// Something that nobody guesses, fit for an address: a `state`, a part of a path (128 bits).
pub(crate) fn random() -> Secret {
    Secret::from(oauth2::CsrfToken::new_random().into_secret())
}

/// The page of a form, ready to be sent as often as it is asked for.
pub(super) struct Start {
    path: String,
    page: Page,
    policy: HeaderValue,
}

impl Start {
    pub(super) fn new(form: &Form) -> Self {
        // Never: it is all ASCII. The policy of every other page lets the button work.
        let policy = HeaderValue::try_from(policy(&form.action)).unwrap_or(page::POLICY);
        Self { path: form.path.clone(), page: page(form), policy }
    }

    /// Whether this is its path and nothing more, told in a time that does not tell how much of it is right.
    pub(super) fn is_at(&self, target: &str) -> bool {
        verify_slices_are_equal(target.as_bytes(), self.path.as_bytes()).is_ok()
    }

    /// The page, with the headers of every answer but for two.
    pub(super) fn response(&self) -> Response<Full<Bytes>> {
        let mut response = page::response(StatusCode::OK, self.page.clone());
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        // With `no-referrer` the POST would say `Origin: null`, as a page of unknown origin does, and a server that looks there may refuse
        // it. Our origin is all that is told, and the provider knows it from the callback's address.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
        response
    }
}

/// What the page may do: run the one script, and send its form to this provider. Chromium and Safari want to find a redirect that
/// follows there as well, and one may lead to our callback: hence `'self'`.
fn policy(action: &Url) -> String {
    let hash = BASE64_STANDARD.encode(digest(&SHA256, SCRIPT.as_bytes()));
    let to = source(action);
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; form-action {to} 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// The address's origin. A policy has words for names and IPv4 addresses alone (CSP 3 §2.3.1): of any other only the scheme can be said.
fn source(address: &Url) -> String {
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    match address.host() {
        Some(Host::Ipv4(_)) => address.origin().ascii_serialization(),
        Some(Host::Domain(name)) if is_name(name) => address.origin().ascii_serialization(),
        _ => format!("{}:", address.scheme()),
    }
}

fn page(form: &Form) -> Page {
    let mut said = format!("<p>{}</p>\n<form method=\"post\" action=\"", escape(&form.lead));
    push_escaped(&mut said, form.action.as_str());
    // Off: Firefox would fill in after a reload what stood there before it.
    said.push_str("\" autocomplete=\"off\">\n");
    for (name, value) in &form.fields {
        let _ = write!(said, "<input type=\"hidden\" name=\"{name}\" value=\"");
        // Not cleaned: nobody sees it, and it must arrive as it is.
        push_escaped(&mut said, value);
        said.push_str("\">\n");
    }
    let _ = write!(said, "<button>{}</button>\n</form>\n<script>{SCRIPT}</script>", escape(&form.button));
    // Whoever is not signed in may be sent on to a third place, and the policy keeps the page here; or comes to the provider's page
    // without the form.
    let host = escape(form.action.host_str().unwrap_or_default());
    let last = format!("This page goes on by itself. If it does not, sign in to {host} in another tab, then press the button.");
    page::whole(&escape(&form.title), None, &said, &last)
}

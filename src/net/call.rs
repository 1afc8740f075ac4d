//! What is asked for: a verb, a path below an origin, a query. How they become an address that no parser bends.

use std::fmt::Write as _;

use url::Url;

use super::{Error, Paging};
use crate::model::{HostUrl, clean};

/// Verbs in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    /// As it is written in a request.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

/// What goes with a request that changes something.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    /// Nothing.
    Empty,
    Json(&'a serde_json::Value),
    /// `application/x-www-form-urlencoded`, encoded already. It may hold secrets.
    Form(&'a [u8]),
}

/// A path below an origin with its query. Segments are percent-encoded one by one, so that a `/` in a branch name stays one segment.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    /// The segment that is a secret: messages and the log show `…` in its place.
    hidden: Option<usize>,
    pub(super) paging: Paging,
}

/// A segment may be a secret, and so may a query.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Call").field(&self.path_described()).finish()
    }
}

impl Call {
    /// A call to these segments.
    pub(crate) fn to<S: Into<String>>(path: impl IntoIterator<Item = S>) -> Self {
        Self { path: path.into_iter().map(Into::into).collect(), query: Vec::new(), hidden: None, paging: Paging::default() }
    }

    /// The same with one more query parameter.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers and text as they have them")]
    pub(crate) fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.query.push((key.to_owned(), value.to_string()));
        self
    }

    /// The same, as a listing that is paged in another way than most.
    #[must_use]
    pub(crate) fn paged_by(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }

    /// The same, whose segment at this place is a secret.
    #[must_use]
    pub(crate) fn hiding(mut self, segment: usize) -> Self {
        self.hidden = Some(segment);
        self
    }

    /// The address below `base`, whose root stays.
    ///
    /// # Errors
    ///
    /// An empty segment, `.` and `..`: every URL parser (WHATWG, also as `%2e`) and many a server would take them for a way
    /// *out* of the path, and no provider gives such a name to anything.
    pub(super) fn address(&self, base: &HostUrl) -> Result<Url, Error> {
        let mut path = base.root().to_owned();
        for segment in &self.path {
            if matches!(segment.as_str(), "" | "." | "..") {
                return Err(Error::Unusable { why: format!("`{segment}` cannot be part of an address") });
            }
            path.push('/');
            encode(segment, &mut path);
        }
        let mut url = base.url().clone();
        url.set_path(&path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }

    /// `GET /repos/acme/site`: fit for a message, a `/` inside a segment shown as `%2F`, without the query.
    pub(crate) fn describe(&self, method: Method) -> String {
        format!("{} {}", method.as_str(), self.path_described())
    }

    /// `/repos/acme/site`, as in [`Call::describe`].
    fn path_described(&self) -> String {
        let mut text = String::new();
        for (place, segment) in self.path.iter().enumerate() {
            text.push('/');
            if self.hidden == Some(place) {
                text.push('…');
            } else {
                text.push_str(&clean(&segment.replace('%', "%25").replace('/', "%2F")));
            }
        }
        text
    }

    /// What the log shows of its address: the path, unless a segment of it is a secret.
    pub(super) fn logged(&self, url: &Url) -> String {
        if self.hidden.is_some() { self.path_described() } else { clean(url.path()).into_owned() }
    }
}

/// Appends a segment with everything but RFC 3986's unreserved characters percent-encoded.
fn encode(segment: &str, path: &mut String) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Method};
    use crate::model::HostUrl;

    fn address(base: &str, call: &Call) -> String {
        call.address(&HostUrl::parse(base).unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_segment_stays_one_segment_whatever_it_holds() {
        for (segment, encoded) in [
            ("feature/x", "feature%2Fx"),
            ("a?b#c", "a%3Fb%23c"),
            ("100%", "100%25"),
            ("%2e%2e", "%252e%252e"),
            ("..%2f", "..%252f"),
            ("../../user", "..%2F..%2Fuser"),
            ("..\\..", "..%5C.."),
            ("...", "..."),
            (".github", ".github"),
            ("fix *.[ab]", "fix%20%2A.%5Bab%5D"),
            ("größe", "gr%C3%B6%C3%9Fe"),
            ("a;b=c&d+e@f:g", "a%3Bb%3Dc%26d%2Be%40f%3Ag"),
            ("line\nfeed\tand\0nul", "line%0Afeed%09and%00nul"),
        ] {
            let call = Call::to(["repos", segment, "end"]);
            assert_eq!(address("https://api.github.com", &call), format!("https://api.github.com/repos/{encoded}/end"));
        }
    }

    #[test]
    fn what_would_lead_out_of_the_path_is_refused() {
        let base = HostUrl::parse("https://git.acme.com/gitlab").unwrap();
        for segment in ["", ".", ".."] {
            assert!(Call::to(["projects", segment]).address(&base).is_err(), "{segment:?}");
        }
    }

    #[test]
    fn the_root_stays_and_the_query_is_encoded() {
        let call = Call::to(["projects", "acme/site"]).with("search", "a&b=c d#é").with("page", 2);
        assert_eq!(
            address("https://git.acme.com:8443/gitlab/api/v4", &call),
            "https://git.acme.com:8443/gitlab/api/v4/projects/acme%2Fsite?search=a%26b%3Dc+d%23%C3%A9&page=2"
        );
        assert_eq!(address("https://api.github.com", &Call::to(["user"])), "https://api.github.com/user");
    }

    #[test]
    fn a_secret_in_the_path_is_not_described() {
        let call = Call::to(["app-manifests", "s3krit", "conversions"]).hiding(1);
        assert_eq!(call.describe(Method::Post), "POST /app-manifests/…/conversions");
        assert!(address("https://api.github.com", &call).ends_with("/app-manifests/s3krit/conversions"));
    }

    #[test]
    fn a_description_is_clean_and_without_query() {
        let call = Call::to(["repos", "ac\u{1b}me", "feature/x"]).with("private_token", "s3krit");
        assert_eq!(call.describe(Method::Get), "GET /repos/ac\u{fffd}me/feature%2Fx");
    }
}

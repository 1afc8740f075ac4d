//! Where Bitbucket's API lies, what goes with every request, and the one shape of its errors.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{HostUrl, Timestamp};
use crate::net::{Answer, BodyLinks, Limit, Paging, limits};

/// Sent with every request.
pub(super) const HEADERS: &[(&str, &str)] = &[("Accept", "application/json")];

/// The most rows in a page of most listings.
pub(super) const LARGEST_PAGE: u32 = 100;

/// Listings say in their body where they go on.
pub(super) const PAGING: Paging = Paging { size: "pagelen", body: Some(links) };

/// A page's frame.
#[derive(Deserialize)]
struct Frame {
    next: Option<String>,
    size: Option<u64>,
    pagelen: Option<u64>,
}

fn links(answer: &Answer) -> BodyLinks {
    match answer.json() {
        Some(Frame { next, size, pagelen }) => BodyLinks { next, total: size, per_page: pagelen },
        None => BodyLinks::default(),
    }
}

/// A page of rows.
#[derive(Deserialize)]
pub(super) struct Rows<T> {
    pub(super) values: Vec<T>,
}

/// bitbucket.org.
pub(super) fn public() -> HostUrl {
    super::super::constant("bitbucket.org")
}

/// Whether an address is Atlassian's own, of the web or of the API. There are no others; but a proxy may stand before it.
pub(super) fn is_public(host: &HostUrl) -> bool {
    matches!(host.domain(), "bitbucket.org" | "www.bitbucket.org" | "api.bitbucket.org")
}

/// The web host that a typed address means.
pub(super) fn web_host(host: &HostUrl) -> HostUrl {
    if is_public(host) {
        return public();
    }
    match host.as_str().strip_suffix("/2.0") {
        Some(web) => HostUrl::parse(web).unwrap_or_else(|_| host.clone()),
        None => host.clone(),
    }
}

/// Where the API lies (developer.atlassian.com, "REST API": the version stands in the path).
pub(super) fn base(host: &HostUrl) -> HostUrl {
    if is_public(host) {
        return super::super::constant("api.bitbucket.org/2.0");
    }
    let web = web_host(host);
    HostUrl::parse(&format!("{}/2.0", web.as_str())).unwrap_or(web)
}

/// An error's body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) words: String,
    /// Scopes of which the call wants one, where that is what is wrong.
    pub(super) required: Option<Vec<String>>,
    /// Scopes that the token has: whoever is told them has a token that is good.
    pub(super) granted: Option<Vec<String>>,
}

impl Trouble {
    /// Reads the body. `None` if it is none of Bitbucket's. Its `detail` is text by the specification, and an object where scopes are missing.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        #[derive(Deserialize)]
        struct Envelope {
            error: Inner,
        }
        #[derive(Deserialize)]
        struct Inner {
            message: Option<String>,
            detail: Option<Value>,
        }
        let Envelope { error: Inner { message, detail } } = answer.json()?;
        let list = |name: &str| {
            let texts = detail.as_ref()?.get(name)?.as_array()?.iter();
            Some(texts.filter_map(Value::as_str).map(ToOwned::to_owned).collect::<Vec<_>>())
        };
        let (required, granted) = (list("required"), list("granted"));
        let words = message.or_else(|| Some(detail.as_ref()?.as_str()?.to_owned())).unwrap_or_default();
        Some(Self { words, required, granted })
    }
}

/// 429 comes as plain text, and does not say for how long.
pub(super) fn limit(answer: &Answer, now: Timestamp) -> Option<Limit> {
    (answer.status == 429)
        .then(|| Limit { until: limits::retry_after(answer, now).filter(|until| *until > now), secondary: false })
}

/// What the token was granted, where an answer says so.
pub(super) fn scopes(answer: &Answer) -> Option<Vec<String>> {
    let words = answer.header("x-oauth-scopes")?.split(',').map(str::trim).filter(|word| !word.is_empty());
    Some(words.map(super::super::remote::name).collect())
}

#[cfg(test)]
mod tests {
    use super::{Trouble, base, limit, links, scopes, web_host};
    use crate::model::{HostUrl, Timestamp};
    use crate::provider::testing::answer;

    #[test]
    fn the_api_has_a_host_of_its_own() {
        for (typed, web, api) in [
            ("bitbucket.org", "bitbucket.org", "api.bitbucket.org/2.0"),
            ("https://www.bitbucket.org/", "bitbucket.org", "api.bitbucket.org/2.0"),
            ("https://api.bitbucket.org/2.0", "bitbucket.org", "api.bitbucket.org/2.0"),
            ("https://bitbucket.org/acme", "bitbucket.org", "api.bitbucket.org/2.0"),
            ("http://127.0.0.1:3000/2.0", "http://127.0.0.1:3000", "http://127.0.0.1:3000/2.0"),
            ("bitbucket.org.evil.example", "bitbucket.org.evil.example", "bitbucket.org.evil.example/2.0"),
        ] {
            let host = HostUrl::parse(typed).unwrap();
            assert_eq!((web_host(&host).to_string().as_str(), base(&host).to_string().as_str()), (web, api), "{typed}");
        }
    }

    /// The bodies of the facts A2, A6.
    #[test]
    fn the_detail_of_an_error_may_be_an_object() {
        let scope = r#"{"type":"error","error":{"message":"Your credentials lack one or more required privilege scopes.",
            "detail":{"required":["read:user:bitbucket"],"granted":["write:repository:bitbucket"]}}}"#;
        let trouble = Trouble::of(&answer(403, &[], scope)).unwrap();
        assert_eq!(trouble.required.unwrap(), ["read:user:bitbucket"]);
        assert_eq!(trouble.granted.unwrap(), ["write:repository:bitbucket"]);
        let text = r#"{"type":"error","error":{"message":"Repository x/y not found","detail":"There is none."}}"#;
        let trouble = Trouble::of(&answer(404, &[], text)).unwrap();
        assert_eq!((trouble.words.as_str(), trouble.granted), ("Repository x/y not found", None));
        for body in ["", "<html>", "[]", "{}", r#"{"error":"invalid_grant"}"#, r#"{"message":"x"}"#] {
            assert_eq!(Trouble::of(&answer(400, &[], body)), None, "{body}");
        }
    }

    #[test]
    fn the_body_names_the_other_pages() {
        let page = r#"{"pagelen":25,"page":1,"size":60,"next":"https://api.bitbucket.org/2.0/x?page=2","values":[]}"#;
        let found = links(&answer(200, &[], page));
        assert_eq!((found.total, found.per_page), (Some(60), Some(25)));
        assert_eq!(found.next.as_deref(), Some("https://api.bitbucket.org/2.0/x?page=2"));
        assert_eq!(links(&answer(200, &[], "<html>")).next, None);
    }

    #[test]
    fn a_limit_is_plain_text_and_names_no_time() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let limited = answer(429, &[("content-type", "text/plain")], "Rate limit for this resource has been exceeded");
        assert_eq!(limit(&limited, now).unwrap().until, None);
        assert_eq!(limit(&answer(403, &[], ""), now), None);
    }

    #[test]
    fn scopes_are_read_from_the_header() {
        let header = [("x-oauth-scopes", "pullrequest, repository:write,webhook")];
        assert_eq!(scopes(&answer(200, &header, "")).unwrap(), ["pullrequest", "repository:write", "webhook"]);
        assert_eq!(scopes(&answer(200, &[("x-oauth-scopes", "")], "")).unwrap(), Vec::<String>::new());
        assert_eq!(scopes(&answer(200, &[], "")), None);
    }
}

//! What goes with every request to GitLab, and what its answers say: headers, limits, and the many shapes of an error.

use super::super::RateLimit;
use crate::model::{HostUrl, Timestamp};
use crate::net::{Answer, Limit, limits};

/// Sent with every request.
pub(super) const HEADERS: &[(&str, &str)] = &[("Accept", "application/json")];

/// Where the REST API of an instance lies: below its address with its path root.
pub(super) fn base(host: &HostUrl) -> HostUrl {
    let web = web_host(host);
    HostUrl::parse(&format!("{}/api/v4", web.as_str())).unwrap_or(web)
}

/// The web host that a typed address means: `/api/v4` belongs to its API, and nothing but gitlab.com is at gitlab.com.
pub(super) fn web_host(host: &HostUrl) -> HostUrl {
    if matches!(host.domain(), "gitlab.com" | "www.gitlab.com") {
        return super::super::constant("gitlab.com");
    }
    match host.as_str().strip_suffix("/api/v4") {
        Some(web) => HostUrl::parse(web).unwrap_or_else(|_| host.clone()),
        None => host.clone(),
    }
}

/// An error's body, in whichever of its shapes it came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    /// `error`: `invalid_token`, `insufficient_scope`, `404 Not Found`.
    pub(super) error: Option<String>,
    /// `message`, else `error_description`, else `error`: in words.
    pub(super) words: String,
    /// `message` stood there: the application itself answered, not only its router.
    pub(super) has_message: bool,
    /// `scope`: the scopes of which one would do, with spaces between.
    pub(super) scope: Option<String>,
}

impl Trouble {
    /// Reads the body. `None` if it is no JSON object or says nothing.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        let body: serde_json::Map<String, serde_json::Value> = answer.json()?;
        let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).map(ToOwned::to_owned);
        let error = text("error");
        let message = body.get("message").map(flat).filter(|words| !words.is_empty());
        let has_message = message.is_some();
        let words = message.or_else(|| text("error_description")).or_else(|| error.clone())?;
        Some(Self { error, words, has_message, scope: text("scope") })
    }
}

/// A `message` is a string, an object of lists (`{"name":["is too short"]}`), an object with `error`, or a list.
fn flat(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(values) => {
            values.iter().map(flat).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        serde_json::Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| if key == "error" { flat(value) } else { format!("{key} {}", flat(value)) })
            .collect::<Vec<_>>()
            .join("; "),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => String::new(),
    }
}

/// Recognises both of GitLab's 429: the request filter's (text, with headers) and the application's (JSON, often without).
pub(super) fn limit(answer: &Answer, now: Timestamp) -> Option<Limit> {
    if answer.status != 429 {
        return None;
    }
    let reset = || reset(answer).filter(|reset| *reset > now);
    Some(Limit { until: limits::retry_after(answer, now).or_else(reset), secondary: false })
}

/// What is left of the account's requests; older versions and most self-managed ones do not say.
pub(super) fn rate_limit(answer: &Answer) -> Option<RateLimit> {
    Some(RateLimit {
        limit: Some(number(answer, "ratelimit-limit")?),
        remaining: number(answer, "ratelimit-remaining")?,
        reset: reset(answer),
    })
}

fn reset(answer: &Answer) -> Option<Timestamp> {
    limits::epoch(answer.header("ratelimit-reset")?)
}

fn number(answer: &Answer, name: &str) -> Option<u64> {
    answer.header(name)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Trouble, base, limit, rate_limit, web_host};
    use crate::model::{HostUrl, Timestamp};
    use crate::provider::testing::answer;

    #[test]
    fn the_api_lies_below_the_path_root() {
        for (typed, web, api) in [
            ("gitlab.com", "gitlab.com", "gitlab.com/api/v4"),
            ("www.gitlab.com", "gitlab.com", "gitlab.com/api/v4"),
            ("https://git.acme.com/gitlab/", "git.acme.com/gitlab", "git.acme.com/gitlab/api/v4"),
            ("https://git.acme.com/gitlab/api/v4", "git.acme.com/gitlab", "git.acme.com/gitlab/api/v4"),
            ("http://127.0.0.1:3000/root", "http://127.0.0.1:3000/root", "http://127.0.0.1:3000/root/api/v4"),
        ] {
            let host = HostUrl::parse(typed).unwrap();
            assert_eq!((web_host(&host).to_string().as_str(), base(&host).to_string().as_str()), (web, api), "{typed}");
        }
    }

    #[test]
    fn errors_come_in_many_shapes() {
        for (body, words, error) in [
            (r#"{"message":"401 Unauthorized"}"#, "401 Unauthorized", None),
            (r#"{"message":{"name":["is too short","is bad"]}}"#, "name is too short, is bad", None),
            (
                r#"{"message":{"error":"This endpoint has been requested too many times. Try again later."}}"#,
                "This endpoint has been requested too many times. Try again later.",
                None,
            ),
            (r#"{"message":["one","two"]}"#, "one, two", None),
            (r#"{"error":"404 Not Found"}"#, "404 Not Found", Some("404 Not Found")),
            (
                r#"{"error":"invalid_token","error_description":"Token was revoked."}"#,
                "Token was revoked.",
                Some("invalid_token"),
            ),
        ] {
            let trouble = Trouble::of(&answer(400, &[], body)).unwrap();
            assert_eq!((trouble.words.as_str(), trouble.error.as_deref()), (words, error), "{body}");
        }
        for body in ["", "<html>", "[]", "{}", "\"x\"", r#"{"message":null}"#] {
            assert_eq!(Trouble::of(&answer(400, &[], body)), None, "{body}");
        }
    }

    #[test]
    fn both_limits_are_recognised() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let reset = (now.as_second() + 9).to_string();
        let filter =
            answer(429, &[("content-type", "text/plain"), ("retry-after", "5"), ("ratelimit-reset", &reset)], "Retry later\n");
        assert_eq!(limit(&filter, now).unwrap().until, Some("2026-11-20T12:00:05Z".parse().unwrap()));
        assert_eq!(
            limit(&answer(429, &[("ratelimit-reset", &reset)], "Retry later\n"), now).unwrap().until,
            Some("2026-11-20T12:00:09Z".parse().unwrap())
        );
        let application =
            answer(429, &[], r#"{"message":{"error":"This endpoint has been requested too many times. Try again later."}}"#);
        assert_eq!(limit(&application, now).unwrap().until, None);
        assert_eq!(limit(&answer(403, &[("retry-after", "5")], "{}"), now), None);
    }

    #[test]
    fn what_is_left_is_read_where_it_is_said() {
        let headers = [("ratelimit-limit", "2000"), ("ratelimit-remaining", "1999"), ("ratelimit-reset", "1795176000")];
        assert_eq!(rate_limit(&answer(200, &headers, "{}")).unwrap().remaining, 1999);
        assert_eq!(rate_limit(&answer(200, &[], "{}")), None);
    }
}

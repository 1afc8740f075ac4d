//! What goes with every request to Gitea, and what its answers say: where the API lies, how it pages, limits, the shape of an error.

use serde::Deserialize;

use super::super::remote;
use crate::model::{HostUrl, Timestamp};
use crate::net::{Answer, Limit, Paging, limits};

/// Sent with every request.
pub(super) const HEADERS: &[(&str, &str)] = &[("Accept", "application/json")];

/// `X-Total-Count` and `Link` say how many pages there are; the parameter alone has a name of its own.
pub(super) const PAGING: Paging = Paging { size: "limit", body: None };

/// Instances that are known by their names.
const KNOWN: &[&str] = &["codeberg.org", "gitea.com"];

/// What a name shows in place of a token that a server repeats.
const HIDDEN: &str = "[…]";

/// The instance known by this host's name, with or without `www.`.
pub(super) fn known(host: &HostUrl) -> Option<&'static str> {
    let name = host.domain().strip_prefix("www.").unwrap_or_else(|| host.domain());
    KNOWN.iter().copied().find(|known| *known == name)
}

/// Where the API of an instance lies: below its address with its path root.
pub(super) fn base(host: &HostUrl) -> HostUrl {
    let web = web_host(host);
    HostUrl::parse(&format!("{}/api/v1", web.as_str())).unwrap_or(web)
}

/// The web host that a typed address means: `/api/v1` belongs to its API, and nothing but Codeberg is at codeberg.org.
pub(super) fn web_host(host: &HostUrl) -> HostUrl {
    if let Some(name) = known(host) {
        return super::super::constant(name);
    }
    match host.as_str().strip_suffix("/api/v1") {
        Some(web) => HostUrl::parse(web).unwrap_or_else(|_| host.clone()),
        None => host.clone(),
    }
}

/// The page where a person makes tokens and registers applications, and takes both back.
pub(super) fn applications(web: &HostUrl) -> String {
    format!("{}/user/settings/applications", web.as_str())
}

/// An error's body: `{"message","url"}`, on Forgejo also `errors`; of the search `{"ok":false,"error"}`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Trouble {
    message: Option<String>,
    error: Option<String>,
    /// The API's own reference on that instance.
    url: Option<String>,
}

impl Trouble {
    /// Reads the body. `None` if it is no JSON object of this kind: something else has answered.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        answer.json().filter(|trouble: &Self| trouble.message.is_some() || trouble.error.is_some() || trouble.url.is_some())
    }

    /// What it says; nothing where an administrator alone may know (500).
    pub(super) fn words(&self) -> &str {
        self.message.as_deref().or(self.error.as_deref()).unwrap_or_default()
    }

    /// Whether it points to the reference that each instance has of this API.
    pub(super) fn names_the_reference(&self) -> bool {
        self.url.as_deref().is_some_and(|url| url.ends_with("/api/swagger"))
    }

    /// Whether nobody was seen to ask, where nobody may without signing in (`REQUIRE_SIGNIN_VIEW`). No other answer has these words.
    pub(super) fn wants_sign_in(&self) -> bool {
        self.words().starts_with("Only signed in user is allowed to call APIs")
    }
}

/// A name that an instance gave to something of its own, fit to be shown. Tokens have no beginning to tell them by: what is as long as one, and of
/// the same letters, is taken for one.
pub(super) fn name(text: &str) -> String {
    if could_be_token(text) { HIDDEN.to_owned() } else { remote::name(text) }
}

/// Whether a token may stand in a text.
pub(super) fn could_be_token(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_hexdigit()).any(|run| run.len() >= super::shape::LENGTH)
}

/// Gitea itself limits nobody; the proxies before large instances do, and may say for how long.
pub(super) fn limit(answer: &Answer, now: Timestamp) -> Option<Limit> {
    (answer.status == 429).then(|| Limit { until: limits::retry_after(answer, now), secondary: false })
}

#[cfg(test)]
mod tests {
    use super::{Trouble, base, limit, name, web_host};
    use crate::model::{HostUrl, Timestamp};
    use crate::provider::testing::answer;

    #[test]
    fn the_api_lies_below_the_path_root() {
        for (typed, web, api) in [
            ("codeberg.org", "codeberg.org", "codeberg.org/api/v1"),
            ("https://www.codeberg.org/acme", "codeberg.org", "codeberg.org/api/v1"),
            ("gitea.com", "gitea.com", "gitea.com/api/v1"),
            ("https://git.acme.com/gitea/", "git.acme.com/gitea", "git.acme.com/gitea/api/v1"),
            ("https://git.acme.com/gitea/api/v1", "git.acme.com/gitea", "git.acme.com/gitea/api/v1"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v1"),
            ("docs.codeberg.org", "docs.codeberg.org", "docs.codeberg.org/api/v1"),
        ] {
            let host = HostUrl::parse(typed).unwrap();
            assert_eq!((web_host(&host).to_string().as_str(), base(&host).to_string().as_str()), (web, api), "{typed}");
        }
    }

    #[test]
    fn an_error_has_a_message_and_perhaps_an_empty_one() {
        let of = |body| Trouble::of(&answer(400, &[], body));
        let whole = of(r#"{"message":"not found","url":"https://git.acme.com/gitea/api/swagger","errors":[]}"#).unwrap();
        assert_eq!((whole.words(), whole.names_the_reference()), ("not found", true));
        assert_eq!(of(r#"{"message":"","url":"https://git.acme.com/api/swagger"}"#).unwrap().words(), "");
        assert_eq!(of(r#"{"ok":false,"error":"no such table"}"#).unwrap().words(), "no such table");
        let shut = of(r#"{"message":"Only signed in user is allowed to call APIs."}"#).unwrap();
        assert!(shut.wants_sign_in() && !shut.names_the_reference());
        for body in ["", "<html>", "[]", "{}", "404 page not found\n", r#"{"message":7}"#] {
            assert!(of(body).is_none(), "{body}");
        }
    }

    #[test]
    fn a_name_is_shown_unless_it_could_be_a_token() {
        assert_eq!(name("ada"), "ada");
        assert_eq!(name("cafe-0123456789abcdef"), "cafe-0123456789abcdef");
        let token = "0a".repeat(20);
        for text in [token.clone(), format!("ada-{token}"), format!("{token}0a")] {
            assert_eq!(name(&text), "[…]");
        }
    }

    #[test]
    fn a_proxy_may_limit() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        let said = answer(429, &[("retry-after", "5")], "<html>Too Many Requests");
        assert_eq!(limit(&said, now).unwrap().until, Some("2026-11-20T12:00:05Z".parse().unwrap()));
        assert_eq!(limit(&answer(429, &[], ""), now).unwrap().until, None);
        assert_eq!(limit(&answer(503, &[("retry-after", "5")], ""), now), None);
    }
}

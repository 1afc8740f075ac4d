//! What comes with every answer of a GitHub, and what it says of limits.

use serde_json::json;

use super::{Answer, Grant, State};

impl State {
    /// The headers of every answer. Written by hand after GitHub §2.2 (forms from recordings) and §9 (`x-ratelimit-*`); `server`, the media
    /// type, the selected version and every value are ours.
    /// `known`: who asks has shown something that is good.
    pub(super) fn headers(&self, known: bool, grant: Option<&Grant>) -> Vec<(String, String)> {
        let mut headers = vec![
            ("server".to_owned(), "GitHub.com".to_owned()),
            ("x-github-media-type".to_owned(), "github.v3; format=json".to_owned()),
            ("x-github-api-version-selected".to_owned(), "2022-11-28".to_owned()),
            ("x-github-request-id".to_owned(), "C3F1:2A7B:1D04B1:1E5C31:654E3A07".to_owned()),
        ];
        if self.enterprise {
            headers.push(("x-github-enterprise-version".to_owned(), "3.17.2".to_owned()));
        }
        headers.extend(self.apps.date().map(|date| ("date".to_owned(), date)));
        if self.limits {
            let (limit, remaining) = if known { (5000, self.remaining) } else { (60, 59) };
            for (name, value) in [
                ("limit", limit.to_string()),
                ("remaining", remaining.to_string()),
                ("used", (limit - remaining.min(limit)).to_string()),
                ("reset", "4102444800".to_owned()),
                ("resource", "core".to_owned()),
            ] {
                headers.push((format!("x-ratelimit-{name}"), value));
            }
        }
        if let Some(grant) = grant {
            if let Some(scopes) = &grant.scopes {
                headers.push(("x-oauth-scopes".to_owned(), scopes.clone()));
                headers.push(("x-accepted-oauth-scopes".to_owned(), String::new()));
            } else {
                headers.push(("x-accepted-github-permissions".to_owned(), "metadata=read".to_owned()));
            }
            if let Some(client) = &grant.client {
                headers.push(("x-oauth-client-id".to_owned(), client.clone()));
            }
            if let Some(expires) = &grant.expires {
                headers.push(("github-authentication-token-expiration".to_owned(), expires.clone()));
            }
        }
        headers
    }

    /// Written by hand after GitHub §0.3 (`rate` beside `resources.core`) and §9 (5,000 and 60 an hour).
    pub(super) fn rate_limit(&self, known: bool) -> Answer {
        let (limit, remaining) = if known { (5000, self.remaining) } else { (60, 59) };
        let core = json!({"limit": limit, "used": limit - remaining, "remaining": remaining, "reset": 4_102_444_800_u64});
        Answer::json(200, &json!({"resources": {"core": core}, "rate": core}))
    }
}

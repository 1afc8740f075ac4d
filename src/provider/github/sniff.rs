//! How anybody recognises a GitHub Enterprise Server: what it says of itself, or how it refuses to in private mode.

use serde::Deserialize;

use super::super::detect::{Recognised, Sniff};
use super::super::remote;
use crate::net::Answer;

pub(super) const SNIFFS: &[Sniff] = &[Sniff { path: &["api", "v3", "meta"], recognise, confirm: None }];

/// `GET /meta`. In private mode it is refused.
#[derive(Deserialize)]
struct Meta {
    installed_version: Option<String>,
    verifiable_password_authentication: Option<bool>,
    documentation_url: Option<String>,
}

fn recognise(answer: &Answer) -> Option<Recognised> {
    let said: Meta = answer.json()?;
    let version = said.installed_version.as_deref().or_else(|| answer.header("x-github-enterprise-version")).map(remote::name);
    let is_meta = answer.status == 200 && (version.is_some() || said.verifiable_password_authentication.is_some());
    let is_refusal = matches!(answer.status, 401 | 403)
        && said.documentation_url.is_some_and(|page| page.contains("docs.github.com") || page.contains("developer.github.com"));
    (is_meta || is_refusal).then(|| {
        let version = version.map(|version| format!(" {version}")).unwrap_or_default();
        Recognised::Spoken(format!("GitHub Enterprise Server{version}"))
    })
}

#[cfg(test)]
mod tests {
    use super::{Recognised, recognise};
    use crate::provider::testing::answer;

    #[test]
    fn a_server_is_known_by_what_it_says_of_itself() {
        let named = |name: &str| Some(Recognised::Spoken(name.to_owned()));
        let open = r#"{"verifiable_password_authentication":true,"installed_version":"3.17.2"}"#;
        assert_eq!(recognise(&answer(200, &[], open)), named("GitHub Enterprise Server 3.17.2"));
        let refused = r#"{"message":"Must authenticate to access this API.","documentation_url":"https://docs.github.com/enterprise-server@3.17/rest"}"#;
        assert_eq!(recognise(&answer(401, &[], refused)), named("GitHub Enterprise Server"));
        for (status, body) in [(404, refused), (200, "{}"), (200, "<html>"), (401, r#"{"message":"401 Unauthorized"}"#)] {
            assert_eq!(recognise(&answer(status, &[], body)), None, "{body}");
        }
    }
}

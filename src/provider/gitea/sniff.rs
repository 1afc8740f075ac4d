//! How anybody recognises a Gitea or Forgejo: it tells its version, unless it talks to nobody who has not signed in.

use serde::Deserialize;

use super::super::detect::{Confirm, Recognised, Sniff};
use super::api::Trouble;
use super::flavour::Version;
use crate::net::Answer;

/// Many a server tells a version at that address: how large its pages may be, only these do.
pub(super) const SNIFFS: &[Sniff] = &[Sniff {
    path: &["api", "v1", "version"],
    recognise,
    confirm: Some(Confirm { path: &["api", "v1", "settings", "api"], is_its_own: has_settings }),
}];

/// `GET /version`.
#[derive(Deserialize)]
pub(super) struct Wire {
    version: Option<String>,
    /// GitLab's has this beside it.
    revision: Option<serde::de::IgnoredAny>,
}

/// The version that an answer to `GET /version` names.
pub(super) fn version(answer: &Answer) -> Option<Version> {
    match answer.json::<Wire>()? {
        Wire { version: Some(version), revision: None } if answer.status == 200 => Version::parse(&version),
        _ => None,
    }
}

fn recognise(answer: &Answer) -> Option<Recognised> {
    if let Some(version) = version(answer) {
        return Some(Recognised::Spoken(version.to_string()));
    }
    is_closed(answer).then(|| Recognised::Spoken("Gitea or Forgejo".to_owned()))
}

/// `GET /settings/api`.
#[derive(Deserialize)]
struct Settings {
    #[serde(rename = "max_response_items")]
    _most: u32,
}

fn has_settings(answer: &Answer) -> bool {
    (answer.status == 200 && answer.json::<Settings>().is_some()) || is_closed(answer)
}

/// Whether it talks to nobody who has not signed in, and says so in its own words.
fn is_closed(answer: &Answer) -> bool {
    matches!(answer.status, 401 | 403)
        && Trouble::of(answer).is_some_and(|trouble| trouble.wants_sign_in() || trouble.names_the_reference())
}

#[cfg(test)]
mod tests {
    use super::{Recognised, recognise};
    use crate::provider::testing::answer;

    #[test]
    fn an_instance_is_known_by_its_version() {
        let found = |status, body| recognise(&answer(status, &[], body));
        let spoken = |words: &str| Some(Recognised::Spoken(words.to_owned()));
        assert_eq!(found(200, r#"{"version":"1.26.4"}"#), spoken("Gitea 1.26.4"));
        assert_eq!(found(200, r#"{"version":"15.0.0-209-2308e484+gitea-1.22.0"}"#), spoken("Forgejo 15.0.0"));
        for (status, body) in [
            (200, r#"{"version":"18.5.0-ee","revision":"0286e4c6"}"#),
            (200, r#"{"version":"latest"}"#),
            (200, "<html>"),
            (404, r#"{"version":"1.26.4"}"#),
            (401, r#"{"message":"401 Unauthorized"}"#),
            (404, "404 page not found\n"),
        ] {
            assert_eq!(found(status, body), None, "{body}");
        }
    }

    #[test]
    fn one_that_is_shut_is_known_by_how_it_refuses() {
        for (status, body) in [
            (403, r#"{"message":"Only signed in user is allowed to call APIs."}"#),
            (401, r#"{"message":"token is required","url":"https://git.acme.com/api/swagger"}"#),
        ] {
            let found = recognise(&answer(status, &[], body));
            assert_eq!(found, Some(Recognised::Spoken("Gitea or Forgejo".to_owned())), "{body}");
        }
    }
}

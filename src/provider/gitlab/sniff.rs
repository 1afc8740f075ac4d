//! How anybody recognises a GitLab: its version is no secret, but only for those who sign in, and it says so in its own way.

use serde::Deserialize;

use super::super::detect::{Recognised, Sniff};
use super::super::remote;
use crate::net::Answer;

pub(super) const SNIFFS: &[Sniff] = &[Sniff { path: &["api", "v4", "version"], recognise, confirm: None }];

/// `GET /version`: 401 without a token.
#[derive(Deserialize)]
struct Said {
    version: Option<String>,
    revision: Option<String>,
    message: Option<String>,
}

fn recognise(answer: &Answer) -> Option<Recognised> {
    let said: Said = answer.json()?;
    match (answer.status, said) {
        (200, Said { version: Some(version), revision: Some(_), .. }) => {
            Some(Recognised::Spoken(format!("GitLab {}", remote::name(&version))))
        }
        (401, Said { message: Some(message), .. }) if message == "401 Unauthorized" => {
            Some(Recognised::Spoken("GitLab".to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Recognised, recognise};
    use crate::provider::testing::answer;

    #[test]
    fn a_gitlab_is_known_by_how_it_refuses() {
        let found = |status, body| recognise(&answer(status, &[], body));
        assert_eq!(found(401, r#"{"message":"401 Unauthorized"}"#), Some(Recognised::Spoken("GitLab".to_owned())));
        let open = r#"{"version":"18.5.0-ee","revision":"0286e4c6"}"#;
        assert_eq!(found(200, open), Some(Recognised::Spoken("GitLab 18.5.0-ee".to_owned())));
        for (status, body) in [(404, r#"{"message":"404 page not found"}"#), (200, r#"{"version":"1.26.4"}"#), (401, "<html>")] {
            assert_eq!(found(status, body), None, "{body}");
        }
    }
}

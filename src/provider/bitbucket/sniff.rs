//! Bitbucket Cloud is at one address alone. What answers elsewhere by its name is Bitbucket Data Center, whose API is another one.

use serde::Deserialize;

use super::super::detect::{Recognised, Sniff};
use crate::net::Answer;

pub(super) const SNIFFS: &[Sniff] =
    &[Sniff { path: &["rest", "api", "1.0", "application-properties"], recognise, confirm: None }];

/// `GET /rest/api/1.0/application-properties`, which wants no credential.
#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "displayName")]
    display_name: String,
}

fn recognise(answer: &Answer) -> Option<Recognised> {
    let said: Properties = answer.json()?;
    (answer.status == 200 && said.display_name == "Bitbucket").then_some(Recognised::Namesake("a Bitbucket Data Center"))
}

#[cfg(test)]
mod tests {
    use super::{Recognised, recognise};
    use crate::provider::testing::answer;

    #[test]
    fn the_namesake_is_told_apart() {
        let body = r#"{"version":"8.9.0","buildNumber":"8009000","displayName":"Bitbucket"}"#;
        assert_eq!(recognise(&answer(200, &[], body)), Some(Recognised::Namesake("a Bitbucket Data Center")));
        for body in ["<html>", r#"{"displayName":"Jira"}"#, "{}"] {
            assert_eq!(recognise(&answer(200, &[], body)), None, "{body}");
        }
    }
}

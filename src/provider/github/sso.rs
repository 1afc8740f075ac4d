//! `X-GitHub-SSO`: what an organisation's single sign-on hides from a token.

use super::super::{Incomplete, remote};
use crate::net::Answer;

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SingleSignOn {
    /// `required; url=…`: nothing is given before the page is visited. It is good for an hour.
    Required { page: Option<String> },
    /// `partial-results; organizations=…`, on a 200: what these organisations own was left out.
    Partial { organizations: usize },
}

/// Reads the header, if it is there.
pub(super) fn of(answer: &Answer) -> Option<SingleSignOn> {
    let header = answer.header("x-github-sso")?;
    let (word, rest) = header.split_once(';').unwrap_or((header, ""));
    let value = |key: &str| rest.split(';').find_map(|part| part.trim().strip_prefix(key)?.strip_prefix('='));
    match word.trim() {
        "required" => Some(SingleSignOn::Required { page: value("url").and_then(remote::page) }),
        "partial-results" => {
            let organizations = value("organizations").map_or(0, |ids| ids.split(',').filter(|id| !id.trim().is_empty()).count());
            Some(SingleSignOn::Partial { organizations })
        }
        _ => None,
    }
}

/// What a listing that came with this header left out.
pub(super) fn incomplete(answer: &Answer) -> Option<Incomplete> {
    match of(answer)? {
        SingleSignOn::Partial { organizations: 0 } => {
            Some(Incomplete { why: "an organisation wants single sign-on for this token".to_owned(), url: None })
        }
        SingleSignOn::Partial { organizations: 1 } => {
            Some(Incomplete { why: "1 organisation wants single sign-on for this token".to_owned(), url: None })
        }
        SingleSignOn::Partial { organizations } => {
            Some(Incomplete { why: format!("{organizations} organisations want single sign-on for this token"), url: None })
        }
        SingleSignOn::Required { page } => {
            Some(Incomplete { why: "an organisation wants single sign-on for this token".to_owned(), url: page })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SingleSignOn, incomplete, of};
    use crate::provider::testing::answer;

    #[test]
    fn both_forms_are_read() {
        let url = "https://github.com/orgs/acme/sso?authorization_request=AAAB";
        let required = answer(403, &[("x-github-sso", &format!("required; url={url}"))], "{}");
        assert_eq!(of(&required), Some(SingleSignOn::Required { page: Some(url.to_owned()) }));
        let partial = answer(200, &[("x-github-sso", "partial-results; organizations=21955855,20582480")], "[]");
        assert_eq!(of(&partial), Some(SingleSignOn::Partial { organizations: 2 }));
        assert_eq!(incomplete(&partial).unwrap().why, "2 organisations want single sign-on for this token");
        let one = answer(200, &[("x-github-sso", "partial-results; organizations=21955855")], "[]");
        assert_eq!(incomplete(&one).unwrap().why, "1 organisation wants single sign-on for this token");
        assert_eq!(incomplete(&answer(200, &[], "[]")), None);
        let script = answer(403, &[("x-github-sso", "required; url=javascript:alert(1)")], "{}");
        assert_eq!(of(&script), Some(SingleSignOn::Required { page: None }));
    }
}

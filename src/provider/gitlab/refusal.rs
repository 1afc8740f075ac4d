//! What GitLab's answers mean that are no success.

use super::super::finding::{self, Cause, Finding};
use super::super::remote;
use super::api::Trouble;
use crate::model::{HostUrl, Verdict};
use crate::net::Answer;

/// What an answer other than 2xx means. A plain 401 is `Refused(Invalid)`: whether it is more than that is for the asker to say.
pub(super) fn refusal(answer: &Answer, web: &HostUrl) -> Finding {
    match (answer.status, Trouble::of(answer)) {
        (401, Some(trouble)) => unauthorized(web, &trouble),
        (403, Some(trouble)) => forbidden(web, &trouble),
        // The router's own words, or none of GitLab's: the address is wrong, or something on the way rewrites it.
        (404, Some(trouble)) if trouble.has_message => Finding::new(Cause::NotFound, format!("404 to {}", answer.call)),
        (404, trouble) => Finding::unintelligible(match trouble {
            Some(_) => format!(
                "it does not know the call {}: either `{web}` lacks the path root of that GitLab, or a proxy before it decodes `%2F`",
                answer.call
            ),
            None => format!(
                "404 with {} where its API should be: is `{web}` a GitLab, and its path root complete",
                finding::instead(answer)
            ),
        }),
        (400, Some(trouble)) if trouble.words.to_ascii_lowercase().contains("valid sso session") => {
            // The page's query holds a one-time token: without it the page still asks to sign in.
            let page = trouble.words.split_whitespace().find(|word| word.contains("://"));
            let page = page.and_then(|page| remote::page(page.split('?').next().unwrap_or(page)));
            Finding::refused(Verdict::SsoRequired, "the group wants single sign-on: sign in with a browser first").mended_at(page)
        }
        (400 | 405 | 409 | 412 | 422, Some(trouble)) => Finding::new(Cause::NotAccepted, remote::said(&trouble.words)),
        (401 | 403, None) => Finding::unintelligible(format!(
            "{} with {}: a proxy, a firewall or a sign-in page seems to stand before its API",
            answer.status,
            finding::instead(answer)
        )),
        (status @ 500.., trouble) => {
            let words = trouble.map(|trouble| format!(" ({})", remote::said(&trouble.words))).unwrap_or_default();
            Finding::unintelligible(format!("it is unwell ({status}){words}"))
        }
        (status, _) => Finding::unintelligible(format!("{status} with {}", finding::instead(answer))),
    }
}

/// Whether it is a 401 that says nothing but that: an unknown token, a missing right, or an old version that lacks the call.
pub(super) fn is_plain_401(answer: &Answer) -> bool {
    answer.status == 401 && Trouble::of(answer).is_some_and(|trouble| trouble.error.is_none())
}

fn unauthorized(web: &HostUrl, trouble: &Trouble) -> Finding {
    let lower = trouble.words.to_ascii_lowercase();
    match trouble.error.as_deref() {
        Some("invalid_token") if lower.contains("expired") => {
            Finding::refused(Verdict::Expired, format!("{web} says the token has expired"))
        }
        Some("invalid_token") if lower.contains("revoked") => {
            Finding::refused(Verdict::Revoked, format!("{web} says the token was revoked"))
        }
        Some("invalid_token") if lower.contains("impersonation") => Finding::refused(
            Verdict::Blocked,
            format!("{web} does not take impersonation tokens: an administrator has switched them off"),
        ),
        Some("dpop_error") => Finding::refused(
            Verdict::Blocked,
            format!("{web} wants every request signed (DPoP) for this account, which is not possible here"),
        ),
        Some("invalid_token") | None => {
            Finding::refused(Verdict::Invalid, format!("{web} does not know the token: it is mistyped, or of another instance"))
        }
        Some(_) => Finding::refused(Verdict::Blocked, format!("{web} refuses the request: {}", remote::said(&trouble.words))),
    }
}

fn forbidden(web: &HostUrl, trouble: &Trouble) -> Finding {
    match trouble.error.as_deref() {
        Some("insufficient_scope") => {
            let wanted: Vec<String> = trouble
                .scope
                .iter()
                .flat_map(|scopes| scopes.split_whitespace())
                .map(|scope| format!("`{}`", remote::name(scope)))
                .collect();
            let reason = match wanted.as_slice() {
                [] => "the token lacks the scope for this".to_owned(),
                [one] => format!("the token lacks scope {one}"),
                several => format!("the token lacks the scope for this: any of {} would do", several.join(", ")),
            };
            Finding::refused(Verdict::InsufficientScope, reason)
        }
        Some("insufficient_granular_scope") => {
            let words = remote::said(trouble.words.strip_prefix("Access denied: ").unwrap_or(&trouble.words));
            Finding::refused(Verdict::InsufficientScope, format!("the token was not granted this: {words}"))
        }
        _ => account_state(web, &trouble.words),
    }
}

/// `403 Forbidden - REASON`: the token is good, and its account needs a person.
fn account_state(web: &HostUrl, words: &str) -> Finding {
    let reason = words.strip_prefix("403 Forbidden").unwrap_or(words).trim_start_matches([' ', '-']);
    let page = reason.split_whitespace().find(|word| word.contains("://")).and_then(remote::page);
    let text =
        if reason.is_empty() { format!("{web} forbids it") } else { format!("{web} forbids it: {}", remote::said(reason)) };
    Finding::refused(Verdict::Blocked, text).mended_at(page)
}

#[cfg(test)]
mod tests {
    use super::{is_plain_401, refusal};
    use crate::model::{HostUrl, Verdict};
    use crate::provider::finding::{Cause, Finding};
    use crate::provider::testing::answer;

    fn ask(status: u16, body: &str) -> Finding {
        refusal(&answer(status, &[], body), &HostUrl::parse("git.acme.com/gitlab").unwrap())
    }

    /// Bodies as in the facts §2.3.
    #[test]
    fn a_401_says_how_the_token_died() {
        for (body, verdict) in [
            (
                r#"{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}"#,
                Verdict::Expired,
            ),
            (
                r#"{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}"#,
                Verdict::Revoked,
            ),
            (
                r#"{"error":"invalid_token","error_description":"Token is an impersonation token but impersonation was disabled."}"#,
                Verdict::Blocked,
            ),
            (r#"{"error":"dpop_error","error_description":"DPoP validation error: DPoP header is missing"}"#, Verdict::Blocked),
            (r#"{"error":"restricted_language_server_client_error","error_description":"..."}"#, Verdict::Blocked),
            (r#"{"message":"401 Unauthorized"}"#, Verdict::Invalid),
        ] {
            assert_eq!(ask(401, body).cause, Cause::Refused(verdict), "{body}");
        }
        assert!(is_plain_401(&answer(401, &[], r#"{"message":"401 Unauthorized"}"#)));
        assert!(!is_plain_401(&answer(401, &[], r#"{"error":"invalid_token","error_description":"x"}"#)));
        assert!(!is_plain_401(&answer(401, &[], "<html>")));
        assert_eq!(ask(401, "<html>sign in</html>").cause, Cause::Unintelligible);
    }

    #[test]
    fn a_narrow_token_is_told_what_it_lacks() {
        let legacy = ask(
            403,
            r#"{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"api read_api read_user"}"#,
        );
        assert_eq!(legacy.verdict(), Verdict::InsufficientScope);
        assert!(legacy.reason.ends_with("any of `api`, `read_api`, `read_user` would do"), "{}", legacy.reason);
        let granular = ask(
            403,
            r#"{"error":"insufficient_granular_scope","error_description":"Access denied: This operation requires a fine-grained personal access token with the following user permissions: [User: Read]."}"#,
        );
        assert_eq!(granular.verdict(), Verdict::InsufficientScope);
        assert!(granular.reason.contains("[User: Read]"), "{}", granular.reason);
    }

    #[test]
    fn an_account_in_trouble_needs_a_person() {
        for (reason, page) in [
            ("Your account is pending approval from your administrator and hence blocked.", None),
            (
                "You (@u) must accept the Terms of Service in order to perform this action. To accept these terms, please access GitLab from a web browser at https://git.acme.com/gitlab.",
                Some("https://git.acme.com/gitlab"),
            ),
            ("Your account has been blocked.", None),
            ("Your password expired. Please access GitLab from a web browser to update your password.", None),
        ] {
            let finding = ask(403, &serde_json::json!({ "message": format!("403 Forbidden - {reason}") }).to_string());
            assert_eq!(finding.cause, Cause::Refused(Verdict::Blocked), "{reason}");
            assert_eq!(finding.mend_url.as_deref(), page);
            assert!(finding.reason.starts_with("git.acme.com/gitlab forbids it: You"), "{}", finding.reason);
        }
        assert_eq!(ask(403, r#"{"message":"403 Forbidden"}"#).reason, "git.acme.com/gitlab forbids it");
    }

    #[test]
    fn a_wrong_address_is_told_from_a_missing_project() {
        assert_eq!(ask(404, r#"{"message":"404 Project Not Found"}"#).cause, Cause::NotFound);
        let router = ask(404, r#"{"error":"404 Not Found"}"#);
        assert_eq!(router.cause, Cause::Unintelligible);
        assert!(router.reason.contains("path root") && router.reason.contains("%2F"), "{}", router.reason);
        assert!(ask(404, "<html>").reason.contains("a page of HTML"));
    }

    #[test]
    fn single_sign_on_is_named_without_its_one_time_token() {
        let body = r#"{"message":"Cannot find valid SSO session. Please login via your group's SSO at https://gitlab.com/groups/g/-/saml/sso?token=abc"}"#;
        let finding = ask(400, body);
        assert_eq!(finding.verdict(), Verdict::SsoRequired);
        assert_eq!(finding.mend_url.as_deref(), Some("https://gitlab.com/groups/g/-/saml/sso"));
    }

    #[test]
    fn faults_of_the_server_prove_nothing() {
        for (status, body) in [(502, "<html>"), (503, r#"{"message":"read-only"}"#), (520, ""), (403, "<html>cloudflare</html>")]
        {
            assert_eq!(ask(status, body).cause, Cause::Unintelligible, "{status}");
        }
        assert_eq!(ask(400, r#"{"message":"400 Bad request - x"}"#).cause, Cause::NotAccepted);
    }
}

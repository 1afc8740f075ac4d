//! What Bitbucket's answers mean that are no success.

use super::super::finding::{self, Cause, Finding};
use super::super::remote;
use super::api::{self, Trouble};
use crate::model::{HostUrl, Verdict};
use crate::net::Answer;

/// What an answer other than 2xx means. A 401 is `Refused(Invalid)`: whether it is more than that is for the asker to say, because Bitbucket
/// has the same words for a token that has expired, was revoked, is unknown, or was made without scopes.
pub(super) fn refusal(answer: &Answer, web: &HostUrl) -> Finding {
    match (answer.status, Trouble::of(answer)) {
        (401, Some(trouble)) => unauthorized(web, &trouble),
        (401, None) if is_own_challenge(answer) => unauthorized(web, &Trouble::default()),
        (403, Some(trouble)) => forbidden(web, &trouble),
        (404, Some(_)) => Finding::new(Cause::NotFound, format!("404 to {}", answer.call)),
        (404, None) => Finding::unintelligible(not_an_api(answer, web)),
        (410, Some(trouble)) => {
            Finding::new(Cause::NotAccepted, format!("it is gone for good: {}", remote::said(&trouble.words)))
        }
        (400 | 405 | 409 | 413 | 415 | 422, Some(trouble)) => Finding::new(Cause::NotAccepted, remote::said(&trouble.words)),
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

/// Some refusals have no body, but say in a header who refuses.
fn is_own_challenge(answer: &Answer) -> bool {
    answer.body.is_empty() && answer.header("www-authenticate").is_some_and(|challenge| challenge.contains("Bitbucket"))
}

fn unauthorized(web: &HostUrl, trouble: &Trouble) -> Finding {
    if trouble.words.starts_with("Access token expired") {
        return Finding::refused(Verdict::Expired, format!("{web} says the token has expired"));
    }
    // Of somebody else's workspace, asked about with a token that is good.
    if trouble.words.contains("not have access to view this workspace") {
        return Finding::refused(Verdict::InsufficientScope, "the token has no access to this workspace");
    }
    Finding::refused(
        Verdict::Invalid,
        format!(
            "{web} does not take the token: it is mistyped, has expired, was made without scopes, or the e-mail address is not its owner's"
        ),
    )
}

fn forbidden(web: &HostUrl, trouble: &Trouble) -> Finding {
    if let Some(required) = &trouble.required {
        let wanted: Vec<String> = required.iter().map(|scope| format!("`{}`", remote::name(scope))).collect();
        let reason = match wanted.as_slice() {
            [] => "the token lacks the scope for this".to_owned(),
            [one] => format!("the token lacks scope {one}"),
            several => format!("the token lacks the scopes for this: {}", several.join(", ")),
        };
        return Finding::refused(Verdict::InsufficientScope, reason);
    }
    if is_for_persons(trouble) {
        return Finding::refused(Verdict::Blocked, format!("{web} lets no access token ask this, only persons"));
    }
    let words = remote::said(&trouble.words);
    let reason = if words.is_empty() { format!("{web} forbids it") } else { format!("{web} forbids it: {words}") };
    Finding::refused(Verdict::Blocked, reason)
}

/// Whether a call about persons was made by a token that is none's.
pub(super) fn is_for_persons(trouble: &Trouble) -> bool {
    trouble.words.contains("not accessible by this authentication mechanism")
}

fn not_an_api(answer: &Answer, web: &HostUrl) -> String {
    let instead = finding::instead(answer);
    if api::is_public(web) {
        return format!("404 with {instead} where its API should be");
    }
    format!("404 with {instead} where its API should be: only Bitbucket Cloud has it, Bitbucket Data Center has another one")
}

#[cfg(test)]
mod tests {
    use super::refusal;
    use crate::model::Verdict;
    use crate::provider::finding::{Cause, Finding};
    use crate::provider::testing::answer;

    fn ask(status: u16, headers: &[(&str, &str)], body: &str) -> Finding {
        refusal(&answer(status, headers, body), &super::super::api::public())
    }

    fn error(message: &str) -> String {
        serde_json::json!({"type": "error", "error": {"message": message}}).to_string()
    }

    /// The bodies of the facts A1, A2, A6.
    #[test]
    fn each_refusal_is_told_apart() {
        for (status, message, cause) in [
            (401, "Token is invalid, expired, or not supported for this endpoint.", Cause::Refused(Verdict::Invalid)),
            (401, "Access token expired. Use your refresh token to obtain a new access token.", Cause::Refused(Verdict::Expired)),
            (401, "You do not have access to view this workspace.", Cause::Refused(Verdict::InsufficientScope)),
            (403, "This API is not accessible by this authentication mechanism", Cause::Refused(Verdict::Blocked)),
            (403, "Forbidden", Cause::Refused(Verdict::Blocked)),
            (404, "Repository x/y not found", Cause::NotFound),
            (410, "CHANGE-2770 - Functionality has been deprecated", Cause::NotAccepted),
            (400, "Invalid field.", Cause::NotAccepted),
            (500, "", Cause::Unintelligible),
        ] {
            assert_eq!(ask(status, &[], &error(message)).cause, cause, "{message}");
        }
    }

    #[test]
    fn missing_scopes_are_named() {
        let body = r#"{"type":"error","error":{"message":"Your credentials lack one or more required privilege scopes.",
            "detail":{"required":["read:repository:bitbucket"],"granted":["read:user:bitbucket"]}}}"#;
        let finding = ask(403, &[], body);
        assert_eq!(finding.verdict(), Verdict::InsufficientScope);
        assert_eq!(finding.reason, "the token lacks scope `read:repository:bitbucket`");
    }

    #[test]
    fn a_refusal_without_a_body_is_known_by_its_challenge() {
        let own = [("www-authenticate", "BitbucketCustom realm=\"x\"")];
        assert_eq!(ask(401, &own, "").cause, Cause::Refused(Verdict::Invalid));
        for (headers, body) in [(&[][..], ""), (&own[..], "<html>"), (&[("www-authenticate", "Basic realm=\"proxy\"")][..], "")] {
            assert_eq!(ask(401, headers, body).cause, Cause::Unintelligible, "{body}");
        }
        assert_eq!(ask(403, &[], "<html>").cause, Cause::Unintelligible);
        assert!(ask(404, &[], "<html>").reason.contains("a page of HTML"));
    }
}

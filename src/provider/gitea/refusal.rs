//! What Gitea's answers mean that are no success. Of a 401 only the status says anything: its words changed with every other version.

use super::super::finding::{self, Cause, Finding};
use super::super::remote;
use super::api::{self, Trouble};
use super::lack::Lack;
use crate::model::{HostUrl, Verdict};
use crate::net::Answer;

/// What an answer other than 2xx means. A 401 is `Refused(Invalid)`: whether it is more than that is for the asker to say.
pub(super) fn refusal(answer: &Answer, web: &HostUrl) -> Finding {
    match (answer.status, Trouble::of(answer)) {
        (401, Some(_)) => Finding::refused(
            Verdict::Invalid,
            format!("{web} does not know the token: it is mistyped, revoked, or of another instance"),
        ),
        (403, Some(trouble)) => forbidden(web, &trouble),
        (404, Some(_)) => Finding::new(Cause::NotFound, format!("404 to {}", answer.call)),
        // Its router says no more than that, in plain text: the application was not reached.
        (404, None) => Finding::unintelligible(format!(
            "404 with {} where its API should be: is `{web}` a Gitea or Forgejo, and its path root complete",
            finding::instead(answer)
        )),
        (400 | 405 | 409 | 410 | 413 | 422 | 423, Some(trouble)) => {
            Finding::new(Cause::NotAccepted, remote::said(trouble.words()))
        }
        (401 | 403, None) => Finding::unintelligible(format!(
            "{} with {}: a proxy, a firewall or a sign-in page seems to stand before its API",
            answer.status,
            finding::instead(answer)
        )),
        (status @ 500.., trouble) => {
            let words = trouble.map(|trouble| remote::said(trouble.words())).filter(|words| !words.is_empty());
            let words = words.map(|words| format!(" ({words})")).unwrap_or_default();
            Finding::unintelligible(format!("it is unwell ({status}){words}"))
        }
        (status, _) => Finding::unintelligible(format!("{status} with {}", finding::instead(answer))),
    }
}

/// What a 403 says of scopes: nothing, where it is about something else.
pub(super) fn lack(answer: &Answer) -> Option<Lack> {
    Trouble::of(answer).filter(|_| answer.status == 403).and_then(|trouble| Lack::of(trouble.words()))
}

fn forbidden(web: &HostUrl, trouble: &Trouble) -> Finding {
    let words = trouble.words();
    if let Some(lack) = Lack::of(words) {
        return Finding::refused(Verdict::InsufficientScope, lack.words());
    }
    if trouble.wants_sign_in() {
        // It came to nobody's eyes, so nothing is known of it.
        return Finding::unintelligible("it saw no token: a proxy on the way may have dropped it");
    }
    let lower = words.to_ascii_lowercase();
    if lower.starts_with("user should ") || lower.starts_with("doer should ") || lower.starts_with("must be ") {
        let reason = format!("the account's role does not allow this: {}", remote::said(words));
        return Finding::refused(Verdict::InsufficientScope, reason);
    }
    account_state(web, words)
}

/// The token is good, and its account needs a person: not activated, prohibited from signing in, a password to change.
fn account_state(web: &HostUrl, words: &str) -> Finding {
    let page = words.split_whitespace().find(|word| word.contains("://"));
    let page = page.filter(|page| !api::could_be_token(page)).and_then(remote::page);
    let said = remote::said(words);
    let text = if said.is_empty() { format!("{web} forbids it") } else { format!("{web} forbids it: {said}") };
    Finding::refused(Verdict::Blocked, text).mended_at(page)
}

#[cfg(test)]
mod tests {
    use super::{lack, refusal};
    use crate::model::{HostUrl, Verdict};
    use crate::provider::finding::{Cause, Finding};
    use crate::provider::testing::answer;

    fn ask(status: u16, body: &str) -> Finding {
        refusal(&answer(status, &[], body), &HostUrl::parse("git.acme.com/gitea").unwrap())
    }

    fn said(message: &str) -> String {
        serde_json::json!({ "message": message, "url": "https://git.acme.com/gitea/api/swagger" }).to_string()
    }

    #[test]
    fn a_401_is_known_by_its_status_alone() {
        for message in ["invalid username, password or token", "user does not exist [uid: 0, name: ]", "token is required", ""] {
            assert_eq!(ask(401, &said(message)).cause, Cause::Refused(Verdict::Invalid), "{message}");
        }
        assert_eq!(ask(401, "<html>sign in").cause, Cause::Unintelligible);
        assert_eq!(ask(401, "").cause, Cause::Unintelligible);
    }

    #[test]
    fn a_missing_scope_is_named() {
        let newer = "token does not have at least one of required scope(s), required=[write:repository], token scope=read:user";
        let finding = ask(403, &said(newer));
        assert_eq!(finding, Finding::refused(Verdict::InsufficientScope, "the token lacks scope `write:repository`"));
        let forgejo = "token does not have at least one of required scope(s): [write:repository]";
        assert_eq!(ask(403, &said(forgejo)), finding);
        assert!(lack(&answer(403, &[], &said(forgejo))).is_some() && lack(&answer(401, &[], &said(forgejo))).is_none());
        let role = ask(403, &said("user should be an owner or a collaborator with admin write of a repository"));
        assert_eq!(role.verdict(), Verdict::InsufficientScope);
        assert!(role.reason.contains("role"), "{}", role.reason);
    }

    #[test]
    fn an_account_in_trouble_needs_a_person() {
        for (message, page) in [
            ("This account is not activated.", None),
            ("This account is prohibited from signing in, please contact your site administrator.", None),
            (
                "You must change your password. Change it at: https://git.acme.com/gitea/user/change_password",
                Some("https://git.acme.com/gitea/user/change_password"),
            ),
        ] {
            let finding = ask(403, &serde_json::json!({ "message": message }).to_string());
            assert_eq!(finding.cause, Cause::Refused(Verdict::Blocked), "{message}");
            assert_eq!(finding.mend_url.as_deref(), page);
            assert!(finding.reason.starts_with("git.acme.com/gitea forbids it: "), "{}", finding.reason);
        }
    }

    #[test]
    fn a_token_that_nobody_saw_is_not_held_against_it() {
        let finding = ask(403, r#"{"message":"Only signed in user is allowed to call APIs."}"#);
        assert_eq!(finding.cause, Cause::Unintelligible);
        assert!(finding.reason.contains("proxy"), "{}", finding.reason);
    }

    #[test]
    fn a_wrong_address_is_told_from_a_missing_thing() {
        assert_eq!(ask(404, &said("not found")).cause, Cause::NotFound);
        assert_eq!(ask(404, r#"{"message":"The target couldn't be found.","errors":[]}"#).cause, Cause::NotFound);
        for body in ["404 page not found\n", "<html>", "{}"] {
            let finding = ask(404, body);
            assert_eq!(finding.cause, Cause::Unintelligible, "{body}");
            assert!(finding.reason.contains("path root"), "{}", finding.reason);
        }
    }

    #[test]
    fn faults_of_the_server_prove_nothing() {
        assert_eq!(ask(500, &said("")).reason, "it is unwell (500)");
        assert_eq!(ask(500, r#"{"ok":false,"error":"database is locked"}"#).reason, "it is unwell (500) (database is locked)");
        for (status, body) in [(502, "<html>"), (503, ""), (403, "<html>cloudflare</html>"), (302, "")] {
            assert_eq!(ask(status, body).cause, Cause::Unintelligible, "{status}");
        }
        assert_eq!(ask(422, &said("[Name]: Required")), Finding::new(Cause::NotAccepted, "[Name]: Required"));
    }

    #[test]
    fn nothing_that_could_be_a_token_is_repeated() {
        let token = "0a".repeat(20);
        for status in [401, 403, 404, 422, 500] {
            for message in [format!("bad token {token}"), format!("sha1:{token}!"), format!("see https://x/?token={token}")] {
                let finding = ask(status, &said(&message));
                assert!(!finding.reason.contains(&token), "{}", finding.reason);
                assert!(finding.mend_url.is_none_or(|page| !page.contains(&token)), "{status} {message}");
            }
        }
    }
}

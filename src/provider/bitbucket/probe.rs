//! Asking Bitbucket who we are. A person's token is asked about at `/user`. A token that belongs to a repository, project or workspace is nobody,
//! and that call is closed to it: it is asked about its workspace and what it reaches there. Neither tells when it ends.

use futures_util::future::join;
use serde::Deserialize;

use super::super::finding::{self, Cause, Finding};
use super::super::{Known, Probe, remote};
use super::Account;
use super::api::{self, Rows, Trouble};
use super::refusal::{is_for_persons, refusal};
use crate::model::{AccountType, AuthMethod, HostUrl, Timestamp, TokenKind, Verdict};
use crate::net::{self, Answer, Call};

/// `GET /user`.
#[derive(Debug, Deserialize)]
struct User {
    uuid: String,
    username: Option<String>,
    nickname: Option<String>,
    display_name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `GET /workspaces/{workspace}`.
#[derive(Debug, Deserialize)]
struct Workspace {
    uuid: String,
    slug: String,
}

/// What a refusal is weighed by.
#[derive(Clone, Copy)]
struct Asker<'a> {
    web: &'a HostUrl,
    known: &'a Known,
    now: Timestamp,
}

pub(super) async fn probe(account: &Account, known: &Known) -> Probe {
    let asker = Asker { web: &account.web, known, now: account.origin.now() };
    let method = account.identity.method;
    let found = match &account.identity.workspace {
        Some(workspace) if account.is_nobody() => {
            let (about, reached) =
                (Call::to(["workspaces", workspace]), Call::to(["repositories", workspace]).with("pagelen", 1));
            let (about, reached) = join(account.origin.get(&about), account.origin.get(&reached)).await;
            judge_access_token(&about, &reached, workspace, asker)
        }
        confined => {
            let user = Call::to(["user"]);
            let about = async {
                match confined {
                    Some(workspace) => account.origin.get(&Call::to(["workspaces", workspace])).await.ok(),
                    None => None,
                }
            };
            let (user, about) = join(account.origin.get(&user), about).await;
            let found = match user {
                Ok(answer) => judge_person(&answer, method, asker),
                Err(error) => finding::unanswered(&error),
            };
            match (confined, about.filter(|about| is_elsewhere(about, asker.web))) {
                (Some(workspace), Some(about)) if found.verdict == Verdict::Valid => no_workspace(workspace, &about),
                _ => found,
            }
        }
    };
    Probe { method: Some(method).filter(|_| found.verdict == Verdict::Valid), ..found }
}

/// What `/user` says of a person's token.
fn judge_person(answer: &Answer, method: AuthMethod, asker: Asker<'_>) -> Probe {
    let valid = Probe {
        kind: (method == AuthMethod::Pat).then_some(TokenKind::ApiToken),
        request_id: answer.request_id().map(remote::name),
        ..Probe::of(Verdict::Valid, None)
    };
    if answer.status == 200 {
        let Some(user) = answer.json::<User>() else {
            return Finding::unintelligible(finding::not_what_was_asked(answer, "an account")).into_probe(answer);
        };
        let name = [&user.username, &user.nickname, &user.display_name].into_iter().flatten().next();
        return Probe {
            username: name.map(|name| remote::name(name)),
            account_id: Some(remote::name(&user.uuid)),
            account_type: Some(if user.kind.as_deref() == Some("app_user") { AccountType::Bot } else { AccountType::User }),
            scopes: api::scopes(answer),
            ..valid
        };
    }
    match granted(answer) {
        // Whoever is told what they have and what they lack has a token that is good.
        Some(scopes) => Probe { scopes: Some(scopes), ..valid },
        None => refused(answer, asker),
    }
}

/// What an access token is good for, by its workspace and what it reaches there.
fn judge_access_token(
    about: &Result<Answer, net::Error>,
    reached: &Result<Answer, net::Error>,
    workspace: &str,
    asker: Asker<'_>,
) -> Probe {
    let (about, reached) = match (about, reached) {
        (Ok(about), Ok(reached)) => (about, reached),
        // Nothing may be held against a token while one of the two could not be asked.
        (Err(error), _) | (_, Err(error)) => return finding::unanswered(error),
    };
    let told = |answer: &Answer| granted(answer).or_else(|| api::scopes(answer).filter(|_| answer.status == 200));
    let kind = kind(reached).or_else(|| kind(about));
    let owner = if about.status == 200 { about.json::<Workspace>() } else { None };
    let valid = Probe {
        username: Some(remote::name(owner.as_ref().map_or(workspace, |owner| &owner.slug))),
        account_id: owner.as_ref().map(|owner| remote::name(&owner.uuid)),
        account_type: Some(AccountType::Organization),
        kind,
        scopes: told(reached).or_else(|| told(about)),
        request_id: reached.request_id().map(remote::name),
        ..Probe::of(Verdict::Valid, None)
    };
    // Somebody else's workspace: what is reached there is what everybody sees.
    if is_elsewhere(about, asker.web) && matches!(reached.status, 200 | 404) {
        return no_workspace(workspace, about);
    }
    match (reached.status, granted(reached)) {
        (200, _) => match reached.json::<Rows<serde::de::IgnoredAny>>() {
            None => Finding::unintelligible(finding::not_what_was_asked(reached, "repositories")).into_probe(reached),
            // Only a workspace may be empty: the others are made in what they are for.
            Some(rows) if rows.values.is_empty() && kind != Some(TokenKind::Workspace) => Finding::refused(
                Verdict::InsufficientScope,
                format!(
                    "the token reaches no repository of workspace `{}`: is it of another one",
                    crate::model::clean(workspace)
                ),
            )
            .into_probe(reached),
            Some(_) => valid,
        },
        (_, Some(_)) => valid,
        (404, None) if refusal(reached, asker.web).cause == Cause::NotFound => {
            // A dead token is told so by the other call.
            let other = refused(about, asker);
            if matches!(other.verdict, Verdict::Invalid | Verdict::Revoked | Verdict::Expired) {
                return other;
            }
            let why = format!("the token reaches no repository of workspace `{}`", crate::model::clean(workspace));
            Finding::refused(Verdict::InsufficientScope, why).into_probe(reached)
        }
        _ => refused(reached, asker),
    }
}

/// Whether an answer about a workspace says that it is not there, or not for this token.
fn is_elsewhere(about: &Answer, web: &HostUrl) -> bool {
    about.status != 200
        && granted(about).is_none()
        && matches!(refusal(about, web).cause, Cause::NotFound | Cause::Refused(Verdict::InsufficientScope))
}

fn no_workspace(workspace: &str, about: &Answer) -> Probe {
    let why = format!("workspace `{}` is not there, or closed to this token", crate::model::clean(workspace));
    Finding::refused(Verdict::InsufficientScope, why).into_probe(about)
}

/// The scopes that a refusal lists: only a good token is told them.
fn granted(answer: &Answer) -> Option<Vec<String>> {
    if answer.status != 403 {
        return None;
    }
    Some(Trouble::of(answer)?.granted?.iter().map(|scope| remote::name(scope)).collect())
}

/// What owns an access token, as a header says.
fn kind(answer: &Answer) -> Option<TokenKind> {
    match answer.header("x-credential-type")? {
        "repo_access_token" => Some(TokenKind::Repository),
        "project_access_token" => Some(TokenKind::Project),
        "workspace_access_token" => Some(TokenKind::Workspace),
        _ => None,
    }
}

fn refused(answer: &Answer, asker: Asker<'_>) -> Probe {
    let Asker { web, known, now } = asker;
    if answer.status == 403 && Trouble::of(answer).is_some_and(|trouble| is_for_persons(&trouble)) {
        let why = format!("{web} says that this is no token of a person or a login");
        return Finding::refused(Verdict::Blocked, why).into_probe(answer);
    }
    let finding = refusal(answer, web);
    let told = (finding.cause == Cause::Refused(Verdict::Invalid)).then(|| {
        finding::expired_or_revoked(web, Some(known), now, ", has reached its end, or its account has another e-mail address")
    });
    told.flatten().unwrap_or(finding).into_probe(answer)
}

#[cfg(test)]
mod tests {
    use super::{Asker, judge_access_token, judge_person};
    use crate::model::{AccountType, AuthMethod, TokenKind, Verdict};
    use crate::net::{self, Answer};
    use crate::provider::testing::answer;
    use crate::provider::{Known, Probe};

    const KNOWN: Known = Known { was_active: false, expires_at: None };
    const ADA: &str =
        r#"{"type":"user","uuid":"{470c}","account_id":"712020:1","username":"ada","nickname":"Ada","display_name":"Ada L"}"#;
    const LACKS: &str = r#"{"type":"error","error":{"message":"Your credentials lack one or more required privilege scopes.",
        "detail":{"required":["read:user:bitbucket"],"granted":["write:repository:bitbucket"]}}}"#;
    const UNKNOWN: &str =
        r#"{"type":"error","error":{"message":"Token is invalid, expired, or not supported for this endpoint."}}"#;

    fn person(status: u16, body: &str, known: &Known) -> Probe {
        let web = super::api::public();
        let asker = Asker { web: &web, known, now: "2026-11-20T12:00:00Z".parse().unwrap() };
        judge_person(&answer(status, &[], body), AuthMethod::Pat, asker)
    }

    fn access(about: Answer, reached: Answer) -> Probe {
        let web = super::api::public();
        let asker = Asker { web: &web, known: &KNOWN, now: "2026-11-20T12:00:00Z".parse().unwrap() };
        judge_access_token(&Ok(about), &Ok(reached), "acme", asker)
    }

    #[test]
    fn a_refusal_that_lists_scopes_is_of_a_good_token() {
        let whole = person(200, ADA, &KNOWN);
        assert_eq!(
            (whole.verdict, whole.username.as_deref(), whole.account_id.as_deref()),
            (Verdict::Valid, Some("ada"), Some("{470c}"))
        );
        assert_eq!((whole.kind, whole.account_type), (Some(TokenKind::ApiToken), Some(AccountType::User)));
        let narrow = person(403, LACKS, &KNOWN);
        assert_eq!((narrow.verdict, narrow.username), (Verdict::Valid, None));
        assert_eq!(narrow.scopes.unwrap(), ["write:repository:bitbucket"]);
    }

    #[test]
    fn what_is_not_said_is_told_by_what_was_known() {
        let was = Known { was_active: true, expires_at: None };
        let over = Known { was_active: true, expires_at: Some("2026-11-19T00:00:00Z".parse().unwrap()) };
        for (known, verdict) in [(&KNOWN, Verdict::Invalid), (&was, Verdict::Revoked), (&over, Verdict::Expired)] {
            assert_eq!(person(401, UNKNOWN, known).verdict, verdict);
        }
        assert_eq!(
            person(401, UNKNOWN, &was).reason.as_deref(),
            Some(
                "bitbucket.org refuses the token, which worked before: it was revoked, has reached its end, or its account has another e-mail address"
            )
        );
        let over = person(401, UNKNOWN, &over).reason;
        assert_eq!(over.as_deref(), Some("bitbucket.org refuses the token, and its time is over: it has expired"));
        for body in ["<html>", "", "[]", r#"{"type":"user"}"#] {
            assert_eq!(person(200, body, &was).verdict, Verdict::Unreachable, "{body}");
        }
    }

    #[test]
    fn an_access_token_is_known_by_what_it_reaches() {
        let workspace = || answer(200, &[], r#"{"type":"workspace","uuid":"{w}","slug":"acme","name":"Acme"}"#);
        let headers = [("x-credential-type", "repo_access_token"), ("x-oauth-scopes", "repository, webhook")];
        let one = access(workspace(), answer(200, &headers, r#"{"pagelen":1,"values":[{"uuid":"{1}"}]}"#));
        assert_eq!((one.verdict, one.kind, one.username.as_deref()), (Verdict::Valid, Some(TokenKind::Repository), Some("acme")));
        assert_eq!(one.scopes.unwrap(), ["repository", "webhook"]);
        let none = access(workspace(), answer(200, &headers, r#"{"pagelen":1,"values":[]}"#));
        assert_eq!(none.verdict, Verdict::InsufficientScope);
        let empty = access(workspace(), answer(200, &[("x-credential-type", "workspace_access_token")], r#"{"values":[]}"#));
        assert_eq!((empty.verdict, empty.kind), (Verdict::Valid, Some(TokenKind::Workspace)));
        assert_eq!(access(workspace(), answer(403, &[], LACKS)).verdict, Verdict::Valid);
        assert_eq!(access(answer(401, &[], UNKNOWN), answer(401, &[], UNKNOWN)).verdict, Verdict::Invalid);
        let missing = r#"{"type":"error","error":{"message":"No workspace with identifier 'acme'."}}"#;
        assert_eq!(access(answer(404, &[], missing), answer(404, &[], missing)).verdict, Verdict::InsufficientScope);
        assert_eq!(access(answer(401, &[], UNKNOWN), answer(404, &[], missing)).verdict, Verdict::Invalid);
    }

    #[test]
    fn one_call_that_fails_proves_nothing() {
        let web = super::api::public();
        let asker = Asker { web: &web, known: &KNOWN, now: "2026-11-20T12:00:00Z".parse().unwrap() };
        let broken = net::Error::Unreachable { host: "x".to_owned(), why: "y".to_owned(), maybe_sent: true };
        let probe = judge_access_token(&Ok(answer(401, &[], UNKNOWN)), &Err(broken), "acme", asker);
        assert_eq!(probe.verdict, Verdict::Unreachable);
    }
}

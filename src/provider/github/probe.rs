//! Asking GitHub who we are.

use serde::Deserialize;

use super::super::finding::{self, Finding};
use super::super::{Known, Probe, remote};
use super::refusal::{Asker, refusal};
use super::shape::Form;
use super::{Account, api};
use crate::model::{AccountType, AuthMethod, TokenKind, Verdict};
use crate::net::{Answer, Call};

/// An account: `GET /user`, and the owner of a repository.
#[derive(Debug, Deserialize)]
struct User {
    login: String,
    id: u64,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// `GET /installation/repositories`.
#[derive(Debug, Deserialize)]
struct Installation {
    repositories: Vec<Owned>,
}

#[derive(Debug, Deserialize)]
struct Owned {
    owner: Option<User>,
}

/// Asks who the token belongs to. `GET /user` knows no installation: those are asked for what they may see.
pub(super) async fn probe(account: &Account, known: &Known) -> Probe {
    let form = match account.form().await {
        Ok(form) => form,
        Err(error) => return finding::unanswered(&error),
    };
    let call = match form {
        Form::Installation => Call::to(["installation", "repositories"]).with("per_page", 1),
        _ => Call::to(["user"]),
    };
    match account.origin.get(&call).await {
        Ok(answer) => {
            let asker = Asker { web: &account.web, form, known: Some(known), now: account.origin.now() };
            judge(&answer, &asker, account.site.tells_expiry())
        }
        Err(error) => finding::unanswered(&error),
    }
}

/// What the answer says of the token.
fn judge(answer: &Answer, asker: &Asker<'_>, silence_means_never: bool) -> Probe {
    if answer.status != 200 {
        let finding = refusal(answer, asker);
        return Probe { rate_limit: api::rate_limit(answer), server_version: version(answer), ..finding.into_probe(answer) };
    }
    let account = match asker.form {
        Form::Installation => answer.json::<Installation>().map(|found| found.repositories.into_iter().find_map(|row| row.owner)),
        _ => answer.json::<User>().map(Some),
    };
    let Some(account) = account else {
        return Finding::unintelligible(finding::not_what_was_asked(answer, "an account")).into_probe(answer);
    };
    let (method, kind) = kind(answer, asker.form);
    Probe {
        request_id: answer.request_id().map(remote::name),
        username: account.as_ref().map(|account| remote::name(&account.login)),
        account_id: account.as_ref().map(|account| account.id.to_string()),
        account_type: account.as_ref().and_then(|account| account_type(account.kind.as_deref()?)),
        method: Some(method),
        kind,
        // Apps have permissions, not scopes: for them the header is there and empty.
        scopes: if matches!(asker.form, Form::AppUser) || is_app(answer) { None } else { api::scopes(answer) },
        expiry: Some(match asker.form {
            // It always ends; only a server that says when can be believed.
            Form::Installation | Form::AppUser => api::expiry(answer, false),
            _ => api::expiry(answer, silence_means_never),
        }),
        rate_limit: api::rate_limit(answer),
        server_version: version(answer),
        ..Probe::of(Verdict::Valid, None)
    }
}

/// The prefix decides; where there is none (before 2021), the headers do.
fn kind(answer: &Answer, form: Form) -> (AuthMethod, Option<TokenKind>) {
    match form {
        Form::Old | Form::Unknown => match (answer.header("x-oauth-scopes"), answer.header("x-oauth-client-id")) {
            (_, Some(_)) => (AuthMethod::OAuth, None),
            (Some(_), None) => (AuthMethod::Pat, Some(TokenKind::Classic)),
            // The header is never sent for fine-grained tokens; but neither is it by a proxy that strips it.
            (None, None) => (AuthMethod::Pat, None),
        },
        _ => form.says(),
    }
}

/// Whether a GitHub App made the token: their client ids begin with `Iv`.
fn is_app(answer: &Answer) -> bool {
    answer.header("x-oauth-client-id").is_some_and(|id| id.starts_with("Iv"))
}

pub(super) fn account_type(word: &str) -> Option<AccountType> {
    match word {
        "User" => Some(AccountType::User),
        "Organization" => Some(AccountType::Organization),
        "Bot" => Some(AccountType::Bot),
        _ => None,
    }
}

fn version(answer: &Answer) -> Option<String> {
    answer.header("x-github-enterprise-version").map(remote::name)
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::model::{AccountType, AuthMethod, Expiry, HostUrl, TokenKind, Verdict};
    use crate::provider::Probe;
    use crate::provider::github::refusal::Asker;
    use crate::provider::github::shape::Form;
    use crate::provider::testing::answer;

    const OCTOCAT: &str = r#"{"login":"octocat","id":583231,"node_id":"MDQ6VXNlcjU4MzIzMQ==","type":"User","name":null}"#;

    fn judged(form: Form, status: u16, headers: &[(&str, &str)], body: &str) -> Probe {
        let web = HostUrl::parse("github.com").unwrap();
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        judge(&answer(status, headers, body), &Asker { web: &web, form, known: None, now }, true)
    }

    #[test]
    fn a_classic_token_tells_all() {
        let headers = [
            ("x-oauth-scopes", "repo, read:org"),
            ("github-authentication-token-expiration", "2027-02-18 00:00:00 UTC"),
            ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-remaining", "4998"),
            ("x-github-request-id", "C3F1:2A"),
        ];
        let probe = judged(Form::Classic, 200, &headers, OCTOCAT);
        assert_eq!(
            (probe.verdict, probe.username.as_deref(), probe.account_id.as_deref()),
            (Verdict::Valid, Some("octocat"), Some("583231"))
        );
        assert_eq!(
            (probe.account_type, probe.method, probe.kind),
            (Some(AccountType::User), Some(AuthMethod::Pat), Some(TokenKind::Classic))
        );
        assert_eq!(probe.scopes.unwrap(), ["repo", "read:org"]);
        assert_eq!(probe.expiry, Some(Expiry::At("2027-02-18T00:00:00Z".parse().unwrap())));
        assert_eq!(probe.rate_limit.unwrap().remaining, 4998);
        assert_eq!(probe.request_id.as_deref(), Some("C3F1:2A"));
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        let fine = judged(Form::FineGrained, 200, &[], OCTOCAT);
        assert_eq!((fine.scopes, fine.kind, fine.expiry), (None, Some(TokenKind::FineGrained), Some(Expiry::Never)));
        let app = judged(Form::AppUser, 200, &[("x-oauth-scopes", ""), ("x-oauth-client-id", "Iv1.abc")], OCTOCAT);
        assert_eq!((app.scopes, app.method, app.expiry), (None, Some(AuthMethod::OAuth), Some(Expiry::Unknown)));
        let old = judged(Form::Old, 200, &[("x-oauth-scopes", ""), ("x-github-enterprise-version", "3.17.2")], OCTOCAT);
        assert_eq!((old.scopes, old.kind), (Some(vec![]), Some(TokenKind::Classic)));
        assert_eq!(old.server_version.as_deref(), Some("3.17.2"));
        assert_eq!(judged(Form::Old, 200, &[("x-oauth-client-id", "Ov23abc")], OCTOCAT).method, Some(AuthMethod::OAuth));
    }

    #[test]
    fn an_installation_is_named_by_what_it_owns() {
        let body = r#"{"total_count":7,"repository_selection":"selected","repositories":[{"id":1,"owner":{"login":"acme","id":5,"type":"Organization"}}]}"#;
        let probe = judged(Form::Installation, 200, &[], body);
        assert_eq!((probe.verdict, probe.username.as_deref()), (Verdict::Valid, Some("acme")));
        assert_eq!((probe.account_type, probe.method), (Some(AccountType::Organization), Some(AuthMethod::GithubApp)));
        let empty = judged(Form::Installation, 200, &[], r#"{"total_count":0,"repositories":[]}"#);
        assert_eq!((empty.verdict, empty.username), (Verdict::Valid, None));
    }

    #[test]
    fn nonsense_says_nothing_of_the_token() {
        for body in ["<html>", "", "[]", r#"{"login":"x"}"#, r#"{"message":"Not Found"}"#] {
            assert_eq!(judged(Form::Classic, 200, &[], body).verdict, Verdict::Unreachable, "{body}");
        }
    }
}

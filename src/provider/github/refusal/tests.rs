use super::{Asker, refusal};
use crate::model::{HostUrl, Timestamp, Verdict};
use crate::provider::Known;
use crate::provider::finding::{Cause, Finding};
use crate::provider::github::shape::Form;
use crate::provider::testing::answer;

fn ask(status: u16, headers: &[(&str, &str)], body: &str, known: Option<Known>) -> Finding {
    let web = HostUrl::parse("github.com").unwrap();
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    refusal(&answer(status, headers, body), &Asker { web: &web, form: Form::Classic, known: known.as_ref(), now })
}

fn said(status: u16, message: &str) -> Finding {
    ask(status, &[], &serde_json::json!({ "message": message, "status": status.to_string() }).to_string(), None)
}

const BAD: &str = r#"{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}"#;

#[test]
fn bad_credentials_are_told_apart_by_what_was_known() {
    let past: Timestamp = "2026-11-20T11:59:59Z".parse().unwrap();
    let future: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    for (known, verdict) in [
        (None, Verdict::Invalid),
        (Some(Known { was_active: false, expires_at: None }), Verdict::Invalid),
        (Some(Known { was_active: false, expires_at: Some(future) }), Verdict::Invalid),
        (Some(Known { was_active: true, expires_at: None }), Verdict::Revoked),
        (Some(Known { was_active: true, expires_at: Some(future) }), Verdict::Revoked),
        (Some(Known { was_active: true, expires_at: Some(past) }), Verdict::Expired),
        (Some(Known { was_active: false, expires_at: Some(past) }), Verdict::Expired),
    ] {
        assert_eq!(ask(401, &[("x-ratelimit-limit", "60")], BAD, known).verdict(), verdict, "{known:?}");
    }
}

#[test]
fn a_401_that_is_not_about_the_token_proves_nothing() {
    assert_eq!(said(401, "Requires authentication").cause, Cause::Unintelligible);
    assert_eq!(ask(401, &[("content-type", "text/html")], "<html>Sign in</html>", None).cause, Cause::Unintelligible);
    assert_eq!(ask(401, &[], "", None).cause, Cause::Unintelligible);
}

/// Texts as in the facts §10 and §2.6; those of organisations' rules are written by hand after them: no recording exists.
#[test]
fn each_403_has_its_meaning() {
    for (message, verdict, words) in [
        (
            "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.",
            Verdict::SsoRequired,
            "single sign-on",
        ),
        (
            "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
            Verdict::Blocked,
            "`acme` allows certain addresses only",
        ),
        (
            "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions, which means that data access to third-parties is limited.",
            Verdict::Blocked,
            "`acme` has not approved",
        ),
        (
            "`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.",
            Verdict::Blocked,
            "`acme` does not take classic tokens",
        ),
        ("Resource not accessible by personal access token", Verdict::InsufficientScope, "not granted"),
        ("Resource not accessible by integration", Verdict::InsufficientScope, "not granted"),
        ("Must have admin rights to Repository.", Verdict::InsufficientScope, "administrator"),
        ("Sorry. Your account was suspended.", Verdict::Blocked, "suspended the account"),
        ("This installation has been suspended", Verdict::Blocked, "suspended the app's installation"),
        (
            "This installation owned by octocat suspended your access at 2026-01-01",
            Verdict::Blocked,
            "suspended the app's installation",
        ),
        ("Maximum number of login attempts exceeded. Please try again later.", Verdict::Blocked, "after several wrong tokens"),
        ("Repository access blocked", Verdict::Blocked, "blocked the repository"),
        ("The repository has been disabled due to a billing issue.", Verdict::Blocked, "payment"),
        ("At least one email address must be verified to do that", Verdict::Blocked, "e-mail"),
        (
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com).",
            Verdict::Blocked,
            "User-Agent",
        ),
        (
            "Missing or invalid User Agent string. See http://developer.github.com/v3/#user-agent-required",
            Verdict::Blocked,
            "User-Agent",
        ),
        ("Something quite new", Verdict::Blocked, "forbids it: Something quite new"),
    ] {
        let finding = said(403, message);
        assert_eq!(finding.cause, Cause::Refused(verdict), "{message}");
        assert!(finding.reason.contains(words), "{message} -> {}", finding.reason);
    }
    assert_eq!(said(451, "Repository access blocked").verdict(), Verdict::Blocked);
    assert_eq!(ask(403, &[("content-type", "text/html")], "<html>", None).cause, Cause::Unintelligible);
}

#[test]
fn pages_that_mend_it_are_given() {
    let url = "https://github.com/orgs/acme/sso?authorization_request=AAAB";
    let body = r#"{"message":"Resource protected by organization SAML enforcement."}"#;
    let finding = ask(403, &[("x-github-sso", &format!("required; url={url}"))], body, None);
    assert_eq!((finding.verdict(), finding.mend_url.as_deref()), (Verdict::SsoRequired, Some(url)));
    let lifetime = said(
        403,
        "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days. Please adjust your token's lifetime at the following URL: https://github.com/settings/personal-access-tokens/77",
    );
    assert_eq!(lifetime.mend_url.as_deref(), Some("https://github.com/settings/personal-access-tokens/77"));
    assert!(lifetime.reason.contains("`acme`"), "{}", lifetime.reason);
}

#[test]
fn missing_permissions_are_named() {
    let body = r#"{"message":"Resource not accessible by personal access token"}"#;
    let finding = ask(403, &[("x-accepted-github-permissions", "pull_requests=read; contents=read,metadata=read")], body, None);
    assert!(finding.reason.ends_with("it takes `pull_requests=read` or `contents=read and metadata=read`"), "{}", finding.reason);
    let headers = [("x-oauth-scopes", "gist"), ("x-accepted-oauth-scopes", "repo, public_repo")];
    let scoped = ask(403, &headers, r#"{"message":"Forbidden"}"#, None);
    assert_eq!(scoped.verdict(), Verdict::InsufficientScope);
    assert!(scoped.reason.contains("`repo`, `public_repo`"), "{}", scoped.reason);
    let implied = [("x-oauth-scopes", "repo"), ("x-accepted-oauth-scopes", "public_repo")];
    assert_eq!(ask(403, &implied, r#"{"message":"Forbidden"}"#, None).verdict(), Verdict::Blocked);
}

#[test]
fn faults_of_the_server_prove_nothing() {
    let sick = ask(503, &[("content-type", "text/html")], "<!DOCTYPE html>", None);
    assert_eq!((sick.cause, sick.verdict()), (Cause::Unintelligible, Verdict::Unreachable));
    let wrong = ask(404, &[("content-type", "text/html")], "<html>", None);
    assert!(wrong.reason.contains("a page of HTML") && wrong.reason.contains("`github.com`"), "{}", wrong.reason);
    assert_eq!(said(404, "Not Found").cause, Cause::NotFound);
    let version = said(400, "Bad Request: The version you specified is not a supported version.");
    assert_eq!(version.cause, Cause::NotAccepted);
    let body = r#"{"message":"Validation Failed","errors":[{"resource":"x","code":"custom","message":"too much"}]}"#;
    assert_eq!(ask(422, &[], body, None).reason, "Validation Failed: too much");
    assert_eq!(ask(422, &[], r#"{"message":"Validation Failed","errors":["one","two"]}"#, None).reason, "Validation Failed: one");
}

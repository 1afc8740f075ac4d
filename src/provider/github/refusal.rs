//! What GitHub's answers mean that are no success. Messages drift: they are matched loosely, and said again in our own words.

use super::super::finding::{self, Cause, Finding};
use super::super::{Known, remote};
use super::api::{self, Trouble};
use super::shape::Form;
use super::site::Site;
use super::sso::{self, SingleSignOn};
use crate::model::{HostUrl, Timestamp, Verdict};
use crate::net::Answer;

/// Who asked, and what was known of the credential before.
pub(super) struct Asker<'a> {
    pub(super) web: &'a HostUrl,
    pub(super) form: Form,
    pub(super) known: Option<&'a Known>,
    pub(super) now: Timestamp,
}

/// What an answer other than 2xx means.
pub(super) fn refusal(answer: &Answer, asker: &Asker<'_>) -> Finding {
    let web = asker.web;
    let trouble = answer.json::<Trouble>().filter(|trouble| !trouble.message.is_empty());
    match (answer.status, trouble) {
        (401, Some(trouble)) => unauthorized(answer, asker, &trouble.message),
        (403 | 451, Some(trouble)) => forbidden(answer, asker, &trouble.message),
        (404, Some(_)) => Finding::new(
            Cause::NotFound,
            format!("404 to {}: its API lies elsewhere, or it does not show this to the token", answer.call),
        ),
        (400 | 409 | 410 | 422, Some(trouble)) => Finding::new(Cause::NotAccepted, not_accepted(&trouble)),
        (404, None) => Finding::unintelligible(format!(
            "404 with {} where its API should be: is `{web}` a GitHub server, and its address complete",
            finding::instead_of_json(answer)
        )),
        (401 | 403, None) => Finding::unintelligible(format!(
            "{} with {}: a proxy or a sign-in page seems to stand before its API",
            answer.status,
            finding::instead_of_json(answer)
        )),
        (status @ 500.., _) => Finding::unintelligible(format!("{status}: it is unwell{}", status_page(web))),
        (status, _) => Finding::unintelligible(format!("{status} with {}", finding::instead_of_json(answer))),
    }
}

/// 401. GitHub does not say whether a token is wrong, expired or revoked: what was known before has to tell.
fn unauthorized(answer: &Answer, asker: &Asker<'_>, message: &str) -> Finding {
    let web = asker.web;
    let lower = message.to_ascii_lowercase();
    if lower.contains("requires authentication") {
        // It came to nobody's eyes, so nothing is known of it.
        return Finding::unintelligible("it saw no token: a proxy on the way may have dropped it");
    }
    if answer.header("x-github-otp").is_some() {
        return Finding::refused(Verdict::Invalid, format!("{web} asks for a one-time code, as for a password: this is no token"));
    }
    match finding::by_what_was_known(asker.known, asker.now) {
        Verdict::Expired => Finding::refused(Verdict::Expired, format!("{web} refuses the token, and its time is over: it has expired")),
        Verdict::Revoked => Finding::refused(
            Verdict::Revoked,
            format!("{web} refuses the token, which worked before: it was revoked{}", status_page(web)),
        ),
        _ => Finding::refused(Verdict::Invalid, format!("{web} does not know the token: it is mistyped, expired or revoked")),
    }
}

/// 403 (and 451) in all its meanings.
fn forbidden(answer: &Answer, asker: &Asker<'_>, message: &str) -> Finding {
    let web = asker.web;
    let lower = message.to_ascii_lowercase();
    let has = |words: &str| lower.contains(words);
    let blocked = |reason: String| Finding::refused(Verdict::Blocked, reason);
    let organization = || {
        let name = remote::between(message, '`').or_else(|| remote::between(message, '\''));
        name.map_or_else(|| "the organisation".to_owned(), |name| format!("the organisation `{name}`"))
    };

    if let Some(SingleSignOn::Required { page }) = sso::of(answer) {
        return Finding::refused(Verdict::SsoRequired, "the organisation wants single sign-on for this token".to_owned()).mended_at(page);
    }
    if has("saml enforcement") {
        return Finding::refused(Verdict::SsoRequired, "the organisation wants single sign-on for this token".to_owned())
            .mended_at(Some(format!("{}/settings/tokens", web.as_str())));
    }
    if has("ip allow list") {
        return blocked(format!("{} allows certain addresses only, and this one is not among them; the token itself is good", organization()));
    }
    if has("oauth app access restrictions") {
        return blocked(format!("{} has not approved the OAuth app that made this token", organization()));
    }
    if has("forbids access via a personal access token (classic)") {
        return blocked(format!("{} does not take classic tokens: make a fine-grained one", organization()))
            .mended_at(Some(format!("{}/settings/personal-access-tokens/new", web.as_str())));
    }
    if has("lifetime is greater than") {
        let page = message.split_whitespace().find(|word| word.contains("://")).and_then(remote::page);
        return blocked(format!("{} wants tokens to live for 366 days at most: shorten this one's life", organization())).mended_at(page);
    }
    if has("resource not accessible by") {
        return Finding::refused(Verdict::InsufficientScope, not_permitted(answer, asker.form));
    }
    if has("must have admin rights") {
        return Finding::refused(Verdict::InsufficientScope, "the account's role does not allow this: it takes an administrator".to_owned());
    }
    if has("account was suspended") {
        return blocked(format!("{web} has suspended the account"));
    }
    if has("suspended") {
        return blocked(format!("{web} has suspended the app's installation: an owner of the organisation can lift it"));
    }
    if has("login attempts exceeded") {
        return blocked(format!("{web} has locked the account for a while after several wrong tokens: try again later"));
    }
    if has("access blocked") || has("blocked due to") || answer.status == 451 {
        return blocked(format!("{web} has blocked the repository"));
    }
    if has("billing issue") {
        return blocked("the repository is disabled for want of payment".to_owned());
    }
    if has("email address must be verified") {
        return blocked(format!("{web} wants the account's e-mail address verified first"))
            .mended_at(Some(format!("{}/settings/emails", web.as_str())));
    }
    if has("user-agent") || has("user agent") {
        return blocked(format!("{web} saw no `User-Agent`: a proxy on the way may have dropped it"));
    }
    match missing_scope(answer) {
        Some(wanted) => Finding::refused(Verdict::InsufficientScope, format!("the token lacks the scope for this: any of {wanted} would do")),
        None => blocked(format!("{web} forbids it: {}", remote::said(message))),
    }
}

/// What a fine-grained or app token would need, as far as GitHub says it.
fn not_permitted(answer: &Answer, form: Form) -> String {
    let who = match form {
        Form::Installation | Form::AppUser => "the app was not granted this",
        _ => "the token was not granted this, or not for this repository",
    };
    // `;` stands between alternatives, `,` between what is needed together.
    let wanted = answer.header("x-accepted-github-permissions").map(|header| {
        let ways = header.split(';').map(|way| api::words(way).join(" and ")).filter(|way| !way.is_empty());
        ways.map(|way| format!("`{way}`")).collect::<Vec<_>>().join(" or ")
    });
    match wanted.filter(|wanted| !wanted.is_empty()) {
        Some(wanted) => format!("{who}: it takes {wanted}"),
        None => who.to_owned(),
    }
}

/// The scopes of which one would do, where the token has none of them.
fn missing_scope(answer: &Answer) -> Option<String> {
    let scopes = api::scopes(answer)?;
    let granted = super::scopes::with_implied(&scopes);
    let accepted = api::words(answer.header("x-accepted-oauth-scopes")?);
    let lacks = !accepted.is_empty() && !accepted.iter().any(|scope| granted.contains(scope.as_str()));
    lacks.then(|| accepted.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", "))
}

fn not_accepted(trouble: &Trouble) -> String {
    let first = trouble.errors.first().and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
    match first {
        Some(detail) => format!("{}: {}", remote::said(&trouble.message), remote::said(detail)),
        None => remote::said(&trouble.message),
    }
}

/// Where GitHub says how it is: only for its own service.
fn status_page(web: &HostUrl) -> &'static str {
    match Site::of(web) {
        Site::Public | Site::Tenant => " (see githubstatus.com if that surprises you)",
        Site::Server => "",
    }
}

#[cfg(test)]
mod tests {
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
            ("Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.", Verdict::SsoRequired, "single sign-on"),
            ("Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.", Verdict::Blocked, "`acme` allows certain addresses only"),
            ("Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions, which means that data access to third-parties is limited.", Verdict::Blocked, "`acme` has not approved"),
            ("`acme` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a personal access token with fine-grained permissions.", Verdict::Blocked, "`acme` does not take classic tokens"),
            ("Resource not accessible by personal access token", Verdict::InsufficientScope, "not granted"),
            ("Resource not accessible by integration", Verdict::InsufficientScope, "not granted"),
            ("Must have admin rights to Repository.", Verdict::InsufficientScope, "administrator"),
            ("Sorry. Your account was suspended.", Verdict::Blocked, "suspended the account"),
            ("This installation has been suspended", Verdict::Blocked, "suspended the app's installation"),
            ("This installation owned by octocat suspended your access at 2026-01-01", Verdict::Blocked, "suspended the app's installation"),
            ("Maximum number of login attempts exceeded. Please try again later.", Verdict::Blocked, "after several wrong tokens"),
            ("Repository access blocked", Verdict::Blocked, "blocked the repository"),
            ("The repository has been disabled due to a billing issue.", Verdict::Blocked, "payment"),
            ("At least one email address must be verified to do that", Verdict::Blocked, "e-mail"),
            ("Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com).", Verdict::Blocked, "User-Agent"),
            ("Missing or invalid User Agent string. See http://developer.github.com/v3/#user-agent-required", Verdict::Blocked, "User-Agent"),
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
        let lifetime = said(403, "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 366 days. Please adjust your token's lifetime at the following URL: https://github.com/settings/personal-access-tokens/77");
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
}

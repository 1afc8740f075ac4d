//! What GitHub's answers mean that are no success. Messages drift: they are matched loosely, and said again in our own words.

use super::super::finding::{self, Cause, Finding};
use super::super::{Known, remote};
use super::api::{self, Trouble};
use super::app;
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
        (401, Some(_)) if asker.form == Form::App => app::unauthorized(answer, asker),
        (404, Some(_)) if asker.form == Form::App => app::not_found(answer, asker),
        (401, Some(trouble)) => unauthorized(answer, asker, &trouble.message),
        (403 | 451, Some(trouble)) => forbidden(answer, asker, &trouble.message),
        (404, Some(_)) => Finding::new(
            Cause::NotFound,
            format!("404 to {}: its API lies elsewhere, or it does not show this to the token", answer.call),
        ),
        (400 | 409 | 410 | 422, Some(trouble)) => Finding::new(Cause::NotAccepted, not_accepted(&trouble)),
        (404, None) => Finding::unintelligible(format!(
            "404 with {} where its API should be: is `{web}` a GitHub server, and its address complete",
            finding::instead(answer)
        )),
        (401 | 403, None) => Finding::unintelligible(format!(
            "{} with {}: a proxy or a sign-in page seems to stand before its API",
            answer.status,
            finding::instead(answer)
        )),
        (status @ 500.., _) => Finding::unintelligible(format!("it is unwell ({status}){}", status_page(web))),
        (status, _) => Finding::unintelligible(format!("{status} with {}", finding::instead(answer))),
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
        return Finding::refused(
            Verdict::Invalid,
            format!("{web} asks for a one-time code, as for a password: this is no token"),
        );
    }
    finding::expired_or_revoked(web, asker.known, asker.now, status_page(web)).unwrap_or_else(|| {
        Finding::refused(Verdict::Invalid, format!("{web} does not know the token: it is mistyped, expired or revoked"))
    })
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
        return Finding::refused(Verdict::SsoRequired, "the organisation wants single sign-on for this token".to_owned())
            .mended_at(page);
    }
    if has("saml enforcement") {
        return Finding::refused(Verdict::SsoRequired, "the organisation wants single sign-on for this token".to_owned())
            .mended_at(Some(format!("{}/settings/tokens", web.as_str())));
    }
    if has("ip allow list") {
        let who = if asker.form == Form::App { "app" } else { "token" };
        return blocked(format!(
            "{} allows certain addresses only, and this one is not among them; the {who} itself is good",
            organization()
        ));
    }
    if has("oauth app access restrictions") {
        // There its member can ask an owner to approve it.
        let app = answer.header("x-oauth-client-id").map(remote::name);
        let page = app.map(|id| format!("{}/settings/connections/applications/{}", web.as_str(), super::super::encoded(&id)));
        return blocked(format!("{} has not approved the OAuth app that made this token", organization())).mended_at(page);
    }
    if has("forbids access via a personal access token (classic)") {
        return blocked(format!("{} does not take classic tokens: make a fine-grained one", organization()))
            .mended_at(Some(format!("{}/settings/personal-access-tokens/new", web.as_str())));
    }
    if has("lifetime is greater than") {
        let page = message.split_whitespace().find(|word| word.contains("://")).and_then(remote::page);
        return blocked(format!("{} wants tokens to live for 366 days at most: shorten this one's life", organization()))
            .mended_at(page);
    }
    if has("resource not accessible by") {
        return Finding::refused(Verdict::InsufficientScope, not_permitted(answer, asker.form));
    }
    if has("must have admin rights") {
        return Finding::refused(
            Verdict::InsufficientScope,
            "the account's role does not allow this: it takes an administrator".to_owned(),
        );
    }
    if has("account was suspended") {
        return blocked(format!("{web} has suspended the account"));
    }
    if has("suspended") && asker.form == Form::App && !has("installation") {
        return blocked(format!("{web} has suspended the app"));
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
        Some(wanted) => {
            Finding::refused(Verdict::InsufficientScope, format!("the token lacks the scope for this: any of {wanted} would do"))
        }
        None => blocked(format!("{web} forbids it: {}", remote::said(message))),
    }
}

/// What a fine-grained or app token would need, as far as GitHub says it.
fn not_permitted(answer: &Answer, form: Form) -> String {
    let who = match form {
        Form::Installation | Form::AppUser | Form::App => "the app was not granted this",
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
mod tests;

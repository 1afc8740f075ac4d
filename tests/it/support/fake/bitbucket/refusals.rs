//! How Bitbucket says no.

use serde_json::json;

use crate::support::fake::Answer;

/// The shape of every refusal that is JSON: quoted, Bitbucket A6. Whether the text is quoted stands where it is given.
pub(in super::super) fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({"type": "error", "error": {"message": text}}))
}

/// Quoted: Bitbucket A2. It is said of an unknown, expired or revoked token, of one without scopes, and of an API token that is not sent
/// with its e-mail address: nobody can tell these apart.
pub(in super::super) fn unauthorized() -> Answer {
    message(401, "Token is invalid, expired, or not supported for this endpoint.")
}

/// Quoted: Bitbucket A2, the shape of a 401 without JSON; the realm is not known.
pub(in super::super) fn unauthorized_without_words() -> Answer {
    Answer::empty(401).header("www-authenticate", "BitbucketCustom realm=\"Bitbucket.org HTTP\"")
}

/// Quoted: Bitbucket A1.2.
pub(in super::super) fn login_expired() -> Answer {
    message(401, "Access token expired. Use your refresh token to obtain a new access token.")
}

/// Quoted: Bitbucket A2, with the scopes of this call and token. The token is fine.
pub(in super::super) fn lacks_scope(required: &str, granted: &[String]) -> Answer {
    let text = "Your credentials lack one or more required privilege scopes.";
    let detail = json!({"required": [required], "granted": granted});
    Answer::json(403, &json!({"type": "error", "error": {"message": text, "detail": detail}}))
}

/// Quoted: Bitbucket A2, which takes 403 for the probable status.
pub(in super::super) fn wrong_mechanism() -> Answer {
    message(403, "This API is not accessible by this authentication mechanism")
}

/// Quoted: Bitbucket A (its first paragraph), where it is the answer to a call beside `/2.0`.
pub(in super::super) fn forbidden() -> Answer {
    message(403, "Forbidden")
}

/// Quoted: Bitbucket A3.
pub(in super::super) fn removed() -> Answer {
    Answer::json(
        410,
        &json!({"type": "error", "error": {
            "message": "CHANGE-2770 - Functionality has been deprecated",
            "detail": "Please read the changelog entry for more details.",
            "data": {"announcement_url": "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770"},
        }}),
    )
}

/// Quoted: Bitbucket A6 (a recording of go-scm's).
pub(super) fn no_repository(workspace: &str, slug: &str) -> Answer {
    message(404, &format!("Repository {workspace}/{slug} not found"))
}

/// The text is quoted from the tests of several clients; the notes have only the status: Bitbucket A2 and A3.
pub(super) fn no_workspace(identifier: &str) -> Answer {
    message(404, &format!("No workspace with identifier '{identifier}'."))
}

/// Quoted: Bitbucket A6. The token may be fine all the same.
pub(super) fn not_your_workspace() -> Answer {
    message(401, "You do not have access to view this workspace.")
}

/// Written by hand: Bitbucket A3 has only the status of a workspace that is marked as spam.
pub(super) fn spam() -> Answer {
    message(410, "This workspace is no longer available.")
}

/// Written by hand: Bitbucket A4 has only the status.
pub(super) fn no_branch(name: &str) -> Answer {
    message(404, &format!("Branch \"{name}\" not found"))
}

/// Written by hand: the notes have no such answer.
pub(super) fn no_call() -> Answer {
    message(404, "Resource not found")
}

/// Written by hand: the notes have no refusal of a bad `q`, `sort`, `role` or `ctx`; 400 is what the description of `/user/workspaces` lists
/// (Bitbucket A3).
pub(super) fn bad_request(what: &str) -> Answer {
    let text = format!("Invalid {what}");
    Answer::json(400, &json!({"type": "error", "error": {"message": text, "fields": {what: [text]}}}))
}

/// The text is quoted from what two clients say of it; the notes have only that 100 is the most (Bitbucket A3).
pub(super) fn bad_page_length() -> Answer {
    message(400, "Invalid pagelen")
}

/// Quoted: Bitbucket A6, 46 bytes of plain text, and no `Retry-After`.
pub(in super::super) fn limited() -> Answer {
    Answer::text(429, "Rate limit for this resource has been exceeded")
}

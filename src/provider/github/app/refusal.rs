//! What GitHub's answers to an app's own calls mean that are no success. Messages drift: they are matched loosely, and said again in our own words.

use super::super::super::Obstacle;
use super::super::super::finding::{self, Cause, Finding};
use super::super::refusal::Asker;
use super::{jwt, message};
use crate::model::Verdict;
use crate::net::Answer;

/// 401: the signature, its times, or the app itself.
pub(in super::super) fn unauthorized(answer: &Answer, asker: &Asker<'_>) -> Finding {
    let web = asker.web;
    let verdict = finding::by_what_was_known(asker.known, asker.now);
    if jwt::is_about_time(answer) {
        return Finding::unintelligible("it finds the time in our signature wrong, although it was taken from its own clock");
    }
    if is_without_key(answer) {
        return Finding::refused(verdict, format!("the app has no private key at {web}: all of them were deleted there"));
    }
    if message(answer).contains("integration not found") {
        return no_such_app(asker);
    }
    let why = match verdict {
        Verdict::Revoked => format!("{web} no longer takes the app's private key: it was deleted there"),
        _ => format!("{web} cannot verify the signature: the private key is not this app's, or was deleted there"),
    };
    Finding::refused(verdict, why)
}

/// 404. GitHub says it of the app, or of what was asked for.
pub(in super::super) fn not_found(answer: &Answer, asker: &Asker<'_>) -> Finding {
    if message(answer).contains("integration not found") {
        return no_such_app(asker);
    }
    Finding::new(Cause::NotFound, format!("404 to {}: its API lies elsewhere, or it does not show this to the app", answer.call))
}

fn no_such_app(asker: &Asker<'_>) -> Finding {
    let verdict = finding::by_what_was_known(asker.known, asker.now);
    Finding::refused(verdict, format!("{} knows no app of this id", asker.web))
}

/// Whether GitHub knows no key of the app: all are deleted, or the app was made a moment ago.
pub(super) fn is_without_key(answer: &Answer) -> bool {
    answer.status == 401 && message(answer).contains("must generate a public key")
}

/// Whether a 404 speaks of the installation, not of the app that asks, and comes from GitHub at all.
pub(super) fn is_of_an_installation(answer: &Answer) -> bool {
    let message = message(answer);
    !message.is_empty() && !message.contains("integration not found")
}

/// What stands in the way of using a token that was good.
pub(in super::super) fn hindrance(answer: &Answer) -> Option<Obstacle> {
    let message = message(answer);
    (answer.status == 403 && message.contains("suspended") && message.contains("installation")).then_some(Obstacle::Suspended)
}

/// What stands in the way of a token.
pub(super) fn obstacle(answer: &Answer) -> Option<Obstacle> {
    let message = message(answer);
    match answer.status {
        403 => hindrance(answer),
        404 if is_of_an_installation(answer) => Some(Obstacle::Gone),
        422 if message.contains("permissions") && message.contains("not granted") => Some(Obstacle::NotGranted),
        422 if message.contains("repository") && message.contains("not accessible") => Some(Obstacle::NotSelected),
        _ => None,
    }
}

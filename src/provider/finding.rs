//! What an answer that is no success means, before it is known whether it becomes a verdict or an error.

use super::{Answered, Error, Probe, RateLimit, remote};
use crate::model::{HostUrl, Timestamp, Verdict};
use crate::net::{self, Answer};

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The provider refuses the credential, or the credential this.
    Refused(Verdict),
    /// There is no such thing, or the token may not see it.
    NotFound,
    /// 400, 422, 410: the request itself is not accepted.
    NotAccepted,
    /// 5xx, HTML, broken JSON: nothing was learnt.
    Unintelligible,
}

/// What an answer means, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) cause: Cause,
    /// For a refusal a whole statement; else what follows `gave no usable answer:` or `did not accept the request:`.
    pub(super) reason: String,
    /// A page that mends it.
    pub(super) mend_url: Option<String>,
}

impl Finding {
    pub(super) fn new(cause: Cause, reason: impl Into<String>) -> Self {
        Self { cause, reason: reason.into(), mend_url: None }
    }

    /// A refusal of the credential.
    pub(super) fn refused(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self::new(Cause::Refused(verdict), reason)
    }

    /// An answer that is no use.
    pub(super) fn unintelligible(reason: impl Into<String>) -> Self {
        Self::new(Cause::Unintelligible, reason)
    }

    /// The same with a page that mends it.
    #[must_use]
    pub(super) fn mended_at(mut self, page: Option<String>) -> Self {
        self.mend_url = page;
        self
    }

    /// The verdict. What says nothing of the credential leaves it unknown.
    pub(super) const fn verdict(&self) -> Verdict {
        match self.cause {
            Cause::Refused(verdict) => verdict,
            Cause::NotFound | Cause::NotAccepted | Cause::Unintelligible => Verdict::Unreachable,
        }
    }

    /// As the outcome of a check.
    pub(super) fn into_probe(self, answer: &Answer) -> Probe {
        let verdict = self.verdict();
        let reason = match self.cause {
            Cause::Refused(_) => self.reason,
            Cause::NotAccepted => format!("{} did not accept the request: {}", answer.host, self.reason),
            Cause::NotFound | Cause::Unintelligible => format!("{} gave no usable answer: {}", answer.host, self.reason),
        };
        Probe { mend_url: self.mend_url, request_id: answer.request_id().map(remote::name), ..Probe::of(verdict, reason) }
    }

    /// As the outcome of any other request.
    pub(super) fn into_error(self, answer: &Answer) -> Error {
        let answered = Box::new(Answered::by(answer));
        match self.cause {
            Cause::Refused(verdict) => Error::Refused { verdict, reason: self.reason, mend_url: self.mend_url, answered },
            Cause::NotAccepted => Error::NotAccepted { why: self.reason, answered },
            Cause::NotFound | Cause::Unintelligible => Error::Unintelligible { why: self.reason, answered },
        }
    }
}

/// What a check found that got no answer. A fault of the network proves nothing against the token.
pub(super) fn unanswered(error: &net::Error) -> Probe {
    let verdict = match error {
        net::Error::Limited { .. } => Verdict::RateLimited,
        net::Error::Unreachable { .. }
        | net::Error::TooLarge { .. }
        | net::Error::Redirected { .. }
        | net::Error::Plain { .. }
        | net::Error::Certificate { .. }
        | net::Error::Token(_)
        | net::Error::Unusable { .. } => Verdict::Unreachable,
    };
    let rate_limit = match error {
        net::Error::Limited { until, .. } => Some(RateLimit { limit: None, remaining: 0, reset: *until }),
        _ => None,
    };
    Probe { rate_limit, ..Probe::of(verdict, crate::model::clean(&error.to_string()).into_owned()) }
}

/// What a failed request says of the credential.
impl From<Error> for Probe {
    fn from(error: Error) -> Self {
        let reason = crate::model::clean(&error.to_string()).into_owned();
        match error {
            Error::Refused { verdict, mend_url, answered, .. } => {
                Self { mend_url, request_id: answered.request_id, ..Self::of(verdict, reason) }
            }
            Error::Net(error) => unanswered(&error),
            _ => Self::of(Verdict::Unreachable, reason),
        }
    }
}

/// Tells a credential that is simply unknown apart by what was known of it (design §2): past its end it has expired, if it once
/// worked it was revoked, else it was never good.
pub(super) fn by_what_was_known(known: Option<&super::Known>, now: Timestamp) -> Verdict {
    match known {
        Some(known) if known.expires_at.is_some_and(|end| end <= now) => Verdict::Expired,
        Some(known) if known.was_active => Verdict::Revoked,
        _ => Verdict::Invalid,
    }
}

/// The same in words, where what was known tells more than that the token is unknown. `or_else` follows `it was revoked`.
pub(super) fn expired_or_revoked(web: &HostUrl, known: Option<&super::Known>, now: Timestamp, or_else: &str) -> Option<Finding> {
    let verdict = by_what_was_known(known, now);
    let words = match verdict {
        Verdict::Expired => "and its time is over: it has expired".to_owned(),
        Verdict::Revoked => format!("which worked before: it was revoked{or_else}"),
        _ => return None,
    };
    Some(Finding::refused(verdict, format!("{web} refuses the token, {words}")))
}

/// Whether a body is a page of HTML, as proxies, sign-in pages and ailing servers send.
pub(super) fn is_page(answer: &Answer) -> bool {
    let by_type = answer.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    by_type || answer.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Reads a 200; `refused` says what anything else means.
pub(super) fn read<T: serde::de::DeserializeOwned>(answer: &Answer, refused: impl FnOnce() -> Error) -> Result<T, Error> {
    if answer.status != 200 {
        return Err(refused());
    }
    let broken = || Finding::unintelligible(not_what_was_asked(answer, "what was asked for")).into_error(answer);
    answer.json().ok_or_else(broken)
}

/// What to say of a 200 that does not hold what it should: `a page of HTML instead of an account`.
pub(super) fn not_what_was_asked(answer: &Answer, expected: &str) -> String {
    format!("{} instead of {expected}", instead(answer))
}

/// What came where an answer of the API was expected.
pub(super) fn instead(answer: &Answer) -> &'static str {
    if is_page(answer) {
        "a page of HTML"
    } else if answer.body.is_empty() {
        "an empty answer"
    } else if answer.json::<serde::de::IgnoredAny>().is_some() {
        "JSON of another shape"
    } else {
        "no JSON"
    }
}

//! Rate limits: how long a provider asks us to wait, and how long we do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Answer;

/// A provider's request to slow down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// When requests are welcome again, if the provider says so. It may lie in the past or in another century: what is waited for, and
    /// shown, is at most a day ahead.
    pub(crate) until: Option<Timestamp>,
    /// Whether too much was asked *at once*: from then on one request at a time goes to this host.
    pub(crate) secondary: bool,
}

/// A provider's rule for recognising a limit in an answer. The moment is the present.
pub(crate) type Classifier = fn(&Answer, Timestamp) -> Option<Limit>;

/// A wait that has begun, for a countdown.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) host: String,
    pub(crate) until: Timestamp,
}

/// Is told of every wait as long as it lasts, about once a second, and with `None` when it is over.
pub(crate) trait Watcher {
    fn waiting(&self, waiting: Option<&Waiting>);
}

/// The longest wait that is believed. What asks for more (`Retry-After: 1000000000`) means "not today", and says so.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// The moment named by `Retry-After` (RFC 9110 §10.2.3: seconds or a date), at most a day ahead of `now` and never behind it.
pub(crate) fn retry_after(answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    let text = answer.header("retry-after")?.trim();
    let until = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more than a day too.
        let seconds = text.parse::<i64>().unwrap_or(i64::MAX).min(LONGEST.as_secs());
        now.checked_add(SignedDuration::from_secs(seconds)).ok()?
    } else {
        http_date(text)?
    };
    Some(credible(until, now))
}

/// A moment given as seconds since 1970 (`X-RateLimit-Reset`, `RateLimit-Reset`).
pub(crate) fn epoch(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.trim().parse().ok()?).ok()
}

/// The moment, brought into the day that begins `now`: resets lie in the past (clocks differ) or in another century.
pub(crate) fn credible(until: Timestamp, now: Timestamp) -> Timestamp {
    let latest = now.checked_add(LONGEST).unwrap_or(Timestamp::MAX);
    until.clamp(now, latest.max(now))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`. A wrong weekday is forgiven.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// The wait where the provider names none (GitHub asks for at least a minute).
pub(super) const UNNAMED: Duration = Duration::from_mins(1);

/// What one request may still spend on waiting.
#[derive(Debug)]
pub(super) struct Budget {
    left: Duration,
    waits: u32,
}

impl Budget {
    /// Limits are waited out this often in one request; who still limits then does not mean the time it names.
    const WAITS: u32 = 5;

    pub(super) fn new(max_wait: Duration) -> Self {
        Self { left: max_wait, waits: 0 }
    }

    /// Takes the time for a wait until then, or says that it is too long. Waits grow from a second on, even where the moment
    /// named is past: a server whose clock is wrong is not to be asked in a tight loop.
    pub(super) fn take(&mut self, until: Timestamp, now: Timestamp) -> Option<Duration> {
        let named = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        let wait = named.max(Duration::from_secs(1 << self.waits.min(6)));
        let left = self.left.checked_sub(wait)?;
        if self.waits >= Self::WAITS {
            return None;
        }
        self.left = left;
        self.waits += 1;
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use jiff::{SignedDuration, Timestamp};
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};

    use super::{Budget, credible, epoch, retry_after};
    use crate::net::Answer;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    /// The seconds from now that a `Retry-After` means.
    fn seconds(header: &[u8]) -> Option<i64> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_bytes(header).unwrap())]);
        let answer = Answer { status: 429, headers, body: Bytes::new(), call: String::new(), host: String::new() };
        retry_after(&answer, now()).map(|until| until.duration_since(now()).as_secs())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_absurd() {
        for (header, expected) in [
            ("0", Some(0)),
            ("60", Some(60)),
            (" 60 ", Some(60)),
            ("86400", Some(86_400)),
            ("86401", Some(86_400)),
            ("1000000000", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sun, 01 Mar 2026 12:01:30 GMT", Some(90)),
            // A wrong weekday, and the two older forms of the standard's date that nobody sends.
            ("Mon, 01 Mar 2026 12:01:30 GMT", Some(90)),
            ("Sunday, 01-Mar-26 12:01:30 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Thu, 30 Dec 2100 23:59:59 GMT", Some(86_400)),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(header.as_bytes()), expected, "{header}");
        }
        assert_eq!(seconds(b"\xff"), None);
    }

    #[test]
    fn an_epoch_is_read_and_brought_into_the_day() {
        assert_eq!(epoch("1772366400"), Some(now()));
        assert_eq!(epoch(" 1772366400\n"), Some(now()));
        for odd in ["", "soon", "1772366400.5", "99999999999999999999", "999999999999999"] {
            assert_eq!(epoch(odd), None, "{odd}");
        }
        assert_eq!(credible(epoch("0").unwrap(), now()), now());
        assert_eq!(credible(Timestamp::MAX, now()), now().checked_add(SignedDuration::from_hours(24)).unwrap());
        assert_eq!(credible(now(), Timestamp::MAX), Timestamp::MAX);
    }

    #[test]
    fn a_budget_is_for_all_waits_of_a_request_together() {
        let after = |seconds| now().checked_add(SignedDuration::from_secs(seconds)).unwrap();
        let mut budget = Budget::new(Duration::from_mins(1));
        assert_eq!(budget.take(after(40), now()), Some(Duration::from_secs(40)));
        assert_eq!(budget.take(after(21), now()), None);
        assert_eq!(budget.take(after(20), now()), Some(Duration::from_secs(20)));
        assert_eq!(budget.take(after(0), now()), None);
        assert_eq!(Budget::new(Duration::ZERO).take(after(0), now()), None);
    }

    #[test]
    fn waits_for_a_moment_that_is_past_grow_and_end() {
        let mut budget = Budget::new(Duration::from_hours(1));
        let waits: Vec<_> = std::iter::from_fn(|| budget.take(Timestamp::UNIX_EPOCH, now())).map(|wait| wait.as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16]);
    }
}

//! Rate limits: how long a provider asks us to wait, and how long we do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Answer;

/// A provider's request to slow down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// When requests are welcome again, if the provider says so.
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

/// A moment given as seconds since 1970 (`X-RateLimit-Reset`, `RateLimit-Reset`). Use [`credible`] before it is waited for.
pub(crate) fn epoch(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.trim().parse().ok()?).ok()
}

/// The moment, brought into the day that begins `now`: resets lie in the past (clocks differ) or in another century.
pub(crate) fn credible(until: Timestamp, now: Timestamp) -> Timestamp {
    let latest = now.checked_add(LONGEST).unwrap_or(Timestamp::MAX);
    until.clamp(now, latest.max(now))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`. A wrong weekday is forgiven.
fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// What one request may still spend on waiting.
#[derive(Debug)]
pub(super) struct Budget {
    left: Duration,
    waits: u32,
}

impl Budget {
    /// Limits are waited out this often in one request; who still limits then does not mean the time it names.
    const WAITS: u32 = 5;
    /// The wait where the provider names none (GitHub asks for at least a minute).
    const UNNAMED: Duration = Duration::from_secs(60);

    pub(super) fn new(max_wait: Duration) -> Self {
        Self { left: max_wait, waits: 0 }
    }

    /// Takes the time for a wait until then, or says that it is too long. Waits grow from a second on, even where the moment
    /// named is past: a server whose clock is wrong is not to be asked in a tight loop.
    pub(super) fn take(&mut self, until: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
        let named = until.map_or(Self::UNNAMED, |until| Duration::try_from(until.duration_since(now)).unwrap_or_default());
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

//! When a token that renews itself is renewed: ten minutes before its end, or a quarter of its life before it where that is less.

use jiff::SignedDuration;

use crate::model::{Expiry, Timestamp};

/// So long before its end a token is renewed at the latest.
const EARLY: SignedDuration = SignedDuration::from_mins(10);
/// So much more than its whole life may be left of a token, for seconds lost in rounding.
const SLACK: SignedDuration = SignedDuration::from_secs(60);

/// How pressing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ops) enum Need {
    /// Not yet.
    Not,
    /// It still works, and should be renewed.
    Soon,
    /// By all that is known it is dead.
    Now,
}

/// Looks at a token's end, and at when it was handed out.
pub(in crate::ops) fn need(expiry: Expiry, issued_at: Option<Timestamp>, now: Timestamp) -> Need {
    // Nothing is renewed by guess: where no end is known, the provider's refusal says that it has come.
    let Expiry::At(end) = expiry else { return Need::Not };
    let left = end.duration_since(now);
    if !left.is_positive() {
        return Need::Now;
    }
    let life = issued_at.map(|issued_at| end.duration_since(issued_at)).filter(SignedDuration::is_positive);
    let early = life.map_or(EARLY, |life| EARLY.min(life / 4));
    // More is left than it ever had: the clock went back, and nobody knows how far.
    let clock_went_back = life.is_some_and(|life| left > life + SLACK);
    if left <= early || clock_went_back { Need::Soon } else { Need::Not }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{Need, need};
    use crate::model::{Expiry, Timestamp};

    fn at(minutes: i64) -> Timestamp {
        "2026-11-20T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn ten_minutes_before_the_end_or_a_quarter_of_a_short_life() {
        for (issued, end, now, expected) in [
            (0, 120, 0, Need::Not),
            (0, 120, 109, Need::Not),
            (0, 120, 110, Need::Soon),
            (0, 120, 119, Need::Soon),
            (0, 120, 120, Need::Now),
            (0, 120, 500, Need::Now),
            (0, 8, 5, Need::Not),
            (0, 8, 6, Need::Soon),
            // A day back: the end seems further away than the whole life was long.
            (0, 120, -1440, Need::Soon),
            (0, 120, -1, Need::Not),
        ] {
            assert_eq!(need(Expiry::At(at(end)), Some(at(issued)), at(now)), expected, "{issued} {end} {now}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(need(Expiry::Unknown, None, at(0)), Need::Not);
        assert_eq!(need(Expiry::Never, Some(at(0)), at(0)), Need::Not);
        assert_eq!(need(Expiry::At(at(11)), None, at(0)), Need::Not);
        assert_eq!(need(Expiry::At(at(9)), None, at(0)), Need::Soon);
        // An end before the beginning is no life to take a quarter of.
        assert_eq!(need(Expiry::At(at(11)), Some(at(60)), at(0)), Need::Not);
    }
}

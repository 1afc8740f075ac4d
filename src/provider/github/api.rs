//! What goes with every request to GitHub, and what its answers say in their headers.

use jiff::SignedDuration;
use serde::Deserialize;

use super::super::RateLimit;
use crate::model::{Expiry, Timestamp};
use crate::net::{Answer, Limit, limits};

/// Sent with every request. `2022-11-28` is known everywhere until 2028-03-10; servers up to 3.20 answer 400 to a newer one.
pub(super) const HEADERS: &[(&str, &str)] = &[("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")];

/// An error's body. Every field may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Trouble {
    pub(super) message: String,
    /// Objects or plain strings, both occur.
    pub(super) errors: Vec<serde_json::Value>,
}

/// Recognises both kinds of limit. The primary one first: its newer texts point to the page about the other.
pub(super) fn limit(answer: &Answer, now: Timestamp) -> Option<Limit> {
    if !matches!(answer.status, 403 | 429) {
        return None;
    }
    let message = answer.json::<Trouble>().unwrap_or_default().message.to_ascii_lowercase();
    let used_up = number(answer, "x-ratelimit-remaining") == Some(0);
    // The last request an account has may be refused for another reason: only the words tell.
    let primary = used_up && (message.contains("rate limit") || message.is_empty() || answer.status == 429);
    let secondary = !primary && (message.contains("secondary rate") || message.contains("abuse"));
    let asked = limits::retry_after(answer, now);
    if !primary && !secondary && asked.is_none() && answer.status != 429 && !message.contains("rate limit exceeded") {
        return None;
    }
    // The reset is a whole second; a moment later it is surely past.
    let reset = || reset(answer).and_then(|at| at.checked_add(SignedDuration::from_secs(1)).ok());
    let until = asked.or_else(|| if primary { reset() } else { None });
    Some(Limit { until, secondary: !primary })
}

/// What is left of the account's requests. `None` where the server does not limit (GitHub Enterprise Server by default).
pub(super) fn rate_limit(answer: &Answer) -> Option<RateLimit> {
    Some(RateLimit {
        limit: Some(number(answer, "x-ratelimit-limit")?),
        remaining: number(answer, "x-ratelimit-remaining")?,
        reset: reset(answer),
    })
}

/// The scopes of a classic or OAuth token: an empty list means none, no header that GitHub does not tell.
pub(super) fn scopes(answer: &Answer) -> Option<Vec<String>> {
    answer.header("x-oauth-scopes").map(words)
}

/// A header's list: commas, with or without spaces.
pub(super) fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(super::super::remote::name).collect()
}

/// When the token ends. The header comes as `2026-11-30 12:34:56 UTC`, `… +0100` and `… -0700`.
pub(super) fn expiry(answer: &Answer, silence_means_never: bool) -> Expiry {
    match answer.header("github-authentication-token-expiration") {
        Some(text) => moment(text).map_or(Expiry::Unknown, Expiry::At),
        None if silence_means_never => Expiry::Never,
        None => Expiry::Unknown,
    }
}

/// A number in a header.
pub(super) fn number(answer: &Answer, name: &str) -> Option<u64> {
    answer.header(name)?.trim().parse().ok()
}

fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let text = text
        .strip_suffix("UTC")
        .or_else(|| text.strip_suffix("GMT"))
        .map_or_else(|| text.to_owned(), |front| format!("{front}+0000"));
    Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", text).ok()
}

fn reset(answer: &Answer) -> Option<Timestamp> {
    limits::epoch(answer.header("x-ratelimit-reset")?)
}

#[cfg(test)]
mod tests {
    use super::{expiry, limit, rate_limit, scopes};
    use crate::model::{Expiry, Timestamp};
    use crate::net::Limit;
    use crate::provider::testing::answer;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_end_comes_in_three_forms() {
        for (text, moment) in [
            ("2026-11-30 12:34:56 UTC", "2026-11-30T12:34:56Z"),
            ("2026-11-30 12:34:56 +0100", "2026-11-30T11:34:56Z"),
            ("2026-11-30 12:34:56 -0700", "2026-11-30T19:34:56Z"),
        ] {
            let answer = answer(200, &[("github-authentication-token-expiration", text)], "{}");
            assert_eq!(expiry(&answer, true), Expiry::At(at(moment)), "{text}");
        }
        let garbled = answer(200, &[("github-authentication-token-expiration", "soon")], "{}");
        assert_eq!(expiry(&garbled, true), Expiry::Unknown);
        assert_eq!(expiry(&answer(200, &[], "{}"), true), Expiry::Never);
        assert_eq!(expiry(&answer(200, &[], "{}"), false), Expiry::Unknown);
    }

    #[test]
    fn no_scopes_is_not_the_same_as_no_header() {
        assert_eq!(scopes(&answer(200, &[("x-oauth-scopes", "repo, user")], "{}")).unwrap(), ["repo", "user"]);
        assert_eq!(scopes(&answer(200, &[("x-oauth-scopes", "")], "{}")).unwrap(), Vec::<String>::new());
        assert_eq!(scopes(&answer(200, &[], "{}")), None);
    }

    #[test]
    fn missing_limits_mean_unlimited() {
        assert_eq!(rate_limit(&answer(200, &[], "{}")), None);
        let headers = [("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", "1795176000")];
        let left = rate_limit(&answer(200, &headers, "{}")).unwrap();
        assert_eq!(
            (left.limit, left.remaining, left.reset),
            (Some(5000), 4999, Some(Timestamp::from_second(1_795_176_000).unwrap()))
        );
    }

    const PRIMARY: &str = r#"{"message":"API rate limit exceeded for user ID 123.","documentation_url":"https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"}"#;
    const SECONDARY: &str = r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}"#;
    const ABUSE: &str =
        r#"{"message":"You have triggered an abuse detection mechanism. Please wait a few minutes before you try again."}"#;

    #[test]
    fn a_used_up_limit_waits_for_its_reset() {
        let now = at("2026-11-20T12:00:00Z");
        let reset = now.as_second() + 30;
        let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &*reset.to_string())];
        for status in [403, 429] {
            let found = limit(&answer(status, &headers, PRIMARY), now).unwrap();
            assert_eq!(found, Limit { until: Some(at("2026-11-20T12:00:31Z")), secondary: false });
        }
        assert_eq!(limit(&answer(200, &headers, "{}"), now), None);
    }

    #[test]
    fn a_secondary_limit_waits_as_asked() {
        let now = at("2026-11-20T12:00:00Z");
        let said = limit(&answer(403, &[("retry-after", "7"), ("x-ratelimit-remaining", "4000")], SECONDARY), now).unwrap();
        assert_eq!(said, Limit { until: Some(at("2026-11-20T12:00:07Z")), secondary: true });
        for body in [SECONDARY, ABUSE] {
            let unsaid = limit(&answer(403, &[("x-ratelimit-remaining", "4000")], body), now).unwrap();
            assert_eq!(unsaid, Limit { until: None, secondary: true });
        }
        assert!(limit(&answer(429, &[], "slow down"), now).is_some());
    }

    #[test]
    fn other_refusals_are_no_limits() {
        let now = at("2026-11-20T12:00:00Z");
        for message in [
            "Resource not accessible by integration",
            "Sorry. Your account was suspended.",
            "Maximum number of login attempts exceeded. Please try again later.",
        ] {
            let body = format!(r#"{{"message":"{message}"}}"#);
            assert_eq!(limit(&answer(403, &[("x-ratelimit-remaining", "0")], &body), now), None, "{message}");
            assert_eq!(limit(&answer(403, &[("x-ratelimit-remaining", "12")], &body), now), None, "{message}");
        }
    }
}

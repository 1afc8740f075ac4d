//! Times and numbers as a person says them.

use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};

use super::failure::Failure;
use crate::model::{Permissions, clean};
pub(crate) use crate::model::{plural, relative, thousands};

/// `18 Feb 2027`, in this machine's time zone.
pub(crate) fn date(moment: Timestamp) -> String {
    moment.to_zoned(TimeZone::system()).strftime("%-d %b %Y").to_string()
}

/// `09:12 today`, `17:40 yesterday`, `18 Feb 2027 09:12`, in this machine's time zone.
pub(crate) fn clock(moment: Timestamp, now: Timestamp) -> String {
    let (at, today) = (moment.to_zoned(TimeZone::system()), now.to_zoned(TimeZone::system()));
    let is_yesterday = |at: &Zoned| today.date().checked_sub(1.day()).is_ok_and(|yesterday| yesterday == at.date());
    if at.date() == today.date() {
        at.strftime("%H:%M today").to_string()
    } else if is_yesterday(&at) {
        at.strftime("%H:%M yesterday").to_string()
    } else {
        at.strftime("%-d %b %Y %H:%M").to_string()
    }
}

/// A date as a person types it: `2027-02-18` (the end of that day in UTC), or a whole RFC 3339 moment.
pub(crate) fn parse_date(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let date: jiff::civil::Date = text.parse().map_err(|_| "not a date such as `2027-02-18`".to_owned())?;
    let end = date.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?;
    Ok(end.timestamp())
}

/// Where a webhook's events go: `https://…`, or `http://…` on this machine.
///
/// # Errors
///
/// If it is no such address. One that may hold a password is not repeated.
pub(super) fn webhook(typed: &str) -> Result<String, Failure> {
    let url = url::Url::parse(typed.trim()).ok().filter(url::Url::has_host);
    let url = url.ok_or_else(|| Failure::usage("--webhook-url takes an address that begins with `https://`"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::usage("--webhook-url takes an address without user name and password"));
    }
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url.into()),
        "http" if is_loopback => Ok(url.into()),
        _ => Err(Failure::usage(format!("--webhook-url takes an address that begins with `https://`, not `{}`", clean(typed)))),
    }
}

/// Permissions as they were typed, one by one.
///
/// # Errors
///
/// If one is wanted with two levels.
pub(super) fn permissions(typed: &[(String, String)]) -> Result<Permissions, Failure> {
    let mut permissions = Permissions::new();
    for (name, level) in typed {
        if let Some(other) = permissions.insert(name.clone(), level.clone()).filter(|other| other != level) {
            return Err(Failure::usage(format!("`{name}={other}` and `{name}={level}` contradict each other")));
        }
    }
    Ok(permissions)
}

/// `contents=read`: a permission's name and level, by the provider's own words.
pub(super) fn parse_permission(text: &str) -> Result<(String, String), String> {
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match text.split_once('=') {
        Some((name, level @ ("read" | "write" | "admin"))) if is_name(name) => Ok((name.to_owned(), level.to_owned())),
        _ => Err("a permission is `NAME=read`, `NAME=write` or `NAME=admin`, for example `contents=read`".to_owned()),
    }
}

/// A tag as a person types it: 1–50 characters without spaces and commas.
pub(crate) fn parse_tag(text: &str) -> Result<String, String> {
    let sound = |character: char| !character.is_whitespace() && !character.is_control() && character != ',';
    let length = text.chars().count();
    if (1..=50).contains(&length) && text.chars().all(sound) && clean(text) == text {
        Ok(text.to_owned())
    } else {
        Err("a tag has 1 to 50 characters, none of them a space or comma".to_owned())
    }
}

/// A span as a person types it: `14d`, `8h`, `60s`.
pub(crate) fn parse_span(text: &str) -> Result<std::time::Duration, String> {
    crate::config::parse_span(text).ok_or_else(|| "not a span of time such as `14d`, `8h` or `60s`".to_owned())
}

/// `7 days`, `36 hours`: a span in the largest unit that it is a whole number of.
pub(crate) fn span(span: std::time::Duration) -> String {
    let (count, unit) = whole(span);
    plural(count, unit)
}

/// The same as it is typed: `7d`, `36h`.
pub(crate) fn typed_span(span: std::time::Duration) -> String {
    let (count, unit) = whole(span);
    format!("{count}{}", &unit[..1])
}

fn whole(span: std::time::Duration) -> (u64, &'static str) {
    let seconds = span.as_secs();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let unit =
        units.into_iter().find(|(length, _)| seconds >= *length && seconds.is_multiple_of(*length)).unwrap_or((1, "second"));
    (seconds / unit.0, unit.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_and_typed_in_its_largest_unit() {
        for (typed, said) in [
            ("7d", "7 days"),
            ("36h", "36 hours"),
            ("1d", "1 day"),
            ("90m", "90 minutes"),
            ("61s", "61 seconds"),
            ("0s", "0 seconds"),
        ] {
            let parsed = parse_span(typed).unwrap();
            assert_eq!((span(parsed), typed_span(parsed)), (said.to_owned(), typed.to_owned()));
        }
    }

    #[test]
    fn a_date_lasts_to_its_end() {
        assert_eq!(parse_date("2027-02-18").unwrap().to_string(), "2027-02-18T23:59:59Z");
        assert_eq!(parse_date("2027-02-18T10:00:00Z").unwrap().to_string(), "2027-02-18T10:00:00Z");
        assert!(parse_date("next week").is_err());
    }
}

//! Times and numbers as a person says them.

use jiff::{Timestamp, ToSpan as _, Zoned, tz::TimeZone};

use super::failure::Failure;
use crate::model::{Permissions, clean};

/// `just now`, `2 min ago`, `3 h ago`, `yesterday`, `3 days ago`, `in 90 days`, from one moment seen from another.
pub(crate) fn relative(moment: Timestamp, now: Timestamp) -> String {
    let seconds = moment.as_second() - now.as_second();
    let future = seconds > 0;
    let amount = match seconds.unsigned_abs() {
        0..60 if future => "less than a minute".to_owned(),
        0..60 => return "just now".to_owned(),
        minutes @ 60..3_600 => format!("{} min", minutes / 60),
        hours @ 3_600..86_400 => format!("{} h", hours / 3_600),
        days @ 86_400..172_800 if !future => {
            let _ = days;
            return "yesterday".to_owned();
        }
        days => plural(days / 86_400, "day"),
    };
    if future { format!("in {amount}") } else { format!("{amount} ago") }
}

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

/// `1 day`, `2 days`.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", thousands(count))
}

/// `4,998`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && index % 3 == first % 3 {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_as_people_say_them() {
        let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for (moment, said) in [
            ("2026-11-20T11:59:30Z", "just now"),
            ("2026-11-20T11:58:00Z", "2 min ago"),
            ("2026-11-20T11:00:00Z", "1 h ago"),
            ("2026-11-19T11:00:00Z", "yesterday"),
            ("2026-11-17T11:00:00Z", "3 days ago"),
            ("2026-11-20T12:00:30Z", "in less than a minute"),
            ("2026-11-20T12:54:00Z", "in 54 min"),
            ("2026-11-21T13:00:00Z", "in 1 day"),
            ("2027-02-18T12:00:00Z", "in 90 days"),
        ] {
            assert_eq!(relative(moment.parse().unwrap(), now), said, "{moment}");
        }
    }

    #[test]
    fn numbers_have_their_thousands() {
        for (number, said) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (4998, "4,998"), (1_234_567, "1,234,567"), (12_345, "12,345")]
        {
            assert_eq!(thousands(number), said);
        }
    }

    #[test]
    fn a_date_lasts_to_its_end() {
        assert_eq!(parse_date("2027-02-18").unwrap().to_string(), "2027-02-18T23:59:59Z");
        assert_eq!(parse_date("2027-02-18T10:00:00Z").unwrap().to_string(), "2027-02-18T10:00:00Z");
        assert!(parse_date("next week").is_err());
    }
}

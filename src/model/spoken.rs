//! Moments and numbers as a person says them.

use super::Timestamp;

/// `just now`, `2 min ago`, `3 h ago`, `yesterday`, `3 days ago`, `in 90 days`, from one moment seen from another.
pub(crate) fn relative(moment: Timestamp, now: Timestamp) -> String {
    let seconds = moment.as_second() - now.as_second();
    let future = seconds > 0;
    let amount = match seconds.unsigned_abs() {
        0..60 if future => "less than a minute".to_owned(),
        0..60 => return "just now".to_owned(),
        minutes @ 60..3_600 => format!("{} min", minutes / 60),
        hours @ 3_600..86_400 => format!("{} h", hours / 3_600),
        86_400..172_800 if !future => return "yesterday".to_owned(),
        days => plural(days / 86_400, "day"),
    };
    if future { format!("in {amount}") } else { format!("{amount} ago") }
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
}

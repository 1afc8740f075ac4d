//! Makes what a run printed comparable: what differs from run to run is replaced by a word in brackets.

/// Replaces temporary paths, ports, ids, moments and versions.
pub(crate) fn steady(text: &str, root: &str) -> String {
    let text = text.replace(root, "[ROOT]").replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    let mut steady = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let before_is_word = steady.chars().last().is_some_and(char::is_alphanumeric);
        let found =
            if before_is_word { None } else { id(rest).or_else(|| moment(rest)).or_else(|| port(rest)).or_else(|| days(rest)) };
        if let Some((length, word)) = found {
            steady.push_str(word);
            rest = &rest[length..];
        } else {
            steady.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    steady
}

/// Whether the text begins with this pattern: `x` a hexadecimal digit, `0` a digit, anything else itself.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() >= pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'x' => byte.is_ascii_hexdigit(),
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

fn id(text: &str) -> Option<(usize, &'static str)> {
    const PATTERN: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    fits(text, PATTERN).then_some((PATTERN.len(), "[ID]"))
}

fn moment(text: &str) -> Option<(usize, &'static str)> {
    const PATTERN: &str = "0000-00-00T00:00:00";
    if !fits(text, PATTERN) {
        return None;
    }
    let tail = text[PATTERN.len()..].find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(0);
    let zulu = usize::from(text[PATTERN.len() + tail..].starts_with('Z'));
    Some((PATTERN.len() + tail + zulu, "[TIME]"))
}

/// `in 26,388 days`: one day less tomorrow.
fn days(text: &str) -> Option<(usize, &'static str)> {
    let rest = text.strip_prefix("in ")?;
    let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count();
    (digits > 0 && rest[digits..].starts_with(" days")).then_some(("in ".len() + digits, "in [N]"))
}

fn port(text: &str) -> Option<(usize, &'static str)> {
    let rest = text.strip_prefix("127.0.0.1:")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then_some(("127.0.0.1:".len() + digits, "[HOST]"))
}

#[test]
fn what_changes_is_replaced_and_nothing_else() {
    assert_eq!(
        steady(
            "http://127.0.0.1:4711/x /tmp/a/b 2026-11-20T04:31:07.123Z 1b4e28ba-2fa1-11d2-883f-0016d3cca427 in 26,388 days octocat",
            "/tmp/a"
        ),
        "http://[HOST]/x [ROOT]/b [TIME] [ID] in [N] days octocat"
    );
}

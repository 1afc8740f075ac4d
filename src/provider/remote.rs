//! Text that a provider wrote, made fit for one of our messages: short, without control characters, without secrets.

use crate::model::clean;

/// Characters of a provider's text that a message of ours quotes at most.
const LONGEST: usize = 240;

/// Beginnings of tokens: a server that repeats what it was sent must not make us show it.
const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gloas-",
    "gldt-",
    "glcbt-",
    "ATATT",
    "ATCTT",
    "ATBB",
    "gto_",
];

/// Hexadecimal digits in a row that are a token of Gitea, wherever they stand in a word.
const HEXADECIMAL: usize = 40;

/// What a provider said, fit to be quoted: one line of at most 240 characters, cleaned, URLs without their query (some hold a
/// one-time token: GitLab's page for single sign-on), and nothing in it that could be a token.
pub(super) fn said(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if could_be_token(word) { "[…]" } else { without_query(word) });
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let line = clean(line.trim_end_matches('.')).into_owned();
    match line.char_indices().nth(LONGEST - 1).filter(|_| line.chars().count() > LONGEST) {
        Some((cut, _)) => format!("{}…", line.get(..cut).unwrap_or_default().trim_end()),
        None => line,
    }
}

/// A name that a provider gave to something of its own (an account, a scope, a request, a version), fit to be shown.
pub(super) fn name(text: &str) -> String {
    if TOKENS.iter().any(|token| text.contains(token)) {
        return "[…]".to_owned();
    }
    clean(text.trim()).chars().take(LONGEST).collect()
}

/// A page that a provider points to, if it is one that may be shown whole: an absolute `http(s)` address without user, control
/// characters or undue length.
pub(super) fn page(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    let url = url::Url::parse(text).ok()?;
    let sound = matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && text.len() <= 2048;
    // The parser's spelling: whatever could move a cursor is percent-encoded in it.
    sound.then(|| clean(url.as_str()).into_owned())
}

/// What stands between the first pair of `mark`s: messages name an organisation so.
pub(super) fn between(text: &str, mark: char) -> Option<String> {
    let (_, rest) = text.split_once(mark)?;
    let (inside, _) = rest.split_once(mark)?;
    (!inside.is_empty() && inside.len() <= 100 && !inside.contains(char::is_whitespace)).then(|| name(inside))
}

fn without_query(word: &str) -> &str {
    if word.contains("://") { word.split(['?', '#']).next().unwrap_or(word) } else { word }
}

/// A known beginning, a token of Gitea, or 20 and more characters with digits and letters mixed as in no word of a sentence.
fn could_be_token(word: &str) -> bool {
    let core = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
    TOKENS.iter().any(|token| word.contains(token))
        || word.split(|character: char| !character.is_ascii_hexdigit()).any(|run| run.len() >= HEXADECIMAL)
        || (core.len() >= 20
            && core.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '='))
            && core.chars().any(|character| character.is_ascii_digit())
            && core.chars().any(|character| character.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::{between, name, page, said};

    #[test]
    fn quoted_text_is_one_short_clean_line() {
        assert_eq!(said("Not  Found.\n"), "Not Found");
        assert_eq!(said("a \u{1b}[31mred\u{202e} word"), "a \u{fffd}[31mred\u{fffd} word");
        let long = said(&"word ".repeat(100));
        assert_eq!(long.chars().count(), 240);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn nothing_that_could_be_a_token_is_quoted() {
        assert_eq!(said(&format!("bad token {}{}!", "gh", "p_x")), "bad token […]");
        assert_eq!(said("token 0123456789abcdefghij is bad"), "token […] is bad");
        assert_eq!(said(&format!("sha1:{} is unknown", "0a".repeat(20))), "[…] is unknown");
        assert_eq!(said("see https://gitlab.com/groups/g/-/saml/sso?token=abc"), "see https://gitlab.com/groups/g/-/saml/sso");
        assert_eq!(said("`acme-corp` forbids access via tokens"), "`acme-corp` forbids access via tokens");
        assert_eq!(said("internationalization documentation"), "internationalization documentation");
    }

    #[test]
    fn names_are_kept_as_they_are() {
        let bot = "project_12_bot_0123456789abcdef0123456789abcdef";
        assert_eq!(name(bot), bot);
        assert_eq!(name("01JD5Z0K9V8W7X6Y5T4S3R2Q1P"), "01JD5Z0K9V8W7X6Y5T4S3R2Q1P");
        assert_eq!(name("a\u{1b}[2J"), "a\u{fffd}[2J");
        assert_eq!(name(&"x".repeat(1000)).len(), 240);
        assert_eq!(name(&format!("{}{}", "glp", "at-x")), "[…]");
    }

    #[test]
    fn pages_are_absolute_and_harmless() {
        assert_eq!(
            page("https://github.com/orgs/o/sso?authorization_request=A1").unwrap(),
            "https://github.com/orgs/o/sso?authorization_request=A1"
        );
        assert_eq!(page("https://x.example/\u{1b}[31m").unwrap(), "https://x.example/%1B[31m");
        for bad in ["javascript:alert(1)", "file:///etc/passwd", "https://u:p@x.example/", "/relative", ""] {
            assert_eq!(page(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_are_taken_from_between_marks() {
        assert_eq!(between("the `acme` organization", '`').unwrap(), "acme");
        assert_eq!(between("no marks", '`'), None);
        assert_eq!(between("a ` b c ` d", '`'), None);
    }
}

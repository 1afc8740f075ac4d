//! `git-credential-store`: an address a line, with user name and password in it, percent-encoded.

use super::entry::{Cut, Entry, Fault, Held, Useless, lines_of};
use crate::model::{HostError, HostUrl, clean};
use crate::secret::Secret;

/// Reads the lines that git would use: `PROTOCOL://USER:PASSWORD@HOST[/PATH]`. It passes over all others, and so do we.
#[expect(clippy::unnecessary_wraps, reason = "the readers look alike")]
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    let mut at = 0;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let range = lines_of(bytes, &(at..at + line.len()));
        at += line.len() + 1;
        if let Some(parts) = parts(line.strip_suffix(b"\r").unwrap_or(line)) {
            entries.push(entry(&parts, number + 1, Cut { range, with: "" }));
        }
    }
    Ok(entries)
}

/// A line, taken apart. Each part is decoded.
struct Parts {
    protocol: Vec<u8>,
    username: Vec<u8>,
    password: zeroize::Zeroizing<Vec<u8>>,
    host: Vec<u8>,
    path: Vec<u8>,
}

/// As git takes it apart (`credential_from_url`): the first `:` after the scheme ends the user name, the first `@` begins the host, which may hold another.
fn parts(line: &[u8]) -> Option<Parts> {
    let scheme = line.windows(3).position(|three| three == b"://").filter(|at| *at > 0)?;
    let rest = &line[scheme + 3..];
    let slash = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let authority = &rest[..slash];
    let monkey = authority.iter().position(|byte| *byte == b'@')?;
    let colon = authority[..monkey].iter().position(|byte| *byte == b':')?;
    let parts = Parts {
        protocol: line[..scheme].to_vec(),
        username: decoded(&authority[..colon]),
        password: zeroize::Zeroizing::new(decoded(&authority[colon + 1..monkey])),
        host: decoded(&authority[monkey + 1..]),
        path: decoded(rest[slash..].strip_prefix(b"/").unwrap_or_default()),
    };
    // A line end in any part is what git refuses too.
    let is_sound = |part: &[u8]| !part.iter().any(|byte| matches!(byte, b'\n' | b'\r' | 0));
    let all = [&parts.protocol, &parts.username, &parts.host, &parts.path];
    (all.into_iter().all(|part| is_sound(part)) && is_sound(&parts.password)).then_some(parts)
}

/// `%41` is `A`; a `%` without two digits stays.
fn decoded(part: &[u8]) -> Vec<u8> {
    let digit =
        |at: usize| part.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
    let mut text = Vec::with_capacity(part.len());
    let mut at = 0;
    while let Some(byte) = part.get(at) {
        match (digit(at + 1), digit(at + 2)) {
            (Some(high), Some(low)) if *byte == b'%' => {
                text.push(high << 4 | low);
                at += 3;
            }
            _ => {
                text.push(*byte);
                at += 1;
            }
        }
    }
    text
}

fn entry(parts: &Parts, line: usize, cut: Cut) -> Entry {
    let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
    let protocol = text(&parts.protocol).to_lowercase();
    // What git takes for the beginning of such a host may be the rest of a password.
    let (host, has_two) = match parts.host.iter().rposition(|byte| *byte == b'@') {
        Some(at) => (text(&parts.host[at + 1..]), true),
        None => (text(&parts.host), false),
    };
    // A `/` in a password that was not encoded makes the rest of it a path: that goes nowhere.
    let path = Some(text(&parts.path)).filter(|path| !path.contains('@')).unwrap_or_default();
    let address = format!("{protocol}://{host}");
    // With `useHttpPath` the repository stands behind the host; it tells where an instance below a path lies.
    let with_path = HostUrl::parse(&format!("{address}/{}", path.trim_matches('/')));
    let parsed: Result<HostUrl, HostError> = with_path.or_else(|_| HostUrl::parse(&address));
    let username = Some(text(&parts.username)).filter(|name| !name.is_empty());
    Entry {
        line,
        cuts: vec![cut],
        written: if protocol == "https" { host } else { address },
        host: parsed,
        provider: None,
        api: None,
        held: if has_two {
            Held::Useless(Useless::because(
                "it has a second `@`, which git reads as a part of the host (in a password it is `%40`)",
            ))
        } else {
            held(parts, username.as_deref(), &protocol)
        },
        username,
    }
}

fn held(parts: &Parts, username: Option<&str>, protocol: &str) -> Held {
    let useless = |why: &str| Held::Useless(Useless::because(why));
    // Some keep the token where the user name goes, with a word of no meaning behind it (GitHub took that once).
    let is_token = |text: &str| crate::provider::secret_in(text).is_some();
    if parts.password.is_empty() && !username.is_some_and(is_token) {
        return Held::Useless(Useless::because("it has no password").empty());
    }
    if !matches!(protocol, "https" | "http") {
        return Held::Useless(Useless::because(format!("it is for {}, not for https", clean(protocol))));
    }
    let Ok(password) = std::str::from_utf8(&parts.password) else { return useless("its password is no text, so no token") };
    match username {
        Some(name) if is_token(name) && !is_token(password) => Held::Token(Secret::from(name.to_owned())),
        Some("oauth2") if password.len() == 64 && password.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            useless("it is the token of a login, which ends within hours: log in here too")
        }
        Some("gitlab-ci-token") => useless("a CI job token dies with its job"),
        _ => Held::Token(Secret::from(password.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::{Held, without};
    use super::{decoded, read};

    fn shown(text: &str) -> Vec<(String, String, String)> {
        let entries = read(text.as_bytes()).unwrap();
        let shown = |held: &Held| match held {
            Held::Token(token) => token.expose().to_owned(),
            Held::Useless(useless) => format!("- {}", useless.why),
            Held::Keyring { .. } => String::new(),
        };
        entries
            .iter()
            .map(|e| (e.host.clone().unwrap().to_string(), e.username.clone().unwrap_or_default(), shown(&e.held)))
            .collect()
    }

    #[test]
    fn lines_are_taken_apart_as_git_does() {
        for (line, host, user, password) in [
            ("https://ada:s3cret-a@github.com", "github.com", "ada", "s3cret-a"),
            ("https://a%40b.c:p%3Aq%25@git.acme.com:8443/acme/site.git", "git.acme.com:8443/acme/site.git", "a@b.c", "p:q%"),
            ("http://u:p@127.0.0.1:3000\r", "http://127.0.0.1:3000", "u", "p"),
            ("https://u:a:b%40c@github.com/", "github.com", "u", "a:b@c"),
            ("https://:onlytoken@github.com", "github.com", "", "onlytoken"),
        ] {
            assert_eq!(shown(line), [(host.to_owned(), user.to_owned(), password.to_owned())], "{line}");
        }
        for line in [
            "",
            "# a comment",
            "https://github.com",
            "https://ada@github.com",
            "https://ada@b.c:p@github.com",
            "://u:p@h",
            "https://u%0a:p@h",
            "https://u:p%0d@h",
        ] {
            assert!(shown(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn what_is_no_token_is_named() {
        let hexadecimal = "0a".repeat(32);
        for (line, word) in [
            ("imap://u:p@mail.acme.com".to_owned(), "it is for imap"),
            (format!("https://oauth2:{hexadecimal}@gitlab.com"), "token of a login"),
            ("https://gitlab-ci-token:p@gitlab.com".to_owned(), "CI job token"),
            ("https://u:@github.com".to_owned(), "no password"),
            // Git asks `evil.example@github.com` with `p`, and never github.com.
            ("https://u:p@evil.example@github.com".to_owned(), "a second `@`"),
            ("https://u:p@evil.example%40github.com".to_owned(), "a second `@`"),
        ] {
            let entries = read(line.as_bytes()).unwrap();
            let Held::Useless(useless) = &entries[0].held else { panic!("{line}") };
            assert!(useless.why.contains(word) && !useless.why.contains(&hexadecimal), "{}", useless.why);
            assert!(!entries[0].written.contains("evil"), "it may be the rest of a password: {}", entries[0].written);
        }
    }

    #[test]
    fn a_token_in_the_place_of_the_user_name_is_found() {
        let token = ["ghp_", "0123456789ABCDEFGHIJabcdefghij4Us3aw"].concat();
        assert_eq!(shown(&format!("https://{token}:x-oauth-basic@github.com"))[0].2, token);
    }

    #[test]
    fn one_line_goes_and_the_others_stay() {
        let text = "# mine\r\nhttps://u:p@a.example\r\nnonsense\nhttps://u:q@b.example";
        let entries = read(text.as_bytes()).unwrap();
        assert_eq!((entries[0].line, entries[1].line), (2, 4));
        assert_eq!(without(text.as_bytes(), &entries[0].cuts), b"# mine\r\nnonsense\nhttps://u:q@b.example");
        assert_eq!(without(text.as_bytes(), &entries[1].cuts), b"# mine\r\nhttps://u:p@a.example\r\nnonsense\n");
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let entries = read(&bytes).unwrap();
            let cuts: Vec<_> = entries.iter().flat_map(|entry| entry.cuts.clone()).collect();
            prop_assert!(read(&without(&bytes, &cuts)).unwrap().is_empty());
        }

        #[test]
        fn what_git_encodes_comes_back(text in any::<String>()) {
            let encoded = text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02x}"));
            prop_assert_eq!(decoded(encoded.as_bytes()), text.into_bytes());
        }

        #[test]
        fn no_fault_repeats_a_password(name in "[a-z]{0,8}", password in "[a-zA-Z0-9%]{12,40}", scheme in "(https|http|imap|x)") {
            for entry in read(format!("{scheme}://{name}:{password}@h.example").as_bytes()).unwrap() {
                let said = format!("{entry:?}");
                prop_assert!(!said.contains(&password), "{}", said);
            }
        }
    }
}

//! A key as text: what people put into key files and variables, and what is wrong with it when it is no key.

use age::x25519::Identity;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// What stands before a writer's public key, in a comment or after the key itself.
pub(super) const SIGNER: &str = "gitconn-signer:";

/// Between a key and its signer on one line. No space: what holds one is masked by no pipeline's log, and falls apart in an env file.
pub(super) const BEHIND: char = ':';

/// How a native age key begins (<https://c2sp.org/age#x25519-recipient-stanza>), and how long it is.
const PREFIX: &str = "AGE-SECRET-KEY-1";
const LENGTH: usize = 74;
/// The length of a writer's public key.
const SIGNER_BYTES: usize = 32;

/// The one key in a text, canonical, and the signer that came with it.
///
/// Empty lines and comments are passed over as age does. The reason for a refusal never holds any of the text.
pub(super) fn parse(text: &str) -> Result<(Secret, Option<String>), String> {
    let mut found = None;
    let mut signer = None;
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix('#') {
            signer = labelled(comment).map(whole).transpose()?.or(signer);
            continue;
        }
        if found.is_some() {
            return Err("it holds more than one key or line, and one key is expected".to_owned());
        }
        let (word, rest) = line.split_once(|sign: char| sign.is_whitespace() || sign == BEHIND).unwrap_or((line, ""));
        let identity: Identity = word.parse().map_err(|_| refusal(word, line))?;
        signer = suffix(rest).map(whole).transpose()?.or(signer);
        found = Some(Secret::from(identity.to_string()));
    }
    found.map(|identity| (identity, signer)).ok_or_else(|| "it holds no key".to_owned())
}

/// The value of a comment `gitconn-signer: VALUE`.
fn labelled(comment: &str) -> Option<&str> {
    comment.trim().strip_prefix(SIGNER).map(str::trim).filter(|value| !value.is_empty())
}

/// The signer in what stands after a key: bare, or labelled; another comment is none.
fn suffix(rest: &str) -> Option<&str> {
    let rest = rest.trim();
    match rest.strip_prefix('#') {
        Some(comment) => labelled(comment),
        None => labelled(rest).or(Some(rest).filter(|rest| !rest.is_empty() && *rest != SIGNER)),
    }
}

/// A signer that is one: the public half of an Ed25519 key. One that was cut off would only be found out as another store's.
fn whole(signer: &str) -> Result<String, String> {
    match BASE64_STANDARD_NO_PAD.decode(signer) {
        Ok(bytes) if bytes.len() == SIGNER_BYTES => Ok(signer.to_owned()),
        _ => Err(format!("what stands there as its signer (`{SIGNER}`) is not one, or not whole")),
    }
}

/// Why the first word of a line is no key of ours, for a person who took it for one.
fn refusal(word: &str, line: &str) -> String {
    let upper = Zeroizing::new(line.to_ascii_uppercase());
    let starts = |prefix: &str| upper.starts_with(prefix);
    if starts("AGE-SECRET-KEY-PQ-1") {
        return format!("it is a post-quantum key, and the store takes X25519 keys (`{PREFIX}…`)");
    }
    if starts("AGE-PLUGIN-") {
        return format!("it belongs to an age plugin, and the store takes X25519 keys (`{PREFIX}…`)");
    }
    if starts("AGE1") {
        return format!("it is a public key (`age1…`), and the secret one is needed (`{PREFIX}…`)");
    }
    if starts("AGE-ENCRYPTION.ORG/") || starts("-----BEGIN AGE") {
        return "it is itself encrypted: a key with a passphrase belongs beside the store, as `STORE.key.age`".to_owned();
    }
    if starts("-----BEGIN") {
        return format!("it is a PEM file (an SSH key?), and the store takes age keys (`{PREFIX}…`)");
    }
    if starts(PREFIX) {
        let length = word.chars().count();
        if length != LENGTH {
            return format!("it is not whole: {LENGTH} characters are expected, and it has {length}");
        }
        return "a character in it is wrong: its checksum does not fit".to_owned();
    }
    if starts("\"") || starts("'") {
        return "it stands in quotes".to_owned();
    }
    format!("it is no age key (`{PREFIX}…`)")
}

/// Why bytes that are not UTF-8 are no key file.
pub(super) fn not_text(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"age-encryption.org/") {
        "it is itself encrypted: a key with a passphrase belongs beside the store, as `STORE.key.age`"
    } else {
        "it is not text"
    }
}

/// Pieces put together in one allocation of the right size, so that no shorter copy is left behind in memory.
pub(super) fn join(pieces: &[&str]) -> Secret {
    let mut text = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    for piece in pieces {
        text.push_str(piece);
    }
    Secret::from(text)
}

/// A moment without its fraction of a second.
pub(super) fn to_the_second(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Floor)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret as _;

    use super::*;

    /// A signer's shape.
    const SIGNED: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    /// A key of no store, made new for each test.
    fn key() -> String {
        Identity::generate().to_string().expose_secret().to_owned()
    }

    fn why(text: &str) -> String {
        parse(text).map(|_| "accepted").unwrap_err()
    }

    #[test]
    fn lower_case_comments_blank_lines_and_windows_line_ends_are_tolerated() {
        let key = key();
        for text in [
            key.clone(),
            key.to_ascii_lowercase(),
            format!("  {key}\n\n"),
            format!("\u{feff}# created: 2026-11-02T12:00:00Z\r\n# public key: age1…\r\n\r\n{key}\r\n"),
            format!("{key} # my own"),
        ] {
            let (identity, signer) = parse(&text).unwrap();
            assert_eq!(identity.expose(), key);
            assert_eq!(signer, None);
        }
    }

    #[test]
    fn a_signer_is_kept_wherever_it_stands() {
        let key = key();
        for text in [
            format!("{key}:{SIGNED}"),
            format!("{key} {SIGNED}"),
            format!("{key}\tgitconn-signer: {SIGNED}"),
            format!("{key} # gitconn-signer: {SIGNED}"),
            format!("{key}\n# gitconn-signer: {SIGNED}\n"),
            format!("#gitconn-signer:{SIGNED}\n{key}\n# another comment\n"),
        ] {
            assert_eq!(parse(&text).unwrap().1.as_deref(), Some(SIGNED));
        }
        assert_eq!(parse(&format!("{key} gitconn-signer:")).unwrap().1, None);
    }

    #[test]
    fn a_signer_that_is_none_is_refused_and_not_taken_for_another() {
        let key = key();
        for text in [format!("{key} my laptop"), format!("{key} {}", &SIGNED[..42]), format!("# gitconn-signer: x\n{key}")] {
            assert!(why(&text).starts_with("what stands there as its signer"), "{}", why(&text).replace(&key, "…"));
        }
    }

    #[test]
    fn what_is_no_key_is_named() {
        let key = key();
        assert_eq!(why(""), "it holds no key");
        assert_eq!(why("# public key: age1…\n"), "it holds no key");
        assert_eq!(why(&format!("{key}\n{key}\n")), "it holds more than one key or line, and one key is expected");
        assert_eq!(why(&key[..70]), "it is not whole: 74 characters are expected, and it has 70");
        let last = if key.ends_with('Q') { "P" } else { "Q" };
        assert_eq!(why(&format!("{}{last}", &key[..73])), "a character in it is wrong: its checksum does not fit");
        let public = key.parse::<Identity>().unwrap().to_public().to_string();
        assert!(why(&public).starts_with("it is a public key"));
        assert!(why(&format!("AGE-SECRET-KEY-{}", "PQ-1QQQ")).starts_with("it is a post-quantum key"));
        assert!(why("AGE-PLUGIN-YUBIKEY-1QQQ").starts_with("it belongs to an age plugin"));
        assert!(why("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl").starts_with("it is itself encrypted"));
        assert!(why("-----BEGIN OPENSSH PRIVATE KEY-----").starts_with("it is a PEM file"));
        assert!(why(&format!("'{key}'")).starts_with("it stands in quotes"));
        assert!(why("hunter2").starts_with("it is no age key"));
    }

    #[test]
    fn a_refusal_never_shows_the_text() {
        let key = key();
        for text in [format!("x{key}"), format!("{key}x"), format!("'{key}'"), format!("{key}\n{key}")] {
            let why = why(&text);
            assert!(!why.contains(&key[16..40]), "{why}");
        }
    }
}

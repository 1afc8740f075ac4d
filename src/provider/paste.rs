//! What is wrong with a pasted text whichever provider it is for: quotes, spaces, keys, and tokens of somebody else.

use super::{Error, Shape};
use crate::model::ProviderId;

/// Beginnings that belong to somebody: what the text is, in words that follow `this is`, and whose.
const BEGINNINGS: &[(&str, &str, Option<ProviderId>)] = &[
    ("ghp_", "a GitHub token", Some(ProviderId::GitHub)),
    ("github_pat_", "a GitHub token", Some(ProviderId::GitHub)),
    ("gho_", "a GitHub token", Some(ProviderId::GitHub)),
    ("ghu_", "a GitHub token", Some(ProviderId::GitHub)),
    ("ghs_", "a GitHub token", Some(ProviderId::GitHub)),
    ("ghr_", "a GitHub refresh token", Some(ProviderId::GitHub)),
    ("glpat-", "a GitLab token", Some(ProviderId::GitLab)),
    ("gloas-", "a GitLab OAuth application's secret", Some(ProviderId::GitLab)),
    ("gldt-", "a GitLab deploy token", Some(ProviderId::GitLab)),
    ("glrt-", "a GitLab runner's token", Some(ProviderId::GitLab)),
    ("glrtr-", "a GitLab runner's token", Some(ProviderId::GitLab)),
    ("glcbt-", "a GitLab CI job token", Some(ProviderId::GitLab)),
    ("glptt-", "a GitLab pipeline trigger token", Some(ProviderId::GitLab)),
    ("glft-", "a GitLab feed token", Some(ProviderId::GitLab)),
    ("glimt-", "a GitLab incoming mail token", Some(ProviderId::GitLab)),
    ("glagent-", "a GitLab agent's token", Some(ProviderId::GitLab)),
    ("glsoat-", "a GitLab SCIM token", Some(ProviderId::GitLab)),
    ("glffct-", "a GitLab feature flag client's token", Some(ProviderId::GitLab)),
    ("glwt-", "a GitLab workspace token", Some(ProviderId::GitLab)),
    ("GR1348941", "a GitLab runner's registration token", Some(ProviderId::GitLab)),
    ("_gitlab_session=", "a GitLab session cookie", Some(ProviderId::GitLab)),
    ("gto_", "a Gitea OAuth application's secret", Some(ProviderId::Gitea)),
    ("ATATT", "an Atlassian API token, as Bitbucket takes", Some(ProviderId::Bitbucket)),
    ("ATCTT", "a Bitbucket access token", Some(ProviderId::Bitbucket)),
    ("ATBB", "a Bitbucket app password", Some(ProviderId::Bitbucket)),
    ("npm_", "an npm token", None),
    ("pypi-", "a PyPI token", None),
    ("dckr_pat_", "a Docker Hub token", None),
    ("xoxb-", "a Slack token", None),
    ("xoxp-", "a Slack token", None),
    ("AGE-SECRET-KEY-1", "an age key, as a store has one", None),
];

/// A text that can never be a token.
pub(super) fn never(why: impl Into<String>) -> Error {
    Error::Malformed { why: why.into(), belongs_to: None, if_forced: None }
}

/// A text that is wrong by a rule which its provider could change.
pub(super) fn unless_forced(why: impl Into<String>, shape: Shape) -> Error {
    Error::Malformed { why: why.into(), belongs_to: None, if_forced: Some(Box::new(shape)) }
}

/// Refuses what no provider's token can be: an empty text, a key, a header, quotes, spaces, characters beyond ASCII, a JWT.
pub(super) fn check(text: &str) -> Result<(), Error> {
    let core = text.trim_matches(|character: char| character.is_whitespace() || matches!(character, '"' | '\'' | '`'));
    if core.is_empty() {
        return Err(never("it is empty"));
    }
    if let Some(rest) = core.strip_prefix("-----BEGIN ") {
        let what = if rest.starts_with("OPENSSH") { "an SSH key" } else { "a private key, such as a GitHub App has" };
        return Err(never(format!("this is {what}, not a token")));
    }
    if core.starts_with("ssh-") && core.contains(char::is_whitespace) {
        return Err(never("this is an SSH key, not a token"));
    }
    if let Some(front) =
        ["Authorization:", "PRIVATE-TOKEN:", "Bearer ", "token ", "Basic "].into_iter().find(|front| begins(core, front))
    {
        return Err(never(format!("`{}` stands in front of it: give the token alone", front.trim_end())));
    }
    if text.starts_with(['"', '\'', '`']) || text.ends_with(['"', '\'', '`']) {
        return Err(never("it stands in quotes: give the token alone"));
    }
    for (position, character) in text.chars().enumerate() {
        let place = position + 1;
        if character.is_whitespace() {
            let what = if matches!(character, '\n' | '\r') { "line break" } else { "space" };
            return Err(never(format!("a {what} stands at character {place}: give the token alone")));
        }
        if !character.is_ascii_graphic() {
            return Err(never(format!("character {place} is one that no token has")));
        }
    }
    if text.starts_with("eyJ") && text.split('.').count() == 3 {
        return Err(never("this is a JWT: it lives for minutes and cannot be kept"));
    }
    Ok(())
}

/// Refuses what plainly belongs to somebody else than `here`.
pub(super) fn refuse_foreign(text: &str, here: ProviderId) -> Result<(), Error> {
    match BEGINNINGS.iter().find(|(beginning, ..)| text.starts_with(beginning)) {
        Some((_, what, owner)) if *owner != Some(here) => {
            Err(Error::Malformed { why: format!("this is {what}"), belongs_to: *owner, if_forced: None })
        }
        _ => Ok(()),
    }
}

/// What stands in a text that was typed where no secret belongs, if it is plainly one: it must not be repeated.
pub(crate) fn secret_in(text: &str) -> Option<&'static str> {
    find_secret(text).map(|(_, _, what)| what)
}

/// What a whole argument is, if it can hardly be anything but a secret, or holds one: forms that have no beginning of their own.
pub(crate) fn secret_as(argument: &str) -> Option<&'static str> {
    if argument.len() == 40 && argument.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Some("what looks like a token of Gitea or Forgejo");
    }
    let url = url::Url::parse(argument).ok()?;
    url.password().is_some_and(|password| !password.is_empty()).then_some("an address with a password")
}

/// The text with everything that is plainly a secret cut down to its beginning: `ghp_…`.
pub(crate) fn redact(text: &str) -> std::borrow::Cow<'_, str> {
    let mut rest = text;
    let mut shown = String::new();
    while let Some((start, end, _)) = find_secret(rest) {
        let beginning =
            BEGINNINGS.iter().map(|(beginning, ..)| *beginning).find(|beginning| rest[start..].starts_with(beginning));
        shown += &rest[..start];
        shown += beginning.unwrap_or_default();
        shown.push('…');
        rest = &rest[end..];
    }
    if shown.is_empty() { text.into() } else { (shown + rest).into() }
}

/// Where a secret begins and ends: a beginning that stands for itself, and at least 16 characters after it.
fn find_secret(text: &str) -> Option<(usize, usize, &'static str)> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    let found = BEGINNINGS.iter().flat_map(|(beginning, what, _)| {
        text.match_indices(beginning).filter_map(move |(start, _)| {
            let stands_alone = !text[..start].ends_with(|character: char| character.is_ascii_alphanumeric());
            let length = text[start..].find(|character| !is_part(character)).unwrap_or(text.len() - start);
            (stands_alone && length >= beginning.len() + 16).then_some((start, start + length, *what))
        })
    });
    found.min_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)))
}

fn begins(text: &str, front: &str) -> bool {
    text.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front))
}

#[cfg(test)]
mod tests {
    use super::{check, redact, refuse_foreign, secret_in};
    use crate::model::ProviderId;
    use crate::provider::Error;

    fn why(text: &str) -> String {
        match check(text) {
            Err(Error::Malformed { why, if_forced: None, .. }) => why,
            other => panic!("{text:?}: {other:?}"),
        }
    }

    #[test]
    fn secrets_are_found_and_cut_wherever_they_stand() {
        let token = ["ghp_", "0123456789ABCDEFGHIJabcdefghij4Us3aw"].concat();
        for text in
            [token.clone(), format!("my {token}"), format!("x='{token}';"), format!("--token={token}"), format!("ü{token}ü")]
        {
            assert_eq!(secret_in(&text), Some("a GitHub token"), "{text}");
            let shown = redact(&text);
            assert!(shown.contains("ghp_…") && !shown.contains("0123"), "{shown}");
        }
        assert_eq!(redact(&format!("{token} and {token}")), "ghp_… and ghp_…");
        for harmless in ["ghp_", "work", "my-ghp_token", "npm_build", "glpat- is a prefix", "https://github.com/acme/site"] {
            assert_eq!((secret_in(harmless), redact(harmless).as_ref()), (None, harmless));
        }
    }

    #[test]
    fn a_whole_argument_may_be_a_secret_without_a_beginning() {
        let token = "0a".repeat(20);
        assert!(super::secret_as(&token).unwrap().contains("Gitea"));
        assert!(super::secret_as("https://ada:hunter2@git.acme.com/acme/site").unwrap().contains("password"));
        for harmless in
            ["https://ada@bitbucket.org/acme/site.git", "git@github.com:acme/site", &token[1..], &format!("{token}0"), "x"]
        {
            assert_eq!(super::secret_as(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn what_is_no_token_is_named() {
        for (text, reason) in [
            ("", "it is empty"),
            (" \n", "it is empty"),
            ("\"\"", "it is empty"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMII", "this is a private key, such as a GitHub App has, not a token"),
            ("\n-----BEGIN OPENSSH PRIVATE KEY-----", "this is an SSH key, not a token"),
            ("ssh-ed25519 AAAA me@x", "this is an SSH key, not a token"),
            ("Bearer abc", "`Bearer` stands in front of it: give the token alone"),
            ("TOKEN abc", "`token` stands in front of it: give the token alone"),
            ("authorization: token abc", "`Authorization:` stands in front of it: give the token alone"),
            ("\"abc\"", "it stands in quotes: give the token alone"),
            ("'abc", "it stands in quotes: give the token alone"),
            ("abc ", "a space stands at character 4: give the token alone"),
            ("ab\ncd", "a line break stands at character 3: give the token alone"),
            ("abcü", "character 4 is one that no token has"),
            ("ab\u{200b}c", "character 3 is one that no token has"),
            ("ab\u{7}c", "character 3 is one that no token has"),
            ("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2ln", "this is a JWT: it lives for minutes and cannot be kept"),
        ] {
            assert_eq!(why(text), reason, "{text:?}");
        }
        assert!(check("abc").is_ok());
    }

    #[test]
    fn tokens_of_others_are_named() {
        let foreign = |text: String, here| match refuse_foreign(&text, here) {
            Err(Error::Malformed { why, belongs_to, if_forced: None }) => (why, belongs_to),
            other => panic!("{text}: {other:?}"),
        };
        let gitlab = format!("{}{}", "glp", "at-AAAAAAAAAAAAAAAAAAAA");
        assert_eq!(foreign(gitlab.clone(), ProviderId::GitHub), ("this is a GitLab token".to_owned(), Some(ProviderId::GitLab)));
        assert!(refuse_foreign(&gitlab, ProviderId::GitLab).is_ok());
        for here in ProviderId::ALL {
            assert_eq!(foreign(format!("{}{}", "np", "m_abc"), *here).0, "this is an npm token");
        }
    }
}

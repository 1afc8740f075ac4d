//! What the text of a token says about it, without asking anybody (GitHub's "About authentication", prefix table).

use super::super::{Error, Shape, Wants, paste};
use super::checksum;
use crate::model::{AuthMethod, ProviderId, TokenKind};
use crate::secret::Secret;

/// Length of `ghp_`, `gho_`, `ghu_` tokens, prefix included.
const PREFIXED_LENGTH: usize = 40;
/// Length of fine-grained tokens, prefix included.
const FINE_GRAINED_LENGTH: usize = 93;
/// The fewest characters after `ghs_`. There is no upper limit: the stateless form of 2026 has about 520.
const INSTALLATION_BODY: usize = 36;

const DIES_SOON: &str = "a token of an app's installation dies within an hour";

/// What a token is by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `ghp_`.
    Classic,
    /// `github_pat_`.
    FineGrained,
    /// `gho_`: made by an OAuth app.
    OAuthApp,
    /// `ghu_`: a GitHub App on behalf of a user.
    AppUser,
    /// `ghs_`, before 2021 `v1.`: an installation of a GitHub App.
    Installation,
    /// `ghr_`: buys new tokens, and is none.
    Refresh,
    /// 40 hexadecimal digits: personal or OAuth, from before April 2021.
    Old,
    /// No token: an app's own signature.
    App,
    /// None of these.
    Unknown,
}

impl Form {
    /// Tells the form by the beginning alone.
    pub(super) fn of(token: &Secret) -> Self {
        Self::of_text(token.expose())
    }

    fn of_text(text: &str) -> Self {
        const PREFIXES: &[(&str, Form)] = &[
            ("ghp_", Form::Classic),
            ("github_pat_", Form::FineGrained),
            ("gho_", Form::OAuthApp),
            ("ghu_", Form::AppUser),
            ("ghs_", Form::Installation),
            ("ghr_", Form::Refresh),
            ("v1.", Form::Installation),
        ];
        if let Some((_, form)) = PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix)) {
            *form
        } else if text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            Self::Old
        } else {
            Self::Unknown
        }
    }

    /// The method and kind that follow from the form.
    pub(super) const fn says(self) -> (AuthMethod, Option<TokenKind>) {
        match self {
            Self::Classic => (AuthMethod::Pat, Some(TokenKind::Classic)),
            Self::FineGrained => (AuthMethod::Pat, Some(TokenKind::FineGrained)),
            Self::OAuthApp | Self::AppUser | Self::Refresh => (AuthMethod::OAuth, None),
            Self::Installation | Self::App => (AuthMethod::GithubApp, None),
            Self::Old | Self::Unknown => (AuthMethod::Pat, None),
        }
    }

    fn shape(self, doubts: &[&str]) -> Shape {
        let (method, kind) = self.says();
        let doubts = doubts.iter().map(|doubt| (*doubt).to_owned()).collect();
        Shape { method, kind, doubts, wants: Wants::default() }
    }
}

/// Looks at a token's text.
///
/// # Errors
///
/// `Error::Malformed` for what can never be a token of GitHub. A checksum that does not fit, and a text without a known beginning,
/// can be forced: GitHub may change its rule.
pub(super) fn shape(token: &Secret) -> Result<Shape, Error> {
    let text = token.expose();
    paste::check(text)?;
    paste::refuse_foreign(text, ProviderId::GitHub)?;
    let form = Form::of_text(text);
    match form {
        Form::Classic | Form::OAuthApp | Form::AppUser => {
            has_length(text, PREFIXED_LENGTH)?;
            let body = text.get(4..).unwrap_or_default();
            only(text, 4, |character| character.is_ascii_alphanumeric())?;
            if checksum::crc_fits(body) {
                Ok(form.shape(&[]))
            } else {
                Err(paste::unless_forced("it is mistyped: its checksum does not fit", form.shape(&["its checksum does not fit"])))
            }
        }
        Form::FineGrained => {
            has_length(text, FINE_GRAINED_LENGTH)?;
            only(text, 11, |character| character.is_ascii_alphanumeric() || character == '_')?;
            // Two parts of 22 and 59 characters with one `_` between them.
            if text.get(11..).and_then(|body| body.find('_')) != Some(22) || text.get(34..).is_none_or(|tail| tail.contains('_'))
            {
                return Err(paste::never("mistyped: a fine-grained token has one `_` after its first 22 characters"));
            }
            if checksum::fine_grained_fits(text) {
                Ok(form.shape(&[]))
            } else {
                Ok(form.shape(&["its checksum does not fit: it may be mistyped"]))
            }
        }
        Form::Installation => {
            let old = text.starts_with("v1.");
            let body = text.get(if old { 3 } else { 4 }..).unwrap_or_default();
            if body.len() < INSTALLATION_BODY {
                return Err(paste::never(format!(
                    "truncated: at least {} characters expected, got {}",
                    INSTALLATION_BODY + 4,
                    text.len()
                )));
            }
            only(text, 3, |character| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-'))?;
            Ok(form.shape(&[DIES_SOON]))
        }
        Form::Refresh => Err(Error::Malformed {
            why: "this is a refresh token, not an access token".to_owned(),
            belongs_to: Some(ProviderId::GitHub),
            if_forced: None,
        }),
        Form::Old => Ok(form.shape(&["a format from before April 2021, which few servers still know"])),
        Form::Unknown | Form::App => Err(paste::unless_forced(
            "GitHub's tokens begin with `ghp_` or `github_pat_`, this one does not",
            form.shape(&["it does not look like a token of GitHub"]),
        )),
    }
}

fn has_length(text: &str, expected: usize) -> Result<(), Error> {
    let got = text.len();
    match got.cmp(&expected) {
        std::cmp::Ordering::Less => Err(paste::never(format!("truncated: {expected} characters expected, got {got}"))),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(paste::never(format!("too long: {expected} characters expected, got {got}"))),
    }
}

fn only(text: &str, prefix: usize, allowed: impl Fn(char) -> bool) -> Result<(), Error> {
    match text.chars().enumerate().skip(prefix).find(|(_, character)| !allowed(*character)) {
        Some((position, _)) => {
            Err(paste::never(format!("mistyped: character {} is one that such a token never has", position + 1)))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, shape};
    use crate::model::{AuthMethod, ProviderId, TokenKind};
    use crate::provider::{Error, Shape};
    use crate::secret::Secret;

    /// Put together here, so that no scanner takes it for a token that was lost.
    fn token(prefix: &str, body: &str) -> Secret {
        Secret::from(format!("{prefix}{body}"))
    }

    fn good(prefix: &str, body: &str) -> Shape {
        shape(&token(prefix, body)).unwrap_or_else(|error| panic!("{prefix}…: {error}"))
    }

    fn bad(prefix: &str, body: &str) -> (String, bool) {
        match shape(&token(prefix, body)) {
            Err(Error::Malformed { why, if_forced, .. }) => (why, if_forced.is_some()),
            other => panic!("{prefix}…: {other:?}"),
        }
    }

    const BODY: &str = "0123456789ABCDEFGHIJabcdefghij4Us3aw";

    #[test]
    fn whole_tokens_are_taken() {
        let classic = good("ghp_", BODY);
        assert_eq!((classic.method, classic.kind), (AuthMethod::Pat, Some(TokenKind::Classic)));
        assert!(classic.doubts.is_empty());
        assert_eq!(good("ghp_", "EXAMPLEEXAMPLEEXAMPLEEX000016100F0Gi").kind, Some(TokenKind::Classic));
        assert_eq!(good("gho_", &format!("{}0uCPlr", "A".repeat(30))).method, AuthMethod::OAuth);
        assert_eq!(good("ghu_", &format!("{}3EAd4B", "Z".repeat(30))).method, AuthMethod::OAuth);
        let fine = good("github_pat_", &format!("11{}_{}KAJCXJFBabcdefgh", "A".repeat(20), "B".repeat(43)));
        assert_eq!((fine.method, fine.kind), (AuthMethod::Pat, Some(TokenKind::FineGrained)));
        assert!(fine.doubts.is_empty());
    }

    #[test]
    fn what_was_lost_or_mistyped_is_said() {
        assert_eq!(bad("ghp_", &BODY[..34]), ("truncated: 40 characters expected, got 38".to_owned(), false));
        assert_eq!(bad("ghp_", &format!("{BODY}x")), ("too long: 40 characters expected, got 41".to_owned(), false));
        assert_eq!(bad("ghp_", &BODY.replace('5', "6")), ("it is mistyped: its checksum does not fit".to_owned(), true));
        assert_eq!(
            bad("ghp_", &BODY.replace('5', "-")),
            ("mistyped: character 10 is one that such a token never has".to_owned(), false)
        );
        assert_eq!(bad("github_pat_", &"A".repeat(80)), ("truncated: 93 characters expected, got 91".to_owned(), false));
        let (why, forced) = bad("github_pat_", &"A".repeat(82));
        assert!(why.starts_with("mistyped: a fine-grained token has one `_`") && !forced, "{why}");
        assert!(
            bad("github_pat_", &format!("{}_{}_{}", "A".repeat(22), "B".repeat(29), "B".repeat(29))).0.starts_with("mistyped")
        );
    }

    #[test]
    fn a_fine_grained_checksum_is_only_doubted() {
        let doubtful = good("github_pat_", &format!("11{}_{}KAJCXJFCabcdefgh", "A".repeat(20), "B".repeat(43)));
        assert_eq!(doubtful.doubts, ["its checksum does not fit: it may be mistyped"]);
    }

    #[test]
    fn installation_tokens_of_any_length_are_taken_with_a_doubt() {
        let old = format!("{}2C8GjS", "0".repeat(30));
        for body in [
            old.as_str(),
            "16C7e42F292c69C2E7C10c838347Ae178B4a",
            &format!("12_{}.{}-_.{}", "a".repeat(200), "b".repeat(200), "c".repeat(100)),
        ] {
            let shape = good("ghs_", body);
            assert_eq!(shape.method, AuthMethod::GithubApp);
            assert_eq!(shape.doubts, ["a token of an app's installation dies within an hour"]);
        }
        assert_eq!(good("v1.", &"0a".repeat(20)).method, AuthMethod::GithubApp);
        assert_eq!(bad("ghs_", "abc").0, "truncated: at least 40 characters expected, got 7");
    }

    #[test]
    fn what_is_something_else_is_named() {
        assert_eq!(bad("ghr_", &"A".repeat(76)), ("this is a refresh token, not an access token".to_owned(), false));
        assert_eq!(bad("glp", "at-AAECAwQFBgcICQoLDA0O"), ("this is a GitLab token".to_owned(), false));
        assert_eq!(bad("ATB", "Bxyz"), ("this is a Bitbucket app password".to_owned(), false));
        assert!(matches!(
            shape(&token("glp", "at-AAECAwQFBgcICQoLDA0O")),
            Err(Error::Malformed { belongs_to: Some(ProviderId::GitLab), .. })
        ));
        let (why, forced) = bad("hunter", "2");
        assert!(forced && why.contains("begin with `ghp_`"), "{why}");
    }

    #[test]
    fn the_old_format_is_taken_with_a_notice() {
        let old = good("", "0123456789abcdef0123456789abcdef01234567");
        assert_eq!((old.method, old.kind, old.doubts.len()), (AuthMethod::Pat, None, 1));
        assert_eq!(Form::of(&token("", "0123456789ABCDEF0123456789ABCDEF01234567")), Form::Unknown);
    }
}

//! What the text of a token says about it: little, for it has no beginning of its own. Whatever could be a token of *some* instance is taken, with
//! a doubt.

use super::super::{Error, Shape, Wants, paste};
use crate::model::{AuthMethod, ProviderId, TokenKind};
use crate::secret::Secret;

/// Hexadecimal characters of a token.
pub(super) const LENGTH: usize = 40;

/// The beginning of an OAuth application's secret.
const CLIENT_SECRET: &str = "gto_";

/// Looks at a token's text.
///
/// # Errors
///
/// `Error::Malformed` for keys, quoted texts, an OAuth application's secret, and tokens of somebody else.
pub(super) fn shape(token: &Secret) -> Result<Shape, Error> {
    let text = token.expose();
    paste::check(text)?;
    if text.starts_with(CLIENT_SECRET) {
        let why = "this is an OAuth application's secret, not a token".to_owned();
        return Err(Error::Malformed { why, belongs_to: Some(ProviderId::Gitea), if_forced: None });
    }
    paste::refuse_foreign(text, ProviderId::Gitea)?;
    Ok(Shape {
        method: AuthMethod::Pat,
        kind: Some(TokenKind::Personal),
        doubts: doubt(text).into_iter().collect(),
        wants: Wants::default(),
    })
}

/// What is doubtful about a text that could be a token: an instance may have been patched, so nothing more than that.
fn doubt(text: &str) -> Option<String> {
    if text.len() != LENGTH {
        let slip = if text.len() < LENGTH { "it may be truncated" } else { "it may be more than the token" };
        return Some(format!("{slip}: {LENGTH} characters are usual, this has {}", text.len()));
    }
    let odd = text.bytes().any(|byte| !byte.is_ascii_hexdigit());
    odd.then(|| "tokens are made of digits and the letters a to f, this one is not: it may be mistyped".to_owned())
}

#[cfg(test)]
mod tests {
    use super::shape;
    use crate::model::{AuthMethod, ProviderId, TokenKind};
    use crate::provider::{Error, Shape, Wants};
    use crate::secret::Secret;

    fn of(text: String) -> Result<Shape, Error> {
        shape(&Secret::from(text))
    }

    fn why(text: String) -> (String, Option<ProviderId>) {
        match of(text) {
            Err(Error::Malformed { why, belongs_to, if_forced: None }) => (why, belongs_to),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn forty_hexadecimal_characters_are_a_token() {
        let shape = of("0a".repeat(20)).unwrap();
        assert_eq!((shape.method, shape.kind, shape.wants), (AuthMethod::Pat, Some(TokenKind::Personal), Wants::default()));
        assert!(shape.doubts.is_empty());
    }

    #[test]
    fn anything_else_is_doubted_and_taken() {
        assert_eq!(of("0a".repeat(19)).unwrap().doubts, ["it may be truncated: 40 characters are usual, this has 38"]);
        assert_eq!(of("0a".repeat(32)).unwrap().doubts, ["it may be more than the token: 40 characters are usual, this has 64"]);
        assert!(of("0x".repeat(20)).unwrap().doubts[0].ends_with("it may be mistyped"));
    }

    #[test]
    fn what_is_no_token_is_named() {
        let (reason, owner) = why(format!("{}{}", "gt", "o_aaaabbbbccccddddeeee"));
        assert_eq!((reason.as_str(), owner), ("this is an OAuth application's secret, not a token", Some(ProviderId::Gitea)));
        assert_eq!(why(format!("{}{}", "gh", "p_aaaabbbbcccc")), ("this is a GitHub token".to_owned(), Some(ProviderId::GitHub)));
        assert_eq!(why(format!("{}{}", "glp", "at-aaaabbbb")).1, Some(ProviderId::GitLab));
        assert_eq!(why("Bearer 0a0a".to_owned()).0, "`Bearer` stands in front of it: give the token alone");
    }
}

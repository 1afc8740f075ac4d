//! What the text of a token says about it, without asking anybody. Lengths differ and are not looked at (Atlassian: "Manage API tokens").

use super::super::{Error, Shape, Wants, paste};
use crate::model::{AuthMethod, ProviderId, TokenKind};
use crate::secret::Secret;

/// Of a person; the two letters after it have changed before.
const API_TOKEN: &str = "ATAT";
/// Of a repository, project or workspace: which, only Bitbucket can tell.
const ACCESS_TOKEN: &str = "ATCT";
const APP_PASSWORD: &str = "ATBB";

/// Looks at a token's text.
///
/// # Errors
///
/// `Error::Malformed` for keys, quoted texts, tokens of somebody else, and app passwords, which are dead since 28 July 2026. A text that begins
/// otherwise can be forced: it is taken for the access token of a login.
pub(super) fn shape(token: &Secret) -> Result<Shape, Error> {
    let text = token.expose();
    paste::check(text)?;
    if text.starts_with(APP_PASSWORD) {
        return Err(Error::Malformed {
            why: "this is an app password, which Bitbucket takes no more: make an API token with scopes instead".to_owned(),
            belongs_to: Some(ProviderId::Bitbucket),
            if_forced: None,
        });
    }
    paste::refuse_foreign(text, ProviderId::Bitbucket)?;
    let shape = |method, kind, wants| Shape { method, kind, doubts: Vec::new(), wants };
    if text.starts_with(API_TOKEN) {
        let wants = Wants { email: Some("e-mail address of your Atlassian account"), workspace: None, expiry: true };
        return Ok(shape(AuthMethod::Pat, Some(TokenKind::ApiToken), wants));
    }
    if text.starts_with(ACCESS_TOKEN) {
        let wants = Wants { email: None, workspace: Some("workspace that owns it, as in bitbucket.org/WORKSPACE"), expiry: true };
        return Ok(shape(AuthMethod::AccessToken, None, wants));
    }
    Err(paste::unless_forced(
        "API tokens of Bitbucket begin with `ATATT`, access tokens with `ATCTT`, and this begins otherwise",
        Shape {
            doubts: vec!["it begins like none of Bitbucket's tokens: it is taken for the access token of a login".to_owned()],
            ..shape(AuthMethod::OAuth, None, Wants::default())
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::shape;
    use crate::model::{AuthMethod, ProviderId, TokenKind};
    use crate::provider::{Error, Shape};
    use crate::secret::Secret;

    fn look(front: &str, back: &str) -> Result<Shape, Error> {
        shape(&Secret::from(format!("{front}{back}")))
    }

    #[test]
    fn what_goes_with_a_token_is_told_by_its_beginning() {
        let api = look("ATA", "TT3xFfGF0T4JNjZ2u5Xw").unwrap();
        assert_eq!((api.method, api.kind), (AuthMethod::Pat, Some(TokenKind::ApiToken)));
        assert_eq!((api.wants.email.is_some(), api.wants.workspace.is_some(), api.wants.expiry), (true, false, true));
        let access = look("ATC", "TT3xFfGN0abcdefgh=0A1B2C3D").unwrap();
        assert_eq!((access.method, access.kind), (AuthMethod::AccessToken, None));
        assert_eq!((access.wants.email.is_some(), access.wants.workspace.is_some(), access.wants.expiry), (false, true, true));
    }

    #[test]
    fn app_passwords_are_dead_and_others_are_named() {
        let why = |front, back| match look(front, back) {
            Err(Error::Malformed { why, belongs_to, .. }) => (why, belongs_to),
            other => panic!("{other:?}"),
        };
        let (words, whose) = why("ATB", "Babcdefghijklmnop");
        assert!(words.contains("app password") && words.contains("API token"), "{words}");
        assert_eq!(whose, Some(ProviderId::Bitbucket));
        assert_eq!(why("gh", "p_AAECAwQFBgcICQoLDA0O"), ("this is a GitHub token".to_owned(), Some(ProviderId::GitHub)));
        let Err(Error::Malformed { if_forced: Some(forced), .. }) = look("", "0123456789abcdef") else { panic!() };
        assert_eq!((forced.method, forced.doubts.len()), (AuthMethod::OAuth, 1));
    }
}

//! How a request proves who it is.

use std::rc::Rc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::{Answer, Error};
use crate::secret::Secret;

/// Supplies the token for each request, and a renewed one when its time has come in the middle of a long page walk.
#[async_trait(?Send)]
pub(crate) trait TokenSource {
    /// The token to send now.
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>>;

    /// Another token in place of one that this answer, a 401, refuses, if there can be one: its end may have come earlier than was known. The same one
    /// again where its provider may not know it yet. `None` where a refusal is the last word.
    async fn instead_of(&self, _refused: &Secret, _answer: &Answer) -> Result<Option<Secret>, Box<dyn std::error::Error>> {
        Ok(None)
    }
}

/// A token that stays what it is: it does not renew itself.
pub(crate) struct Unchanging(pub(crate) Secret);

#[async_trait(?Send)]
impl TokenSource for Unchanging {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        Ok(self.0.clone())
    }
}

/// How a request proves who it is.
#[derive(Clone)]
pub(crate) enum Auth {
    /// `Authorization: Bearer TOKEN`.
    Bearer(Rc<dyn TokenSource>),
    /// `PRIVATE-TOKEN: TOKEN` (GitLab).
    PrivateToken(Rc<dyn TokenSource>),
    /// `JOB-TOKEN: TOKEN` (a job of GitLab CI).
    JobToken(Rc<dyn TokenSource>),
    /// `Authorization: Basic`, of this user name and the token (RFC 7617).
    Basic(String, Rc<dyn TokenSource>),
    /// Nothing.
    None,
}

/// A token that no header may hold. The text of it stays out of the message.
#[derive(Debug, thiserror::Error)]
#[error("the token is empty or holds characters that no token has (spaces, line breaks, letters beyond ASCII)")]
struct NotSendable;

impl Auth {
    fn source(&self) -> Option<&Rc<dyn TokenSource>> {
        match self {
            Self::Bearer(source) | Self::PrivateToken(source) | Self::JobToken(source) | Self::Basic(_, source) => Some(source),
            Self::None => None,
        }
    }

    /// The token of this moment.
    pub(super) async fn token(&self) -> Result<Option<Secret>, Error> {
        match self.source() {
            Some(source) => Ok(Some(source.token().await?)),
            None => Ok(None),
        }
    }

    /// Another token in place of one that was refused.
    pub(super) async fn instead_of(&self, refused: Option<&Secret>, answer: &Answer) -> Result<Option<Secret>, Error> {
        match self.source().zip(refused) {
            Some((source, refused)) => Ok(source.instead_of(refused, answer).await?),
            None => Ok(None),
        }
    }

    /// The header that carries a token, marked so that nothing prints or indexes it.
    pub(super) fn header(&self, token: Option<&Secret>) -> Result<Option<(HeaderName, HeaderValue)>, Error> {
        let Some(token) = token else { return Ok(None) };
        if token.expose().is_empty() || !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::Token(Box::new(NotSendable)));
        }
        let (name, text) = match self {
            Self::Bearer(_) => (AUTHORIZATION, format!("Bearer {}", token.expose())),
            Self::PrivateToken(_) => (HeaderName::from_static("private-token"), token.expose().to_owned()),
            Self::JobToken(_) => (HeaderName::from_static("job-token"), token.expose().to_owned()),
            Self::Basic(user, _) => (AUTHORIZATION, basic(user, token)?),
            Self::None => return Ok(None),
        };
        let text = Zeroizing::new(text);
        let mut value = HeaderValue::from_str(&text).map_err(|_| Error::Token(Box::new(NotSendable)))?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}

/// A user name that RFC 7617 has no way to send.
#[derive(Debug, thiserror::Error)]
#[error("the user name that goes with the token is empty, or holds a `:` or a control character")]
struct NoUserName;

/// The credentials of RFC 7617: user name and token as UTF-8 with a colon between, in base64.
fn basic(user: &str, token: &Secret) -> Result<String, Error> {
    if user.is_empty() || user.chars().any(|character| character == ':' || character.is_control()) {
        return Err(Error::Token(Box::new(NoUserName)));
    }
    let pair = Zeroizing::new(format!("{user}:{}", token.expose()));
    Ok(format!("Basic {}", *Zeroizing::new(STANDARD.encode(pair.as_bytes()))))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use async_trait::async_trait;

    use super::{Auth, TokenSource};
    use crate::secret::Secret;

    struct Fixed;

    #[async_trait(?Send)]
    impl TokenSource for Fixed {
        async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
            Ok(Secret::from("s3krit".to_owned()))
        }
    }

    #[tokio::test]
    async fn the_header_with_the_token_is_marked_as_sensitive() {
        for (auth, name, value) in [
            (Auth::Bearer(Rc::new(Fixed)), "authorization", "Bearer s3krit"),
            (Auth::PrivateToken(Rc::new(Fixed)), "private-token", "s3krit"),
            (Auth::JobToken(Rc::new(Fixed)), "job-token", "s3krit"),
            (
                Auth::Basic("ada@acme.example".to_owned(), Rc::new(Fixed)),
                "authorization",
                "Basic YWRhQGFjbWUuZXhhbXBsZTpzM2tyaXQ=",
            ),
        ] {
            let token = auth.token().await.unwrap();
            let (found, header) = auth.header(token.as_ref()).unwrap().unwrap();
            assert_eq!((found.as_str(), header.to_str().unwrap()), (name, value));
            assert!(header.is_sensitive());
            assert!(!format!("{header:?}").contains("s3krit"));
        }
        assert!(Auth::None.token().await.unwrap().is_none());
        assert!(Auth::None.header(None).unwrap().is_none());
        // A colon would move the border between name and token.
        for user in ["", "a:b", "a\nb"] {
            assert!(
                Auth::Basic(user.to_owned(), Rc::new(Fixed)).header(Some(&Secret::from("x".to_owned()))).is_err(),
                "{user:?}"
            );
        }
    }
}

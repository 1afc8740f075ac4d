//! How a request proves who it is.

use std::rc::Rc;

use async_trait::async_trait;
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

/// How a request proves who it is.
#[derive(Clone)]
pub(crate) enum Auth {
    /// `Authorization: Bearer TOKEN`.
    Bearer(Rc<dyn TokenSource>),
    /// `PRIVATE-TOKEN: TOKEN` (GitLab).
    PrivateToken(Rc<dyn TokenSource>),
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
            Self::Bearer(source) | Self::PrivateToken(source) => Some(source),
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
        let (name, prefix) = match self {
            Self::Bearer(_) => (AUTHORIZATION, "Bearer "),
            Self::PrivateToken(_) => (HeaderName::from_static("private-token"), ""),
            Self::None => return Ok(None),
        };
        let Some(token) = token else { return Ok(None) };
        if token.expose().is_empty() || !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::Token(Box::new(NotSendable)));
        }
        let text = Zeroizing::new(format!("{prefix}{}", token.expose()));
        let mut value = HeaderValue::from_str(&text).map_err(|_| Error::Token(Box::new(NotSendable)))?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
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
        ] {
            let token = auth.token().await.unwrap();
            let (found, header) = auth.header(token.as_ref()).unwrap().unwrap();
            assert_eq!((found.as_str(), header.to_str().unwrap()), (name, value));
            assert!(header.is_sensitive());
            assert!(!format!("{header:?}").contains("s3krit"));
        }
        assert!(Auth::None.token().await.unwrap().is_none());
        assert!(Auth::None.header(None).unwrap().is_none());
    }
}

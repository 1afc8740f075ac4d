//! Answers and accounts for the providers' own tests.

use std::rc::Rc;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::net::{Answer, TokenSource};
use crate::secret::Secret;

/// An answer of `api.example` to `GET /user`.
pub(super) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    Answer {
        status,
        headers: map,
        body: Bytes::copy_from_slice(body.as_bytes()),
        call: "GET /user".to_owned(),
        host: "api.example".to_owned(),
    }
}

/// A token that never changes.
pub(super) struct Fixed(pub(super) String);

#[async_trait(?Send)]
impl TokenSource for Fixed {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        Ok(Secret::from(self.0.clone()))
    }
}

/// The same, as providers take it.
pub(super) fn fixed(front: &str, back: &str) -> Rc<dyn TokenSource> {
    Rc::new(Fixed(format!("{front}{back}")))
}

//! The JWT that an app signs for each of its own calls ("Generating a JSON Web Token for a GitHub App"): RS256, for some minutes, by this machine's clock,
//! or by GitHub's where this one is wrong.

use std::cell::{Cell, RefCell};

use async_trait::async_trait;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use super::super::super::AppSigner;
use super::super::api::Trouble;
use crate::model::Timestamp;
use crate::net::{Answer, Http, TokenSource};
use crate::secret::Secret;

/// So long before now it says that it was made: clocks differ a little.
const BACK: i64 = 60;
/// So long after now it ends. GitHub takes ten minutes from its own now at most.
const AHEAD: i64 = 9 * 60;
/// One is used again for so long.
const REUSE: SignedDuration = SignedDuration::from_mins(4);

/// The claims, in seconds since 1970 (RFC 7519 §4.1).
#[derive(Serialize)]
struct Claims<'a> {
    iat: i64,
    exp: i64,
    iss: &'a str,
}

/// A signature could not be made: the key was read when it was stored, so this is a damaged store or our bug. The library's words stay out.
#[derive(Debug, thiserror::Error)]
#[error("the app's private key does not sign")]
struct NoSignature;

/// What signs, and how far this machine's clock is off.
pub(super) struct Signer {
    http: Http,
    who: AppSigner,
    /// GitHub's clock less ours, in seconds, once GitHub has found ours wrong.
    behind: Cell<Option<i64>>,
    present: RefCell<Option<(Secret, Timestamp)>>,
}

impl Signer {
    pub(super) fn new(http: Http, who: AppSigner) -> Self {
        Self { http, who, behind: Cell::new(None), present: RefCell::default() }
    }

    /// By how many seconds this machine's clock is ahead of GitHub's.
    pub(super) fn clock_error(&self) -> Option<i64> {
        self.behind.get().map(|behind| -behind)
    }

    /// By how much GitHub's clock is ahead, as it goes into the signatures now.
    pub(super) fn correction(&self) -> Option<i64> {
        self.behind.get()
    }

    /// Whether to sign once more, by the server's clock: the answer finds fault with ours, by which what it refuses was signed. Requests go side by side:
    /// the clock may have been set right since by the answer to another one. `by` is the correction that went into the refused signature.
    pub(super) fn corrects(&self, answer: &Answer, by: Option<i64>) -> bool {
        if !is_about_time(answer) {
            return false;
        }
        if self.behind.get() != by {
            return true;
        }
        let Some(date) = answer.date().filter(|_| by.is_none()) else { return false };
        self.behind.set(Some(date.as_second() - self.http.now().as_second()));
        self.present.replace(None);
        true
    }

    fn sign(&self) -> Result<Secret, NoSignature> {
        let now = self.http.now();
        if let Some((token, made_at)) = &*self.present.borrow()
            && (SignedDuration::ZERO..REUSE).contains(&now.duration_since(*made_at))
        {
            return Ok(token.clone());
        }
        let second = now.as_second() + self.behind.get().unwrap_or(0);
        let token = encoded(&self.who.key, &self.who.issuer, second)?;
        self.present.replace(Some((token.clone(), now)));
        Ok(token)
    }
}

#[async_trait(?Send)]
impl TokenSource for Signer {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        Ok(self.sign()?)
    }

    async fn instead_of(&self, refused: &Secret, answer: &Answer) -> Result<Option<Secret>, Box<dyn std::error::Error>> {
        let is_present = self.present.borrow().as_ref().is_some_and(|(present, _)| present.expose() == refused.expose());
        let by = if is_present { self.correction() } else { None };
        if self.corrects(answer, by) { Ok(Some(self.sign()?)) } else { Ok(None) }
    }
}

/// Whether an answer finds fault with the times in a signature: three messages of GitHub's, matched loosely.
pub(super) fn is_about_time(answer: &Answer) -> bool {
    let message = answer.json::<Trouble>().unwrap_or_default().message.to_ascii_lowercase();
    answer.status == 401 && (message.contains("'expiration time' claim") || message.contains("'issued at' claim"))
}

fn encoded(key: &Secret, issuer: &str, second: i64) -> Result<Secret, NoSignature> {
    let claims = Claims { iat: second - BACK, exp: second + AHEAD, iss: issuer };
    let key = EncodingKey::from_rsa_pem(key.expose().as_bytes()).map_err(|_| NoSignature)?;
    jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).map(Secret::from).map_err(|_| NoSignature)
}

/// Whether a key signs what its public half (PKCS #1) verifies.
pub(super) fn signs(key: &Secret, public: &[u8]) -> bool {
    let verified = || {
        let token = encoded(key, "trial", 0).ok()?;
        let (signed, signature) = token.expose().rsplit_once('.')?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(signed.as_bytes(), &signature).ok()
    };
    verified().is_some()
}

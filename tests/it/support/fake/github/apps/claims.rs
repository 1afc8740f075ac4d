//! Who asks: a JWT that an app's key has signed, held against what GitHub demands of it (GitHub §4.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::desk::Desk;
use super::{Answer, FakeApp, Request};
use crate::support::fake::github::message;

/// So many seconds a JWT may live.
const LONGEST: f64 = 600.0;

/// Why a JWT is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Undecodable,
    NoApp,
    NoKey,
    Ends,
    EndsTooLate,
    Begins,
    Suspended,
}

impl Refusal {
    /// Messages and statuses are quoted: GitHub §4.1. Written by hand is what is said of an app that GitHub has suspended, after §4.2 and
    /// §10, which have the words for installations and accounts.
    pub(super) fn answer(self) -> Answer {
        let (status, text) = match self {
            Self::Undecodable => (401, "A JSON web token could not be decoded"),
            Self::NoApp => (404, "Integration not found"),
            Self::NoKey => (401, "Integration must generate a public key"),
            Self::Ends => (
                401,
                "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
            ),
            Self::EndsTooLate => (401, "'Expiration time' claim ('exp') is too far in the future"),
            Self::Begins => {
                (401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
            }
            Self::Suspended => (403, "This GitHub App has been suspended"),
        };
        message(status, text, "https://docs.github.com/rest")
    }
}

impl Desk {
    /// The app that a request comes from. In which order GitHub looks is written by hand.
    pub(super) fn caller(&mut self, request: &Request) -> Result<FakeApp, Refusal> {
        // Not with `token` (GitHub §0.2).
        let jwt = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let (signed, signature) = jwt.rsplit_once('.').ok_or(Refusal::Undecodable)?;
        let (head, claims) = signed.split_once('.').ok_or(Refusal::Undecodable)?;
        let (head, claims) = (json(head)?, json(claims)?);
        let bytes = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Undecodable)?;
        if head["alg"] != "RS256" {
            return Err(Refusal::Undecodable);
        }
        let issuer = match &claims["iss"] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(Refusal::Undecodable),
        };
        let now = self.now();
        let app = self.apps.iter_mut().find(|app| app.client_id == issuer || app.id.to_string() == issuer);
        let app = app.ok_or(Refusal::NoApp)?;
        if app.keys.is_empty() || app.keyless_calls > 0 {
            app.keyless_calls = app.keyless_calls.saturating_sub(1);
            return Err(Refusal::NoKey);
        }
        if !app.keys.iter().any(|key| key.signed(signed.as_bytes(), &bytes)) {
            return Err(Refusal::Undecodable);
        }
        // Whoever has it may do for ten minutes what the key may.
        self.watching.secret(signature);
        fits(&claims, now.as_millisecond())?;
        if app.suspended { Err(Refusal::Suspended) } else { Ok(app.clone()) }
    }
}

/// Whether the moments in it are fine at this one, in milliseconds.
fn fits(claims: &Value, now: i64) -> Result<(), Refusal> {
    #[expect(clippy::cast_precision_loss, reason = "a moment of our time is far below 2^53 milliseconds")]
    let now = now as f64 / 1000.0;
    let end = claims["exp"].as_f64().filter(|end| *end > now).ok_or(Refusal::Ends)?;
    if end > now + LONGEST {
        return Err(Refusal::EndsTooLate);
    }
    #[expect(clippy::cast_precision_loss, reason = "the same")]
    let begin = claims["iat"].as_i64().map(|begin| begin as f64).filter(|begin| *begin <= now).ok_or(Refusal::Begins)?;
    if end - begin > LONGEST { Err(Refusal::EndsTooLate) } else { Ok(()) }
}

fn json(part: &str) -> Result<Value, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Undecodable)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::Undecodable)?;
    if value.is_object() { Ok(value) } else { Err(Refusal::Undecodable) }
}

//! Calls of the API, and tokens signed without any library for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(super) use crate::support::fake::reply::{Reply, send};
use crate::support::fake::{FakeApp, GitHub};
use crate::support::keys::RsaKey;

impl Reply {
    pub(super) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    /// Status and message at once.
    pub(super) fn said(&self) -> (u16, &str) {
        (self.status, self.message())
    }
}

/// A call of the API with a credential; `what` is method and path.
pub(super) fn call(github: &GitHub, credential: &str, what: &str, body: &str) -> Reply {
    let (method, path) = what.split_once(' ').unwrap();
    let authorization = format!("Bearer {credential}");
    send(method, &format!("{}{path}", github.api()), &[("Authorization", &authorization)], body)
}

/// Seconds since 1970, and so many more.
pub(super) fn in_seconds(seconds: i64) -> i64 {
    jiff::Timestamp::now().as_second() + seconds
}

/// RS256 over any head and claims.
pub(super) fn sign(key: &RsaKey, head: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())))
}

/// The claims that GitHub's documentation advises.
pub(super) fn claims(issuer: &Value) -> Value {
    json!({"iat": in_seconds(-60), "exp": in_seconds(540), "iss": issuer})
}

/// A JWT that is fine.
pub(super) fn jwt(app: &FakeApp) -> String {
    sign(&app.key, &json!({"alg": "RS256", "typ": "JWT"}), &claims(&json!(app.client_id)))
}

/// Asks for a token with this body.
pub(super) fn ask(github: &GitHub, app: &FakeApp, id: u64, body: &str) -> Reply {
    call(github, &jwt(app), &format!("POST /app/installations/{id}/access_tokens"), body)
}

/// A token of an installation.
pub(super) fn token(github: &GitHub, app: &FakeApp, id: u64) -> String {
    let reply = ask(github, app, id, "");
    reply.body["token"].as_str().unwrap_or_else(|| panic!("no token: {reply:?}")).to_owned()
}

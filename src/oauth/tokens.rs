//! The answer of a token endpoint, read leniently where servers differ and strictly where a wrong value would cost the login.

use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse};
use serde::de::Error as _;
use serde_json::Value;

use crate::model::{OAuthTokens, Timestamp};
use crate::secret::Secret;

/// No token lives longer than ten years: what says so is an error of the server's.
const LONGEST: u64 = 10 * 366 * 86_400;
/// No token is longer.
const MOST: usize = 16 << 10;

/// What was handed out. Nothing of it can be shown: the library wants `Debug` and `Serialize`, and gets the names alone.
pub(super) struct Granted {
    access: AccessToken,
    kind: BasicTokenType,
    refresh: Option<RefreshToken>,
    expires_in: Option<u64>,
    refresh_expires_in: Option<u64>,
    created_at: Option<Timestamp>,
    scopes: Option<Vec<Scope>>,
}

impl std::fmt::Debug for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Granted")
    }
}

impl serde::Serialize for Granted {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> serde::Deserialize<'de> for Granted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = serde_json::Map::deserialize(deserializer)?;
        let token = |name: &'static str| match fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if sendable(text) => Ok(Some(text.clone())),
            Some(_) => Err(D::Error::custom(format_args!("`{name}` is no token"))),
        };
        let access = token("access_token")?.ok_or_else(|| D::Error::custom("`access_token` is missing"))?;
        match fields.get("token_type") {
            None | Some(Value::Null) => {}
            // Its case varies (Doorkeeper 5 changed it).
            Some(Value::String(kind)) if kind.eq_ignore_ascii_case("bearer") => {}
            Some(_) => return Err(D::Error::custom("`token_type` is not bearer")),
        }
        Ok(Self {
            access: AccessToken::new(access),
            kind: BasicTokenType::Bearer,
            refresh: token("refresh_token")?.map(RefreshToken::new),
            expires_in: fields.get("expires_in").and_then(seconds),
            refresh_expires_in: fields.get("refresh_token_expires_in").and_then(seconds),
            // Doorkeeper's own field: seconds since 1970.
            created_at: fields.get("created_at").and_then(Value::as_i64).and_then(|at| Timestamp::from_second(at).ok()),
            scopes: fields.get("scope").or_else(|| fields.get("scopes")).and_then(scopes),
        })
    }
}

/// Whether a text can be sent as a token: a line break in it would be a second header.
fn sendable(text: &str) -> bool {
    !text.is_empty() && text.len() <= MOST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A lifetime: a number or a number in a string. What is not above zero or beyond all reason says nothing: the token itself is good, and must not
/// be thrown away with it.
fn seconds(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|seconds| (1..=LONGEST).contains(seconds))
}

/// `repo,gist`, `api read_user`, or a list.
fn scopes(value: &Value) -> Option<Vec<Scope>> {
    let words: Vec<String> = match value {
        Value::String(text) => text.split([',', ' ']).map(ToOwned::to_owned).collect(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        _ => return None,
    };
    let mut words: Vec<String> = words.iter().map(|word| crate::model::clean(word.trim()).into_owned()).collect();
    words.retain(|word| !word.is_empty());
    words.sort();
    words.dedup();
    Some(words.into_iter().map(Scope::new).collect())
}

impl TokenResponse for Granted {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.kind
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

impl From<Granted> for OAuthTokens {
    fn from(granted: Granted) -> Self {
        Self {
            access: Secret::from(granted.access.into_secret()),
            refresh: granted.refresh.map(|refresh| Secret::from(refresh.into_secret())),
            expires_in: granted.expires_in,
            refresh_expires_in: granted.refresh_expires_in,
            created_at: granted.created_at,
            scopes: granted.scopes.map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
        }
    }
}

/// Reads a pair that a person hands over: the token endpoint's own JSON.
///
/// # Errors
///
/// In words, without anything of the text.
pub(crate) fn read(json: &str) -> Result<OAuthTokens, &'static str> {
    serde_json::from_str::<Granted>(json)
        .map(OAuthTokens::from)
        .map_err(|_| "it is not the JSON of a token endpoint, with `access_token` and `refresh_token`")
}

#[cfg(test)]
mod tests {
    use super::{Granted, read};

    fn expires_in(value: &str) -> Option<u64> {
        read(&format!(r#"{{"access_token":"t","token_type":"bearer","expires_in":{value}}}"#)).unwrap().expires_in
    }

    #[test]
    fn an_odd_lifetime_does_not_cost_the_token() {
        assert_eq!(expires_in("7200"), Some(7200));
        assert_eq!(expires_in("\"7200\""), Some(7200));
        for odd in ["0", "-1", "1e18", "1000000000000000000", "\"soon\"", "null", "7200.5", "[]", "{}", "true"] {
            assert_eq!(expires_in(odd), None, "{odd}");
        }
        assert_eq!(read(r#"{"access_token":"t"}"#).unwrap().expires_in, None);
    }

    #[test]
    fn scopes_come_in_every_shape() {
        for shape in
            [r#""scope":"repo,gist""#, r#""scope":"gist repo""#, r#""scopes":"repo, gist repo""#, r#""scope":["repo","gist"]"#]
        {
            let tokens = read(&format!(r#"{{"access_token":"t","token_type":"Bearer",{shape}}}"#)).unwrap();
            assert_eq!(tokens.scopes.unwrap(), ["gist", "repo"], "{shape}");
        }
        assert_eq!(read(r#"{"access_token":"t","scope":""}"#).unwrap().scopes, Some(vec![]));
        assert_eq!(read(r#"{"access_token":"t","scope":null}"#).unwrap().scopes, None);
    }

    #[test]
    fn what_is_no_token_is_refused_and_nothing_of_it_is_repeated() {
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":null}"#,
            r#"{"access_token":["s3krit"]}"#,
            r#"{"access_token":"s3k\nrit"}"#,
            r#"{"access_token":"s3krit","token_type":"mac"}"#,
            r#"{"access_token":"s3krit","refresh_token":7}"#,
            r#"{"error":"bad_verification_code"}"#,
        ] {
            let error = serde_json::from_str::<Granted>(bad).unwrap_err().to_string();
            assert!(!error.contains("s3k"), "{error}");
        }
        let granted: Granted = serde_json::from_str(r#"{"access_token":"s3krit"}"#).unwrap();
        assert_eq!((format!("{granted:?}").as_str(), serde_json::to_string(&granted).unwrap().as_str()), ("Granted", "null"));
    }
}

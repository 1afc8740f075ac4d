//! A GitHub App as GitHub knows it: a key that is made at run time, so that no file holds one, and what must be right about its signatures.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::relay::Asked;
use crate::sandbox::Sandbox;

/// Before the `RSAPrivateKey` of a PKCS #8 key of this size stand its version, `rsaEncryption` and two lengths (RFC 5208 §5).
const BEFORE_PKCS1: usize = 26;
/// GitHub takes ten minutes at most.
const LONGEST: i64 = 600;

/// An app's private key, and the client id that it signs for.
pub(crate) struct AppKey {
    pair: KeyPair,
    pub(crate) client_id: &'static str,
}

impl AppKey {
    pub(crate) fn make(client_id: &'static str) -> Self {
        Self { pair: KeyPair::generate(KeySize::Rsa2048).unwrap(), client_id }
    }

    /// `RSA PRIVATE KEY`, as GitHub hands it out.
    pub(crate) fn pem(&self) -> String {
        let pkcs8: Pkcs8V1Der<'_> = self.pair.as_der().unwrap();
        let label = ["RSA PRIVATE", "KEY"].join(" ");
        let lines: Vec<String> = BASE64_STANDARD
            .encode(&pkcs8.as_ref()[BEFORE_PKCS1..])
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    /// The key as a file that only its owner reads; its path.
    pub(crate) fn file(&self, sandbox: &Sandbox) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = sandbox.path("app.pem");
        std::fs::write(&path, self.pem()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Why GitHub would not take a request for the app's own, by the clock of this machine.
    ///
    /// # Errors
    ///
    /// In words.
    pub(crate) fn signed(&self, asked: &Asked) -> Result<(), String> {
        let token = bearer(asked).ok_or("no bearer token")?;
        let (signed, signature) = token.rsplit_once('.').ok_or("no JWT")?;
        let (head, claims) = signed.split_once('.').ok_or("no JWT")?;
        let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|error| error.to_string());
        let read = |text: &str| serde_json::from_slice::<Value>(&decoded(text)?).map_err(|error| error.to_string());
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key())
            .verify(signed.as_bytes(), &decoded(signature)?)
            .map_err(|_| "A JSON web token could not be decoded")?;
        let (head, claims) = (read(head)?, read(claims)?);
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
        match (claims["iat"].as_i64(), claims["exp"].as_i64()) {
            _ if head["alg"] != "RS256" => Err(format!("not RS256: {head}")),
            _ if claims["iss"] != self.client_id => Err(format!("another app's: {claims}")),
            (Some(issued), Some(end)) if issued <= now && now < end && end <= now + LONGEST => Ok(()),
            _ => Err(format!("its times are wrong: {claims}")),
        }
    }
}

/// The token that a request bears.
pub(crate) fn bearer(asked: &Asked) -> Option<&str> {
    asked.headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

/// A moment so many seconds from now, as GitHub writes it.
pub(crate) fn in_seconds(seconds: i64) -> String {
    let now = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(now + seconds).unwrap().to_string()
}

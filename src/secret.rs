//! The only type a secret may have. It is wiped when dropped, and neither prints nor compares nor serializes.

use age::secrecy::{ExposeSecret, SecretString};
use aws_lc_rs::digest;

/// A token, a key, a passphrase: anything that must not be seen.
#[derive(Clone)]
pub(crate) struct Secret(SecretString);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(SecretString::from(value))
    }
}

impl From<SecretString> for Secret {
    fn from(value: SecretString) -> Self {
        Self(value)
    }
}

impl Secret {
    /// Lets the secret out. Which files may call this is listed in `tests/it/secrets.rs`.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Says which secret this is without saying the secret: SHA-256 in lower-case hexadecimal.
    ///
    /// Only for values of high entropy (tokens, keys): a passphrase could be guessed from it.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.expose().as_bytes());
        digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_does_not_show_the_value() {
        let shown = format!("{:?}", Secret::from("s3krit".to_owned()));
        assert_eq!(shown, "[secret]");
    }

    #[test]
    fn fingerprint_is_sha256_in_hexadecimal() {
        // FIPS 180-2, appendix B.1.
        let fingerprint = Secret::from("abc".to_owned()).fingerprint();
        assert_eq!(fingerprint, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

//! Private keys as people have them, good ones and others: made at run time, so that no source line holds one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::leaks::Watching;

/// Before the `RSAPrivateKey` of a PKCS#8 key stand its version, `rsaEncryption` and two lengths (RFC 5208 §5).
const BEFORE_PKCS1: usize = 26;

/// An RSA key of 2048 bits.
#[derive(Clone)]
pub(crate) struct RsaKey(Arc<Pair>);

struct Pair {
    pair: KeyPair,
    pkcs8: Vec<u8>,
}

/// The key of this name: it is made once in a process, for that takes some tenths of a second.
pub(crate) fn rsa(name: &str) -> RsaKey {
    static MADE: OnceLock<Mutex<HashMap<String, RsaKey>>> = OnceLock::new();
    let mut made = MADE.get_or_init(Mutex::default).lock().unwrap();
    made.entry(name.to_owned()).or_insert_with(RsaKey::generate).clone()
}

impl RsaKey {
    fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap().as_ref().to_vec();
        Self(Arc::new(Pair { pair, pkcs8 }))
    }

    /// `PRIVATE KEY`.
    pub(crate) fn pkcs8(&self) -> String {
        pem("PRIVATE KEY", &self.0.pkcs8)
    }

    /// `RSA PRIVATE KEY`, as GitHub hands it out.
    pub(crate) fn pkcs1(&self) -> String {
        pem("RSA PRIVATE KEY", self.pkcs1_der())
    }

    fn pkcs1_der(&self) -> &[u8] {
        // An OCTET STRING with a length of two bytes.
        assert_eq!(self.0.pkcs8[BEFORE_PKCS1 - 4..BEFORE_PKCS1 - 2], [0x04, 0x82]);
        &self.0.pkcs8[BEFORE_PKCS1..]
    }

    fn public_der(&self) -> Vec<u8> {
        AsDer::<PublicKeyX509Der<'_>>::as_der(self.0.pair.public_key()).unwrap().as_ref().to_vec()
    }

    /// `PUBLIC KEY`.
    pub(crate) fn public(&self) -> String {
        pem("PUBLIC KEY", &self.public_der())
    }

    /// What GitHub shows of it in an app's settings: base 64 of SHA-256 of the public key (GitHub §4.1).
    pub(crate) fn fingerprint(&self) -> String {
        STANDARD.encode(digest(&SHA256, &self.public_der()))
    }

    /// RS256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.0.pair.public_modulus_len()];
        self.0.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }

    /// Whether it signed this with RS256.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.0.pair.public_key()).verify(message, signature).is_ok()
    }

    /// Watches for it in both of its shapes.
    pub(crate) fn watch(&self, watching: &Watching) {
        watch(watching, &self.pkcs1());
        watch(watching, &self.pkcs8());
    }

    /// The same key under the label of an encrypted one.
    pub(crate) fn encrypted(&self) -> String {
        pem("ENCRYPTED PRIVATE KEY", &self.0.pkcs8)
    }

    /// The same key with the headers of an encrypted one, as OpenSSL wrote it before PKCS#8 (RFC 1421 §4.6).
    pub(crate) fn encrypted_pkcs1(&self) -> String {
        let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF0123456789ABCDEF\n\n";
        let text = self.pkcs1();
        let (begin, rest) = text.split_once('\n').unwrap();
        format!("{begin}\n{headers}{rest}")
    }

    /// The same key under OpenSSH's label.
    pub(crate) fn openssh(&self) -> String {
        pem("OPENSSH PRIVATE KEY", &self.0.pkcs8)
    }

    /// The same key without its second half.
    pub(crate) fn truncated(&self) -> String {
        let der = self.pkcs1_der();
        pem("RSA PRIVATE KEY", &der[..der.len() / 2])
    }
}

/// Watches for a private key in PEM: for every fourth line of a long one, from behind the modulus on, which is public; else for its
/// middle one.
pub(crate) fn watch(watching: &Watching, pem: &str) {
    let body: Vec<&str> =
        pem.lines().filter(|line| !line.starts_with("-----") && !line.contains(':') && !line.is_empty()).collect();
    if body.len() <= 10 {
        watching.secret(body[body.len() / 2]);
    }
    for line in body.iter().skip(6).step_by(4).filter(|line| line.len() == 64) {
        watching.secret(line);
    }
}

/// A key that is no RSA key: P-256, as PKCS#8.
pub(crate) fn ec() -> String {
    pem("PRIVATE KEY", curve().to_pkcs8v1().unwrap().as_ref())
}

/// The same kind, as older OpenSSL wrote it (RFC 5915).
pub(crate) fn ec_rfc5915() -> String {
    pem("EC PRIVATE KEY", AsDer::<EcPrivateKeyRfc5915Der<'_>>::as_der(&curve().private_key()).unwrap().as_ref())
}

fn curve() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

/// A key that is no RSA key: Ed25519, as PKCS#8.
pub(crate) fn ed25519() -> String {
    pem("PRIVATE KEY", Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap().as_ref())
}

/// No key at all: somebody's certificate.
pub(crate) fn certificate() -> String {
    super::fake::Authority::new("not a key").pem()
}

/// With `\n`, the two characters, in place of every line end, as a variable of a CI job has it.
pub(crate) fn with_literal_line_ends(pem: &str) -> String {
    pem.trim_end().replace('\n', "\\n")
}

/// The whole of it as one line of base 64.
pub(crate) fn in_one_line(pem: &str) -> String {
    STANDARD.encode(pem)
}

/// Lines of 64 characters between two that name it (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::KeyPair;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn der(pem: &str) -> Vec<u8> {
        STANDARD.decode(pem.lines().filter(|line| !line.starts_with("-----")).collect::<String>()).unwrap()
    }

    #[test]
    fn an_rsa_key_is_the_same_in_all_its_shapes() {
        let key = rsa("shapes");
        assert!(key.pkcs8().starts_with("-----BEGIN PRIVATE") && key.pkcs1().starts_with("-----BEGIN RSA PRIVATE"));
        let one = KeyPair::from_pkcs8(&der(&key.pkcs8())).unwrap();
        let other = KeyPair::from_der(&der(&key.pkcs1())).unwrap();
        assert_eq!(one.public_key().as_ref(), other.public_key().as_ref());
        // The whole public key ends with what RSA alone calls so.
        assert!(der(&key.public()).ends_with(one.public_key().as_ref()));
        assert_eq!(key.fingerprint(), STANDARD.encode(digest(&SHA256, &der(&key.public()))));
        assert!(key.signed(b"a", &key.sign(b"a")) && !key.signed(b"b", &key.sign(b"a")));
        assert!(!rsa("another").signed(b"a", &rsa("shapes").sign(b"a")));
    }

    #[test]
    fn what_is_no_good_key_is_what_it_says() {
        let key = rsa("shapes");
        assert!(KeyPair::from_der(&der(&key.truncated())).is_err());
        assert!(key.encrypted().contains("BEGIN ENCRYPTED PRIVATE") && key.openssh().contains("BEGIN OPENSSH PRIVATE"));
        assert_eq!(key.encrypted_pkcs1().lines().nth(1), Some("Proc-Type: 4,ENCRYPTED"));
        for (other, label) in [(ec(), "PRIVATE"), (ec_rfc5915(), "EC PRIVATE"), (ed25519(), "PRIVATE"), (certificate(), "CERT")] {
            assert!(other.starts_with(&format!("-----BEGIN {label}")));
            assert!(KeyPair::from_pkcs8(&der(&other)).is_err() && KeyPair::from_der(&der(&other)).is_err());
        }
        assert_eq!(with_literal_line_ends(&key.pkcs1()).replace("\\n", "\n"), key.pkcs1().trim_end());
        assert_eq!(STANDARD.decode(in_one_line(&key.pkcs1())).unwrap(), key.pkcs1().as_bytes());
    }

    #[test]
    fn a_key_is_watched_for_in_every_disguise() {
        let (watching, key, curve) = (Watching::default(), rsa("shapes"), ec());
        key.watch(&watching);
        watch(&watching, &curve);
        let finder = watching.finder(&[]);
        let one_line = in_one_line(&key.pkcs1());
        for text in [&key.pkcs1(), &key.pkcs8(), &with_literal_line_ends(&key.pkcs1()), &one_line, &curve] {
            assert!(finder.check(text.as_bytes()).is_err());
        }
        for text in [key.public(), rsa("another").pkcs1(), ec(), key.fingerprint()] {
            assert_eq!(finder.check(text.as_bytes()), Ok(()));
        }
    }
}

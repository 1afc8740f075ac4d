//! A GitHub App's private key: read from what people have in files and variables, and refused with the reason. jsonwebtoken takes public keys and
//! certificates for signing keys and says little of what it does not take, so the label is looked at first, and the key signs once.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::super::super::{AppKey, Error};
use super::jwt;
use crate::model::clean;
use crate::secret::Secret;

/// The longest line of PEM (RFC 7468 §2).
const LINE: usize = 64;
/// `rsaEncryption` (RFC 8017 A.1) as DER.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// The algorithm stands within the first bytes of PKCS #8.
const HEAD: usize = 40;
/// A label is not repeated beyond this.
const LABEL: usize = 40;

/// Which key it is, by its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// `RSA PRIVATE KEY` (RFC 8017 A.1.2): what GitHub hands out.
    Pkcs1,
    /// `PRIVATE KEY` (RFC 5958).
    Pkcs8,
}

impl Format {
    /// Reads a label (RFC 7468, and the ones from before it).
    fn of(label: &str) -> Result<Self, Error> {
        match label {
            "RSA PRIVATE KEY" => Ok(Self::Pkcs1),
            "PRIVATE KEY" => Ok(Self::Pkcs8),
            "ENCRYPTED PRIVATE KEY" => Err(encrypted()),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => Err(refused("it is a public key; the private one is wanted")),
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Err(refused("it is a certificate, not a key")),
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Err(refused("it is a request for a certificate, not a key")),
            "OPENSSH PRIVATE KEY" => Err(refused("it is an SSH key; GitHub hands out an app's key as `RSA PRIVATE KEY`")),
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Err(refused("it is not an RSA key; GitHub's apps sign with RSA only")),
            "" => Err(refused("its first line names no kind of key")),
            other if other.len() > LABEL => Err(refused("its first line names no kind of key")),
            other => Err(refused(format!("it is `{}`, not a private key", clean(other)))),
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Pkcs1 => "RSA PRIVATE KEY",
            Self::Pkcs8 => "PRIVATE KEY",
        }
    }
}

/// Reads a key and signs with it once.
pub(super) fn read(text: &Secret) -> Result<AppKey, Error> {
    let (format, der) = unwrapped(text.expose())?;
    let pair = match format {
        Format::Pkcs1 => KeyPair::from_der(&der),
        Format::Pkcs8 if !der.iter().take(HEAD).copied().collect::<Vec<_>>().windows(RSA.len()).any(|part| part == RSA) => {
            return Err(refused("it is not an RSA key; GitHub's apps sign with RSA only"));
        }
        Format::Pkcs8 => KeyPair::from_pkcs8(&der),
    };
    let pair = pair.map_err(|_| refused("it is damaged or cut off, or shorter than 2048 bits"))?;
    let public: PublicKeyX509Der<'_> =
        pair.public_key().as_der().map_err(|_| refused("its public half cannot be told from it"))?;
    let fingerprint = hexadecimal(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, public.as_ref()).as_ref());
    let pem = wrapped(format, &der);
    if !jwt::signs(&pem, pair.public_key().as_ref()) {
        return Err(refused("a signature made with it does not verify: it is damaged"));
    }
    Ok(AppKey { pem, fingerprint })
}

/// What is between the lines that begin and end it, decoded. Variables often hold it in one line: with `\n` spelt out, with spaces, or all of it in
/// base64.
fn unwrapped(text: &str) -> Result<(Format, Zeroizing<Vec<u8>>), Error> {
    let text = Zeroizing::new(if text.contains("-----BEGIN ") { text.to_owned() } else { decoded_whole(text)? });
    let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
    let cut_off = || refused("it is cut off: its last line is missing");
    let (_, rest) = text.split_once("-----BEGIN ").ok_or_else(|| refused("it does not begin with `-----BEGIN`"))?;
    let (label, rest) = rest.split_once("-----").ok_or_else(cut_off)?;
    let format = Format::of(label.trim())?;
    let (body, rest) = rest.split_once("-----END ").ok_or_else(cut_off)?;
    if rest.contains("-----BEGIN ") {
        return Err(refused("it holds more than one key or certificate: give the key alone"));
    }
    // RFC 1421 §4.6.1.1: OpenSSL's old way of encrypting.
    if body.contains("Proc-Type:") || body.contains("DEK-Info:") {
        return Err(encrypted());
    }
    let compact = Zeroizing::new(body.split_whitespace().collect::<String>());
    let der = BASE64_STANDARD.decode(compact.as_bytes()).map_err(|_| refused("what stands between its lines is not base64"))?;
    Ok((format, Zeroizing::new(der)))
}

/// A PEM file that was made base64 as a whole.
fn decoded_whole(text: &str) -> Result<String, Error> {
    let none = || refused("it does not begin with `-----BEGIN`");
    let compact = Zeroizing::new(text.split_whitespace().collect::<String>());
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(compact.as_bytes()).map_err(|_| none())?);
    let text = std::str::from_utf8(&bytes).map_err(|_| none())?;
    if text.contains("-----BEGIN ") { Ok(text.to_owned()) } else { Err(none()) }
}

/// PEM as RFC 7468 §2 wants it.
fn wrapped(format: Format, der: &[u8]) -> Secret {
    let label = format.label();
    let body = Zeroizing::new(BASE64_STANDARD.encode(der));
    let mut pem = String::with_capacity(body.len() + body.len() / LINE + 80);
    pem.push_str("-----BEGIN ");
    pem.push_str(label);
    pem.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END ");
    pem.push_str(label);
    pem.push_str("-----\n");
    Secret::from(pem)
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn refused(why: impl Into<String>) -> Error {
    Error::Key { why: why.into(), is_encrypted: false }
}

fn encrypted() -> Error {
    Error::Key { why: "it is encrypted with a passphrase".to_owned(), is_encrypted: true }
}

//! A key under a passphrase: `STORE.key.age`, an ordinary age file that `age -d` opens too.

use std::io::{Read as _, Write as _};
use std::iter;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// 2^18 rounds: 0.7 s and 256 MiB. Set, because age's own measurement of the machine is a lottery (anything from 2^13 to 2^20).
const WORK_FACTOR: u8 = 18;
/// What is accepted on reading: 2^22 rounds are 4 GiB and 12 s, more would be an attack.
const LARGEST_WORK_FACTOR: u8 = 22;
/// A key file inside is a few hundred bytes.
const LARGEST: u64 = 64 * 1024;

/// Why a protected key does not open.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Another passphrase may do.
    Passphrase,
    /// No passphrase will do; in words.
    File(String),
}

/// The text, encrypted under the passphrase.
///
/// # Errors
///
/// In words. Nothing in here depends on the outside, so there are hardly any.
pub(super) fn protect(text: &Secret, passphrase: &Secret) -> Result<Vec<u8>, String> {
    let mut recipient = scrypt::Recipient::new(secret_string(passphrase));
    recipient.set_work_factor(WORK_FACTOR);
    let failed = |_| "it could not be encrypted".to_owned();
    let encryptor = Encryptor::with_recipients(iter::once::<&dyn age::Recipient>(&recipient))
        .map_err(|_| "it could not be encrypted".to_owned())?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(failed)?;
    writer.write_all(text.expose().as_bytes()).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(sealed)
}

/// The text under the passphrase.
pub(super) fn open(sealed: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut identity = scrypt::Identity::new(secret_string(passphrase));
    identity.set_max_work_factor(LARGEST_WORK_FACTOR);
    let decryptor = Decryptor::new_buffered(sealed).map_err(|error| refused(&error))?;
    let reader = decryptor.decrypt(iter::once::<&dyn age::Identity>(&identity)).map_err(|error| refused(&error))?;
    let mut text = Zeroizing::new(Vec::with_capacity(sealed.len() + 64));
    match reader.take(LARGEST).read_to_end(&mut text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Refused::File("it is damaged".to_owned())),
    }
}

fn refused(error: &DecryptError) -> Refused {
    Refused::File(match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => return Refused::Passphrase,
        DecryptError::ExcessiveWork { required, .. } => {
            format!("its work factor is {required}, and {LARGEST_WORK_FACTOR} is the most that is accepted")
        }
        DecryptError::NoMatchingKeys => "it is not protected by a passphrase".to_owned(),
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => "it is no age file".to_owned(),
        // A wrong MAC, a payload that breaks off, and whatever a later age adds.
        _ => "it is damaged".to_owned(),
    })
}

fn secret_string(secret: &Secret) -> SecretString {
    SecretString::from(secret.expose().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    /// One encryption and three decryptions: each takes most of a second, so this is one test.
    #[test]
    fn a_key_comes_back_under_its_passphrase_only() {
        let sealed = protect(&secret("the key"), &secret("right")).unwrap();
        let header = String::from_utf8_lossy(&sealed[..120]).into_owned();
        let stanza = header.lines().nth(1).unwrap();
        assert!(stanza.starts_with("-> scrypt ") && stanza.ends_with(" 18"), "{stanza}");
        assert_eq!(open(&sealed, &secret("right")).unwrap().as_slice(), b"the key");
        assert_eq!(open(&sealed, &secret("wrong")).unwrap_err(), Refused::Passphrase);
        let mut damaged = sealed;
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(open(&damaged, &secret("right")).unwrap_err(), Refused::File("it is damaged".to_owned()));
    }

    #[test]
    fn what_no_passphrase_opens_is_named() {
        let file = |why: &str| Refused::File(why.to_owned());
        assert_eq!(open(b"hello", &secret("x")).unwrap_err(), file("it is no age file"));
        let recipient = age::x25519::Identity::generate().to_public();
        let other = age::encrypt(&recipient, b"the key").unwrap();
        assert_eq!(open(&other, &secret("x")).unwrap_err(), file("it is not protected by a passphrase"));
        // The stanza of a scrypt recipient that asks for 2^40 rounds; the work is refused before the body is looked at.
        let greedy = format!(
            "age-encryption.org/v1\n-> scrypt {} 40\n{}\n--- {}\nnonce and payload",
            "AAAAAAAAAAAAAAAAAAAAAA",
            "A".repeat(43),
            "A".repeat(43)
        );
        assert_eq!(
            open(greedy.as_bytes(), &secret("x")).unwrap_err(),
            file("its work factor is 40, and 22 is the most that is accepted")
        );
    }
}

//! age and the writer's signature: image ⇄ file. Knows neither SQLite nor the disk.

use std::collections::HashSet;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use age::secrecy::ExposeSecret;
use age::stream::StreamReader;
use age::x25519::{Identity, Recipient};
use age_core::format::{FileKey, Stanza};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use aws_lc_rs::{digest, hkdf};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::header::{self, Header, SIGNATURE_TAG, SIGNATURE_VERSION, Scan};
use super::{Error, StoreKey};

/// HKDF's info for the seed of the writer key.
const WRITER_INFO: &str = "gitconn-sig-1";
/// What the signed text begins with, so that no other use of the key can be mistaken for it.
const DOMAIN: &str = "gitconn store signature 1";

/// SHA-256 of an image.
pub(super) type ImageHash = [u8; 32];

/// A file, ready to be written.
pub(super) struct Sealed {
    pub(super) file: Vec<u8>,
    pub(super) hash: ImageHash,
}

/// A file that is being decrypted: what is read from it is the image, [`Opening::finish`] says whose it is. So the image goes where it
/// is needed at once, and nobody holds the whole file (at 200 KB each of the two copies cost `token` 50 page faults).
pub(super) struct Opening<R> {
    stream: StreamReader<R>,
    /// The length of the image in bytes, as it follows from that of the file.
    length: usize,
    read: usize,
    digest: digest::Context,
    failed: Option<io::Error>,
    scan: Scan,
    /// Whose signature is believed.
    writer: Option<String>,
}

/// What is known of an image that has been decrypted to its end.
pub(super) struct Opened {
    pub(super) hash: ImageHash,
    /// How many X25519 recipients it has.
    pub(super) recipients: usize,
    /// The header, if the writer key signed this very content; else why not.
    pub(super) trusted: Result<Header, Distrust>,
}

/// Why a file is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Distrust {
    /// Somebody signed it, and not the one who is believed.
    OtherSigner,
    /// In words.
    Flaw(String),
}

impl std::fmt::Display for Distrust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OtherSigner => f.write_str("it is signed with another key"),
            Self::Flaw(why) => f.write_str(why),
        }
    }
}

/// SHA-256.
pub(super) fn hash(bytes: &[u8]) -> ImageHash {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// A key for one purpose, derived from the store key: HKDF-SHA256 (RFC 5869), salt = store id, info = `info`, input = the canonical
/// text `AGE-SECRET-KEY-1…`.
pub(super) fn derive(key: &StoreKey, store_id: &str, info: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
    derive_from(&identity(key)?, store_id, info).ok_or_else(|| bad_key(key, "no key can be derived from it"))
}

/// Parses the store key.
fn identity(key: &StoreKey) -> Result<Identity, Error> {
    key.identity.expose().trim().parse().map_err(|_| bad_key(key, "it is not an age key (`AGE-SECRET-KEY-1…`)"))
}

fn bad_key(key: &StoreKey, why: &str) -> Error {
    Error::BadKey { from: key.from.clone(), why: why.to_owned() }
}

fn derive_from(identity: &Identity, store_id: &str, info: &str) -> Option<Zeroizing<[u8; 32]>> {
    let text = identity.to_string();
    let mut out = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, store_id.as_bytes())
        .extract(text.expose_secret().as_bytes())
        .expand(&[info.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|material| material.fill(out.as_mut()))
        .ok()
        .map(|()| out)
}

/// The key that signs this store.
fn writer(identity: &Identity, store_id: &str) -> Option<Ed25519KeyPair> {
    let seed = derive_from(identity, store_id, WRITER_INFO)?;
    Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).ok()
}

/// The text that is signed: a line for each fact, none of which can hold a line end.
fn statement(header: &Header, recipients: &[String], hash: &ImageHash) -> String {
    let Header { store_id, generation, signer } = header;
    let image = BASE64_STANDARD_NO_PAD.encode(hash);
    let recipients = recipients.join("\n");
    format!("{DOMAIN}\n{store_id}\n{generation}\n{signer}\n{recipients}\n{image}\n")
}

/// All recipients of a store as one: wraps the file key for each and adds the signature over what came out.
struct SignedRecipients<'a> {
    recipients: &'a [Recipient],
    pair: &'a Ed25519KeyPair,
    header: &'a Header,
    hash: &'a ImageHash,
}

impl age::Recipient for SignedRecipients<'_> {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
        let mut stanzas = Vec::new();
        for recipient in self.recipients {
            stanzas.extend(recipient.wrap_file_key(file_key)?.0);
        }
        let mut spelt: Vec<String> = stanzas
            .iter()
            .map(|stanza| {
                let body = BASE64_STANDARD_NO_PAD.encode(&stanza.body);
                header::spell(&stanza.tag, stanza.args.iter().map(String::as_str), &body)
            })
            .collect();
        spelt.sort();
        let signature = self.pair.sign(statement(self.header, &spelt, self.hash).as_bytes());
        stanzas.push(Stanza {
            tag: SIGNATURE_TAG.to_owned(),
            args: vec![
                SIGNATURE_VERSION.to_string(),
                self.header.store_id.clone(),
                self.header.generation.to_string(),
                self.header.signer.clone(),
            ],
            body: signature.as_ref().to_vec(),
        });
        Ok((stanzas, HashSet::new()))
    }
}

/// The name of the writer key in the header: its public half.
pub(super) fn signer(key: &StoreKey, store_id: &str) -> Result<String, Error> {
    let pair = writer(&identity(key)?, store_id).ok_or_else(|| bad_key(key, "no writer key can be derived from it"))?;
    Ok(BASE64_STANDARD_NO_PAD.encode(pair.public_key()))
}

/// Parses the public half of a reader's key: `age1…`.
pub(super) fn recipient(text: &str) -> Option<Recipient> {
    text.parse().ok()
}

/// Encrypts an image to its writer and the readers, and signs it.
pub(super) fn seal(
    key: &StoreKey,
    readers: &[Recipient],
    store_id: &str,
    generation: u64,
    image: &[u8],
    path: &Path,
) -> Result<Sealed, Error> {
    let identity = identity(key)?;
    let pair = writer(&identity, store_id).ok_or_else(|| bad_key(key, "no writer key can be derived from it"))?;
    let signer = BASE64_STANDARD_NO_PAD.encode(pair.public_key());
    let header = Header { store_id: store_id.to_owned(), generation, signer };
    let hash = hash(image);
    let recipients: Vec<Recipient> = std::iter::once(identity.to_public()).chain(readers.iter().cloned()).collect();
    let all = SignedRecipients { recipients: &recipients, pair: &pair, header: &header, hash: &hash };
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&all as &dyn age::Recipient))
        .map_err(|_| bad_key(key, "age refuses to encrypt to it"))?;
    // 16 bytes for each chunk of 64 KiB, and a header of less than 1 KiB and 128 bytes a reader.
    let mut file = Vec::with_capacity(image.len() + image.len() / 4096 + 1024 + 128 * readers.len());
    encryptor
        .wrap_output(&mut file)
        .and_then(|mut stream| {
            stream.write_all(image)?;
            stream.finish()
        })
        .map_err(Error::io(path, "encrypted"))?;
    Ok(Sealed { file, hash })
}

/// Begins to decrypt a file of `size` bytes whose header has been scanned.
///
/// # Errors
///
/// [`Error::WrongKey`] if the key opens nothing, [`Error::Damaged`] if it does but the header is not whole.
pub(super) fn open<R: BufRead>(key: &StoreKey, file: R, size: u64, scan: Scan, path: &Path) -> Result<Opening<R>, Error> {
    let identity = identity(key)?;
    let pair = scan.signed.as_ref().and_then(|(header, _)| writer(&identity, &header.store_id));
    let own = pair.as_ref().map(|pair| BASE64_STANDARD_NO_PAD.encode(pair.public_key()));
    // A reader's key names the writer whom it believes; any other believes itself alone.
    let writer = key.signer.clone().or_else(|| own.clone());
    let claimed = scan.signed.as_ref().map(|(header, _)| header.signer.clone());
    let failed = |error: age::DecryptError| match error {
        // The header names our own writer key: it is the right key, and the file that is wrong.
        age::DecryptError::NoMatchingKeys if own.is_some() && own == claimed => {
            Error::damaged(path, "its recipient stanza is not whole")
        }
        age::DecryptError::NoMatchingKeys => Error::WrongKey { from: key.from.clone(), path: path.to_owned() },
        age::DecryptError::InvalidMac => Error::damaged(path, "its header has been changed"),
        age::DecryptError::Io(source) if source.raw_os_error().is_some() => Error::io(path, "read")(source),
        age::DecryptError::Io(_) | age::DecryptError::InvalidHeader => Error::damaged(path, "its header does not parse"),
        _ => Error::damaged(path, "age does not decrypt it"),
    };
    let stream = age::Decryptor::new_buffered(file)
        .and_then(|decryptor| decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)))
        .map_err(failed)?;
    let length = image_length(size, scan.length);
    Ok(Opening { stream, length, read: 0, digest: digest::Context::new(&digest::SHA256), failed: None, scan, writer })
}

/// How long the image in a file is: behind the header stand a nonce and chunks of at most 64 KiB, each with a tag of 16 bytes
/// (<https://c2sp.org/age#payload>).
fn image_length(size: u64, header: usize) -> usize {
    const NONCE: u64 = 16;
    const TAG: u64 = 16;
    const CHUNK: u64 = (64 << 10) + TAG;
    let payload = size.saturating_sub(header as u64).saturating_sub(NONCE);
    usize::try_from(payload.saturating_sub(payload.div_ceil(CHUNK) * TAG)).unwrap_or_default()
}

impl<R: Read> Opening<R> {
    /// The length of the image in bytes. Only a claim until it was read.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Why reading failed, if it did.
    pub(super) fn failure(&mut self, path: &Path) -> Option<Error> {
        let source = self.failed.take()?;
        // age's own complaints have no number from the operating system.
        Some(if source.raw_os_error().is_some() { Error::io(path, "read")(source) } else { cut_off(path) })
    }

    /// Checks that the image was read to its end, and who signed it.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it is not whole. A missing or wrong signature is no error here but said in [`Opened::trusted`].
    pub(super) fn finish(mut self, path: &Path) -> Result<Opened, Error> {
        // Only by reading on does age find that the last chunk is missing.
        let more = self.read(&mut [0]);
        if let Some(error) = self.failure(path) {
            return Err(error);
        }
        if self.read != self.length || !matches!(more, Ok(0)) {
            return Err(cut_off(path));
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(self.digest.finish().as_ref());
        let recipients = self.scan.recipients.len();
        let trusted = check(self.scan, self.writer.as_deref(), &hash);
        Ok(Opened { hash, recipients, trusted })
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.stream.read(buffer) {
            Ok(length) => {
                self.digest.update(&buffer[..length]);
                self.read += length;
                Ok(length)
            }
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }
}

fn cut_off(path: &Path) -> Error {
    Error::damaged(path, "its content is cut off or has been changed")
}

/// Whether the writer who is believed signed this content for these recipients.
fn check(scan: Scan, writer: Option<&str>, hash: &ImageHash) -> Result<Header, Distrust> {
    let flaw = |why: &str| Distrust::Flaw(why.to_owned());
    if let Some(stranger) = scan.strangers.first() {
        return Err(Distrust::Flaw(format!("its header has a stanza `{stranger}` that gitconn does not write")));
    }
    let Some((header, signature)) = scan.signed else { return Err(flaw("it has no signature")) };
    if writer != Some(header.signer.as_str()) {
        return Err(Distrust::OtherSigner);
    }
    let public = BASE64_STANDARD_NO_PAD.decode(&header.signer).map_err(|_| flaw("its signer is malformed"))?;
    UnparsedPublicKey::new(&ED25519, public)
        .verify(statement(&header, &scan.recipients, hash).as_bytes(), &signature)
        .map_err(|_| flaw("the signature does not fit"))?;
    Ok(header)
}

/// Decrypts a file that is in memory.
#[cfg(test)]
pub(super) fn open_whole(key: &StoreKey, file: &[u8], path: &Path) -> Result<(Vec<u8>, Opened), Error> {
    let mut opening = open(key, file, file.len() as u64, header::scan(file, path)?, path)?;
    let mut image = Vec::new();
    let _ = opening.read_to_end(&mut image);
    Ok((image, opening.finish(path)?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::io::Write;
    use std::path::Path;

    use age_core::format::{FileKey, Stanza};
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD_NO_PAD;

    use super::{
        Distrust, Header, Opened, SignedRecipients, derive, hash, identity, image_length, open_whole, recipient, seal, signer,
        writer,
    };
    use crate::store::{Error, StoreKey, header};

    fn key() -> StoreKey {
        StoreKey::generate()
    }

    fn reopen(key: &StoreKey, file: &[u8]) -> Result<Opened, Error> {
        open_whole(key, file, Path::new("s")).map(|(_, opened)| opened)
    }

    #[test]
    fn what_is_sealed_opens_and_is_trusted() {
        let key = key();
        let sealed = seal(&key, &[], "store-1", 3, b"the image", Path::new("s")).unwrap();
        let (image, opened) = open_whole(&key, &sealed.file, Path::new("s")).unwrap();
        assert_eq!(image.as_slice(), b"the image");
        assert_eq!(opened.hash, sealed.hash);
        assert_eq!(opened.recipients, 1);
        assert_eq!(opened.trusted.unwrap().generation, 3);
    }

    #[test]
    fn the_length_of_the_image_follows_from_that_of_the_file() {
        let key = key();
        for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let file = seal(&key, &[], "store-1", 3, &vec![7; length], Path::new("s")).unwrap().file;
            let header = header::scan(&file, Path::new("s")).unwrap().length;
            assert_eq!(image_length(file.len() as u64, header), length);
            assert_eq!(open_whole(&key, &file, Path::new("s")).unwrap().0.len(), length);
        }
    }

    #[test]
    fn a_reader_opens_what_its_own_writer_signed() {
        let (writer, reader, stranger) = (key(), key(), key());
        let to = |key: &StoreKey| recipient(&key.recipient().unwrap()).unwrap();
        let name = signer(&writer, "store-1").unwrap();
        let reading = StoreKey { signer: Some(name), ..reader.clone() };
        let file = seal(&writer, &[to(&reader)], "store-1", 3, b"the image", Path::new("s")).unwrap().file;
        for key in [&reading, &writer] {
            let opened = reopen(key, &file).unwrap();
            assert_eq!((opened.recipients, opened.trusted.unwrap().generation), (2, 3));
        }
        // It opens without the signer's name too, and then nobody vouches for it.
        assert_eq!(reopen(&reader, &file).unwrap().trusted.unwrap_err(), Distrust::OtherSigner);
        assert!(matches!(reopen(&stranger, &file), Err(Error::WrongKey { .. })));
        // Whoever knows only the public keys can encrypt to all of them, and sign with a key of their own.
        let forged = seal(&stranger, &[to(&reader), to(&writer)], "store-1", 4, b"another", Path::new("s")).unwrap().file;
        for key in [&reading, &writer, &reader] {
            assert_eq!(reopen(key, &forged).unwrap().trusted.unwrap_err(), Distrust::OtherSigner);
        }
        // Nor does a reader pass for the writer.
        let forged = seal(&reader, &[to(&writer)], "store-1", 4, b"another", Path::new("s")).unwrap().file;
        for key in [&reading, &writer] {
            assert_eq!(reopen(key, &forged).unwrap().trusted.unwrap_err(), Distrust::OtherSigner);
        }
    }

    #[test]
    fn another_key_is_said_to_be_wrong() {
        let sealed = seal(&key(), &[], "store-1", 3, b"the image", Path::new("s")).unwrap();
        assert!(matches!(reopen(&key(), &sealed.file), Err(Error::WrongKey { .. })));
    }

    #[test]
    fn a_signature_fits_its_own_file_only() {
        let key = key();
        let whole = |file: &[u8]| String::from_utf8_lossy(file).split("\n--- ").next().unwrap_or_default().to_owned();
        let first = whole(&seal(&key, &[], "store-1", 3, b"the image", Path::new("s")).unwrap().file);
        let second = whole(&seal(&key, &[], "store-1", 3, b"the image", Path::new("s")).unwrap().file);
        // The same image, generation and key, but another file key: the recipient stanzas differ, and so must the signatures.
        let body = |text: &str| text.split("gitconn-sig ").nth(1).map(|rest| rest.lines().nth(1).unwrap_or_default().to_owned());
        assert!(body(&first).is_some());
        assert_ne!(body(&first), body(&second));
    }

    #[test]
    fn what_another_age_tool_encrypts_is_not_trusted() {
        let key = key();
        let recipient = key.identity.expose().parse::<age::x25519::Identity>().unwrap().to_public();
        let file = age::encrypt(&recipient, b"the image").unwrap();
        assert_eq!(reopen(&key, &file).unwrap().trusted.unwrap_err().to_string(), "it has no signature");
    }

    /// Seals for the owner of `key`, but signed by whoever holds `pair`, with `more` added to the header.
    fn forged(key: &StoreKey, pair: &Ed25519KeyPair, signer: &str, more: &[&str]) -> Vec<u8> {
        struct More<'a>(SignedRecipients<'a>, &'a [&'a str]);

        impl age::Recipient for More<'_> {
            fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
                let (mut stanzas, labels) = self.0.wrap_file_key(file_key)?;
                stanzas.extend(self.1.iter().map(|tag| Stanza { tag: (*tag).to_owned(), args: Vec::new(), body: vec![1] }));
                Ok((stanzas, labels))
            }
        }

        let header = Header { store_id: "store-1".into(), generation: 3, signer: signer.to_owned() };
        let recipients = [identity(key).unwrap().to_public()];
        let hash = hash(b"the image");
        let all = More(SignedRecipients { recipients: &recipients, pair, header: &header, hash: &hash }, more);
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&all as &dyn age::Recipient)).unwrap();
        let mut file = Vec::new();
        let mut stream = encryptor.wrap_output(&mut file).unwrap();
        stream.write_all(b"the image").unwrap();
        stream.finish().unwrap();
        file
    }

    #[test]
    fn nobody_else_can_sign() {
        let key = key();
        let own = writer(&identity(&key).unwrap(), "store-1").unwrap();
        let own_name = signer(&key, "store-1").unwrap();
        let other = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let other_name = BASE64_STANDARD_NO_PAD.encode(other.public_key());
        let why = |file: &[u8]| reopen(&key, file).unwrap().trusted.unwrap_err().to_string();
        assert!(reopen(&key, &forged(&key, &own, &own_name, &[])).unwrap().trusted.is_ok());
        assert_eq!(why(&forged(&key, &other, &other_name, &[])), "it is signed with another key");
        assert_eq!(why(&forged(&key, &other, &own_name, &[])), "the signature does not fit");
        let stranger = forged(&key, &own, &own_name, &["ssh-ed25519"]);
        assert_eq!(why(&stranger), "its header has a stanza `ssh-ed25519` that gitconn does not write");
    }

    #[test]
    fn each_store_and_each_purpose_has_a_key_of_its_own() {
        let key = key();
        let one = derive(&key, "store-1", "a").unwrap();
        assert_eq!(one, derive(&key, "store-1", "a").unwrap());
        assert_ne!(one, derive(&key, "store-2", "a").unwrap());
        assert_ne!(one, derive(&key, "store-1", "b").unwrap());
        assert_ne!(signer(&key, "store-1").unwrap(), signer(&key, "store-2").unwrap());
    }

    #[test]
    fn the_writer_key_is_derived_as_documented() {
        // RFC 5869 with SHA-256, computed with another implementation: salt `store-1`, info `gitconn-sig-1`, over this very text.
        let text = concat!("AGE-SECRET-KEY-1", "QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWRYDWG");
        let key = StoreKey { identity: text.to_owned().into(), from: "a test".into(), ..StoreKey::generate() };
        let seed = derive(&key, "store-1", super::WRITER_INFO).unwrap();
        assert_eq!(BASE64_STANDARD_NO_PAD.encode(*seed), "00a7lQO+K9JjazR31uwS2Rq/UUnJjwo2IpUzT6MqY7k");
        // The same key in small letters is the same key.
        let small = StoreKey { identity: text.to_lowercase().into(), from: "a test".into(), ..StoreKey::generate() };
        assert_eq!(derive(&small, "store-1", super::WRITER_INFO).unwrap(), seed);
    }
}

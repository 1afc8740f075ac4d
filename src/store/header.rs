//! What a store's age header says without a key: the `gitconn-sig` stanza. Reads untrusted bytes before age's parser does, because
//! that parser takes time with the square of the header's length.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use super::Error;
use super::file::Input;

/// The largest file that is read, in bytes.
pub(super) const MAX_FILE: u64 = 64 << 20;
/// The longest age header that is parsed, in bytes.
pub(super) const MAX_HEADER: usize = 64 << 10;
/// So much is read of a file at first. Our own headers have less than 1 KiB; reading the longest one allowed at once would cost
/// `token` as much as 16 page faults, twice.
const USUAL_HEADER: u64 = 4 << 10;
/// The most stanzas that are parsed.
const MAX_STANZAS: usize = 256;

/// No store is ever saved so often; what claims to be could not be counted on.
pub(super) const MAX_GENERATION: u64 = 1 << 53;

/// The first line of every age file.
const FIRST_LINE: &[u8] = b"age-encryption.org/v1\n";
/// The tag of the stanza that holds the writer's signature.
pub(super) const SIGNATURE_TAG: &str = "gitconn-sig";
/// The version of that stanza that this gitconn writes.
pub(super) const SIGNATURE_VERSION: i64 = 1;
/// The tag of an X25519 recipient (<https://c2sp.org/age#x25519-recipient-stanza>).
pub(super) const X25519_TAG: &str = "X25519";

/// The facts in the stanza `gitconn-sig 1 STORE-ID GENERATION SIGNER`. They are only claims until the signature is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) store_id: String,
    pub(crate) generation: u64,
    /// The writer's public key, base64 without padding.
    pub(crate) signer: String,
}

/// An age header taken apart, nothing of it verified.
#[derive(Debug)]
pub(super) struct Scan {
    /// The claims and the signature, where the stanza is there.
    pub(super) signed: Option<(Header, Vec<u8>)>,
    /// The X25519 stanzas in the spelling that the signature covers, sorted.
    pub(super) recipients: Vec<String>,
    /// Tags of stanzas that gitconn does not write.
    pub(super) strangers: Vec<String>,
    /// The length of the header in bytes, with the line of its MAC.
    pub(super) length: usize,
}

/// A stanza in one spelling: tag, arguments and body with spaces between, the body in base64 without line ends.
pub(super) fn spell<'a>(tag: &'a str, arguments: impl Iterator<Item = &'a str>, body: &'a str) -> String {
    let mut text = tag.to_owned();
    for word in arguments.chain(std::iter::once(body)) {
        text.push(' ');
        text.push_str(word);
    }
    text
}

/// Whether a text may stand for a store in the header and in names of files.
pub(super) fn is_store_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Takes the header of a file apart without reading the rest of the file. Errors as with [`scan`] and [`Input::open`].
pub(super) fn scan_file(path: &Path) -> Result<Scan, Error> {
    scan_input(&mut Input::open(path, MAX_FILE)?, path)
}

/// Takes the header of an open file apart, reading no more of it than that takes. Errors as with [`scan`].
pub(super) fn scan_input(input: &mut Input, path: &Path) -> Result<Scan, Error> {
    let has_end = |start: &[u8]| {
        let end = start.windows(4).position(|bytes| bytes == b"\n---");
        end.is_some_and(|end| start[end + 1..].contains(&b'\n'))
    };
    if !has_end(input.read_to(USUAL_HEADER)?) {
        input.read_to(MAX_HEADER as u64 + 1)?;
    }
    scan(input.start(), path)
}

/// Takes the header of a file apart.
///
/// # Errors
///
/// [`Error::Damaged`] with the name of the limit or rule that the header breaks; [`Error::Newer`] for a later stanza.
pub(super) fn scan(file: &[u8], path: &Path) -> Result<Scan, Error> {
    let damaged = |why: &str| Error::damaged(path, why);
    if file.is_empty() {
        return Err(damaged("the file is empty"));
    }
    if file.starts_with(b"-----BEGIN AGE") {
        return Err(damaged("it is armored, a store is binary"));
    }
    let whole = file.len() <= MAX_HEADER;
    let head = file.get(..MAX_HEADER).unwrap_or(file);
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    if lines.next() != Some(FIRST_LINE) {
        return Err(damaged("it does not begin like an age file"));
    }
    let mut length = FIRST_LINE.len();
    let mut stanzas: Vec<(Vec<&str>, String)> = Vec::new();
    for line in lines {
        length += line.len();
        let Some(line) = line.strip_suffix(b"\n") else { break };
        let line = std::str::from_utf8(line).map_err(|_| damaged("its header is no text"))?;
        if line.starts_with("---") {
            return sort_out(&stanzas, length, path);
        }
        if let Some(words) = line.strip_prefix("-> ") {
            if stanzas.len() == MAX_STANZAS {
                return Err(damaged("its header has more than 256 stanzas"));
            }
            stanzas.push((words.split(' ').collect(), String::new()));
        } else if let Some((_, body)) = stanzas.last_mut() {
            body.push_str(line);
        } else {
            return Err(damaged("its header has a line outside any stanza"));
        }
    }
    Err(damaged(if whole { "its header has no end" } else { "its header is longer than 64 KiB" }))
}

/// Tells the signature, the recipients and the rest apart.
fn sort_out(stanzas: &[(Vec<&str>, String)], length: usize, path: &Path) -> Result<Scan, Error> {
    let mut scan = Scan { signed: None, recipients: Vec::new(), strangers: Vec::new(), length };
    for (words, body) in stanzas {
        let (tag, arguments) = words.split_first().map_or(("", &[] as &[&str]), |(tag, arguments)| (*tag, arguments));
        if tag == SIGNATURE_TAG {
            if scan.signed.is_some() {
                return Err(Error::damaged(path, "its header has two signatures"));
            }
            scan.signed = Some(signature(arguments, body, path)?);
        } else if tag == X25519_TAG {
            scan.recipients.push(spell(tag, arguments.iter().copied(), body));
        } else if !tag.ends_with("-grease") {
            // age's own implementations add a random `…-grease` stanza so that readers stay used to unknown ones.
            scan.strangers.push(crate::model::clean(tag).into_owned());
        }
    }
    scan.recipients.sort();
    Ok(scan)
}

/// Reads `1 STORE-ID GENERATION SIGNER` and the body of the stanza.
fn signature(arguments: &[&str], body: &str, path: &Path) -> Result<(Header, Vec<u8>), Error> {
    let damaged = || Error::damaged(path, "its signature stanza is malformed");
    let version: i64 = arguments.first().and_then(|word| word.parse().ok()).ok_or_else(damaged)?;
    if version > SIGNATURE_VERSION {
        return Err(Error::Newer { path: path.to_owned(), found: version, known: SIGNATURE_VERSION });
    }
    let [_, store_id, generation, signer] = arguments else { return Err(damaged()) };
    let generation: u64 =
        generation.parse().ok().filter(|number: &u64| number.to_string() == **generation).ok_or_else(damaged)?;
    if version < 1 || !is_store_id(store_id) || generation == 0 || generation > MAX_GENERATION {
        return Err(damaged());
    }
    if BASE64_STANDARD_NO_PAD.decode(signer).map_err(|_| damaged())?.len() != 32 {
        return Err(damaged());
    }
    let signature = BASE64_STANDARD_NO_PAD.decode(body).map_err(|_| damaged())?;
    Ok((Header { store_id: (*store_id).to_owned(), generation, signer: (*signer).to_owned() }, signature))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::{Header, scan};
    use crate::store::Error;

    const SIGNER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn file(stanzas: &str) -> String {
        format!("age-encryption.org/v1\n{stanzas}--- mac\npayload")
    }

    fn why(text: &str) -> String {
        match scan(text.as_bytes(), Path::new("s")).unwrap_err() {
            Error::Damaged { why, .. } => why,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_claims_are_read() {
        let text = file(&format!("-> X25519 abc\nAAAA\n-> 9x-grease a b\n\n-> gitconn-sig 1 store-1 7 {SIGNER}\nAAAA\nBBBB\n"));
        let read = scan(text.as_bytes(), Path::new("s")).unwrap();
        let (header, signature) = read.signed.unwrap();
        assert_eq!(header, Header { store_id: "store-1".into(), generation: 7, signer: SIGNER.into() });
        assert_eq!(signature.len(), 6);
        assert_eq!(read.recipients, ["X25519 abc AAAA"]);
        assert!(read.strangers.is_empty());
        assert_eq!(&text[read.length..], "payload");
    }

    #[test]
    fn what_is_no_header_of_ours_is_named() {
        assert_eq!(why(""), "the file is empty");
        assert_eq!(why("garbage"), "it does not begin like an age file");
        assert_eq!(why("age-encryption.org/v1\n-> X25519 a\nAAAA\n"), "its header has no end");
        assert_eq!(why("-----BEGIN AGE ENCRYPTED FILE-----\n"), "it is armored, a store is binary");
        let one = format!("-> gitconn-sig 1 s 7 {SIGNER}\nAAAA\n");
        assert_eq!(why(&file(&format!("{one}{one}"))), "its header has two signatures");
        for arguments in ["1 s 0", "1 s -1", "1 s 07", "1 s 9223372036854775807", "1 ../x 1", "1 s", "0 s 1", "x s 1", ""] {
            let text = file(&format!("-> gitconn-sig {arguments} {SIGNER}\nAAAA\n"));
            assert_eq!(why(&text), "its signature stanza is malformed", "{arguments}");
        }
    }

    #[test]
    fn long_headers_are_refused_before_they_are_parsed() {
        let mut many = String::new();
        for number in 0..257 {
            let _ = write!(many, "-> x {number}\n\n");
        }
        assert_eq!(why(&file(&many)), "its header has more than 256 stanzas");
        let long = format!("-> x\n{}", "A".repeat(64 << 10));
        assert_eq!(why(&file(&long)), "its header is longer than 64 KiB");
    }

    #[test]
    fn a_later_stanza_is_newer() {
        let text = file("-> gitconn-sig 2 whatever\n\n");
        assert!(matches!(scan(text.as_bytes(), Path::new("s")), Err(Error::Newer { found: 2, known: 1, .. })));
    }
}

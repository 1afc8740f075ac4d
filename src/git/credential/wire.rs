//! The lines that git writes to a helper, and nothing but the lines.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::model::is_unsafe;

/// The longest line that git writes, in bytes without its end.
pub(super) const LONGEST_LINE: usize = 65_535;

/// The attributes that have one value, and are looked at here.
const SINGLE: [&str; 6] = ["protocol", "host", "path", "username", "password", "credential"];
/// The one with several values that is looked at here.
const SEVERAL: [&str; 1] = ["capability[]"];

/// What a helper was told, as far as it is looked at. It may hold a password: nothing shows it.
#[derive(Default)]
pub(super) struct Attributes {
    single: BTreeMap<&'static str, Zeroizing<String>>,
    several: BTreeMap<&'static str, Vec<String>>,
}

impl Attributes {
    /// Reads lines up to an empty one or to the end. Lines end with LF and with nothing else: a CR belongs to the value, and no value may hold one.
    /// `None` where anything is not as git writes it: then there is no answer at all.
    pub(super) fn read(input: &[u8]) -> Option<Self> {
        let mut attributes = Self::default();
        for line in input.split(|byte| *byte == b'\n') {
            if line.is_empty() {
                break;
            }
            if line.len() > LONGEST_LINE || line.iter().any(u8::is_ascii_control) {
                return None;
            }
            let at = line.iter().position(|byte| *byte == b'=')?;
            attributes.take(&line[..at], &line[at + 1..])?;
        }
        Some(attributes)
    }

    /// The value of an attribute that is there and not empty.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.single.get(key).map(|value| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The values of an attribute that may have several.
    pub(super) fn list(&self, key: &str) -> &[String] {
        self.several.get(key).map_or(&[], Vec::as_slice)
    }

    /// Takes one attribute in; the last of several counts. One that is not known here is passed over, whatever its encoding.
    fn take(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let known = |keys: &[&'static str]| keys.iter().copied().find(|known| known.as_bytes() == key);
        let (single, several) = (known(&SINGLE), known(&SEVERAL));
        if single.is_none() && several.is_none() && key != b"url" {
            // In an encoding of old it is fine where nobody looks at it.
            let is_fine = |text| std::str::from_utf8(text).map_or(true, is_clean);
            return (is_fine(key) && is_fine(value)).then_some(());
        }
        let value = std::str::from_utf8(value).ok().filter(|value| is_clean(value))?;
        match (single, several) {
            (Some(key), _) => drop(self.single.insert(key, Zeroizing::new(value.to_owned()))),
            // An empty value begins the list anew.
            (None, Some(key)) if value.is_empty() => drop(self.several.remove(key)),
            (None, Some(key)) => self.several.entry(key).or_default().push(value.to_owned()),
            (None, None) => self.take_url(value)?,
        }
        Some(())
    }

    /// Takes an address apart as git does: what was said before is forgotten, each part is decoded, and must be clean then too.
    fn take_url(&mut self, url: &str) -> Option<()> {
        let (protocol, rest) = url.split_once("://").filter(|(protocol, _)| !protocol.is_empty())?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user, host) = authority.split_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let (name, password) = match user.map(|user| user.split_once(':')) {
            Some(Some((name, password))) => (Some(name), Some(password)),
            Some(None) => (user, None),
            None => (None, None),
        };
        self.single.clear();
        let parts = [
            ("protocol", Some(protocol)),
            ("host", Some(host)),
            ("username", name),
            ("password", password),
            ("path", Some(path.trim_matches('/'))),
        ];
        for (key, part) in parts {
            let Some(part) = part.filter(|part| !part.is_empty()) else { continue };
            self.single.insert(key, decoded(part)?);
        }
        Some(())
    }
}

/// Whether a value holds nothing that could pass for another line, here or on a terminal.
pub(super) fn is_clean(value: &str) -> bool {
    !value.chars().any(is_unsafe)
}

/// A part of an address with its `%41` read. What is no such pair stands for itself, as git has it.
fn decoded(part: &str) -> Option<Zeroizing<String>> {
    let bytes = part.as_bytes();
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while at < bytes.len() {
        let digit =
            |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                text.push(high << 4 | low);
                at += 3;
            }
            (byte, ..) => {
                text.push(byte);
                at += 1;
            }
        }
    }
    std::str::from_utf8(&text).ok().filter(|text| is_clean(text)).map(|text| Zeroizing::new(text.to_owned()))
}

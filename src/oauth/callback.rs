//! What the browser brings back (RFC 6749 §4.1.2), read strictly. It knows no socket and no page.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::model::clean;
use crate::secret::Secret;

/// The longest query in bytes. A request line has no more; what is pasted gets no more either.
const QUERY: usize = 8 * 1024;

/// The longest code in bytes. RFC 6749 §4.1.2 sets no size; the longest of the known providers have a few hundred.
const CODE: usize = 2048;

/// The most characters of a provider's own words.
const WORDS: usize = 240;

/// What a callback must have to be the answer to our question.
pub(crate) struct Expected {
    /// The path of the redirect address: `/callback`.
    pub(crate) path: &'static str,
    /// The random `state` of this one flow (RFC 6749 §10.12).
    pub(crate) state: Secret,
    /// Who was asked, as it names itself in `iss` (RFC 9207).
    pub(crate) issuer: String,
}

/// A callback that is the answer to our question.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The code, to be exchanged once.
    Code(Secret),
    /// The provider, or the person there, said no. Clean, and at most 240 characters each.
    Refused { error: String, description: Option<String> },
}

/// Why a callback is not the answer to our question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Objection {
    /// It does not read: what is wrong with it.
    Malformed(&'static str),
    /// It belongs to another flow, or to nobody's (cross-site request forgery, RFC 6749 §10.12).
    WrongState,
    /// Another authorization server sends it (mix-up, RFC 9207 §2.4).
    WrongIssuer,
    /// What was pasted is an address, but not the one that the browser was sent to.
    WrongAddress,
}

impl Objection {
    /// The reason without anything of the callback.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Malformed(what) => what,
            Self::WrongState => "it has the state of another login, or none",
            Self::WrongIssuer => "it comes from another issuer",
            Self::WrongAddress => "it is another address",
        }
    }
}

/// Reads the query of a callback, without its `?`. First whether it is ours, then what it says.
pub(crate) fn read(query: &str, expected: &Expected) -> Result<Reply, Objection> {
    let found = Parameters::read(query)?;
    if found.is_empty() {
        return Err(Objection::Malformed("it has neither a state nor a code nor an error"));
    }
    if !found.state.as_deref().is_some_and(|state| is_state(state, &expected.state)) {
        return Err(Objection::WrongState);
    }
    // Simple string comparison (RFC 9207 §2.4, RFC 3986 §6.2.1). Not every provider sends one.
    if found.iss.is_some_and(|iss| iss != expected.issuer) {
        return Err(Objection::WrongIssuer);
    }
    match (found.error, found.code) {
        (Some(_), Some(_)) => Err(Objection::Malformed("it has both a code and an error")),
        (Some(error), None) if error.is_empty() => Err(Objection::Malformed("its error is empty")),
        (Some(error), None) => {
            let description = found.description.filter(|description| !description.is_empty());
            Ok(Reply::Refused { error: words(&error), description: description.as_deref().map(words) })
        }
        (None, Some(code)) => read_code(code),
        (None, None) => Err(Objection::Malformed("it has neither a code nor an error")),
    }
}

/// Reads what a person has copied from the browser's address bar: the whole redirected address, or just its query.
pub(crate) fn read_pasted(text: &str, expected: &Expected, redirect_uri: &str) -> Result<Reply, Objection> {
    let text = text.trim();
    // A fragment is the browser's own (RFC 3986 §3.5); it is never sent, so it is not looked at here either.
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    // The query of RFC 9207 may itself hold a bare `https://…`: only what stands before it tells an address.
    let head = text.split(['?', '=', '&']).next().unwrap_or_default();
    let query = if head.contains([':', '/']) {
        let query = text.strip_prefix(redirect_uri).ok_or(Objection::WrongAddress)?;
        if query.is_empty() { query } else { query.strip_prefix('?').ok_or(Objection::WrongAddress)? }
    } else {
        text.strip_prefix('?').unwrap_or(text)
    };
    read(query, expected)
}

/// Whether it is the state, in a time that does not tell how much of it is right.
fn is_state(state: &str, expected: &Secret) -> bool {
    !state.is_empty() && verify_slices_are_equal(state.as_bytes(), expected.expose().as_bytes()).is_ok()
}

/// Its characters are those of RFC 6749 appendix A.11.
fn read_code(code: String) -> Result<Reply, Objection> {
    if code.is_empty() {
        Err(Objection::Malformed("its code is empty"))
    } else if code.len() > CODE {
        Err(Objection::Malformed("its code is too long"))
    } else if !code.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        Err(Objection::Malformed("its code has a character that no code has"))
    } else {
        Ok(Reply::Code(Secret::from(code)))
    }
}

/// Words from outside, fit for a terminal.
fn words(text: &str) -> String {
    clean(text).chars().take(WORDS).collect()
}

/// The parameters that mean something to us, decoded. Others are ignored, as RFC 6749 §4.1.2 wants it.
#[derive(Default)]
struct Parameters {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

impl Parameters {
    fn read(query: &str) -> Result<Self, Objection> {
        if query.len() > QUERY {
            return Err(Objection::Malformed("it is too long"));
        }
        let mut found = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (plain(decode(name)?)?, decode(value)?);
            let place = match name.as_str() {
                "code" => &mut found.code,
                "state" => &mut found.state,
                "iss" => &mut found.iss,
                "error" => &mut found.error,
                // The only one for people: providers do put line breaks there, and `words` cleans it.
                "error_description" => {
                    keep(&mut found.description, value)?;
                    continue;
                }
                _ => {
                    plain(value)?;
                    continue;
                }
            };
            keep(place, plain(value)?)?;
        }
        Ok(found)
    }

    const fn is_empty(&self) -> bool {
        self.code.is_none() && self.state.is_none() && self.iss.is_none() && self.error.is_none()
    }
}

/// A parameter stands at most once (RFC 6749 §3.1): of two, one is not what the other reader sees.
fn keep(place: &mut Option<String>, value: String) -> Result<(), Objection> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Objection::Malformed("a parameter stands there twice")),
    }
}

/// Refuses control characters, NUL first of all.
fn plain(text: String) -> Result<String, Objection> {
    if text.chars().any(char::is_control) { Err(Objection::Malformed("it has a control character")) } else { Ok(text) }
}

/// `application/x-www-form-urlencoded` (RFC 6749 appendix B): nothing is repaired.
fn decode(text: &str) -> Result<String, Objection> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => match (bytes.next().and_then(digit), bytes.next().and_then(digit)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(Objection::Malformed("it has a broken %-escape")),
            },
            b'!'..=b'~' => byte,
            _ => return Err(Objection::Malformed("it has a character that must be escaped")),
        });
    }
    String::from_utf8(decoded).map_err(|_| Objection::Malformed("it is not UTF-8"))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

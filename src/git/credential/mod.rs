//! git's credential protocol, as git-credential(1) has it: what git asks of a helper, and what it is told. Pure: bytes in, text out.
//!
//! Of the capabilities that git may announce, `authtype` is understood: a token is then given ready to be sent and marked as `ephemeral`, so that no other
//! helper keeps a copy of it. `state` would hold nothing that is needed here, and is never sent.

mod target;
mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

pub(crate) use self::target::Target;
use self::wire::{Attributes, LONGEST_LINE, is_clean};
use crate::git::Remote;
use crate::model::Timestamp;
use crate::secret::Secret;

/// So many bytes of a request are read. git writes a line or two more than its attributes.
pub(crate) const LONGEST_REQUEST: u64 = 1 << 20;

/// What ends git's search: it asks no other helper then, and no person.
pub(crate) const QUIT: &str = "quit=1\n";

/// What is said to `capability`: the version of that answer, and what is understood.
pub(crate) const CAPABILITIES: &str = "version 0\ncapability authtype\n";

/// What git asks about.
pub(crate) struct Request {
    target: Target,
    username: Option<String>,
    password: Option<Secret>,
    /// Whether git understands a credential that is ready to be sent.
    takes_whole: bool,
}

impl Request {
    /// Reads a request; `None` where there can be no answer to it.
    pub(crate) fn read(input: &[u8]) -> Option<Self> {
        let attributes = Attributes::read(input)?;
        let text = |key| attributes.text(key).map(ToOwned::to_owned);
        let target = Target::of(attributes.text("protocol")?, attributes.text("host")?, attributes.text("path"))?;
        let mut request = Self {
            target,
            username: text("username"),
            password: text("password").map(Secret::from),
            takes_whole: attributes.list("capability[]").iter().any(|capability| capability == "authtype"),
        };
        // What was given ready to be sent comes back so.
        if let (None, Some((username, password))) = (&request.password, attributes.text("credential").and_then(apart)) {
            (request.username, request.password) = (Some(username), Some(password));
        }
        Some(request)
    }

    /// Where the credential would go.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// The same as the address of a repository, with the user name in it.
    pub(crate) fn remote(&self) -> Option<Remote> {
        Some(self.target.remote()?.by(self.username()))
    }

    /// The user name in the remote's address, or the one that was answered.
    pub(crate) fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// What was refused, or is to be stored.
    pub(crate) fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }
}

/// `user:password` in base 64.
fn apart(credential: &str) -> Option<(String, Secret)> {
    let text = Zeroizing::new(STANDARD.decode(credential).ok()?);
    let (username, password) = std::str::from_utf8(&text).ok()?.split_once(':')?;
    Some((username.to_owned(), Secret::from(password.to_owned())))
}

/// What git is told.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a Secret,
    /// When it ends, where that is known.
    pub(crate) expires_at: Option<Timestamp>,
}

impl Answer<'_> {
    /// The lines for git; `None` where a value cannot be written in one. Nothing is in them that git did not say it understands.
    pub(crate) fn text(&self, request: &Request) -> Option<Zeroizing<String>> {
        let (username, password) = (self.username, self.password.expose());
        let is_writable = |value: &str| !value.is_empty() && is_clean(value);
        // A colon would end the user name early.
        if !is_writable(username) || !is_writable(password) || username.contains(':') {
            return None;
        }
        let end = self.expires_at.map(|at| format!("password_expiry_utc={}\n", at.as_second())).unwrap_or_default();
        // Put together at once: what grows moves, and leaves a copy behind.
        let text = if request.takes_whole {
            let pair = Zeroizing::new([username, ":", password].concat());
            let credential = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
            ["capability[]=authtype\nauthtype=Basic\ncredential=", &credential, "\nephemeral=1\n", &end].concat()
        } else {
            ["username=", username, "\npassword=", password, "\n", &end].concat()
        };
        let text = Zeroizing::new(text);
        if text.lines().any(|line| line.len() > LONGEST_LINE) {
            return None;
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests;

//! Where a token comes from: stdin, a file, a named variable, or a prompt without echo. Never an argument.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::context::Context;
use super::failure::Failure;
use crate::secret::Secret;

/// More than any token is long; a whole file by mistake is not read to its end.
const LIMIT: u64 = 64 * 1024;

/// Reads another secret than a token from stdin, without echo where somebody types it.
pub(super) fn from_stdin(what: &str, context: &Context<'_>) -> Result<Secret, Failure> {
    if context.prompt.is_allowed() { typed(what, context) } else { to_its_end(what) }
}

/// Takes a secret that somebody types or pastes: it must not stay on the screen.
fn typed(what: &str, context: &Context<'_>) -> Result<Secret, Failure> {
    let secret = context.prompt.secret(what, "")?;
    if secret.expose().trim().is_empty() { Err(Failure::interrupted()) } else { Ok(secret) }
}

/// Reads a secret of several lines from stdin. On a terminal nothing of it is shown, nor left over for the shell: it ends with Ctrl-D.
pub(super) fn lines_from_stdin(what: &str, context: &Context<'_>) -> Result<Secret, Failure> {
    if !context.prompt.is_allowed() {
        return to_its_end(what);
    }
    let _unechoed = super::hidden::Unechoed::begin().map_err(Failure::prompt)?;
    context.out.note(&format!("paste the {what}, then Enter and Ctrl-D:"));
    to_its_end(what)
}

fn to_its_end(what: &str) -> Result<Secret, Failure> {
    let text = stdin(what)?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Failure::usage(format!("stdin holds no {what}")));
    }
    Ok(Secret::from(secret.to_owned()))
}

/// Reads stdin to its end.
fn stdin(what: &str) -> Result<Zeroizing<String>, Failure> {
    text_of(io::stdin().lock())
        .map_err(|error| Failure::usage(format!("stdin does not hold a {what}: it cannot be read as text")).cause(error))
}

/// Reads a text to its end, at most to the limit. It is wiped when it is dropped.
fn text_of(source: impl Read) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    source.take(LIMIT).read_to_string(&mut text)?;
    Ok(text)
}

/// Reads a secret from a file.
pub(super) fn from_file(path: &Path, what: &str) -> Result<Secret, Failure> {
    let text = std::fs::File::open(path).and_then(text_of).map_err(|error| Failure::unreadable(path, error))?;
    whole(&text, what)
}

/// Takes a secret from a named variable.
pub(super) fn from_variable(name: &str, what: &str, context: &Context<'_>) -> Result<Secret, Failure> {
    match context.env.text(name) {
        Some(text) => whole(text, what),
        None => Err(Failure::usage(format!("the environment variable `{}` is not set, or empty", crate::model::clean(name)))),
    }
}

/// A secret without the line end behind it; what else is wrong with it is the provider's to say.
fn whole(text: &str, what: &str) -> Result<Secret, Failure> {
    let secret = text.trim_end_matches(['\n', '\r']);
    if secret.trim().is_empty() {
        return Err(Failure::usage(format!("the {what} is empty")));
    }
    Ok(Secret::from(secret.to_owned()))
}

/// Where the token comes from.
#[derive(Debug, Default, clap::Args)]
#[group(multiple = false)]
pub(crate) struct TokenArgs {
    /// Read the token from stdin
    #[arg(long = "token-stdin")]
    stdin: bool,
    /// Read the token from this file
    #[arg(long = "token-file", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Read the token from this environment variable
    #[arg(long = "token-env", value_name = "VAR")]
    variable: Option<String>,
}

impl TokenArgs {
    /// Whether the command line says where the token comes from.
    pub(crate) fn is_given(&self) -> bool {
        self.stdin || self.file.is_some() || self.variable.is_some()
    }

    /// Takes the token from where the command line says, or `None` if it does not. A line end behind it is dropped; what else is wrong with it is the
    /// provider's to say.
    pub(crate) fn read(&self, context: &Context<'_>) -> Result<Option<Secret>, Failure> {
        let text = if self.stdin {
            if context.prompt.is_allowed() {
                return typed("token", context).map(Some);
            }
            stdin("token")?
        } else if let Some(path) = &self.file {
            return from_file(path, "token").map(Some);
        } else if let Some(name) = &self.variable {
            return from_variable(name, "token", context).map(Some);
        } else {
            return Ok(None);
        };
        whole(&text, "token").map(Some)
    }
}

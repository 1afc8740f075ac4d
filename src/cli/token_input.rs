//! Where a token comes from: stdin, a file, a named variable, or a prompt without echo. Never an argument.

use std::io::Read as _;
use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use crate::secret::Secret;

/// More than any token is long; a whole file by mistake is not read to its end.
const LIMIT: u64 = 64 * 1024;

/// Reads another secret than a token from stdin, without echo where somebody types it.
pub(super) fn from_stdin(what: &str, context: &Context<'_>) -> Result<Secret, Failure> {
    if context.prompt.is_allowed() {
        let secret = context.prompt.secret(what, "")?;
        return if secret.expose().trim().is_empty() { Err(Failure::interrupted()) } else { Ok(secret) };
    }
    to_its_end(what)
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
    let mut text = zeroize::Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(LIMIT)
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("stdin does not hold a {what}: it cannot be read as text")).cause(error))?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Failure::usage(format!("stdin holds no {what}")));
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
        if self.stdin && context.prompt.is_allowed() {
            // Somebody types or pastes it: it must not stay on the screen.
            let token = context.prompt.secret("token", "")?;
            return if token.expose().trim().is_empty() { Err(Failure::interrupted()) } else { Ok(Some(token)) };
        }
        let text = if self.stdin {
            let mut text = String::new();
            std::io::stdin()
                .lock()
                .take(LIMIT)
                .read_to_string(&mut text)
                .map_err(|error| Failure::usage("stdin does not hold a token: it cannot be read as text").cause(error))?;
            text
        } else if let Some(path) = &self.file {
            let mut text = String::new();
            let file = std::fs::File::open(path).map_err(|error| Failure::unreadable(path, error))?;
            file.take(LIMIT).read_to_string(&mut text).map_err(|error| Failure::unreadable(path, error))?;
            text
        } else if let Some(name) = &self.variable {
            match context.env.text(name) {
                Some(text) => text.to_owned(),
                None => {
                    return Err(Failure::usage(format!(
                        "the environment variable `{}` is not set, or empty",
                        crate::model::clean(name)
                    )));
                }
            }
        } else {
            return Ok(None);
        };
        let text = zeroize::Zeroizing::new(text);
        let token = text.trim_end_matches(['\n', '\r']);
        if token.trim().is_empty() {
            return Err(Failure::usage("the token is empty"));
        }
        Ok(Some(Secret::from(token.to_owned())))
    }
}

//! The checkout around us, as git itself sees it.

use std::path::Path;
use std::process::Stdio;

use super::program::command;

/// Why there is no `origin` to go by.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("git is not installed")]
    NoGit,
    #[error("this is not a checkout")]
    NotACheckout,
    #[error("this checkout has no remote `origin`")]
    NoOrigin,
}

/// The address of the remote `origin`, after git's own `insteadOf` rules.
pub(crate) fn origin(directory: &Path) -> Result<String, Error> {
    git(directory, &["rev-parse", "--git-dir"])?.ok_or(Error::NotACheckout)?;
    git(directory, &["remote", "get-url", "origin"])?.ok_or(Error::NoOrigin)
}

/// The address that `git pull` would ask in this checkout, after git's own `insteadOf` rules; `None` where it has none, or is no checkout.
///
/// # Errors
///
/// If git is not installed.
pub(crate) fn pulled_from(directory: &Path) -> Result<Option<String>, Error> {
    // Without a remote, git names the one that it would look for.
    Ok(git(directory, &["ls-remote", "--get-url"])?.filter(|address| address.contains([':', '/'])))
}

/// What git prints, or `None` if it fails.
fn git(directory: &Path, arguments: &[&str]) -> Result<Option<String>, Error> {
    let output = command().current_dir(directory).args(arguments).stderr(Stdio::null()).output();
    let output = output.map_err(|_| Error::NoGit)?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((output.status.success() && !text.is_empty()).then_some(text))
}

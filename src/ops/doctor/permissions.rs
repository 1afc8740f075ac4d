//! Who else may read or replace what is ours.

use std::path::Path;

use super::{Area, Finding, Mend, Place};
use crate::env;
use crate::model::{clean, shell_word};
use crate::ops::Session;

const KEY: &str = "whoever reads it opens the store";
const STORE: &str = "it is encrypted, but how many connections there are and when they change is nobody's business";
const REPLACED: &str = "whoever writes there puts another file in its place";

pub(super) fn look(session: &Session<'_>) -> Place {
    let place = session.place();
    let mut findings = Vec::new();
    let mut ask =
        |path: &Path, forbidden: u32, what: &str, why: &'static str| findings.extend(opened(path, forbidden, what, why));
    if let Some(key_file) = session.key_file() {
        ask(key_file, 0o077, "the key file", KEY);
    }
    if let Some(file) = session.env().os(env::name::PASSPHRASE_FILE) {
        ask(Path::new(file), 0o077, "the file with the key's passphrase", KEY);
    }
    ask(&place.key_file(), 0o077, "the protected key", "its passphrase can be guessed by whoever has it");
    ask(place.path(), 0o077, "the store", STORE);
    for backup in place.backups() {
        ask(&backup.path, 0o077, "a kept generation of the store", STORE);
    }
    if let Some(folder) = place.path().parent() {
        ask(folder, 0o022, "the store's directory", REPLACED);
    }
    ask(place.state(), 0o022, "the state directory", "whoever writes there hides that the store was rolled back");
    ask(session.config().path(), 0o022, "the settings file", "whoever writes there says which store and which key are used");
    Place::new(Area::Permissions, "nobody else reads or replaces what is yours", findings)
}

/// The finding, if others may do with a file what they must not.
#[cfg(unix)]
fn opened(path: &Path, forbidden: u32, what: &str, why: &'static str) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let facts = std::fs::metadata(path).ok()?;
    let mode = facts.permissions().mode() & 0o7777;
    // In a directory with the sticky bit nobody replaces another's file.
    if mode & forbidden == 0 || (facts.is_dir() && mode & 0o1000 != 0) {
        return None;
    }
    let shown = clean(&path.display().to_string()).into_owned();
    let verb = if forbidden == 0o022 { "write to" } else { "read" };
    let finding = Finding::new(Area::Permissions, format!("others can {verb} {what} `{shown}` (mode {mode:04o})"), why);
    let letters = if forbidden == 0o022 { "go-w" } else { "go-rwx" };
    let command = format!("chmod {letters} {}", shell_word(&shown));
    Some(finding.command(command).mend(Mend::Close { path: path.to_owned(), mode: mode & !forbidden }))
}

#[cfg(not(unix))]
fn opened(_: &Path, _: u32, _: &str, _: &'static str) -> Option<Finding> {
    None
}

/// Takes what others may do with a file away.
#[cfg(unix)]
pub(super) fn close(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn close(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

//! Who else may read or replace what is ours.

use std::path::Path;

use super::{Area, Finding, Mend, Place};
use crate::env;
use crate::model::{clean, shell_word};
use crate::ops::Session;

const KEY: &str = "whoever reads it opens the store";
const STORE: &str = "it is encrypted, but how many connections there are and when they change is nobody's business";
const REPLACED: &str = "whoever writes there puts another file in its place";

/// `is_copy`: the store is one for a pipeline, which may be committed: what is in it is for its key alone.
pub(super) fn look(session: &Session<'_>, is_copy: bool) -> Place {
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
    if is_copy {
        ask(place.path(), 0o022, "the store", "whoever writes there puts back an older one");
    } else {
        ask(place.path(), 0o077, "the store", STORE);
    }
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
    let finding = finding.command(command);
    // What a link leads to now is what was looked at.
    Some(match path.canonicalize() {
        Ok(path) => finding.mend(Mend::Close { path, forbidden }),
        Err(_) => finding,
    })
}

#[cfg(not(unix))]
fn opened(_: &Path, _: u32, _: &str, _: &'static str) -> Option<Finding> {
    None
}

/// Takes what others may do with a file away, and nothing else of what its mode is by now. A link that stands there by now is not followed.
#[cfg(unix)]
pub(super) fn close(path: &Path, forbidden: u32) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
    let file = std::fs::File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let mode = file.metadata()?.permissions().mode() & 0o7777;
    file.set_permissions(std::fs::Permissions::from_mode(mode & !forbidden))
}

#[cfg(not(unix))]
pub(super) fn close(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
#[expect(clippy::disallowed_methods, reason = "a file of somebody else, as a test finds it")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::close;

    #[test]
    fn a_link_is_not_followed_and_the_mode_of_now_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "").unwrap();
        let set = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777;
        set(0o664);
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(close(&link, 0o077).is_err());
        assert_eq!(mode(), 0o664);
        // Whoever took something away meanwhile does not get it back.
        set(0o464);
        close(&file, 0o077).unwrap();
        assert_eq!(mode(), 0o400);
        set(0o1777);
        close(&file, 0o022).unwrap();
        assert_eq!(mode(), 0o1755);
    }
}

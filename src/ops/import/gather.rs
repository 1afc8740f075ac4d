//! Reading what is there: the files of a source, and the keyring of the system where a file says that a token is in it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::entry::{Entry, Held, Useless};
use super::{Source, ask_gh, places};
use crate::env::Env;
use crate::model::HostUrl;
use crate::secret::Secret;
use crate::store::key;

/// More than any such file has.
pub(super) const MOST: u64 = 4 * 1024 * 1024;

/// Where a token stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spot {
    File {
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// An entry of another program in the keyring of the system.
    Keyring { service: String, account: String },
    /// Where `gh` has it, and only `gh` reaches it.
    Gh { host: String, user: Option<String> },
}

/// A file that is there and could not be read.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) path: PathBuf,
    /// In words, without any of its text.
    pub(crate) why: String,
}

/// An entry with where it came from.
pub(super) struct Gathered {
    pub(super) source: Source,
    pub(super) spots: Vec<Spot>,
    pub(super) entry: Entry,
    /// The hosts of other entries with the same token.
    pub(super) also: Vec<HostUrl>,
}

/// Everything of one source.
#[derive(Default)]
pub(super) struct Harvest {
    pub(super) entries: Vec<Gathered>,
    pub(super) unread: Vec<Unread>,
    /// The files that there are.
    pub(super) files: Vec<PathBuf>,
}

/// Reads all that a source has here.
pub(super) fn gather(source: Source, env: &Env) -> Harvest {
    let mut harvest = Harvest::default();
    for path in places::of(source, env) {
        let entries = entries(source, &path);
        if !matches!(entries, Ok(None)) {
            harvest.files.push(path.clone());
        }
        match entries {
            Ok(entries) => harvest.entries.extend(entries.into_iter().flatten().map(|entry| found(source, &path, entry))),
            Err(why) => harvest.unread.push(Unread { path, why }),
        }
    }
    harvest
}

/// The entries of a file, or `None` if there is no such file.
///
/// # Errors
///
/// Why it cannot be read, in words without any of its text.
pub(super) fn entries(source: Source, path: &Path) -> Result<Option<Vec<Entry>>, String> {
    let Some(bytes) = read(path).map_err(|error| crate::model::clean(&error.to_string()).into_owned())? else {
        return Ok(None);
    };
    let entries = source.read(&bytes).map_err(|fault| match fault.line {
        0 => fault.why.to_owned(),
        line => format!("line {line}: {}", fault.why),
    })?;
    Ok(Some(entries))
}

/// A file's bytes, or `None` if there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    // A FIFO would be waited for.
    let facts = match std::fs::metadata(path) {
        Ok(facts) => facts,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(error),
    };
    if !facts.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if facts.len() > MOST {
        return Err(io::Error::other("it is larger than 4 MiB"));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(facts.len()).unwrap_or_default() + 1));
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// An entry of a file; one that names the keyring is looked up there.
fn found(source: Source, path: &Path, mut entry: Entry) -> Gathered {
    let in_file = Spot::File { path: path.to_owned(), line: entry.line };
    let Held::Keyring { service, accounts } = &entry.held else {
        return Gathered { source, spots: vec![in_file], entry, also: Vec::new() };
    };
    let mut spots = Vec::new();
    let mut token: Option<Secret> = None;
    let mut silent = None;
    for (service, account) in service.iter().flat_map(|service| accounts.iter().map(move |account| (service, account))) {
        match key::read_of(service, account) {
            Ok(Some(text)) => {
                let text = plain(text);
                // What else is kept under an empty name is another account's.
                if token.as_ref().is_none_or(|token| token.fingerprint() == text.fingerprint()) {
                    spots.push(Spot::Keyring { service: service.clone(), account: account.clone() });
                    token = Some(text);
                }
            }
            Ok(None) => {}
            Err(why) => silent = Some(why),
        }
    }
    if token.is_none() && source == Source::Gh {
        token = ask_gh::token(&entry.written, entry.username.as_deref());
        spots.extend(token.is_some().then(|| Spot::Gh { host: entry.written.clone(), user: entry.username.clone() }));
    }
    entry.held = match (token, silent) {
        (Some(token), _) => Held::Token(token),
        (None, Some(why)) => Held::Useless(Useless::because(format!("its token is in the keyring, and {why}"))),
        (None, None) => Held::Useless(Useless::because("no token is there, nor in the keyring: it is logged out")),
    };
    if spots.is_empty() {
        spots.push(in_file);
    }
    Gathered { source, spots, entry, also: Vec::new() }
}

/// A token as it is meant: the library of both programs encodes what it puts into the keychain of macOS.
pub(super) fn plain(text: Secret) -> Secret {
    let decoded = text.expose().strip_prefix("go-keyring-base64:").and_then(|rest| STANDARD.decode(rest).ok());
    match decoded.map(String::from_utf8) {
        Some(Ok(token)) => Secret::from(token),
        _ => text,
    }
}

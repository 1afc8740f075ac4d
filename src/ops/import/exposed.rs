//! Secrets that stand in plain text in other programs' files, counted. The files are read, and nobody is asked: no host, no keyring, no program.

use std::path::PathBuf;

use super::entry::{Entry, Held};
use super::gather::{self, Unread};
use super::{Source, places};
use crate::env::Env;
use crate::ops::{Error, detect};
use crate::store::Store;

/// A file that holds secrets.
#[derive(Debug)]
pub(crate) struct Exposed {
    pub(crate) source: Source,
    pub(crate) path: PathBuf,
    /// How many, of use here or not.
    pub(crate) count: usize,
    /// How many of them an import would look at; the others are logins that their program renews, and the like.
    pub(crate) takeable: usize,
    /// How many of them are for a host that is known to be a Git provider's without asking it.
    pub(crate) known: usize,
}

/// What was found in the files of all sources.
#[derive(Debug, Default)]
pub(crate) struct InPlainText {
    pub(crate) files: Vec<Exposed>,
    /// Nothing is known of what is in these.
    pub(crate) unread: Vec<(Source, Unread)>,
}

/// All files that hold secrets, and those that could not be read.
///
/// # Errors
///
/// If the store cannot be read.
pub(crate) fn exposed(store: Option<&Store>, env: &Env) -> Result<InPlainText, Error> {
    let mut found = InPlainText::default();
    for source in Source::ALL {
        for path in places::of(source, env) {
            let entries = match gather::entries(source, &path) {
                Ok(None) => continue,
                Ok(Some(entries)) => entries,
                Err(why) => {
                    found.unread.push((source, Unread { path, why }));
                    continue;
                }
            };
            let mut file = Exposed { source, path, count: 0, takeable: 0, known: 0 };
            for entry in entries.iter().filter(|entry| holds_secret(entry)) {
                file.count += 1;
                file.takeable += usize::from(matches!(entry.held, Held::Token(_)));
                file.known += usize::from(is_known(store, entry)?);
            }
            if file.count > 0 {
                found.files.push(file);
            }
        }
    }
    Ok(found)
}

fn holds_secret(entry: &Entry) -> bool {
    match &entry.held {
        Held::Token(_) => true,
        Held::Useless(useless) => !useless.is_empty,
        Held::Keyring { .. } => false,
    }
}

fn is_known(store: Option<&Store>, entry: &Entry) -> Result<bool, Error> {
    Ok(match (&entry.provider, &entry.host) {
        (Some(_), _) => true,
        (None, Ok(host)) => detect::known(store, host)?.is_some(),
        (None, Err(_)) => false,
    })
}

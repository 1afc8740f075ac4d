//! Taking out of its source what the store has now, and proving that it is gone.

use std::collections::BTreeSet;
use std::path::Path;

use super::entry::{Entry, Held, without};
use super::gather::{self, Spot};
use super::{Candidate, Source, rewrite, traces};
use crate::model::{clean, shell_word};
use crate::ops::{Error, connect_many};
use crate::secret::Secret;
use crate::store::{Store, key};

/// What became of one place.
#[derive(Debug)]
pub(crate) struct Deleted {
    pub(crate) place: Spot,
    /// Files beside it that were looked through.
    pub(crate) looked_at: usize,
    /// Where the same token still stands, in words.
    pub(crate) still: Vec<String>,
    /// Why nothing was done there.
    pub(crate) failed: Option<String>,
}

/// A token that is to go, where, and for whom it stands there.
struct Doomed<'a> {
    token: &'a Secret,
    fingerprint: String,
    candidate: &'a Candidate,
}

/// Removes these candidates from where they stand. Each must be in the store, which is read again for that.
///
/// # Errors
///
/// If the store cannot be read. What cannot be done in one place is told there.
pub(crate) fn delete(store: &Store, candidates: &[&Candidate]) -> Result<Vec<Deleted>, Error> {
    let view = store.read()?;
    let mut doomed = Vec::new();
    for candidate in candidates {
        let Some(token) = &candidate.token else { continue };
        let fingerprint = token.fingerprint();
        if connect_many::holder(&view, &fingerprint)?.is_some() {
            doomed.push(Doomed { token, fingerprint, candidate });
        }
    }
    let mut deleted = Vec::new();
    let mut files: Vec<(Source, &Path)> = Vec::new();
    for one in &doomed {
        for spot in &one.candidate.spots {
            match spot {
                Spot::File { path, .. } if !files.iter().any(|(_, known)| known == path) => {
                    files.push((source_of(one, path), path));
                }
                Spot::File { .. } => {}
                Spot::Keyring { service, account } => deleted.push(from_keyring(service, account)),
                Spot::Gh { host, user } => deleted.push(left_to_gh(host, user.as_deref())),
            }
        }
    }
    let mut of_files: Vec<Deleted> = files.iter().map(|(source, path)| from_file(*source, path, &doomed)).collect();
    // Only now: one place may lie beside another.
    for ((_, path), one) in files.iter().zip(&mut of_files) {
        prove(one, path, &doomed);
    }
    deleted.splice(0..0, of_files);
    Ok(deleted)
}

/// Whose file it is. One token may stand in files of several programs.
fn source_of(one: &Doomed<'_>, path: &Path) -> Source {
    let reads = |source: &Source| {
        let bytes = gather::read(path).ok().flatten()?;
        let entries = source.read(&bytes).ok()?;
        entries.iter().any(|entry| is_doomed(entry, std::slice::from_ref(one))).then_some(*source)
    };
    Source::ALL.iter().find_map(reads).unwrap_or(one.candidate.source)
}

fn is_doomed(entry: &Entry, doomed: &[Doomed<'_>]) -> bool {
    let (Held::Token(token), Ok(host)) = (&entry.held, &entry.host) else { return false };
    let fingerprint = token.fingerprint();
    doomed.iter().any(|one| one.fingerprint == fingerprint && one.candidate.origins.iter().any(|origin| *origin == host.origin()))
}

fn from_keyring(service: &str, account: &str) -> Deleted {
    let gone = key::delete_of(service, account).and_then(|()| key::read_of(service, account));
    let failed = match gone {
        Ok(None) => None,
        Ok(Some(_)) => Some("the keyring still has it".to_owned()),
        Err(why) => Some(why),
    };
    let place = Spot::Keyring { service: service.to_owned(), account: account.to_owned() };
    Deleted { place, looked_at: 0, still: Vec::new(), failed }
}

/// What only `gh` reaches, only `gh` can forget; that would change more than the token, so it is said and not done.
fn left_to_gh(host: &str, user: Option<&str>) -> Deleted {
    let user_option = user.map(|user| format!(" --user {}", shell_word(user))).unwrap_or_default();
    let failed = Some(format!("only gh can forget it: gh auth logout --hostname {}{user_option}", shell_word(host)));
    let place = Spot::Gh { host: host.to_owned(), user: user.map(ToOwned::to_owned) };
    Deleted { place, looked_at: 0, still: Vec::new(), failed }
}

/// Takes the doomed entries out of a file.
fn from_file(source: Source, path: &Path, doomed: &[Doomed<'_>]) -> Deleted {
    let mut deleted =
        Deleted { place: Spot::File { path: path.to_owned(), line: 0 }, looked_at: 0, still: Vec::new(), failed: None };
    // A link stays one: what it leads to is what is changed.
    let taken = path
        .canonicalize()
        .map_err(|error| clean(&error.to_string()).into_owned())
        .and_then(|real| take_out(source, &real, doomed));
    match taken {
        Ok(true) => deleted.still.push(format!("another name of the same file (a hard link to what {} was)", path.display())),
        Ok(false) => {}
        Err(why) => deleted.failed = Some(why),
    }
    deleted
}

/// Reads a file again, and what lies beside it, and says where its tokens still stand.
fn prove(deleted: &mut Deleted, path: &Path, doomed: &[Doomed<'_>]) {
    let here: Vec<Secret> = doomed.iter().filter(|one| stands_in(one, path)).map(|one| one.token.clone()).collect();
    let Ok(real) = path.canonicalize() else { return };
    let found = traces::look(&real, &here);
    deleted.looked_at = found.looked_at;
    if deleted.failed.is_none() {
        deleted.still.extend(found.found_in.iter().map(|file| file.display().to_string()));
    }
}

fn stands_in(one: &Doomed<'_>, path: &Path) -> bool {
    one.candidate.spots.iter().any(|spot| matches!(spot, Spot::File { path: known, .. } if known == path))
}

/// Writes the file without the doomed entries, if everything else in it then reads as before. Gives whether the old content lives on.
fn take_out(source: Source, path: &Path, doomed: &[Doomed<'_>]) -> Result<bool, String> {
    let in_words = |error: std::io::Error| clean(&error.to_string()).into_owned();
    let bytes = gather::read(path).map_err(in_words)?.ok_or("it is not there any more")?;
    let entries = source.read(&bytes).map_err(|fault| format!("line {}: {}", fault.line, fault.why))?;
    let (going, staying): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| is_doomed(entry, doomed));
    if going.is_empty() {
        return Err("it was changed meanwhile, and does not hold the token any more".to_owned());
    }
    if going.iter().any(|entry| entry.cuts.is_empty()) {
        return Err("its token is referred to from elsewhere in the file: take it out by hand".to_owned());
    }
    let cuts: Vec<_> = going.iter().flat_map(|entry| entry.cuts.iter().cloned()).collect();
    let left = zeroize::Zeroizing::new(without(&bytes, &cuts));
    let after = source.read(&left).map_err(|_| "it would not be readable without the token: take it out by hand".to_owned())?;
    let tokens = |entries: &mut dyn Iterator<Item = &Entry>| -> BTreeSet<String> {
        let texts = entries.map(|entry| match &entry.held {
            Held::Token(token) => format!("{} {}", entry.written, token.fingerprint()),
            Held::Keyring { .. } => String::new(),
            Held::Useless(useless) => format!("{} {}", entry.written, useless.why),
        });
        texts.filter(|text| !text.is_empty()).collect()
    };
    if tokens(&mut staying.into_iter()) != tokens(&mut after.iter()) {
        return Err("something else in it would change with the token: take it out by hand".to_owned());
    }
    let replaced = rewrite::replace(path, &left, source.is_locked()).map_err(in_words)?;
    Ok(replaced.lives_on)
}

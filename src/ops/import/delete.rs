//! Taking out of its source what the store has now, and proving that it is gone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::entry::{Entry, Held, without};
use super::gather::{self, Spot};
use super::keeper::{Keeper, keeper};
use super::rewrite::Opened;
use super::{Candidate, Source, traces};
use crate::model::{clean, shell_word};
use crate::ops::Error;
use crate::secret::Secret;
use crate::store::{Store, View, key};

const CHANGED: &str = "it was changed meanwhile, and does not hold the token any more";

/// What became of one token in one place.
#[derive(Debug)]
pub(crate) struct Deleted {
    /// Which of the candidates, in their order.
    pub(crate) whose: usize,
    pub(crate) place: Spot,
    /// Files beside it that were looked through.
    pub(crate) looked_at: usize,
    /// Where the same token still stands, in words.
    pub(crate) still: Vec<String>,
    /// What could not be read to see whether it stands there.
    pub(crate) unseen: Vec<String>,
    /// Why nothing was done there.
    pub(crate) failed: Option<String>,
}

impl Deleted {
    fn new(whose: usize, place: Spot, outcome: Result<(), String>) -> Self {
        Self { whose, place, looked_at: 0, still: Vec::new(), unseen: Vec::new(), failed: outcome.err() }
    }
}

/// A token that is to go, where, and for whom it stands there.
struct Doomed<'a> {
    whose: usize,
    token: &'a Secret,
    fingerprint: String,
    candidate: &'a Candidate,
}

impl Doomed<'_> {
    fn stands_in(&self, path: &Path) -> bool {
        self.candidate.spots.iter().any(|spot| matches!(spot, Spot::File { path: known, .. } if known == path))
    }
}

/// Removes these candidates from where they stand. Each must be in the store, for the hosts that it is kept for; that is read again for it.
///
/// # Errors
///
/// If the store cannot be read. What cannot be done in one place is told there.
pub(crate) fn delete(store: &Store, candidates: &[&Candidate]) -> Result<Vec<Deleted>, Error> {
    let view = store.read()?;
    let mut doomed = Vec::new();
    let mut deleted = Vec::new();
    for (whose, candidate) in candidates.iter().enumerate() {
        let Some(token) = &candidate.token else { continue };
        let fingerprint = token.fingerprint();
        match why_not(&view, &fingerprint, candidate)? {
            None => doomed.push(Doomed { whose, token, fingerprint, candidate }),
            Some(why) => {
                deleted.extend(candidate.spots.iter().map(|spot| Deleted::new(whose, spot.clone(), Err(why.clone()))));
            }
        }
    }
    let mut files: Vec<(Source, &Path)> = Vec::new();
    for one in &doomed {
        for spot in &one.candidate.spots {
            match spot {
                Spot::File { path, .. } if !files.iter().any(|(_, known)| known == path) => {
                    files.push((source_of(one, path), path));
                }
                Spot::File { .. } => {}
                Spot::Keyring { service, account } => {
                    let outcome = from_keyring(&System, (service, account), &one.fingerprint);
                    deleted.push(Deleted::new(one.whose, spot.clone(), outcome));
                }
                Spot::Gh { host, user } => {
                    deleted.push(Deleted::new(one.whose, spot.clone(), Err(left_to_gh(host, user.as_deref()))));
                }
            }
        }
    }
    let taken: Vec<_> = files.iter().map(|(source, path)| from_file(*source, path, &doomed)).collect();
    // Only now: one place may lie beside another.
    for ((_, path), taken) in files.iter().zip(taken) {
        deleted.extend(prove(path, &taken, &doomed));
    }
    Ok(deleted)
}

/// Why a candidate must stay where it is: somebody may have changed the store meanwhile.
fn why_not(view: &View, fingerprint: &str, candidate: &Candidate) -> Result<Option<String>, Error> {
    for origin in &candidate.origins {
        match keeper(view, fingerprint, origin)? {
            Keeper::Serves(_) => {}
            Keeper::Idle(useless) => return Ok(Some(useless.why)),
            Keeper::Nobody => return Ok(Some("no connection holds it any more".to_owned())),
        }
    }
    Ok(candidate.origins.is_empty().then(|| "no connection holds it for its host".to_owned()))
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

/// The keyring of the system, as far as it is needed here.
trait Keyring {
    fn read(&self, service: &str, account: &str) -> Result<Option<Secret>, String>;
    fn delete(&self, service: &str, account: &str) -> Result<(), String>;
}

struct System;

impl Keyring for System {
    fn read(&self, service: &str, account: &str) -> Result<Option<Secret>, String> {
        key::read_of(service, account)
    }

    fn delete(&self, service: &str, account: &str) -> Result<(), String> {
        key::delete_of(service, account)
    }
}

/// Removes an entry that still holds the token, and no other: its program may have logged in anew meanwhile.
fn from_keyring(keyring: &impl Keyring, (service, account): (&str, &str), fingerprint: &str) -> Result<(), String> {
    match keyring.read(service, account)?.map(gather::plain) {
        None => return Ok(()),
        Some(held) if held.fingerprint() != fingerprint => return Err(CHANGED.to_owned()),
        Some(_) => keyring.delete(service, account)?,
    }
    match keyring.read(service, account)? {
        None => Ok(()),
        Some(_) => Err("the keyring still has it".to_owned()),
    }
}

/// What only `gh` reaches, only `gh` can forget; that would change more than the token, so it is said and not done.
fn left_to_gh(host: &str, user: Option<&str>) -> String {
    let user_option = user.map(|user| format!(" --user {}", shell_word(user))).unwrap_or_default();
    format!("only gh can forget it: gh auth logout --hostname {}{user_option}", shell_word(host))
}

/// Takes the doomed entries out of a file. Gives whether the old content lives on. A link stays one: what it leads to is what is changed.
fn from_file(source: Source, path: &Path, doomed: &[Doomed<'_>]) -> Result<bool, String> {
    let real = path.canonicalize().map_err(|error| clean(&error.to_string()).into_owned())?;
    take_out(source, &real, doomed)
}

/// Reads a file again, and what lies beside it, and says of each token that stood there where it still stands.
fn prove(path: &Path, taken: &Result<bool, String>, doomed: &[Doomed<'_>]) -> Vec<Deleted> {
    let here: Vec<&Doomed<'_>> = doomed.iter().filter(|one| one.stands_in(path)).collect();
    let tokens: Vec<&Secret> = here.iter().map(|one| one.token).collect();
    // Where a link leads nowhere any more, its own folder is what is left to look at.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let found = traces::look(&real, &tokens);
    let in_words = |file: &PathBuf| file.display().to_string();
    let told = here.iter().enumerate().map(|(at, one)| {
        let place = Spot::File { path: path.to_owned(), line: 0 };
        let mut deleted = Deleted::new(one.whose, place, taken.clone().map(|_| ()));
        deleted.looked_at = found.looked_at;
        deleted.unseen = found.unseen.iter().map(in_words).collect();
        if let Ok(lives_on) = taken {
            let linked = || format!("another name of the same file (a hard link to what {} was)", path.display());
            deleted.still.extend(lives_on.then(linked));
            deleted.still.extend(found.found_in.iter().filter(|(_, holds)| holds.contains(&at)).map(|(file, _)| in_words(file)));
        }
        deleted
    });
    told.collect()
}

/// Writes the file without the doomed entries, if everything else in it then reads as before. Gives whether the old content lives on.
fn take_out(source: Source, path: &Path, doomed: &[Doomed<'_>]) -> Result<bool, String> {
    let in_words = |error: std::io::Error| clean(&error.to_string()).into_owned();
    let opened = Opened::new(path, source.is_locked()).map_err(in_words)?;
    let bytes = opened.bytes();
    let entries = source.read(bytes).map_err(|fault| format!("line {}: {}", fault.line, fault.why))?;
    let (going, staying): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| is_doomed(entry, doomed));
    if going.is_empty() {
        return Err(CHANGED.to_owned());
    }
    if going.iter().any(|entry| entry.cuts.is_empty()) {
        return Err("its token is referred to from elsewhere in the file: take it out by hand".to_owned());
    }
    let cuts: Vec<_> = going.iter().flat_map(|entry| entry.cuts.iter().cloned()).collect();
    let left = zeroize::Zeroizing::new(without(bytes, &cuts));
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
    let replaced = opened.replace(&left).map_err(in_words)?;
    Ok(replaced.lives_on)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{Keyring, from_keyring};
    use crate::secret::Secret;

    /// One entry.
    struct Fake(RefCell<Option<&'static str>>);

    impl Keyring for Fake {
        fn read(&self, _: &str, _: &str) -> Result<Option<Secret>, String> {
            Ok(self.0.borrow().map(|text| Secret::from(text.to_owned())))
        }

        fn delete(&self, _: &str, _: &str) -> Result<(), String> {
            *self.0.borrow_mut() = None;
            Ok(())
        }
    }

    #[test]
    fn an_entry_of_the_keyring_that_was_replaced_meanwhile_stays() {
        let fingerprint = Secret::from("old".to_owned()).fingerprint();
        let newer = Fake(RefCell::new(Some("new")));
        assert!(from_keyring(&newer, ("gh:github.com", "ada"), &fingerprint).unwrap_err().contains("changed meanwhile"));
        assert_eq!(*newer.0.borrow(), Some("new"));
        // As it stands in the keychain of macOS.
        for text in ["old", "go-keyring-base64:b2xk"] {
            let same = Fake(RefCell::new(Some(text)));
            from_keyring(&same, ("gh:github.com", "ada"), &fingerprint).unwrap();
            assert_eq!(*same.0.borrow(), None);
        }
        from_keyring(&Fake(RefCell::new(None)), ("gh:github.com", "ada"), &fingerprint).unwrap();
    }
}

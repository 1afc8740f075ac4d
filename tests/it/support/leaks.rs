//! Looks for secrets where none may be: raw, encoded, reversed, or any twelve characters of them.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// How many characters of a secret in a row are a leak.
const WINDOW: usize = 12;

/// One secret that is watched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Watched {
    text: String,
    /// Where the secret part begins: a prefix such as `glpat-` says nothing.
    from: usize,
}

impl Watched {
    pub(crate) fn new(text: &str) -> Self {
        // `ghp_`, `github_pat_`, `glpat-`, `AGE-SECRET-KEY-1`: what stands before the last separator near the beginning; of Atlassian's tokens
        // what is the same in all of a kind.
        let from = ["AGE-SECRET-KEY-1", "github_pat_", "glpat-", "ATATT3xFfGF0", "ATCTT3xFfGN0"]
            .into_iter()
            .find(|prefix| text.starts_with(prefix))
            .map_or_else(|| if text.starts_with("gh") && text.as_bytes().get(3) == Some(&b'_') { 4 } else { 0 }, str::len);
        Self { text: text.to_owned(), from }
    }

    /// Every spelling whose windows are looked for.
    fn spellings(&self) -> Vec<Vec<u8>> {
        let secret = &self.text.as_bytes()[self.from..];
        let mut spellings = vec![secret.to_vec(), secret.iter().rev().copied().collect()];
        for shift in 0..3 {
            // Base 64 of a text that holds the secret depends on where in a group of three it begins; its ends mix with neighbours.
            let mut padded = vec![b'x'; shift];
            padded.extend_from_slice(secret);
            let encoded = STANDARD_NO_PAD.encode(padded).into_bytes();
            let inner = encoded[(shift * 4).div_ceil(3)..encoded.len() - 2].to_vec();
            spellings.push(
                inner
                    .iter()
                    .map(|byte| {
                        if *byte == b'+' {
                            b'-'
                        } else if *byte == b'/' {
                            b'_'
                        } else {
                            *byte
                        }
                    })
                    .collect(),
            );
            spellings.push(inner);
        }
        let hexadecimal = hexadecimal(secret);
        spellings.push(hexadecimal.to_uppercase().into_bytes());
        spellings.push(hexadecimal.into_bytes());
        let percent: String = url::form_urlencoded::byte_serialize(secret).collect();
        spellings.push(percent.into_bytes());
        spellings
    }

    fn windows(&self) -> impl Iterator<Item = Vec<u8>> {
        self.spellings().into_iter().flat_map(|spelling| {
            let size = WINDOW.min(spelling.len());
            (0..=spelling.len() - size).map(|at| spelling[at..at + size].to_vec()).collect::<Vec<_>>()
        })
    }
}

/// In lower case.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The watch of one sandbox, shared with the servers that hand out secrets while a program runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watching(Arc<Mutex<Watch>>);

impl Watching {
    /// Watches for this secret from now on, and gives it back.
    pub(crate) fn secret(&self, secret: &str) -> String {
        self.0.lock().unwrap().add(secret);
        secret.to_owned()
    }

    /// A finder for everything but what `allowed` names.
    pub(crate) fn finder(&self, allowed: &[String]) -> Arc<Finder> {
        self.0.lock().unwrap().finder(allowed)
    }

    /// As [`Watch::check_files`].
    pub(crate) fn check_files(&self, root: &Path, keys: &HashSet<PathBuf>) -> Result<(), String> {
        self.0.lock().unwrap().check_files(root, keys)
    }
}

/// The secrets of one sandbox, and the files that were already looked through.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    secrets: Vec<Watched>,
    /// The finder for all of them, until there is another: it is asked for every 10 ms of every run.
    all: Option<Arc<Finder>>,
    /// What was seen of a file: inode, length, change time in nanoseconds, and how many secrets were known then.
    seen: HashMap<PathBuf, (u64, u64, i64, usize)>,
}

impl Watch {
    pub(crate) fn add(&mut self, secret: &str) {
        let watched = Watched::new(secret);
        assert!(secret.len() - watched.from >= 8, "a secret this short would be found everywhere");
        if !self.secrets.contains(&watched) {
            self.secrets.push(watched);
            self.all = None;
        }
    }

    /// A finder for everything but what `allowed` names.
    pub(crate) fn finder(&mut self, allowed: &[String]) -> Arc<Finder> {
        let make =
            |allowed: &[String]| Arc::new(Finder::new(self.secrets.iter().filter(|secret| !allowed.contains(&secret.text))));
        if allowed.is_empty() { Arc::clone(self.all.get_or_insert_with(|| make(&[]))) } else { make(allowed) }
    }

    /// Looks through every file below `root` that changed since the last time, except `keys`.
    pub(crate) fn check_files(&mut self, root: &Path, keys: &HashSet<PathBuf>) -> Result<(), String> {
        let finder = self.finder(&[]);
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let (path, Ok(facts)) = (entry.path(), entry.path().symlink_metadata()) else { continue };
                if facts.is_dir() {
                    folders.push(path);
                    continue;
                }
                if !facts.is_file() || keys.contains(&path) {
                    continue;
                }
                let now = (facts.ino(), facts.len(), facts.ctime() * 1_000_000_000 + facts.ctime_nsec(), self.secrets.len());
                if self.seen.get(&path) == Some(&now) {
                    continue;
                }
                // A file may vanish while another process of the same sandbox saves.
                let Ok(content) = std::fs::read(&path) else { continue };
                finder.check(&content).map_err(|found| format!("{} holds {found}", path.display()))?;
                self.seen.insert(path, now);
            }
        }
        Ok(())
    }
}

/// All windows of some secrets, ready for looking.
#[derive(Debug)]
pub(crate) struct Finder {
    windows: HashSet<Vec<u8>>,
    /// Which pairs of bytes any window begins with: lets almost every place be passed over cheaply.
    begins: Vec<bool>,
    sizes: Vec<usize>,
}

impl Finder {
    fn new<'a>(secrets: impl Iterator<Item = &'a Watched>) -> Self {
        let windows: HashSet<Vec<u8>> = secrets.flat_map(Watched::windows).collect();
        let mut begins = vec![false; 1 << 16];
        let mut sizes: Vec<usize> = windows.iter().map(Vec::len).collect();
        sizes.sort_unstable();
        sizes.dedup();
        for window in &windows {
            begins[usize::from(window[0]) << 8 | usize::from(window[1])] = true;
        }
        Self { windows, begins, sizes }
    }

    /// Finds the first leak, and names it without repeating it whole.
    pub(crate) fn check(&self, content: &[u8]) -> Result<(), String> {
        for at in 0..content.len().saturating_sub(1) {
            if !self.begins[usize::from(content[at]) << 8 | usize::from(content[at + 1])] {
                continue;
            }
            for size in &self.sizes {
                if let Some(window) = content.get(at..at + size)
                    && self.windows.contains(window)
                {
                    let around = &content[at.saturating_sub(40)..content.len().min(at + 40)];
                    return Err(format!("part of a secret at byte {at}: …{}…", String::from_utf8_lossy(around)));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Watch;
    use crate::support::tokens;
    use base64::Engine as _;

    #[test]
    fn a_leak_is_found_in_every_disguise_and_nothing_else_is() {
        let token = tokens::classic("leak");
        let mut watch = Watch::default();
        watch.add(&token);
        let finder = watch.finder(&[]);
        let reversed: String = token.chars().rev().collect();
        let hexadecimal = super::hexadecimal(token.as_bytes());
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{token}"));
        let url_safe = base64::engine::general_purpose::URL_SAFE.encode(format!("ab{token}cd"));
        for shown in [&token, &token[10..22], &reversed, &hexadecimal, &hexadecimal.to_uppercase(), &basic, &url_safe] {
            assert!(finder.check(format!("error: {shown} is odd").as_bytes()).is_err(), "{shown}");
        }
        for fine in ["", "ghp_", &token[..14], "error: the token ends in …c41f", &tokens::classic("other")] {
            assert_eq!(finder.check(fine.as_bytes()), Ok(()), "{fine}");
        }
        assert_eq!(watch.finder(std::slice::from_ref(&token)).check(token.as_bytes()), Ok(()));
    }
}

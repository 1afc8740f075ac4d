//! Whether tokens are gone: their bytes looked for where they were, and in whatever lies beside.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;

use super::gather;
use crate::secret::Secret;

/// So many files beside one are looked through.
const MOST_FILES: usize = 4_000;
/// And so many bytes of them: a home may hold anything.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// What was looked through, and what still holds a token.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// Files beside the one, which were read: backups, swap files of editors, the shell's history.
    pub(super) looked_at: usize,
    /// Files, each with the places among the tokens of those that it holds.
    pub(super) found_in: Vec<(PathBuf, BTreeSet<usize>)>,
    /// Files, or the folder, that are there and could not be read: nothing is known of them.
    pub(super) unseen: Vec<PathBuf>,
}

/// Looks for tokens in a file and in the files that lie in its folder.
pub(super) fn look(path: &Path, tokens: &[&Secret]) -> Traces {
    let mut traces = Traces::default();
    let (patterns, whose): (Vec<Vec<u8>>, Vec<usize>) =
        tokens.iter().enumerate().flat_map(|(at, token)| spellings(token).into_iter().map(move |text| (text, at))).unzip();
    let Ok(finder) = AhoCorasick::new(&patterns) else {
        // So many and so long are no tokens.
        traces.unseen.push(path.to_owned());
        return traces;
    };
    let mut look = |file: &Path| -> bool {
        let bytes = match gather::read(file) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return false,
            Err(_) => {
                traces.unseen.push(file.to_owned());
                return false;
            }
        };
        let holds: BTreeSet<usize> =
            finder.find_overlapping_iter(&*bytes).filter_map(|found| whose.get(found.pattern().as_usize()).copied()).collect();
        if !holds.is_empty() {
            traces.found_in.push((file.to_owned(), holds));
        }
        true
    };
    look(path);
    let (files, is_whole) = beside(path);
    let mut left = MOST_BYTES;
    let within = files.iter().take(MOST_FILES).take_while(|(_, size)| {
        let fits = *size <= left;
        left = left.saturating_sub(*size);
        fits
    });
    let looked_at = within.filter(|(file, _)| look(file)).count();
    traces.looked_at = looked_at;
    if !is_whole {
        traces.unseen.extend(path.parent().map(Path::to_owned));
    }
    traces
}

/// The files in the folder of one, with their sizes, and whether all of the folder could be listed. What is too large to be read costs nothing.
fn beside(path: &Path) -> (Vec<(PathBuf, u64)>, bool) {
    let Some(Ok(entries)) = path.parent().map(std::fs::read_dir) else { return (Vec::new(), false) };
    let mut is_whole = true;
    let mut files = Vec::new();
    for entry in entries {
        let Ok(entry) = entry else {
            is_whole = false;
            continue;
        };
        let (file, size) = (entry.path(), entry.metadata().map_or(0, |facts| facts.len()));
        if entry.file_type().is_ok_and(|kind| kind.is_file()) && file != path && size <= gather::MOST {
            files.push((file, size));
        }
    }
    files.sort();
    (files, is_whole)
}

/// A token as it stands in files: as it is, and percent-encoded where that differs.
fn spellings(token: &Secret) -> Vec<Vec<u8>> {
    let plain = token.expose().as_bytes().to_vec();
    let encoded = url::form_urlencoded::byte_serialize(&plain).collect::<String>().replace('+', "%20").into_bytes();
    // Git writes its digits small.
    let lower = token.expose().bytes().map(encoded_byte).collect::<String>().into_bytes();
    let mut spellings = vec![plain, encoded, lower];
    spellings.retain(|spelling| !spelling.is_empty());
    spellings.dedup();
    spellings
}

fn encoded_byte(byte: u8) -> String {
    let is_unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    if is_unreserved { char::from(byte).to_string() } else { format!("%{byte:02x}") }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a file of somebody else, as a test finds it")]
mod tests {
    use super::look;
    use crate::secret::Secret;

    #[test]
    fn each_token_is_found_where_it_stands_in_every_spelling() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let (one, two) = (Secret::from("to:ken-one".to_owned()), Secret::from("ken-one-and-two".to_owned()));
        let source = file("source", "nothing");
        let (encoded, lower, both) = (file("a", "x to%3Aken-one"), file("b", "to%3aken-one"), file("c", "to:ken-one-and-two"));
        let traces = look(&source, &[&one, &two]);
        assert_eq!(traces.found_in, [(encoded, [0].into()), (lower, [0].into()), (both, [0, 1].into())]);
        assert_eq!((traces.looked_at, traces.unseen.len()), (3, 0));
    }

    #[test]
    #[cfg(unix)]
    fn what_cannot_be_read_is_no_proof() {
        let folder = tempfile::tempdir().unwrap();
        let token = Secret::from("a-token".to_owned());
        // Whoever is root reads everything; nobody reads a directory as a file.
        let source = folder.path().join("source");
        std::fs::create_dir(&source).unwrap();
        assert_eq!(look(&source, &[&token]).unseen, [source]);
        let gone = folder.path().join("none/source");
        assert_eq!(look(&gone, &[&token]).unseen, [folder.path().join("none")]);
    }
}

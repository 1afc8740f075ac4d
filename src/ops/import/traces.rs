//! Whether a token is gone: its bytes looked for where it was, and in whatever lies beside.

use std::path::{Path, PathBuf};

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
    pub(super) found_in: Vec<PathBuf>,
}

/// Looks for tokens in a file and in the files that lie in its folder.
pub(super) fn look(path: &Path, tokens: &[Secret]) -> Traces {
    let patterns: Vec<Vec<u8>> = tokens.iter().flat_map(spellings).collect();
    let mut traces = Traces::default();
    let mut look = |file: &Path| -> bool {
        let Ok(Some(bytes)) = gather::read(file) else { return false };
        let holds = patterns.iter().any(|pattern| bytes.windows(pattern.len().max(1)).any(|part| part == pattern.as_slice()));
        if holds {
            traces.found_in.push(file.to_owned());
        }
        true
    };
    look(path);
    let beside = path.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let entries = beside.into_iter().flatten().flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let sized = entries.map(|entry| (entry.path(), entry.metadata().map_or(0, |facts| facts.len())));
    // What is too large to be read costs nothing.
    let mut files: Vec<(PathBuf, u64)> = sized.filter(|(file, size)| file != path && *size <= gather::MOST).collect();
    files.sort();
    let mut left = MOST_BYTES;
    let within = files.iter().take(MOST_FILES).take_while(|(_, size)| {
        let fits = *size <= left;
        left = left.saturating_sub(*size);
        fits
    });
    let looked_at = within.filter(|(file, _)| look(file)).count();
    traces.looked_at = looked_at;
    traces
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

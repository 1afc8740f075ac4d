//! What a reader of another program's file finds: entries, where each stands, and how it is taken out again.

use std::ops::Range;

use crate::model::{HostError, HostUrl, ProviderId};
use crate::secret::Secret;

/// A file that cannot be read as what it should be. Nothing of its content is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// From 1; 0 where it is about the whole file.
    pub(super) line: usize,
    pub(super) why: &'static str,
}

/// One credential of a file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Where it begins, from 1.
    pub(super) line: usize,
    /// How it is taken out.
    pub(super) cuts: Vec<Cut>,
    /// For whom it is kept, as it is written there; without what could be a secret.
    pub(super) written: String,
    /// The same as an address.
    pub(super) host: Result<HostUrl, HostError>,
    /// Whose API that is, where the program speaks one alone.
    pub(super) provider: Option<ProviderId>,
    /// The address of the API, where the file says another one than the host's own.
    pub(super) api: Option<HostUrl>,
    pub(super) username: Option<String>,
    pub(super) held: Held,
}

/// What is kept for a host.
#[derive(Debug, Clone)]
pub(super) enum Held {
    /// Here it is.
    Token(Secret),
    /// The file says that there is an account, and nothing more: it is in the keyring of the system, or nowhere.
    Keyring { service: Vec<String>, accounts: Vec<String> },
    /// It is no use here.
    Useless(Useless),
}

/// Why an entry is left where it is, and what may be done instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Useless {
    pub(crate) why: String,
    /// A command that can be pasted.
    pub(crate) instead: Option<String>,
    /// Whether there is no secret in it at all.
    pub(super) is_empty: bool,
}

impl Useless {
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), instead: None, is_empty: false }
    }

    pub(super) fn instead(mut self, command: impl Into<String>) -> Self {
        self.instead = Some(command.into());
        self
    }

    pub(super) fn empty(mut self) -> Self {
        self.is_empty = true;
        self
    }
}

/// Bytes that go out of a file, and what comes in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) range: Range<usize>,
    pub(super) with: &'static str,
}

/// The lines that a range touches, with the end of the last one.
pub(super) fn lines_of(bytes: &[u8], range: &Range<usize>) -> Range<usize> {
    let start = bytes[..range.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let ends = range.end.max(start);
    // A range that ends behind a line end touches nothing of the next line.
    if ends > start && bytes.get(ends - 1) == Some(&b'\n') {
        return start..ends;
    }
    let end = bytes[ends..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| ends + at + 1);
    start..end
}

/// The line, from 1, that a byte stands in.
pub(super) fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at.min(bytes.len())].split(|byte| *byte == b'\n').count()
}

/// The content with the cuts made; everything else stays as it is, byte for byte.
pub(super) fn without(bytes: &[u8], cuts: &[Cut]) -> Vec<u8> {
    let mut cuts: Vec<&Cut> = cuts.iter().collect();
    cuts.sort_by_key(|cut| (cut.range.start, cut.range.end));
    let mut kept = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for cut in cuts {
        // Two entries may share a line that goes.
        if cut.range.start >= from {
            kept.extend_from_slice(&bytes[from..cut.range.start]);
            kept.extend_from_slice(cut.with.as_bytes());
        }
        from = from.max(cut.range.end);
    }
    kept.extend_from_slice(&bytes[from..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::{Cut, lines_of, without};

    #[test]
    fn lines_are_whole() {
        let text = b"one\ntwo\r\nthree";
        assert_eq!(lines_of(text, &(5..6)), 4..9);
        assert_eq!(lines_of(text, &(0..4)), 0..4);
        assert_eq!(lines_of(text, &(10..14)), 9..14);
        assert_eq!(lines_of(text, &(2..6)), 0..9);
    }

    #[test]
    fn what_is_not_cut_stays() {
        let cut = |range, with| Cut { range, with };
        assert_eq!(without(b"abcdef", &[cut(4..5, ""), cut(1..2, "-")]), b"a-cdf");
        assert_eq!(without(b"abcdef", &[cut(1..4, ""), cut(2..3, "-"), cut(3..5, "")]), b"af");
        assert_eq!(without(b"", &[]), b"");
    }
}

//! Who may read a store besides its writer.

use super::Timestamp;

super::words::words! {
    /// What a reader's key is for.
    ReaderKind ("kind of reader") {
        /// Kept away from everything, to make a new writer key from if the old one is lost.
        Recovery = "recovery",
        /// A program that uses connections and keeps nothing.
        Pipeline = "pipeline",
    }
}

/// A key that opens a store and never saves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reader {
    /// Its public half: `age1…`.
    pub(crate) recipient: String,
    pub(crate) name: super::Name,
    pub(crate) kind: ReaderKind,
    /// `user@host`.
    pub(crate) added_by: String,
    pub(crate) added_at: Timestamp,
}

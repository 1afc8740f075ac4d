//! When, and by whom.

pub(crate) use jiff::Timestamp;

/// Who does something and when: what every change of the store is stamped with.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    /// `user@host`.
    pub(crate) who: String,
    pub(crate) at: Timestamp,
}

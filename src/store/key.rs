//! Where the store's key lives, and how it is found (design §5, Key).

use crate::secret::Secret;

/// The key that opens a store, with where it came from (`GITCONN_KEY`, `the keyring`, …).
#[derive(Debug, Clone)]
pub(crate) struct StoreKey {
    /// The canonical `AGE-SECRET-KEY-1…`.
    pub(super) identity: Secret,
    /// For messages.
    pub(super) from: String,
}

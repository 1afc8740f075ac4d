//! GitHub.

/// What is known about GitHub.
pub(super) struct GitHub;

//! GitLab.

/// What is known about GitLab.
pub(super) struct GitLab;

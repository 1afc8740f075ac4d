//! What there is to know about the providers without asking them.

pub(crate) use crate::provider::{Method, Scopes, catalogue};

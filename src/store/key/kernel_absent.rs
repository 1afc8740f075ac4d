//! The kernel's keyring where there is none: on everything but Linux.

use jiff::Timestamp;

use crate::secret::Secret;

const WHY: &str = "only Linux has one";

/// A key text that was found, and until when it stays.
#[derive(Debug)]
#[expect(dead_code, reason = "the same as on Linux, where one can be found")]
pub(super) struct Held {
    pub(super) text: Secret,
    pub(super) until: Option<Timestamp>,
}

/// Why nothing was found.
#[derive(Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "the same as on Linux, where all of them happen")]
pub(super) enum Refusal {
    Nothing,
    Expired,
    Failed(String),
}

pub(super) fn put(_store_id: &str, _key: &Secret, _seconds: usize, _until: Timestamp) -> Result<(), String> {
    Err(WHY.to_owned())
}

pub(super) fn find(_store_id: &str) -> Result<Held, Refusal> {
    Err(Refusal::Failed(WHY.to_owned()))
}

pub(super) fn remove(_store_id: &str) -> Result<bool, String> {
    Ok(false)
}

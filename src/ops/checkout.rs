//! Which repository is meant: the one that was typed, else the `origin` of the checkout around us.

use std::path::Path;

use super::Error;
use crate::git::{self, Remote};

/// Reads what was typed, or asks git.
pub(crate) fn remote(typed: Option<&str>) -> Result<Remote, Error> {
    let text = match typed {
        Some(text) => text.to_owned(),
        None => git::origin(Path::new(".")).map_err(|error| Error::NoCheckout { why: error.to_string() })?,
    };
    Remote::parse(&text).ok_or_else(|| Error::NotARepository(crate::model::clean(&text).into_owned()))
}

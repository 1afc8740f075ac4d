//! Words for whoever waits for git: one line, and in it the command that mends it. And for what git itself does not do.

use super::{Failure, Kind};
use crate::model::clean;
use crate::ops::setup_git::ConfigError;

/// git's settings could not be read or written.
pub(super) fn settings(message: String, error: ConfigError) -> Failure {
    let failure = Failure::new(Kind::Failed, message);
    match error {
        ConfigError::NoGit => failure,
        ConfigError::Refused { said, .. } => said.lines().fold(failure, Failure::cause),
    }
}

impl Failure {
    /// The whole of it in one line.
    pub(in crate::cli) fn in_one_line(&self) -> String {
        let line = match self.first_hint() {
            Some(hint) => format!("gitconn: {}: {hint}", self.in_full()),
            None => format!("gitconn: {}", self.in_full()),
        };
        clean(&line).into_owned()
    }

    /// The same, now that it was said.
    pub(in crate::cli) fn that_was_said(mut self) -> Self {
        self.0.silent = true;
        self
    }
}

//! Words and hints for what stands between a connection and a repository.

use super::{Failure, Kind};
use crate::ops::CheckError;

pub(super) fn spoken(message: String, error: &CheckError) -> Failure {
    match error {
        CheckError::NoDefaultBranch { .. } | CheckError::Dangling { .. } => Failure::new(Kind::NotFound, message),
        CheckError::NoBranch { nearest, .. } => {
            let failure = Failure::new(Kind::NotFound, message);
            match nearest.first() {
                Some(name) => failure.instead("--branch", option(name), "did you mean this one?"),
                None => failure,
            }
        }
        CheckError::Renamed { now, .. } => Failure::new(Kind::NotFound, message).instead("--branch", option(now), ""),
        CheckError::MayNotPush(_) => Failure::new(Kind::Refused, message),
        CheckError::PushUnknown(_) => Failure::new(Kind::Unavailable, message),
    }
}

fn option(branch: &str) -> String {
    format!("--branch {}", crate::model::shell_word(branch))
}

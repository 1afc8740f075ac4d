//! Words and hints for a token from the environment, where it cannot be told which host it is for.

use super::Failure;
use crate::ops::BoundError;

/// Why such a token goes nowhere.
pub(super) fn spoken(message: String, error: &BoundError) -> Failure {
    const OWN: &str = "--token-env MY_TOKEN";
    let failure = Failure::usage(message);
    match error {
        BoundError::OtherHost { .. } | BoundError::Unsuited { .. } => {
            failure.instead("--token-env", OWN, "if it is for that host all the same: in a variable of another name")
        }
        BoundError::Contradiction { .. } => failure.instead("--token-env", OWN, "with --host: in a variable of another name"),
        BoundError::OtherProvider { its, .. } => failure.instead("--provider", format!("--provider {its}"), ""),
        BoundError::NoHost { .. } => failure.again("--host git.acme.com", "the host that it is for"),
    }
}

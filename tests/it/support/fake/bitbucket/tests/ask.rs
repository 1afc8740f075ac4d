//! Plain calls with a credential of either kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::fake::reply::{Reply, send};
use crate::support::fake::{Bitbucket, email_of};

impl Reply {
    /// Status and message of a refusal at once.
    pub(super) fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["error"]["message"].as_str().unwrap_or_default())
    }
}

/// User and password as a header.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Gets something below the API's base with this `Authorization`.
pub(super) fn get(bitbucket: &Bitbucket, authorization: &str, path: &str) -> Reply {
    send("GET", &format!("{}{path}", bitbucket.api()), &[("Authorization", authorization)], "")
}

/// With an API token of `ada`.
pub(super) fn as_ada(bitbucket: &Bitbucket, token: &str, path: &str) -> Reply {
    get(bitbucket, &basic(&email_of("ada"), token), path)
}

/// With anything that is a bearer.
pub(super) fn bearer(bitbucket: &Bitbucket, token: &str, path: &str) -> Reply {
    get(bitbucket, &format!("Bearer {token}"), path)
}

//! What `gh` itself gives out: a keyring may answer nobody but the program that wrote into it.

use std::process::{Command, Stdio};

use crate::env;
use crate::secret::Secret;

/// Variables from which `gh` would rather take a token than from where it keeps its own.
const ITS_OWN: [&str; 4] = ["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];

/// The token that `gh` has for an account. `None` where it is not there, or has none.
pub(super) fn token(host: &str, user: Option<&str>) -> Option<Secret> {
    let mut command = Command::new("gh");
    for name in env::name::SECRETS.iter().chain(&ITS_OWN) {
        command.env_remove(name);
    }
    command.args(["auth", "token", "--hostname", host]);
    if let Some(user) = user {
        command.args(["--user", user]);
    }
    let output = command.env("GH_PROMPT_DISABLED", "1").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = zeroize::Zeroizing::new(String::from_utf8(output.stdout).ok()?);
    let token = text.trim();
    // Anything else than one word is something that it says.
    (output.status.success() && !token.is_empty() && !token.contains(char::is_whitespace)).then(|| Secret::from(token.to_owned()))
}

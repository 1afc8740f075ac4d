//! The command that is told of a new token: a CI variable, a secret manager.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::env;
use crate::model::Connection;
use crate::secret::Secret;

/// A command that says nothing for so long is ended.
const PATIENCE: Duration = Duration::from_mins(10);

/// Runs the command in a shell with the new token on stdin, without a line end, and the connection's facts in its environment. What it prints goes to stderr.
///
/// # Errors
///
/// In words: `it ended with exit code 3`.
pub(super) async fn run(command: &str, connection: &Connection, old: &str, token: &Secret) -> Result<(), String> {
    let mut child = Command::new("sh");
    child.arg("-c").arg(command);
    for name in env::name::SECRETS {
        child.env_remove(name);
    }
    for (name, value) in facts(connection, old) {
        child.env(name, value);
    }
    // Data is ours to print.
    let to_stderr = rustix::io::dup(rustix::stdio::stderr()).map_err(|error| format!("it could not be started: {error}"))?;
    child.stdin(Stdio::piped()).stdout(Stdio::from(to_stderr)).kill_on_drop(true);
    let mut child = child.spawn().map_err(|error| format!("it could not be started: {error}"))?;
    let input = child.stdin.take();
    let tell = async {
        if let Some(mut input) = input {
            // One that does not read what it is told has its reasons; its exit code counts.
            let _ = input.write_all(token.expose().as_bytes()).await;
            let _ = input.shutdown().await;
        }
        child.wait().await
    };
    match tokio::time::timeout(PATIENCE, tell).await {
        Err(_) => Err(format!("it did not end within {} minutes", PATIENCE.as_secs() / 60)),
        Ok(Err(error)) => Err(format!("it could not be waited for: {error}")),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(match status.code() {
            Some(code) => format!("it ended with exit code {code}"),
            None => "a signal ended it".to_owned(),
        }),
    }
}

/// What the command may want to know.
fn facts(connection: &Connection, old: &str) -> [(&'static str, String); 9] {
    use env::hook::{EXPIRES_AT, FINGERPRINT, HOST, ID, NAME, OLD_FINGERPRINT, PROVIDER, TAGS, USERNAME};
    [
        (NAME, connection.name.to_string()),
        (ID, connection.id.to_string()),
        (PROVIDER, connection.provider.to_string()),
        (HOST, connection.host.as_str().to_owned()),
        (USERNAME, connection.username.clone().unwrap_or_default()),
        (TAGS, connection.tags.join(",")),
        (EXPIRES_AT, connection.expiry.at().map(|at| at.to_string()).unwrap_or_default()),
        (FINGERPRINT, connection.fingerprint.clone()),
        (OLD_FINGERPRINT, old.to_owned()),
    ]
}

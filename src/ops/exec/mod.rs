//! Running a program with a token in its environment, and nothing of ours beside it.

mod mask;
pub(super) mod signals;
mod streams;
mod surroundings;

use std::ffi::{OsStr, OsString};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::Instant;
use zeroize::Zeroizing;

use self::mask::Mask;
use self::streams::Passed;

use super::live::Door;
use super::token::Handed;
use super::{Error, Session};
use crate::git::Remote;
use crate::provider::Identity;
use crate::secret::Secret;
use crate::store::Store;

/// What is to be run.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) program: &'a OsStr,
    pub(crate) arguments: &'a [OsString],
    /// The one variable that the token goes into, instead of the provider's usual ones.
    pub(crate) variable: Option<&'a str>,
    /// Whether the token is hidden in what it writes.
    pub(crate) mask: bool,
}

/// For so long after the program's end those are waited for who inherited its streams: what was left in the background may never close them.
const FOR_HEIRS: Duration = Duration::from_secs(10);

/// Runs it to its end, and gives its exit code: of one that a signal ended, 128 and the signal.
///
/// # Errors
///
/// `Error::NotBegun` where it was not tried; `Error::CannotRun` if it could not be started.
pub(crate) async fn run(session: &Session<'_>, handed: &Handed, job: &Job<'_>) -> Result<u8, Error> {
    let mut command = Command::new(job.program);
    command.args(job.arguments);
    surroundings::set(&mut command, session, handed, job.variable);
    let cannot = |source| Error::CannotRun { program: job.program.to_string_lossy().into_owned(), source };
    // Listened for before it is there: none is lost.
    let mut signals = signals::Passed::listen().map_err(Error::NotBegun)?;
    if !job.mask {
        let mut child = command.spawn().map_err(cannot)?;
        return ended(&mut child, &mut signals).await.map_err(cannot);
    }
    let mask = Mask::new(handed.token.expose()).map_err(|error| Error::NotBegun(std::io::Error::other(error)))?;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(cannot)?;
    let (tell, end) = watch::channel(None);
    let mut streams = pin!(streams::passed_on(child.stdout.take(), child.stderr.take(), &mask, &end, FOR_HEIRS));
    let mut passed_on = None;
    let code = {
        let mut ended = pin!(ended(&mut child, &mut signals));
        loop {
            tokio::select! {
                code = &mut ended => break code.map_err(cannot)?,
                done = &mut streams, if passed_on.is_none() => passed_on = Some(done),
            }
        }
    };
    tell.send_replace(Some(Instant::now()));
    if passed_on.is_none() {
        passed_on = tokio::select! {
            done = streams => Some(done),
            // Whoever insists waits neither for heirs nor for a reader.
            _ = signals.next() => None,
        };
    }
    let notices = session.notices();
    match passed_on {
        Some(Ok(Passed::Whole)) => {}
        Some(Ok(Passed::Inherited)) => {
            notices.warn("what the program left running still has its streams; what it writes is not shown any more");
        }
        Some(Err(error)) => notices.warn(&format!("what the program wrote could not be passed on: {error}")),
        None => notices.warn("interrupted: what the program wrote may not all have been shown"),
    }
    Ok(code)
}

/// Waits for a program's end, passes signals on to it, and gives its exit code: of one that a signal ended, 128 and the signal.
pub(super) async fn ended(child: &mut Child, signals: &mut signals::Passed) -> std::io::Result<u8> {
    let id = child.id();
    loop {
        tokio::select! {
            ended = child.wait() => return ended.map(code),
            signal = signals.next() => signals::pass(signal, id),
        }
    }
}

/// Whether a text is `owner/name` without a host.
pub(crate) fn is_a_path(text: &str) -> bool {
    text.contains('/') && Remote::parse(text).is_some_and(|remote| remote.host_text().is_none())
}

/// What tells GitHub Actions to hide a token in its log, a line each (Actions, "Workflow commands": masking a value in a log): the token, and what git sends of it.
pub(crate) fn mask_commands(handed: &Handed) -> Vec<Secret> {
    let token = handed.token.expose();
    let basic = Zeroizing::new(format!("{}:{token}", super::token::git_username(&handed.connection)));
    // The end of a line would end the command, and `%` begins what stands for it.
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let command = |text: &str| Secret::from(format!("::add-mask::{}", escaped(text)));
    vec![command(token), command(&Zeroizing::new(STANDARD.encode(&*basic)))]
}

/// Revokes the token that was made for the program.
pub(crate) async fn revoke(session: &Session<'_>, store: &Store, handed: &Handed) -> Result<(), Error> {
    let door = Door::stored(&*store.read()?, &handed.connection)?;
    door.open(session.http(), Identity::of(&handed.connection), handed.token.clone())?.revoke().await?;
    Ok(())
}

#[cfg(unix)]
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;
    let by_signal = || status.signal().map(|signal| 128 + signal);
    status.code().or_else(by_signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

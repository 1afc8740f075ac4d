//! Running a program with a token in its environment, and nothing of ours beside it.

use std::ffi::{OsStr, OsString};
use std::process::ExitStatus;

use tokio::process::Command;

use super::live::Door;
use super::token::Handed;
use super::{Error, Session};
use crate::provider::{self, Identity};
use crate::store::Store;

/// What is to be run.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) program: &'a OsStr,
    pub(crate) arguments: &'a [OsString],
    /// The one variable that the token goes into, instead of the provider's usual ones.
    pub(crate) variable: Option<&'a str>,
}

/// Runs it to its end, and gives its exit code: of one that a signal ended, 128 and the signal.
///
/// # Errors
///
/// `Error::CannotRun` if it could not be started.
pub(crate) async fn run(session: &Session<'_>, handed: &Handed, job: &Job<'_>) -> Result<u8, Error> {
    let mut command = Command::new(job.program);
    command.args(job.arguments);
    for name in session.env().own_names() {
        command.env_remove(name);
    }
    let host = &handed.connection.host;
    let usual = provider::kind(handed.connection.provider).exec_variables(host);
    let names: Vec<&str> = job.variable.map_or_else(|| usual.token.to_vec(), |name| vec![name]);
    for name in names {
        command.env(name, handed.token.expose());
    }
    for name in usual.host {
        command.env(name, authority(host));
    }
    for name in usual.url {
        command.env(name, host.as_str());
    }
    for (name, email) in usual.email.iter().zip(&handed.connection.email) {
        command.env(name, email);
    }
    let cannot = |source| Error::CannotRun { program: job.program.to_string_lossy().into_owned(), source };
    // Listened for before it is there: none is lost.
    let mut signals = signals::Passed::listen().map_err(cannot)?;
    let mut child = command.spawn().map_err(cannot)?;
    let id = child.id();
    loop {
        tokio::select! {
            ended = child.wait() => return Ok(code(ended.map_err(cannot)?)),
            signal = signals.next() => signals::pass(signal, id),
        }
    }
}

/// Revokes the token that was made for the program.
pub(crate) async fn revoke(session: &Session<'_>, store: &Store, handed: &Handed) -> Result<(), Error> {
    let door = Door::stored(&*store.read()?, &handed.connection)?;
    door.open(session.http(), Identity::of(&handed.connection), handed.token.clone())?.revoke().await?;
    Ok(())
}

/// `git.acme.com:8443`, as programs want their host named.
fn authority(host: &crate::model::HostUrl) -> String {
    let url = host.url();
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
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

#[cfg(unix)]
mod signals {
    use std::io::IsTerminal as _;

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    /// The signals that are passed on to the program.
    pub(super) struct Passed {
        interrupt: Stream,
        quit: Stream,
        terminate: Stream,
        hang_up: Stream,
        /// A terminal tells the program itself of Ctrl-C: it must not hear of it twice.
        by_terminal: bool,
    }

    impl Passed {
        pub(super) fn listen() -> std::io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                quit: signal(SignalKind::quit())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                by_terminal: std::io::stdin().is_terminal(),
            })
        }

        /// The next one; `None` for one that the program has heard of already.
        pub(super) async fn next(&mut self) -> Option<Signal> {
            tokio::select! {
                _ = self.interrupt.recv() => (!self.by_terminal).then_some(Signal::INT),
                _ = self.quit.recv() => (!self.by_terminal).then_some(Signal::QUIT),
                _ = self.terminate.recv() => Some(Signal::TERM),
                _ = self.hang_up.recv() => Some(Signal::HUP),
            }
        }
    }

    /// Passes a signal on. That the program has just ended is no failure.
    pub(super) fn pass(signal: Option<Signal>, id: Option<u32>) {
        let id = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let (Some(signal), Some(id)) = (signal, id) {
            let _ = kill_process(id, signal);
        }
    }
}

#[cfg(not(unix))]
mod signals {
    /// Elsewhere the console tells both of us.
    pub(super) struct Passed;

    impl Passed {
        pub(super) fn listen() -> std::io::Result<Self> {
            Ok(Self)
        }

        pub(super) async fn next(&mut self) {
            let _ = tokio::signal::ctrl_c().await;
        }
    }

    pub(super) fn pass(_signal: (), _id: Option<u32>) {}
}

//! A run that has begun: its lines as they come, Ctrl-C, and its end.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Child;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::sandbox::{Ran, Sandbox};
use super::stream::Stream;

/// No run takes longer than this: one that does hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// A run that has begun.
#[derive(Debug)]
pub(crate) struct Running<'sandbox> {
    pub(super) sandbox: &'sandbox Sandbox,
    pub(super) child: Child,
    pub(super) line: String,
    pub(super) allowed: Vec<String>,
    pub(super) prints_a_secret: bool,
    /// What is read of a stream once somebody wants its lines before the end.
    pub(super) stdout: Option<Stream>,
    pub(super) stderr: Option<Stream>,
}

/// A test that failed in the middle leaves nobody waiting for a browser.
impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running<'_> {
    /// Waits for a line on stdout that holds this text.
    #[track_caller]
    pub(crate) fn stdout_line(&mut self, text: &str) -> String {
        let Self { child, stdout, .. } = self;
        let found = stdout.get_or_insert_with(|| Stream::read(child.stdout.take().unwrap())).line(text, PATIENCE);
        found.unwrap_or_else(|seen| panic!("stdout never said {text:?}\n$ {}\n{seen}", self.line))
    }

    /// Waits for a line on stderr that holds this text.
    #[track_caller]
    pub(crate) fn stderr_line(&mut self, text: &str) -> String {
        let Self { child, stderr, .. } = self;
        let found = stderr.get_or_insert_with(|| Stream::read(child.stderr.take().unwrap())).line(text, PATIENCE);
        found.unwrap_or_else(|seen| panic!("stderr never said {text:?}\n$ {}\n{seen}", self.line))
    }

    /// Ends it the hard way: SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Presses Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Ends it as a pipeline does.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends it a signal, and not to its children.
    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until Ctrl-C no longer ends it the hard way, as it does before the first line of the program has run. Ends of itself with it.
    pub(crate) fn wait_until_it_minds_ctrl_c(&self) {
        let began = Instant::now();
        let status = || std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let minds = |status: &str| {
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or_default();
            u64::from_str_radix(caught.trim(), 16).is_ok_and(|caught| caught & 0b10 != 0)
        };
        let over = |status: &str| status.lines().any(|line| line.starts_with("State:\tZ"));
        loop {
            let status = status();
            if minds(&status) || over(&status) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it never minds Ctrl-C\n{status}");
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Closes our end of its stdout, as `head` does when it has seen enough.
    pub(crate) fn close_stdout(&mut self) {
        drop(self.child.stdout.take());
    }

    /// Waits for its end and looks for secrets.
    #[must_use]
    pub(crate) fn wait(mut self) -> Ran {
        let process = self.child.id();
        let stdout = self.stdout.take().or_else(|| self.child.stdout.take().map(Stream::read));
        let stderr = self.stderr.take().or_else(|| self.child.stderr.take().map(Stream::read));
        let whole = |stream: Option<Stream>| stream.map(Stream::whole).unwrap_or_default();
        let (ended, end) = channel::<()>();
        let (code, arguments) = std::thread::scope(|scope| {
            // Looks at its arguments and its children's while it runs, and ends it when it hangs.
            let sampler = scope.spawn(|| {
                let end = end;
                let began = Instant::now();
                loop {
                    self.sandbox.check_arguments(process)?;
                    match end.recv_timeout(Duration::from_millis(10)) {
                        Err(RecvTimeoutError::Timeout) if began.elapsed() > PATIENCE => {
                            let process = Pid::from_raw(process.cast_signed()).unwrap();
                            let _ = rustix::process::kill_process(process, Signal::KILL);
                            return Err("it hung and was killed".to_owned());
                        }
                        Err(RecvTimeoutError::Timeout) => {}
                        Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                    }
                }
            });
            let status = self.child.wait().unwrap();
            drop(ended);
            (status.code().unwrap_or_else(|| -status.signal().unwrap_or(0)), sampler.join().unwrap())
        });
        let ran = Ran {
            line: std::mem::take(&mut self.line),
            code,
            stdout: whole(stdout),
            stderr: whole(stderr),
            root: self.sandbox.root().to_string_lossy().into_owned(),
        };
        let stdout = if self.prints_a_secret { "" } else { &ran.stdout };
        let found =
            arguments.and_then(|()| self.sandbox.check_leaks(format!("{stdout}\n{}", ran.stderr).as_bytes(), &self.allowed));
        if let Err(found) = found {
            panic!("{found}\n{ran}");
        }
        // 101 is a panic of Rust's, 70 our own word for a bug: neither is ever right.
        assert!(code != 101 && code != 70, "a bug of the program's own\n{ran}");
        ran
    }
}

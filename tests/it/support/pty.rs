//! Runs the program on a real pseudo-terminal, types, and reads what a person would see.

use std::process::Command;
use std::time::{Duration, Instant};

use expectrl::process::unix::{PtyStream, UnixProcess, WaitStatus};
use expectrl::{Eof, Expect as _, Session};

use super::sandbox::Run;

/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A run on a terminal of 100 columns.
pub(crate) struct Terminal<'sandbox> {
    session: Session<UnixProcess, PtyStream>,
    run: Run<'sandbox>,
    seen: String,
}

/// What a run on a terminal did.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) code: i32,
    /// Whether the terminal was left showing what is typed, as it was found.
    pub(crate) echo: bool,
    /// Everything that was on the screen, control sequences included.
    pub(crate) screen: String,
}

impl<'sandbox> Terminal<'sandbox> {
    /// Starts it.
    pub(crate) fn start(run: Run<'sandbox>) -> Self {
        Self::start_by(run, "exec \"$0\" \"$@\"")
    }

    /// Starts it with a pipe for its stdin: it is in the terminal's foreground all the same.
    pub(crate) fn start_reading_a_pipe(run: Run<'sandbox>) -> Self {
        Self::start_by(run, "trap : INT && sleep 20 | \"$0\" \"$@\"")
    }

    /// Starts it by these words of a shell.
    fn start_by(run: Run<'sandbox>, words: &str) -> Self {
        let run = run.env("TERM", "xterm-256color");
        let plain = run.command();
        // The library's terminals show nothing that is typed: a person's do. The shell sets that, and the size, before the program begins.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("stty echo cols 100 rows 40 && {words}")]).arg(plain.get_program()).args(plain.get_args());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(plain.get_current_dir().unwrap());
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(PATIENCE));
        Self { session, run, seen: String::new() }
    }

    /// Reads until this text is on the screen.
    #[track_caller]
    pub(crate) fn sees(mut self, text: &str) -> Self {
        match self.session.expect(text) {
            Ok(found) => {
                self.seen.push_str(&String::from_utf8_lossy(found.as_bytes()));
                self
            }
            Err(error) => {
                let mut rest = [0; 4096];
                let read = self.session.try_read(&mut rest).unwrap_or(0);
                let rest = String::from_utf8_lossy(&rest[..read]).into_owned();
                panic!("never saw {text:?}: {error}\n$ {}\n{}{rest}", self.run.line(), self.seen)
            }
        }
    }

    /// Types a line.
    pub(crate) fn types(mut self, line: &str) -> Self {
        self.session.send_line(line).unwrap();
        self
    }

    /// Presses keys.
    pub(crate) fn presses(mut self, keys: &str) -> Self {
        self.session.send(keys).unwrap();
        self
    }

    /// What was on the screen so far, without colours and cursor movements.
    pub(crate) fn text(&self) -> String {
        console::strip_ansi_codes(&self.seen).replace('\r', "")
    }

    /// Types a line once the terminal no longer shows what is typed.
    #[track_caller]
    pub(crate) fn types_unseen(self, line: &str) -> Self {
        self.waits_unseen().types(line)
    }

    /// Waits until the terminal no longer shows what is typed.
    #[track_caller]
    pub(crate) fn waits_unseen(self) -> Self {
        let asked = Instant::now();
        // There is no event for a change of a terminal's settings: looking is the only way.
        while self.session.get_process().get_echo().unwrap() {
            assert!(asked.elapsed() < PATIENCE, "the terminal still shows what is typed\n{}", self.seen);
            std::thread::yield_now();
        }
        self
    }

    /// Types Ctrl-C.
    pub(crate) fn interrupts(mut self) -> Self {
        self.session.send("\u{3}").unwrap();
        self
    }

    /// Reads to the end, and looks for secrets on the screen and in every file.
    #[track_caller]
    #[must_use]
    pub(crate) fn ends(mut self) -> Seen {
        let rest = self.session.expect(Eof).unwrap();
        self.seen.push_str(&String::from_utf8_lossy(rest.as_bytes()));
        let code = match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            WaitStatus::Signaled(_, signal, _) => -(signal as i32),
            other => panic!("it neither ended nor was killed: {other:?}"),
        };
        let echo = self.session.get_process().get_echo().unwrap();
        let seen = Seen { code, echo, screen: self.seen };
        if let Err(found) = self.run.sandbox().check_leaks(seen.screen.as_bytes(), self.run.allowed()) {
            panic!("{found}\n$ {}\n{}", self.run.line(), seen.screen);
        }
        assert!(code != 101 && code != 70, "a bug of the program's own\n$ {}\n{}", self.run.line(), seen.screen);
        seen
    }
}

impl Seen {
    /// It ended with this code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.screen);
        self
    }

    /// The screen without colours and cursor movements.
    pub(crate) fn text(&self) -> String {
        console::strip_ansi_codes(&self.screen).replace('\r', "")
    }
}

//! Runs the program on a real pseudo-terminal, types, and reads what a person would see.

use std::time::Duration;

use expectrl::process::unix::{PtyStream, UnixProcess, WaitStatus};
use expectrl::{Eof, Expect as _, Session};

use super::sandbox::Run;

/// A run on a terminal of 100 columns.
pub(crate) struct Terminal<'sandbox> {
    session: Session<UnixProcess, PtyStream>,
    run: Run<'sandbox>,
    seen: String,
}

/// What a run on a terminal did.
#[derive(Debug)]
#[must_use]
pub(crate) struct Seen {
    pub(crate) code: i32,
    /// Everything that was on the screen, control sequences included.
    pub(crate) screen: String,
}

impl<'sandbox> Terminal<'sandbox> {
    /// Starts it.
    pub(crate) fn start(run: Run<'sandbox>) -> Self {
        let run = run.env("TERM", "xterm-256color");
        let mut session = Session::spawn(run.command()).unwrap();
        session.get_process_mut().set_window_size(100, 40).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(30)));
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

    /// Types Ctrl-C.
    pub(crate) fn interrupts(mut self) -> Self {
        self.session.send("\u{3}").unwrap();
        self
    }

    /// Reads to the end, and looks for secrets on the screen and in every file.
    #[track_caller]
    pub(crate) fn ends(mut self) -> Seen {
        let rest = self.session.expect(Eof).unwrap();
        self.seen.push_str(&String::from_utf8_lossy(rest.as_bytes()));
        let code = match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            WaitStatus::Signaled(_, signal, _) => -(signal as i32),
            other => panic!("it neither ended nor was killed: {other:?}"),
        };
        let seen = Seen { code, screen: self.seen };
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

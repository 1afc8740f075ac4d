//! Signals that are passed on to the program.

#[cfg(unix)]
mod unix {
    use std::io::IsTerminal as _;

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    /// The signals that are passed on to the program.
    pub(in crate::ops) struct Passed {
        interrupt: Stream,
        quit: Stream,
        terminate: Stream,
        hang_up: Stream,
        user_one: Stream,
        user_two: Stream,
        /// A terminal tells the program itself of Ctrl-C: it must not hear of it twice.
        by_terminal: bool,
    }

    impl Passed {
        pub(in crate::ops) fn listen() -> std::io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                quit: signal(SignalKind::quit())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                // Whoever sends these means the program; they would end us, and leave it alone.
                user_one: signal(SignalKind::user_defined1())?,
                user_two: signal(SignalKind::user_defined2())?,
                by_terminal: std::io::stdin().is_terminal(),
            })
        }

        /// The next one; `None` for one that the program has heard of already.
        pub(in crate::ops) async fn next(&mut self) -> Option<Signal> {
            tokio::select! {
                _ = self.interrupt.recv() => (!self.by_terminal).then_some(Signal::INT),
                _ = self.quit.recv() => (!self.by_terminal).then_some(Signal::QUIT),
                _ = self.terminate.recv() => Some(Signal::TERM),
                _ = self.hang_up.recv() => Some(Signal::HUP),
                _ = self.user_one.recv() => Some(Signal::USR1),
                _ = self.user_two.recv() => Some(Signal::USR2),
            }
        }
    }

    /// Passes a signal on. That the program has just ended is no failure.
    pub(in crate::ops) fn pass(signal: Option<Signal>, id: Option<u32>) {
        let id = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let (Some(signal), Some(id)) = (signal, id) {
            let _ = kill_process(id, signal);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    /// Elsewhere the console tells both of us.
    pub(in crate::ops) struct Passed;

    impl Passed {
        pub(in crate::ops) fn listen() -> std::io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::ops) async fn next(&mut self) {
            let _ = tokio::signal::ctrl_c().await;
        }
    }

    pub(in crate::ops) fn pass(_signal: (), _id: Option<u32>) {}
}

#[cfg(not(unix))]
pub(in crate::ops) use elsewhere::{Passed, pass};
#[cfg(unix)]
pub(in crate::ops) use unix::{Passed, pass};

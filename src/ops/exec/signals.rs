//! Signals that are passed on to the program.

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io;

    use rustix::process::{Pid, Signal, getpgrp, kill_process};
    use rustix::termios::tcgetpgrp;
    use signal_hook::consts::{SIGINT, SIGQUIT};
    use signal_hook::iterator::exfiltrator::WithOrigin;
    use signal_hook::iterator::{Handle, SignalsInfo};
    use signal_hook::low_level::siginfo::{Cause, Origin};
    use tokio::signal::unix::SignalKind;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use crate::ops::heard::{Heard, is_ignored};

    /// The signals that are passed on to the program.
    pub(in crate::ops) struct Passed {
        /// Those that a terminal sends too, with who sent them.
        pressed: UnboundedReceiver<Origin>,
        listener: Handle,
        terminate: Heard,
        hang_up: Heard,
        user_one: Heard,
        user_two: Heard,
    }

    impl Passed {
        pub(in crate::ops) fn listen() -> io::Result<Self> {
            let pressed = [SIGINT, SIGQUIT].into_iter().filter(|signal| !is_ignored(*signal)).collect::<Vec<_>>();
            let mut signals = SignalsInfo::<WithOrigin>::new(pressed)?;
            let listener = signals.handle();
            let (tell, pressed) = unbounded_channel();
            // It ends when the listener is closed.
            let listen = move || signals.forever().take_while(|origin| tell.send(origin.clone()).is_ok()).for_each(drop);
            std::thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
            Ok(Self {
                pressed,
                listener,
                terminate: Heard::listen(SignalKind::terminate())?,
                hang_up: Heard::listen(SignalKind::hangup())?,
                // Whoever sends these means the program; they would end us, and leave it alone.
                user_one: Heard::listen(SignalKind::user_defined1())?,
                user_two: Heard::listen(SignalKind::user_defined2())?,
            })
        }

        /// The next one; `None` for one that the program has heard of already.
        pub(in crate::ops) async fn next(&mut self) -> Option<Signal> {
            tokio::select! {
                Some(origin) = self.pressed.recv() => {
                    let signal = if origin.signal == SIGQUIT { Signal::QUIT } else { Signal::INT };
                    (!is_known_to_the_program(&origin)).then_some(signal)
                }
                () = self.terminate.recv() => Some(Signal::TERM),
                () = self.hang_up.recv() => Some(Signal::HUP),
                () = self.user_one.recv() => Some(Signal::USR1),
                () = self.user_two.recv() => Some(Signal::USR2),
            }
        }
    }

    impl Drop for Passed {
        fn drop(&mut self) {
            self.listener.close();
        }
    }

    /// A terminal tells everybody in its foreground of Ctrl-C, the program among them: it must not hear of it twice. What a process sent, it sent to us alone.
    fn is_known_to_the_program(origin: &Origin) -> bool {
        let is_named = origin.process.as_ref().is_some_and(|process| process.pid > 0);
        // Elsewhere than on Linux a terminal's has no cause of its own; there a sender without a number is one outside of our container.
        let is_sent = matches!(origin.cause, Cause::Sent(_)) && (cfg!(target_os = "linux") || is_named);
        !is_sent && is_in_foreground()
    }

    /// Whether our group, which is the program's too, is the one that the terminal talks to: wherever our own streams lead.
    fn is_in_foreground() -> bool {
        File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(&terminal).is_ok_and(|group| group == getpgrp()))
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

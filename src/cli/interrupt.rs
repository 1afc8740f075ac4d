//! Ctrl-C: ends the program at once with 130, wherever it is. A save is safe at any moment; only while the network is waited for is there
//! something to tidy up first.

#[cfg(unix)]
pub(super) use signals::{quietly, told, watch};

#[cfg(unix)]
mod signals {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock};

    use signal_hook::consts::{SIGINT, SIGTERM};

    use super::super::failure::Kind;
    use crate::ops::heard::{Heard, is_ignored};

    /// Whether the signal ends the program by itself.
    fn at_once() -> &'static Arc<AtomicBool> {
        static AT_ONCE: OnceLock<Arc<AtomicBool>> = OnceLock::new();
        AT_ONCE.get_or_init(|| {
            let flag = Arc::new(AtomicBool::new(true));
            for (signal, code) in [(SIGINT, i32::from(Kind::Interrupted.code())), (SIGTERM, 128 + SIGTERM)] {
                if is_ignored(signal) {
                    continue;
                }
                if let Err(error) = signal_hook::flag::register_conditional_shutdown(signal, code, Arc::clone(&flag)) {
                    tracing::debug!(%error, signal, "it ends the program without its exit code");
                }
            }
            flag
        })
    }

    /// From now on Ctrl-C ends the program with its own exit code.
    pub(in crate::cli) fn watch() {
        at_once();
    }

    /// Waits for Ctrl-C, or for a pipeline that stops us.
    pub(in crate::cli) async fn told() -> std::io::Result<()> {
        use tokio::signal::unix::SignalKind;
        let (mut pressed, mut stopped) = (Heard::listen(SignalKind::interrupt())?, Heard::listen(SignalKind::terminate())?);
        tokio::select! {
            () = pressed.recv() => {}
            () = stopped.recv() => {}
        }
        Ok(())
    }

    /// Leaves Ctrl-C to `work`, which hears of it in its own way.
    pub(in crate::cli) fn quietly<T>(work: impl FnOnce() -> T) -> T {
        at_once().store(false, Ordering::SeqCst);
        let result = work();
        at_once().store(true, Ordering::SeqCst);
        result
    }
}

/// Elsewhere the system's own way has to do.
#[cfg(not(unix))]
pub(super) fn watch() {}

#[cfg(not(unix))]
pub(super) async fn told() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[cfg(not(unix))]
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    work()
}

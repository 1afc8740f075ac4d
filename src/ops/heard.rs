//! Signals that are listened for, but for those that were ignored when we began: `nohup` has one ignored, a shell those of what it puts in the background.
//! Whoever listened all the same would undo that, for us and for every program that we start.

use std::fs;
use std::io;
use std::sync::OnceLock;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// One that is listened for, or never heard.
#[derive(Debug)]
pub(crate) struct Heard(Option<Signal>);

impl Heard {
    /// From now on it does not end us any more.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn listen(kind: SignalKind) -> io::Result<Self> {
        let signal = (!is_ignored(kind.as_raw_value())).then(|| signal(kind));
        signal.transpose().map(Self)
    }

    /// Waits for it.
    pub(crate) async fn recv(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// Whether it was ignored when this was first asked: before anything is listened for. Only Linux tells.
pub(crate) fn is_ignored(signal: i32) -> bool {
    static IGNORED: OnceLock<u64> = OnceLock::new();
    let ignored = IGNORED.get_or_init(|| fs::read_to_string("/proc/self/status").ok().as_deref().and_then(mask).unwrap_or(0));
    u32::try_from(signal - 1).is_ok_and(|bit| ignored.checked_shr(bit).is_some_and(|rest| rest & 1 == 1))
}

/// The signals that a process ignores, a bit each (`proc_pid_status(5)`).
fn mask(status: &str) -> Option<u64> {
    let digits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(digits.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn the_mask_is_read() {
        assert_eq!(mask("Name:\tx\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t0\n"), Some(0x1001));
        assert_eq!((mask("Name:\tx\n"), mask("SigIgn:\tzz\n")), (None, None));
    }
}

//! A stream of a running program, read as it comes: a login says where to go long before it ends.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Debug, Default)]
struct Seen {
    bytes: Vec<u8>,
    /// Where the search for the next line begins.
    searched: usize,
    ended: bool,
}

/// A stream that a thread reads to its end.
#[derive(Debug)]
pub(crate) struct Stream {
    seen: Arc<(Mutex<Seen>, Condvar)>,
    thread: JoinHandle<()>,
}

impl Stream {
    pub(crate) fn read(mut pipe: impl Read + Send + 'static) -> Self {
        let seen = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
        let own = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 16 << 10];
            loop {
                let read = pipe.read(&mut buffer).unwrap();
                let mut seen = own.0.lock().unwrap();
                seen.bytes.extend_from_slice(&buffer[..read]);
                seen.ended = read == 0;
                own.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self { seen, thread }
    }

    /// Waits for the next whole line that holds this text: each line is found once.
    ///
    /// # Errors
    ///
    /// Everything that came, if it ended or took too long without one.
    pub(crate) fn line(&self, text: &str, patience: Duration) -> Result<String, String> {
        let mut found = None;
        let waiting = |seen: &mut Seen| {
            while let Some(length) = seen.bytes[seen.searched..].iter().position(|byte| *byte == b'\n') {
                let line = String::from_utf8_lossy(&seen.bytes[seen.searched..seen.searched + length]).into_owned();
                seen.searched += length + 1;
                if line.contains(text) {
                    found = Some(line);
                    return false;
                }
            }
            !seen.ended
        };
        let (seen, _) = self.seen.1.wait_timeout_while(self.seen.0.lock().unwrap(), patience, waiting).unwrap();
        found.ok_or_else(|| String::from_utf8_lossy(&seen.bytes).into_owned())
    }

    /// Everything, once it has ended.
    pub(crate) fn whole(self) -> String {
        self.thread.join().unwrap();
        String::from_utf8_lossy(&self.seen.0.lock().unwrap().bytes).into_owned()
    }
}

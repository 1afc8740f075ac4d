//! What a program writes, on its way through a mask.

use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::mask::{Mask, Masked};

/// So much is read at once: as much as a pipe usually holds.
const CHUNK: usize = 64 * 1024;
/// More than a pipe ever holds without root's leave (pipe(7), `pipe-max-size`): what comes after so much of it is none of the program's.
const MOST_IN_A_PIPE: usize = 1024 * 1024;

/// When the program ended, if it has.
pub(super) type End = watch::Receiver<Option<Instant>>;

/// What became of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// It was closed, and nothing of it is missing.
    Whole,
    /// Somebody whom the program left behind still has it.
    Inherited,
}

/// Passes both streams on, each in its own order, until the program and whoever inherited them have closed them. Once the program has ended, those who inherited
/// them are waited for as long as `patience`. A reader of ours who is slow is waited for without end: what the program wrote is never thrown away.
///
/// # Errors
///
/// If ours cannot be written to. That nobody reads them any more is none: the program's is closed then, which it hears of as it would without us.
pub(super) async fn passed_on(
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    mask: &Mask,
    end: &End,
    patience: Duration,
) -> io::Result<Passed> {
    // Side by side, and each write in a thread of its own: a reader of one who is slow does not hold up the other, nor signals.
    let (one, other) = futures_util::future::join(
        pump(stdout, tokio::io::stdout(), mask.stream(), end.clone(), patience),
        pump(stderr, tokio::io::stderr(), mask.stream(), end.clone(), patience),
    )
    .await;
    let both = [one?, other?];
    Ok(if both.contains(&Passed::Inherited) { Passed::Inherited } else { Passed::Whole })
}

async fn pump(
    from: Option<impl AsyncRead + Unpin>,
    to: impl AsyncWrite + Unpin,
    masked: Masked<'_>,
    end: End,
    patience: Duration,
) -> io::Result<Passed> {
    let Some(from) = from else { return Ok(Passed::Whole) };
    match copy(from, to, masked, end, patience).await {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Passed::Whole),
        passed => passed,
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut masked: Masked<'_>,
    mut end: End,
    patience: Duration,
) -> io::Result<Passed> {
    let mut chunk = vec![0; CHUNK];
    let (mut since_the_end, mut left) = (0, patience);
    let passed = loop {
        let begun = Instant::now();
        let length = tokio::select! {
            biased;
            length = from.read(&mut chunk) => length?,
            () = tired(&mut end, left) => break Passed::Inherited,
        };
        if length == 0 {
            break Passed::Whole;
        }
        let read = Instant::now();
        let shown = masked.pass(&chunk[..length]);
        if !shown.is_empty() {
            to.write_all(&shown).await?;
            to.flush().await?;
        }
        let ended = *end.borrow();
        if let Some(ended) = ended {
            // Waiting for them counts, and not how long our own reader takes.
            left = left.saturating_sub(read.saturating_duration_since(begun.max(ended)));
            since_the_end += length;
            if since_the_end > MOST_IN_A_PIPE && ended.elapsed() > patience {
                break Passed::Inherited;
            }
        }
    };
    to.write_all(&masked.end()).await?;
    to.flush().await?;
    Ok(passed)
}

/// Comes back when the program has ended, and so long has gone by.
async fn tired(end: &mut End, patience: Duration) {
    if end.wait_for(Option::is_some).await.is_err() {
        return std::future::pending().await;
    }
    sleep(patience).await;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::sync::watch;
    use tokio::time::{Instant, sleep, timeout};

    use super::super::mask::Mask;
    use super::{CHUNK, MOST_IN_A_PIPE, Passed, copy};

    const PATIENCE: Duration = Duration::from_millis(200);

    fn mask() -> Mask {
        Mask::new("s3krit-s3krit-s3krit").unwrap()
    }

    /// What a program has written is passed on though nobody reads it for longer than its heirs are waited for.
    #[tokio::test]
    async fn a_slow_reader_gets_everything() {
        let (mask, written) = (mask(), vec![b'x'; 3 * CHUNK]);
        let ((mut program, from), (to, mut reader)) = (duplex(4 * CHUNK), duplex(1024));
        program.write_all(&written).await.unwrap();
        drop(program);
        let (_tell, end) = watch::channel(Some(Instant::now()));
        let read = async {
            sleep(3 * PATIENCE).await;
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.map(|_| all)
        };
        let (passed, read) = tokio::join!(copy(from, to, mask.stream(), end, PATIENCE), read);
        assert_eq!((passed.unwrap(), read.unwrap() == written), (Passed::Whole, true));
    }

    #[tokio::test]
    async fn who_inherited_it_is_waited_for_as_long_as_patience_lasts_once_the_program_has_ended() {
        let mask = mask();
        let ((mut heir, from), (to, mut reader)) = (duplex(CHUNK), duplex(CHUNK));
        heir.write_all(b"before").await.unwrap();
        let (tell, end) = watch::channel(None);
        let mut copying = std::pin::pin!(copy(from, to, mask.stream(), end, PATIENCE));
        assert!(timeout(2 * PATIENCE, &mut copying).await.is_err(), "it runs");
        tell.send_replace(Some(Instant::now()));
        let begun = Instant::now();
        let passed = timeout(20 * PATIENCE, copying).await.expect("it gives up").unwrap();
        assert_eq!((passed, begun.elapsed() >= PATIENCE), (Passed::Inherited, true));
        let mut shown = [0; 6];
        reader.read_exact(&mut shown).await.unwrap();
        assert_eq!(&shown, b"before");
    }

    /// `yes &`: it never has to be waited for.
    #[tokio::test]
    async fn one_that_never_stops_writing_is_left_too() {
        let mask = mask();
        let ((mut heir, from), (to, mut reader)) = (duplex(CHUNK), duplex(CHUNK));
        let (_tell, end) = watch::channel(Some(Instant::now()));
        let writing = async { while heir.write_all(&[b'y'; 4096]).await.is_ok() {} };
        let reading = async {
            let (mut read, mut chunk) = (0, vec![0; CHUNK]);
            while let Ok(length @ 1..) = reader.read(&mut chunk).await {
                read += length;
            }
            read
        };
        let all = async { tokio::join!(copy(from, to, mask.stream(), end, PATIENCE), writing, reading) };
        let (passed, (), read) = timeout(50 * PATIENCE, all).await.expect("it gives up");
        assert_eq!((passed.unwrap(), read > MOST_IN_A_PIPE), (Passed::Inherited, true));
    }
}

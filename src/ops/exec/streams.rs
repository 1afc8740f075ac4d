//! What a program writes, on its way through a mask.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::process::{ChildStderr, ChildStdout};

use super::mask::{Mask, Masked};

/// So much is read at once: as much as a pipe holds.
const CHUNK: usize = 64 * 1024;

/// Passes both streams on, each in its own order, until the program and whoever inherited them have closed them.
///
/// # Errors
///
/// If ours cannot be written to. That nobody reads them any more is none: the program's is closed then, which it hears of as it would without us.
pub(super) async fn passed_on(stdout: Option<ChildStdout>, stderr: Option<ChildStderr>, mask: &Mask) -> io::Result<()> {
    // Side by side, and each write in a thread of its own: a reader of one who is slow does not hold up the other, nor signals.
    let (one, other) = futures_util::future::join(
        pump(stdout, tokio::io::stdout(), mask.stream()),
        pump(stderr, tokio::io::stderr(), mask.stream()),
    )
    .await;
    one.and(other)
}

async fn pump(from: Option<impl AsyncRead + Unpin>, to: impl AsyncWrite + Unpin, masked: Masked<'_>) -> io::Result<()> {
    let Some(from) = from else { return Ok(()) };
    match copy(from, to, masked).await {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut masked: Masked<'_>) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = from.read(&mut chunk).await?;
        if length == 0 {
            break;
        }
        let shown = masked.pass(&chunk[..length]);
        if !shown.is_empty() {
            to.write_all(&shown).await?;
            to.flush().await?;
        }
    }
    to.write_all(&masked.end()).await?;
    to.flush().await
}

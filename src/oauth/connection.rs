//! One connection to the listener: one request, one answer. hyper reads and writes; what it would say by itself is not said.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::desk::Desk;
use super::page;
use super::request::{HEADERS, LINE, Refusal};

/// How long a request's head may take.
const HEAD: Duration = Duration::from_secs(2);

/// How long we go on reading what nobody wants after our answer: closing at once would reset the connection, and the answer
/// with it.
const LINGER: Duration = Duration::from_millis(500);

/// How far a connection is.
#[derive(Default)]
pub(super) struct Progress {
    /// A whole head has been read.
    pub(super) whole: AtomicBool,
    /// It waits for the outcome.
    pub(super) held: AtomicBool,
    /// It is getting the page about the outcome.
    pub(super) outcome: AtomicBool,
}

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, desk: Arc<Desk>, progress: Arc<Progress>) {
    let (at, seen) = (Arc::clone(&desk), Arc::clone(&progress));
    let service = service_fn(move |request: Request<Incoming>| {
        let (desk, progress) = (Arc::clone(&at), Arc::clone(&seen));
        Box::pin(async move { Ok::<_, Infallible>(desk.answer(&request, &progress).await) })
    });
    let mut connection = http1::Builder::new()
        .keep_alive(false)
        // A browser that has gone is not waited for.
        .half_close(false)
        .auto_date_header(false)
        .max_buf_size(LINE + HEADERS)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(Wire { stream, progress: Arc::clone(&progress) }), service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner().stream;
    if !progress.whole.load(Ordering::Relaxed) && ended.as_ref().is_err_and(hyper::Error::is_parse) {
        let refusal = Refusal::bad("it is not HTTP/1.0 or 1.1, or too long");
        desk.refused(refusal);
        // Whoever speaks like that may well have gone.
        let _ = stream.write_all(&page::raw(StatusCode::BAD_REQUEST)).await;
    }
    let closed = stream.shutdown().await;
    if ended.is_ok() && closed.is_ok() && progress.outcome.load(Ordering::Relaxed) {
        desk.shown();
    }
    let _ = timeout(LINGER, drain(&mut stream)).await;
}

/// Reads to the end, and keeps nothing.
async fn drain(stream: &mut TcpStream) {
    let mut piece = [0; 4096];
    while stream.read(&mut piece).await.is_ok_and(|read| read > 0) {}
}

/// The socket, which takes no answer before there was a whole request: hyper answers what it cannot read by itself, without
/// the headers that every answer of ours has.
struct Wire {
    stream: TcpStream,
    progress: Arc<Progress>,
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.progress.whole.load(Ordering::Relaxed) {
            Pin::new(&mut self.stream).poll_write(context, bytes)
        } else {
            Poll::Ready(Ok(bytes.len()))
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

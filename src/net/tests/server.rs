//! A server that says exactly what a test wants, byte for byte, and remembers what it was told.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// What the server does with a request.
pub(in crate::net) enum Reply {
    /// Sends this and closes.
    Bytes(Vec<u8>),
    /// Sends this after a while and closes.
    Later(Duration, Vec<u8>),
    /// Sends this byte by byte with a pause before each.
    Drip(Duration, Vec<u8>),
    /// Sends this and then this again and again for as long as somebody reads.
    Forever(Vec<u8>, Vec<u8>),
    /// Sends this and resets the connection.
    Reset(Vec<u8>),
    /// Says nothing and keeps the connection.
    Silence,
}

/// An answer with a length that fits.
pub(in crate::net) fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = Vec::new();
    write!(bytes, "HTTP/1.1 {status} Word\r\ncontent-length: {}\r\nconnection: close\r\n", body.len()).unwrap();
    for (name, value) in headers {
        write!(bytes, "{name}: {value}\r\n").unwrap();
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// The same as a reply.
pub(in crate::net) fn say(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    Reply::Bytes(answer(status, headers, body))
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    now: AtomicUsize,
    most: AtomicUsize,
    connections: AtomicUsize,
}

pub(in crate::net) struct Server {
    pub(in crate::net) address: SocketAddr,
    seen: Arc<Seen>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Serves plain HTTP. `handle` gets a request (head and body as text) and how many came before it.
    pub(in crate::net) async fn start(handle: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::on(handle, None).await
    }

    /// The same over TLS.
    pub(in crate::net) async fn start_tls(
        config: ServerConfig,
        handle: impl Fn(&str, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::on(handle, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn on(handle: impl Fn(&str, usize) -> Reply + Send + Sync + 'static, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let (handle, noted) = (Arc::new(handle), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                noted.connections.fetch_add(1, Ordering::SeqCst);
                let (handle, noted, tls) = (Arc::clone(&handle), Arc::clone(&noted), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &*handle, &noted).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &*handle, &noted).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, seen, task }
    }

    pub(in crate::net) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was asked, in order.
    pub(in crate::net) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// `GET /path?query` of everything that was asked.
    pub(in crate::net) fn calls(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.split(" HTTP/").next().unwrap().to_owned()).collect()
    }

    /// The most requests that were being answered at the same time.
    pub(in crate::net) fn most_at_once(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }

    /// Connections that were made.
    pub(in crate::net) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

/// Ends a connection the hard way where it can.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send {
    fn reset(&self);
}

impl Wire for TcpStream {
    fn reset(&self) {
        self.set_zero_linger().unwrap();
    }
}

impl Wire for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset(&self) {
        self.get_ref().0.set_zero_linger().unwrap();
    }
}

async fn serve(mut stream: impl Wire, handle: &(dyn Fn(&str, usize) -> Reply + Send + Sync), seen: &Seen) {
    let Some(request) = read_request(&mut stream).await else { return };
    let before = {
        let mut requests = seen.requests.lock().unwrap();
        requests.push(request.clone());
        requests.len() - 1
    };
    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most.fetch_max(now, Ordering::SeqCst);
    let reply = handle(&request, before);
    if let Reply::Later(pause, _) = &reply {
        tokio::time::sleep(*pause).await;
    }
    // Before the last byte: the client may ask again as soon as it has it.
    seen.now.fetch_sub(1, Ordering::SeqCst);
    // The client may leave at any time; that is not the server's fault.
    let _ = act(&mut stream, reply).await;
}

async fn act(stream: &mut impl Wire, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Bytes(bytes) | Reply::Later(_, bytes) => stream.write_all(&bytes).await?,
        Reply::Drip(pause, bytes) => {
            for byte in bytes {
                tokio::time::sleep(pause).await;
                stream.write_all(&[byte]).await?;
                stream.flush().await?;
            }
        }
        Reply::Forever(head, piece) => {
            stream.write_all(&head).await?;
            loop {
                stream.write_all(&piece).await?;
            }
        }
        Reply::Reset(bytes) => {
            stream.write_all(&bytes).await?;
            stream.flush().await?;
            stream.reset();
            return Ok(());
        }
        Reply::Silence => std::future::pending().await,
    }
    stream.flush().await?;
    stream.shutdown().await
}

/// Head and body (by `Content-Length`) as text.
async fn read_request(stream: &mut impl Wire) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

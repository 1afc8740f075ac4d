//! The loopback listener of a login in the browser (RFC 8252 §7.3): it waits for the one right callback, whatever else comes.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::callback::{Expected, Reply};
use super::connection::{self, Progress};
use super::desk::Desk;
use super::start::{Form, Start};

/// Connections that wait to be accepted.
const BACKLOG: u32 = 32;

/// Connections open at once.
const AT_ONCE: usize = 8;

/// How long nobody is turned out for being slow: a browser's request comes a moment after its connection.
const GRACE: Duration = Duration::from_millis(10);

/// How long the browser may take to fetch the last page.
const LAST_PAGE: Duration = Duration::from_secs(3);

/// A socket on the loopback interface. The port is held from here on, so nobody can take it before the browser comes.
pub(crate) struct Loopback {
    listener: TcpListener,
    address: SocketAddr,
}

/// How the login went, for the page in the browser.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The connection is kept: its name, the account, and the host.
    Connected { name: String, account: String, host: String },
    /// A GitHub App was made: its name, whose it is, and the host. It is installed nowhere yet.
    Made { app: String, owner: String, host: String },
    /// What happened, in one sentence without a full stop.
    Failed { what: String },
}

/// What was refused while waiting, so that a timeout can say why nothing came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "read where the struct's name is far away")]
pub(crate) struct Wrong {
    /// Callbacks of another login, or without a state.
    pub(crate) wrong_state: u32,
    /// Callbacks of another authorization server.
    pub(crate) wrong_issuer: u32,
    /// Everything else, except a browser's own search for an icon.
    pub(crate) other: u32,
}

impl Loopback {
    /// Opens the socket on `127.0.0.1`, or on `[::1]` where there is no such address: the literals, never a name or all
    /// interfaces (RFC 8252 §8.3). Without a port the system chooses a free one.
    ///
    /// # Errors
    ///
    /// Those of the first address if neither can be had. A given port that is in use on it is one: an address that is registered
    /// with the provider for one of them is not good for the other.
    #[expect(clippy::unused_async, reason = "the socket belongs to the runtime, and only there can this be called")]
    pub(crate) async fn bind(port: Option<u16>) -> io::Result<Self> {
        let port = port.unwrap_or(0);
        match Self::bind_to(IpAddr::from(Ipv4Addr::LOCALHOST), port) {
            Err(error) if error.kind() != ErrorKind::AddrInUse => {
                Self::bind_to(IpAddr::from(Ipv6Addr::LOCALHOST), port).map_err(|_| error)
            }
            bound => bound,
        }
    }

    /// Opens the socket on this address.
    pub(super) fn bind_to(address: IpAddr, port: u16) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // On Unix a given port would otherwise be closed to us for a minute after the last login. Elsewhere this would let
        // others in.
        if cfg!(unix) {
            socket.set_reuseaddr(true)?;
        }
        socket.bind(SocketAddr::new(address, port))?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The redirect address to be told to the provider: `http://127.0.0.1:PORT/callback`.
    pub(crate) fn redirect_uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Begins to answer. It goes on until the [`Listening`] is dropped. With a form there is a page about it at the form's path, for as
    /// long as no valid callback came.
    pub(crate) fn listen(self, expected: Expected, form: Option<&Form>) -> Listening {
        let (sender, replies) = mpsc::channel(1);
        let desk = Arc::new(Desk::new(expected, form.map(Start::new), self.address.to_string(), sender));
        let task = tokio::spawn(accept(self.listener, Arc::clone(&desk)));
        Listening { desk, replies, task }
    }
}

/// A listener at work. Dropping it ends every connection and closes the socket.
pub(crate) struct Listening {
    desk: Arc<Desk>,
    replies: mpsc::Receiver<Reply>,
    task: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listening {
    /// The first valid callback; there is one at most. Nothing is lost when this is dropped while waiting.
    pub(crate) async fn reply(&mut self) -> Reply {
        match self.replies.recv().await {
            Some(reply) => reply,
            // Never: we hold the desk, and the desk its sender.
            None => std::future::pending().await,
        }
    }

    /// What was refused so far.
    pub(crate) fn wrong(&self) -> Wrong {
        self.desk.wrong()
    }

    /// Shows the outcome in the browser that waits: at most 3 s. At once if none waits, because the address was pasted or the
    /// window closed.
    pub(crate) async fn finish(self, outcome: Outcome) {
        let _ = timeout(LAST_PAGE, self.desk.tell(&outcome)).await;
    }
}

/// An open connection.
struct Open {
    since: Instant,
    progress: Arc<Progress>,
    task: AbortHandle,
}

/// Accepts for as long as it is not aborted; its connections end with it.
async fn accept(listener: TcpListener, desk: Arc<Desk>) {
    let mut tasks = JoinSet::new();
    let mut open: Vec<Open> = Vec::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // It was closed already, or we have no descriptor left: there may be one soon.
            sleep(GRACE).await;
            continue;
        };
        make_room(&mut open).await;
        while tasks.try_join_next().is_some() {}
        let progress = Arc::new(Progress::default());
        let task = tasks.spawn(connection::serve(stream, Arc::clone(&desk), Arc::clone(&progress)));
        open.push(Open { since: Instant::now(), progress, task });
    }
}

/// Sees to it that one more can be opened. Out goes the oldest that has not sent a whole request, so that idle connections
/// cannot keep a browser out; then the oldest that has its answer. The browser that waits for the outcome stays.
async fn make_room(open: &mut Vec<Open>) {
    loop {
        open.retain(|connection| !connection.task.is_finished());
        if open.len() < AT_ONCE {
            return;
        }
        let slow = open.iter().position(|connection| !connection.progress.whole.load(Ordering::Relaxed));
        let answered = || open.iter().position(|connection| !connection.progress.held.load(Ordering::Relaxed));
        // There is one: a single connection waits for the outcome.
        let Some(at) = slow.or_else(answered) else { return };
        let patience = open[at].since + GRACE;
        if Instant::now() < patience {
            sleep_until(patience).await;
        } else {
            open.remove(at).task.abort();
        }
    }
}

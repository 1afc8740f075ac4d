//! A local HTTP server for the peers' answers: it keeps what was asked, and answers from a function or from another server.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

/// One request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A running server; it ends with the test's process.
pub(crate) struct Relay {
    address: SocketAddr,
    exchanges: Arc<Mutex<Vec<(Asked, Answer)>>>,
    /// Requests that the function is busy with.
    busy: Arc<AtomicUsize>,
}

impl Relay {
    /// Serves a function that is told the base URL it is reached at.
    pub(crate) fn serve(answer: impl Fn(&str, &Asked) -> Answer + Send + Sync + 'static) -> Self {
        let exchanges: Arc<Mutex<Vec<(Asked, Answer)>>> = Arc::default();
        let kept = Arc::clone(&exchanges);
        let busy: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&busy);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                sender.send(address).unwrap();
                let base = format!("http://{address}");
                let answer = Arc::new(answer);
                let handle = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                    let (answer, kept, base) = (Arc::clone(&answer), Arc::clone(&kept), base.clone());
                    let busy = Arc::clone(&counted);
                    async move {
                        let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
                        let asked = Asked { method, path, query, headers, body };
                        busy.fetch_add(1, Ordering::SeqCst);
                        // The function may block (it asks another server), and goes on when whoever asked is gone.
                        let (asked, given) = tokio::task::spawn_blocking(move || {
                            let given = answer(&base, &asked);
                            busy.fetch_sub(1, Ordering::SeqCst);
                            (asked, given)
                        })
                        .await
                        .unwrap();
                        kept.lock().unwrap().push((asked, given.clone()));
                        given.into_response()
                    }
                };
                axum::serve(listener, axum::Router::new().fallback(handle)).await.unwrap();
            });
        });
        Self { address: receiver.recv().unwrap(), exchanges, busy }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until nothing is under way any more: what a killed client had sent is read after its death.
    #[track_caller]
    pub(crate) fn comes_to_rest(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.is_connected() || self.busy.load(Ordering::SeqCst) > 0 {
            assert!(Instant::now() < until, "the server never comes to rest");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether the kernel still holds a connection to the server, accepted or not, that it can read from.
    fn is_connected(&self) -> bool {
        const ESTABLISHED: &str = "01";
        const SYN_RECEIVED: &str = "03";
        const CLOSE_WAIT: &str = "08";
        let ours = format!(":{:04X}", self.address.port());
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        table.lines().skip(1).any(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields[1].ends_with(&ours) && [ESTABLISHED, SYN_RECEIVED, CLOSE_WAIT].contains(&fields[3])
        })
    }

    /// Everything asked and answered so far.
    pub(crate) fn exchanges(&self) -> Vec<(Asked, Answer)> {
        self.exchanges.lock().unwrap().clone()
    }
}

impl Answer {
    /// The value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A JSON answer.
    pub(crate) fn json(status: u16, value: &serde_json::Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: value.to_string().into_bytes() }
    }

    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            // Length, encoding and connection belong to the transport here.
            let hop = ["content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive"];
            if !hop.contains(&name.to_ascii_lowercase().as_str()) {
                headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
            }
        }
        (StatusCode::from_u16(self.status).unwrap(), headers, self.body).into_response()
    }
}

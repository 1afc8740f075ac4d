//! The HTTP side of a fake provider: its own thread and port, what it was asked, and what it was told to answer.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::Answer;
use super::answer::Body;
use super::tls::TlsListener;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Below the API's base, or whole if it lies outside; percent-encoded as it was sent.
    pub(crate) path: String,
    /// Decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.parameter(name)?.parse().ok()
    }

    /// The fields of a form, decoded; empty where the body is none.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        let is_form = self.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if is_form { url::form_urlencoded::parse(&self.body).into_owned().collect() } else { Vec::new() }
    }

    /// A field of a form.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.form().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The token, wherever it stands.
    pub(crate) fn token(&self) -> Option<String> {
        self.bare_token().map(ToOwned::to_owned).or_else(|| self.basic().map(|(_, password)| password))
    }

    /// The token where it stands alone in a header.
    pub(crate) fn bare_token(&self) -> Option<&str> {
        self.header("authorization")
            .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("token ")))
            .or_else(|| self.header("private-token"))
    }

    /// User and password (RFC 7617).
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let encoded = self.header("authorization")?.strip_prefix("Basic ")?;
        let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
        text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
    }

    /// The segments of the path, decoded one by one.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path.trim_start_matches('/').split('/').map(decode).collect()
    }
}

fn decode(text: &str) -> String {
    // Of a form only the `+` differs from a path.
    let query = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// What a server for people says of a page that it does not have. Written by hand, but that it is a page (GitLab §3.4).
pub(super) fn not_there() -> Answer {
    Answer::html(404, "The page you're looking for could not be found (404)")
}

/// Answers for one path that come before what the provider would say by itself.
#[derive(Debug)]
struct Script {
    path: String,
    /// So many requests go to the provider first.
    spared: usize,
    answers: VecDeque<Answer>,
    then: Option<Answer>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Request>>,
    arrived: Condvar,
    scripts: Mutex<Vec<Script>>,
    /// What becomes of an answer to a path, after so many others, when the provider has done what was asked.
    lost: Mutex<Vec<(String, usize, Answer)>>,
    latency: Mutex<Duration>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    scheme: &'static str,
    address: SocketAddr,
    base: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Starts one whose API lies below `base` (empty or `/api/v3`). Everything else is a page that is not there.
    pub(crate) fn start(base: &str, provider: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen(base, None, provider, |_| not_there())
    }

    /// The same, behind TLS if there is an acceptor; what lies outside `base` is answered by `outside`, which sees the whole path.
    pub(super) fn listen(
        base: &str,
        tls: Option<TlsAcceptor>,
        provider: impl Fn(&Request) -> Answer + Send + Sync + 'static,
        outside: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let both = move |request: &Request, is_below: bool| if is_below { provider(request) } else { outside(request) };
        let service = Arc::new((both, Arc::clone(&shared), base.to_owned()));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let app = axum::Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                    let service = Arc::clone(&service);
                    async move { respond(&service.0, &service.1, &service.2, &method, &uri, headers, &body).await }
                });
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let serving = async {
                    match tls {
                        None => axum::serve(listener, app).await,
                        Some(acceptor) => axum::serve(TlsListener { plain: listener, acceptor }, app).await,
                    }
                };
                tokio::select! {
                    served = serving => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { scheme, address, base: base.to_owned(), shared, stop: Some(stop), thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT`, or with `https`.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The base of the API, without a trailing slash.
    pub(crate) fn api(&self) -> String {
        format!("{}{}", self.origin(), self.base)
    }

    /// Answers the next requests to this path so, and then as the provider would.
    pub(crate) fn script(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        self.set(Script { path: path.to_owned(), spared: 0, answers: answers.into_iter().collect(), then: None });
    }

    /// Answers every request to this path so. `*` is every path.
    pub(crate) fn always(&self, path: &str, answer: Answer) {
        self.set(Script { path: path.to_owned(), spared: 0, answers: VecDeque::new(), then: Some(answer) });
    }

    /// Answers so many requests to this path as the provider would, and every later one so.
    pub(crate) fn fail_after(&self, path: &str, spared: usize, answer: Answer) {
        self.set(Script { path: path.to_owned(), spared, answers: VecDeque::new(), then: Some(answer) });
    }

    /// As [`Server::loses`], of the request to this path that comes after so many others.
    pub(crate) fn loses_nth(&self, path: &str, spared: usize, instead: Answer) {
        self.shared.lost.lock().unwrap().push((path.to_owned(), spared, instead));
    }

    /// Answers the request to this path that comes after so many others so, instead of doing what it asks for.
    pub(crate) fn answers_nth(&self, path: &str, spared: usize, answer: Answer) {
        self.set(Script { path: path.to_owned(), spared, answers: VecDeque::from([answer]), then: None });
    }

    /// Does what the next request to this path asks for, and then answers so all the same: the provider's own answer is lost.
    pub(crate) fn loses(&self, path: &str, instead: Answer) {
        self.loses_nth(path, 0, instead);
    }

    fn set(&self, script: Script) {
        let mut scripts = self.shared.scripts.lock().unwrap();
        scripts.retain(|known| known.path != script.path);
        scripts.push(script);
    }

    /// Forgets all scripts.
    pub(crate) fn recover(&self) {
        self.shared.scripts.lock().unwrap().clear();
    }

    /// Every answer takes so long from now on.
    pub(crate) fn latency(&self, latency: Duration) {
        *self.shared.latency.lock().unwrap() = latency;
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// The requests to this path so far.
    pub(crate) fn seen_at(&self, path: &str) -> Vec<Request> {
        self.seen().into_iter().filter(|request| request.path == path).collect()
    }

    /// Forgets what was asked so far.
    pub(crate) fn forget(&self) {
        self.shared.seen.lock().unwrap().clear();
    }

    /// Waits until somebody has asked for something at or below this path.
    #[track_caller]
    pub(crate) fn wait_below(&self, path: &str) {
        self.wait(path, |request| request.path.starts_with(path));
    }

    #[track_caller]
    fn wait(&self, what: &str, is_it: impl Fn(&Request) -> bool) {
        let seen = self.shared.seen.lock().unwrap();
        let missing = |seen: &mut Vec<Request>| !seen.iter().any(&is_it);
        let (_seen, waited) = self.shared.arrived.wait_timeout_while(seen, Duration::from_secs(30), missing).unwrap();
        assert!(!waited.timed_out(), "nobody asked for {what}");
    }

    /// How many requests were being answered at once, at most.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.shared.most_in_flight.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Counts one request as long as it lasts.
struct InFlight(Arc<Shared>);

impl InFlight {
    fn new(shared: &Arc<Shared>) -> Self {
        let now = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn respond(
    provider: &impl Fn(&Request, bool) -> Answer,
    shared: &Arc<Shared>,
    base: &str,
    method: &Method,
    uri: &Uri,
    headers: HeaderMap,
    body: &Bytes,
) -> axum::response::Response {
    let _in_flight = InFlight::new(shared);
    let below = uri.path().strip_prefix(base);
    let request = Request {
        method: method.to_string(),
        path: below.unwrap_or(uri.path()).to_owned(),
        query: url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        headers,
        body: body.to_vec(),
    };
    // Before anybody can see that it arrived: a test that changes the latency then means the requests after this one.
    let latency = *shared.latency.lock().unwrap();
    shared.seen.lock().unwrap().push(request.clone());
    shared.arrived.notify_all();
    let scripted = scripted(shared, &request.path);
    let answer = scripted.unwrap_or_else(|| provider(&request, below.is_some()));
    let answer = lost(shared, &request.path).unwrap_or(answer);
    let wait = latency + answer.delay;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    send(answer).await
}

fn lost(shared: &Shared, path: &str) -> Option<Answer> {
    let mut lost = shared.lost.lock().unwrap();
    let place = lost.iter().position(|(of, ..)| of == path)?;
    if lost[place].1 > 0 {
        lost[place].1 -= 1;
        return None;
    }
    Some(lost.remove(place).2)
}

fn scripted(shared: &Shared, path: &str) -> Option<Answer> {
    let mut scripts = shared.scripts.lock().unwrap();
    let script = scripts.iter_mut().find(|script| script.path == path || script.path == "*")?;
    if script.spared > 0 {
        script.spared -= 1;
        return None;
    }
    script.answers.pop_front().or_else(|| script.then.clone())
}

async fn send(answer: Answer) -> axum::response::Response {
    let mut response = axum::response::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let body = match answer.body {
        Body::Whole(bytes) => axum::body::Body::from(bytes),
        Body::Broken(bytes) => axum::body::Body::from_stream(futures_util::stream::iter([
            Ok(Bytes::from(bytes)),
            Err(std::io::Error::other("the connection breaks here")),
        ])),
        Body::Never => std::future::pending().await,
    };
    response.body(body).unwrap()
}

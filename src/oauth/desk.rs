//! What the connections of one login share: where it begins, what is expected, what has come, and what the browser is told in the end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderValue, LOCATION};
use hyper::{Request, Response, StatusCode};
use tokio::sync::{Notify, mpsc, watch};

use super::callback::{self, Expected, Objection, Reply};
use super::connection::Progress;
use super::loopback::{Outcome, Wrong};
use super::page::{self, Page};
use super::request::{self, Asked, DONE, Refusal};
use super::start::Start;

pub(super) struct Desk {
    expected: Expected,
    /// Where the browser begins, if it begins here.
    start: Option<Start>,
    /// `127.0.0.1:PORT`, as `Host` must be.
    authority: String,
    /// Where the first valid callback goes.
    replies: mpsc::Sender<Reply>,
    /// Whether there was one.
    used: AtomicBool,
    /// Whether a browser waits for the outcome.
    waiting: AtomicBool,
    outcome: watch::Sender<Option<Page>>,
    shown: Notify,
    wrong: Mutex<Wrong>,
}

impl Desk {
    pub(super) fn new(expected: Expected, start: Option<Start>, authority: String, replies: mpsc::Sender<Reply>) -> Self {
        Self {
            expected,
            start,
            authority,
            replies,
            used: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
            outcome: watch::Sender::new(None),
            shown: Notify::new(),
            wrong: Mutex::new(Wrong::default()),
        }
    }

    /// Answers one request. The first valid callback is answered when the outcome is known.
    pub(super) async fn answer<B>(&self, request: &Request<B>, progress: &Progress) -> Response<Full<Bytes>> {
        progress.whole.store(true, Ordering::Relaxed);
        match request::read(request, &self.authority, self.expected.path, self.start.as_ref()) {
            Ok(Asked::Callback(query)) => match callback::read(query, &self.expected) {
                Ok(reply) if !self.used.swap(true, Ordering::Relaxed) => self.hold(reply, progress).await,
                Ok(_) => {
                    self.refused(Refusal::bad("it was already answered"));
                    page::response(StatusCode::BAD_REQUEST, page::used())
                }
                Err(objection) => self.object(objection),
            },
            Ok(Asked::Start) => self.begin(),
            Ok(Asked::Done) => match self.outcome.borrow().clone() {
                Some(outcome) => {
                    progress.outcome.store(true, Ordering::Relaxed);
                    page::response(StatusCode::OK, outcome)
                }
                None => self.refuse(Refusal {
                    status: StatusCode::NOT_FOUND,
                    ..Refusal::bad("it asks for an outcome before there is one")
                }),
            },
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Shows the form for as long as there is no answer: a window may be reloaded, or the first one closed.
    fn begin(&self) -> Response<Full<Bytes>> {
        match &self.start {
            Some(start) if !self.used.load(Ordering::Relaxed) => start.response(),
            _ => page::response(StatusCode::GONE, page::used()),
        }
    }

    /// Hands the reply on, and sends the browser to the clean address as soon as something can be seen there.
    async fn hold(&self, reply: Reply, progress: &Progress) -> Response<Full<Bytes>> {
        progress.held.store(true, Ordering::Relaxed);
        let waits = Waits::new(&self.waiting);
        // The only one ever sent; and if nobody listens any more, the connection will be gone in a moment.
        let _ = self.replies.try_send(reply);
        let _ = self.outcome.subscribe().wait_for(Option::is_some).await;
        drop(waits);
        progress.held.store(false, Ordering::Relaxed);
        // 303, not 307: the next request is a plain GET without anything of this one (RFC 9700 §4.12).
        let mut response = page::response(StatusCode::SEE_OTHER, Page::default());
        response.headers_mut().insert(LOCATION, HeaderValue::from_static(DONE));
        response
    }

    fn object(&self, objection: Objection) -> Response<Full<Bytes>> {
        let reason = objection.reason();
        tracing::debug!(reason, "a callback was refused");
        let mut wrong = self.lock();
        match objection {
            Objection::WrongState => wrong.wrong_state = wrong.wrong_state.saturating_add(1),
            Objection::WrongIssuer => wrong.wrong_issuer = wrong.wrong_issuer.saturating_add(1),
            Objection::Malformed(_) | Objection::WrongAddress => wrong.other = wrong.other.saturating_add(1),
        }
        page::response(StatusCode::BAD_REQUEST, page::refused(StatusCode::BAD_REQUEST))
    }

    fn refuse(&self, refusal: Refusal) -> Response<Full<Bytes>> {
        self.refused(refusal);
        let mut response = page::response(refusal.status, page::refused(refusal.status));
        if let Some((name, value)) = refusal.headers() {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// Remembers that a request was refused.
    pub(super) fn refused(&self, refusal: Refusal) {
        let reason = refusal.reason;
        tracing::debug!(reason, "a request to the listener was refused");
        if refusal.counts {
            let mut wrong = self.lock();
            wrong.other = wrong.other.saturating_add(1);
        }
    }

    pub(super) fn wrong(&self) -> Wrong {
        *self.lock()
    }

    /// The page about the outcome is with the browser.
    pub(super) fn shown(&self) {
        self.shown.notify_one();
    }

    /// Tells the browser the outcome, and waits until it has the page. At once if no browser waits.
    pub(super) async fn tell(&self, outcome: &Outcome) {
        if self.waiting.load(Ordering::Relaxed) {
            self.outcome.send_replace(Some(page::outcome(outcome)));
            self.shown.notified().await;
        }
    }

    /// Counters: whoever panicked while holding them has left them whole.
    fn lock(&self) -> MutexGuard<'_, Wrong> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A browser that waits, until it is answered or has gone.
struct Waits<'a>(&'a AtomicBool);

impl<'a> Waits<'a> {
    fn new(waiting: &'a AtomicBool) -> Self {
        waiting.store(true, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

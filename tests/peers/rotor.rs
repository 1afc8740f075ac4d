//! A GitLab whose token replaces itself, as strict as the real one: a token that is dead already and is presented for that ends the whole family of its
//! successors. It remembers what it was asked, and its answers can be cut off at any byte after it has done what was asked.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::sandbox::{Run, Sandbox};

/// The server. It ends with the test's process.
pub(crate) struct Rotor {
    address: String,
    books: Arc<Mutex<Books>>,
    busy: Arc<AtomicUsize>,
}

/// What the server knows.
#[derive(Debug, Clone, Default)]
struct Books {
    /// The living token is the one of this number; the first has 0.
    newest: u64,
    /// A dead one came back: nothing works any more.
    revoked: bool,
    posts: u64,
    reused: u64,
    /// So many bytes of the answer to the call that replaces are sent; all if none.
    cut: Option<usize>,
    /// The answer is this instead, although it was done.
    instead: Option<String>,
}

/// What was asked for so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Calls that replace the token.
    pub(crate) posts: u64,
    /// Those that came with a dead one.
    pub(crate) reused: u64,
    /// Tokens that were made.
    pub(crate) made: u64,
}

impl Rotor {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let books: Arc<Mutex<Books>> = Arc::default();
        let busy: Arc<AtomicUsize> = Arc::default();
        let (kept, counted) = (Arc::clone(&books), Arc::clone(&busy));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, counted) = (Arc::clone(&kept), Arc::clone(&counted));
                counted.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    serve(stream, |request| answer(&mut kept.lock().unwrap(), request));
                    counted.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, books, busy }
    }

    /// A home whose connection `a` has the first token.
    pub(crate) fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::with_store();
        let connect = ["connect", "gitlab", "a", "--host", &self.address, "--token-stdin"];
        self.keeps_quiet(sandbox.feed(connect, &token(0))).exits(0);
        self.reset();
        sandbox
    }

    /// Back to the first token, and nothing asked yet.
    pub(crate) fn reset(&self) {
        *self.books.lock().unwrap() = Books::default();
    }

    /// Only so many bytes of the answer arrive, headers included.
    pub(crate) fn cuts(&self, at: Option<usize>) {
        self.books.lock().unwrap().cut = at;
    }

    /// What is asked for is done, and this answered.
    pub(crate) fn answers(&self, instead: &str) {
        self.books.lock().unwrap().instead = Some(instead.to_owned());
    }

    /// How long the whole answer to the call that replaces is.
    pub(crate) fn length() -> usize {
        made(1).len()
    }

    pub(crate) fn counts(&self) -> Counts {
        let books = self.books();
        Counts { posts: books.posts, reused: books.reused, made: books.newest }
    }

    /// The token that lives, if one does.
    pub(crate) fn living(&self) -> Option<String> {
        let books = self.books();
        (!books.revoked).then(|| token(books.newest))
    }

    /// Waits until nothing is under way any more.
    #[track_caller]
    pub(crate) fn comes_to_rest(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.busy.load(Ordering::SeqCst) > 0 {
            assert!(Instant::now() < until, "the server never comes to rest");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Panics if a token is to be seen.
    #[track_caller]
    pub(crate) fn keeps_quiet(&self, run: Run) -> Run {
        for number in 0..=self.books().newest {
            let token = token(number);
            assert!(!run.out.contains(&token) && !run.err.contains(&token), "a token is in the output: {run:?}");
        }
        run
    }

    fn books(&self) -> Books {
        self.books.lock().unwrap().clone()
    }
}

/// A token of GitLab's form, put together here.
fn token(number: u64) -> String {
    format!("{}-{}", "glpat", format_args!("peers0123456789ab{number:03}"))
}

/// One request and its answer, of which only so many bytes may be sent; the connection ends with it.
pub(crate) fn serve(mut stream: TcpStream, answer: impl FnOnce(&str) -> (String, Option<usize>)) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let Some(request) = read(&mut stream) else { return };
    let (answer, cut) = answer(&request);
    let bytes = answer.as_bytes();
    let _ = stream.write_all(&bytes[..cut.unwrap_or(bytes.len()).min(bytes.len())]);
    let _ = stream.flush();
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

/// Head and body of a request; `None` for whoever hangs up before it is whole.
fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text);
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

pub(crate) fn http(status: &str, body: &serde_json::Value) -> String {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The fields are from GitLab's documentation ("Rotate a personal access token").
fn made(number: u64) -> String {
    http(
        "200 OK",
        &serde_json::json!({
            "id": 42 + number, "name": "peers", "revoked": false, "created_at": "2026-11-20T12:00:00.000Z", "scopes": ["api"],
            "user_id": 7, "last_used_at": null, "active": true, "expires_at": "2098-02-18", "token": token(number),
        }),
    )
}

fn answer(books: &mut Books, request: &str) -> (String, Option<usize>) {
    let head = request.split("\r\n\r\n").next().unwrap_or_default();
    let first = head.lines().next().unwrap_or_default();
    let sent =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("private-token:").map(|text| text.trim().to_owned()));
    let lives = !books.revoked && sent.as_deref() == Some(token(books.newest).as_str());
    // Quoted: GitLab's source, for a revoked token.
    let revoked = serde_json::json!({
        "error": "invalid_token", "error_description": "Token was revoked. You have to re-authorize from the user.",
    });
    if first.starts_with("POST /api/v4/personal_access_tokens/self/rotate ") {
        books.posts += 1;
        if !lives {
            books.reused += 1;
            books.revoked = true;
            return (http("401 Unauthorized", &revoked), None);
        }
        books.newest += 1;
        return match books.instead.take() {
            Some(instead) => (instead, None),
            None => (made(books.newest), books.cut),
        };
    }
    if !lives {
        return (http("401 Unauthorized", &revoked), None);
    }
    if first.starts_with("GET /api/v4/personal_access_tokens/self ") {
        let own = serde_json::json!({"id": 42, "name": "peers", "revoked": false, "scopes": ["api"], "user_id": 7, "active": true, "expires_at": "2098-02-18"});
        return (http("200 OK", &own), None);
    }
    if first.starts_with("GET /api/v4/user ") {
        return (http("200 OK", &serde_json::json!({"id": 7, "username": "ada", "bot": false})), None);
    }
    (http("404 Not Found", &serde_json::json!({"error": "404 Not Found"})), None)
}

//! A Gitea that makes a second token beside the first, and ends each by itself or by its number. Its answer to the call that makes one can be cut off at any
//! byte after it has made it.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::json;

use crate::rotor::{http, serve};
use crate::sandbox::{Run, Sandbox};

/// The server. It ends with the test's process.
pub(crate) struct Mint {
    address: String,
    books: Arc<Mutex<Books>>,
    busy: Arc<AtomicUsize>,
}

/// What the server knows.
#[derive(Debug, Clone)]
struct Books {
    /// Number, name, token.
    living: Vec<(u64, String, String)>,
    made: u64,
    /// So many bytes of the answer that hands a token out are sent; all if none.
    cut: Option<usize>,
}

impl Default for Books {
    fn default() -> Self {
        Self { living: vec![(1, "first".to_owned(), token(0))], made: 0, cut: None }
    }
}

impl Mint {
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

    /// A home whose connection `b` has the first token.
    pub(crate) fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::with_store();
        let connect = ["connect", "gitea", "b", "--host", &self.address, "--token-stdin"];
        self.keeps_quiet(sandbox.feed(connect, &token(0))).exits(0);
        self.reset();
        sandbox
    }

    /// Back to the first token.
    pub(crate) fn reset(&self) {
        *self.books.lock().unwrap() = Books::default();
    }

    /// Only so many bytes of the answer that hands a token out arrive, headers included.
    pub(crate) fn cuts(&self, at: Option<usize>) {
        self.books.lock().unwrap().cut = at;
    }

    /// How long the whole answer is, for a name of any length that the program gives.
    pub(crate) fn length() -> usize {
        handed_out(2, "gitconn b 2026-11-20 0000", &token(1)).len()
    }

    /// The tokens that live.
    pub(crate) fn living(&self) -> Vec<String> {
        self.books.lock().unwrap().living.iter().map(|(_, _, token)| token.clone()).collect()
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
        for number in 0..=self.books.lock().unwrap().made {
            let token = token(number);
            assert!(!run.out.contains(&token) && !run.err.contains(&token), "a token is in the output: {run:?}");
        }
        run
    }
}

/// 40 hexadecimal digits, as Gitea's tokens have.
fn token(number: u64) -> String {
    let [one, two] = [3, 7].map(|part: u64| (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ part));
    format!("{one:016x}{two:016x}{number:08x}")
}

/// The fields are from Gitea's source (`AccessToken`).
fn handed_out(id: u64, name: &str, token: &str) -> String {
    let shown = json!({"id": id, "name": name, "sha1": token, "token_last_eight": &token[32..], "scopes": ["read:repository", "write:user"]});
    http("201 Created", &shown)
}

/// Who asks: the token, alone or as a password.
fn credential(head: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization:"))?;
    let value = line.split_once(':')?.1.trim();
    if let Some(token) = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("token ")) {
        return Some(token.to_owned());
    }
    let pair = base64::engine::general_purpose::STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    Some(String::from_utf8(pair).ok()?.split_once(':')?.1.to_owned())
}

fn answer(books: &mut Books, request: &str) -> (String, Option<usize>) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
    let first = head.lines().next().unwrap_or_default();
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    if (method, path) == ("GET", "/api/v1/version") {
        return (http("200 OK", &json!({"version": "1.27.0"})), None);
    }
    let own = credential(head).and_then(|token| books.living.iter().find(|(_, _, known)| *known == token).cloned());
    // Quoted: Gitea's source.
    let Some((id, name, token_)) = own else {
        return (http("401 Unauthorized", &json!({"message": "invalid username, password or token"})), None);
    };
    let scopes = json!(["read:repository", "write:user"]);
    match (method, path) {
        ("GET", "/api/v1/user") => (http("200 OK", &json!({"id": 7, "login": "ada"})), None),
        ("GET", "/api/v1/token") => {
            (http("200 OK", &json!({"id": id, "name": name, "scopes": scopes, "user": {"id": 7, "login": "ada"}})), None)
        }
        ("DELETE", "/api/v1/token") => {
            books.living.retain(|(_, _, known)| *known != token_);
            ("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned(), None)
        }
        ("POST", "/api/v1/users/ada/tokens") => {
            let asked: serde_json::Value = serde_json::from_str(body).unwrap();
            books.made += 1;
            let (id, name, new) = (books.made + 1, asked["name"].as_str().unwrap().to_owned(), token(books.made));
            books.living.push((id, name.clone(), new.clone()));
            (handed_out(id, &name, &new), books.cut)
        }
        ("GET", "/api/v1/users/ada/tokens") => {
            let row = |(id, name, token): &(u64, String, String)| json!({"id": id, "name": name, "sha1": "", "token_last_eight": &token[32..], "scopes": scopes});
            let rows: Vec<serde_json::Value> = books.living.iter().map(row).collect();
            (http("200 OK", &rows.into()), None)
        }
        ("DELETE", path) if path.starts_with("/api/v1/users/ada/tokens/") => {
            let which: u64 = path.rsplit('/').next().unwrap_or_default().parse().unwrap_or_default();
            books.living.retain(|(id, ..)| *id != which);
            ("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned(), None)
        }
        _ => (http("404 Not Found", &json!({"message": "404"})), None),
    }
}

//! A token endpoint as strict as one can be, below a server that looks like GitLab: a refresh token serves once, and a spent one that comes
//! back ends the whole login. It remembers what it was asked, and knows which pair is the newest.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::relay::{Answer, Asked, Relay};
use crate::sandbox::{Run, Sandbox};

/// The client that the pairs belong to.
const CLIENT: &str = "gitconn-peers";

/// The server. It ends with the test's process.
pub(crate) struct Issuer {
    relay: Relay,
    books: Arc<Mutex<Books>>,
}

/// What the server knows.
#[derive(Debug, Clone, Default)]
struct Books {
    /// The newest pair is the one of this number; the first has 0.
    newest: u64,
    /// A spent refresh token came back: nothing works any more.
    revoked: bool,
    posts: u64,
    refused: u64,
    /// Of the newest access token, in seconds.
    life: i64,
    /// Between what is done and its being said.
    pause: Duration,
}

/// What was asked for so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Requests for a new pair.
    pub(crate) posts: u64,
    /// Those that were refused.
    pub(crate) refused: u64,
    /// Pairs that were handed out.
    pub(crate) sold: u64,
}

impl Issuer {
    /// A server whose first pair is dead already.
    pub(crate) fn start() -> Self {
        let books: Arc<Mutex<Books>> = Arc::default();
        let kept = Arc::clone(&books);
        let relay = Relay::serve(move |_, asked| answer(&kept, asked));
        Self { relay, books }
    }

    /// A home whose connection `a` has the first pair, with an access token that is at its end.
    pub(crate) fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::with_store();
        let base = self.relay.base();
        sandbox.run(["oauth", "set", &base, "--provider", "gitlab", "--client-id", CLIENT]).exits(0);
        let connect = ["connect", "gitlab", "a", "--host", &base, "--oauth", "--tokens-stdin"];
        self.keeps_quiet(sandbox.feed(connect, &self.pair(1))).exits(0);
        let shown = sandbox.run(["show", "a", "--json"]).exits(0).json();
        let connection = shown.get("connection").unwrap_or(&shown);
        assert_eq!(connection["auto_renews"], true, "{connection}");
        self.reset();
        sandbox
    }

    /// The newest pair as the JSON of a token endpoint.
    pub(crate) fn pair(&self, life: i64) -> String {
        pair(self.books().newest, life).to_string()
    }

    /// Back to the first pair, and nothing asked yet.
    pub(crate) fn reset(&self) {
        *self.books.lock().unwrap() = Books::default();
    }

    /// From now on so much time passes between a new pair's being made and its being sent.
    pub(crate) fn pauses(&self, pause: Duration) {
        self.books.lock().unwrap().pause = pause;
    }

    /// Waits until everything that was sent to it is in its books.
    #[track_caller]
    pub(crate) fn comes_to_rest(&self) {
        self.relay.comes_to_rest();
    }

    pub(crate) fn counts(&self) -> Counts {
        let books = self.books();
        Counts { posts: books.posts, refused: books.refused, sold: books.newest }
    }

    /// The newest access token.
    pub(crate) fn newest(&self) -> String {
        access(self.books().newest)
    }

    /// Panics if a token of any pair is to be seen.
    #[track_caller]
    pub(crate) fn keeps_quiet(&self, run: Run) -> Run {
        for number in 0..=self.books().newest {
            for token in [access(number), refresh(number)] {
                assert!(!run.out.contains(&token) && !run.err.contains(&token), "a token is in the output: {run:?}");
            }
        }
        run
    }

    fn books(&self) -> Books {
        self.books.lock().unwrap().clone()
    }
}

fn access(number: u64) -> String {
    hex("access", number)
}

fn refresh(number: u64) -> String {
    hex("refresh", number)
}

/// 64 hexadecimal digits, as Doorkeeper's tokens have.
fn hex(kind: &str, number: u64) -> String {
    let seed = kind.bytes().fold(number + 1, |sum, byte| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    let [one, two, three, four] = [1, 2, 3, 4].map(|part| seed.wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ part));
    format!("{one:016x}{two:016x}{three:016x}{four:016x}")
}

fn pair(number: u64, life: i64) -> serde_json::Value {
    serde_json::json!({
        "access_token": access(number), "refresh_token": refresh(number), "token_type": "Bearer", "expires_in": life,
        "scope": "api read_user",
    })
}

fn answer(books: &Mutex<Books>, asked: &Asked) -> Answer {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/oauth/token") => {
            let (answer, pause) = renew(&mut books.lock().unwrap(), &asked.body);
            std::thread::sleep(pause);
            answer
        }
        ("GET", "/api/v4/user" | "/oauth/token/info") => {
            let books = books.lock().unwrap().clone();
            let bearer = asked.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
            if books.revoked || bearer != Some(access(books.newest).as_str()) {
                return Answer::json(401, &serde_json::json!({"error": "invalid_token"}));
            }
            Answer::json(
                200,
                &match asked.path.as_str() {
                    "/api/v4/user" => serde_json::json!({"id": 7, "username": "ada", "bot": false}),
                    _ => serde_json::json!({"resource_owner_id": 7, "scope": ["api", "read_user"], "expires_in": books.life}),
                },
            )
        }
        _ => Answer::json(404, &serde_json::json!({"error": "404 Not Found"})),
    }
}

/// One request for a new pair, and how long its answer takes.
fn renew(books: &mut Books, body: &[u8]) -> (Answer, Duration) {
    books.posts += 1;
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| form.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()));
    assert_eq!((field("grant_type"), field("client_id")), (Some("refresh_token"), Some(CLIENT)));
    if !books.revoked && field("refresh_token") == Some(refresh(books.newest).as_str()) {
        books.newest += 1;
        books.life = 7200;
        return (Answer::json(200, &pair(books.newest, books.life)), books.pause);
    }
    books.refused += 1;
    books.revoked = true;
    (Answer::json(400, &serde_json::json!({"error": "invalid_grant"})), Duration::ZERO)
}

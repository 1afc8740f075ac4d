//! Plain requests, and tokens signed without any library for it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::fake::{FakeApp, GitHub};
use crate::support::keys::RsaKey;

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Value,
    /// The body as it came, if it is no JSON.
    pub(super) text: String,
}

impl Reply {
    pub(super) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }

    /// Status and message at once.
    pub(super) fn said(&self) -> (u16, &str) {
        (self.status, self.message())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// One text field of every row of a list.
    pub(super) fn texts(&self, list: &str, field: &str) -> Vec<String> {
        crate::support::house::texts(&self.body[list], field)
    }
}

/// Sends one request to an address, whole.
pub(super) fn send(method: &str, address: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let url = url::Url::parse(address).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let target = &url[url::Position::BeforePath..];
    let headers = headers.iter().fold(String::new(), |text, (name, value)| format!("{text}{name}: {value}\r\n"));
    let length = body.len();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: x\r\nUser-Agent: test\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    Reply { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default(), text: body.to_owned() }
}

/// A call of the API with a credential; `what` is method and path.
pub(super) fn call(github: &GitHub, credential: &str, what: &str, body: &str) -> Reply {
    let (method, path) = what.split_once(' ').unwrap();
    let authorization = format!("Bearer {credential}");
    send(method, &format!("{}{path}", github.api()), &[("Authorization", &authorization)], body)
}

/// Seconds since 1970, and so many more.
pub(super) fn in_seconds(seconds: i64) -> i64 {
    jiff::Timestamp::now().as_second() + seconds
}

/// RS256 over any head and claims.
pub(super) fn sign(key: &RsaKey, head: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(head), part(claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())))
}

/// The claims that GitHub's documentation advises.
pub(super) fn claims(issuer: &Value) -> Value {
    json!({"iat": in_seconds(-60), "exp": in_seconds(540), "iss": issuer})
}

/// A JWT that is fine.
pub(super) fn jwt(app: &FakeApp) -> String {
    sign(&app.key, &json!({"alg": "RS256", "typ": "JWT"}), &claims(&json!(app.client_id)))
}

/// Asks for a token with this body.
pub(super) fn ask(github: &GitHub, app: &FakeApp, id: u64, body: &str) -> Reply {
    call(github, &jwt(app), &format!("POST /app/installations/{id}/access_tokens"), body)
}

/// A token of an installation.
pub(super) fn token(github: &GitHub, app: &FakeApp, id: u64) -> String {
    let reply = ask(github, app, id, "");
    reply.body["token"].as_str().unwrap_or_else(|| panic!("no token: {reply:?}")).to_owned()
}

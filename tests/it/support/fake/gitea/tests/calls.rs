//! Plain requests to a Gitea.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::fake::Gitea;
use crate::support::house;

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    head: String,
    pub(super) body: Value,
    /// The body as it came.
    pub(super) text: String,
}

impl Reply {
    /// Status and message at once.
    pub(super) fn said(&self) -> (u16, &str) {
        (self.status, self.body["message"].as_str().unwrap_or_default())
    }

    /// Status, `error` and `error_description` at once.
    pub(super) fn error(&self) -> (u16, &str, &str) {
        let text = |name: &str| self.body[name].as_str().unwrap_or_default();
        (self.status, text("error"), text("error_description"))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// One text field of every row.
    pub(super) fn texts(&self, field: &str) -> Vec<String> {
        house::texts(if self.body.is_array() { &self.body } else { &self.body["data"] }, field)
    }
}

/// Sends one request to an address, whole.
pub(super) fn send(method: &str, address: &str, authorization: &str, kind: &str, body: &str) -> Reply {
    let url = url::Url::parse(address).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let (target, length) = (&url[url::Position::BeforePath..], body.len());
    let authorization = if authorization.is_empty() { String::new() } else { format!("Authorization: {authorization}\r\n") };
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{authorization}\r\n{body}"
    )
    .unwrap();
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    Reply { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default(), text: body.to_owned() }
}

/// A call of the API with this `Authorization`; `what` is method and path.
pub(super) fn call(gitea: &Gitea, authorization: &str, what: &str, body: &str) -> Reply {
    let (method, path) = what.split_once(' ').unwrap();
    send(method, &format!("{}{path}", gitea.api()), authorization, "application/json", body)
}

/// The same with a token in its usual place, and no body.
pub(super) fn ask(gitea: &Gitea, token: &str, what: &str) -> Reply {
    call(gitea, &format!("token {token}"), what, "")
}

/// A user's name and password.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

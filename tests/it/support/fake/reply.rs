//! Plain requests for the tests of the fakes themselves, and what comes back.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

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

//! The listener against whatever may come to an open port, over real sockets.

mod abuse;
mod crowd;
mod flow;
mod log;
mod outcome;
mod pages;
mod query;
mod start;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::callback::{Expected, Reply};
use super::loopback::{Listening, Loopback, Outcome};
use super::start::Form;
use crate::secret::Secret;

const STATE: &str = "Zm9ydHktdHdvLWJ5dGVzLW9mLXJhbmRvbW5lc3M";
const ISSUER: &str = "https://github.com/login/oauth";

/// Said in every query of an abuse: what must be in no answer.
const CANARY: &str = "canary";

fn expected() -> Expected {
    Expected { path: "/callback", state: Secret::from(STATE.to_owned()), issuer: ISSUER.to_owned() }
}

fn connected() -> Outcome {
    Outcome::Connected { name: "work".to_owned(), account: "octocat".to_owned(), host: "github.com".to_owned() }
}

fn made() -> Outcome {
    Outcome::Made { app: "acme-deploy".to_owned(), owner: "acme".to_owned(), host: "github.com".to_owned() }
}

/// A listener at work, and where it is.
struct House {
    listening: Listening,
    address: SocketAddr,
}

impl House {
    fn open() -> Self {
        Self::at(IpAddr::from(Ipv4Addr::LOCALHOST))
    }

    fn at(address: IpAddr) -> Self {
        Self::new(address, None)
    }

    /// One at which a browser begins with this form.
    fn with(form: &Form) -> Self {
        Self::new(IpAddr::from(Ipv4Addr::LOCALHOST), Some(form))
    }

    fn new(address: IpAddr, form: Option<&Form>) -> Self {
        let loopback = Loopback::bind_to(address, 0).unwrap();
        let address = loopback.redirect_uri("").strip_prefix("http://").unwrap().parse().unwrap();
        Self { listening: loopback.listen(expected(), form), address }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends these bytes, and gives everything that comes back.
    async fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        // It may answer and close before it has read everything.
        let _ = stream.write_all(bytes).await;
        Answer::read(&mut stream).await
    }

    /// A plain GET with the right `Host`.
    async fn get(&self, target: &str) -> Answer {
        self.send(get(self.address, target).as_bytes()).await
    }

    /// What the browser does in the end, on its own connection. It is answered when the outcome is told.
    async fn begin(&self, query: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(get(self.address, &format!("/callback?{query}")).as_bytes()).await.unwrap();
        stream
    }

    /// The whole valid flow: the callback is taken, the browser gets its page, nobody waits.
    async fn succeeds(mut self, case: &str) {
        let mut browser = self.begin(&valid("the-code")).await;
        let reply = timeout(Duration::from_secs(5), self.listening.reply()).await.unwrap_or_else(|_| panic!("{case}: no reply"));
        assert!(matches!(&reply, Reply::Code(code) if code.expose() == "the-code"), "{case}: {reply:?}");
        let address = self.address;
        let follow = async {
            let sent_on = Answer::read(&mut browser).await;
            assert_eq!((sent_on.status, sent_on.header("location")), (303, Some("/done")), "{case}");
            sent_on.check(case, address);
            let mut again = TcpStream::connect(address).await.unwrap();
            again.write_all(get(address, "/done").as_bytes()).await.unwrap();
            Answer::read(&mut again).await
        };
        let ((), page) = timeout(Duration::from_millis(2500), async { tokio::join!(self.listening.finish(connected()), follow) })
            .await
            .unwrap_or_else(|_| panic!("{case}: not finished"));
        assert_eq!(page.status, 200, "{case}");
        assert!(page.body.contains("<h1>Connected</h1>") && page.body.contains("octocat"), "{case}: {}", page.body);
        page.check(case, address);
    }
}

fn get(address: SocketAddr, target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: keep-alive\r\n\r\n")
}

fn valid(code: &str) -> String {
    format!("code={code}&state={STATE}&iss=https%3A%2F%2Fgithub.com%2Flogin%2Foauth")
}

/// What came back before the connection was closed. Status 0: nothing.
#[derive(Debug, Default)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    async fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await.expect("the connection stays open");
        let text = String::from_utf8(bytes).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert_eq!(text, "", "half an answer");
            return Self::default();
        };
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap());
        Self { status, headers: headers.collect(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Exactly these headers and the length, each once.
    fn check_headers(&self, case: &str, mut exact: Vec<(&str, &str)>) {
        let mut headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| *name != "content-length")
            .collect();
        headers.sort_unstable();
        exact.sort_unstable();
        assert_eq!(headers, exact, "{case}");
        assert_eq!(self.headers.iter().filter(|(name, _)| name == "content-length").count(), 1, "{case}");
    }

    /// Exactly the headers that every answer has, and nothing of what was sent.
    fn check(&self, case: &str, address: SocketAddr) {
        if self.status == 0 {
            return;
        }
        let mut exact = vec![
            ("cache-control", "no-store"),
            ("connection", "close"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("content-type", "text/html; charset=utf-8"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ];
        match self.status {
            303 => exact.push(("location", "/done")),
            405 => exact.push(("allow", "GET")),
            _ => {}
        }
        self.check_headers(case, exact);
        for told in [CANARY, STATE, "the-code", "<script", "\u{1b}", &address.port().to_string()] {
            assert!(!self.body.contains(told), "{case}: {told:?} is in {}", self.body);
        }
    }
}

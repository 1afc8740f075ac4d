//! Answers that are none, and what is said of them.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::server::{Reply, Server, answer, say};
use super::{http, never, origin, origin_with, timing};
use crate::net::fault::explain;
use crate::net::{Body, Call, Error, Method, Trust};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What a GET of `reply` fails with, and how often it was asked.
async fn why(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (String, usize) {
    let server = Server::start(move |_, _| reply()).await;
    let error = origin(&server.url()).get(&Call::to(["user"])).await.unwrap_err();
    let Error::Unreachable { host, why, .. } = error else { panic!("{error:?}") };
    assert_eq!(host, server.address.to_string());
    (why, server.calls().len())
}

#[tokio::test]
async fn compressed_answers_are_read_and_bombs_are_not() {
    let packed = gzip(b"[1,2,3]");
    let server = Server::start(move |_, _| say(200, &[("content-encoding", "gzip")], &packed)).await;
    assert_eq!(&origin(&server.url()).get(&Call::to(["x"])).await.unwrap().body[..], b"[1,2,3]");

    let bomb = gzip(&vec![0; (16 << 20) + 1]);
    assert!(bomb.len() < 20_000);
    let server = Server::start(move |_, _| say(200, &[("content-encoding", "gzip")], &bomb)).await;
    let error = origin(&server.url()).get(&Call::to(["x"])).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} sent more than 16 MiB in answer to GET /x", server.address));
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn sixteen_mebibytes_are_read_and_not_one_byte_more() {
    let exact = answer(200, &[], vec![b' '; 16 << 20]);
    let server = Server::start(move |_, _| Reply::Bytes(exact.clone())).await;
    assert_eq!(origin(&server.url()).get(&Call::to(["x"])).await.unwrap().body.len(), 16 << 20);

    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n".to_vec();
    let endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = [format!("{:x}\r\n", 1 << 16).as_bytes(), &vec![b' '; 1 << 16], b"\r\n"].concat();
    for (head, piece) in [(announced, vec![b' '; 1 << 16]), (endless, chunk)] {
        let server = Server::start(move |_, _| Reply::Forever(head.clone(), piece.clone())).await;
        let error = origin(&server.url()).get(&Call::to(["x"])).await.unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit: 16, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn broken_answers_are_asked_for_again_three_times() {
    const CUT: &str = "the connection was closed in the middle of the answer";
    for (bytes, expected) in [
        (&b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"[..], CUT),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n123", CUT),
        (b"HTTP/1.1 200 OK\r\ncontent-", CUT),
        (b"", CUT),
    ] {
        let (why, asked) = why(move || Reply::Bytes(bytes.to_vec())).await;
        assert_eq!((why.as_str(), asked), (expected, 4), "{:?}", String::from_utf8_lossy(bytes));
    }
    for bytes in [&b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"[..], b"HTTP/1.1 200 OK\r\n", b""] {
        let (why, asked) = why(move || Reply::Reset(bytes.to_vec())).await;
        assert_eq!(asked, 4);
        assert!(["the connection was reset", CUT].contains(&why.as_str()), "{why}");
    }
}

#[tokio::test]
async fn nonsense_is_named_and_not_asked_for_again() {
    let many = "x-many: y\r\n".repeat(200);
    for bytes in [
        b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(),
        b"220 smtp.example ESMTP\r\n".to_vec(),
        b"\x15\x03\x03\x00\x02\x02\x28".to_vec(),
        b"HTTP/1.1 abc OK\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\ncontent-length: nine\r\n\r\n123456789".to_vec(),
        format!("HTTP/1.1 200 OK\r\n{many}\r\n").into_bytes(),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let (why, asked) = why(move || Reply::Bytes(bytes.clone())).await;
        assert_eq!((why.as_str(), asked), ("its answer is not HTTP, or has too many headers", 1), "{shown}");
    }
    let (why, asked) = why(|| say(200, &[("content-encoding", "gzip")], "not gzip at all")).await;
    assert_eq!((why.as_str(), asked), ("its answer cannot be decompressed", 1));
}

#[tokio::test]
async fn headers_without_end_are_left() {
    let server = Server::start(|_, _| Reply::Forever(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x-endless: yes\r\n".to_vec())).await;
    let error = origin(&server.url()).get(&Call::to(["x"])).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    let server = Server::start(|_, _| Reply::Forever(Vec::new(), b"HTTP/1.1 102 Processing\r\n\r\n".to_vec())).await;
    let error = origin(&server.url()).get(&Call::to(["x"])).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn silence_and_slowness_have_an_end() {
    let whole = answer(200, &[], "12345");
    let (head, _) = whole.split_at(whole.len() - 5);
    let started = Instant::now();
    let drip = whole.clone();
    let drip_body = [head, &[b' '; 5]].concat();
    assert_eq!(why(|| Reply::Silence).await, ("no answer within 1 s".to_owned(), 1));
    assert_eq!(why(move || Reply::Drip(Duration::from_millis(200), drip.clone())).await.0, "no answer within 1 s");
    assert_eq!(why(move || Reply::Drip(Duration::from_millis(50), drip_body.clone())).await.0, "no answer within 1 s");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn who_is_not_there_is_named() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = origin(&format!("http://{free}")).get(&Call::to(["user"])).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("{free} could not be reached: it refused the connection"));

    let allowed = Trust { allow_http: true, ..Trust::default() };
    let nowhere = origin_with(&http(Duration::ZERO, None), "http://no-such-host.invalid", &allowed, never);
    let error = nowhere.get(&Call::to(["user"]).with("token", "s3krit")).await.unwrap_err();
    assert_eq!(error.to_string(), "no-such-host.invalid could not be reached: its name could not be found");
    assert!(!format!("{error:?}").contains("s3krit"));
}

#[tokio::test]
async fn what_changes_state_is_never_sent_twice() {
    type Make = fn() -> Reply;
    let replies: [Make; 7] = [
        || Reply::Reset(Vec::new()),
        || Reply::Reset(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123".to_vec()),
        || Reply::Bytes(Vec::new()),
        || say(502, &[], ""),
        || say(503, &[("retry-after", "0")], ""),
        || say(504, &[], ""),
        || Reply::Silence,
    ];
    for (number, reply) in replies.into_iter().enumerate() {
        for method in [Method::Post, Method::Delete] {
            let server = Server::start(move |_, _| reply()).await;
            let outcome = origin(&server.url()).send(method, &Call::to(["tokens"]), Body::Empty).await;
            assert_eq!(server.connections(), 1, "{number} {method:?}");
            assert_eq!(outcome.is_ok(), (3..6).contains(&number), "{number} {method:?}");
        }
    }
}

#[tokio::test]
async fn a_post_on_a_kept_connection_that_breaks_is_not_sent_again() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let posts = std::rc::Rc::new(std::cell::Cell::new(0));
    let seen = std::rc::Rc::clone(&posts);
    let serve = async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut piece = [0; 4096];
            // GETs are answered and the connection kept; a POST is read and the connection closed.
            while let Ok(read) = stream.read(&mut piece).await
                && piece[..read].starts_with(b"GET")
            {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            }
            seen.set(seen.get() + u32::from(piece.starts_with(b"POST")));
        }
    };
    let origin = origin(&format!("http://{address}"));
    let ask = async {
        origin.get(&Call::to(["x"])).await.unwrap();
        origin.send(Method::Post, &Call::to(["x"]), Body::Empty).await.unwrap_err()
    };
    let error = tokio::select! { error = ask => error, () = serve => unreachable!() };
    assert!(error.to_string().ends_with("the connection was closed in the middle of the answer"), "{error}");
    assert_eq!(posts.get(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    for (status, expected) in [
        (407, "the proxy wants a user name and password"),
        (403, "the proxy refuses to connect to it"),
        (502, "the proxy refuses to connect to it"),
    ] {
        let proxy = Server::start(move |_, _| say(status, &[], "")).await;
        let client = reqwest::Client::builder().proxy(reqwest::Proxy::https(proxy.url()).unwrap()).build().unwrap();
        let error = client.get("https://git.acme.com/?token=s3krit").send().await.unwrap_err();
        let fault = explain(error, timing().limits);
        assert_eq!((fault.why.as_str(), fault.broken), (expected, false));
    }
    for nobody in ["http://127.0.0.1:1", "http://no-such-host.invalid"] {
        let client = reqwest::Client::builder().proxy(reqwest::Proxy::https(nobody).unwrap()).build().unwrap();
        let error = client.get("https://git.acme.com/").send().await.unwrap_err();
        assert_eq!(explain(error, timing().limits).why, "the proxy could not be reached", "{nobody}");
    }
}

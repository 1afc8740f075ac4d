//! The right callback: what comes of it, and that it comes of it once.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{House, STATE, get, valid};
use crate::oauth::callback::Reply;
use crate::oauth::loopback::{Loopback, Wrong};

#[tokio::test]
async fn a_plain_callback_gets_its_page() {
    House::open().succeeds("plain").await;
}

#[tokio::test]
async fn an_old_browser_may_speak_http_1_0() {
    let mut house = House::open();
    let request = format!("GET /callback?code=c&state={STATE} HTTP/1.0\r\nHost: {}\r\n\r\n", house.address);
    let mut stream = house.connect().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(matches!(house.listening.reply().await, Reply::Code(code) if code.expose() == "c"));
}

#[tokio::test]
async fn iss_may_be_missing_and_parameters_of_others_are_ignored() {
    let mut house = House::open();
    let _browser = house.begin(&format!("scope=repo+user&code=a%2Bb%20c&session_state=1&state={STATE}&flag")).await;
    assert!(matches!(house.listening.reply().await, Reply::Code(code) if code.expose() == "a+b c"));
    assert_eq!(house.listening.wrong(), Wrong::default());
}

#[tokio::test]
async fn a_refusal_is_clean() {
    let mut house = House::open();
    let description = "no%1b[31m%3Cscript%3E%0d%0a".to_owned() + &"x".repeat(500);
    let _browser = house.begin(&format!("error=access_denied&error_description={description}&state={STATE}")).await;
    let Reply::Refused { error, description: Some(description) } = house.listening.reply().await else { panic!() };
    assert_eq!(error, "access_denied");
    assert!(description.starts_with("no\u{fffd}[31m<script>\u{fffd}\u{fffd}xxx"), "{description}");
    assert_eq!(description.chars().count(), 240);
}

#[tokio::test]
async fn a_second_callback_is_too_late() {
    let mut house = House::open();
    let _first = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    for query in [valid("the-code"), valid("canary")] {
        let second = house.get(&format!("/callback?{query}")).await;
        assert_eq!(second.status, 400);
        assert!(second.body.contains("answered already"), "{}", second.body);
        second.check("second", house.address);
    }
    assert_eq!(house.listening.wrong(), Wrong { other: 2, ..Wrong::default() });
    assert!(timeout(Duration::from_millis(50), house.listening.reply()).await.is_err());
}

#[tokio::test]
async fn of_two_browsers_at_once_one_is_first() {
    let mut house = House::open();
    let (mut one, mut other) = (house.begin(&valid("one")).await, house.begin(&valid("two")).await);
    assert!(matches!(house.listening.reply().await, Reply::Code(_)));
    let late = async {
        tokio::select! {
            answer = super::Answer::read(&mut one) => answer,
            answer = super::Answer::read(&mut other) => answer,
        }
    };
    assert_eq!(timeout(Duration::from_secs(2), late).await.unwrap().status, 400);
}

#[tokio::test]
async fn others_are_answered_while_the_code_is_exchanged() {
    let mut house = House::open();
    let _browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    assert_eq!(house.get("/favicon.ico").await.status, 404);
    assert_eq!(house.get("/done").await.status, 404);
    assert_eq!(house.get("/callback?code=canary&state=canary").await.status, 400);
}

#[tokio::test]
async fn a_reply_that_came_before_anybody_asked_is_kept() {
    let mut house = House::open();
    let _browser = house.begin(&valid("the-code")).await;
    for _ in 0..3 {
        // Dropped while waiting, as `select!` does.
        let _ = timeout(Duration::ZERO, std::future::pending::<()>()).await;
        tokio::select! {
            biased;
            () = tokio::task::yield_now() => {}
            reply = house.listening.reply() => { assert!(matches!(reply, Reply::Code(_))); return; }
        }
    }
    assert!(matches!(house.listening.reply().await, Reply::Code(_)));
}

#[tokio::test]
async fn the_other_family_works_where_it_is_bound() {
    House::at(IpAddr::from(Ipv6Addr::LOCALHOST)).succeeds("::1").await;
    let house = House::at(IpAddr::from(Ipv6Addr::LOCALHOST));
    let port = house.address.port();
    for host in
        [format!("127.0.0.1:{port}"), format!("::1:{port}"), format!("[0:0:0:0:0:0:0:1]:{port}"), format!("localhost:{port}")]
    {
        let request = get(house.address, &format!("/callback?{}", valid("canary"))).replace(&house.address.to_string(), &host);
        assert_eq!(house.send(request.as_bytes()).await.status, 400, "{host}");
    }
}

#[tokio::test]
async fn the_redirect_address_is_the_literal() {
    let loopback = Loopback::bind(None).await.unwrap();
    let address = loopback.redirect_uri("/callback");
    let port = address.strip_prefix("http://127.0.0.1:").unwrap().strip_suffix("/callback").unwrap();
    assert!(port.parse::<u16>().unwrap() > 0);
    let loopback = Loopback::bind_to(IpAddr::from(Ipv6Addr::LOCALHOST), 0).unwrap();
    assert!(loopback.redirect_uri("/").starts_with("http://[::1]:"));
}

#[tokio::test]
async fn a_given_port_is_the_one_or_none() {
    let first = Loopback::bind(None).await.unwrap();
    let port: u16 = first.redirect_uri("").rsplit(':').next().unwrap().parse().unwrap();
    let taken = Loopback::bind(Some(port)).await.err().unwrap();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    drop(first);
    assert_eq!(Loopback::bind(Some(port)).await.unwrap().redirect_uri("/x"), format!("http://127.0.0.1:{port}/x"));
}

#[tokio::test]
async fn dropping_it_closes_everything() {
    let mut house = House::open();
    let mut browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    let address = house.address;
    drop(house);
    assert_eq!(super::Answer::read(&mut browser).await.status, 0);
    assert!(TcpStream::connect(address).await.is_err());
}

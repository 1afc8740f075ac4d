//! Many connections, slow ones, and ones that say nothing: the browser still gets through.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{Answer, House, get, valid};

/// Whether the other side has closed, within this time.
async fn closes(stream: &mut TcpStream, within: Duration) -> bool {
    let mut byte = [0];
    matches!(timeout(within, stream.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn idle_connections_keep_nobody_out() {
    let house = House::open();
    let mut idle = Vec::new();
    for _ in 0..64 {
        idle.push(house.connect().await);
    }
    let started = Instant::now();
    house.succeeds("64 idle").await;
    // Not because the idle ones ran into their own limit.
    assert!(started.elapsed() < Duration::from_millis(1900), "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_oldest_that_says_nothing_gives_way_to_the_ninth() {
    let house = House::open();
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(house.connect().await);
    }
    assert!(!closes(&mut idle[0], Duration::from_millis(100)).await);
    let mut ninth = house.connect().await;
    assert!(closes(&mut idle[0], Duration::from_millis(500)).await);
    assert!(!closes(&mut idle[1], Duration::from_millis(100)).await);
    assert!(!closes(&mut ninth, Duration::from_millis(100)).await);
}

#[tokio::test]
async fn the_browser_that_waits_is_not_turned_out() {
    let mut house = House::open();
    let mut browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    let mut idle = Vec::new();
    for _ in 0..64 {
        idle.push(house.connect().await);
    }
    assert!(!closes(&mut browser, Duration::from_millis(100)).await);
}

#[tokio::test]
async fn a_head_has_two_seconds() {
    let house = House::open();
    let mut silent = house.connect().await;
    let mut half = house.connect().await;
    half.write_all(b"GET /callback?code=x HTTP/1.1\r\nHo").await.unwrap();
    let started = Instant::now();
    assert_eq!((Answer::read(&mut silent).await.status, Answer::read(&mut half).await.status), (0, 0));
    assert!((Duration::from_millis(1800)..Duration::from_secs(4)).contains(&started.elapsed()), "{:?}", started.elapsed());
    house.succeeds("silence").await;
}

#[tokio::test]
async fn a_drip_is_cut_off() {
    let house = House::open();
    let (mut read, mut write) = house.connect().await.into_split();
    let drip = tokio::spawn(async move {
        for byte in b"GET /callback?code=drip HTTP/1.1\r\nAccept: text/html\r\nHost: " {
            if write.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
    });
    let mut answer = Vec::new();
    let ended = timeout(Duration::from_secs(4), read.read_to_end(&mut answer)).await;
    assert!(ended.is_ok() && answer.is_empty());
    drip.abort();
    house.succeeds("drip").await;
}

#[tokio::test]
async fn a_port_scan_changes_nothing() {
    let house = House::open();
    for _ in 0..100 {
        drop(house.connect().await);
    }
    assert_eq!(house.listening.wrong(), super::super::loopback::Wrong::default());
    house.succeeds("100 connections").await;
}

#[tokio::test]
async fn a_reset_changes_nothing() {
    let house = House::open();
    for _ in 0..20 {
        let mut stream = house.connect().await;
        stream.write_all(b"GET /callback?co").await.unwrap();
        stream.set_zero_linger().unwrap();
    }
    house.succeeds("resets").await;
}

#[tokio::test]
async fn half_a_request_and_away_changes_nothing() {
    let house = House::open();
    let whole = get(house.address, &format!("/callback?{}", valid("the-code")));
    for length in [1, 4, 20, whole.len() - 1] {
        let mut stream = house.connect().await;
        stream.write_all(&whole.as_bytes()[..length]).await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(Answer::read(&mut stream).await.status, 0, "{length}");
    }
    house.succeeds("half a request").await;
}

#[tokio::test]
async fn a_connection_answers_once() {
    let house = House::open();
    let two = get(house.address, "/favicon.ico") + &get(house.address, &format!("/callback?{}", valid("canary")));
    // `read` would not take a second answer for a body without it: the sizes tell.
    let answer = house.send(two.as_bytes()).await;
    assert_eq!((answer.status, answer.header("content-length")), (404, Some(answer.body.len().to_string().as_str())));
    answer.check("pipelined", house.address);
    house.succeeds("pipelined").await;
}

#[tokio::test]
async fn a_callback_with_a_second_request_behind_it_is_taken() {
    let mut house = House::open();
    let two = get(house.address, &format!("/callback?{}", valid("the-code"))) + &get(house.address, "/done");
    let mut stream = house.connect().await;
    stream.write_all(two.as_bytes()).await.unwrap();
    house.listening.reply().await;
    let address = house.address;
    let (answer, ()) = tokio::join!(Answer::read(&mut stream), house.listening.finish(super::connected()));
    assert_eq!((answer.status, answer.body.as_str()), (303, ""));
    answer.check("pipelined", address);
}

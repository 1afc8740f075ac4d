//! The end of a login: the browser that waits gets its page, and nobody waits for one that does not come.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

use super::{Answer, House, connected, valid};
use crate::oauth::loopback::Outcome;

#[tokio::test]
async fn a_slow_exchange_costs_the_browser_nothing() {
    let mut house = House::open();
    let mut browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    sleep(Duration::from_millis(2600)).await;
    let (answer, ()) = tokio::join!(Answer::read(&mut browser), house.listening.finish(connected()));
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_failure_is_told() {
    let mut house = House::open();
    let mut browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    let address = house.address;
    let failed = Outcome::Failed { what: "the code was refused: <img src=x onerror=alert(1)>".to_owned() };
    let follow = async {
        assert_eq!(Answer::read(&mut browser).await.status, 303);
        let mut again = TcpStream::connect(address).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut again, super::get(address, "/done").as_bytes()).await.unwrap();
        Answer::read(&mut again).await
    };
    let ((), page) = tokio::join!(house.listening.finish(failed), follow);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<h1>Not connected</h1>") && page.body.contains("&lt;img src=x"), "{}", page.body);
    assert!(!page.body.contains("<img"), "{}", page.body);
    page.check("failure", address);
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_three_seconds() {
    let mut house = House::open();
    let mut browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    let address = house.address;
    let started = Instant::now();
    let (answer, ()) = tokio::join!(Answer::read(&mut browser), house.listening.finish(connected()));
    assert_eq!(answer.status, 303);
    assert!((Duration::from_millis(2900)..Duration::from_millis(3900)).contains(&started.elapsed()), "{:?}", started.elapsed());
    sleep(Duration::from_millis(20)).await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn without_a_browser_it_ends_at_once() {
    let house = House::open();
    let started = Instant::now();
    house.listening.finish(connected()).await;
    assert!(started.elapsed() < Duration::from_millis(500));
}

#[tokio::test]
async fn a_window_that_was_closed_is_not_waited_for() {
    let mut house = House::open();
    let browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    drop(browser);
    sleep(Duration::from_millis(50)).await;
    let started = Instant::now();
    house.listening.finish(connected()).await;
    assert!(started.elapsed() < Duration::from_millis(500));
}

#[tokio::test]
async fn the_browser_may_come_while_a_pasted_address_is_exchanged() {
    let house = House::open();
    let mut browser = house.begin(&valid("the-code")).await;
    sleep(Duration::from_millis(50)).await;
    let (answer, ()) = tokio::join!(Answer::read(&mut browser), house.listening.finish(connected()));
    assert_eq!(answer.status, 303);
}

//! What the log says of what was refused.

use super::start::{PATH, form};
use super::{House, STATE, valid};
use crate::net::testing::Log;

#[tokio::test]
async fn the_log_names_the_reason_and_nothing_of_the_request() {
    let log = Log::capture();
    let mut house = House::with(&form("canary"));
    house.get(PATH).await;
    house.get(&format!("{PATH}?canary")).await;
    house.get("/callback?code=canary&state=canary").await;
    house.get(&format!("/callback?code=canary%zz&state={STATE}")).await;
    house.get("/canary").await;
    house.send(b"GET /canary HTTP/1.1\r\nHost: canary.example\r\n\r\n").await;
    house.send(b"canary canary canary canary\r\n\r\n").await;
    let _first = house.begin(&valid("canary")).await;
    house.listening.reply().await;
    house.get(&format!("/callback?{}", valid("canary"))).await;
    let log = log.text();
    for secret in ["canary", STATE, PATH, "%zz"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    for reason in
        ["the state of another login", "a broken %-escape", "its path is another", "its Host", "not HTTP", "already answered"]
    {
        assert!(log.contains(reason), "{reason}: {log}");
    }
}

//! What the log says of what was refused.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};

use super::{House, STATE, valid};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_names_the_reason_and_nothing_of_the_request() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let mut house = House::open();
    house.get("/callback?code=canary&state=canary").await;
    house.get(&format!("/callback?code=canary%zz&state={STATE}")).await;
    house.get("/canary").await;
    house.send(b"GET /canary HTTP/1.1\r\nHost: canary.example\r\n\r\n").await;
    house.send(b"canary canary canary canary\r\n\r\n").await;
    let _first = house.begin(&valid("canary")).await;
    house.listening.reply().await;
    house.get(&format!("/callback?{}", valid("canary"))).await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for secret in ["canary", STATE, "%zz"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    for reason in
        ["the state of another login", "a broken %-escape", "its path is another", "its Host", "not HTTP", "already answered"]
    {
        assert!(log.contains(reason), "{reason}: {log}");
    }
}

//! GitHub's API for one app, below a server of its shape: it checks the app's signature, makes tokens, and counts them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{AppKey, in_seconds};
use crate::relay::{Answer, Asked};

/// An app on its host. Clones share what they know.
#[derive(Clone)]
pub(crate) struct AppHost {
    pub(crate) key: Arc<AppKey>,
    books: Arc<Mutex<Books>>,
}

/// What the host knows.
#[derive(Debug, Clone, Default)]
struct Books {
    /// Number and account.
    installations: Vec<(u64, &'static str)>,
    /// How many tokens were made, by installation.
    made: BTreeMap<u64, u64>,
    /// How many were made before the books were last opened anew: no token comes twice.
    before: u64,
    refused: Vec<String>,
    /// Of the next token, in seconds.
    life: i64,
    /// Between a token's being made and its being sent.
    pause: Duration,
}

impl AppHost {
    pub(crate) fn new() -> Self {
        Self { key: Arc::new(AppKey::make("Iv23liPEERS0123456789")), books: Arc::default() }
    }

    /// The app is installed there from now on.
    pub(crate) fn install(&self, id: u64, account: &'static str) {
        self.books.lock().unwrap().installations.push((id, account));
    }

    /// From now on tokens live for so many seconds, and so much time passes before each is sent. What was made and refused is forgotten.
    pub(crate) fn begins(&self, life: i64, pause: Duration) {
        let mut books = self.books.lock().unwrap();
        books.before += books.made.values().sum::<u64>();
        books.made.clear();
        books.refused.clear();
        (books.life, books.pause) = (life, pause);
    }

    /// How many tokens were made, by installation.
    pub(crate) fn made(&self) -> BTreeMap<u64, u64> {
        self.books.lock().unwrap().made.clone()
    }

    /// Why something was refused.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.books.lock().unwrap().refused.clone()
    }

    /// The newest token of an installation.
    pub(crate) fn newest(&self, installation: u64) -> String {
        let books = self.books.lock().unwrap();
        token(installation, books.before + books.made[&installation])
    }

    /// The app as GitHub shows it at this address.
    pub(crate) fn app(&self, base: &str) -> Value {
        json!({
            "id": 4711, "client_id": self.key.client_id, "slug": "gitconn-peers", "name": "gitconn peers",
            "owner": {"login": "acme", "id": 9, "type": "Organization"}, "html_url": format!("{base}/github-apps/gitconn-peers"),
            "permissions": {"contents": "read", "metadata": "read"}, "events": [],
        })
    }

    /// Answers a request to the API, or says that it is none.
    pub(crate) fn answer(&self, base: &str, asked: &Asked) -> Option<Answer> {
        let path: Vec<&str> = asked.path.strip_prefix("/api/v3/")?.split('/').collect();
        if let Err(why) = self.key.signed(asked) {
            self.books.lock().unwrap().refused.push(format!("{} {}: {why}", asked.method, asked.path));
            return Some(Answer::json(401, &json!({"message": "A JSON web token could not be decoded"})));
        }
        Some(match (asked.method.as_str(), path.as_slice()) {
            ("GET", ["app"]) => Answer::json(200, &self.app(base)),
            ("GET", ["app", "installations"]) => {
                let known = self.books.lock().unwrap().installations.clone();
                Answer::json(200, &known.into_iter().map(|(id, account)| installation(base, id, account)).collect())
            }
            ("POST", ["app", "installations", id, "access_tokens"]) => self.make(id.parse().unwrap()),
            _ => Answer::json(404, &json!({"message": "Not Found"})),
        })
    }

    fn make(&self, installation: u64) -> Answer {
        let (body, pause) = {
            let mut books = self.books.lock().unwrap();
            let number = books.made.entry(installation).or_default();
            *number += 1;
            let token = token(installation, *number + books.before);
            (json!({"token": token, "expires_at": in_seconds(books.life), "repository_selection": "all"}), books.pause)
        };
        std::thread::sleep(pause);
        Answer::json(201, &body)
    }
}

fn token(installation: u64, number: u64) -> String {
    format!("ghs_{installation:016}{number:020}")
}

fn installation(base: &str, id: u64, account: &str) -> Value {
    json!({
        "id": id, "account": {"login": account, "id": 100 + id, "type": "Organization"}, "repository_selection": "all",
        "html_url": format!("{base}/organizations/{account}/settings/installations/{id}"), "app_slug": "gitconn-peers",
        "permissions": {"contents": "read", "metadata": "read"}, "created_at": "2026-11-01T12:00:00Z", "suspended_at": null,
    })
}

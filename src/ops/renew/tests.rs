//! Many tasks of one process that need the same token, against a server whose refresh tokens work once and whose families die by reuse. Many processes
//! are `tests/it/renew.rs`.

use std::collections::HashSet;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use futures_util::future::join_all;
use jiff::SignedDuration;

use super::Renewer;
use crate::config::Config;
use crate::env::Env;
use crate::model::{Connection, Expiry, HostUrl, OAuthTokens, ProviderId};
use crate::ops::connect::{Plan, connect};
use crate::ops::grant::{Grant, Pair};
use crate::ops::store::{Keeping, init};
use crate::ops::{Around, Choices, HostOptions, Notices, Offered, Session, Shield, Waiting, Watcher};
use crate::secret::Secret;
use crate::store::{Keep, Store};

/// Nobody looks.
struct Nobody;

impl Watcher for Nobody {
    fn waiting(&self, _: Option<&Waiting>) {}
}

impl Notices for Nobody {
    fn warn(&self, _: &str) {}
}

/// A token endpoint of GitLab's shape.
#[derive(Default)]
struct Endpoint {
    posts: u32,
    spent: HashSet<String>,
    /// A spent token came again: the family is dead, and everybody is logged out.
    revoked: bool,
}

type Shared = Arc<Mutex<Endpoint>>;

async fn token(State(endpoint): State<Shared>, body: String) -> (axum::http::StatusCode, String) {
    let mut endpoint = endpoint.lock().unwrap();
    endpoint.posts += 1;
    let sent = url::form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "refresh_token").unwrap().1.into_owned();
    endpoint.revoked |= !endpoint.spent.insert(sent);
    if endpoint.revoked {
        // GitLab's words (doorkeeper's en.yml), shortened.
        let refusal =
            r#"{"error":"invalid_grant","error_description":"The provided authorization grant is invalid, expired, revoked"}"#;
        return (axum::http::StatusCode::BAD_REQUEST, refusal.to_owned());
    }
    let number = endpoint.posts;
    let body = format!(
        r#"{{"access_token":"access-{number}","token_type":"Bearer","expires_in":7200,"refresh_token":"refresh-{number}"}}"#
    );
    (axum::http::StatusCode::OK, body)
}

/// A server that is up until the test ends.
async fn serve() -> (HostUrl, Shared) {
    let endpoint = Shared::default();
    let router = axum::Router::new().route("/oauth/token", axum::routing::post(token)).with_state(Arc::clone(&endpoint));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = HostUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (host, endpoint)
}

fn surroundings(root: &Path) -> Env {
    let path = |name: &str| root.join(name).into_os_string();
    Env::from_variables([
        ("GITCONN_STORE", path("store.age")),
        ("GITCONN_STATE_DIR", path("state")),
        ("GITCONN_CONFIG", path("config.toml")),
        ("GITCONN_KEY_FILE", path("key.txt")),
        ("no_proxy", "127.0.0.1".into()),
    ])
}

/// Runs a test with a session, a store, a connection that was logged in an hour ago, and what its provider has seen.
async fn in_a_room(test: impl AsyncFnOnce(&Session<'_>, &Store, &Connection, &Shared)) {
    let root = tempfile::tempdir().unwrap();
    let (env, (host, endpoint)) = (surroundings(root.path()), serve().await);
    let config = Config::load(&env).unwrap();
    let session = session(&env, &config);
    let work = async {
        let store = init(&session, &Keeping::File(root.path().join("key.txt"))).unwrap().store;
        let connection = logged_in(&session, &store, &host).await;
        test(&session, &store, &connection, &endpoint).await;
    };
    tokio::task::LocalSet::new().run_until(work).await;
}

fn session<'a>(env: &'a Env, config: &'a Config) -> Session<'a> {
    let around = Around { ask: None, watcher: Rc::new(Nobody), notices: Rc::new(Nobody), shield: Shield::default() };
    Session::new(env, config, &Choices::default(), around).unwrap()
}

/// A connection that was logged in long ago.
async fn logged_in(session: &Session<'_>, store: &Store, host: &HostUrl) -> Connection {
    let mut plan = Plan::new(ProviderId::GitLab, Some(host.as_str()), HostOptions::default()).unwrap();
    plan.offline = true;
    let tokens = OAuthTokens {
        access: Secret::from("access-0".to_owned()),
        refresh: Some(Secret::from("refresh-0".to_owned())),
        expires_in: Some(7200),
        refresh_expires_in: None,
        created_at: None,
        scopes: None,
    };
    let pair = Pair::new(tokens, session.now());
    let grant = Grant { pair, client_id: "c".to_owned(), flow: crate::model::GrantFlow::Browser, requested: None };
    let connection = connect(session, store, plan, Offered::Login(Box::new(grant))).await.unwrap().connection;
    let issued_at = session.now() - SignedDuration::from_hours(1);
    let saved = store.change(&session.stamp(), Keep::Nothing, |db| {
        let grant = db.grant(&connection.id)?.unwrap();
        db.put_grant(&connection.id, &crate::store::GrantRecord { issued_at, ..grant })
    });
    let () = saved.unwrap().value;
    connection
}

/// Its time is over.
fn expire(session: &Session<'_>, store: &Store, connection: &Connection) {
    let stamp = session.stamp();
    let ended = stamp.at - SignedDuration::from_mins(1);
    let saved = store.change(&stamp, Keep::Nothing, |db| {
        let mut current = db.find(connection.id.as_str())?.unwrap();
        current.expiry = Expiry::At(ended);
        db.update(&current)
    });
    let _ = saved.unwrap();
}

fn renewer(session: &Session<'_>, store: &Store) -> Rc<Renewer> {
    Rc::new(Renewer::new(store.clone(), session.env().clone(), session.http().clone(), Shield::default(), Rc::new(Nobody)))
}

#[tokio::test]
async fn thirty_two_tasks_that_need_the_same_token_ask_once_a_hundred_times() {
    in_a_room(a_hundred_rounds).await;
}

async fn a_hundred_rounds(session: &Session<'_>, store: &Store, connection: &Connection, endpoint: &Shared) {
    for round in 1..=100 {
        expire(session, store, connection);
        // As a process of its own would have it: nothing is known yet.
        let renewer = renewer(session, store);
        let tokens = join_all((0..32).map(|_| renewer.live(&connection.id))).await;
        for token in tokens {
            assert_eq!(token.unwrap().expose(), format!("access-{round}"));
        }
        let endpoint = endpoint.lock().unwrap();
        assert_eq!((endpoint.posts, endpoint.revoked), (round, false));
    }
    let view = store.read().unwrap();
    assert!(view.intent(&connection.id).unwrap().is_none());
    assert_eq!(view.refresh_token(&connection.id).unwrap().unwrap().expose(), "refresh-100");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_all_who_were_refused() {
    in_a_room(refused).await;
}

async fn refused(session: &Session<'_>, store: &Store, connection: &Connection, endpoint: &Shared) {
    let renewer = renewer(session, store);
    let refused = renewer.live(&connection.id).await.unwrap();
    assert_eq!(endpoint.lock().unwrap().posts, 0);
    let all = join_all((0..32).map(|_| renewer.instead_of(&connection.id, &refused))).await;
    for token in all {
        assert_eq!(token.unwrap().unwrap().expose(), "access-1");
    }
    assert_eq!(endpoint.lock().unwrap().posts, 1);
    // The new one is refused too: that is the last word.
    let second = renewer.live(&connection.id).await.unwrap();
    assert!(renewer.instead_of(&connection.id, &second).await.unwrap().is_none());
    assert_eq!(endpoint.lock().unwrap().posts, 1);
}

#[tokio::test]
async fn what_another_process_bought_is_taken_however_young_it_is() {
    in_a_room(bought_elsewhere).await;
}

async fn bought_elsewhere(session: &Session<'_>, store: &Store, connection: &Connection, endpoint: &Shared) {
    let (one, other) = (renewer(session, store), renewer(session, store));
    let refused = one.live(&connection.id).await.unwrap();
    assert_eq!(other.live(&connection.id).await.unwrap().expose(), refused.expose());
    assert_eq!(one.instead_of(&connection.id, &refused).await.unwrap().unwrap().expose(), "access-1");
    assert_eq!(other.instead_of(&connection.id, &refused).await.unwrap().unwrap().expose(), "access-1");
    assert_eq!(endpoint.lock().unwrap().posts, 1);
}

#[tokio::test]
async fn a_renewal_goes_on_although_whoever_wanted_it_is_given_up() {
    in_a_room(given_up).await;
}

async fn given_up(session: &Session<'_>, store: &Store, connection: &Connection, endpoint: &Shared) {
    let shield = Shield::default();
    let renewer =
        Rc::new(Renewer::new(store.clone(), session.env().clone(), session.http().clone(), shield.clone(), Rc::new(Nobody)));
    for round in 1..=20_u64 {
        expire(session, store, connection);
        // Another moment in every round, from before the lock to after the save.
        let wanted = tokio::time::timeout(std::time::Duration::from_millis(round), renewer.live(&connection.id));
        drop(wanted.await);
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        shield.lifted().await;
        let endpoint = endpoint.lock().unwrap();
        let view = store.read().unwrap();
        let kept = view.refresh_token(&connection.id).unwrap().unwrap();
        assert_eq!(kept.expose(), format!("refresh-{}", endpoint.posts), "what was bought is what is kept");
        assert!(!endpoint.revoked);
    }
    assert!(endpoint.lock().unwrap().posts >= 10);
}

//! Calls as they are made, and what becomes of their answers.

mod kind;
mod listings;
mod revocation;

use std::rc::Rc;
use std::time::Duration;

use crate::env::Env;
use crate::model::{AuthMethod, Expiry, HostUrl, ProviderId, TokenKind, Verdict};
use crate::net::{Http, Options, Trust, Unchanging};
use crate::provider::testing::{Server, say};
use crate::provider::{Credential, Identity, Known, Provider, kind};
use crate::secret::Secret;

/// A token that ends in `cafe0123`.
fn token() -> String {
    format!("{}cafe0123", "0a".repeat(16))
}

const SWAGGER: &str = "https://git.acme.com/gitea/api/swagger";
/// What a router says of a call that a version does not know.
const ABSENT: &str = "404 page not found\n";
const USER: &str = r#"{"id":24,"login":"ada","username":"ada","active":true}"#;

fn refused(message: &str) -> String {
    serde_json::json!({ "message": message, "url": SWAGGER }).to_string()
}

/// Somebody of whom a check has told id and name.
fn ada() -> Identity {
    Identity { account_id: Some("24".to_owned()), username: Some("ada".to_owned()), ..Identity::unknown(AuthMethod::Pat) }
}

/// Below a path root, as some instances are.
fn gitea(server: &Server, identity: Identity) -> Box<dyn Provider> {
    let env = Env::from_variables([("no_proxy", "127.0.0.1")]);
    let http = Http::new(env, Options { max_wait: Duration::from_secs(1), watcher: None });
    let host = HostUrl::parse(&format!("{}/gitea", server.url)).unwrap();
    let kind = kind(ProviderId::Gitea);
    let credential = Credential { identity, token: Rc::new(Unchanging(Secret::from(token()))) };
    kind.connect(&http, &host, &kind.api_base(&host), &Trust::default(), credential).unwrap()
}

#[tokio::test]
async fn a_check_asks_three_times_and_puts_it_together() {
    let server = Server::start(|call| match call {
        "GET /gitea/api/v1/version" => say(200, &[], r#"{"version":"1.27.0"}"#),
        "GET /gitea/api/v1/user" => say(200, &[], USER),
        "GET /gitea/api/v1/token" => {
            say(200, &[], r#"{"id":4,"name":"ci","scopes":["read:user","write:repository"],"user":{"id":24,"login":"ada"}}"#)
        }
        other => panic!("{other}"),
    })
    .await;
    let probe = gitea(&server, Identity::unknown(AuthMethod::Pat)).probe(&Known::default()).await;
    assert_eq!((probe.verdict, probe.server_version.as_deref()), (Verdict::Valid, Some("Gitea 1.27.0")), "{:?}", probe.reason);
    assert_eq!((probe.method, probe.kind, probe.expiry), (Some(AuthMethod::Pat), Some(TokenKind::Personal), Some(Expiry::Never)));
    assert_eq!(probe.scopes.unwrap(), ["read:user", "write:repository"]);
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|asked| asked.headers["authorization"].to_str().unwrap() == format!("Bearer {}", token())));
}

#[tokio::test]
async fn scopes_are_learnt_from_a_refusal() {
    let of = |version: &'static str, last: (u16, &'static str)| async move {
        let server = Server::start(move |call| match call {
            "GET /gitea/api/v1/version" => say(200, &[], &format!(r#"{{"version":"{version}"}}"#)),
            "GET /gitea/api/v1/user" => say(200, &[], USER),
            "GET /gitea/api/v1/token" => say(404, &[], ABSENT),
            "GET /gitea/api/v1/notifications/new" => {
                say(last.0, &[], &if last.0 == 403 { refused(last.1) } else { last.1.to_owned() })
            }
            other => panic!("{other}"),
        })
        .await;
        let probe = gitea(&server, Identity::unknown(AuthMethod::Pat)).probe(&Known::default()).await;
        assert_eq!(probe.verdict, Verdict::Valid, "{:?}", probe.reason);
        (probe.server_version.unwrap_or_default(), probe.scopes, server.asked().len())
    };
    let newer = "token does not have at least one of required scope(s), required=[read:notification], token scope=read:repository,read:user";
    let scopes = Some(vec!["read:repository".to_owned(), "read:user".to_owned()]);
    assert_eq!(of("1.26.4", (403, newer)).await, ("Gitea 1.26.4".to_owned(), scopes.clone(), 4));
    assert_eq!(of("development", (403, newer)).await, (String::new(), scopes, 4));
    // It has that scope, or its server does not name those that it has: nothing is known of the others.
    assert_eq!(of("1.26.4", (200, r#"{"new":0}"#)).await.1, None);
    let forgejo = "token does not have at least one of required scope(s): [read:notification]";
    assert_eq!(of("development", (403, forgejo)).await, (String::new(), None, 4));
    // One that is known never to name them is not asked.
    assert_eq!(of("15.0.0+gitea-1.22.0", (403, forgejo)).await, ("Forgejo 15.0.0".to_owned(), None, 3));
    assert_eq!(of("1.22.6", (403, forgejo)).await, ("Gitea 1.22.6".to_owned(), None, 3));
    assert_eq!(of("1.26.4", (502, "<html>")).await.1, None);
}

#[tokio::test]
async fn a_login_is_not_asked_for_its_token() {
    let server = Server::start(|call| match call {
        "GET /gitea/api/v1/version" => say(403, &[], r#"{"message":"Only signed in user is allowed to call APIs."}"#),
        "GET /gitea/api/v1/user" => say(200, &[], USER),
        "GET /gitea/api/v1/notifications/new" => say(200, &[], r#"{"new":0}"#),
        other => panic!("{other}"),
    })
    .await;
    let probe = gitea(&server, Identity::unknown(AuthMethod::OAuth)).probe(&Known::default()).await;
    assert_eq!((probe.verdict, probe.method, probe.kind), (Verdict::Valid, Some(AuthMethod::OAuth), None));
    assert_eq!((probe.expiry, probe.server_version), (Some(Expiry::Unknown), None));
}

#[tokio::test]
async fn a_check_never_fails() {
    let limited = Server::start(|_| say(429, &[("retry-after", "900")], "<html>Too Many Requests")).await;
    let probe = gitea(&limited, ada()).probe(&Known::default()).await;
    assert_eq!((probe.verdict, probe.rate_limit.is_some()), (Verdict::RateLimited, true));
    let wrong = Server::start(|_| say(404, &[], "<html>")).await;
    let probe = gitea(&wrong, ada()).probe(&Known::default()).await;
    assert_eq!(probe.verdict, Verdict::Unreachable);
    assert!(probe.reason.as_deref().unwrap().contains("path root"), "{:?}", probe.reason);
    let unknown = Server::start(|_| say(401, &[], &refused("user does not exist [uid: 0, name: ]"))).await;
    assert_eq!(gitea(&unknown, ada()).probe(&Known::default()).await.verdict, Verdict::Invalid);
}

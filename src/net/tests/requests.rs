//! What is sent.

use std::rc::Rc;

use async_trait::async_trait;

use super::server::{Reply, Server, say};
use super::{bearer, http, never, origin};
use crate::model::HostUrl;
use crate::net::testing::Log;
use crate::net::{Auth, Body, Call, Error, Method, TokenSource, Trust};
use crate::secret::Secret;

#[tokio::test]
async fn a_get_carries_what_it_should() {
    let server = Server::start(|_, _| say(200, &[("X-GitHub-Request-Id", "AB:12")], r#"{"login":"mona"}"#)).await;
    let origin = origin(&format!("{}/api/v3", server.url()));
    let answer = origin.get(&Call::to(["repos", "acme", "feature/x"]).with("q", "a b")).await.unwrap();
    assert_eq!((answer.status, answer.call.as_str()), (200, "GET /repos/acme/feature%2Fx"));
    assert_eq!(answer.host, server.address.to_string());
    assert_eq!(answer.request_id(), Some("AB:12"));
    assert_eq!(answer.json::<serde_json::Value>().unwrap()["login"], "mona");
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET /api/v3/repos/acme/feature%2Fx?q=a+b HTTP/1.1\r\n"), "{request}");
    for line in ["authorization: Bearer canary-1", "accept: application/json", "accept-encoding: gzip"] {
        assert!(request.contains(&format!("{line}\r\n")), "{line}: {request}");
    }
    assert!(request.contains(&format!("user-agent: gitconn/{}\r\n", env!("CARGO_PKG_VERSION"))), "{request}");
}

#[tokio::test]
async fn a_post_carries_json_and_a_delete_nothing() {
    let server = Server::start(|_, _| say(204, &[], "")).await;
    let source = Rc::new(super::Canary::default());
    let origin = http(std::time::Duration::ZERO, None)
        .origin(&HostUrl::parse(&server.url()).unwrap(), &Trust::default(), Auth::PrivateToken(source), &[], never)
        .unwrap();
    let body = serde_json::json!({"name": "ü"});
    assert_eq!(origin.send(Method::Post, &Call::to(["x"]), Body::Json(&body)).await.unwrap().status, 204);
    assert_eq!(origin.send(Method::Delete, &Call::to(["x"]), Body::Empty).await.unwrap().call, "DELETE /x");
    let [post, delete] = server.requests().try_into().unwrap();
    assert!(post.starts_with("POST /x ") && post.ends_with("\r\n\r\n{\"name\":\"ü\"}"), "{post}");
    assert!(post.contains("content-type: application/json\r\n") && post.contains("private-token: canary-1\r\n"), "{post}");
    assert!(delete.starts_with("DELETE /x ") && delete.ends_with("\r\n\r\n"), "{delete}");
    assert!(delete.contains("private-token: canary-2\r\n") && !delete.contains("authorization"), "{delete}");
}

struct Fixed(&'static str);

#[async_trait(?Send)]
impl TokenSource for Fixed {
    async fn token(&self) -> Result<Secret, Box<dyn std::error::Error>> {
        Ok(Secret::from(self.0.to_owned()))
    }
}

#[tokio::test]
async fn a_token_that_is_no_header_is_not_sent_and_not_shown() {
    let server = Server::start(|_, _| say(200, &[], "")).await;
    for token in ["s3krit\nX-Evil: 1", "s3krit\u{0}", "s3 krit", "s3krit\u{e9}", ""] {
        let auth = Auth::Bearer(Rc::new(Fixed(token)));
        let base = HostUrl::parse(&server.url()).unwrap();
        let origin = http(std::time::Duration::ZERO, None).origin(&base, &Trust::default(), auth, &[], never).unwrap();
        let error = origin.get(&Call::to(["user"])).await.unwrap_err();
        assert!(matches!(error, Error::Token(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3"), "{error:?}");
    }
    assert_eq!(server.connections(), 0);
}

/// Runs the test above in a process whose environment names a proxy: plain HTTP to this machine must not leave it by that way.
#[tokio::test]
async fn no_proxy_sees_what_goes_to_this_machine() {
    let proxy = Server::start(|_, _| say(502, &[], "")).await;
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "net::tests::requests::a_get_carries_what_it_should"])
        .envs(["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"].map(|name| (name, proxy.url())))
        .output()
        .await
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn plain_http_is_for_this_machine_or_by_leave() {
    let http = http(std::time::Duration::ZERO, None);
    let base = HostUrl::parse("http://git.acme.com").unwrap();
    let refused = http.origin(&base, &Trust::default(), bearer(), &[], never);
    assert!(matches!(refused, Err(Error::Plain { host }) if host == "git.acme.com"));
    let allowed = Trust { allow_http: true, ..Trust::default() };
    assert!(http.origin(&base, &allowed, bearer(), &[], never).is_ok());
    assert!(http.origin(&HostUrl::parse("http://[::1]:1").unwrap(), &Trust::default(), bearer(), &[], never).is_ok());
}

#[tokio::test]
async fn the_log_says_what_was_asked_and_nothing_secret() {
    let log = Log::capture();
    let reply = |request: &str, _| {
        if request.starts_with("POST") {
            return Reply::Reset(Vec::new());
        }
        say(200, &[("x-request-id", "req-7"), ("set-cookie", "s3krit")], "s3krit")
    };
    let server = Server::start(reply).await;
    let origin = origin(&server.url());
    let call = Call::to(["projects", "acme/site"]).with("private_token", "s3krit");
    origin.get(&call).await.unwrap();
    origin.send(Method::Post, &call, Body::Json(&serde_json::json!({"token": "s3krit"}))).await.unwrap_err();
    let log = log.text();
    for secret in ["s3krit", "canary", "private_token"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    for part in [
        "method=GET",
        "path=\"/projects/acme%2Fsite\"",
        "status=200",
        "request_id=\"req-7\"",
        "milliseconds=",
        "method=POST",
        "why=",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
}

//! Redirects: a credential stays on its origin.

use super::server::{Reply, Server, answer, say};
use super::{http, never, origin, origin_with};
use crate::net::{Body, Call, Error, Method, Trust};

const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

#[tokio::test]
async fn no_token_follows_a_redirect_to_another_origin() {
    let hostile = Server::start(|_, _| say(200, &[], "{}")).await;
    let port = hostile.address.port();
    let targets = [
        ("other host", format!("http://127.0.0.2:{port}/user")),
        ("other port", format!("http://127.0.0.1:{port}/user")),
        ("other scheme", format!("https://127.0.0.1:{port}/user")),
        ("subdomain", format!("http://api.localhost:{port}/user")),
        ("parent domain", format!("http://localhost:{port}/user")),
        ("without scheme", format!("//127.0.0.1:{port}/user")),
        ("backslashes", format!("\\\\127.0.0.1:{port}\\user")),
        ("user name", format!("http://a:b@127.0.0.1:{port}/user")),
        ("other kind", "file:///etc/passwd".to_owned()),
    ];
    for (kind, target) in &targets {
        for status in REDIRECTS {
            let location = target.clone();
            let server = Server::start(move |_, _| say(status, &[("location", &location)], "")).await;
            let origin = origin(&server.url());
            let call = Call::to(["user"]).with("a", "b");
            for error in [
                origin.get(&call).await.unwrap_err(),
                origin.send(Method::Post, &call, Body::Json(&serde_json::json!({"token": "canary"}))).await.unwrap_err(),
                origin.send(Method::Delete, &call, Body::Empty).await.unwrap_err(),
            ] {
                let Error::Redirected { host, call, target } = error else { panic!("{kind} {status}: {error:?}") };
                assert_eq!(host, server.address.to_string());
                assert!(call.ends_with(" /user"), "{call}");
                assert!(!target.contains('@') && !target.contains('?'), "{target}");
            }
            assert_eq!(server.calls().len(), 3, "{kind} {status}");
        }
    }
    assert_eq!(hostile.connections(), 0);
    assert!(hostile.requests().iter().all(|request| !request.contains("canary")));
}

#[tokio::test]
async fn the_same_port_under_another_name_is_another_origin() {
    let server = Server::start(|request, _| {
        let port = request.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('\r').next()).unwrap();
        say(302, &[("location", &format!("http://localhost:{port}/user"))], "")
    })
    .await;
    assert!(matches!(origin(&server.url()).get(&Call::to(["user"])).await, Err(Error::Redirected { .. })));
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_get_follows_within_its_origin_and_nothing_else_does() {
    for status in REDIRECTS {
        let server = Server::start(move |request, _| match request.split(' ').nth(1) {
            Some("/repositories/7?page=2") => say(200, &[], "moved"),
            _ => say(status, &[("location", "/repositories/7?page=2#part")], ""),
        })
        .await;
        let origin = origin(&server.url());
        let answer = origin.get(&Call::to(["repos", "old", "name"])).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, &b"moved"[..]));
        assert_eq!(answer.call, "GET /repos/old/name");
        assert!(server.requests()[1].contains("authorization: Bearer canary-2\r\n"));
        let error = origin.send(Method::Post, &Call::to(["repos"]), Body::Empty).await.unwrap_err();
        assert!(matches!(&error, Error::Redirected { target, .. } if target.ends_with("/repositories/7")), "{error:?}");
        assert!(matches!(origin.send(Method::Delete, &Call::to(["x"]), Body::Empty).await, Err(Error::Redirected { .. })));
        assert_eq!(server.calls(), ["GET /repos/old/name", "GET /repositories/7?page=2", "POST /repos", "DELETE /x"]);
    }
}

#[tokio::test]
async fn circles_end() {
    let server = Server::start(|_, _| say(302, &[("location", "/again")], "")).await;
    let error = origin(&server.url()).get(&Call::to(["user"])).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{} could not be reached: it redirects in circles", server.address));
    assert_eq!(server.calls().len(), 6);
}

#[tokio::test]
async fn odd_locations_do_no_harm() {
    for location in
        [&b"http://ex\xffample/"[..], b"http://", b"http://[", b"https://\xc3\xa9vil.example/\xc3\xa9", b"javascript:alert(1)"]
    {
        let head =
            [&b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nconnection: close\r\nlocation: "[..], location, b"\r\n\r\n"].concat();
        let server = Server::start(move |_, _| Reply::Bytes(head.clone())).await;
        let error = origin(&server.url()).get(&Call::to(["user"])).await.unwrap_err();
        let Error::Redirected { target, .. } = error else { panic!("{error:?}") };
        assert!(target.is_ascii(), "{target}");
    }
    // What only looks like a redirect is an answer.
    for bytes in [answer(302, &[], ""), answer(304, &[("location", "https://evil.example/")], "")] {
        let server = Server::start(move |_, _| Reply::Bytes(bytes.clone())).await;
        assert!(origin(&server.url()).get(&Call::to(["user"])).await.is_ok());
    }
}

#[tokio::test]
async fn a_redirect_is_shown_without_its_query() {
    let server =
        Server::start(|_, _| say(301, &[("location", "https://u:s3krit@new.example/api/user?private_token=s3krit#s3krit")], ""))
            .await;
    let origin = origin_with(&http(std::time::Duration::ZERO, None), &server.url(), &Trust::default(), never);
    let error = origin.get(&Call::to(["user"])).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} redirects GET /user to https://new.example/api/user, where the credential does not follow", server.address)
    );
}

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ABSENT, USER, ada, gitea, refused, token};
use crate::model::{AuthMethod, Verdict};
use crate::provider::testing::{Server, say};
use crate::provider::{Error, Identity, Revoked};

/// The account's tokens, ours last.
fn listed(ends: &[&str]) -> String {
    let row =
        |(number, end): (usize, &&str)| format!(r#"{{"id":{},"name":"t","sha1":"","token_last_eight":"{end}"}}"#, number + 7);
    format!("[{}]", ends.iter().enumerate().map(row).collect::<Vec<_>>().join(","))
}

/// A server before 1.27: `tokens` answers the listing, `delete` the call that revokes.
async fn older(tokens: (u16, String), delete: (u16, &'static str)) -> Server {
    Server::start(move |call| -> Response {
        match call.split('?').next().unwrap() {
            "DELETE /gitea/api/v1/token" => say(404, &[], ABSENT),
            "GET /gitea/api/v1/user" => say(200, &[], USER),
            "GET /gitea/api/v1/users/ada/tokens" => say(tokens.0, &[("x-total-count", "2")], &tokens.1),
            "DELETE /gitea/api/v1/users/ada/tokens/8" if delete.0 == 204 => say(204, &[], ""),
            "DELETE /gitea/api/v1/users/ada/tokens/8" => say(delete.0, &[], &refused(delete.1)),
            other => panic!("{other}"),
        }
    })
    .await
}

fn assert_by_hand(outcome: Result<Revoked, Error>) {
    match outcome {
        Err(Error::Impossible { page: Some(page), .. }) => assert!(page.ends_with("/gitea/user/settings/applications"), "{page}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_ends_itself() {
    let server = Server::start(|_| say(204, &[], "")).await;
    assert_eq!(gitea(&server, ada()).revoke().await.unwrap(), Revoked::Done);
    assert_eq!(server.calls(), ["DELETE /gitea/api/v1/token"]);
    let dead = Server::start(|_| say(401, &[], &refused("invalid username, password or token"))).await;
    let outcome = gitea(&dead, ada()).revoke().await;
    assert!(matches!(outcome, Err(Error::Refused { verdict: Verdict::Invalid, .. })), "{outcome:?}");
    assert_eq!(dead.asked().len(), 1);
}

#[tokio::test]
async fn before_1_27_it_is_found_by_its_end() {
    let server = older((200, listed(&["deadbeef", "cafe0123"])), (204, "")).await;
    assert_eq!(gitea(&server, ada()).revoke().await.unwrap(), Revoked::Done);
    assert_eq!(
        server.calls(),
        [
            "DELETE /gitea/api/v1/token",
            "DELETE /gitea/api/v1/users/ada/tokens/8",
            "GET /gitea/api/v1/users/ada/tokens?limit=50&page=1",
        ]
    );
    let basic = format!("Basic {}", STANDARD.encode(format!("ada:{}", token())));
    let proofs: Vec<_> = server.asked().iter().map(|asked| asked.headers["authorization"].to_str().unwrap().to_owned()).collect();
    assert_eq!(proofs, [format!("Bearer {}", token()), basic.clone(), basic]);
    // Whose it is can be asked.
    let server = older((200, listed(&["deadbeef", "cafe0123"])), (204, "")).await;
    assert_eq!(gitea(&server, Identity::unknown(AuthMethod::Pat)).revoke().await.unwrap(), Revoked::Done);
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn it_is_looked_for_on_every_page() {
    let server = Server::start(|call| match call {
        "GET /gitea/api/v1/users/ada/tokens?limit=50&page=1" => {
            say(200, &[("x-total-count", "3")], &listed(&["deadbeef", "00000000"]))
        }
        "GET /gitea/api/v1/users/ada/tokens?limit=50&page=2" => {
            say(200, &[("x-total-count", "3")], &listed(&["cafe0123"]).replace(":7,", ":9,"))
        }
        "DELETE /gitea/api/v1/users/ada/tokens/9" => say(204, &[], ""),
        _ => say(404, &[], ABSENT),
    })
    .await;
    assert_eq!(gitea(&server, ada()).revoke().await.unwrap(), Revoked::Done);
}

#[tokio::test]
async fn nobodys_token_is_guessed() {
    for ends in [&["cafe0123", "cafe0123"][..], &["deadbeef", "cafe"], &["", ""]] {
        let server = older((200, listed(ends)), (204, "")).await;
        assert_by_hand(gitea(&server, ada()).revoke().await);
        assert_eq!(server.asked().len(), 2, "{ends:?}");
    }
}

#[tokio::test]
async fn what_only_a_person_can_do_is_said() {
    let narrow = "token does not have at least one of required scope(s), required=[write:user], token scope=read:user";
    // Forgejo takes the password for it, and nothing else.
    for delete in [(401, "auth method not allowed"), (403, narrow)] {
        let server = older((200, listed(&["deadbeef", "cafe0123"])), delete).await;
        assert_by_hand(gitea(&server, ada()).revoke().await);
    }
    for (status, message) in [
        (401, "auth method not allowed"),
        (401, "auth required"),
        (403, narrow),
        (403, "doer should be the site admin or be same as the contextUser"),
        (404, "user redirect does not exist [name: ada]"),
    ] {
        let server = older((status, refused(message)), (204, "")).await;
        assert_by_hand(gitea(&server, ada()).revoke().await);
    }
    let login = Server::start(|call| panic!("{call}")).await;
    assert_by_hand(gitea(&login, Identity::unknown(AuthMethod::OAuth)).revoke().await);
}

#[tokio::test]
async fn a_dead_token_and_a_wrong_address_are_told_from_that() {
    let dead = older((401, refused("invalid username, password or token")), (204, "")).await;
    assert!(matches!(gitea(&dead, ada()).revoke().await, Err(Error::Refused { verdict: Verdict::Invalid, .. })));
    let wrong = Server::start(|_| say(404, &[], "<html>")).await;
    assert!(matches!(gitea(&wrong, ada()).revoke().await, Err(Error::Unintelligible { .. })));
    let unwell = older((200, listed(&["deadbeef", "cafe0123"])), (500, "")).await;
    assert!(matches!(gitea(&unwell, ada()).revoke().await, Err(Error::Unintelligible { .. })));
}

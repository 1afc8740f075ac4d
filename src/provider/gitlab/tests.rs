use crate::model::{ProviderId, TokenKind, Verdict};
use crate::provider::testing::{Server, account, branches, repositories, say};
use crate::provider::{Error, Known, PageChoice, Provider, Revoked};

const TOKEN: (&str, &str) = ("glp", "at-AAECAwQFBgcICQoLDA0O");
const ALL: PageChoice = PageChoice::Walk { per_page: 30 };

/// Below a path root, as some instances are.
fn gitlab(server: &Server) -> Box<dyn Provider> {
    account(ProviderId::GitLab, &format!("{}/gitlab", server.url), None, TOKEN)
}

fn project(id: u64, path: &str, empty: bool) -> String {
    format!(
        r#"{{"id":{id},"path":"{}","path_with_namespace":"{path}","web_url":"https://git.acme.com/{path}","visibility":"private",
            "http_url_to_repo":"https://git.acme.com/{path}.git","ssh_url_to_repo":"git@git.acme.com:{path}.git","archived":true,
            "default_branch":"main","empty_repo":{empty},"last_activity_at":"2026-11-19T08:00:00Z"}}"#,
        path.rsplit('/').next().unwrap()
    )
}

#[tokio::test]
async fn a_check_asks_twice_and_puts_it_together() {
    let server = Server::start(|call| match call {
        "GET /gitlab/api/v4/personal_access_tokens/self" => {
            say(200, &[], r#"{"id":4,"scopes":["api"],"user_id":24,"active":true,"expires_at":null}"#)
        }
        "GET /gitlab/api/v4/user" => say(
            200,
            &[("ratelimit-limit", "2000"), ("ratelimit-remaining", "1990")],
            r#"{"id":24,"username":"group_3_bot2","bot":true}"#,
        ),
        other => panic!("{other}"),
    })
    .await;
    let probe = gitlab(&server).probe(&Known::default()).await;
    assert_eq!((probe.verdict, probe.kind), (Verdict::Valid, Some(TokenKind::Group)), "{:?}", probe.reason);
    assert_eq!(probe.rate_limit.unwrap().remaining, 1990);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|asked| asked.headers["private-token"].to_str().unwrap() == format!("{}{}", TOKEN.0, TOKEN.1)));
    assert!(asked.iter().all(|asked| !asked.headers.contains_key("authorization")));
}

#[tokio::test]
async fn a_check_never_fails() {
    let limited = Server::start(|_| say(429, &[("retry-after", "900")], "Retry later\n")).await;
    assert_eq!(gitlab(&limited).probe(&Known::default()).await.verdict, Verdict::RateLimited);
    let wrong = Server::start(|_| say(404, &[], "<html>")).await;
    let probe = gitlab(&wrong).probe(&Known::default()).await;
    assert_eq!(probe.verdict, Verdict::Unreachable);
    assert!(probe.reason.as_deref().unwrap().contains("path root"), "{:?}", probe.reason);
}

#[tokio::test]
async fn projects_are_searched_there_and_sifted_here() {
    let server = Server::start(|call| {
        assert!(
            call.contains("membership=true") && call.contains("order_by=last_activity_at") && call.contains("sort=desc"),
            "{call}"
        );
        let rows = [project(1, "acme/web/odoo-theme", false), project(2, "acme/site", true)];
        say(200, &[("x-total", "2"), ("x-next-page", "")], &format!("[{}]", rows.join(",")))
    })
    .await;
    let account = gitlab(&server);
    let (rows, listing) = repositories(&*account, None, ALL).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.default_branch.as_deref()).collect::<Vec<_>>(), [Some("main"), None]);
    assert_eq!((rows[0].archived, listing.total), (Some(true), Some(2)));
    // The second row was found in a description: it does not hold the text in its name.
    let (rows, listing) = repositories(&*account, Some("Odoo"), ALL).await.unwrap();
    assert_eq!((rows.len(), listing.total), (1, None));
    assert!(server.asked()[1].call.contains("search=Odoo&search_namespaces=true"), "{}", server.asked()[1].call);
    repositories(&*account, Some("od"), ALL).await.unwrap();
    assert!(!server.asked()[2].call.contains("search"), "{}", server.asked()[2].call);
}

#[tokio::test]
async fn a_path_is_one_segment() {
    let server = Server::start(|call| match call.split('?').next().unwrap() {
        "GET /gitlab/api/v4/projects/acme%2Fweb%2Fsite" => say(200, &[], &project(1, "acme/web/site", false)),
        "GET /gitlab/api/v4/projects/acme%2Fweb%2Fsite/repository/branches" => say(
            200,
            &[],
            r#"[{"name":"feature/x","default":false,"protected":false,"commit":{"id":"a1"}},{"name":"main","default":true,"protected":true,"commit":{"id":"b2"}}]"#,
        ),
        _ => say(404, &[], r#"{"message":"404 Project Not Found"}"#),
    })
    .await;
    let account = gitlab(&server);
    let (rows, _) = branches(&*account, "acme/web/site", None, ALL).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.is_default, row.sha.as_str())).collect::<Vec<_>>(), [(false, "a1"), (true, "b2")]);
    let (rows, _) = branches(&*account, "acme/web/site", Some("MAI"), ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    let calls = server.asked();
    assert!(calls.last().unwrap().call.contains("search=MAI"));
    branches(&*account, "acme/web/site", Some("^main$"), ALL).await.unwrap();
    assert!(!server.asked().last().unwrap().call.contains("search"));
    assert!(matches!(branches(&*account, "acme/none", None, ALL).await, Err(Error::NoRepository { .. })));
}

#[tokio::test]
async fn an_empty_repository_has_no_branches_even_if_it_is_called_missing() {
    let reply = |empty| {
        move |call: &str| {
            if call.contains("/branches") {
                say(404, &[], r#"{"message":"404 Repository Not Found"}"#)
            } else {
                say(200, &[], &project(1, "acme/new", empty))
            }
        }
    };
    let empty = Server::start(reply(true)).await;
    assert!(branches(&*gitlab(&empty), "acme/new", None, ALL).await.unwrap().0.is_empty());
    let off = Server::start(reply(false)).await;
    assert!(matches!(branches(&*gitlab(&off), "acme/new", None, ALL).await, Err(Error::NoRepository { .. })));
}

#[tokio::test]
async fn a_proxy_that_decodes_slashes_is_named() {
    let server = Server::start(|_| say(404, &[], r#"{"error":"404 Not Found"}"#)).await;
    match branches(&*gitlab(&server), "acme/site", None, ALL).await {
        Err(Error::Unintelligible { why, .. }) => assert!(why.contains("%2F"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_ends_itself() {
    let server = Server::start(|_| say(204, &[], "")).await;
    assert_eq!(gitlab(&server).revoke().await.unwrap(), Revoked::Done);
    assert_eq!(server.calls(), ["DELETE /gitlab/api/v4/personal_access_tokens/self"]);
    let refused = Server::start(|_| say(401, &[], r#"{"message":"401 Unauthorized"}"#)).await;
    assert!(matches!(gitlab(&refused).revoke().await, Err(Error::Refused { verdict: Verdict::Invalid, .. })));
}

#[tokio::test]
async fn a_role_without_code_is_said() {
    let server = Server::start(|_| say(403, &[], r#"{"message":"403 Forbidden"}"#)).await;
    match branches(&*gitlab(&server), "acme/site", None, ALL).await {
        Err(Error::Refused { verdict: Verdict::InsufficientScope, reason, .. }) => assert!(reason.contains("role"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

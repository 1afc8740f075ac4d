use axum::response::Response;

use crate::model::{ProviderId, Verdict};
use crate::provider::testing::{Server, account, branches, repositories, say};
use crate::provider::{Error, Known, PageChoice, Provider, Revoked};

const CLASSIC: (&str, &str) = ("ghp_", "0123456789ABCDEFGHIJabcdefghij4Us3aw");
const INSTALLATION: (&str, &str) = ("ghs_", "0000000000000000000000000000002C8GjS");
const ALL: PageChoice = PageChoice::Walk { per_page: 30 };

fn github(server: &Server, token: (&str, &str)) -> Box<dyn Provider> {
    account(ProviderId::GitHub, "github.com", Some(&server.url), token)
}

fn enterprise(server: &Server, token: (&str, &str)) -> Box<dyn Provider> {
    account(ProviderId::GitHub, &server.url, None, token)
}

fn repository(id: u64, name: &str, pushed: &str) -> String {
    format!(
        r#"{{"id":{id},"full_name":"{name}","private":true,"default_branch":"main","archived":false,"pushed_at":"{pushed}",
            "owner":{{"login":"acme","id":5,"type":"Organization"}}}}"#
    )
}

const NOT_FOUND: &str = r#"{"message":"Not Found","documentation_url":"https://docs.github.com/rest","status":"404"}"#;

#[tokio::test]
async fn a_check_sends_what_github_wants() {
    let server = Server::start(|_| say(200, &[("x-oauth-scopes", "repo")], r#"{"login":"octocat","id":1,"type":"User"}"#)).await;
    let probe = github(&server, CLASSIC).probe(&Known::default()).await;
    assert_eq!((probe.verdict, probe.username.as_deref()), (Verdict::Valid, Some("octocat")), "{:?}", probe.reason);
    let asked = server.asked().remove(0);
    assert_eq!(asked.call, "GET /user");
    assert_eq!(asked.headers["authorization"].to_str().unwrap(), format!("Bearer {}{}", CLASSIC.0, CLASSIC.1));
    assert_eq!(asked.headers["accept"], "application/vnd.github+json");
    assert_eq!(asked.headers["x-github-api-version"], "2022-11-28");
    assert!(asked.headers.contains_key("user-agent"));

    enterprise(&server, CLASSIC).probe(&Known::default()).await;
    assert_eq!(server.asked()[1].call, "GET /api/v3/user");
}

#[tokio::test]
async fn a_check_never_fails() {
    let limited = Server::start(|_| {
        say(
            403,
            &[("x-ratelimit-remaining", "0"), ("retry-after", "900")],
            r#"{"message":"API rate limit exceeded for user ID 1."}"#,
        )
    })
    .await;
    assert_eq!(github(&limited, CLASSIC).probe(&Known::default()).await.verdict, Verdict::RateLimited);
    let nobody = account(ProviderId::GitHub, "github.com", Some("http://127.0.0.1:1"), CLASSIC);
    let probe = nobody.probe(&Known { was_active: true, expires_at: None }).await;
    assert_eq!(probe.verdict, Verdict::Unreachable);
    assert!(probe.reason.unwrap().contains("127.0.0.1:1"));
    let elsewhere = Server::start(|_| say(404, &[], "<html>nginx</html>")).await;
    let probe = enterprise(&elsewhere, CLASSIC).probe(&Known::default()).await;
    assert_eq!(probe.verdict, Verdict::Unreachable);
    assert!(probe.reason.as_deref().unwrap().contains("is `http://127.0.0.1"), "{:?}", probe.reason);
}

#[tokio::test]
async fn repositories_are_sifted_and_marked_incomplete() {
    fn reply(call: &str) -> Response {
        assert!(call.starts_with("GET /user/repos?sort=pushed&direction=desc&"), "{call}");
        let rows = [repository(1, "acme/odoo-theme", "2026-11-19T00:00:00Z"), repository(2, "acme/site", "2026-11-18T00:00:00Z")];
        say(200, &[("x-github-sso", "partial-results; organizations=1,2")], &format!("[{}]", rows.join(",")))
    }
    let server = Server::start(reply).await;
    let (rows, listing) = repositories(&*github(&server, CLASSIC), None, ALL).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["acme/odoo-theme", "acme/site"]);
    assert_eq!(listing.incomplete.len(), 1);
    assert!(listing.incomplete[0].why.starts_with("2 organisations"));
    let (rows, _) = repositories(&*github(&server, CLASSIC), Some("ODOO"), ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    let one = PageChoice::One { page: 2, per_page: 30 };
    repositories(&*github(&server, CLASSIC), None, one).await.unwrap();
    assert!(server.asked()[2].call.contains("page=2"), "{}", server.asked()[2].call);
}

#[tokio::test]
async fn an_installations_repositories_are_sorted_here() {
    let server = Server::start(|call| {
        assert!(call.starts_with("GET /installation/repositories?"), "{call}");
        let rows = [repository(1, "acme/old", "2020-01-01T00:00:00Z"), repository(2, "acme/new", "2026-01-01T00:00:00Z")];
        say(200, &[], &format!(r#"{{"total_count":2,"repositories":[{}]}}"#, rows.join(",")))
    })
    .await;
    let account = github(&server, INSTALLATION);
    let (rows, listing) = repositories(&*account, None, ALL).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["new", "old"]);
    assert_eq!((listing.total, listing.more), (Some(2), false));
    let (rows, listing) = repositories(&*account, None, PageChoice::One { page: 1, per_page: 1 }).await.unwrap();
    assert_eq!((rows[0].name.as_str(), rows.len(), listing.more), ("new", 1, true));
    assert_eq!(account.probe(&Known::default()).await.username.as_deref(), Some("acme"));
}

#[tokio::test]
async fn branches_know_their_default() {
    let server = Server::start(|call| match call.split('?').next().unwrap() {
        "GET /repos/acme/site" => say(200, &[], &repository(1, "acme/site", "2026-01-01T00:00:00Z")),
        "GET /repos/acme/site/branches" => say(
            200,
            &[],
            r#"[{"name":"develop","commit":{"sha":"a1"},"protected":false},{"name":"main","commit":{"sha":"b2"},"protected":true}]"#,
        ),
        _ => say(404, &[("x-oauth-scopes", "read:org")], NOT_FOUND),
    })
    .await;
    let account = github(&server, CLASSIC);
    let (rows, _) = branches(&*account, "acme/site", None, ALL).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| (row.name.as_str(), row.is_default)).collect::<Vec<_>>(),
        [("develop", false), ("main", true)]
    );
    assert_eq!((rows[1].is_protected, rows[1].sha.as_str()), (Some(true), "b2"));
    let (rows, _) = branches(&*account, "acme/site", Some("DEV"), ALL).await.unwrap();
    assert_eq!(rows.len(), 1);

    match branches(&*account, "acme/none", None, ALL).await {
        Err(Error::NoRepository { path, likely, answered }) => {
            assert_eq!((path.as_str(), answered.status), ("acme/none", 404));
            assert!(likely.unwrap().contains("lacks scope `repo`"));
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(branches(&*account, "acme/a/b", None, ALL).await, Err(Error::WrongPath { .. })));
}

#[tokio::test]
async fn an_empty_repository_has_no_branches() {
    let server = Server::start(|call| {
        if call.contains("/branches") {
            say(200, &[], "[]")
        } else {
            say(200, &[], &repository(1, "acme/new", "2026-01-01T00:00:00Z"))
        }
    })
    .await;
    let (rows, listing) = branches(&*github(&server, CLASSIC), "acme/new", None, ALL).await.unwrap();
    assert!(rows.is_empty() && !listing.more);
}

#[tokio::test]
async fn a_token_is_revoked_once_and_without_itself_as_proof() {
    let server = Server::start(|_| say(202, &[], "{}")).await;
    assert_eq!(github(&server, CLASSIC).revoke().await.unwrap(), Revoked::Accepted);
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].call.as_str()), (1, "POST /credentials/revoke"));
    assert!(!asked[0].headers.contains_key("authorization"));
    assert_eq!(asked[0].body, format!(r#"{{"credentials":["{}{}"]}}"#, CLASSIC.0, CLASSIC.1));

    match enterprise(&server, CLASSIC).revoke().await {
        Err(Error::Impossible { page: Some(page), .. }) => assert!(page.ends_with("/settings/tokens")),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.asked().len(), 1);

    let tenant = Server::start(|_| say(401, &[], r#"{"message":"Requires authentication"}"#)).await;
    let account = account(ProviderId::GitHub, "acme.ghe.com", Some(&tenant.url), CLASSIC);
    assert!(matches!(account.revoke().await, Err(Error::Impossible { host, .. }) if host == "acme.ghe.com"));

    let installation = Server::start(|_| say(204, &[], "")).await;
    assert_eq!(enterprise(&installation, INSTALLATION).revoke().await.unwrap(), Revoked::Done);
    assert_eq!(installation.calls(), ["DELETE /api/v3/installation/token"]);

    let sick = Server::start(|_| say(500, &[], "<html>")).await;
    assert!(matches!(github(&sick, CLASSIC).revoke().await, Err(Error::Unintelligible { .. })));
    assert_eq!(sick.asked().len(), 1);
}

#[tokio::test]
async fn broken_answers_are_said_and_show_no_token() {
    let token = format!("{}{}", CLASSIC.0, CLASSIC.1);
    let echo = format!(r#"{{"message":"you sent {token} \u001b[31m"}}"#);
    let server =
        Server::start(move |call| if call.contains("per_page") { say(403, &[], &echo) } else { say(200, &[], "<html>") }).await;
    let account = github(&server, CLASSIC);
    let error = repositories(&*account, None, ALL).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(matches!(error, Error::Refused { verdict: Verdict::Blocked, .. }));
    assert!(!shown.contains(&token) && !shown.contains('\u{1b}'), "{shown}");
    let html = Server::start(|_| say(200, &[], "<html>")).await;
    assert!(matches!(branches(&*github(&html, CLASSIC), "acme/site", None, ALL).await, Err(Error::Unintelligible { .. })));
}

use crate::model::{AuthMethod, ProviderId, Verdict};
use crate::provider::testing::{Server, account_as, branches, repositories, say};
use crate::provider::{Error, Identity, Known, PageChoice, Provider};

const API_TOKEN: (&str, &str) = ("ATA", "TT3xFfGF0T4JNjZ2u5Xw");
const ACCESS_TOKEN: (&str, &str) = ("ATC", "TT3xFfGN0abcdefgh=0A1B2C3D");
const ALL: PageChoice = PageChoice::Walk { per_page: 30 };
const SCOPE: &str = r#"{"type":"error","error":{"message":"Your credentials lack one or more required privilege scopes.",
    "detail":{"required":["read:workspace:bitbucket"],"granted":["read:user:bitbucket"]}}}"#;
const NOT_FOUND: &str = r#"{"type":"error","error":{"message":"Repository acme/site not found"}}"#;

fn person(server: &Server, workspace: Option<&str>) -> Box<dyn Provider> {
    let identity = Identity {
        email: Some("ada@acme.example".to_owned()),
        workspace: workspace.map(ToOwned::to_owned),
        ..Identity::unknown(AuthMethod::Pat)
    };
    account_as(identity, ProviderId::Bitbucket, &server.url, None, API_TOKEN)
}

fn repository(path: &str, hour: u32) -> String {
    format!(
        r#"{{"type":"repository","uuid":"{{{path}}}","full_name":"{path}","is_private":true,"updated_on":"2026-11-19T{hour:02}:00:00+00:00",
            "mainbranch":{{"type":"branch","name":"main"}}}}"#
    )
}

fn page(rows: &[String]) -> String {
    format!(r#"{{"pagelen":30,"page":1,"size":{},"values":[{}]}}"#, rows.len(), rows.join(","))
}

fn workspaces(slugs: &[&str]) -> String {
    let rows: Vec<String> = slugs
        .iter()
        .map(|slug| {
            format!(r#"{{"type":"workspace_access","administrator":false,"workspace":{{"uuid":"{{1}}","slug":"{slug}"}}}}"#)
        })
        .collect();
    page(&rows)
}

#[tokio::test]
async fn a_persons_token_goes_with_the_address_and_an_access_token_alone() {
    let server = Server::start(|call| match call {
        "GET /2.0/user" => say(200, &[], r#"{"type":"user","uuid":"{470c}","username":"ada"}"#),
        "GET /2.0/workspaces/acme" => say(200, &[], r#"{"type":"workspace","uuid":"{w}","slug":"acme"}"#),
        "GET /2.0/repositories/acme?pagelen=1" => say(200, &[], &page(&[repository("acme/site", 1)])),
        other => panic!("{other}"),
    })
    .await;
    assert_eq!(person(&server, None).probe(&Known::default()).await.verdict, Verdict::Valid);
    let identity = Identity { workspace: Some("acme".to_owned()), ..Identity::unknown(AuthMethod::AccessToken) };
    let nobody = account_as(identity, ProviderId::Bitbucket, &server.url, None, ACCESS_TOKEN);
    assert_eq!(nobody.probe(&Known::default()).await.verdict, Verdict::Valid);
    let asked = server.asked();
    assert!(asked[0].headers["authorization"].to_str().unwrap().starts_with("Basic YWRhQGFjbWUuZXhhbXBsZT"));
    let bearer = format!("Bearer {}{}", ACCESS_TOKEN.0, ACCESS_TOKEN.1);
    assert!(asked[1..].iter().all(|asked| asked.headers["authorization"].to_str().unwrap() == bearer));
    assert_eq!(asked.len(), 3);
}

#[tokio::test]
async fn workspaces_are_merged_by_what_is_newest() {
    let server = Server::start(|call| match call {
        "GET /2.0/user/workspaces?pagelen=100&page=1" => say(200, &[], &workspaces(&["acme", "beta", "gone", "spam"])),
        "GET /2.0/repositories/acme?sort=-updated_on&role=member&pagelen=30&page=1" => {
            say(200, &[], &page(&[repository("acme/a", 9), repository("acme/b", 3)]))
        }
        "GET /2.0/repositories/beta?sort=-updated_on&role=member&pagelen=30&page=1" => {
            say(200, &[], &page(&[repository("beta/c", 7), repository("beta/d", 1)]))
        }
        "GET /2.0/repositories/gone?sort=-updated_on&role=member&pagelen=30&page=1" => say(404, &[], NOT_FOUND),
        "GET /2.0/repositories/spam?sort=-updated_on&role=member&pagelen=30&page=1" => {
            say(410, &[], r#"{"type":"error","error":{"message":"This workspace was marked as spam."}}"#)
        }
        other => panic!("{other}"),
    })
    .await;
    let (rows, listing) = repositories(person(&server, None).as_ref(), None, ALL).await.unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.full_name.as_str()).collect();
    assert_eq!(names, ["acme/a", "beta/c", "acme/b", "beta/d"]);
    let left_out: Vec<&str> = listing.incomplete.iter().map(|one| one.why.as_str()).collect();
    assert_eq!(left_out.len(), 2);
    assert!(left_out[0].starts_with("workspace `gone`: ") && left_out[1].contains("marked as spam"), "{left_out:?}");
    assert_eq!(listing.total, None);
}

#[tokio::test]
async fn a_page_is_cut_out_of_all_workspaces() {
    let server = Server::start(|call| match call {
        "GET /2.0/user/workspaces?pagelen=100&page=1" => say(200, &[], &workspaces(&["acme", "beta"])),
        call if call.starts_with("GET /2.0/repositories/acme?") => {
            say(200, &[], &page(&[repository("acme/a", 9), repository("acme/b", 3)]))
        }
        call if call.starts_with("GET /2.0/repositories/beta?") => {
            say(200, &[], &page(&[repository("beta/c", 7), repository("beta/d", 1)]))
        }
        other => panic!("{other}"),
    })
    .await;
    let two = PageChoice::One { page: 2, per_page: 2 };
    let (rows, listing) = repositories(person(&server, None).as_ref(), None, two).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["acme/b", "beta/d"]);
    assert_eq!((listing.total, listing.more), (Some(4), false));
    let (found, _) = repositories(person(&server, None).as_ref(), Some("BETA/"), ALL).await.unwrap();
    assert_eq!(found.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["beta/c", "beta/d"]);
}

#[tokio::test]
async fn whoever_may_not_see_workspaces_can_name_one() {
    let server = Server::start(|call| match call {
        "GET /2.0/user/workspaces?pagelen=100&page=1" => say(403, &[], SCOPE),
        "GET /2.0/repositories/acme?sort=-updated_on&role=member&pagelen=30&page=1" => {
            say(200, &[], &page(&[repository("acme/a", 9)]))
        }
        "GET /2.0/repositories/nowhere?sort=-updated_on&role=member&pagelen=30&page=1" => say(404, &[], NOT_FOUND),
        other => panic!("{other}"),
    })
    .await;
    let error = repositories(person(&server, None).as_ref(), None, ALL).await.unwrap_err();
    assert!(error.to_string().contains("--workspace"), "{error}");
    assert_eq!(repositories(person(&server, Some("acme")).as_ref(), None, ALL).await.unwrap().0.len(), 1);
    let missing = repositories(person(&server, Some("nowhere")).as_ref(), None, ALL).await.unwrap_err();
    assert!(matches!(missing, Error::NoWorkspace { .. }), "{missing}");
}

#[tokio::test]
async fn pages_are_followed_as_the_body_names_them_and_never_elsewhere() {
    let server = Server::start(|call| match call {
        "GET /2.0/repositories/acme?sort=-updated_on&role=member&pagelen=30&page=1" => say(
            200,
            &[],
            &format!(
                r#"{{"pagelen":1,"next":"https://evil.example/2.0/repositories/acme?ctx=abc","values":[{}]}}"#,
                repository("acme/a", 9)
            ),
        ),
        "GET /2.0/repositories/acme?ctx=abc" => say(200, &[], &page(&[repository("acme/b", 8)])),
        other => panic!("{other}"),
    })
    .await;
    let (rows, listing) = repositories(person(&server, Some("acme")).as_ref(), None, ALL).await.unwrap();
    assert_eq!((rows.len(), listing.more), (2, false));
}

const BRANCHES: &str = r#"{"pagelen":100,"values":[{"type":"branch","name":"develop","target":{"hash":"a1"}},
    {"type":"branch","name":"main","target":{"hash":"b2"}}]}"#;

#[tokio::test]
async fn protection_is_shown_to_those_who_may_see_it() {
    for (status, body, expected) in [
        (200, r#"{"pagelen":100,"values":[{"id":1,"kind":"push","branch_match_kind":"glob","pattern":"main"}]}"#, Some(true)),
        (403, SCOPE, None),
        (403, r#"{"type":"error","error":{"message":"Forbidden"}}"#, None),
    ] {
        let server = Server::start(move |call| match call {
            "GET /2.0/repositories/acme/site" => say(200, &[], &repository("acme/site", 1)),
            "GET /2.0/repositories/acme/site/branch-restrictions?pagelen=100&page=1" => say(status, &[], body),
            "GET /2.0/repositories/acme/site/refs/branches?pagelen=30&page=1" => say(200, &[], BRANCHES),
            other => panic!("{other}"),
        })
        .await;
        let (rows, _) = branches(person(&server, None).as_ref(), "acme/site", None, ALL).await.unwrap();
        let main = rows.iter().find(|row| row.name == "main").unwrap();
        assert_eq!((main.is_default, main.is_protected, main.sha.as_str()), (true, expected, "b2"));
        let develop = rows.iter().find(|row| row.name == "develop").unwrap();
        assert_eq!((develop.is_default, develop.is_protected), (false, expected.map(|_| false)));
    }
}

#[tokio::test]
async fn a_missing_repository_and_a_wrong_path_are_told() {
    let server = Server::start(|_| say(404, &[], NOT_FOUND)).await;
    let missing = branches(person(&server, None).as_ref(), "acme/site", None, ALL).await.unwrap_err();
    assert!(matches!(missing, Error::NoRepository { likely: Some(_), .. }), "{missing}");
    let wrong = branches(person(&server, None).as_ref(), "a/b/c", None, ALL).await.unwrap_err();
    assert!(matches!(wrong, Error::WrongPath { .. }), "{wrong}");
    let revoked = person(&server, None).revoke().await.unwrap_err();
    assert!(matches!(revoked, Error::Impossible { page: Some(_), .. }), "{revoked}");
}

use axum::response::Response;

use super::{ABSENT, USER, ada, gitea, refused};
use crate::model::{AuthMethod, Verdict};
use crate::provider::testing::{Server, branches, repositories, say};
use crate::provider::{Error, Identity, PageChoice};

const ALL: PageChoice = PageChoice::Walk { per_page: 100 };

/// A number in a call's query.
fn number(call: &str, key: &str) -> usize {
    let query = call.split_once('?').unwrap().1;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{key}="))).unwrap();
    value.parse().unwrap()
}

/// A page of an instance with so many rows that gives `most` of them at once. Its links have the address it thinks it has. `wrap`: what stands around
/// the rows.
fn page_of(call: &str, rows: usize, most: usize, wrap: (&str, &str), row: impl Fn(usize) -> String) -> Response {
    let (page, size) = (number(call, "page"), number(call, "limit").min(most));
    let shown: Vec<String> = (((page - 1) * size).min(rows)..(page * size).min(rows)).map(row).collect();
    let last = rows.div_ceil(size);
    let address = call.strip_prefix("GET /").unwrap().replace(&format!("page={page}"), "page=");
    let link = |number: usize, rel: &str| format!(r#"<https://git.acme.com/{address}{number}>; rel="{rel}""#);
    let links = if page < last { [link(page + 1, "next"), link(last, "last")].join(",") } else { link(1, "first") };
    let headers = [("x-total-count", &*rows.to_string()), ("link", &links)];
    say(200, &headers, &format!("{}[{}]{}", wrap.0, shown.join(","), wrap.1))
}

fn repository(id: usize) -> String {
    format!(
        r#"{{"id":{id},"name":"r{id}","full_name":"acme/r{id}","private":true,"empty":false,"default_branch":"main",
            "html_url":"https://git.acme.com/gitea/acme/r{id}","archived":false,"updated_at":"2026-11-19T08:00:00Z"}}"#
    )
}

/// An instance with 130 repositories, of which it gives 50 in a page. `settings`: whether it says so.
async fn of_130(settings: bool) -> Server {
    Server::start(move |call| match call.split('?').next().unwrap() {
        "GET /gitea/api/v1/settings/api" if settings => say(200, &[], r#"{"max_response_items":50,"default_paging_num":30}"#),
        "GET /gitea/api/v1/repos/search" => {
            assert!(call.contains("uid=24&sort=updated&order=desc"), "{call}");
            page_of(call, 130, 50, (r#"{"ok":true,"data":"#, "}"), repository)
        }
        _ => say(404, &[], ABSENT),
    })
    .await
}

/// The pages of the search that were asked for, as `page/limit`.
fn pages(server: &Server) -> Vec<String> {
    let calls = server.calls().into_iter().filter(|call| call.contains("limit="));
    let mut pages: Vec<(usize, usize)> = calls.map(|call| (number(&call, "page"), number(&call, "limit"))).collect();
    pages.sort_unstable();
    pages.into_iter().map(|(page, limit)| format!("{page}/{limit}")).collect()
}

#[tokio::test]
async fn a_walk_measures_by_the_first_page() {
    let server = of_130(true).await;
    let (rows, listing) = repositories(&*gitea(&server, ada()), None, ALL).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id.parse::<usize>().unwrap()).collect::<Vec<_>>(), (0..130).collect::<Vec<_>>());
    assert_eq!((listing.total, listing.more), (Some(130), false));
    assert_eq!(pages(&server), ["1/100", "2/100", "3/100"]);
    // No other call: who asks is known.
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_clamped_page_is_cut_out_of_smaller_ones() {
    for (page, per_page, ids, more, asked) in [
        (1, 20, 0..20, true, &["1/20"][..]),
        (2, 50, 50..100, true, &["2/50"]),
        (1, 100, 0..100, true, &["1/50", "2/50"]),
        (2, 100, 100..130, false, &["3/50"]),
        (2, 60, 60..120, true, &["2/50", "3/50"]),
        (9, 100, 0..0, false, &["17/50"]),
    ] {
        let server = of_130(true).await;
        let choice = PageChoice::One { page, per_page };
        let (rows, listing) = repositories(&*gitea(&server, ada()), None, choice).await.unwrap();
        let found: Vec<usize> = rows.iter().map(|row| row.id.parse().unwrap()).collect();
        assert_eq!((found, listing.more), (ids.collect(), more), "page {page} of {per_page}");
        assert_eq!((pages(&server), listing.total), (asked.iter().map(ToString::to_string).collect(), Some(130)));
    }
}

#[tokio::test]
async fn an_instance_that_does_not_say_is_read_from_its_first_page() {
    let server = of_130(false).await;
    let choice = PageChoice::One { page: 2, per_page: 60 };
    let (rows, listing) = repositories(&*gitea(&server, ada()), None, choice).await.unwrap();
    assert_eq!((rows.first().unwrap().id.as_str(), rows.last().unwrap().id.as_str()), ("60", "119"));
    assert!(listing.more && pages(&server)[0] == "1/100", "{:?}", pages(&server));
}

#[tokio::test]
async fn who_asks_is_found_out_where_it_is_not_known() {
    let narrow = "token does not have at least one of required scope(s): [read:user]";
    for (knows_token, asked) in [(true, 3), (false, 2)] {
        let server = Server::start(move |call| match call.split('?').next().unwrap() {
            "GET /gitea/api/v1/user" => say(403, &[], &refused(narrow)),
            "GET /gitea/api/v1/token" if knows_token => say(200, &[], r#"{"id":4,"scopes":[],"user":{"id":24,"login":"ada"}}"#),
            "GET /gitea/api/v1/token" => say(404, &[], ABSENT),
            "GET /gitea/api/v1/repos/search" => {
                assert!(call.contains("uid=24"), "{call}");
                say(200, &[], r#"{"ok":true,"data":[]}"#)
            }
            other => panic!("{other}"),
        })
        .await;
        let outcome = repositories(&*gitea(&server, Identity::unknown(AuthMethod::Pat)), None, ALL).await;
        assert_eq!(server.asked().len(), asked);
        match outcome {
            Ok((rows, _)) => assert!(knows_token && rows.is_empty()),
            Err(Error::Refused { verdict, reason, .. }) => {
                assert_eq!(
                    (knows_token, verdict, reason.as_str()),
                    (false, Verdict::InsufficientScope, "the token lacks scope `read:user`")
                );
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let server =
        Server::start(
            |call| {
                if call.ends_with("/user") { say(200, &[], USER) } else { say(200, &[], r#"{"ok":true,"data":null}"#) }
            },
        )
        .await;
    assert!(repositories(&*gitea(&server, Identity::unknown(AuthMethod::OAuth)), None, ALL).await.unwrap().0.is_empty());
    assert!(server.calls()[0].contains("uid=24"), "{:?}", server.calls());
}

#[tokio::test]
async fn the_search_is_ours() {
    let server = of_130(true).await;
    let (rows, listing) = repositories(&*gitea(&server, ada()), Some("ACME/R12"), ALL).await.unwrap();
    assert_eq!((rows.len(), listing.total), (11, None));
    assert!(server.calls().iter().all(|call| !call.contains("q=")));
}

fn branch(name: &str, protected: bool) -> String {
    format!(r#"{{"name":"{name}","commit":{{"id":"c{name}","message":"x"}},"protected":{protected},"user_can_push":true}}"#)
}

#[tokio::test]
async fn branches_learn_which_is_the_default_one() {
    let server = Server::start(|call| match call.split('?').next().unwrap() {
        "GET /gitea/api/v1/repos/acme/site" => say(200, &[], &repository(1)),
        "GET /gitea/api/v1/repos/acme/site/branches" => {
            let rows = [branch("feature/x", false), branch("main", true)];
            say(200, &[("x-total-count", "2")], &format!("[{}]", rows.join(",")))
        }
        _ => say(404, &[], &refused("not found")),
    })
    .await;
    let account = gitea(&server, ada());
    let (rows, listing) = branches(&*account, "acme/site", None, ALL).await.unwrap();
    let shown: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.is_default, row.is_protected, row.sha.as_str())).collect();
    assert_eq!(shown, [("feature/x", false, Some(false), "cfeature/x"), ("main", true, Some(true), "cmain")]);
    assert_eq!((listing.total, server.calls().len()), (Some(2), 2));
    let (rows, _) = branches(&*account, "acme/site", Some("MAI"), ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    match branches(&*account, "acme/none", None, ALL).await {
        Err(Error::NoRepository { likely: Some(likely), .. }) => assert!(likely.contains("Forgejo 15"), "{likely}"),
        other => panic!("{other:?}"),
    }
    let asked = server.asked().len();
    assert!(matches!(branches(&*account, "acme/web/site", None, ALL).await, Err(Error::WrongPath { .. })));
    assert_eq!(server.asked().len(), asked);
}

#[tokio::test]
async fn a_page_of_branches_is_cut_too() {
    let server = Server::start(|call| match call.split('?').next().unwrap() {
        "GET /gitea/api/v1/settings/api" => say(200, &[], r#"{"max_response_items":30}"#),
        "GET /gitea/api/v1/repos/acme/site/branches" => {
            page_of(call, 250, 30, ("", ""), |number| branch(&format!("b{number}"), false))
        }
        _ => say(200, &[], &repository(1)),
    })
    .await;
    let choice = PageChoice::One { page: 2, per_page: 100 };
    let (rows, listing) = branches(&*gitea(&server, ada()), "acme/site", None, choice).await.unwrap();
    assert_eq!((rows.len(), rows[0].name.as_str(), rows[99].name.as_str()), (100, "b100", "b199"));
    assert_eq!((listing.total, listing.more), (Some(250), true));
    assert_eq!(pages(&server), ["4/30", "5/30", "6/30", "7/30"]);
}

#[tokio::test]
async fn an_empty_repository_has_no_branches() {
    let server = Server::start(|call| {
        if call.contains("/branches") { say(200, &[], "null") } else { say(200, &[], &repository(1).replace("false", "true")) }
    })
    .await;
    assert!(branches(&*gitea(&server, ada()), "acme/new", None, ALL).await.unwrap().0.is_empty());
}

#[tokio::test]
async fn a_missing_scope_is_said() {
    let newer = "token does not have at least one of required scope(s), required=[read:repository], token scope=read:user";
    let server = Server::start(move |_| say(403, &[], &refused(newer))).await;
    for outcome in [
        repositories(&*gitea(&server, ada()), None, ALL).await.map(|_| ()),
        branches(&*gitea(&server, ada()), "acme/site", None, ALL).await.map(|_| ()),
    ] {
        match outcome {
            Err(Error::Refused { verdict: Verdict::InsufficientScope, reason, .. }) => {
                assert_eq!(reason, "the token lacks scope `read:repository`");
            }
            other => panic!("{other:?}"),
        }
    }
}

//! Page walks: whole or known not to be.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::server::{Reply, Server, answer, say};
use super::{http, never, origin_with};
use crate::net::pages::Walked;
use crate::net::pages::walk_up_to;
use crate::net::{Answer, Call, Classifier, Error, Flow, Limit, Pages, Trust, limits, walk};

const ALL: Pages = Pages { first: 1, per_page: 2, only_first: false };

/// What a walk brought: pages as they were handed over, and its outcome.
struct Outcome {
    pages: Vec<Vec<u32>>,
    walked: Result<Walked, String>,
}

impl Outcome {
    fn rows(&self) -> Vec<u32> {
        self.pages.concat()
    }

    fn more(&self) -> bool {
        self.walked.as_ref().unwrap().more
    }

    fn total(&self) -> Option<u64> {
        self.walked.as_ref().unwrap().total
    }
}

#[derive(Debug)]
struct Failed(String);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

fn read(answer: &Answer) -> Result<Vec<u32>, Failed> {
    if answer.status == 200 { Ok(answer.json().unwrap()) } else { Err(Failed(format!("{} to {}", answer.status, answer.call))) }
}

/// Walks `call` and stops after `enough` pages.
async fn walk_call(server: &Server, call: Call, pages: Pages, enough: usize) -> Outcome {
    let origin = origin_with(&http(Duration::ZERO, None), &server.url(), &Trust::default(), never);
    let mut taken = Vec::new();
    let walked = walk(&origin, &call, pages, read, u32::to_string, |rows| {
        taken.push(rows);
        if taken.len() == enough { Flow::Break(()) } else { Flow::Continue(()) }
    })
    .await;
    Outcome { pages: taken, walked: walked.map_err(|failed| failed.0) }
}

async fn walk_all(server: &Server) -> Outcome {
    walk_call(server, Call::to(["rows"]), ALL, usize::MAX).await
}

/// The query of a request.
fn query(request: &str) -> HashMap<String, String> {
    let target = request.split(' ').nth(1).unwrap();
    let url = url::Url::parse(&format!("http://x{target}")).unwrap();
    url.query_pairs().into_owned().collect()
}

fn page(request: &str) -> u32 {
    query(request).get("page").map_or(1, |page| page.parse().unwrap())
}

/// The rows of a page, counted from 1.
fn rows(page: u32, size: u32, total: u32) -> String {
    let rows: Vec<_> = ((page - 1) * size + 1..=(page * size).min(total)).collect();
    serde_json::to_string(&rows).unwrap()
}

/// `Link` as GitHub sends it, with addresses below `base`.
fn github(base: &str, page: u32, last: u32) -> String {
    let mut links = Vec::new();
    if page < last {
        links.push(format!("<{base}?per_page=2&page={}>; rel=\"next\"", page + 1));
        links.push(format!("<{base}?per_page=2&page={last}>; rel=\"last\""));
    }
    if page > 1 {
        links.push(format!("<{base}?per_page=2&page=1>; rel=\"first\""));
    }
    links.join(", ")
}

#[tokio::test]
async fn a_known_last_page_is_read_side_by_side_and_in_order() {
    let server = Server::start(|request, _| {
        let page = page(request);
        let reply = answer(200, &[("link", &github("/repositories/7/rows", page, 40))], rows(page, 2, 79));
        // The later the page the sooner it comes.
        if page == 1 { Reply::Bytes(reply) } else { Reply::Later(Duration::from_millis(u64::from(80 - page)), reply) }
    })
    .await;
    let outcome = walk_all(&server).await;
    assert_eq!(outcome.rows(), (1..=79).collect::<Vec<_>>());
    assert_eq!((outcome.pages.len(), outcome.more(), outcome.total()), (40, false, None));
    assert_eq!(server.most_at_once(), 16);
    let calls = server.calls();
    assert_eq!((calls.len(), calls[0].as_str()), (40, "GET /rows?per_page=2&page=1"));
    // Each with the token of its moment: one renewed in the middle of a walk is used.
    let tokens: HashSet<_> = server
        .requests()
        .iter()
        .filter_map(|request| request.split("Bearer ").nth(1)?.split('\r').next().map(str::to_owned))
        .collect();
    assert_eq!(tokens.len(), 40);
    // The path of the link was followed, the query kept.
    assert!(calls[1..].iter().all(|call| call.starts_with("GET /repositories/7/rows?per_page=2&page=")), "{calls:?}");
}

#[tokio::test]
async fn totals_in_headers_do_as_well() {
    let server = Server::start(|request, _| {
        let (page, next) = (page(request), (page(request) + 1).to_string());
        let next = if page < 3 { next.as_str() } else { "" };
        say(200, &[("x-next-page", next), ("x-total-pages", "3"), ("x-total", "5"), ("x-per-page", "2")], rows(page, 2, 5))
    })
    .await;
    let outcome = walk_call(&server, Call::to(["rows"]).with("q", "a b"), ALL, usize::MAX).await;
    assert_eq!((outcome.rows(), outcome.more(), outcome.total()), (vec![1, 2, 3, 4, 5], false, Some(5)));
    let mut calls = server.calls();
    calls.sort();
    assert_eq!(calls, [1, 2, 3].map(|page| format!("GET /rows?q=a+b&per_page=2&page={page}")));
}

#[tokio::test]
async fn without_a_last_page_the_next_one_is_followed() {
    let server = Server::start(|request, _| {
        let page = page(request);
        let link = format!("</rows?page={}>; rel=\"next\"", page + 1);
        let headers = [("link", link.as_str())];
        say(200, if page < 5 { &headers } else { &[] }, rows(page, 2, 9))
    })
    .await;
    let outcome = walk_all(&server).await;
    assert_eq!((outcome.rows(), outcome.more()), ((1..=9).collect(), false));
    assert_eq!((server.calls().len(), server.most_at_once()), (5, 1));
}

#[tokio::test]
async fn a_keyset_is_followed_by_its_cursor() {
    let server = Server::start(|request, _| {
        let query = query(request);
        assert!(!query.contains_key("page"), "{request}");
        let after: u32 = query.get("id_after").map_or(0, |after| after.parse().unwrap());
        // Built from an address that only the proxy before the server knows; the total is a trap.
        let link = format!("<https://git.internal/api/rows?pagination=keyset&id_after={}>; rel=\"next\"", after + 2);
        let headers = [("x-total-pages", "9"), ("link", link.as_str())];
        say(200, if after < 4 { &headers } else { &[] }, serde_json::to_string(&[after + 1, after + 2]).unwrap())
    })
    .await;
    let outcome = walk_call(&server, Call::to(["rows"]).with("pagination", "keyset"), ALL, usize::MAX).await;
    assert_eq!((outcome.rows(), outcome.more()), ((1..=6).collect(), false));
    assert_eq!(
        server.calls(),
        [
            "GET /rows?pagination=keyset&per_page=2",
            "GET /rows?pagination=keyset&id_after=2",
            "GET /rows?pagination=keyset&id_after=4"
        ]
    );
}

#[tokio::test]
async fn a_cursor_is_followed_whatever_else_the_answer_counts() {
    let server = Server::start(|request, _| {
        let after: u32 = query(request).get("after").map_or(0, |after| after.parse().unwrap());
        let link = format!("</rows?after={}>; rel=\"next\"", after + 2);
        let headers = [("x-total-pages", "3"), ("link", link.as_str())];
        say(200, if after < 4 { &headers } else { &[] }, serde_json::to_string(&[after + 1, after + 2]).unwrap())
    })
    .await;
    assert_eq!(walk_all(&server).await.rows(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(server.calls()[1..], ["GET /rows?after=2", "GET /rows?after=4"]);
}

#[tokio::test]
async fn a_listing_that_does_not_end_is_cut_off_and_says_so() {
    let next = |request: &str, _| {
        let page = page(request);
        say(200, &[("link", &format!("</rows?page={}>; rel=\"next\"", page + 1))], rows(page, 2, u32::MAX))
    };
    let counted = |request: &str, _| {
        let page = page(request);
        say(200, &[("link", &github("/rows", page, 4_000_000_000))], rows(page, 2, u32::MAX))
    };
    for server in [Server::start(next).await, Server::start(counted).await] {
        let origin = origin_with(&http(Duration::ZERO, None), &server.url(), &Trust::default(), never);
        let mut taken = Vec::new();
        let walked = walk_up_to(20, &origin, &Call::to(["rows"]), ALL, read, u32::to_string, |rows| {
            taken.extend(rows);
            Flow::Continue(())
        })
        .await
        .unwrap();
        assert_eq!((taken, walked.more), ((1..=40).collect(), true));
        assert_eq!(server.calls().len(), 20);
    }
}

#[tokio::test]
async fn a_link_to_another_origin_is_never_followed() {
    let hostile = Server::start(|_, _| say(200, &[], "[666]")).await;
    let link = format!("<{0}/rows?page=2>; rel=\"next\", <{0}/rows?page=3>; rel=\"last\"", hostile.url());
    let server = Server::start(move |request, _| say(200, &[("link", &link)], rows(page(request), 2, 5))).await;
    let outcome = walk_all(&server).await;
    assert_eq!(outcome.rows(), [1, 2, 3, 4, 5]);
    assert_eq!(hostile.connections(), 0);
}

#[tokio::test]
async fn clamped_pages_are_all_read() {
    // Asked for 100, the server gives 3 and says only how many rows there are.
    let server = Server::start(|request, _| say(200, &[("x-total-count", "8")], rows(page(request), 3, 8))).await;
    let pages = Pages { per_page: 100, ..ALL };
    let outcome = walk_call(&server, Call::to(["rows"]), pages, usize::MAX).await;
    assert_eq!((outcome.rows(), outcome.more(), outcome.total()), ((1..=8).collect(), false, Some(8)));
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn rows_that_move_between_pages_are_shown_once() {
    // A row is pushed to the front after each page: the last of every page comes again as the first of the next.
    let server = Server::start(|request, _| {
        let page = page(request);
        let first = (page - 1) * 2 + 1;
        let link = github("/rows", page, 4);
        say(200, &[("link", &link)], serde_json::to_string(&[first.max(2) - 1, first, first + 1]).unwrap())
    })
    .await;
    let outcome = walk_all(&server).await;
    assert_eq!(outcome.rows(), (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_page_in_the_known_range_that_brings_nothing_is_not_the_end() {
    let server = Server::start(|request, _| {
        let page = page(request);
        let body = match page {
            2 => rows(1, 2, 9),
            3 => "[]".to_owned(),
            _ => rows(page, 2, 9),
        };
        say(200, &[("link", &github("/rows", page, 5))], body)
    })
    .await;
    assert_eq!(walk_all(&server).await.pages, [vec![1, 2], vec![7, 8], vec![9]]);
}

#[tokio::test]
async fn rows_added_behind_the_known_last_page_are_read() {
    let server = Server::start(|request, _| {
        let page = page(request);
        let last = if page < 3 { 3 } else { 5 };
        say(200, &[("link", &github("/rows", page, last))], rows(page, 2, 10))
    })
    .await;
    let outcome = walk_all(&server).await;
    assert_eq!((outcome.rows(), outcome.more()), ((1..=10).collect(), false));
    assert_eq!(server.calls().len(), 5);
}

#[tokio::test]
async fn lies_about_the_next_page_come_to_an_end() {
    // Old GitLab: always a second page, which is empty.
    let old = |request: &str, _| {
        let body = if page(request) == 1 { "[1,2]" } else { "[]" };
        say(200, &[("x-next-page", "2"), ("x-total-pages", "2"), ("x-total", "2")], body)
    };
    let server = Server::start(old).await;
    let outcome = walk_all(&server).await;
    assert_eq!((outcome.rows(), outcome.more(), server.calls().len()), (vec![1, 2], false, 2));
    let only = Pages { only_first: true, ..ALL };
    assert!(!walk_call(&server, Call::to(["rows"]), only, usize::MAX).await.more());
    assert!(!walk_call(&server, Call::to(["rows"]), ALL, 1).await.more());

    // The same page for ever, an empty page for ever, a circle.
    for (body, asked) in [("[1,2]", 2), ("[]", 1)] {
        let server = Server::start(move |request, _| {
            let link = format!("</rows?page={}>; rel=\"next\"", page(request) + 1);
            say(200, &[("link", &link)], body)
        })
        .await;
        let outcome = walk_all(&server).await;
        assert_eq!((outcome.more(), server.calls().len()), (false, asked), "{body}");
    }
    let server = Server::start(|request, _| {
        let page = page(request);
        let link = format!("</rows?page={}>; rel=\"next\"", page % 3 + 1);
        say(200, &[("link", &link)], rows(page, 2, 6))
    })
    .await;
    assert_eq!((walk_all(&server).await.rows(), server.calls().len()), ((1..=6).collect(), 4));
}

#[tokio::test]
async fn a_last_page_beyond_all_measure_is_left_when_nothing_comes() {
    let server = Server::start(|request, _| {
        let last = "</rows?page=2>; rel=\"next\", </rows?page=4294967295>; rel=\"last\"";
        say(200, &[("link", last)], if page(request) == 1 { "[1]" } else { "[]" })
    })
    .await;
    assert_eq!(walk_all(&server).await.rows(), [1]);
    assert!(server.calls().len() <= 33, "{}", server.calls().len());
}

#[tokio::test]
async fn one_page_says_whether_there_is_more() {
    let server = Server::start(|request, _| {
        let page = page(request);
        say(200, &[("link", &github("/rows", page, 3))], rows(page, 2, 5))
    })
    .await;
    for (first, expected, more) in [(1, vec![1, 2], true), (2, vec![3, 4], true), (3, vec![5], false)] {
        let pages = Pages { first, only_first: true, ..ALL };
        let outcome = walk_call(&server, Call::to(["rows"]), pages, usize::MAX).await;
        assert_eq!((outcome.rows(), outcome.more()), (expected, more), "{first}");
    }
    assert_eq!(server.calls().len(), 3);
    // A walk may begin in the middle.
    let outcome = walk_call(&server, Call::to(["rows"]), Pages { first: 2, ..ALL }, usize::MAX).await;
    assert_eq!((outcome.rows(), outcome.more()), (vec![3, 4, 5], false));
}

#[tokio::test]
async fn who_has_enough_stops_the_walk_and_knows_what_is_left() {
    let server = Server::start(|request, _| {
        let page = page(request);
        let reply = answer(200, &[("link", &github("/rows", page, 40))], rows(page, 2, 80));
        if page < 4 { Reply::Bytes(reply) } else { Reply::Later(Duration::from_millis(100), reply) }
    })
    .await;
    let outcome = walk_call(&server, Call::to(["rows"]), ALL, 2).await;
    assert_eq!((outcome.pages, outcome.walked.unwrap().more), (vec![vec![1, 2], vec![3, 4]], true));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(server.calls().len() <= 18, "{}", server.calls().len());

    let outcome = walk_call(&server, Call::to(["rows"]), ALL, 40).await;
    assert_eq!((outcome.rows().len(), outcome.more()), (80, false));
}

#[tokio::test]
async fn a_page_that_fails_in_the_middle_ends_the_walk_with_its_error() {
    for status in [403, 405, 500, 503] {
        let server = Server::start(move |request, _| match page(request) {
            3 => say(status, &[], ""),
            page => say(200, &[("link", &github("/rows", page, 6))], rows(page, 2, 12)),
        })
        .await;
        let outcome = walk_all(&server).await;
        assert_eq!(outcome.pages, [vec![1, 2], vec![3, 4]]);
        assert_eq!(outcome.walked.unwrap_err(), format!("{status} to GET /rows"));
    }
}

#[tokio::test]
async fn a_limit_in_the_middle_is_waited_for_and_the_listing_is_whole() {
    let server = Server::start(|request, number| match (page(request), number) {
        (3, ..12) => say(429, &[("retry-after", "1")], ""),
        (page, _) => say(200, &[("link", &github("/rows", page, 12))], rows(page, 2, 24)),
    })
    .await;
    let limited: Classifier =
        |answer, now| (answer.status == 429).then(|| Limit { until: limits::retry_after(answer, now), secondary: true });
    let origin = origin_with(&http(Duration::from_secs(9), None), &server.url(), &Trust::default(), limited);
    let mut taken = Vec::new();
    let walked = walk(&origin, &Call::to(["rows"]), ALL, read, u32::to_string, |rows| {
        taken.extend(rows);
        Flow::Continue(())
    })
    .await
    .unwrap();
    assert_eq!((taken, walked.more), ((1..=24).collect(), false));
}

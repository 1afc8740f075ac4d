//! Listings that say in their body where they go on.

use std::time::Duration;

use super::server::{Reply, Server, answer, say};
use super::{http, never, origin_with};
use crate::net::pages::Walked;
use crate::net::{Answer, BodyLinks, Call, Error, Flow, Pages, Paging, Trust, walk};

const PAGING: Paging = Paging { size: "pagelen", body: Some(links) };
const ALL: Pages = Pages { first: 1, per_page: 2, only_first: false };

fn links(answer: &Answer) -> BodyLinks {
    answer.json().unwrap_or_default()
}

#[expect(clippy::unnecessary_wraps, reason = "as the walk wants it")]
fn read(answer: &Answer) -> Result<Vec<u32>, Error> {
    let body: serde_json::Value = answer.json().unwrap();
    Ok(serde_json::from_value(body["values"].clone()).unwrap())
}

async fn walk_rows(server: &Server, pages: Pages) -> (Vec<u32>, Walked) {
    let origin = origin_with(&http(Duration::ZERO, None), &server.url(), &Trust::default(), never);
    let mut taken = Vec::new();
    let call = Call::to(["rows"]).paged_by(PAGING);
    let walked = walk(&origin, &call, pages, read, u32::to_string, |rows| {
        taken.extend(rows);
        Flow::Continue(())
    });
    let walked = walked.await.unwrap();
    (taken, walked)
}

fn page(values: &[u32], next: Option<&str>, total: Option<u64>) -> String {
    serde_json::json!({"values": values, "next": next, "total": total}).to_string()
}

#[tokio::test]
async fn numbered_pages_whose_count_is_known_are_read_side_by_side() {
    let server = Server::start(|request, _| {
        let number: u32 = request.split("page=").last().unwrap().split(' ').next().unwrap().parse().unwrap();
        let next = format!("/rows?pagelen=2&page={}", number + 1);
        let values = [number * 2 - 1, number * 2];
        let body = page(&values, (number < 20).then_some(next.as_str()), Some(40));
        Reply::Later(Duration::from_millis(20), answer(200, &[], body))
    })
    .await;
    let (rows, walked) = walk_rows(&server, ALL).await;
    assert_eq!(rows, (1..=40).collect::<Vec<_>>());
    assert_eq!((walked.total, walked.more), (Some(40), false));
    assert!(server.most_at_once() > 2, "{}", server.most_at_once());
    assert!(server.calls().iter().all(|call| call.contains("pagelen=2")));
}

#[tokio::test]
async fn a_cursor_is_followed_and_the_page_that_names_none_is_the_last() {
    let server = Server::start(|request, _| {
        if request.contains("ctx=b") {
            say(200, &[], page(&[3], None, Some(999)))
        } else {
            say(200, &[], page(&[1, 2], Some("/rows?ctx=b"), Some(999)))
        }
    })
    .await;
    let (rows, walked) = walk_rows(&server, ALL).await;
    assert_eq!((rows, walked.more), (vec![1, 2, 3], false));
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_count_alone_promises_no_page() {
    let server = Server::start(|_, _| say(200, &[], page(&[1], None, Some(187)))).await;
    for pages in [ALL, Pages { only_first: true, ..ALL }] {
        let (rows, walked) = walk_rows(&server, pages).await;
        assert_eq!((rows, walked.more), (vec![1], false));
    }
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_listing_that_goes_on_elsewhere_is_not_whole() {
    let server = Server::start(|_, _| say(200, &[], page(&[1, 2], Some("http://example.com"), None))).await;
    let (rows, walked) = walk_rows(&server, ALL).await;
    assert_eq!((rows, walked.more), (vec![1, 2], true));
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_page_without_rows_is_not_the_end_while_it_names_another() {
    let server = Server::start(|request, _| {
        let (values, next): (&[u32], Option<&str>) = match request.split(' ').nth(1).unwrap() {
            "/rows?ctx=b" => (&[], Some("/rows?ctx=c")),
            "/rows?ctx=c" => (&[3], None),
            _ => (&[1, 2], Some("/rows?ctx=b")),
        };
        say(200, &[], page(values, next, None))
    })
    .await;
    let (rows, walked) = walk_rows(&server, ALL).await;
    assert_eq!((rows, walked.more), (vec![1, 2, 3], false));
}

#[tokio::test]
async fn pages_without_end_and_without_rows_are_left_and_not_called_whole() {
    let server = Server::start(|_, _| say(200, &[], page(&[], Some("/rows?ctx=again"), None))).await;
    let (rows, walked) = walk_rows(&server, ALL).await;
    assert_eq!((rows, walked.more), (vec![], true));
    assert!(server.calls().len() < 30);
}

#[tokio::test]
async fn pages_are_counted_by_the_size_that_the_body_names() {
    // The first page lost rows to filters of the server's own: there are two pages all the same.
    let server = Server::start(|request, _| {
        let (values, next): (&[u32], Option<&str>) =
            if request.contains("page=2 ") { (&[3], None) } else { (&[1], Some("/rows?pagelen=2&page=2")) };
        let body = serde_json::json!({"values": values, "next": next, "total": 4, "per_page": 2}).to_string();
        say(200, &[], body)
    })
    .await;
    let (rows, walked) = walk_rows(&server, ALL).await;
    assert_eq!((rows, walked.more), (vec![1, 3], false));
    assert_eq!(server.calls().len(), 2);
}

//! What stands in the pages, and what must not.

use hyper::StatusCode;

use super::{connected, made};
use crate::oauth::loopback::Outcome;
use crate::oauth::page::{self, Page};

fn text(page: &Page) -> &str {
    std::str::from_utf8(page).unwrap()
}

fn all() -> Vec<Page> {
    let statuses = [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
    let mut pages: Vec<Page> = statuses.into_iter().map(page::refused).collect();
    pages.extend([
        page::used(),
        page::outcome(&connected()),
        page::outcome(&made()),
        page::outcome(&Outcome::Failed { what: "it broke".to_owned() }),
    ]);
    pages
}

#[test]
fn a_page_is_whole_and_needs_nothing() {
    for page in all() {
        let text = text(&page);
        for needed in
            ["<!doctype html>", "lang=\"en\"", "charset=\"utf-8\"", "name=\"viewport\"", "prefers-color-scheme", "</html>"]
        {
            assert!(text.contains(needed), "{needed} is not in {text}");
        }
        for forbidden in ["<script", "http:", "https:", "//", "url(", "@import", "src=", "href=", "onload", "onerror"] {
            assert!(!text.contains(forbidden), "{forbidden} is in {text}");
        }
        assert!(text.len() < 4096);
    }
}

#[test]
fn a_page_says_who_is_connected() {
    let page = page::outcome(&connected());
    assert!(
        text(&page).contains(
            "<bdi><strong>octocat</strong></bdi> on <bdi>github.com</bdi> is now the connection <bdi><strong>work</strong></bdi>."
        ),
        "{}",
        text(&page)
    );
}

#[test]
fn a_page_says_which_app_was_made_and_what_is_left() {
    let page = page::outcome(&made());
    let said =
        "The app <bdi><strong>acme-deploy</strong></bdi> of <bdi><strong>acme</strong></bdi> was made on <bdi>github.com</bdi>.";
    assert!(text(&page).contains(said) && text(&page).contains("still to be installed"), "{}", text(&page));
}

#[test]
fn what_comes_from_outside_is_text() {
    let outcome = Outcome::Connected {
        name: "a\"b'c".to_owned(),
        account: "<script>alert(1)</script>".to_owned(),
        host: "x&amp;\u{202e}\u{1b}[2J".to_owned(),
    };
    let page = page::outcome(&outcome);
    let text = text(&page);
    assert!(!text.contains("<script") && !text.contains('\u{202e}') && !text.contains('\u{1b}'), "{text}");
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{text}");
    assert!(text.contains("a&quot;b&#39;c") && text.contains("x&amp;amp;\u{fffd}\u{fffd}[2J"), "{text}");
}

#[test]
fn a_sentence_ends_once() {
    for what in ["it broke", "it broke."] {
        let page = page::outcome(&Outcome::Failed { what: what.to_owned() });
        assert!(text(&page).contains("<bdi>it broke</bdi>.</p>"), "{}", text(&page));
    }
}

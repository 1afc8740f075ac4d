//! Pages: everything about them is in the body (Bitbucket A3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::refusals;
use crate::support::fake::{Answer, Request};

/// How this server cuts its listings.
#[derive(Debug)]
pub(super) struct Paging {
    /// Whether a page says how many rows there are and which page it is. Where it does not, the address of the next one cannot be made up:
    /// it holds a cursor.
    pub(super) totals: bool,
    /// Rows of listings move while one reads.
    pub(super) moving: bool,
    /// Where `next` leads, if not here.
    pub(super) links: Option<String>,
    /// Here.
    pub(super) origin: String,
}

impl Paging {
    /// The page that was asked for. Written by hand after Bitbucket A3: names, which of them may be missing, and that `next` is whole.
    pub(super) fn answer<T>(&self, request: &Request, rows: &[T], default: usize, body: impl Fn(&T) -> Value) -> Answer {
        let size = request.parameter("pagelen").map_or(Some(default), |size| size.parse().ok());
        let Some(size) = size.filter(|size| (1..=100).contains(size)) else { return refusals::bad_page_length() };
        let Some(from) = self.begin(request, size) else { return refusals::bad_request("page") };
        // A row was put in front after the first page was read: every later page begins with the row that the one before ended with.
        let moved = usize::from(self.moving && from > 0);
        let first = from.saturating_sub(moved).min(rows.len());
        let end = (first + size).min(rows.len());
        let shown: Vec<Value> = rows[first..end].iter().map(body).collect();
        let mut page = json!({"pagelen": size, "values": shown});
        if self.totals {
            page["page"] = json!(from / size + 1);
            page["size"] = json!(rows.len() + moved);
            if from > 0 {
                page["previous"] = json!(self.address(request, from - size.min(from), size));
            }
        }
        if end < rows.len() {
            page["next"] = json!(self.address(request, from + size, size));
        }
        Answer::json(200, &page)
    }

    /// How many rows come before the page; `None` where a page is asked for that has no such address.
    fn begin(&self, request: &Request, size: usize) -> Option<usize> {
        match (request.parameter("ctx"), request.parameter("page")) {
            (Some(cursor), None) if !self.totals => {
                let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
                text.strip_prefix("rows before this: ")?.parse().ok()
            }
            (Some(_), _) => None,
            (None, None) => Some(0),
            (None, Some(page)) => {
                let page = page.parse::<usize>().ok()?;
                // Whoever made this address up did not follow `next`.
                let is_there = page == 1 || self.totals && page > 1;
                is_there.then(|| (page - 1) * size)
            }
        }
    }

    fn address(&self, request: &Request, from: usize, size: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(request.query.iter().filter(|(key, _)| key != "page" && key != "ctx"));
        if self.totals {
            query.append_pair("page", &(from / size + 1).to_string());
        } else {
            query.append_pair("ctx", &URL_SAFE_NO_PAD.encode(format!("rows before this: {from}")));
        }
        let origin = self.links.as_ref().unwrap_or(&self.origin);
        format!("{origin}/2.0{}?{}", request.path, query.finish())
    }
}

//! What an answer says about the other pages of a listing: `Link` (RFC 8288), `X-Next-Page`, `X-Total-Pages`, `X-Total`; or its body.

use url::Url;

use super::{Answer, redirect};

/// How a provider's listings are paged.
#[derive(Clone, Copy)]
pub(crate) struct Paging {
    /// The query parameter that is the size of a page.
    pub(crate) size: &'static str,
    /// Reads what the body says of the other pages, where the headers say nothing.
    pub(crate) body: Option<fn(&Answer) -> BodyLinks>,
}

/// `per_page`, and headers: most do it so.
impl Default for Paging {
    fn default() -> Self {
        Self { size: "per_page", body: None }
    }
}

/// What a body says of the other pages.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct BodyLinks {
    /// The whole address of the page after this one.
    pub(crate) next: Option<String>,
    /// Rows in all.
    pub(crate) total: Option<u64>,
    /// The size of a page.
    pub(crate) per_page: Option<u64>,
}

/// The other pages, as one answer names them. Every address lies on the origin that was asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    /// The page after this one. It may not be there (old GitLab).
    pub(super) next: Option<Url>,
    /// There is one after this, at an address that no credential goes to.
    pub(super) is_elsewhere: bool,
    /// The number of the last page, where pages are numbered.
    pub(super) last: Option<u32>,
    /// Rows in all.
    pub(super) total: Option<u64>,
    /// The size of a page as the server cuts it.
    pub(super) per_page: Option<u64>,
}

impl Links {
    /// Reads what `answer` to `asked` says.
    pub(super) fn of(answer: &Answer, asked: &Url, paging: Paging) -> Self {
        if let Some(read) = paging.body {
            let said = read(answer);
            let next = said.next.as_deref().and_then(|next| here(next, asked));
            let is_elsewhere = next.is_none() && said.next.is_some();
            return Self { next, is_elsewhere, last: None, total: said.total, per_page: said.per_page };
        }
        let (mut next, mut last) = (None, None);
        for header in answer.headers.get_all(reqwest::header::LINK) {
            for (target, relations) in header.to_str().map(parse).unwrap_or_default() {
                let Some(url) = here(target, asked) else { continue };
                for relation in relations.split_ascii_whitespace() {
                    if relation.eq_ignore_ascii_case("next") {
                        next.get_or_insert_with(|| url.clone());
                    } else if relation.eq_ignore_ascii_case("last") {
                        last = last.or_else(|| page_number(&url));
                    }
                }
            }
        }
        Self {
            is_elsewhere: false,
            next: next.or_else(|| number(answer, "x-next-page").map(|page: u32| with_page(asked, page))),
            last: last.or_else(|| number(answer, "x-total-pages")),
            total: number(answer, "x-total").or_else(|| number(answer, "x-total-count")),
            per_page: number(answer, "x-per-page"),
        }
    }
}

fn number<N: std::str::FromStr>(answer: &Answer, name: &str) -> Option<N> {
    answer.header(name)?.trim().parse().ok()
}

/// A link's address on the origin that was asked: path and query where it lies there. Where it does not (GitLab behind a proxy builds
/// its links from another address), only the query is taken, and the path stays: a credential never follows a link elsewhere.
fn here(target: &str, asked: &Url) -> Option<Url> {
    let target = asked.join(target).ok()?;
    redirect::on(asked, &target).or_else(|| {
        let mut url = asked.clone();
        url.set_query(Some(target.query()?));
        Some(url)
    })
}

/// The `page` in the query of an address.
pub(super) fn page_number(url: &Url) -> Option<u32> {
    url.query_pairs().find(|(key, _)| key == "page")?.1.parse().ok()
}

/// The address with another `page` in its query.
pub(super) fn with_page(url: &Url, page: u32) -> Url {
    let others: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(key, _)| key != "page").collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair("page", &page.to_string());
    url
}

/// The targets of a `Link` header, each with its relations. What is malformed ends the list.
fn parse(header: &str) -> Vec<(&str, String)> {
    let mut links = Vec::new();
    let mut rest = header;
    while let Some((target, parameters)) = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        let (parameters, after) = parameters.split_at(end_of_link(parameters));
        links.push((target, relations(parameters)));
        rest = after;
    }
    links
}

/// Where the parameters of a link end: at the first comma that is not quoted.
fn end_of_link(parameters: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in parameters.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => return at,
            _ => {}
        }
    }
    parameters.len()
}

/// The value of `rel`; the first one counts (RFC 8288 §3.3).
fn relations(parameters: &str) -> String {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("rel"))
        .map(|(_, value)| value.trim().trim_matches('"').to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
    use url::Url;

    use super::{Links, Paging, parse};
    use crate::net::Answer;

    const ASKED: &str = "https://git.acme.com/api/v4/projects?membership=true&page=1&per_page=100";

    fn links(headers: &[(&'static str, &str)]) -> Links {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap()))
            .collect();
        let answer = Answer { status: 200, headers, body: Bytes::new(), call: String::new(), host: String::new() };
        Links::of(&answer, &Url::parse(ASKED).unwrap(), Paging::default())
    }

    fn next(header: &str) -> Option<String> {
        links(&[("link", header)]).next.map(String::from)
    }

    #[test]
    fn link_headers_are_read_as_the_standard_has_them() {
        let owned = |pairs: &[(&'static str, &str)]| pairs.iter().map(|(a, b)| (*a, (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(parse(r#"<a>; rel="next", <b>; rel="last""#), owned(&[("a", "next"), ("b", "last")]));
        assert_eq!(
            parse(r#"<a,b;c>;title="x, <y>";REL=next,<d>;rel="prev first""#),
            owned(&[("a,b;c", "next"), ("d", "prev first")])
        );
        assert_eq!(parse(r#"<a>; title="q\"uote, "; rel=next; rel=last"#), owned(&[("a", "next")]));
        for odd in ["", "<", "<a", "a>", ",,,", "<>", "<a>;rel", "<a>;rel=\"next", "é<é>;é=é"] {
            let _ = parse(odd);
        }
    }

    #[test]
    fn a_link_on_our_origin_is_taken_with_its_path() {
        let moved = next("<https://git.acme.com/repositories/7/branches?page=2>; rel=\"next\"");
        assert_eq!(moved.as_deref(), Some("https://git.acme.com/repositories/7/branches?page=2"));
        assert_eq!(next("</x?page=2>; rel=next").as_deref(), Some("https://git.acme.com/x?page=2"));
        assert_eq!(next("<?page=2>; rel=next").as_deref(), Some("https://git.acme.com/api/v4/projects?page=2"));
        assert_eq!(next("<https://git.acme.com:443/x?page=2>; rel=next").as_deref(), Some("https://git.acme.com/x?page=2"));
    }

    #[test]
    fn of_a_link_elsewhere_only_the_query_is_taken() {
        let ours = Some("https://git.acme.com/api/v4/projects?id_after=9".to_owned());
        for elsewhere in [
            "http://git.acme.com/evil?id_after=9",
            "https://git.acme.com:444/evil?id_after=9",
            "https://evil.example/evil?id_after=9",
            "//evil.example/evil?id_after=9",
            "https://git.acme.com.evil.example/?id_after=9",
            "https://git.acme.com@evil.example/?id_after=9",
        ] {
            assert_eq!(next(&format!("<{elsewhere}>; rel=\"next\"")), ours, "{elsewhere}");
        }
        assert_eq!(next("<https://evil.example/x>; rel=next"), None);
        // A user name on our own host would become a credential.
        let user = next("<https://mona:s3krit@git.acme.com/x?page=2>; rel=next");
        assert_eq!(user.as_deref(), Some("https://git.acme.com/x?page=2"));
    }

    #[test]
    fn numbers_come_from_link_or_from_headers() {
        let github =
            links(&[("link", "<https://git.acme.com/x?page=2>; rel=\"next\", <https://git.acme.com/x?page=14>; rel=\"last\"")]);
        assert_eq!((github.last, github.total), (Some(14), None));
        let gitlab = links(&[("x-next-page", "2"), ("x-total-pages", "3"), ("x-total", "250"), ("x-per-page", "100")]);
        assert_eq!((gitlab.last, gitlab.total, gitlab.per_page), (Some(3), Some(250), Some(100)));
        assert_eq!(
            gitlab.next.map(String::from).as_deref(),
            Some("https://git.acme.com/api/v4/projects?membership=true&per_page=100&page=2")
        );
        let end = links(&[("x-next-page", ""), ("x-total-pages", "-1"), ("x-total", "99999999999999999999"), ("link", "\u{e9}")]);
        assert_eq!(end, Links::default());
    }
}

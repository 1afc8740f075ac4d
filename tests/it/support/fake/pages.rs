//! Paging as the providers do it.

/// One page of a listing.
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
    pub(super) last: usize,
    pub(super) total: usize,
}

/// How the size of a page is asked for.
pub(super) struct Sizes {
    /// The parameter's name.
    pub(super) parameter: &'static str,
    pub(super) default: usize,
    /// More are clamped without a word.
    pub(super) most: usize,
}

impl Page {
    /// Cuts the page that was asked for by `per_page`, 100 rows at most.
    pub(super) fn of(request: &super::Request, total: usize, default: usize) -> Self {
        Self::sized(request, total, &Sizes { parameter: "per_page", default, most: 100 })
    }

    /// Cuts the page that was asked for. No rows at all cannot be asked for.
    pub(super) fn sized(request: &super::Request, total: usize, sizes: &Sizes) -> Self {
        let asked = request.number(sizes.parameter).filter(|size| *size > 0);
        let size = asked.unwrap_or(sizes.default).min(sizes.most).max(1);
        Self { number: request.number("page").unwrap_or(1).max(1), size, last: total.div_ceil(size).max(1), total }
    }

    /// The rows of the page. `moving`: a row was put in front after the first page was read, so that every later page begins with the
    /// row that the one before ended with.
    pub(super) fn cut<'a, T>(&self, rows: &'a [T], moving: bool) -> &'a [T] {
        let from = ((self.number - 1) * self.size).min(rows.len()).saturating_sub(usize::from(moving && self.number > 1));
        &rows[from..(from + self.size).min(rows.len())]
    }

    /// A `Link` header: `next`, `last`, `first`, `prev` as GitHub orders them; none for a single page. Written by hand after GitHub §5.4 and
    /// §12 (a recorded header) and GitLab §5 (that there is one; its order is not known). `address` is the listing's
    /// without a query, `request` what was asked.
    pub(super) fn link(&self, address: &str, request: &super::Request, with_last: bool) -> Option<String> {
        let relations = self.relations(address, request, with_last);
        (!relations.is_empty()).then(|| relations.join(", "))
    }

    /// The parts of that header.
    pub(super) fn relations(&self, address: &str, request: &super::Request, with_last: bool) -> Vec<String> {
        let relation = |page: usize, name: &str| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(request.query.iter().filter(|(key, _)| key != "page"));
            query.append_pair("page", &page.to_string());
            format!("<{address}?{}>; rel=\"{name}\"", query.finish())
        };
        let mut relations = Vec::new();
        if self.number < self.last {
            relations.push(relation(self.number + 1, "next"));
            if with_last {
                relations.push(relation(self.last, "last"));
            }
        }
        if self.number > 1 {
            relations.push(relation(1, "first"));
            relations.push(relation(self.number - 1, "prev"));
        }
        relations
    }
}

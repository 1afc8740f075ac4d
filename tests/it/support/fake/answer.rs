//! One answer of a server, well or unwell.

use std::io::Write as _;
use std::time::Duration;

/// What goes over the wire after the headers.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Whole(Vec<u8>),
    /// These bytes, and then the connection breaks although more was promised.
    Broken(Vec<u8>),
    /// Nothing, ever: not even a status.
    Never,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) delay: Duration,
}

impl Answer {
    fn new(status: u16, kind: &str, body: Vec<u8>) -> Self {
        let headers = if body.is_empty() { Vec::new() } else { vec![("content-type".to_owned(), kind.to_owned())] };
        Self { status, headers, body: Body::Whole(body), delay: Duration::ZERO }
    }

    /// JSON.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string().into_bytes())
    }

    /// Something that calls itself JSON.
    pub(crate) fn text_as_json(status: u16, body: &str) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.as_bytes().to_vec())
    }

    /// Plain text.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain", body.as_bytes().to_vec())
    }

    /// A page for people, as servers and the proxies before them send when they are unwell. Written by hand wherever it is used: that they are
    /// pages and no JSON is known (GitHub §0.2, recorded; GitLab §9), what they say is not.
    pub(crate) fn html(status: u16, title: &str) -> Self {
        let page = format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
        Self::new(status, "text/html; charset=utf-8", page.into_bytes())
    }

    /// A status without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, "", Vec::new())
    }

    /// A redirect. Written by hand after GitHub §5.3: `message` and `url`; the `documentation_url` of the real one is left out. GitLab
    /// (§5) is only known to send `Location`.
    pub(crate) fn redirect(status: u16, target: &str) -> Self {
        Self::json(status, &serde_json::json!({"message": "Moved Permanently", "url": target})).header("location", target)
    }

    /// A body of so many MiB that is some KiB on the wire.
    pub(crate) fn huge(mebibytes: usize) -> Self {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"[").unwrap();
        let spaces = vec![b' '; 1 << 20];
        for _ in 0..mebibytes {
            encoder.write_all(&spaces).unwrap();
        }
        encoder.write_all(b"]").unwrap();
        Self::new(200, "application/json", encoder.finish().unwrap()).header("content-encoding", "gzip")
    }

    /// The connection breaks in the middle of the body.
    pub(crate) fn broken() -> Self {
        let mut answer = Self::new(200, "application/json", b"x".to_vec()).header("content-length", "4096");
        answer.body = Body::Broken(b"{\"login\": ".to_vec());
        answer
    }

    /// No answer at all, however long one waits.
    pub(crate) fn never() -> Self {
        let mut answer = Self::empty(200);
        answer.body = Body::Never;
        answer
    }

    /// The same, after so long.
    #[must_use]
    pub(crate) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// With this header, in place of one of the same name.
    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With these headers where it has none of their names.
    #[must_use]
    pub(super) fn or_headers(mut self, headers: Vec<(String, String)>) -> Self {
        for (name, value) in headers {
            if !self.headers.iter().any(|(known, _)| *known == name) {
                self.headers.push((name, value));
            }
        }
        self
    }
}

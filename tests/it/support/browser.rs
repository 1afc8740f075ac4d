//! A person's browser, as far as a login needs one: it goes where it is sent, one plain request after another, and shows what it got.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One step of the way.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Where it came from.
    pub(crate) address: String,
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Where it leads on to, whole.
    pub(crate) fn leads_to(&self) -> Option<String> {
        let target = self.header("location").filter(|_| (300..400).contains(&self.status))?;
        Some(url::Url::parse(&self.address).unwrap().join(target).unwrap().into())
    }
}

/// Gets one page and follows nothing.
///
/// # Errors
///
/// Nobody listens there, or nobody answers.
pub(crate) fn try_get(address: &str) -> std::io::Result<Page> {
    send("GET", address, "")
}

/// Sends what stands in a form, and follows nothing.
#[track_caller]
pub(crate) fn post(address: &str, fields: &[(String, String)]) -> Page {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let more = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    send("POST", address, &more).unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// One request; behind its usual headers come some more, with the body.
fn send(method: &str, address: &str, more: &str) -> std::io::Result<Page> {
    let url = url::Url::parse(address).unwrap();
    let host = url.host_str().unwrap();
    let port = url.port_or_known_default().unwrap();
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let more = if more.is_empty() { "\r\n" } else { more };
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\nConnection: close\r\n{more}"
    )?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|word| word.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    Ok(Page { address: address.to_owned(), status: status.unwrap_or(0), headers, body: body.to_owned() })
}

/// Gets one page and follows nothing.
#[track_caller]
pub(crate) fn get(address: &str) -> Page {
    try_get(address).unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// Goes to an address and wherever it leads from there; every page on the way, the last one last.
#[track_caller]
pub(crate) fn visit(address: &str) -> Vec<Page> {
    let mut pages = vec![get(address)];
    while let Some(next) = pages[pages.len() - 1].leads_to() {
        assert!(pages.len() < 8, "it goes round and round: {pages:?}");
        pages.push(get(&next));
    }
    pages
}

/// The form on a page: where it is sent to, and its fields.
#[track_caller]
pub(crate) fn form(page: &Page) -> (String, Vec<(String, String)>) {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name} in <{tag}>"));
        plain(rest.split_once('"').unwrap().0)
    };
    let tags = |name: &str| {
        let open = format!("<{name} ");
        let tags = page.body.split(&open).skip(1).map(|rest| format!(" {}", rest.split_once('>').unwrap().0));
        tags.collect::<Vec<_>>()
    };
    let forms = tags("form");
    assert_eq!(forms.len(), 1, "{page:?}");
    assert_eq!(attribute(&forms[0], "method"), "post");
    let fields = tags("input").iter().map(|tag| (attribute(tag, "name"), attribute(tag, "value"))).collect();
    (attribute(&forms[0], "action"), fields)
}

/// Text as it was before HTML.
fn plain(html: &str) -> String {
    let named = [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">")];
    named.iter().fold(html.to_owned(), |text, (entity, letter)| text.replace(entity, letter)).replace("&amp;", "&")
}

/// Goes to a page, sends its form, and follows wherever that leads; every page on the way, the last one last.
#[track_caller]
pub(crate) fn send_form(address: &str) -> Vec<Page> {
    let (action, fields) = form(&get(address));
    let mut pages = vec![post(&action, &fields)];
    if let Some(next) = pages[0].leads_to() {
        pages.extend(visit(&next));
    }
    pages
}

/// Says yes at the page where a login begins. The address that the browser is sent back to: nobody has gone there yet.
#[track_caller]
pub(crate) fn say_yes(authorize: &str) -> String {
    let page = get(authorize);
    page.leads_to().unwrap_or_else(|| panic!("no way back: {page:?}"))
}

/// The address with another value for one of its parameters; `None` takes it away.
pub(crate) fn with_parameter(address: &str, name: &str, value: Option<&str>) -> String {
    let mut url = url::Url::parse(address).unwrap();
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.into()
}

/// A parameter of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

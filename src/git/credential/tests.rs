//! The codec against a slow model, and every spelling of a host that must not pass for another.

use proptest::prelude::*;

use super::target::Target;
use super::wire::Attributes;
use super::{Answer, Request};
use crate::model::HostUrl;
use crate::secret::Secret;

/// Whether a request for this address is for a connection to this host.
fn is_for(host: &str, protocol: &str, asked: &str, path: Option<&str>) -> bool {
    let host = HostUrl::parse(host).unwrap();
    let path = path.map(|path| format!("path={path}\n")).unwrap_or_default();
    let lines = format!("protocol={protocol}\nhost={asked}\n{path}\n");
    Request::read(lines.as_bytes()).is_some_and(|request| request.target().is_on(&host))
}

#[test]
fn a_host_is_itself_and_nothing_else() {
    let root = "https://git.acme.com/gitlab";
    let site = Some("acme/site.git");
    for (host, protocol, asked, path) in [
        ("github.com", "https", "github.com", None),
        ("github.com", "https", "github.com", site),
        ("github.com", "https", "GitHub.com", site),
        ("github.com", "https", "github.com:443", site),
        ("https://git.acme.com:8443", "https", "git.acme.com:8443", site),
        ("http://127.0.0.1:3000", "http", "127.0.0.1:3000", site),
        ("http://localhost", "http", "localhost:80", site),
        ("https://[::1]:8443", "https", "[::1]:8443", site),
        ("bücher.example", "https", "xn--bcher-kva.example", site),
        (root, "https", "git.acme.com", Some("gitlab/group/site.git")),
        (root, "https", "git.acme.com", Some("/gitlab/group/sub/site.git/")),
    ] {
        assert!(is_for(host, protocol, asked, path), "{host} is {protocol}://{asked}/{path:?}");
    }
    for (host, protocol, asked, path) in [
        // Names that hold the name.
        ("github.com", "https", "github.com.evil.example", site),
        ("github.com", "https", "evilgithub.com", site),
        ("github.com", "https", "evil-github.com", site),
        ("github.com", "https", "github.com-evil.example", site),
        ("github.com", "https", "githubbcom", site),
        ("github.com", "https", "github.co", site),
        ("github.com", "https", "github.comm", site),
        ("github.com", "https", "github", site),
        ("github.com", "https", "com", site),
        // Subdomains and relatives.
        ("github.com", "https", "api.github.com", site),
        ("github.com", "https", "gist.github.com", site),
        ("github.com", "https", "tuf-repo.github.com", site),
        ("github.com", "https", "www.github.com", site),
        ("github.com", "https", "*.github.com", site),
        ("github.com", "https", "github.localhost", site),
        ("tenant.ghe.com", "https", "ghe.com", site),
        ("tenant.ghe.com", "https", "other.ghe.com", site),
        // Dots.
        ("github.com", "https", "github.com.", site),
        ("github.com", "https", ".github.com", site),
        ("github.com", "https", "github..com", site),
        // User names and what is told apart by them.
        ("github.com", "https", "github.com@evil.example", site),
        ("github.com", "https", "evil.example@github.com", site),
        ("github.com", "https", "user:pass@github.com", site),
        // Ports.
        ("github.com", "https", "github.com:8443", site),
        ("github.com", "https", "github.com:80", site),
        ("github.com", "https", "github.com:", site),
        ("github.com", "https", "github.com:0443", site),
        ("github.com", "https", "github.com:+443", site),
        ("github.com", "https", "github.com:443:443", site),
        ("github.com", "https", "github.com:65979", site),
        ("github.com", "https", "github.com:443@evil.example", site),
        ("https://git.acme.com:8443", "https", "git.acme.com", site),
        ("https://[::1]:8443", "https", "[::1]", site),
        // Schemes.
        ("github.com", "http", "github.com", site),
        ("github.com", "http", "github.com:443", site),
        ("github.com", "HTTPS", "github.com", site),
        ("github.com", "ssh", "github.com", site),
        ("github.com", "ftp", "github.com", site),
        ("github.com", "https ", "github.com", site),
        ("http://127.0.0.1:3000", "https", "127.0.0.1:3000", site),
        // Other letters, and what a resolver would make of them.
        ("github.com", "https", "gíthub.com", site),
        ("github.com", "https", "gіthub.com", site),
        ("github.com", "https", "ｇithub.com", site),
        ("github.com", "https", "github。com", site),
        ("github.com", "https", "xn--gthub-n4a.com", site),
        ("bücher.example", "https", "bücher.example", site),
        // Encoded, and cut off.
        ("github.com", "https", "github%2ecom", site),
        ("github.com", "https", "github.com%00.evil.example", site),
        ("github.com", "https", "github.com%0a", site),
        ("github.com", "https", "github.com%0ahost=evil.example", site),
        ("github.com", "https", "github.com/evil", site),
        ("github.com", "https", "github.com\\evil.example", site),
        ("github.com", "https", "github.com#evil.example", site),
        ("github.com", "https", "github.com?evil.example", site),
        ("github.com", "https", "github.com evil.example", site),
        ("github.com", "https", " github.com", site),
        ("github.com", "https", "[github.com]", site),
        // Other spellings of an address.
        ("http://127.0.0.1:3000", "http", "127.1:3000", site),
        ("http://127.0.0.1:3000", "http", "2130706433:3000", site),
        ("http://127.0.0.1:3000", "http", "0x7f.0.0.1:3000", site),
        ("http://127.0.0.1:3000", "http", "0177.0.0.1:3000", site),
        ("http://127.0.0.1:3000", "http", "localhost:3000", site),
        ("http://127.0.0.1:3000", "http", "[::ffff:127.0.0.1]:3000", site),
        ("https://[::1]:8443", "https", "[0:0:0:0:0:0:0:1]:8443", site),
        // Path roots.
        (root, "https", "git.acme.com", None),
        (root, "https", "git.acme.com", Some("gitlab")),
        (root, "https", "git.acme.com", Some("gitlab/")),
        (root, "https", "git.acme.com", Some("gitlabber/group/site.git")),
        (root, "https", "git.acme.com", Some("gitlab.git/group/site")),
        (root, "https", "git.acme.com", Some("GitLab/group/site.git")),
        (root, "https", "git.acme.com", Some("other/gitlab/site.git")),
        (root, "https", "git.acme.com", Some("gitlab/../other/site.git")),
        (root, "https", "git.acme.com", Some("gitlab/./../other/site.git")),
        (root, "https", "git.acme.com", Some("gitlab/%2e%2e/other/site.git")),
        (root, "https", "git.acme.com", Some("gitlab/..;/other/site.git")),
        (root, "https", "git.acme.com", Some("gitlab\\..\\other/site.git")),
        (root, "https", "git.acme.com", Some("gitlab?/group/site.git")),
        (root, "https", "git.acme.com", Some("gitlab//group/site.git")),
    ] {
        assert!(!is_for(host, protocol, asked, path), "{host} is not {protocol}://{asked}/{path:?}");
    }
}

/// A connection's host, in its parts.
#[derive(Debug, Clone, Copy)]
struct Known {
    scheme: &'static str,
    name: &'static str,
    port: u16,
    root: &'static str,
}

const KNOWN: [Known; 6] = [
    Known { scheme: "https", name: "github.com", port: 443, root: "" },
    Known { scheme: "https", name: "git.acme.com", port: 443, root: "/gitlab" },
    Known { scheme: "https", name: "git.acme.com", port: 8443, root: "/a/b" },
    Known { scheme: "http", name: "127.0.0.1", port: 3000, root: "" },
    Known { scheme: "http", name: "localhost", port: 80, root: "/git" },
    Known { scheme: "https", name: "[::1]", port: 443, root: "" },
];

/// The model: every spelling that is the host is written out and looked up, and so is every path that lies below it.
fn is_meant(known: Known, protocol: &str, asked: &str, path: Option<&str>) -> bool {
    let mut spellings = vec![format!("{}:{}", known.name, known.port)];
    if known.port == if known.scheme == "http" { 80 } else { 443 } {
        spellings.push(known.name.to_owned());
    }
    let is_host = spellings.iter().any(|spelling| spelling.eq_ignore_ascii_case(asked));
    let segments: Vec<&str> = path.unwrap_or_default().trim_matches('/').split('/').collect();
    let is_odd = |segment: &&str| ["", ".", ".."].contains(segment) || segment.contains(['?', '#', '%', '\\', ';']);
    let is_nowhere = segments == [""];
    let root: Vec<&str> = known.root.split('/').skip(1).collect();
    let is_below = root.is_empty() || (segments.len() > root.len() && segments[..root.len()] == root[..]);
    protocol == known.scheme && is_host && is_below && (is_nowhere || !segments.iter().any(is_odd))
}

/// Mostly what is known, with something put in, left out, or put around it.
fn nearly(text: &str, pieces: &'static [&'static str]) -> impl Strategy<Value = String> + use<> {
    let (length, text) = (text.len(), Just(text.to_owned()));
    let put_in = |(text, at, piece): (String, usize, &str)| match (text.get(..at), text.get(at..)) {
        (Some(before), Some(after)) => format!("{before}{piece}{after}"),
        _ => text,
    };
    let cut_out = |(text, from, to): (String, usize, usize)| text.get(from..to).map_or_else(|| text.clone(), ToOwned::to_owned);
    prop_oneof![
        2 => text.clone(),
        2 => (text.clone(), 0..=length, prop::sample::select(pieces)).prop_map(put_in),
        1 => (text.clone(), 0..=length, 0..=length).prop_map(cut_out),
        1 => text.prop_map(|text| text.to_ascii_uppercase()),
        1 => prop::collection::vec(prop::sample::select(pieces), 1..4).prop_map(|pieces| pieces.concat()),
    ]
}

const HOST_PIECES: &[&str] = &[
    "github.com",
    "evil.example",
    ".",
    "-",
    ":",
    "443",
    "8443",
    ":443",
    ":8443",
    "@",
    "%2e",
    "%0a",
    "/",
    "[",
    "]",
    "::1",
    "í",
    " ",
    "#",
    "0",
    "x",
];
const PATH_PIECES: &[&str] =
    &["/", "//", ".", "..", "/../", "/./", "%2e%2e", ";", "?", "#", "\\", "gitlab", "a", "b", "git", "site.git", "x"];

fn asked() -> impl Strategy<Value = (Known, String, String, Option<String>)> {
    prop::sample::select(&KNOWN[..]).prop_flat_map(|known| {
        let usual = known.port == if known.scheme == "http" { 80 } else { 443 };
        let host = if usual { known.name.to_owned() } else { format!("{}:{}", known.name, known.port) };
        let path = format!("{}/acme/site.git", known.root.trim_start_matches('/')).trim_start_matches('/').to_owned();
        (
            Just(known),
            prop::sample::select(vec!["https", "https", "http", "http", "HTTPS", "ssh", "file"]).prop_map(ToOwned::to_owned),
            nearly(&host, HOST_PIECES),
            prop::option::weighted(0.8, nearly(&path, PATH_PIECES)),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]
    #[test]
    fn matching_agrees_with_a_list_of_what_is_meant((known, protocol, host, path) in asked()) {
        let url = format!("{}://{}:{}{}", known.scheme, known.name, known.port, known.root);
        let meant = is_meant(known, &protocol, &host, path.as_deref());
        prop_assert_eq!(is_for(&url, &protocol, &host, path.as_deref()), meant, "{} {} {:?} for {}", protocol, host, path, url);
    }
}

/// What a request says, told the slow way: every line by itself, from what is written in git's manual.
fn model(input: &[u8]) -> Option<Vec<(String, String)>> {
    let mut known: Vec<(String, String)> = Vec::new();
    let mut rest = input;
    loop {
        let end = rest.iter().position(|byte| *byte == 10);
        let line = &rest[..end.unwrap_or(rest.len())];
        if line.is_empty() {
            return Some(known);
        }
        let is_broken = line.len() > 65_535 || line.iter().any(|byte| *byte < 32 || *byte == 127);
        let text = String::from_utf8(line.to_vec()).ok().filter(|text| !text.contains(['\u{2028}', '\u{2029}', '\u{85}']));
        let (key, value) = text.as_deref().filter(|_| !is_broken)?.split_once('=')?;
        if let Some(name) = key.strip_suffix("[]") {
            if value.is_empty() {
                known.retain(|(known, _)| known != key);
            } else if name == "capability" {
                known.push((key.to_owned(), value.to_owned()));
            }
        } else if ["protocol", "host", "path", "username", "password"].contains(&key) {
            known.retain(|(known, _)| known != key);
            if !value.is_empty() {
                known.push((key.to_owned(), value.to_owned()));
            }
        }
        rest = &rest[end.map_or(rest.len(), |end| end + 1)..];
    }
}

/// The same of the reader.
fn read(input: &[u8]) -> Option<Vec<(String, String)>> {
    let attributes = Attributes::read(input)?;
    let mut known = Vec::new();
    for key in ["protocol", "host", "path", "username", "password"] {
        known.extend(attributes.text(key).map(|value| (key.to_owned(), value.to_owned())));
    }
    let announced = attributes.list("capability[]").iter().map(|value| ("capability[]".to_owned(), value.clone()));
    known.extend(announced);
    Some(known)
}

fn line() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "protocol",
        "host",
        "path",
        "username",
        "password",
        "capability[]",
        "wwwauth[]",
        "state[]",
        "oauth_refresh_token",
        "",
        "host[]",
        "host\u{85}",
    ]);
    let value = prop_oneof![
        4 => "[a-z.:/=]{0,8}",
        1 => Just("\r".to_owned()),
        1 => Just("x\r".to_owned()),
        1 => Just("\u{0}".to_owned()),
        1 => Just("\u{2028}".to_owned()),
        1 => Just("a\u{1b}[2J".to_owned()),
        1 => Just("\u{85}".to_owned()),
        1 => Just("ü".to_owned()),
    ];
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\n", "\n\n", ""]);
    (key, prop::sample::select(vec!["=", "=", "=", "=", "=", ""]), value, end)
        .prop_map(|(key, sign, value, end)| format!("{key}{sign}{value}{end}"))
}

proptest! {
    #[test]
    fn reading_agrees_with_a_slow_model(lines in prop::collection::vec(line(), 0..8)) {
        let input = lines.concat();
        let sorted = |known: Option<Vec<(String, String)>>| known.map(|mut known| { known.sort_by(|a, b| a.0.cmp(&b.0)); known });
        prop_assert_eq!(sorted(read(input.as_bytes())), sorted(model(input.as_bytes())), "{:?}", input);
    }

    #[test]
    fn no_bytes_make_the_reader_stumble(input in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Request::read(&input);
    }

    /// Whatever is answered, git reads two values from it or none.
    #[test]
    fn an_answer_holds_two_lines_or_nothing(username in any::<String>(), password in any::<String>()) {
        let request = Request::read(b"protocol=https\nhost=github.com\n").unwrap();
        let secret = Secret::from(password.clone());
        let answer = Answer { username: &username, password: &secret, expires_at: None };
        if let Some(text) = answer.text(&request) {
            prop_assert_eq!(text.as_str(), format!("username={username}\npassword={password}\n"));
            prop_assert_eq!(text.lines().count(), 2);
            prop_assert!(!text.contains(['\r', '\0']));
        }
    }
}

#[test]
fn lines_are_as_long_as_git_writes_them_and_no_longer() {
    let request = |length: usize| {
        let path = "p".repeat(length - "path=".len());
        Request::read(format!("protocol=https\nhost=github.com\npath={path}\n").as_bytes()).is_some()
    };
    assert!(request(65_535) && !request(65_536));
    let unknown = format!("protocol=https\nhost=github.com\nwwwauth[]={}\n", "r".repeat(60_000));
    assert!(Request::read(unknown.as_bytes()).is_some());
    let request = Request::read(b"protocol=https\nhost=github.com\n").unwrap();
    let text = |length: usize| {
        let secret = Secret::from("t".repeat(length - "password=".len()));
        Answer { username: "x", password: &secret, expires_at: None }.text(&request)
    };
    assert!(text(65_535).is_some() && text(65_536).is_none());
}

#[test]
fn an_address_is_taken_apart_and_forgets_what_was_said_before_it() {
    let read = |url: &str| Request::read(format!("host=old.example\nusername=old\nurl={url}\n").as_bytes());
    let target = |protocol: &str, host: &str, path: Option<&str>| Target::of(protocol, host, path);
    let plain = read("https://github.com/acme/site.git/").unwrap();
    assert_eq!((Some(plain.target()), plain.username()), (target("https", "github.com", Some("acme/site.git")).as_ref(), None));
    let whole = read("https://ada%40acme.com:s%3Ae@github.com:443/acme%2Fsite").unwrap();
    assert_eq!(Some(whole.target()), target("https", "github.com", Some("acme/site")).as_ref());
    assert_eq!((whole.username(), whole.password().map(Secret::expose)), (Some("ada@acme.com"), Some("s:e")));
    assert_eq!(Some(read("https://github.com").unwrap().target()), target("https", "github.com", None).as_ref());
    for bad in [
        "github.com/acme",
        "://github.com/acme",
        "https:///acme/site",
        "https://github.com%0ahost=evil/acme",
        "https://github.com/acme%0d%0asite",
        "https://github.com/acme%00",
        "https://a%0ab@github.com/acme",
        "https://github.com/%ff",
        "https://github.com/%e2%80%a8",
        "https://github.com/acme?x=1",
        "https://github.com/acme/site%2e%2e/..",
    ] {
        assert!(read(bad).is_none(), "{bad}");
    }
    // What comes behind an address counts again.
    let after = Request::read(b"url=https://evil.example/x\nhost=github.com\n").unwrap();
    assert_eq!(Some(after.target()), target("https", "github.com", Some("x")).as_ref());
}

#[test]
fn a_token_is_given_ready_to_be_sent_only_to_a_git_that_said_it_knows_how() {
    let secret = Secret::from("t0ken".to_owned());
    let at = Some("2026-11-20T12:00:00Z".parse().unwrap());
    let answer = Answer { username: "x-access-token", password: &secret, expires_at: at };
    let told = |announced: &str| {
        let request = Request::read(format!("{announced}protocol=https\nhost=github.com\n").as_bytes()).unwrap();
        answer.text(&request).unwrap().to_string()
    };
    let old = "username=x-access-token\npassword=t0ken\npassword_expiry_utc=1795176000\n";
    // `printf x-access-token:t0ken | base64`
    let new = "capability[]=authtype\nauthtype=Basic\ncredential=eC1hY2Nlc3MtdG9rZW46dDBrZW4=\nephemeral=1\npassword_expiry_utc=1795176000\n";
    assert_eq!(told(""), old);
    assert_eq!(told("capability[]=state\ncapability[]=other\n"), old);
    assert_eq!(told("capability[]=authtype\ncapability[]=state\n"), new);
    assert_eq!(told("capability[]=authtype\ncapability[]=\n"), old);
    // And comes back so.
    let back = format!("{new}protocol=https\nhost=github.com\n");
    let back = Request::read(back.as_bytes()).unwrap();
    assert_eq!((back.username(), back.password().map(Secret::expose)), (Some("x-access-token"), Some("t0ken")));
}

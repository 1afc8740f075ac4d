//! The page of a form: what stands in it, who gets it, and for how long.

use std::net::{IpAddr, Ipv6Addr};

use url::Url;

use super::{CANARY, House, STATE, valid};
use crate::oauth::loopback::Wrong;
use crate::oauth::start::Form;

/// Where the page is in these tests.
pub(super) const PATH: &str = "/c29tZXRoaW5nIHRoYXQgaXMgaGFyZCB0byBndWVzcw";

/// Told by `openssl dgst -sha256 -binary | base64` of what stands between `<script>` and `</script>`.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-kJd/po0ibbDkLAGT/xICQiAx79nz37e4AzVx9nhNBsY='; \
                      form-action https://github.com 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A form with this manifest.
pub(super) fn form(manifest: &str) -> Form {
    Form {
        path: PATH.to_owned(),
        action: Url::parse(&format!("https://github.com/organizations/acme/settings/apps/new?a=b&state={STATE}")).unwrap(),
        fields: vec![("manifest", manifest.to_owned())],
        title: "Make a GitHub App".to_owned(),
        lead: "github.com shows what the app will be, and asks you.".to_owned(),
        button: "Go on to github.com".to_owned(),
    }
}

/// The value of the attribute behind this, as a browser reads it.
fn value(page: &str, before: &str) -> String {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("{before} is not in {page}"));
    let escaped = rest.split_once('"').unwrap().0;
    assert!(!escaped.contains(['<', '>', '\'']), "{escaped}");
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    plain.iter().fold(escaped.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

impl House {
    /// Gets the page, which is as it should be.
    async fn starts(&self, case: &str) -> String {
        let answer = self.get(PATH).await;
        assert_eq!(answer.status, 200, "{case}");
        let exact = vec![
            ("cache-control", "no-store"),
            ("connection", "close"),
            ("content-security-policy", POLICY),
            ("content-type", "text/html; charset=utf-8"),
            ("referrer-policy", "strict-origin"),
            ("x-content-type-options", "nosniff"),
        ];
        answer.check_headers(case, exact);
        answer.body
    }
}

#[tokio::test]
async fn the_form_stands_there_with_its_button_and_its_script() {
    let page = House::with(&form("{\"name\":\"acme\"}")).starts("plain").await;
    let all = format!(
        "<h1>Make a GitHub App</h1>\n<p>github.com shows what the app will be, and asks you.</p>\n\
         <form method=\"post\" action=\"https://github.com/organizations/acme/settings/apps/new?a=b&amp;state={STATE}\" \
         autocomplete=\"off\">\n<input type=\"hidden\" name=\"manifest\" value=\"{{&quot;name&quot;:&quot;acme&quot;}}\">\n\
         <button>Go on to github.com</button>\n</form>\n<script>document.forms[0].requestSubmit()</script>\n\
         <p>This page goes on by itself. If it does not, sign in to github.com in another tab, then press the button.</p>\n"
    );
    assert!(page.contains(&all), "{page}");
    assert!(page.contains("<title>Make a GitHub App · gitconn</title>") && page.ends_with("</html>\n"), "{page}");
    for once in ["<script", "<form", "<button", "https:", "//"] {
        assert_eq!(page.matches(once).count(), 1, "{once}: {page}");
    }
}

#[tokio::test]
async fn a_value_is_what_it_was() {
    let hostile = serde_json::json!({
        "name": "\"><script>alert(1)</script>' onfocus='x",
        "description": "&quot; &amp;quot; &#39; &lt &notin; &#0; <!-- --> ]]> \\u0022 line\nline\r\nline\ttab",
        "url": "https://acme.example/?a=1&copy=2",
        "ünï": "\u{feff}\u{202e}\u{200b}\u{ad}\u{7f}\u{85}\u{2028}日本語 🦀 \u{fffd}\u{10ffff}",
    });
    for hostile in [hostile.to_string(), "x\"".repeat(32 * 1024), "a\nb\u{c}".to_owned(), String::new()] {
        let page = House::with(&form(&hostile)).starts(&hostile).await;
        assert_eq!(value(&page, "name=\"manifest\" value=\""), hostile);
        assert_eq!(value(&page, "method=\"post\" action=\""), form("").action.as_str());
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script").count(), 1, "{page}");
    }
}

#[tokio::test]
async fn several_fields_stand_in_their_order() {
    let two = Form { fields: vec![("manifest", "1".to_owned()), ("other", "2".to_owned())], ..form("") };
    let page = House::with(&two).starts("two").await;
    let (first, second) = (page.find("name=\"manifest\" value=\"1\""), page.find("name=\"other\" value=\"2\""));
    assert!(first.is_some() && first < second, "{page}");
}

#[tokio::test]
async fn the_words_are_text() {
    let hostile = "</title><b>&\"'\u{202e}\u{1b}[2J";
    let words = Form { title: hostile.to_owned(), lead: hostile.to_owned(), button: hostile.to_owned(), ..form("") };
    let page = House::with(&words).starts("words").await;
    assert_eq!(page.matches("&lt;/title&gt;&lt;b&gt;&amp;&quot;&#39;\u{fffd}\u{fffd}[2J").count(), 4, "{page}");
    assert!(!page.contains("<b>") && !page.contains('\u{202e}') && !page.contains('\u{1b}'), "{page}");
}

#[tokio::test]
async fn the_policy_names_where_the_form_goes() {
    for (action, source) in [
        ("https://github.com/settings/apps/new?state=x", "https://github.com"),
        ("https://git.acme.com:8443/settings/apps/new", "https://git.acme.com:8443"),
        ("https://git.acme.com:443/", "https://git.acme.com"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("http://127.0.0.1:3000/settings/apps/new", "http://127.0.0.1:3000"),
        ("https://ghe/", "https://ghe"),
        // A policy has no words for these.
        ("https://[2001:db8::1]:8443/", "https:"),
        ("https://a;sandbox/", "https:"),
        ("https://a,b/", "https:"),
        ("https://a_b/", "https:"),
    ] {
        let action = Url::parse(action).unwrap();
        let answer = House::with(&Form { action: action.clone(), ..form("") }).get(PATH).await;
        let expected = POLICY.replace("https://github.com", source);
        assert_eq!(answer.header("content-security-policy"), Some(expected.as_str()), "{action}");
    }
}

#[tokio::test]
async fn without_a_form_there_is_no_such_page() {
    let house = House::open();
    for target in ["/", "/?", PATH, "/start"] {
        let answer = house.get(target).await;
        assert_eq!(answer.status, 404, "{target}");
        answer.check(target, house.address);
    }
    assert_eq!(house.listening.wrong(), Wrong { other: 4, ..Wrong::default() });
    house.succeeds("no form").await;
}

#[tokio::test]
async fn it_may_be_asked_for_again_until_there_is_an_answer() {
    let mut house = House::with(&form(CANARY));
    for _ in 0..20 {
        house.starts("again").await;
    }
    // Only a valid callback is the answer.
    assert_eq!(house.get(&format!("/callback?code={CANARY}&state={CANARY}")).await.status, 400);
    house.starts("after a wrong callback").await;
    assert_eq!(house.listening.wrong(), Wrong { wrong_state: 1, ..Wrong::default() });
    let _browser = house.begin(&valid("the-code")).await;
    house.listening.reply().await;
    for _ in 0..2 {
        let late = house.get(PATH).await;
        assert_eq!(late.status, 410);
        assert!(late.body.contains("answered already"), "{}", late.body);
        late.check("late", house.address);
    }
    // A person who reloads is no wrong answer.
    assert_eq!(house.listening.wrong(), Wrong { wrong_state: 1, ..Wrong::default() });
}

#[tokio::test]
async fn the_page_may_be_at_the_root_and_on_the_other_family() {
    let root = Form { path: "/".to_owned(), ..form("") };
    for address in [House::with(&root).address.ip(), IpAddr::from(Ipv6Addr::LOCALHOST)] {
        let house = House::new(address, Some(&root));
        assert_eq!(house.get("/").await.status, 200);
        for target in ["/?", "/?a", "//", PATH] {
            assert_eq!(house.get(target).await.status, 404, "{target}");
        }
        house.succeeds("root").await;
    }
}

/// Requests that are not the one for the page, with `{host}`, `{port}` and `{path}` put in; and what is right.
fn abuses() -> Vec<(&'static str, String, u16)> {
    let get = |case, target: &str, status| (case, format!("GET {target} HTTP/1.1\r\nHost: {{host}}\r\n\r\n"), status);
    let with = |case, headers: &str| (case, format!("GET {{path}} HTTP/1.1\r\n{headers}\r\n"), 400);
    let method = |case, method: &str| (case, format!("{method} {{path}} HTTP/1.1\r\nHost: {{host}}\r\n\r\n"), 405);
    vec![
        get("root", "/", 404),
        get("longer", "{path}w", 404),
        get("shorter", &PATH[..PATH.len() - 1], 404),
        get("other case", &PATH.to_lowercase(), 404),
        get("a slash more", "{path}/", 404),
        get("two slashes", "/{path}", 404),
        get("a query", "{path}?a=canary", 404),
        get("an empty query", "{path}?", 404),
        get("escaped", &PATH.replacen('c', "%63", 1), 404),
        get("behind the callback", "/callback{path}", 404),
        get("no slash", &PATH[1..], 400),
        get("absolute-form", "http://{host}{path}", 400),
        get("absolute-form of another host", "http://attacker.example{path}", 400),
        method("POST", "POST"),
        method("HEAD", "HEAD"),
        method("OPTIONS", "OPTIONS"),
        method("get", "get"),
        method("made up", "CANARY"),
        with("Host: none", ""),
        with("Host: attacker", "Host: attacker.example\r\n"),
        with("Host: attacker with our port", "Host: attacker.example:{port}\r\n"),
        with("Host: localhost", "Host: localhost:{port}\r\n"),
        with("Host: no port", "Host: 127.0.0.1\r\n"),
        with("Host: twice", "Host: {host}\r\nHost: {host}\r\n"),
        with("X-Forwarded-Host is not asked", "Host: attacker.example\r\nX-Forwarded-Host: {host}\r\n"),
        with("Sec-Purpose", "Host: {host}\r\nSec-Purpose: prefetch\r\n"),
        with("Sec-Purpose, prerender", "Host: {host}\r\nSec-Purpose: prefetch;prerender\r\n"),
        with("Purpose", "Host: {host}\r\nPurpose: prefetch\r\n"),
        with("a body", "Host: {host}\r\nContent-Length: 6\r\n\r\ncanary"),
        with("a chunked body", "Host: {host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"),
        with("20 KiB in one header", &format!("Host: {{host}}\r\nX-Canary: {}\r\n", "x".repeat(20 * 1024))),
        with("folded header", "Host: {host}\r\nX-Canary: a\r\n b\r\n"),
    ]
}

#[tokio::test]
async fn whoever_asks_otherwise_does_not_get_it() {
    for (case, request, right) in abuses() {
        let house = House::with(&form("a-manifest"));
        let (host, port) = (house.address.to_string(), house.address.port().to_string());
        let request = request.replace("{path}", PATH).replace("{host}", &host).replace("{port}", &port);
        let answer = house.send(request.as_bytes()).await;
        assert_eq!(answer.status, right, "{case}: {answer:?}");
        assert!(!answer.body.contains("a-manifest"), "{case}: {}", answer.body);
        answer.check(case, house.address);
        assert_eq!(house.listening.wrong(), Wrong { other: 1, ..Wrong::default() }, "{case}");
        house.starts(case).await;
        house.succeeds(case).await;
    }
}

//! Requests that are not the callback: each is refused as it should be, and the right one still gets through after it.

use super::{CANARY, House, STATE};

/// What is asked, with `{host}` and `{port}` put in; and the statuses that are right. 0: closed without a word.
type Case = (&'static str, String, &'static [u16]);

const BAD: &[u16] = &[400];
const NOT_HERE: &[u16] = &[404];
const METHOD: &[u16] = &[405];

/// A GET of this target.
fn target(case: &'static str, target: &str, right: &'static [u16]) -> Case {
    (case, format!("GET {target} HTTP/1.1\r\nHost: {{host}}\r\n\r\n"), right)
}

/// A callback with this query.
fn query(case: &'static str, query: &str) -> Case {
    target(case, &format!("/callback?{query}"), BAD)
}

/// The valid callback in which the request is something else.
fn head(case: &'static str, head: &str, right: &'static [u16]) -> Case {
    let target = format!("/callback?code={CANARY}&state={STATE}");
    (case, head.replace("{target}", &target), right)
}

fn queries() -> Vec<Case> {
    let other = "Zm9ydHktdHdvLWJ5dGVzLW9mLXJhbmRvbW5lc3N";
    vec![
        target("no query", "/callback", BAD),
        query("empty query", ""),
        query("wrong state", "code=canary&state=canary"),
        query("no state", "code=canary"),
        query("empty state", "code=canary&state="),
        query("state without a value", "code=canary&state"),
        query("state twice", &format!("code=canary&state={STATE}&state={STATE}")),
        query("state twice, once in disguise", &format!("code=canary&state={STATE}&st%61te=canary")),
        query("overlong state", &format!("code=canary&state={STATE}{}", "x".repeat(4000))),
        query("first half of the state", &format!("code=canary&state={}", &STATE[..20])),
        query("state in other case", &format!("code=canary&state={}", STATE.to_lowercase())),
        query("state of another flow", &format!("code=canary&state={other}")),
        query("state with a space", &format!("code=canary&state={STATE}+")),
        query("wrong iss", &format!("code=canary&state={STATE}&iss=https%3A%2F%2Fcanary.example")),
        query("empty iss", &format!("code=canary&state={STATE}&iss=")),
        query("iss with a slash more", &format!("code=canary&state={STATE}&iss=https://github.com/login/oauth/")),
        query("iss twice", &format!("code=canary&state={STATE}&iss=https://github.com/login/oauth&iss=https://canary.example")),
        query("code and error", &format!("code=canary&error=canary&state={STATE}")),
        query("error twice", &format!("error=canary&error=canary&state={STATE}")),
        query("empty error", &format!("error=&state={STATE}")),
        query("error with escapes", &format!("error=canary%1b[31m&state={STATE}")),
        query("error of another flow, with HTML", "error=canary%3Cscript%3Ealert(1)%3C/script%3E&state=canary"),
        query("error without a state", "error=access_denied&error_description=canary"),
        query("no code", &format!("state={STATE}&scope=canary")),
        query("empty code", &format!("code=&state={STATE}")),
        query("code twice", &format!("code=canary&code=canary&state={STATE}")),
        query("overlong code", &format!("code=canary{}&state={STATE}", "x".repeat(2043))),
        query("code with NUL", &format!("code=canary%00&state={STATE}")),
        query("code with LF", &format!("code=canary%0a&state={STATE}")),
        query("code with DEL", &format!("code=canary%7f&state={STATE}")),
        query("code with letters beyond ASCII", &format!("code=canary%C3%BC&state={STATE}")),
        query("bad escape %zz", &format!("code=canary%zz&state={STATE}")),
        query("bare %", &format!("code=canary&state={STATE}&x=%")),
        query("half an escape", &format!("code=canary&state={STATE}&x=%4")),
        query("signed escape", &format!("code=canary&state={STATE}&x=%+1")),
        query("not UTF-8", &format!("code=canary%ff&state={STATE}")),
        query("overlong UTF-8", &format!("code=canary&state={STATE}&x=%c0%80")),
        query("NUL in a name", &format!("code=canary&state={STATE}&canary%00=1")),
        query("semicolons between", &format!("code=canary;state={STATE}")),
    ]
}

fn hosts() -> Vec<Case> {
    let with = |case, host: &str| head(case, &format!("GET {{target}} HTTP/1.1\r\n{host}\r\n"), BAD);
    vec![
        with("Host: attacker", "Host: attacker.example\r\n"),
        with("Host: attacker with our port", "Host: attacker.example:{port}\r\n"),
        with("Host: localhost", "Host: localhost:{port}\r\n"),
        with("Host: other port", "Host: 127.0.0.1:1\r\n"),
        with("Host: no port", "Host: 127.0.0.1\r\n"),
        with("Host: the other family", "Host: [::1]:{port}\r\n"),
        with("Host: decimal", "Host: 2130706433:{port}\r\n"),
        with("Host: short", "Host: 127.1:{port}\r\n"),
        with("Host: with a user", "Host: canary@{host}\r\n"),
        with("Host: trailing dot", "Host: 127.0.0.1.:{port}\r\n"),
        with("Host: a longer port", "Host: {host}0\r\n"),
        with("Host: a list", "Host: {host}, {host}\r\n"),
        with("Host: empty", "Host:\r\n"),
        with("Host: twice", "Host: {host}\r\nHost: {host}\r\n"),
        with("Host: twice, one wrong", "Host: {host}\r\nHost: attacker.example\r\n"),
        with("Host: none", "Accept: */*\r\n"),
        head("Host: none in HTTP/1.0", "GET {target} HTTP/1.0\r\n\r\n", BAD),
        with("X-Forwarded-Host is not asked", "Host: attacker.example\r\nX-Forwarded-Host: {host}\r\n"),
    ]
}

fn targets() -> Vec<Case> {
    let at = |case, path: &str, right| target(case, &format!("{path}?code={CANARY}&state={STATE}"), right);
    vec![
        at("wrong path", "/", NOT_HERE),
        at("another path", "/callback2", NOT_HERE),
        at("//callback", "//callback", NOT_HERE),
        at("/callback/", "/callback/", NOT_HERE),
        at("/%63allback", "/%63allback", NOT_HERE),
        at("/callback/../callback", "/callback/../callback", NOT_HERE),
        at("/./callback", "/./callback", NOT_HERE),
        at("/%2e/callback", "/%2e/callback", NOT_HERE),
        at("/CALLBACK", "/CALLBACK", NOT_HERE),
        at("/callback;x", "/callback;x", NOT_HERE),
        target("favicon", "/favicon.ico", NOT_HERE),
        target("the outcome before there is one", "/done", NOT_HERE),
        at("no leading slash", "callback", BAD),
        at("absolute-form", "http://{host}/callback", BAD),
        at("absolute-form of another host", "http://attacker.example/callback", BAD),
        at("backslash", "/\\callback", &[400, 404]),
        target("asterisk", "*", BAD),
    ]
}

fn methods() -> Vec<Case> {
    let with = |case, method: &str, right| head(case, &format!("{method} {{target}} HTTP/1.1\r\nHost: {{host}}\r\n\r\n"), right);
    vec![
        with("POST", "POST", METHOD),
        with("HEAD", "HEAD", METHOD),
        with("OPTIONS", "OPTIONS", METHOD),
        with("PUT", "PUT", METHOD),
        with("TRACE", "TRACE", METHOD),
        with("get", "get", METHOD),
        with("made up", "CANARY", METHOD),
        ("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n".to_owned(), METHOD),
        ("CONNECT", "CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".to_owned(), METHOD),
        head(
            "CORS preflight of a private network",
            "OPTIONS {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: https://attacker.example\r\n\
             Access-Control-Request-Method: GET\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
            METHOD,
        ),
    ]
}

fn heads() -> Vec<Case> {
    let with =
        |case, headers: &str, right| head(case, &format!("GET {{target}} HTTP/1.1\r\nHost: {{host}}\r\n{headers}\r\n"), right);
    let many = "X-A: b\r\n".repeat(200);
    vec![
        with("GET with a body", "Content-Length: 6\r\n\r\ncanary", BAD),
        with("chunked GET", "Transfer-Encoding: chunked\r\n\r\n0\r\n", BAD),
        with("both lengths", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", BAD),
        with("two lengths", "Content-Length: 0\r\nContent-Length: 5\r\n", BAD),
        with("a length that is none", "Content-Length: canary\r\n", BAD),
        with("expecting to go on", "Expect: 100-continue\r\nContent-Length: 6\r\n", BAD),
        with("Sec-Purpose", "Sec-Purpose: prefetch\r\n", BAD),
        with("Sec-Purpose, prerender", "Sec-Purpose: prefetch;prerender\r\n", BAD),
        with("Purpose", "Purpose: Prefetch\r\n", BAD),
        with("20 KiB in one header", &format!("X-Canary: {}\r\n", "x".repeat(20 * 1024)), BAD),
        with("40 KiB in one header", &format!("X-Canary: {}\r\n", "x".repeat(40 * 1024)), BAD),
        with("200 headers", &many, BAD),
        with("NUL in a header", "X-Canary: a\0b\r\n", BAD),
        with("space before the colon", "X-Canary : a\r\n", BAD),
        with("folded header", "X-Canary: a\r\n b\r\n", BAD),
        target("9 KiB request line", &format!("/callback?code=canary&state={STATE}&x={}", "x".repeat(9 * 1024)), BAD),
        target("1 MB request line", &format!("/callback?code=canary&state={STATE}&x={}", "x".repeat(1 << 20)), BAD),
        head("HTTP/0.9", "GET {target}\r\n\r\n", BAD),
        ("HTTP/0.9, bare", "GET /\r\n".to_owned(), BAD),
        head("HTTP/2.0 in the line", "GET {target} HTTP/2.0\r\nHost: {host}\r\n\r\n", BAD),
        head("HTTP/1.2", "GET {target} HTTP/1.2\r\nHost: {host}\r\n\r\n", BAD),
        ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0".to_owned(), BAD),
        ("NUL bytes", "\0".repeat(512), BAD),
        ("TLS ClientHello", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{3}\u{3}".to_owned() + &"\u{7f}".repeat(500), BAD),
        ("SSH", "SSH-2.0-OpenSSH_9.9\r\n".to_owned(), BAD),
        ("endless newlines", "\r\n".repeat(20 * 1024), &[0, 400]),
    ]
}

async fn hold(cases: Vec<Case>) -> usize {
    let count = cases.len();
    for (case, request, right) in cases {
        let house = House::open();
        let (host, port) = (house.address.to_string(), house.address.port().to_string());
        let before = house.listening.wrong();
        let answer = house.send(request.replace("{host}", &host).replace("{port}", &port).as_bytes()).await;
        assert!(right.contains(&answer.status), "{case}: {answer:?}");
        answer.check(case, house.address);
        assert!(answer.status == 0 || case == "favicon" || house.listening.wrong() != before, "{case}: not counted");
        house.succeeds(case).await;
    }
    count
}

#[tokio::test]
async fn no_query_but_the_right_one_is_taken() {
    assert!(hold(queries()).await >= 39);
}

#[tokio::test]
async fn no_host_but_the_right_one_is_served() {
    assert!(hold(hosts()).await >= 18);
}

#[tokio::test]
async fn no_target_but_the_right_one_is_served() {
    assert!(hold(targets()).await >= 17);
}

#[tokio::test]
async fn nothing_but_a_get_is_served() {
    assert!(hold(methods()).await >= 10);
}

#[tokio::test]
async fn nothing_but_a_plain_request_is_served() {
    assert!(hold(heads()).await >= 26);
}

/// In the order in which they would come after each other on one port.
#[tokio::test]
async fn after_all_of_them_the_right_one_still_comes_through() {
    let house = House::open();
    let (host, port) = (house.address.to_string(), house.address.port().to_string());
    for (case, request, right) in [queries(), hosts(), targets(), methods(), heads()].concat() {
        let answer = house.send(request.replace("{host}", &host).replace("{port}", &port).as_bytes()).await;
        assert!(right.contains(&answer.status), "{case}: {answer:?}");
    }
    let wrong = house.listening.wrong();
    assert_eq!((wrong.wrong_state, wrong.wrong_issuer), (12, 3));
    assert!(wrong.other > 80, "{wrong:?}");
    house.succeeds("all").await;
}

//! Peer: Prism (npm `@stoplight/prism-cli`) answering from GitHub's own `OpenAPI` (npm `@octokit/openapi`): `cd tests/peers && npm ci`.
//! Every request the program sends must be one that GitHub describes: path, method, parameters, body.
//!
//! Prism points each `Link` at `https://api.github.com/resource`; the relay in front of it mends that, and one test leaves it as it is,
//! because a client must not follow it there.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::relay::{Answer, Asked, Relay};
use crate::sandbox::{Run, Sandbox, github_token};
use crate::suite;

/// Prism with one specification. Ended when dropped.
pub(crate) struct Prism {
    child: Child,
    base: String,
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prism {
    pub(crate) fn start(specification: &str) -> Self {
        let modules = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/node_modules");
        let generated = modules.join("@octokit/openapi/generated");
        let file = if specification == "ghes" { newest_ghes(&generated) } else { generated.join(specification) };
        // A free port, given back at once: Prism cannot take port 0.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("node")
            .arg(modules.join("@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "-h", "127.0.0.1", "-p", &port.to_string(), "--multiprocess", "false", "--verboseLevel", "silent"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut prism = Self { child, base: format!("http://127.0.0.1:{port}") };
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(prism.child.try_wait().unwrap().is_none(), "Prism ended at once with {}", file.display());
            assert!(started.elapsed() < Duration::from_mins(2), "Prism did not come up with {}", file.display());
            std::thread::sleep(Duration::from_millis(100));
        }
        prism
    }

    /// A server of GitHub's shape in front of Prism. `prefix` is what GitHub Enterprise Server puts before each path.
    fn behind_relay(&self, prefix: &'static str, mend_links: bool) -> Relay {
        self.behind(prefix, move |base, asked, answer| {
            if mend_links {
                mend_link(base, asked, answer);
            }
            // Prism gives only what the specification describes; the scopes are told in a header that it does not.
            answer.headers.push(("x-oauth-scopes".to_owned(), "repo, read:org".to_owned()));
        })
    }

    /// The same, with whatever else is to be mended in an answer: it is told the relay's base URL and what was asked below the prefix.
    pub(crate) fn behind(&self, prefix: &'static str, mend: impl Fn(&str, &Asked, &mut Answer) + Send + Sync + 'static) -> Relay {
        let prism = self.base.clone();
        Relay::serve(move |base, asked| {
            let Some(path) = asked.path.strip_prefix(prefix) else {
                return Answer::json(404, &serde_json::json!({"message": "not below the prefix"}));
            };
            let mut answer = forward(&prism, path, asked);
            mend(base, asked, &mut answer);
            answer
        })
    }
}

/// Makes the `Link` of Prism's examples one to the same list here.
pub(crate) fn mend_link(base: &str, asked: &Asked, answer: &mut Answer) {
    for (name, value) in &mut answer.headers {
        if name.eq_ignore_ascii_case("link") {
            *value = value.replace("https://api.github.com/resource", &format!("{base}{}", asked.path));
        }
    }
}

/// The specification of the newest GitHub Enterprise Server in the package.
fn newest_ghes(generated: &std::path::Path) -> PathBuf {
    let version = |name: &str| -> Option<(u32, u32)> {
        let (major, minor) = name.strip_prefix("ghes-")?.strip_suffix(".json")?.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let names = std::fs::read_dir(generated).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let (_, name) = names.filter_map(|name| Some((version(&name)?, name))).max().unwrap();
    generated.join(name)
}

fn forward(prism: &str, path: &str, asked: &Asked) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
        let mut headers = asked.headers.clone();
        headers.remove("host");
        headers.remove("accept-encoding");
        // GitHub recommends `application/vnd.github+json` and describes its answers as `application/json`; Prism takes that to the letter.
        headers.insert("accept", reqwest::header::HeaderValue::from_static("application/json"));
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.request(asked.method.clone(), format!("{prism}{path}{query}")).headers(headers);
        let answer = request.body(asked.body.clone()).send().await.unwrap();
        let status = answer.status().as_u16();
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    })
}

/// Panics if Prism found anything wrong with a request. What it finds wrong with its own examples is not ours.
#[track_caller]
pub(crate) fn accepted(relay: &Relay) {
    let exchanges = relay.exchanges();
    assert!(!exchanges.is_empty(), "nothing was asked");
    for (asked, answer) in exchanges {
        let line = format!("{} {}?{}", asked.method, asked.path, asked.query);
        let unknown = answer.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"));
        assert!(!unknown, "GitHub does not describe {line}: {}", String::from_utf8_lossy(&answer.body));
        let violations: Vec<serde_json::Value> =
            answer.header("sl-violations").map_or_else(Vec::new, |text| serde_json::from_str(text).unwrap());
        let ours: Vec<_> = violations.iter().filter(|violation| violation["location"][0] == "request").collect();
        assert!(ours.is_empty(), "{line}: {ours:?}");
        // What GitHub asks of every client beyond its `OpenAPI`.
        assert!(asked.headers.contains_key("user-agent"), "{line} without User-Agent");
        assert_eq!(asked.headers.get("accept").unwrap(), "application/vnd.github+json", "{line}");
        assert!(asked.headers.contains_key("x-github-api-version"), "{line} without X-GitHub-Api-Version");
        if asked.path.ends_with("/user") {
            assert!(asked.headers.contains_key("authorization"), "{line} without Authorization");
        }
    }
}

#[track_caller]
pub(crate) fn asked_for(relay: &Relay, method: &str, path: &str) {
    let exchanges = relay.exchanges();
    let found = exchanges.iter().any(|(asked, _)| asked.method.as_str() == method && asked.path == path);
    let all: Vec<_> = exchanges.iter().map(|(asked, _)| format!("{} {}", asked.method, asked.path)).collect();
    assert!(found, "{method} {path} was not asked for: {all:?}");
}

/// Takes a connection through its life: every request the program knows for GitHub.
fn live(sandbox: &Sandbox, relay: &Relay, prefix: &str, address: &[&str]) {
    let connect = [&["connect", "github", "a", "--token-stdin"], address].concat();
    sandbox.feed(connect, &github_token()).exits(0);
    let run = |arguments: &[&str]| -> Run { sandbox.run(arguments).exits(0) };
    let shown = run(&["show", "a", "--json"]).json();
    let connection = shown.get("connection").unwrap_or(&shown).clone();
    assert_eq!(connection["username"], "octocat", "{connection}");
    assert_eq!(connection["status"], "active", "{connection}");
    assert_eq!(run(&["validate", "a", "--json"]).json()["valid"], true);
    let listed = run(&["repos", "a", "--json"]).json();
    assert_eq!(listed["repositories"][0]["full_name"], "octocat/Hello-World", "{listed}");
    run(&["repos", "a", "--page", "2", "--per-page", "50", "--json"]).exits(0);
    run(&["repos", "a", "--all", "--json"]).exits(0);
    run(&["repos", "a", "--search", "hello", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--page", "2", "--per-page", "10", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--all", "--json"]).exits(0);
    run(&["branches", "octocat/Hello-World", "-c", "a", "--search", "MAST", "--json"]).exits(0);
    accepted(relay);
    asked_for(relay, "GET", &format!("{prefix}/user"));
    asked_for(relay, "GET", &format!("{prefix}/user/repos"));
    asked_for(relay, "GET", &format!("{prefix}/repos/octocat/Hello-World/branches"));
}

#[test]
fn github_describes_every_request() {
    if !suite::runs("prism") {
        return;
    }
    let prism = Prism::start("api.github.com.json");
    let relay = prism.behind_relay("", true);
    let sandbox = Sandbox::with_store();
    live(&sandbox, &relay, "", &["--host", "github.com", "--api-url", &relay.base()]);
    sandbox.run(["remove", "a", "--revoke", "--yes"]).exits(0);
    asked_for(&relay, "POST", "/credentials/revoke");
    accepted(&relay);
    // A Link to another origin is not followed there, and what is behind it is not passed over.
    let relay = prism.behind_relay("", false);
    let base = relay.base();
    sandbox
        .feed(["connect", "github", "b", "--token-stdin", "--host", "github.com", "--api-url", &base], &github_token())
        .exits(0);
    let run = sandbox.run(["branches", "octocat/Hello-World", "-c", "b", "--all", "--json"]);
    accepted(&relay);
    assert!(relay.exchanges().iter().all(|(asked, _)| asked.path != "/resource"), "the foreign Link was followed");
    // Its query is taken, and the pages up to the last one are asked for here, once each. Prism gives the same row every time: it is shown once.
    let mut pages: Vec<_> = relay
        .exchanges()
        .iter()
        .filter(|(asked, _)| asked.path.ends_with("/branches"))
        .filter_map(|(asked, _)| asked.query.split('&').find_map(|pair| pair.strip_prefix("page=")).map(ToOwned::to_owned))
        .collect();
    pages.sort();
    assert_eq!(pages, ["1", "2", "3", "4", "5"]);
    let listed = run.exits(0).json();
    assert_eq!(listed["branches"].as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed["has_more"], false, "{listed}");
}

#[test]
fn the_newest_enterprise_server_describes_every_request() {
    if !suite::runs("prism") {
        return;
    }
    let prism = Prism::start("ghes");
    let relay = prism.behind_relay("/api/v3", true);
    let sandbox = Sandbox::with_store();
    live(&sandbox, &relay, "/api/v3", &["--host", &relay.base()]);
}

#[test]
fn the_relay_notices_a_request_that_github_does_not_describe() {
    if !suite::runs("prism") {
        return;
    }
    // The proof that the tests above can fail: a wrong parameter and a wrong path, sent through the same relay.
    let prism = Prism::start("api.github.com.json");
    for wrong in ["/user/repos?sort=activity", "/user/repositories"] {
        let relay = prism.behind_relay("", true);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("{}{wrong}", relay.base());
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().user_agent("test").build().unwrap();
            let request = client.get(url).header("accept", "application/vnd.github+json");
            request.header("x-github-api-version", "2022-11-28").send().await.unwrap()
        });
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| accepted(&relay)));
        assert!(seen.is_err(), "{wrong} passed");
    }
}

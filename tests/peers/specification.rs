//! Peer: Prism (npm `@stoplight/prism-cli`), answering from a provider's own description of its API: `cd tests/peers && npm ci`.
//! Every request the program sends must be one that the provider describes: path, method, parameters, body.
//!
//! GitHub's description comes with an npm package. Those of others are no part of the project: they are read from `$GITCONN_SPECS`, else from
//! `../shared/specs`, and what wants them is left out where they are not there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::relay::{Answer, Asked, Relay};
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
    pub(crate) fn start(file: &Path) -> Self {
        // A free port, given back at once: Prism cannot take port 0.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("node")
            .arg(modules().join("@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "-h", "127.0.0.1", "-p", &port.to_string(), "--multiprocess", "false", "--verboseLevel", "silent"])
            .arg(file)
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

    /// A server of the provider's shape in front of Prism, below what the provider puts before each path. `mend` is told the relay's base URL
    /// and what was asked, and mends what cannot be used of Prism's answer.
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

/// The npm packages of the peers.
pub(crate) fn modules() -> PathBuf {
    project().join("tests/peers/node_modules")
}

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn forward(prism: &str, path: &str, asked: &Asked) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let query = if asked.query.is_empty() { String::new() } else { format!("?{}", asked.query) };
        let mut headers = asked.headers.clone();
        headers.remove("host");
        headers.remove("accept-encoding");
        // GitHub recommends `application/vnd.github+json` and describes its answers as `application/json`; Prism takes that to the letter.
        if headers.get("accept").is_some_and(|kind| kind == "application/vnd.github+json") {
            headers.insert("accept", reqwest::header::HeaderValue::from_static("application/json"));
        }
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request = client.request(asked.method.clone(), format!("{prism}{path}{query}")).headers(headers);
        let answer = request.body(asked.body.clone()).send().await.unwrap();
        let status = answer.status().as_u16();
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    })
}

/// A request as it is named in a failure.
pub(crate) fn line(asked: &Asked) -> String {
    format!("{} {}?{}", asked.method, asked.path, asked.query)
}

/// What Prism finds wrong with a request. What it finds wrong with its own examples is not ours.
pub(crate) fn complaint(asked: &Asked, answer: &Answer) -> Option<String> {
    if answer.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json")) {
        return Some(format!("{} is not described: {}", line(asked), String::from_utf8_lossy(&answer.body)));
    }
    let violations: Vec<Value> = answer.header("sl-violations").map_or_else(Vec::new, |text| serde_json::from_str(text).unwrap());
    let ours: Vec<_> = violations.iter().filter(|violation| violation["location"][0] == "request").collect();
    (!ours.is_empty()).then(|| format!("{}: {ours:?}", line(asked)))
}

#[track_caller]
pub(crate) fn asked_for(relay: &Relay, method: &str, path: &str) {
    let exchanges = relay.exchanges();
    let found = exchanges.iter().any(|(asked, _)| asked.method.as_str() == method && asked.path == path);
    let all: BTreeSet<_> = exchanges.iter().map(|(asked, _)| line(asked)).collect();
    assert!(found, "{method} {path} was not asked for: {all:?}");
}

/// Asks something with nothing but these headers, as the program would not.
pub(crate) fn ask(method: reqwest::Method, url: &str, headers: &[(&str, &str)]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().user_agent("test").build().unwrap();
        let request = headers.iter().fold(client.request(method, url), |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    });
}

/// Whether this panics.
pub(crate) fn fails(work: impl Fn()) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err()
}

/// A field of every row that was listed.
pub(crate) fn fields(listed: &Value, rows: &str, field: &str) -> Vec<String> {
    listed[rows].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// A specification that is no part of the project (Swagger 2.0), for what Prism does not look at: calls that are going away, and parameters that
/// nobody described, which it lets pass.
pub(crate) struct Specification {
    pub(crate) file: PathBuf,
    paths: Vec<(String, Value)>,
}

impl Specification {
    /// Reads one. `None` where it is not there, which is said.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let directory = std::env::var_os("GITCONN_SPECS").map_or_else(|| project().join("../shared/specs"), PathBuf::from);
        let file = directory.join(name);
        let Ok(text) = std::fs::read_to_string(&file) else {
            suite::leave_out_freely(
                &format!("prism, {name}"),
                &format!("no {}: GITCONN_SPECS names another place", file.display()),
            );
            return None;
        };
        let mut whole: Value = serde_json::from_str(&text).unwrap();
        let paths = whole["paths"].as_object_mut().map(std::mem::take).unwrap();
        Some(Self { file, paths: paths.into_iter().collect() })
    }

    /// What is wrong with a request below the prefix beyond Prism's complaints. `everywhere` are parameters that the provider describes in words, for
    /// every call.
    pub(crate) fn objection(&self, prefix: &str, asked: &Asked, everywhere: &[&str]) -> Option<String> {
        let path = asked.path.strip_prefix(prefix)?;
        // The call with the most segments in common is the one meant: `/user/workspaces`, and not `/{a}/{b}`.
        let fitting = self.paths.iter().filter(|(template, _)| fits(template, path));
        let Some((template, item)) = fitting.min_by_key(|(template, _)| template.matches('{').count()) else {
            return Some(format!("{} is not described", line(asked)));
        };
        let call = &item[asked.method.as_str().to_ascii_lowercase()];
        if call["deprecated"] == true {
            return Some(format!("{} is going away ({template})", line(asked)));
        }
        let parameters = [&item["parameters"], &call["parameters"]].into_iter().filter_map(Value::as_array).flatten();
        let described: Vec<_> = parameters
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let unknown: Vec<_> = url::form_urlencoded::parse(asked.query.as_bytes())
            .map(|(name, _)| name.into_owned())
            .filter(|name| !described.contains(&name.as_str()) && !everywhere.contains(&name.as_str()))
            .collect();
        (!unknown.is_empty())
            .then(|| format!("{}: {unknown:?} is no parameter of {template}, which has {described:?}", line(asked)))
    }
}

/// Whether a path is of a template.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

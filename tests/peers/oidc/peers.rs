//! The authorization server, a login that waits for a browser, and the browser.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::sandbox::{Run, Sandbox, peer};

/// The client that the server knows.
const CLIENT: &str = "gitconn-peers";
/// Who logs in.
pub(crate) const LOGIN: &str = "ada";

/// The authorization server. Ended when dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) base: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// With access tokens that live for so many seconds.
    pub(crate) fn start(life: u64) -> Self {
        let mut command = Command::new("node");
        command.arg(script("server.mjs")).arg(life.to_string()).env("NODE_ENV", "test");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let base = first.trim().to_owned();
        assert!(base.starts_with("http://127.0.0.1:"), "the authorization server did not start: {first}");
        Self { child, base }
    }

    /// From now on access tokens live for so many seconds.
    pub(crate) fn set_life(&self, life: u64) {
        send(reqwest::Method::POST, &format!("{}/test/life/{life}", self.base));
    }

    /// What happened at the token endpoint.
    pub(crate) fn seen(&self) -> Seen {
        let (_, body) = send(reqwest::Method::GET, &format!("{}/test/seen", self.base));
        let seen: Value = serde_json::from_str(&body).unwrap();
        let sum = |field: &str| -> u64 {
            seen["grants"].as_object().unwrap().values().map(|grant| grant[field].as_u64().unwrap()).sum()
        };
        Seen {
            bought: sum("bought"),
            renewed: sum("renewed"),
            revoked: seen["grants"].as_object().unwrap().values().filter(|grant| grant["revoked"] == true).count(),
            refused: seen["refused"].as_array().unwrap().iter().map(|one| one["why"].as_str().unwrap().to_owned()).collect(),
        }
    }

    /// A home that knows this server's client.
    pub(crate) fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::with_store();
        sandbox.run(["oauth", "set", &self.base, "--provider", "gitlab", "--client-id", CLIENT]).exits(0);
        sandbox
    }

    /// A home that is logged in as connection `work`, by a browser.
    pub(crate) fn logged_in(&self) -> Sandbox {
        let sandbox = self.sandbox();
        let (run, _) =
            Login::begin(&sandbox, &["connect", "gitlab", "work", "--host", &self.base]).in_chromium(&sandbox, "accept");
        run.exits(0);
        sandbox
    }
}

/// Of all grants together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Codes, of either login, that became tokens.
    pub(crate) bought: u64,
    /// Refresh tokens that became a new pair.
    pub(crate) renewed: u64,
    /// Grants that ended because a spent refresh token came back.
    pub(crate) revoked: usize,
    /// Why something was refused.
    pub(crate) refused: Vec<String>,
}

/// One request that follows no redirect: where it leads, and the body.
pub(crate) fn send(method: reqwest::Method, url: &str) -> (Option<String>, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.request(method, url).send().await.unwrap();
        let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        (location, answer.text().await.unwrap())
    })
}

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/oidc").join(name)
}

/// Somebody's clicks, and what was to be seen.
pub(crate) fn click(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let mut command = Command::new("node");
    sandbox.dress(&mut command);
    let out = peer(command.arg(script("click.mjs")).args(arguments));
    serde_json::from_slice(&out).unwrap()
}

/// A login that waits for a browser.
pub(crate) struct Login {
    pub(crate) child: Child,
    out: BufReader<ChildStdout>,
    /// What it says to programs: the address, or the code.
    event: Value,
}

impl Login {
    /// Begins one, and reads its first line.
    pub(crate) fn begin(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut program = sandbox.program();
        program.args(arguments).args(["-o", "ndjson"]);
        if !arguments.contains(&"--device") {
            program.arg("--no-browser");
        }
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let Ok(event) = serde_json::from_str(&line) else {
            panic!("the first line is no event: {line} {:?}", child.wait_with_output());
        };
        Self { child, out, event }
    }

    pub(crate) fn word(&self, name: &str) -> &str {
        self.event[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {}", self.event))
    }

    /// Somebody answers in a browser.
    pub(crate) fn in_chromium(self, sandbox: &Sandbox, how: &str) -> (Run, Value) {
        let pictures = pictures(sandbox);
        let saw = click(sandbox, &[how, self.word("authorize_url"), LOGIN, pictures.to_str().unwrap()]);
        looks_right(&saw, origin(self.word("redirect_uri")).as_str(), &pictures);
        (self.end(), saw)
    }

    /// Waits for the program.
    pub(crate) fn end(mut self) -> Run {
        let mut out = String::new();
        std::io::Read::read_to_string(&mut self.out, &mut out).unwrap();
        let output = self.child.wait_with_output().unwrap();
        Run { code: output.status.code(), out, err: String::from_utf8_lossy(&output.stderr).into_owned() }.holds_no_secret()
    }
}

/// Where pictures of our pages are put.
pub(crate) fn pictures(sandbox: &Sandbox) -> PathBuf {
    let pictures = std::env::var_os("GITCONN_PEERS_PICTURES").map_or_else(|| sandbox.path("pictures"), PathBuf::from);
    std::fs::create_dir_all(&pictures).unwrap();
    pictures
}

/// Panics unless the browser ended on the listener's last page, and every page of ours that was looked at can be read.
#[track_caller]
pub(crate) fn looks_right(saw: &Value, listener: &str, pictures: &Path) {
    assert_eq!(saw["url"], format!("{listener}/done"), "the address bar does not end clean");
    for (name, look) in saw["looks"].as_object().unwrap() {
        assert_eq!(look["sideways"], false, "{name} is wider than its window");
        assert!(look["contrast"].as_f64().unwrap() >= 4.5, "{name} is hard to read: {look}");
        let bright = look["brightness"].as_f64().unwrap();
        assert!(if name.contains("dark") { bright < 0.1 } else { bright > 0.8 }, "{name} has the wrong brightness: {look}");
        assert_is_picture(&pictures.join(name).with_extension("png"));
    }
}

fn assert_is_picture(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 1000, "{} is no picture", path.display());
}

pub(crate) fn origin(address: &str) -> String {
    url::Url::parse(address).unwrap().origin().ascii_serialization()
}

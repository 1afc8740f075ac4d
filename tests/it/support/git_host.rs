//! A host of repositories that git itself serves: `git http-backend` behind a server that asks for user and password, as every provider does.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::oneshot;

/// What git asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// `/acme/site.git/info/refs`.
    pub(crate) path: String,
    /// User and password, where it sent them.
    pub(crate) sent: Option<(String, String)>,
}

/// Who may see the repositories whose paths begin so.
#[derive(Debug, Clone)]
struct Door {
    begins: String,
    password: String,
}

#[derive(Default)]
struct Shared {
    doors: Mutex<Vec<Door>>,
    asked: Mutex<Vec<Asked>>,
}

/// It serves until it is dropped.
pub(crate) struct GitHost {
    folder: tempfile::TempDir,
    port: u16,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl GitHost {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("gitconn-host-").tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let (served, root) = (Arc::clone(&shared), folder.path().to_owned());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let app = axum::Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                    let (shared, root) = (Arc::clone(&served), root.clone());
                    async move {
                        let answered =
                            tokio::task::spawn_blocking(move || answer(&shared, &root, &method, &uri, &headers, &body));
                        answered.await.unwrap()
                    }
                });
                // As large as a push becomes here.
                let app = app.layer(axum::extract::DefaultBodyLimit::max(64 << 20));
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    served = async { axum::serve(listener, app).await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { folder, port, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where `acme/site` is cloned from.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}/{path}.git", self.origin())
    }

    /// Repositories whose path begins so are for those who know this password, whatever their name. Everybody sees the others.
    pub(crate) fn only(&self, begins: &str, password: &str) {
        let door = Door { begins: format!("/{begins}"), password: password.to_owned() };
        self.shared.doors.lock().unwrap().push(door);
    }

    /// Makes a repository with one commit that holds these files, and these submodules: each a folder, its address, and its commit.
    pub(crate) fn repository(&self, path: &str, files: &[(&str, &str)], submodules: &[(&str, &str, &str)]) {
        let bare = self.folder.path().join(format!("{path}.git"));
        std::fs::create_dir_all(&bare).unwrap();
        git(&bare, &["init", "--quiet", "--bare", "--initial-branch=main"]);
        let work = tempfile::tempdir_in(self.folder.path()).unwrap();
        git(work.path(), &["init", "--quiet", "--initial-branch=main"]);
        commit_in(work.path(), files, submodules);
        git(work.path(), &["push", "--quiet", bare.to_str().unwrap(), "main"]);
    }

    /// Adds a commit to a repository that is there.
    pub(crate) fn commit(&self, path: &str, files: &[(&str, &str)]) {
        let bare = self.folder.path().join(format!("{path}.git"));
        let work = tempfile::tempdir_in(self.folder.path()).unwrap();
        git(work.path(), &["clone", "--quiet", bare.to_str().unwrap(), "."]);
        commit_in(work.path(), files, &[]);
        git(work.path(), &["push", "--quiet", "origin", "main"]);
    }

    /// The commit that a branch of a repository points to.
    pub(crate) fn head(&self, path: &str, branch: &str) -> String {
        git(&self.folder.path().join(format!("{path}.git")), &["rev-parse", branch])
    }

    /// What was asked for below this path so far.
    pub(crate) fn asked(&self, begins: &str) -> Vec<Asked> {
        let begins = format!("/{begins}");
        self.shared.asked.lock().unwrap().iter().filter(|asked| asked.path.starts_with(&begins)).cloned().collect()
    }

    /// The passwords that were sent for what lies below this path.
    pub(crate) fn sent(&self, begins: &str) -> Vec<String> {
        self.asked(begins).into_iter().filter_map(|asked| asked.sent.map(|(_, password)| password)).collect()
    }
}

impl Drop for GitHost {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn commit_in(work: &Path, files: &[(&str, &str)], submodules: &[(&str, &str, &str)]) {
    for (name, content) in files {
        std::fs::write(work.join(name), content).unwrap();
        git(work, &["add", name]);
    }
    let mut modules = String::new();
    for (folder, address, head) in submodules {
        modules += &format!("[submodule \"{folder}\"]\n\tpath = {folder}\n\turl = {address}\n");
        git(work, &["update-index", "--add", "--cacheinfo", &format!("160000,{head},{folder}")]);
    }
    if !modules.is_empty() {
        std::fs::write(work.join(".gitmodules"), modules).unwrap();
        git(work, &["add", ".gitmodules"]);
    }
    git(work, &["commit", "--quiet", "--message", "a commit"]);
}

/// Runs git without any settings of this machine, and gives what it prints.
fn git(folder: &Path, words: &[&str]) -> String {
    let who = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"]
        .map(|name| (name, "ada@example.com"));
    let mut command = Command::new("git");
    command.current_dir(folder).args(words).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").envs(who);
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", "/nonexistent");
    let done = command.output().unwrap();
    assert!(done.status.success(), "git {words:?} in {}: {}", folder.display(), String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

fn answer(shared: &Shared, root: &PathBuf, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response<Body> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let sent = text("authorization").strip_prefix("Basic ").and_then(|encoded| STANDARD.decode(encoded).ok());
    let sent = sent.and_then(|pair| String::from_utf8(pair).ok());
    let sent = sent.and_then(|pair| pair.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned())));
    shared.asked.lock().unwrap().push(Asked { path: uri.path().to_owned(), sent: sent.clone() });
    let doors = shared.doors.lock().unwrap().clone();
    let password = sent.as_ref().map(|(_, password)| password);
    if doors.iter().any(|door| uri.path().starts_with(&door.begins) && password != Some(&door.password)) {
        let refused = Response::builder().status(StatusCode::UNAUTHORIZED).header("www-authenticate", "Basic realm=\"git\"");
        return refused.body(Body::empty()).unwrap();
    }
    let mut command = Command::new("git");
    command.arg("http-backend").env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("GIT_CONFIG_NOSYSTEM", "1");
    // Repositories belong to whoever runs the tests.
    command.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("PATH_INFO", uri.path());
    command.env("REQUEST_METHOD", method.as_str()).env("QUERY_STRING", uri.query().unwrap_or_default());
    command.env("CONTENT_TYPE", text("content-type")).env("HTTP_CONTENT_ENCODING", text("content-encoding"));
    command.env("GIT_PROTOCOL", text("git-protocol")).env("CONTENT_LENGTH", body.len().to_string());
    if let Some((user, _)) = &sent {
        command.env("REMOTE_USER", user);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut stdin, body) = (child.stdin.take().unwrap(), body.clone());
    let writer = std::thread::spawn(move || drop(stdin.write_all(&body)));
    let output = child.wait_with_output().unwrap().stdout;
    writer.join().unwrap();
    response(&output)
}

/// What a CGI program says (RFC 3875, section 6): a few headers, an empty line, the body.
fn response(output: &[u8]) -> Response<Body> {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(output.len());
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let Some((name, value)) = line.split_once(": ") else { continue };
        response = match name {
            "Status" => response.status(value.split(' ').next().unwrap().parse::<u16>().unwrap()),
            _ => response.header(name, value),
        };
    }
    response.body(Body::from(output.get(end + 4..).unwrap_or_default().to_vec())).unwrap()
}

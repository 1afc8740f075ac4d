//! Peers: git itself over HTTP against `git http-backend` behind nginx with basic authentication (`apt install nginx fcgiwrap git`), in plain and over TLS
//! with an authority of its own. nginx writes down what it was sent: that is where a token that went astray would stand.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::sandbox::{Run, Sandbox, finish, github_token, peer};
use crate::suite;

const SUITE: &str = "git-http";

/// A process that is ended with the test.
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // nginx has a child of its own, which ends when it is told to.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Another token than the usual one, as long and as well made.
fn other_token() -> String {
    ["ghp_", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "0uCPlr"].concat()
}

/// A server of repositories: what lies below `/OWNER/` is for that owner's password.
struct Forge {
    folder: PathBuf,
    port: u16,
    scheme: &'static str,
    _nginx: Owned,
    _wrap: Owned,
}

impl Forge {
    /// Serves `acme/site` and `corp/tools`. `tls`: the files of a certificate and its key.
    fn start(sandbox: &Sandbox, name: &str, tls: Option<(&Path, &Path)>) -> Self {
        let folder = sandbox.path(name);
        std::fs::create_dir(&folder).unwrap();
        for repository in ["acme/site.git", "corp/tools.git"] {
            git(sandbox, &["init", "--quiet", "--bare", "--initial-branch=main"]).arg(folder.join(repository)).status().unwrap();
        }
        let socket = folder.join("wrap.sock");
        let mut wrap = Command::new(server("fcgiwrap"));
        sandbox.dress(&mut wrap);
        let wrap = Owned(wrap.arg("-s").arg(format!("unix:{}", socket.display())).stderr(Stdio::null()).spawn().unwrap());
        wait_for(|| socket.exists(), "fcgiwrap does not listen");
        let scheme = if tls.is_some() { "https" } else { "http" };
        // Between asking the system for a port and taking it, somebody else may.
        for _ in 0..5 {
            let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            std::fs::write(folder.join("nginx.conf"), configuration(&folder, port, tls)).unwrap();
            let mut nginx = Command::new(server("nginx"));
            sandbox.dress(&mut nginx);
            nginx.arg("-p").arg(&folder).arg("-c").arg(folder.join("nginx.conf")).arg("-e").arg(folder.join("errors"));
            let mut nginx = Owned(nginx.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
            let until = Instant::now() + Duration::from_secs(10);
            while Instant::now() < until && nginx.0.try_wait().unwrap().is_none() {
                if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    let forge = Self { folder, port, scheme, _nginx: nginx, _wrap: wrap };
                    forge.accept("acme", &github_token());
                    forge.accept("corp", &other_token());
                    return forge;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("nginx does not start: {}", std::fs::read_to_string(folder.join("errors")).unwrap_or_default());
    }

    /// Takes this password for the owner's repositories, and no other.
    fn accept(&self, owner: &str, password: &str) {
        std::fs::write(self.folder.join(format!("{owner}.users")), format!("x-access-token:{{PLAIN}}{password}\n")).unwrap();
    }

    fn origin(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    fn url(&self, repository: &str) -> String {
        format!("{}/{repository}.git", self.origin())
    }

    /// Every request so far: path, status, and what it was authorised with.
    fn log(&self) -> Vec<(String, String, Option<String>)> {
        let text = std::fs::read_to_string(self.folder.join("requests")).unwrap_or_default();
        let lines = text.lines().map(|line| {
            let [path, status, authorization] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            (path.to_owned(), status.to_owned(), (authorization != "-").then(|| authorization.to_owned()))
        });
        lines.collect()
    }

    /// Whether any request below this path carried this token.
    fn was_sent(&self, path: &str, token: &str) -> bool {
        let basic = format!("Basic {}", STANDARD.encode(format!("x-access-token:{token}")));
        self.log().iter().any(|(asked, _, sent)| asked.starts_with(path) && sent.as_deref() == Some(basic.as_str()))
    }

    /// How many requests carried anything at all.
    fn authorised(&self) -> usize {
        self.log().iter().filter(|(.., sent)| sent.is_some()).count()
    }
}

/// Debian keeps servers where only root's search path goes.
fn server(name: &str) -> PathBuf {
    let usual = Path::new("/usr/sbin").join(name);
    if usual.exists() { usual } else { name.into() }
}

fn configuration(folder: &Path, port: u16, tls: Option<(&Path, &Path)>) -> String {
    let folder = folder.display();
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    let (listen, certificate) = match tls {
        None => (String::new(), String::new()),
        Some((certificate, key)) => {
            (" ssl".to_owned(), format!("ssl_certificate {}; ssl_certificate_key {};", certificate.display(), key.display()))
        }
    };
    let temporary =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|what| format!("{what}_temp_path {folder}/temporary-{what};"));
    let temporary = temporary.join(" ");
    let backend = String::from_utf8(peer(Command::new("git").arg("--exec-path"))).unwrap();
    let owners = ["acme", "corp"].map(|owner| {
        format!(
            "location /{owner}/ {{ auth_basic git; auth_basic_user_file {folder}/{owner}.users; client_max_body_size 0; \
                 fastcgi_pass unix:{folder}/wrap.sock; fastcgi_param SCRIPT_FILENAME {}/git-http-backend; \
                 fastcgi_param GIT_PROJECT_ROOT {folder}; fastcgi_param GIT_HTTP_EXPORT_ALL 1; fastcgi_param PATH_INFO $uri; \
                 fastcgi_param REMOTE_USER $remote_user; fastcgi_param QUERY_STRING $query_string; \
                 fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_TYPE $content_type; \
                 fastcgi_param CONTENT_LENGTH $content_length; }}\n",
            backend.trim()
        )
    });
    let owners = owners.concat();
    format!(
        "daemon off; worker_processes 1; pid {folder}/pid; {user}\nevents {{}}\nhttp {{ {temporary}\n\
         log_format sent '$request_uri\\t$status\\t$http_authorization'; access_log {folder}/requests sent;\n\
         server {{ listen 127.0.0.1:{port}{listen}; {certificate}\n{owners}}} }}\n"
    )
}

#[track_caller]
fn wait_for(is_there: impl Fn() -> bool, why: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    while !is_there() {
        assert!(Instant::now() < until, "{why}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// git in the sandbox's home: nobody can be asked.
fn git(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    sandbox.dress(&mut command);
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
    command.args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example"]).args(arguments);
    command
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    finish(&mut git(sandbox, arguments)).holds_no_secret()
}

/// Connects an account at a server without asking it.
fn connect(sandbox: &Sandbox, name: &str, forge: &Forge, token: &str) {
    let host = forge.origin();
    sandbox.feed(["connect", "github", name, "--host", &host, "--token-stdin", "--offline"], token).exits(0);
}

/// A commit on `main` of a checkout.
fn commit(sandbox: &Sandbox, checkout: &str, file: &str) {
    std::fs::write(sandbox.path("home").join(checkout).join(file), "content\n").unwrap();
    for words in [&["-C", checkout, "add", "."][..], &["-C", checkout, "commit", "--quiet", "-m", file]] {
        run(sandbox, words).exits(0);
    }
}

/// Clones, pushes, clones elsewhere, pushes from there, and fetches.
fn goes_round(sandbox: &Sandbox, forge: &Forge) {
    let url = forge.url("acme/site");
    run(sandbox, &["clone", "--quiet", &url, "one"]).exits(0);
    run(sandbox, &["-C", "one", "checkout", "--quiet", "-B", "main"]).exits(0);
    commit(sandbox, "one", "first");
    run(sandbox, &["-C", "one", "push", "--quiet", "origin", "main"]).exits(0);
    run(sandbox, &["clone", "--quiet", &url, "two"]).exits(0);
    commit(sandbox, "two", "second");
    run(sandbox, &["-C", "two", "push", "--quiet", "origin", "main"]).exits(0);
    run(sandbox, &["-C", "one", "pull", "--quiet", "origin", "main"]).exits(0);
    assert!(sandbox.path("home/one/second").exists());
    assert!(forge.was_sent("/acme/site.git/git-receive-pack", &github_token()), "{:?}", forge.log());
}

#[test]
fn git_clones_fetches_and_pushes_with_our_helper_alone() {
    if !suite::runs(SUITE) {
        return;
    }
    let sandbox = Sandbox::with_store();
    let forge = Forge::start(&sandbox, "forge", None);
    connect(&sandbox, "a", &forge, &github_token());
    let before = run(&sandbox, &["clone", &forge.url("acme/site"), "x"]).exits(128);
    assert!(before.err.contains("could not read Username") || before.err.contains("terminal prompts disabled"), "{}", before.err);
    sandbox.run(["setup-git", "--yes"]).exits(0);
    goes_round(&sandbox, &forge);
    // Who used it, and for which repository, is in the trail.
    let used = sandbox.run(["audit", "list", "--json"]).exits(0).json().to_string();
    assert!(used.contains("acme/site") && used.contains("\"git\""), "{used}");
    // Another helper that keeps what it is told is told nothing that it could keep.
    run(&sandbox, &["config", "--global", "--add", &format!("credential.{}/.helper", forge.origin()), "store"]).exits(0);
    run(&sandbox, &["-C", "one", "fetch", "--quiet", "origin"]).exits(0);
    let kept = std::fs::read_to_string(sandbox.path("home/.git-credentials")).unwrap_or_default();
    assert!(!kept.contains(&github_token()), "a copy in plain text was made");
}

#[test]
fn over_tls_with_an_authority_of_its_own() {
    if !suite::runs(SUITE) {
        return;
    }
    let sandbox = Sandbox::with_store();
    let mut parameters = CertificateParams::new(Vec::<String>::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let file = |name: &str, text: &str| {
        let path = sandbox.path(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (ca, own) = (file("ca.pem", &authority.pem()), file("own.pem", &certificate.pem()));
    let key = file("own.key", &key.serialize_pem());
    let forge = Forge::start(&sandbox, "forge", Some((&own, &key)));
    connect(&sandbox, "a", &forge, &github_token());
    sandbox.run(["setup-git", "--yes"]).exits(0);
    // A server that git does not trust is sent nothing.
    run(&sandbox, &["clone", &forge.url("acme/site"), "x"]).exits(128);
    assert_eq!(forge.authorised(), 0);
    run(&sandbox, &["config", "--global", &format!("http.{}/.sslCAInfo", forge.origin()), ca.to_str().unwrap()]).exits(0);
    goes_round(&sandbox, &forge);
    // What git is not told of by its settings, `clone` and `pull` know from the connection, and leave nowhere.
    run(&sandbox, &["config", "--global", "--unset", &format!("http.{}/.sslCAInfo", forge.origin())]).exits(0);
    let again = ["connect", "github", "b", "--host", &forge.origin(), "--token-stdin", "--offline", "--replace-host", "--force"];
    sandbox.feed(again.into_iter().chain(["--ca-file", ca.to_str().unwrap()]), &github_token()).exits(0);
    sandbox.run(["clone", "acme/site", "three", "--connection", "b"]).exits(0);
    sandbox.run(["pull", "three", "--connection", "b"]).exits(0);
    let kept = std::fs::read_to_string(sandbox.path("home/three/.git/config")).unwrap();
    assert!(!kept.contains("ssl") && !kept.contains("ca-0.pem"), "{kept}");
    run(&sandbox, &["-C", "three", "fetch"]).exits(128);
}

#[test]
fn a_password_that_is_refused_is_noted_and_git_says_so() {
    if !suite::runs(SUITE) {
        return;
    }
    let sandbox = Sandbox::with_store();
    let forge = Forge::start(&sandbox, "forge", None);
    connect(&sandbox, "a", &forge, &github_token());
    sandbox.run(["setup-git", "--yes"]).exits(0);
    let noted = || sandbox.run(["show", "a", "--json"]).exits(0).json()["validation_error"].as_str().map(ToOwned::to_owned);
    run(&sandbox, &["ls-remote", &forge.url("acme/site")]).exits(0);
    assert_eq!(noted(), None);
    forge.accept("acme", &other_token());
    let refused = run(&sandbox, &["ls-remote", &forge.url("acme/site")]).exits(128);
    assert!(refused.err.contains("Authentication failed"), "{}", refused.err);
    assert!(noted().unwrap().contains("gitconn validate a"));
    // It was not thrown away: when the server is well again, it serves.
    forge.accept("acme", &github_token());
    run(&sandbox, &["ls-remote", &forge.url("acme/site")]).exits(0);
}

#[test]
fn owners_of_one_host_are_told_apart_by_the_path() {
    if !suite::runs(SUITE) {
        return;
    }
    let sandbox = Sandbox::with_store();
    let forge = Forge::start(&sandbox, "forge", None);
    connect(&sandbox, "a", &forge, &github_token());
    connect(&sandbox, "b", &forge, &other_token());
    sandbox.run(["setup-git", "--yes"]).exits(0);
    // Nothing is guessed: git is given none of the two, and whoever waits is told how to settle it.
    let torn = run(&sandbox, &["ls-remote", &forge.url("corp/tools")]).exits(128);
    let command = format!("gitconn route add {}/corp a", forge.origin());
    assert!(torn.err.contains(&command), "{}", torn.err);
    assert_eq!(forge.authorised(), 0);
    for (owner, name) in [("acme", "a"), ("corp", "b")] {
        sandbox.run(["route", "add", &format!("{}/{owner}", forge.origin()), name]).exits(0);
    }
    run(&sandbox, &["ls-remote", &forge.url("acme/site")]).exits(0);
    run(&sandbox, &["ls-remote", &forge.url("corp/tools")]).exits(0);
    assert!(forge.was_sent("/acme/", &github_token()) && forge.was_sent("/corp/", &other_token()));
    assert!(!forge.was_sent("/acme/", &other_token()) && !forge.was_sent("/corp/", &github_token()), "{:?}", forge.log());
}

#[test]
fn a_submodule_on_another_host_gets_nothing() {
    if !suite::runs(SUITE) {
        return;
    }
    let sandbox = Sandbox::with_store();
    let (forge, elsewhere) = (Forge::start(&sandbox, "forge", None), Forge::start(&sandbox, "elsewhere", None));
    connect(&sandbox, "a", &forge, &github_token());
    sandbox.run(["setup-git", "--yes"]).exits(0);
    goes_round(&sandbox, &forge);
    let modules = format!("[submodule \"bait\"]\n\tpath = bait\n\turl = {}\n", elsewhere.url("acme/site"));
    std::fs::write(sandbox.path("home/one/.gitmodules"), modules).unwrap();
    let head = String::from_utf8(peer(&mut git(&sandbox, &["-C", "one", "rev-parse", "HEAD"]))).unwrap();
    let entry = format!("160000,{},bait", head.trim());
    run(&sandbox, &["-C", "one", "add", ".gitmodules"]).exits(0);
    run(&sandbox, &["-C", "one", "update-index", "--add", "--cacheinfo", &entry]).exits(0);
    run(&sandbox, &["-C", "one", "commit", "--quiet", "-m", "bait"]).exits(0);
    run(&sandbox, &["-C", "one", "push", "--quiet", "origin", "main"]).exits(0);
    let cloned = run(&sandbox, &["clone", "--quiet", "--recurse-submodules", &forge.url("acme/site"), "three"]);
    assert_ne!(cloned.code, Some(0), "the bait was taken: {}", cloned.err);
    assert!(elsewhere.log().iter().any(|(_, status, _)| status == "401"), "the other host was not even asked: {}", cloned.err);
    assert_eq!(elsewhere.authorised(), 0, "{:?}", elsewhere.log());
}

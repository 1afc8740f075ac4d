//! A home of its own for the program: cleared environment, own directories, no bus, a store with a key file. What the program prints is
//! searched for secrets after every run.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A classic GitHub token with a right checksum, put together here so that no scanner takes it for a real one.
pub(crate) fn github_token() -> String {
    ["ghp_", "0123456789ABCDEFGHIJabcdefghij", "4Us3aw"].concat()
}

/// An API token of Atlassian's form, put together here for the same reason.
pub(crate) fn bitbucket_api_token() -> String {
    ["ATATT", "3xFfGF0", "peers-0123456789_ABCDEFGHIJ", "=1A2B3C4D"].concat()
}

/// An access token of a Bitbucket repository.
pub(crate) fn bitbucket_access_token() -> String {
    ["ATCTT", "3xFfGN0", "peers0123456789KLMNOPQRST", "=5E6F7A8B"].concat()
}

/// A token of Gitea's form, which has no prefix.
pub(crate) fn gitea_token() -> String {
    ["0123456789abcdef", "fedcba9876543210", "0f1e2d3c"].concat()
}

/// One temporary home. Deleted when dropped.
pub(crate) struct Sandbox {
    root: TempDir,
}

/// What one run of the program did.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// Checks the exit code and hands the run on.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.out) {
            Ok(value) => value,
            Err(error) => panic!("no JSON on stdout ({error}): {}\nstderr: {}", self.out, self.err),
        }
    }

    fn from_output(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Panics if a token, a store key or a private key is to be seen.
    #[track_caller]
    pub(crate) fn holds_no_secret(self) -> Self {
        for text in [&self.out, &self.err] {
            for token in [github_token(), bitbucket_api_token(), bitbucket_access_token(), gitea_token()] {
                assert!(!text.contains(&token[4..]), "the token is in the output: {text}");
            }
            assert!(!text.to_ascii_uppercase().contains("AGE-SECRET-KEY-1"), "a store key is in the output: {text}");
            assert!(!text.contains("PRIVATE KEY-----"), "a private key is in the output: {text}");
            assert!(!text.contains("panicked at"), "a panic: {text}");
        }
        self
    }
}

impl Sandbox {
    /// An empty home without a store.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("gitconn-peers-").tempdir().unwrap();
        let sandbox = Self { root };
        for directory in ["home", "data", "state", "config", "cache", "run"] {
            std::fs::create_dir(sandbox.path(directory)).unwrap();
        }
        sandbox
    }

    /// A home with a store whose key lies in a key file.
    pub(crate) fn with_store() -> Self {
        let sandbox = Self::new();
        sandbox.run(["store", "init", "--key", "file", "--key-out", sandbox.path("key").to_str().unwrap()]).exits(0);
        sandbox
    }

    /// A home with a store whose key is under a passphrase, which a file holds.
    pub(crate) fn with_passphrase() -> Self {
        let sandbox = Self::new();
        let path = sandbox.path("passphrase");
        let mut file = std::os::unix::fs::OpenOptionsExt::mode(std::fs::OpenOptions::new().write(true).create_new(true), 0o600)
            .open(path)
            .unwrap();
        file.write_all(b"correct horse battery staple 48\n").unwrap();
        sandbox.run(["store", "init", "--key", "passphrase"]).exits(0);
        sandbox
    }

    /// The same with one connection `a`, stored without asking anybody.
    pub(crate) fn with_connection() -> Self {
        let sandbox = Self::with_store();
        sandbox.connect_offline("a").exits(0);
        sandbox
    }

    /// A second home with a copy of everything in this one, at another path.
    pub(crate) fn copy(&self) -> Self {
        let other = Self::new();
        for directory in ["data", "state", "config"] {
            copy_tree(&self.path(directory), &other.path(directory));
        }
        for file in ["key", "passphrase"].map(|name| (self.path(name), other.path(name))).iter().filter(|(from, _)| from.exists())
        {
            std::fs::copy(&file.0, &file.1).unwrap();
        }
        other
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The store file.
    pub(crate) fn store(&self) -> PathBuf {
        self.path("data").join("gitconn").join("store.age")
    }

    /// Gives a command this home and nothing else of our own environment.
    pub(crate) fn dress(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("USER", "tester")
            .env("TERM", "dumb")
            .env("TMPDIR", self.path("cache"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .current_dir(self.path("home"))
            .stdin(Stdio::null());
        if self.path("key").exists() {
            command.env("GITCONN_KEY_FILE", self.path("key"));
        }
        if self.path("passphrase").exists() {
            command.env("GITCONN_PASSPHRASE_FILE", self.path("passphrase"));
        }
    }

    /// The program in this home.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(program_path());
        self.dress(&mut command);
        command
    }

    /// Runs the program and looks for secrets in what it printed.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        finish(self.program().args(arguments)).holds_no_secret()
    }

    /// Stores a connection without asking the provider.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn connect_offline(&self, name: &str) -> Run {
        self.feed(["connect", "github", name, "--token-stdin", "--offline"], &github_token())
    }

    /// Runs the program with something on its stdin.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn feed<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>, input: &str) -> Run {
        let mut command = self.program();
        let mut child =
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The program may end without reading; that is then what the test sees.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::from_output(&child.wait_with_output().unwrap()).holds_no_secret()
    }

    /// The description of a connection.
    #[track_caller]
    pub(crate) fn description(&self, name: &str) -> Option<String> {
        let shown = self.run(["show", name, "--json"]).exits(0).json();
        let connection = shown.get("connection").unwrap_or(&shown);
        connection.get("description").unwrap().as_str().map(ToOwned::to_owned)
    }

    /// Names of everything beside the store.
    pub(crate) fn beside_the_store(&self) -> Vec<String> {
        names_in(self.store().parent().unwrap())
    }

    /// Panics if anything lies beside the store but the store, its lock and its generations, or a temporary file in the state directory.
    #[track_caller]
    pub(crate) fn has_no_leftovers(&self) {
        for name in self.beside_the_store() {
            let expected =
                name == "store.age" || name == "store.lock" || name == "store.age.key.age" || name.starts_with("store.age.~");
            assert!(expected, "left behind: {name}");
        }
        for name in names_in(&self.path("state").join("gitconn")) {
            let temporary = Path::new(&name).extension().is_some_and(|extension| extension == "tmp");
            assert!(!temporary && !name.contains(".tmp"), "left behind in the state directory: {name}");
        }
    }
}

/// The program under test.
pub(crate) fn program_path() -> &'static str {
    env!("CARGO_BIN_EXE_gitconn")
}

/// Runs a command to its end.
#[must_use = "look at the exit code or the output"]
pub(crate) fn finish(command: &mut Command) -> Run {
    Run::from_output(&command.output().unwrap())
}

/// Runs a peer that must succeed, and returns its stdout.
#[track_caller]
pub(crate) fn peer(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error} (tests/run installs it)"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn names_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = match std::fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect(),
        Err(_) => Vec::new(),
    };
    names.sort();
    names
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

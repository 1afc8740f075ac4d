//! Runs the real binary with nothing of the machine around it, and looks for secrets after every run.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use age::secrecy::ExposeSecret as _;

use super::leaks::Watching;
use super::running::Running;
use super::shown::steady;

/// A home, a store and a key of its own.
#[derive(Debug)]
pub(crate) struct Sandbox {
    root: tempfile::TempDir,
    watch: Watching,
    /// Files that hold a key by design.
    keys: Mutex<HashSet<PathBuf>>,
    /// The variables of every run, in the order in which they were set.
    variables: Vec<(OsString, OsString)>,
}

impl Sandbox {
    /// No store yet, and no key anywhere: not even a keyring answers.
    pub(crate) fn bare() -> Self {
        let root = tempfile::Builder::new().prefix("gitconn-it-").tempdir().unwrap();
        let folder = |name: &str| {
            let path = root.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path.into_os_string()
        };
        let (home, bin) = (folder("home"), folder("bin"));
        let mut path = bin;
        path.push(":/usr/local/bin:/usr/bin:/bin");
        let variables = vec![
            ("PATH".into(), path),
            ("XDG_DATA_HOME".into(), folder("data")),
            ("XDG_STATE_HOME".into(), folder("state")),
            ("XDG_CONFIG_HOME".into(), folder("config")),
            ("XDG_CACHE_HOME".into(), folder("cache")),
            ("XDG_RUNTIME_DIR".into(), folder("run")),
            ("HOME".into(), home),
            ("USER".into(), "ada".into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("TZ".into(), "UTC".into()),
            ("DBUS_SESSION_BUS_ADDRESS".into(), "unix:path=/nonexistent".into()),
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
        ];
        Self { root, watch: Watching::default(), keys: Mutex::default(), variables }
    }

    /// A key file is there and named in the environment; the store is not made yet.
    pub(crate) fn with_key() -> Self {
        let mut sandbox = Self::bare();
        let path = sandbox.make_key("key.txt");
        sandbox.set("GITCONN_KEY_FILE", path);
        sandbox
    }

    /// An empty store, and the key file that opens it.
    pub(crate) fn new() -> Self {
        let sandbox = Self::with_key();
        sandbox.gitconn(["store", "init"]).run().ok();
        sandbox
    }

    /// Writes a fresh key into a file that only its owner can read, and watches for it.
    pub(crate) fn make_key(&self, name: &str) -> PathBuf {
        let identity = age::x25519::Identity::generate().to_string();
        self.secret(identity.expose_secret());
        let path = self.path(name);
        self.write(name, &format!("{}\n", identity.expose_secret()));
        self.key_file(&path);
        path
    }

    /// The folder that everything lies in.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// A path below the root.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Where the store is by default.
    pub(crate) fn store(&self) -> PathBuf {
        self.path("data/gitconn/store.age")
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).unwrap();
        file.write_all(content.as_bytes()).unwrap();
        path
    }

    /// Puts a program into the sandbox's `PATH`: `xdg-open`, a pager.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let path = self.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }

    /// Sets a variable for every run from now on.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
    }

    /// Unsets a variable for every run from now on.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    /// Watches for this secret from now on, and gives it back.
    pub(crate) fn secret(&self, secret: &str) -> String {
        self.watch.secret(secret)
    }

    /// The watch itself, for a server that hands out secrets while a program runs.
    pub(crate) fn watching(&self) -> Watching {
        self.watch.clone()
    }

    /// Says that this file holds a secret by design: it is not looked through.
    pub(crate) fn key_file(&self, path: &Path) {
        self.keys.lock().unwrap().insert(path.to_owned());
    }

    /// A run of the program with these arguments.
    pub(crate) fn gitconn<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run<'_> {
        self.other(env!("CARGO_BIN_EXE_gitconn"), arguments)
    }

    /// A run of another program in the same surroundings: git, a shell.
    pub(crate) fn other<S: AsRef<OsStr>>(&self, program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = S>) -> Run<'_> {
        Run {
            sandbox: self,
            program: program.into(),
            arguments: arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect(),
            variables: self.variables.clone(),
            stdin: Vec::new(),
            folder: self.root.path().to_owned(),
            allowed: Vec::new(),
            prints_a_secret: false,
            unprivileged: false,
        }
    }

    /// Looks for secrets in what was shown and in every file.
    pub(crate) fn check_leaks(&self, shown: &[u8], allowed: &[String]) -> Result<(), String> {
        self.watch.finder(allowed).check(shown)?;
        self.watch.check_files(self.root.path(), &self.keys.lock().unwrap())
    }

    /// Looks for secrets in the arguments of a process and of its children.
    pub(super) fn check_arguments(&self, process: u32) -> Result<(), String> {
        let finder = self.watch.finder(&[]);
        let mut processes = vec![process.to_string()];
        while let Some(process) = processes.pop() {
            if let Ok(arguments) = std::fs::read(format!("/proc/{process}/cmdline")) {
                finder.check(&arguments).map_err(|found| format!("the arguments of process {process} hold {found}"))?;
            }
            if let Ok(children) = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")) {
                processes.extend(children.split_whitespace().map(ToOwned::to_owned));
            }
        }
        Ok(())
    }
}

/// A run being prepared.
#[derive(Debug, Clone)]
pub(crate) struct Run<'sandbox> {
    sandbox: &'sandbox Sandbox,
    program: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    folder: PathBuf,
    allowed: Vec<String>,
    prints_a_secret: bool,
    unprivileged: bool,
}

impl<'sandbox> Run<'sandbox> {
    /// What comes in on stdin; without it stdin is empty.
    #[must_use]
    pub(crate) fn stdin(mut self, text: impl AsRef<[u8]>) -> Self {
        text.as_ref().clone_into(&mut self.stdin);
        self
    }

    /// One more argument.
    #[must_use]
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// More arguments.
    #[must_use]
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// A variable for this run.
    #[must_use]
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Without this variable.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// The folder to run in; the sandbox's root otherwise.
    #[must_use]
    pub(crate) fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Lets this secret out on stdout or stderr (`token`, `store key export`). Files are looked through all the same.
    #[must_use]
    pub(crate) fn may_show(mut self, secret: &str) -> Self {
        self.allowed.push(secret.to_owned());
        self
    }

    /// Lets stdout hold any secret: what it prints is a token that does not exist yet. Stderr and files are looked through all the same.
    #[must_use]
    pub(crate) fn prints_a_secret(mut self) -> Self {
        self.prints_a_secret = true;
        self
    }

    /// Modes of files count for it even where the tests run as root.
    #[must_use]
    pub(crate) fn unprivileged(mut self) -> Self {
        self.unprivileged = true;
        self
    }

    /// The command as the system sees it, for a pseudo-terminal or for redirecting streams.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if self.unprivileged && rustix::process::geteuid().is_root() {
            command = Command::new("/usr/bin/setpriv");
            command.args(["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", "--"]);
            command.arg(&self.program);
        }
        command.args(&self.arguments).env_clear().envs(self.variables.iter().cloned()).current_dir(&self.folder);
        command
    }

    /// The sandbox that it runs in.
    pub(crate) const fn sandbox(&self) -> &'sandbox Sandbox {
        self.sandbox
    }

    /// Secrets that this run may show.
    pub(crate) fn allowed(&self) -> &[String] {
        &self.allowed
    }

    /// The arguments in one line, for messages.
    pub(crate) fn line(&self) -> String {
        let name = self.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.arguments.iter().fold(name, |line, argument| format!("{line} {}", argument.to_string_lossy()))
    }

    /// Starts it without waiting for its end.
    pub(crate) fn start(&self) -> Running<'sandbox> {
        let mut child = self.command().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut stdin, given) = (child.stdin.take().unwrap(), self.stdin.clone());
        // A program that does not read its input closes it: that is its right.
        std::thread::spawn(move || drop(stdin.write_all(&given)));
        let (allowed, prints_a_secret) = (self.allowed.clone(), self.prints_a_secret);
        Running { sandbox: self.sandbox, child, line: self.line(), allowed, prints_a_secret, stdout: None, stderr: None }
    }

    /// Runs it to its end. What came of it must be looked at.
    #[must_use]
    pub(crate) fn run(&self) -> Ran {
        self.start().wait()
    }
}

/// What a run did.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    pub(super) line: String,
    /// The exit code; a signal's number below zero.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(super) root: String,
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "$ {}\ncode: {}\n--- stdout\n{}--- stderr\n{}", self.line, self.code, self.stdout, self.stderr)
    }
}

impl Ran {
    /// It did what was asked.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.code(0)
    }

    /// It ended with this code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Stdout is JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }

    /// The `error` on stderr with `--json`; stdout holds nothing then.
    #[track_caller]
    pub(crate) fn error(&self) -> serde_json::Value {
        assert_ne!(self.code, 0, "{self}");
        assert_eq!(self.stdout, "", "an error leaves stdout empty\n{self}");
        let whole: serde_json::Value =
            serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("stderr is no JSON: {error}\n{self}"));
        whole["error"].clone()
    }

    /// Stderr holds this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "stderr does not say {text:?}\n{self}");
        self
    }

    /// Stdout holds this text.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "stdout does not hold {text:?}\n{self}");
        self
    }

    /// Code and both streams with everything replaced that differs from run to run, for snapshots.
    pub(crate) fn shown(&self) -> String {
        let text = format!("$ {}\ncode: {}\n--- stdout\n{}--- stderr\n{}", self.line, self.code, self.stdout, self.stderr);
        steady(&text, &self.root).trim_end().to_owned()
    }
}

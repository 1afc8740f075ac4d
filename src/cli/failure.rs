//! From an error of the layers below to words, hints and an exit code. Nothing else decides these.

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use super::out::{Out, stderr_line};
use crate::model::{Status, Verdict, clean, shell_word};
use crate::ops::{self, Answered, NetError, Probe, ProviderError, StoreError};
use crate::{config, env};

/// What kind of failure it is: the exit codes of design §7, frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Failed,
    Usage,
    NotFound,
    Refused,
    Locked,
    Unavailable,
    Damaged,
    Partial,
    Due,
    Internal,
    Interrupted,
}

impl Kind {
    /// Every kind, for the table of exit codes.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::Refused,
        Self::Locked,
        Self::Unavailable,
        Self::Damaged,
        Self::Partial,
        Self::Due,
        Self::Internal,
        Self::Interrupted,
    ];

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Locked => 5,
            Self::Unavailable => 6,
            Self::Damaged => 7,
            Self::Partial => 8,
            Self::Due => 9,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }

    /// The word in `{"error":{"kind":…}}`.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Locked => "locked",
            Self::Unavailable => "unavailable",
            Self::Damaged => "damaged",
            Self::Partial => "partial",
            Self::Due => "due",
            Self::Internal => "internal",
            Self::Interrupted => "interrupted",
        }
    }

    /// What it means, for `gitconn help exit-codes`.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "failed: a file could not be read or written, or a provider has no call for it",
            Self::Usage => "usage or configuration: an option, a setting, a choice between several connections",
            Self::NotFound => "not found: store, connection, repository, branch",
            Self::Refused => "the provider refuses the credential (scope, single sign-on and blocked accounts count)",
            Self::Locked => "the store is locked: no key, wrong key, passphrase prompt cancelled",
            Self::Unavailable => "provider unavailable or limiting requests, or the store's lock stays busy: try again",
            Self::Damaged => "the store is damaged, foreign, rolled back, or written by a newer gitconn",
            Self::Partial => "some of several failed; the others are done",
            Self::Due => "something is due (--expiring-within)",
            Self::Internal => "a bug in gitconn",
            Self::Interrupted => "interrupted (Ctrl-C)",
        }
    }
}

/// What to do about it: something that can be pasted.
#[derive(Debug, Clone)]
enum Hint {
    /// A command, perhaps with a remark behind `#`.
    Command(String),
    /// The command that failed once more, with this added.
    Again { add: String, remark: &'static str },
}

impl Hint {
    /// The text to paste. `invoked` is what was typed, without the program's name.
    fn render(&self, invoked: &str) -> String {
        match self {
            Self::Command(text) => text.clone(),
            Self::Again { add, remark: "" } => format!("gitconn {invoked} {add}"),
            Self::Again { add, remark } => format!("gitconn {invoked} {add}   # {remark}"),
        }
    }
}

/// A failure in words. Boxed: it is rare, and every function that can fail would carry its size.
#[derive(Debug)]
pub(crate) struct Failure(Box<Words>);

#[derive(Debug)]
struct Words {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hints: Vec<Hint>,
    request_id: Option<String>,
    /// What happened has been said already: only the exit code is left.
    silent: bool,
    /// Nobody reads our output any more: that is success.
    closed_pipe: bool,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Words {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            request_id: None,
            silent: false,
            closed_pipe: false,
        }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// What happened is on the screen already; only the exit code is left to give.
    pub(crate) fn said(kind: Kind) -> Self {
        let mut failure = Self::new(kind, "");
        failure.0.silent = true;
        failure
    }

    pub(crate) fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// A person decided against it.
    pub(crate) fn interrupted_by(message: &str) -> Self {
        Self::new(Kind::Interrupted, message)
    }

    /// Something that cannot happen did.
    pub(crate) fn bug(error: impl std::fmt::Display) -> Self {
        Self::new(Kind::Internal, format!("something went wrong inside gitconn: {error}"))
            .hint("gitconn --version   # please report it with what you did")
    }

    /// Writing to stdout failed. A closed pipe is no failure.
    pub(crate) fn stdout(error: io::Error) -> Self {
        let closed_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        let mut failure = Self::new(Kind::Failed, "the output could not be written").cause(error);
        failure.0.closed_pipe = closed_pipe;
        failure
    }

    /// A prompt ended without an answer.
    pub(crate) fn prompt(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Self::interrupted(),
            _ => Self::new(Kind::Failed, "the terminal could not be read").cause(error),
        }
    }

    /// A question cannot be asked here.
    pub(crate) fn nobody_to_ask(question: &str, instead: &str) -> Self {
        Self::usage(format!("nobody can be asked: {question} (no terminal, or --no-input)")).again(instead, "")
    }

    /// A file the user named cannot be read.
    pub(crate) fn unreadable(path: &std::path::Path, error: io::Error) -> Self {
        Self::new(Kind::Failed, format!("`{}` cannot be read", path.display())).cause(error)
    }

    #[must_use]
    pub(crate) fn hint(mut self, command: impl Into<String>) -> Self {
        self.0.hints.push(Hint::Command(command.into()));
        self
    }

    /// Hints at a page. The address may be the provider's: it is quoted for the shell.
    #[must_use]
    pub(crate) fn open(self, url: &str) -> Self {
        self.hint(open(url))
    }

    /// Hints at the same command with something added.
    #[must_use]
    pub(crate) fn again(mut self, add: impl Into<String>, remark: &'static str) -> Self {
        self.0.hints.push(Hint::Again { add: add.into(), remark });
        self
    }

    #[must_use]
    pub(crate) fn cause(mut self, cause: impl std::fmt::Display) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Says it on stderr, as words or as JSON, and gives the exit code. `invoked` is what was typed, the program's name first.
    pub(crate) fn report(&self, out: &Out, invoked: &[OsString]) -> ExitCode {
        if self.0.closed_pipe {
            return ExitCode::SUCCESS;
        }
        if !self.0.silent {
            let hints = self.hints(invoked);
            if out.is_json() { self.report_json(&hints) } else { self.report_words(out, &hints) }
        }
        ExitCode::from(self.0.kind.code())
    }

    /// Says what failed and that something went on all the same, also when nothing but errors is to be said.
    pub(crate) fn say(&self, what: &str, out: &Out) {
        let message = format!("{what}: {}", self.0.message);
        if out.is_json() {
            let error = serde_json::json!({ "error": { "kind": self.0.kind.id(), "message": ops::redact(&message) } });
            stderr_line(&error.to_string());
            return;
        }
        stderr_line(&format!("{} {}", out.stderr_style().bad("error:"), ops::redact(&message)));
        if let Some(Hint::Command(hint)) = self.0.hints.first() {
            out.hint(hint);
        }
    }

    /// At most two, as they are shown.
    fn hints(&self, invoked: &[OsString]) -> Vec<String> {
        let words: Vec<_> = invoked.iter().skip(1).map(|word| word.to_string_lossy()).collect();
        let invoked = words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ");
        self.0.hints.iter().take(2).map(|hint| ops::redact(&hint.render(&invoked)).into_owned()).collect()
    }

    fn report_words(&self, out: &Out, hints: &[String]) {
        let style = out.stderr_style();
        stderr_line(&format!("{} {}", style.bad("error:"), ops::redact(&self.0.message)));
        for cause in &self.0.causes {
            stderr_line(&format!("{} {}", style.faint("caused by:"), ops::redact(cause)));
        }
        for hint in hints {
            stderr_line(&format!("{} {hint}", style.faint("hint:")));
        }
    }

    fn report_json(&self, hints: &[String]) {
        let message = self.0.causes.iter().fold(self.0.message.clone(), |text, cause| format!("{text}: {cause}"));
        let hint = (!hints.is_empty()).then(|| hints.join("\n"));
        let error = serde_json::json!({
            "error": { "kind": self.0.kind.id(), "message": ops::redact(&message), "hint": hint, "request_id": self.0.request_id }
        });
        stderr_line(&error.to_string());
    }
}

/// A failed answer's words for `caused by:` and its request id.
fn answered(mut failure: Failure, answer: &Answered) -> Failure {
    failure.0.request_id.clone_from(&answer.request_id);
    failure.cause(answer)
}

fn sources(mut failure: Failure, error: &dyn std::error::Error) -> Failure {
    let mut source = error.source();
    while let Some(error) = source {
        failure = failure.cause(clean(&error.to_string()));
        source = error.source();
    }
    failure
}

impl From<ops::Error> for Failure {
    fn from(error: ops::Error) -> Self {
        let message = error.to_string();
        match error {
            ops::Error::Store(error) => error.into(),
            ops::Error::Provider(error) => error.into(),
            ops::Error::Config(error) => error.into(),
            ops::Error::Host(error) => Self::usage(error.to_string()).hint("gitconn connect --help"),
            ops::Error::Name(error) => Self::usage(error.to_string()),
            ops::Error::NoConnection { nearest, .. } => {
                let failure = Self::new(Kind::NotFound, message);
                match nearest.first() {
                    Some(name) => failure.hint(format!("gitconn show {}   # did you mean this one?", shell_word(name))),
                    None => failure,
                }
                .hint("gitconn list --all")
            }
            ops::Error::NoneUsable { .. } => {
                Self::new(Kind::NotFound, message).hint("gitconn list --all").hint("gitconn connect github")
            }
            ops::Error::NoneFor { host } => Self::new(Kind::NotFound, message)
                .hint("gitconn list --all")
                .hint(format!("gitconn connect github --host {}   # or gitlab", shell_word(&host))),
            ops::Error::Ambiguous { names, .. } => {
                let first = names.first().map(|name| shell_word(name).into_owned()).unwrap_or_default();
                Self::usage(message).hint(format!("gitconn config set connection {first}"))
            }
            ops::Error::OtherHost { origin, .. } => unset_default(Self::usage(message), &origin).hint("gitconn list"),
            ops::Error::Disabled { name } => {
                Self::new(Kind::Refused, message).hint(format!("gitconn enable {}", shell_word(&name)))
            }
            ops::Error::Dead { name, status } => {
                let name = shell_word(&name).into_owned();
                let failure = Self::new(Kind::Refused, message).hint(format!("gitconn validate {name}"));
                match status {
                    Status::Expired | Status::Revoked | Status::Invalid => {
                        failure.hint(format!("gitconn edit {name} --token-stdin   # a new token in its place"))
                    }
                    Status::Pending | Status::Active | Status::Error => failure,
                }
            }
            ops::Error::NotStored { probe, offline } => not_stored(&probe, offline),
            ops::Error::HostDiffers { others, .. } => {
                let failure = Self::usage(message).again("--replace-host", "counts for them too");
                match others.first() {
                    Some(name) => failure.hint(format!("gitconn show {}", shell_word(name))),
                    None => failure,
                }
            }
            ops::Error::OnlyBackups { .. } => Self::new(Kind::NotFound, message).hint("gitconn store restore --list"),
            ops::Error::NoDefault { origin, .. } => unset_default(Self::new(Kind::NotFound, message), &origin),
            ops::Error::NotARepository(_) | ops::Error::NoCheckout { .. } => {
                Self::usage(message).hint("gitconn branches owner/name")
            }
            ops::Error::Depended { name, .. } => {
                Self::usage(message).hint(format!("gitconn remove {} --cascade", shell_word(&name)))
            }
            ops::Error::SecretTyped { .. } => Self::usage(message).hint("gitconn connect github --token-stdin   # or let it ask"),
            ops::Error::Usage(_) => Self::usage(message),
        }
    }
}

/// The command that opens a page, safe to paste whatever the address holds.
pub(super) fn open(url: &str) -> String {
    format!("open {}", shell_word(url))
}

/// How the default connection is done away with.
fn unset_default(failure: Failure, origin: &config::Origin) -> Failure {
    match origin {
        config::Origin::Env(name) => failure.hint(format!("unset {name}")),
        config::Origin::File(_) | config::Origin::Default | config::Origin::Flag(_) => {
            failure.hint("gitconn config unset connection")
        }
    }
}

fn not_stored(probe: &Probe, offline: bool) -> Failure {
    let reason = probe.reason.clone().unwrap_or_else(|| probe.verdict.to_string());
    let mut failure = if probe.verdict.is_unknown() {
        let failure = Failure::new(Kind::Unavailable, format!("the token could not be checked: {reason}"));
        if offline { failure.again("--offline", "stores it unchecked") } else { failure }
    } else {
        Failure::new(Kind::Refused, format!("the token was not stored: {reason}"))
    };
    failure.0.request_id.clone_from(&probe.request_id);
    if let Some(url) = &probe.mend_url {
        failure = failure.open(url);
    }
    match probe.verdict {
        Verdict::InsufficientScope | Verdict::SsoRequired | Verdict::Blocked if offline => {
            failure.again("--offline", "stores it as it is")
        }
        _ => failure,
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        let failure = Self::usage(error.to_string());
        let failure = match &error {
            config::Error::Unknown { nearest: Some(nearest), .. } => {
                failure.hint(format!("gitconn config get {nearest}   # did you mean this one?"))
            }
            config::Error::Fault(config::Fault::Unknown { name, nearest, .. }) => {
                let failure = failure.hint(format!("gitconn config unset {}", shell_word(name)));
                match nearest {
                    Some(nearest) => failure.hint(format!("gitconn config get {nearest}   # did you mean this one?")),
                    None => failure.hint("gitconn config list"),
                }
            }
            config::Error::Fault(config::Fault::Value { name, origin: config::Origin::Env(variable), .. }) => {
                failure.hint(format!("unset {variable}")).hint(format!("gitconn config get {name}"))
            }
            config::Error::Fault(config::Fault::Value { name, .. }) => failure.hint(format!("gitconn config unset {name}")),
            config::Error::Unknown { nearest: None, .. } | config::Error::Value { .. } => failure.hint("gitconn config list"),
            config::Error::NoHome(_) => failure.hint("set HOME, or GITCONN_STORE, GITCONN_CONFIG and GITCONN_STATE_DIR"),
            config::Error::Io { .. } | config::Error::Toml { .. } => failure,
        };
        sources(failure, &error)
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        let message = error.to_string();
        match error {
            ProviderError::Malformed { belongs_to, if_forced, .. } => {
                let failure = Self::new(Kind::Refused, message);
                let failure = if if_forced.is_some() { failure.again("--force", "takes it all the same") } else { failure };
                match belongs_to {
                    Some(provider) => failure.hint(format!("gitconn connect {provider}")),
                    None => failure,
                }
            }
            ProviderError::Refused { mend_url, answered: answer, .. } => {
                let failure = answered(Self::new(Kind::Refused, message), &answer);
                match mend_url {
                    Some(url) => failure.open(&url),
                    None => failure,
                }
            }
            ProviderError::NoRepository { path, likely, answered: answer } => {
                let failure = answered(Self::new(Kind::NotFound, message), &answer);
                let failure = match likely {
                    Some(likely) => failure.cause(likely),
                    None => failure,
                };
                let name = path.segments().last().unwrap_or_default().to_owned();
                failure.hint(format!("gitconn repos --all --search {}", shell_word(&name)))
            }
            ProviderError::WrongPath { .. } => Self::usage(message),
            ProviderError::Impossible { page, .. } => {
                let failure = Self::new(Kind::Failed, message);
                match page {
                    Some(url) => failure.open(&url),
                    None => failure,
                }
            }
            ProviderError::Unintelligible { answered: answer, .. } => answered(Self::new(Kind::Unavailable, message), &answer),
            ProviderError::NotAccepted { answered: answer, .. } => answered(Self::new(Kind::Failed, message), &answer),
            ProviderError::Net(error) => error.into(),
        }
    }
}

impl From<NetError> for Failure {
    fn from(error: NetError) -> Self {
        let message = error.to_string();
        match error {
            NetError::Limited { .. } => Self::new(Kind::Unavailable, message).again("--max-wait 1h", "waits for it"),
            NetError::Unreachable { .. } | NetError::TooLarge { .. } | NetError::Redirected { .. } => {
                Self::new(Kind::Unavailable, message)
            }
            NetError::Plain { host } => Self::usage(message)
                .hint(format!("curl -sI {}   # does it speak https?", shell_word(&host.replacen("http://", "https://", 1))))
                .again("--allow-http", "the token travels in the clear"),
            NetError::Certificate { .. } => Self::usage(message),
            NetError::Token(source) => Self::new(Kind::Refused, clean(&source.to_string()).into_owned()),
            NetError::Unusable { .. } => Self::new(Kind::Failed, message),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        use StoreError as E;
        let message = error.to_string();
        match &error {
            E::Missing(_) => Self::new(Kind::NotFound, message)
                .hint("gitconn connect github   # makes one; or gitlab")
                .hint("gitconn config get store   # is this the right place?"),
            E::Exists(_) => Self::usage(message).hint("gitconn store info"),
            E::Locked { why, tried } => {
                let told = tried.iter().filter(|tried| !tried.ends_with(why.as_str()));
                let failure = told.fold(Self::new(Kind::Locked, message), Self::cause);
                if tried.iter().chain([why]).any(|tried| tried.contains(env::name::PASSPHRASE_FILE)) {
                    failure
                        .hint("gitconn store unlock   # on a terminal: asks for the passphrase once, for 8 h")
                        .hint("export GITCONN_PASSPHRASE_FILE=FILE")
                } else if tried.is_empty() || why.contains("new") {
                    failure.hint("gitconn store init --key file --key-out FILE").hint("export GITCONN_KEY_FILE=FILE")
                } else {
                    failure
                        .hint("export GITCONN_KEY=…   # the key, from `gitconn store key export`")
                        .hint("export GITCONN_KEY_FILE=FILE   # a file that only you can read")
                }
            }
            E::WrongKey { .. } => Self::new(Kind::Locked, message).hint("gitconn store info   # which key it wants"),
            E::BadKey { .. } | E::Cancelled => Self::new(Kind::Locked, message),
            E::UnusablePlace { .. } => Self::new(Kind::Locked, message)
                .hint("gitconn store init --key passphrase")
                .hint("gitconn store init --key file --key-out FILE"),
            E::KeyInTheWay { path, aside } => {
                let [path, aside] = [path, aside].map(|path| shell_word(&path.display().to_string()).into_owned());
                Self::new(Kind::Locked, message)
                    .hint(format!("mv {path} {aside}   # if no store needs it, or the store it opens is gone"))
            }
            E::NoKernelKeyring { .. } => Self::new(Kind::Locked, message)
                .hint("export GITCONN_PASSPHRASE_FILE=FILE   # instead: a passphrase from a file that only you can read"),
            E::UnlockTime { .. } => Self::usage(message).hint("gitconn store unlock --for 8h"),
            E::Swapped { .. } => Self::new(Kind::Damaged, message).hint("gitconn store info"),
            E::Damaged { .. } => {
                Self::new(Kind::Damaged, message).hint("gitconn store verify").hint("gitconn store restore --list")
            }
            E::Foreign { .. } => Self::new(Kind::Damaged, message).hint("gitconn store accept   # shows what differs first"),
            E::RolledBack { .. } => Self::new(Kind::Damaged, message)
                .hint("gitconn store accept   # shows what differs first")
                .hint("gitconn store restore --list"),
            E::Newer { .. } => Self::new(Kind::Damaged, message).hint("install the newer gitconn; nothing was changed"),
            E::Busy { .. } => Self::new(Kind::Unavailable, message),
            E::Io { source, .. } => {
                let failure = Self::new(Kind::Failed, message);
                match source.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                        failure.hint("df -h   # the disk is full; the store is as it was")
                    }
                    _ => failure,
                }
            }
            E::UnsafeDirectory(path) => {
                Self::new(Kind::Failed, message).hint(format!("chmod go-w {}", shell_word(&path.display().to_string())))
            }
            E::NameTaken(name) => Self::usage(message).hint(format!("gitconn show {}", shell_word(name))),
            E::AmbiguousId { names, .. } => Self::usage(message).cause(format!("it could be {}", names.join(", "))),
            E::Sql(_) => Self::bug(&error),
            E::NoBackup(_) => Self::new(Kind::NotFound, message).hint("gitconn store restore --list"),
        }
        .with_sources(&error)
    }
}

impl Failure {
    fn with_sources(self, error: &dyn std::error::Error) -> Self {
        sources(self, error)
    }
}

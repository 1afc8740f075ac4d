//! Which words, hints and exit code each error of the layers below gets. The matches are whole: a new error does not compile until somebody has
//! chosen them.

use std::io;

use super::{Failure, Kind, apps, check, git, keys, loose, oauth, rotate, routes};
use crate::cli::commands;
use crate::model::{Connection, ProviderId, Status, Verdict, clean, shell_word};
use crate::ops::{self, Answered, LivesBy, NetError, Probe, ProviderError, StoreError};
use crate::{config, env};

/// What `net` says of a certificate that nobody known here has signed: the usual one of a server of one's own.
pub(super) const UNKNOWN_ISSUER: &str = "its issuer is not known here";

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
            ops::Error::Rotate(error) => rotate::spoken(*error),
            ops::Error::Config(error) => error.into(),
            ops::Error::Host(error) => Self::usage(error.to_string()).hint("gitconn connect --help"),
            ops::Error::NoConnection { typed, nearest } => {
                let failure = Self::new(Kind::NotFound, message);
                match nearest.into_iter().next() {
                    Some(name) => failure.corrected(typed, name),
                    None => failure,
                }
                .hint("gitconn list --all")
            }
            ops::Error::NoneUsable { .. } => {
                Self::new(Kind::NotFound, message).hint("gitconn list --all").hint("gitconn connect github")
            }
            ops::Error::NoneFor { host } => Self::new(Kind::NotFound, message)
                .hint("gitconn list --all")
                .hint(format!("gitconn connect {}", shell_word(&host))),
            error @ (ops::Error::Ambiguous { .. }
            | ops::Error::NotARoute(_)
            | ops::Error::WrongRoute { .. }
            | ops::Error::NoRoute { .. }
            | ops::Error::Swapped { .. }
            | ops::Error::RouteTo { .. }) => routes::spoken(message, error),
            ops::Error::NoExport { name } => {
                let name = shell_word(&name);
                Self::usage(message).hint(format!("gitconn exec {name} -- CMD")).hint(format!("gitconn edit {name} --export"))
            }
            ops::Error::OpensAll { reader, is_typed } => keys::opens_all(message, reader.as_deref(), is_typed),
            ops::Error::NotACopy(_) => Self::usage(message).hint("gitconn store export --help"),
            ops::Error::OtherHost { origin, .. } => unset_default(Self::usage(message), &origin).hint("gitconn list"),
            ops::Error::Disabled { name } => {
                Self::new(Kind::Refused, message).hint(format!("gitconn enable {}", shell_word(&name)))
            }
            ops::Error::Dead { name, status, lives_by, why } => dead(message, &name, (status, lives_by), why),
            ops::Error::NotStored { probe, offline } => not_stored(&probe, offline),
            ops::Error::HeldAlready { name, .. } => Self::usage(message).hint(format!("gitconn show {}", shell_word(&name))),
            ops::Error::HostDiffers { others, .. } => {
                let failure = Self::usage(message).again("--replace-host", "counts for them too");
                match others.first() {
                    Some(name) => failure.hint(format!("gitconn show {}", shell_word(name))),
                    None => failure,
                }
            }
            ops::Error::OnlyBackups { .. } => Self::new(Kind::NotFound, message).hint("gitconn store restore --list"),
            ops::Error::NoDefault { origin, .. } => unset_default(Self::new(Kind::NotFound, message), &origin),
            ops::Error::NotARepository(typed) => Self::usage(message).repository(Some(typed)),
            ops::Error::NoCheckout { .. } => Self::usage(message).repository(None),
            ops::Error::NoPlace => Self::new(Kind::Failed, message),
            ops::Error::GitConfig(error) => git::settings(message, error),
            ops::Error::PathUnsaid { host, .. } => Self::usage(message)
                .hint(format!("git config --global {} true", shell_word(&format!("credential.{host}.useHttpPath")))),
            ops::Error::Depended { name, .. } => {
                Self::usage(message).hint(format!("gitconn remove {} --cascade", shell_word(&name)))
            }
            ops::Error::SecretTyped { .. } => Self::usage(message)
                .hint("gitconn connect --help   # a token is asked for, or comes from stdin, a file or a variable"),
            ops::Error::OAuth { error, host, provider, name } => oauth::spoken(error, (provider, &host), name),
            ops::Error::NoClient(guide) => oauth::no_client(message, &guide),
            ops::Error::OtherClient { name, host, client_id } => {
                let (name, host) = (shell_word(&name).into_owned(), shell_word(&host).into_owned());
                let client = shell_word(&client_id).into_owned();
                Self::usage(message)
                    .hint(format!("gitconn oauth set {host} --client-id {client} --client-secret-stdin"))
                    .hint(format!("gitconn connect --reauth {name}   # with the client that is known now"))
            }
            ops::Error::NoClientSecret { host, provider, client_id } => oauth::no_secret(message, (provider, &host), &client_id),
            error @ (ops::Error::WhichProvider { .. }
            | ops::Error::NoDefaultHost { .. }
            | ops::Error::OthersHost { .. }
            | ops::Error::Undetected { .. }
            | ops::Error::Unsaid { .. }) => unsaid(message, error),
            ops::Error::NothingCame { host, provider, registered, sent, .. } => {
                oauth::nothing_came(message, (provider, &host), &registered, &sent)
            }
            ops::Error::LoginEnded { name, .. } => log_in_again(Kind::Refused, message, &name),
            ops::Error::NoRenewal { name } => Self::usage(message)
                .hint(format!("gitconn edit {} --token-stdin   # a new token in its place", shell_word(&name))),
            ops::Error::Copy { provider, host, .. } => keys::copy(message, (provider, &host)),
            ops::Error::Reading { provider, host, .. } => keys::reading(message, (provider, &host)),
            ops::Error::Unsavable { source, provider, host, name } => {
                unsavable(message, (provider, &host), name.is_some(), *source)
            }
            ops::Error::Unkept { name, .. } => log_in_again(Kind::Failed, message, &name),
            ops::Error::App(error) => apps::spoken(*error),
            ops::Error::CannotRun { source, .. } => cannot_run(message, &source),
            ops::Error::NotBegun(source) => Self::new(Kind::Failed, message).cause(source),
            ops::Error::Check(error) => check::spoken(message, &error),
            ops::Error::Bound(error) => loose::spoken(message, &error),
            ops::Error::RenewalBusy { .. } => Self::new(Kind::Unavailable, message),
            ops::Error::Name(_) | ops::Error::Usage(_) => Self::usage(message),
        }
    }
}

/// A connection that serves nobody until its login, token or key is mended.
fn dead(message: String, name: &str, (status, lives_by): (Status, LivesBy), why: Option<String>) -> Failure {
    let name = shell_word(name);
    let failure = Failure::new(Kind::Refused, message);
    let failure = match why {
        Some(why) => failure.cause(clean(&why)),
        None => failure,
    }
    .hint(format!("gitconn validate {name}"));
    match (status, lives_by) {
        (Status::Pending | Status::Active | Status::Error, _) => failure,
        (_, LivesBy::Login) => failure.hint(format!("gitconn connect --reauth {name}   # logs in again")),
        (_, LivesBy::Token) => failure.hint(format!("gitconn rotate {name}   # a new token in its place")),
        (_, LivesBy::Key) => failure.hint(format!("gitconn edit {name} --private-key-file FILE   # a new key")),
    }
}

impl Failure {
    /// Hints at what puts another credential in the place of one that its provider has just refused.
    #[must_use]
    pub(in crate::cli) fn replace(self, connection: &Connection) -> Self {
        let name = shell_word(connection.name.as_str()).into_owned();
        if connection.is_app() {
            self.hint(format!("gitconn edit {name} --private-key-file FILE   # a new key"))
        } else if connection.is_renewing_login() {
            self.hint(format!("gitconn connect --reauth {name}   # logs in again"))
        } else {
            self.hint(format!("gitconn rotate {name}   # a new token in its place"))
                .hint(format!("gitconn edit {name} --token-stdin < FILE   # one that is there already"))
        }
    }
}

/// Something that only whoever types can say.
fn unsaid(message: String, error: ops::Error) -> Failure {
    let failure = Failure::usage(message);
    match error {
        ops::Error::NoDefaultHost { provider } => failure
            .hint(format!("gitconn connect {provider} --host https://git.acme.com"))
            .hint("gitconn connect codeberg.org   # is known by its name"),
        ops::Error::OthersHost { host, .. } => failure.hint(format!("gitconn connect {}", shell_word(&host))),
        ops::Error::Undetected { host, .. } => {
            let host = shell_word(&host).into_owned();
            failure.hint(format!("gitconn connect gitlab --host {host}   # or github, gitea: if you know what it is"))
        }
        ops::Error::Unsaid { option, .. } => failure.again(option, "says it"),
        _ => failure.again("--provider gitlab", "or github, gitea"),
    }
}

/// A program that could not be started.
fn cannot_run(message: String, source: &io::Error) -> Failure {
    let kind = if source.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Failed };
    Failure::new(kind, message).cause(source)
}

/// A login that only a person can mend.
fn log_in_again(kind: Kind, message: String, name: &str) -> Failure {
    Failure::new(kind, message).hint(format!("gitconn connect --reauth {}", shell_word(name)))
}

/// A store that is read-only by intention is a pipeline's; one whose disk is full is an accident. What `is_stored` there can be replaced by a token of the
/// pipeline's own; for what was to be added another store is needed.
fn unsavable(message: String, (provider, host): (ProviderId, &str), is_stored: bool, source: StoreError) -> Failure {
    let is_read_only = source.is_read_only();
    let why = source.to_string();
    let inner = Failure::from(source);
    if is_read_only {
        let own = "--token-stdin   # for a read-only store: a token (PAT) of its own, or a GitHub App";
        return Failure::new(Kind::Locked, message).cause(why).hint(if is_stored {
            commands::connect(provider, Some("ci"), host, own)
        } else {
            "gitconn config get store   # is this the right place?".to_owned()
        });
    }
    inner.under(message)
}

/// A page to open, as its address alone: which command opens one differs from system to system, and a browser takes it as it is.
pub(in crate::cli) fn open(url: &str) -> String {
    // A hint is pasted: what a provider sent is one word there, and no command.
    shell_word(&clean(url)).into_owned()
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

pub(super) fn not_stored(probe: &Probe, offline: bool) -> Failure {
    let reason = probe.reason.clone().unwrap_or_else(|| probe.verdict.to_string());
    let mut failure = if probe.verdict.is_unknown() {
        let failure = Failure::new(Kind::Unavailable, format!("the token could not be checked: {reason}"));
        let failure = if reason.contains(UNKNOWN_ISSUER) {
            failure.again("--ca-file FILE", "its certificate authority's, in PEM")
        } else {
            failure
        };
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
                    Some(provider) => failure.hint(commands::connect_anew(provider)),
                    None => failure,
                }
            }
            ProviderError::Key { is_encrypted, .. } => {
                let failure = Self::new(Kind::Refused, message);
                if is_encrypted {
                    failure
                        .hint("openssl pkey -in FILE -out KEY.pem   # asks for the passphrase; KEY.pem holds the key without it")
                } else {
                    failure
                }
            }
            ProviderError::Installation { answered: answer, .. } => answered(Self::new(Kind::Refused, message), &answer),
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
            ProviderError::NoWorkspace { answered: answer, .. } => answered(Self::new(Kind::NotFound, message), &answer),
            ProviderError::WrongPath { .. } => Self::usage(message),
            ProviderError::Impossible { page, .. } => {
                let failure = Self::new(Kind::Failed, message);
                match page {
                    Some(url) => failure.open(&url),
                    None => failure,
                }
            }
            ProviderError::Unintelligible { answered: answer, .. } => answered(Self::new(Kind::Unavailable, message), &answer),
            ProviderError::NotForJobs { .. } => Self::new(Kind::Refused, message),
            ProviderError::NotAccepted { answered: answer, .. } => answered(Self::new(Kind::Failed, message), &answer),
            ProviderError::Unsupported => Self::bug(message),
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
                } else {
                    failure
                        .hint("export GITCONN_KEY=…   # the key, from `gitconn store key export`")
                        .hint("export GITCONN_KEY_FILE=FILE   # a file that only you can read")
                }
            }
            E::Rekeyed { from, now_in, .. } => keys::rekeyed(message, from, now_in),
            E::Reader { is_copy, .. } => keys::reader(message, *is_copy),
            E::NoSigner { .. } => keys::no_signer(message),
            E::OtherSigner { .. } => keys::other_signer(message),
            E::Keys(error) => return keys::spoken(error),
            E::WrongKey { .. } => Self::new(Kind::Locked, message).hint("gitconn store info   # which key it wants"),
            E::NoKeyPlace { tried } => tried
                .iter()
                .fold(Self::new(Kind::Locked, message), Self::cause)
                .hint("gitconn store init --key file --key-out FILE   # a key file that only you can read")
                .hint("export GITCONN_KEY=…   # or a key that is there"),
            E::NoNewPassphrase => {
                Self::new(Kind::Locked, message).hint("export GITCONN_PASSPHRASE_FILE=FILE   # a file that only you can read")
            }
            E::KeyFile { path, flaw, .. } => keys::file(message, path, flaw),
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
            E::NoFolder(path) => {
                Self::new(Kind::Failed, message).hint(format!("mkdir -p {}", shell_word(&path.display().to_string())))
            }
            E::UnsafeDirectory(path) => {
                Self::new(Kind::Failed, message).hint(format!("chmod go-w {}", shell_word(&path.display().to_string())))
            }
            E::NameTaken(name) => Self::usage(message).hint(format!("gitconn show {}", shell_word(name))),
            E::AmbiguousId { names, .. } => Self::usage(message).cause(format!("it could be {}", names.join(", "))),
            E::Sql(_) => Self::bug(&error),
            E::Gone => Self::new(Kind::NotFound, message).hint("gitconn list --all"),
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

//! `gitconn exec`: runs a program with a live token in its environment.

use std::ffi::OsString;
use std::time::Duration;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::interrupt;
use super::narrow_args::NarrowArgs;
use super::out::stderr_line;
use crate::env;
use crate::model::{Purpose, shell_word};
use crate::ops::exec::{self, Job};
use crate::ops::token::Handed;
use crate::ops::{Error, Session, Store, token};

/// Our own failure, before the program runs: the code that `env` and `timeout` have for it too.
pub(super) const OURS: u8 = 125;
/// The program is there and cannot be run.
const CANNOT_RUN: u8 = 126;
/// There is no such program.
const NOT_FOUND: u8 = 127;

/// For so long after the program's end a Ctrl-C was meant for the program.
const FOR_THE_PROGRAM: Duration = Duration::from_secs(1);

/// Variables that mean something to the system, to shells, or beside the token: a program with a token in one of them is not found, finds nothing, or looks elsewhere.
const IN_USE: [&str; 21] = [
    "PATH",
    "HOME",
    "IFS",
    "ENV",
    "BASH_ENV",
    "CDPATH",
    "PWD",
    "OLDPWD",
    "SHELL",
    "SHELLOPTS",
    "BASHOPTS",
    "PS4",
    "TERM",
    "TMPDIR",
    "USER",
    "LOGNAME",
    "SSH_AUTH_SOCK",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "GH_HOST",
    "GITLAB_HOST",
];
/// The beginnings of such, and of our own, which a program never gets.
const PREFIXES_IN_USE: [&str; 9] =
    ["GITCONN_", "LD_", "DYLD_", "LC_", "LANG", "GIT_CONFIG", "GIT_DIR", "GIT_EXEC_PATH", "GIT_ASKPASS"];

/// The codes that only `exec` has, with their meanings.
pub(super) const CODES: [(u8, &str); 3] = [
    (OURS, "of `exec`: gitconn failed, before the program ran"),
    (CANNOT_RUN, "of `exec`: the program cannot be run"),
    (NOT_FOUND, "of `exec`: there is no such program"),
];

/// Run a program with a live token in its environment
///
/// It gets the variables that programs for the provider look for (`GH_TOKEN`, `GITHUB_TOKEN` and `GH_HOST`; `GITLAB_TOKEN` and `GITLAB_HOST`; for
/// an enterprise server `GH_ENTERPRISE_TOKEN`), and none of gitconn's own. git in it is told to use the token for that one host, and asks no other helper. Signals
/// are passed on to it. Its exit code is given back; 125 is a failure of gitconn before it runs, 126 a
/// program that cannot be run, 127 one that is not there. Of a GitHub App, a token that was made for this call (--repo, --permission, --fresh) is revoked when
/// the program ends; the shared one stays.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn exec work -- gh pr list
  gitconn exec --for https://github.com/acme/site --mask -- ./release.sh
  gitconn exec prod-app --repo acme-corp/site --permission contents=write -- ./release.sh")]
pub(super) struct Args {
    /// Name, beginning of an id, host, or address of a repository
    #[arg(value_name = "NAME|URL", required_unless_present = "address")]
    connection: Option<String>,
    /// With whatever serves this repository: its address, or `owner/name`
    #[arg(long = "for", id = "address", value_name = "URL", conflicts_with = "connection")]
    address: Option<String>,
    /// Put the token into this variable instead of the usual ones
    #[arg(long = "env", value_name = "VAR", value_parser = parse_variable)]
    variable: Option<String>,
    /// Hide the token, parts of it, and its Base64 in what the program writes. It sees no terminal then. In GitHub Actions the log is told to hide it too, on stderr,
    /// unless that is a file
    #[arg(long)]
    mask: bool,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
    // Its heading stands over everything that follows.
    #[command(flatten)]
    narrow: NarrowArgs,
}

/// A name that a shell can read too (POSIX, "Environment Variable Definition").
fn parse_variable(text: &str) -> Result<String, String> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let begins_well = text.bytes().next().is_some_and(is_letter);
    let is_name = begins_well && text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit());
    if !is_name {
        return Err("a variable's name is of letters, digits and `_`".to_owned());
    }
    let begins_as_ours = PREFIXES_IN_USE.iter().any(|prefix| text.starts_with(prefix));
    if begins_as_ours || IN_USE.contains(&text) {
        return Err("programs take this variable for something else, and would not work with a token in it".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let ended = run_it(args, context).map_err(|failure| addressed(failure, args))?;
    if ended == 0 { Ok(()) } else { Err(Failure::ended(ended)) }
}

/// Of an `owner/name` that stands where a connection should: how it is said.
fn addressed(failure: Failure, args: &Args) -> Failure {
    let typed = args.connection.as_deref().unwrap_or_default();
    if failure.kind() != Kind::NotFound || !exec::is_a_path(typed) {
        return failure;
    }
    let command: Vec<String> = args.command.iter().map(|word| shell_word(&word.to_string_lossy()).into_owned()).collect();
    failure.hint_first(format!("gitconn exec --for {} -- {}", shell_word(typed), command.join(" ")))
}

/// What is wrong with a command line that the grammar does not take, where that is how the program or the connection is said. `invoked` begins with our own name.
pub(super) fn misread(error: &clap::Error, invoked: &[OsString]) -> Option<Failure> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    let end = invoked.iter().position(|word| word == "--");
    let line = |words: &[OsString]| {
        words.iter().map(|word| shell_word(&word.to_string_lossy()).into_owned()).collect::<Vec<_>>().join(" ")
    };
    match (error.kind(), end) {
        // `exec work true`
        (ErrorKind::UnknownArgument, None) => {
            let Some(ContextValue::String(stray)) = error.get(ContextKind::InvalidArg) else { return None };
            let at = invoked.iter().position(|word| word.to_string_lossy() == *stray).filter(|_| !stray.starts_with('-'))?;
            let (ours, theirs) = (line(invoked.get(1..at)?), line(&invoked[at..]));
            Some(Failure::usage("the program to run stands behind `--`").hint(format!("gitconn {ours} -- {theirs}")))
        }
        // `exec -- true`
        (ErrorKind::MissingRequiredArgument, Some(end)) if end + 1 < invoked.len() => {
            let (ours, theirs) = (line(invoked.get(1..end)?), line(&invoked[end..]));
            Some(
                Failure::usage("whose token the program is to get is not said")
                    .hint(format!("gitconn {ours} NAME {theirs}"))
                    .hint(format!("gitconn {ours} --for OWNER/REPO {theirs}   # with whatever serves this repository")),
            )
        }
        _ => None,
    }
}

/// Whether a stream goes into a file, which others may read later.
#[cfg(unix)]
fn is_file(stream: impl std::os::fd::AsFd) -> bool {
    let file = stream.as_fd().try_clone_to_owned().map(std::fs::File::from);
    file.and_then(|file| file.metadata()).is_ok_and(|facts| facts.is_file())
}

#[cfg(not(unix))]
fn is_file(stream: impl std::os::windows::io::AsHandle) -> bool {
    let file = stream.as_handle().try_clone_to_owned().map(std::fs::File::from);
    file.and_then(|file| file.metadata()).is_ok_and(|facts| facts.is_file())
}

/// Has GitHub Actions hide the token in its log. Its runner reads that on both streams, and stdout is the program's: somebody may be keeping it.
fn tell_actions(handed: &Handed, context: &Context<'_>) {
    if is_file(std::io::stderr()) {
        context.out.warn("stderr is a file: GitHub Actions is not told to hide the token, which would be written into it");
        return;
    }
    for command in exec::mask_commands(handed) {
        stderr_line(command.expose());
    }
}

fn run_it(args: &Args, context: &Context<'_>) -> Result<u8, Failure> {
    let ours = |failure: Failure| failure.with_code(OURS);
    let session = context.session().map_err(ours)?;
    let prepare = || {
        let store = session.store()?;
        let view = store.read().map_err(Error::from)?;
        let (connection, path) = match (&args.connection, &args.address) {
            (Some(typed), _) => token::meant(&session, &view, typed)?,
            (None, address) => token::meant_by_address(&session, &view, address.as_deref().unwrap_or_default())?,
        };
        let asked = args.narrow.asked()?;
        let (serving, narrowing) =
            token::settle(&view, connection, path.as_ref(), &asked).map_err(|error| args.narrow.explained(error))?;
        let is_own = asked.is_for_one_call();
        let own = is_own.then_some(&narrowing);
        let handed = token::handed((&session, &store, &view), &serving, own, |work| context.wait(work))?;
        let repository = path.as_ref().or(args.narrow.repository());
        token::note(&session, &store, &view, &handed.connection, Purpose::Exec, repository);
        Ok::<_, Failure>((store, handed, is_own))
    };
    let (store, handed, is_own) = prepare().map_err(ours)?;
    let (program, arguments) = args.command.split_first().ok_or_else(|| ours(Failure::usage("no program is named")))?;
    let job = Job { program, arguments, variable: args.variable.as_deref(), mask: args.mask };
    if args.mask && context.env.text(env::name::GITHUB_ACTIONS) == Some("true") {
        tell_actions(&handed, context);
    }
    let (ended, revoked) = context.attend(async {
        let ended = exec::run(&session, &handed, &job).await;
        // It was made for this program alone; whatever became of that, nobody else is to have it.
        let revoked = if is_own { revoke(&session, &store, &handed).await } else { Ok(()) };
        Ok((ended, revoked))
    })?;
    if let Err(failure) = revoked {
        let why = failure.in_words();
        context.out.warn(&format!("the token could not be revoked, and lives for up to an hour: {why}"));
    }
    ended.map_err(|error| {
        let is_ours = matches!(error, Error::NotBegun(_));
        let failure = Failure::from(error);
        let code = if failure.kind() == Kind::NotFound { NOT_FOUND } else { CANNOT_RUN };
        failure.with_code(if is_ours { OURS } else { code })
    })
}

/// Revokes the token, unless somebody insists on an end. The Ctrl-C that ended the program is heard here too, and is none of that.
async fn revoke(session: &Session<'_>, store: &Store, handed: &Handed) -> Result<(), Failure> {
    let insisted = async {
        tokio::time::sleep(FOR_THE_PROGRAM).await;
        interrupt::told().await
    };
    tokio::select! {
        done = exec::revoke(session, store, handed) => done.map_err(Failure::from),
        _ = insisted => Err(Failure::interrupted()),
    }
}

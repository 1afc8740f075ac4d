//! `gitconn exec`: runs a program with a live token in its environment.

use std::ffi::OsString;
use std::time::Duration;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::interrupt;
use super::narrow_args::NarrowArgs;
use super::out::stderr_line;
use crate::env;
use crate::model::Purpose;
use crate::ops::exec::{self, Job};
use crate::ops::token::Handed;
use crate::ops::{Error, Session, Store, token};

/// Our own failure, before the program runs: the code that `env` and `timeout` have for it too.
const OURS: u8 = 125;
/// The program is there and cannot be run.
const CANNOT_RUN: u8 = 126;
/// There is no such program.
const NOT_FOUND: u8 = 127;

/// For so long after the program's end a Ctrl-C was meant for the program.
const FOR_THE_PROGRAM: Duration = Duration::from_secs(1);

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
    #[command(flatten)]
    narrow: NarrowArgs,
    /// Put the token into this variable instead of the usual ones
    #[arg(long = "env", value_name = "VAR", value_parser = parse_variable)]
    variable: Option<String>,
    /// Hide the token, parts of it, and its Base64 in what the program writes. It sees no terminal then. In GitHub Actions the log is told to hide it too
    #[arg(long)]
    mask: bool,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// A name that a shell can read too (POSIX, "Environment Variable Definition").
fn parse_variable(text: &str) -> Result<String, String> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let begins_well = text.bytes().next().is_some_and(is_letter);
    let is_name = begins_well && text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit());
    if is_name { Ok(text.to_owned()) } else { Err("a variable's name is of letters, digits and `_`".to_owned()) }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let ended = run_it(args, context)?;
    if ended == 0 { Ok(()) } else { Err(Failure::ended(ended)) }
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
        let at_hand = if is_own { None } else { token::at_hand(&session, &store, &view, &serving)? };
        let handed = match at_hand {
            Some(handed) => handed,
            None if is_own => context.wait(token::once(&session, &store, &serving, &narrowing))?,
            None => context.wait(token::live(&session, &store, &serving))?,
        };
        let repository = path.as_ref().or(args.narrow.repository());
        token::note(&session, &store, &view, &handed.connection, Purpose::Exec, repository);
        Ok::<_, Failure>((store, handed, is_own))
    };
    let (store, handed, is_own) = prepare().map_err(ours)?;
    let (program, arguments) = args.command.split_first().ok_or_else(|| ours(Failure::usage("no program is named")))?;
    let job = Job { program, arguments, variable: args.variable.as_deref(), mask: args.mask };
    if args.mask && context.env.text(env::name::GITHUB_ACTIONS) == Some("true") {
        // Its runner reads them on both streams, and stdout is the program's: somebody may be keeping it.
        for command in exec::mask_commands(&handed) {
            stderr_line(command.expose());
        }
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
        let failure = Failure::from(error);
        let code = if failure.kind() == Kind::NotFound { NOT_FOUND } else { CANNOT_RUN };
        failure.with_code(code)
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

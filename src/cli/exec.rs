//! `gitconn exec`: runs a program with a live token in its environment.

use std::ffi::OsString;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::narrow_args::NarrowArgs;
use crate::ops::exec::{self, Job};
use crate::ops::{Error, token};

/// Our own failure, before the program runs: the code that `env` and `timeout` have for it too.
const OURS: u8 = 125;
/// The program is there and cannot be run.
const CANNOT_RUN: u8 = 126;
/// There is no such program.
const NOT_FOUND: u8 = 127;

/// Run a program with a live token in its environment
///
/// It gets the variables that programs for the provider look for (`GH_TOKEN`, `GITHUB_TOKEN` and `GH_HOST`; `GITLAB_TOKEN` and `GITLAB_HOST`; for
/// an enterprise server `GH_ENTERPRISE_TOKEN`), and none of gitconn's own. Its exit code is given back; 125 is a failure of gitconn before it runs, 126 a
/// program that cannot be run, 127 one that is not there. Of a GitHub App, a token that was made for this call (--repo, --permission, --fresh) is revoked when
/// the program ends; the shared one stays.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn exec work -- gh pr list
  gitconn exec prod-app --repo acme-corp/site --permission contents=write -- ./release.sh")]
pub(super) struct Args {
    /// Name, beginning of an id, host, or address of a repository
    #[arg(value_name = "NAME|URL")]
    connection: String,
    #[command(flatten)]
    narrow: NarrowArgs,
    /// Put the token into this variable instead of the usual ones
    #[arg(long = "env", value_name = "VAR")]
    variable: Option<String>,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
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
        let (connection, path) = token::meant(&session, &view, &args.connection)?;
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
        token::note(&session, &store, &view, &handed.connection, path.as_ref().or(args.narrow.repository()));
        Ok::<_, Failure>((store, handed, is_own))
    };
    let (store, handed, is_own) = prepare().map_err(ours)?;
    let (program, arguments) = args.command.split_first().ok_or_else(|| ours(Failure::usage("no program is named")))?;
    let job = Job { program, arguments, variable: args.variable.as_deref() };
    let ended = context.attend(exec::run(&session, &handed, &job)).map_err(|failure| {
        let code = if failure.kind() == Kind::NotFound { NOT_FOUND } else { CANNOT_RUN };
        failure.with_code(code)
    });
    // It was made for this program alone; whatever became of that, nobody else is to have it.
    if is_own && let Err(failure) = context.wait(exec::revoke(&session, &store, &handed)) {
        failure.say("the token could not be revoked, and lives for up to an hour", context.out);
    }
    ended
}

//! `gitconn pull`: git's own pull, which asks nobody.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::branches;
use super::context::Context;
use super::failure::{Failure, Kind};
use crate::model::clean;
use crate::ops::clone::{self, Errand};
use crate::ops::{Error, Session, Store, token};

/// Pull checkouts with git, which gets its token from here
///
/// In each folder it is `git pull`, from wherever that pulls. Submodules get a token where they are of the same owner, and otherwise only where a route leads, or
/// where a GitHub App is installed on their owner. Of one folder git's own exit code is passed on; of several it is 8 if any could not be pulled.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn pull
  gitconn pull addons theme -- --ff-only")]
pub(super) struct Args {
    /// The checkouts; the one around us if left out
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Use this connection
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// What else `git pull` is to be told
    #[arg(last = true, value_name = "GIT ARGS")]
    more: Vec<OsString>,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    if let [] | [_] = args.folders.as_slice() {
        let folder = args.folders.first().map_or_else(|| Path::new("."), PathBuf::as_path);
        return match pull(args, folder, (&session, &store), context)? {
            0 => Ok(()),
            code => Err(Failure::ended(code)),
        };
    }
    let mut failed = Vec::new();
    for folder in &args.folders {
        let name = clean(&folder.to_string_lossy()).into_owned();
        context.out.note(&format!("pulling `{name}`"));
        match pull(args, folder, (&session, &store), context) {
            Ok(0) => {}
            Ok(_) => failed.push(name),
            Err(failure) if failure.kind() == Kind::Interrupted => return Err(failure),
            Err(failure) => {
                failure.say(&format!("`{name}`"), context.out);
                failed.push(name);
            }
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        failed => Err(Failure::new(
            Kind::Partial,
            format!("{} of {} could not be pulled: {}", failed.len(), args.folders.len(), failed.join(", ")),
        )),
    }
}

fn pull(args: &Args, folder: &Path, (session, store): (&Session<'_>, &Store), context: &Context<'_>) -> Result<u8, Failure> {
    let view = store.read().map_err(Error::from)?;
    let source = clone::pulled(session, &view, args.connection.as_deref(), folder).map_err(branches::which)?;
    if let Some(source) = &source {
        context.wait(token::ready(session, store, &view, &source.serving))?;
    }
    let hosts = clone::known(&view)?;
    drop(view);
    let mut arguments: Vec<OsString> = vec!["-C".into(), folder.as_os_str().to_owned(), "pull".into()];
    arguments.extend(context.is_quiet().then(|| "--quiet".into()));
    arguments.extend(args.more.iter().cloned());
    let errand = Errand { arguments, source: source.as_ref(), hosts, may_ask: context.prompt.is_allowed() };
    context.attend(clone::run(session, store, &errand))
}

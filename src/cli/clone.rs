//! `gitconn clone`: git's own clone, which asks nobody.

use std::ffi::OsString;
use std::path::PathBuf;

use super::branches;
use super::context::Context;
use super::failure::Failure;
use crate::ops::clone::{self, Errand};
use crate::ops::{Error, token};

/// Clone a repository with git, which gets its token from here
///
/// The checkout keeps the plain address and nothing else: no token, no user name, no setting. Submodules get a token where they are of the same owner, and
/// otherwise only where a route leads, or where a GitHub App is installed on their owner. git's own messages and exit code are passed on.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn clone acme-corp/odoo-custom-addons addons --branch main
  gitconn clone https://git.acme.com/group/site --recurse-submodules -- --filter blob:none")]
pub(super) struct Args {
    /// `owner/name`, or an address
    #[arg(value_name = "REPO")]
    repository: String,
    /// Where to; git's own choice if left out
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Use this connection
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// Check out this branch or tag
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Only so many commits
    #[arg(long, value_name = "N")]
    depth: Option<u32>,
    /// With submodules, and theirs
    #[arg(long)]
    recurse_submodules: bool,
    /// What else `git clone` is to be told
    #[arg(last = true, value_name = "GIT ARGS")]
    more: Vec<OsString>,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let view = store.read().map_err(Error::from)?;
    let source = clone::source(&session, &view, args.connection.as_deref(), &args.repository).map_err(branches::which)?;
    // Whoever waits for git should hear from us, and before it begins, that there is no token.
    context.wait(token::ready(&session, &store, &view, &source.serving))?;
    let hosts = clone::known(&view)?;
    drop(view);
    let mut arguments: Vec<OsString> = vec!["clone".into()];
    arguments.extend(context.is_quiet().then(|| "--quiet".into()));
    arguments.extend(args.branch.iter().map(|branch| format!("--branch={branch}").into()));
    arguments.extend(args.depth.map(|depth| format!("--depth={depth}").into()));
    arguments.extend(args.recurse_submodules.then(|| "--recurse-submodules".into()));
    arguments.extend(args.more.iter().cloned());
    arguments.extend(["--".into(), source.address.clone().into()]);
    arguments.extend(args.folder.iter().map(|folder| folder.clone().into_os_string()));
    let errand = Errand { arguments, source: Some(&source), hosts, may_ask: context.prompt.is_allowed() };
    match context.attend(clone::run(&session, &store, &errand))? {
        0 => Ok(()),
        code => Err(Failure::ended(code)),
    }
}

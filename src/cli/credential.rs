//! `gitconn credential`: what git asks for a user name and a password. git reads stdout, and nobody types here: there is one line on stderr at most.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use zeroize::Zeroizing;

use super::context::Context;
use super::failure::Failure;
use super::out::stderr_line;
use crate::env::Env;
use crate::model::{HostUrl, Purpose};
use crate::ops::{credential, token};

/// Answer git when it asks for a credential (`gitconn setup-git` tells git to)
///
/// git writes what it asks about to stdin: see git-credential(1). A connection answers for exactly its own scheme, host, port and path root. `get` hands out a live
/// token, `store` does nothing, `erase` notes that git was refused. Whatever else git asks is ignored.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  printf 'protocol=https\\nhost=github.com\\npath=acme/site.git\\n\\n' | gitconn credential get")]
pub(super) struct Args {
    /// What git wants: get, store, erase or capability
    operation: OsString,
    /// Answer for this one address, from --from-env; no store and no settings are read (what `exec` tells git)
    #[arg(long, value_name = "URL", requires = "variable", value_parser = HostUrl::parse)]
    origin: Option<HostUrl>,
    /// The variable that holds the token for --origin
    #[arg(long = "from-env", id = "variable", value_name = "VAR", requires = "origin")]
    variable: Option<String>,
    /// Ask at this socket; no store and no settings are read (what `clone` and `pull` tell git)
    #[arg(long, value_name = "SOCKET", conflicts_with = "origin")]
    desk: Option<PathBuf>,
    /// The user name to answer with it
    #[arg(long, value_name = "NAME", requires = "origin", default_value = "x-access-token")]
    username: String,
}

/// What is asked.
enum Operation {
    Get,
    Erase,
    Capability,
    /// What needs nothing done, and what a later git may ask.
    Other,
}

impl Args {
    fn operation(&self) -> Operation {
        match self.operation.to_str() {
            Some("get") => Operation::Get,
            Some("erase") => Operation::Erase,
            Some("capability") => Operation::Capability,
            _ => Operation::Other,
        }
    }
}

/// Does what wants neither settings nor a store: whatever is wrong with those, git does not hear of it then. `None` for everything else.
pub(super) fn without_settings(args: &Args, env: &Env) -> Option<ExitCode> {
    if let (Some(desk), Operation::Get | Operation::Erase) = (&args.desk, args.operation()) {
        let answer = asked().and_then(|input| credential::at_desk(desk, &args.operation.to_string_lossy(), &input));
        return Some(answer.map_or(ExitCode::SUCCESS, |text| super::out::write(&text)));
    }
    let text = match (args.operation(), &args.origin, &args.variable) {
        (Operation::Capability, ..) => Some(Zeroizing::new(credential::CAPABILITIES.to_owned())),
        (Operation::Get, Some(origin), Some(variable)) => asked()
            .and_then(|input| credential::read(&input))
            .and_then(|request| credential::from_variable(env, &request, origin, variable, &args.username)),
        (Operation::Other, ..) | (Operation::Erase, Some(_), _) => {
            // A git that writes to nobody may take it for a failure.
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            None
        }
        (Operation::Get | Operation::Erase, ..) => return None,
    };
    text.map_or(Some(ExitCode::SUCCESS), |text| Some(super::out::write(&text)))
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let Some(request) = asked().and_then(|input| credential::read(&input)) else { return Ok(()) };
    let done = match args.operation() {
        Operation::Get => return get(&request, context),
        Operation::Erase if credential::may_be_ours(&request) => erase(&request, context),
        Operation::Erase | Operation::Capability | Operation::Other => Ok(()),
    };
    // That git was refused it says itself. What could not be noted, nobody waits for.
    if let Err(failure) = done {
        tracing::debug!(why = failure.in_full(), "the refusal was not noted");
    }
    Ok(())
}

/// Hands out a token, or says in one line why not. The exit code is for whoever calls this without git, which does not look at it.
fn get(request: &credential::Request, context: &Context<'_>) -> Result<(), Failure> {
    match answered(request, context) {
        Ok(()) => Ok(()),
        Err(failure) => {
            stderr_line(&failure.in_one_line());
            if context.config.ends_gits_search() {
                context.out.raw(credential::QUIT)?;
            }
            Err(failure.that_was_said())
        }
    }
}

fn answered(request: &credential::Request, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let view = store.read().map_err(crate::ops::Error::from)?;
    let Some((serving, path)) = credential::meant(&session, &view, request)? else { return Ok(()) };
    let handed = token::handed((&session, &store, &view), &serving, None, |work| context.wait(work))?;
    let Some(text) = credential::answer(&session, &handed, request)? else { return Ok(()) };
    context.out.raw(&text)?;
    token::note(&session, &store, &view, &handed.connection, Purpose::Git, path.as_ref());
    Ok(())
}

fn erase(request: &credential::Request, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    credential::refused(&session, &session.store()?, request)?;
    Ok(())
}

/// What git writes; `None` where it is more than git ever would.
fn asked() -> Option<Zeroizing<Vec<u8>>> {
    // As large as it can become, so that it does not move and leave a password behind.
    let mut input = Zeroizing::new(Vec::with_capacity(1 << 16));
    let read = std::io::stdin().lock().take(credential::LONGEST_REQUEST + 1).read_to_end(&mut input).ok()?;
    (read as u64 <= credential::LONGEST_REQUEST).then_some(input)
}

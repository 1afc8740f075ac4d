//! `gitconn check`: what stands between a connection and a repository, step by step.

mod view;

use super::branches;
use super::context::Context;
use super::failure::Failure;
use super::storeless::{StorelessArgs, WhereArgs};
use crate::model::clean;
use crate::ops::check::{self, Step, Wanted};
use crate::ops::{Error, ProviderError, checkout};

/// Check step by step whether a repository can be used: connection, token, read access, branches
///
/// The steps go in their order, and the first that fails is the last. Exit code 0 if all is well, 3 if the repository or a branch is not there (or hidden: the answer tells what is
/// likely for this kind of token), 4 if the connection is disabled, its token refused, or it may not push, 6 if it could not be found out. Changes nothing.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// `owner/name`, or an address; the checkout's `origin` if left out
    #[arg(value_name = "REPO")]
    repository: Option<String>,
    /// Use this connection
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// Of a GitHub App, ask only with its installation on the repository's owner; always so with --write
    #[arg(long)]
    strict: bool,
    /// This branch has to exist
    #[arg(long, value_name = "BRANCH", value_parser = parse_branch)]
    branch: Option<String>,
    /// The token has to be let in for a push. Nothing is pushed, and rules of a branch may still refuse one
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    storeless: StorelessArgs,
    #[command(flatten)]
    place: WhereArgs,
}

/// A branch's name as git allows it (`git check-ref-format --branch`): anything else would be looked for under another address than it has. `refs/heads/main`, as pipelines
/// have it in their environment, is `main`.
fn parse_branch(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("refs/heads/").unwrap_or(text);
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none();
    let is_odd = |character: char| character.is_control() || " ~^:?*[\\".contains(character);
    let sound = name.split('/').all(is_part)
        && !name.contains(is_odd)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.starts_with('-')
        && !name.ends_with('.')
        && name != "@";
    if sound { Ok(name.to_owned()) } else { Err("git allows no branch of this name".to_owned()) }
}

pub(in crate::cli) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    look(args, context).map_err(|failure| args.storeless.spoken(failure))
}

fn look(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let remote = checkout::remote(args.repository.as_deref())?;
    let of_a_store = [("--connection", args.connection.is_some()), ("--strict", args.strict)];
    let place = (args.place.provider, args.place.host.as_deref());
    let backing = args.storeless.backing(place, &of_a_store, context)?;
    context.progress.begin(&format!("asking about {}", clean(&remote.describe())));
    let wanted = Wanted {
        remote: &remote,
        connection: args.connection.as_deref(),
        strict: args.strict,
        branch: args.branch.as_deref(),
        write: args.write,
    };
    let report = context.wait(async { Ok(check::check(&*backing, &wanted).await) })?.map_err(branches::which)?;
    let mut report = report;
    let stopped = report.stopped.take().map(|(step, error)| {
        let is_refusal = matches!(&error, Error::Provider(ProviderError::Refused { verdict, .. }) if verdict.is_dead());
        let failure = Failure::from(error);
        match &report.serving {
            // A token from the environment is its pipeline's to replace.
            Some(serving) if step == Step::Token && is_refusal && !args.storeless.is_given() => {
                (step, failure.replace(&serving.connection))
            }
            _ => (step, failure),
        }
    });
    context.out.data(&view::of(&report, args, stopped.as_ref(), context))?;
    // The line of the step has said what and why.
    stopped.map_or(Ok(()), |(_, failure)| Err(failure.shown()))
}

#[cfg(test)]
mod tests {
    use super::parse_branch;

    #[test]
    fn a_branch_is_named_as_git_allows() {
        for name in ["main", "release/18.0", "feature/a-b_c", "ü", "a@b", "x.locked"] {
            assert_eq!(parse_branch(name).unwrap(), name);
        }
        assert_eq!(parse_branch("refs/heads/release/18").unwrap(), "release/18");
        for name in [
            "", "/", "a//b", "/a", "a/", "..", "a/../b", "a..b", ".a", "a/.b", "a.", "a.lock", "-a", "@", "a@{1}", "a b", "a:b",
            "a\\b", "a?b", "a\nb",
        ] {
            assert!(parse_branch(name).is_err(), "{name:?}");
        }
    }
}

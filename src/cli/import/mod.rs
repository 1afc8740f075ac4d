//! `gitconn import`: takes in what other programs keep in plain sight, and takes it out of where it stood.

mod view;

use self::view::{Found, Row};
use super::context::Context;
use super::failure::{Failure, Kind};
use super::{store, words};
use crate::model::{plural, shell_word};
use crate::ops::import::{self, Candidate, Fate, Source, Spot, Survey};
use crate::ops::{Error, Session, Store, setup_git};

/// Take in the tokens that other programs keep: gh, glab, git's credential store, netrc
///
/// Shows what was found and where, never a token. Each is checked with the host that it was kept for, and with no other, and stored. A token that a connection
/// has already is not stored again. With --delete-source, or after a question on a terminal, what is stored is taken out of where it stood; everything else
/// there stays as it is, byte for byte, and the place is read again.
///
/// Exit code 0 if nothing stands in the way, 8 if some of several failed, else that of the one failure.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn import --all --dry-run
  gitconn import gh
  gitconn import git-credentials netrc --delete-source")]
pub(super) struct Args {
    /// What to look through
    #[arg(value_name = "SOURCE", conflicts_with = "all")]
    sources: Vec<Origin>,
    /// Look through all of them
    #[arg(long)]
    all: bool,
    /// Show what was found, and what would become of it
    #[arg(long)]
    dry_run: bool,
    /// Store without asking the providers: the status is `pending`
    #[arg(long)]
    offline: bool,
    /// Take what is stored out of where it stood, without a question
    #[arg(long, conflicts_with = "dry_run")]
    delete_source: bool,
    /// A word to find the new connections by; may be given several times
    #[arg(long = "tag", value_name = "TAG", value_parser = words::parse_tag)]
    tags: Vec<String>,
}

/// A source, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Origin {
    /// GitHub's command line: hosts.yml and the keyring
    Gh,
    /// GitLab's command line: config.yml and the keyring
    Glab,
    /// What `git credential-store` keeps, in its usual files and those that git's settings name
    GitCredentials,
    /// `.netrc`, as curl and git read it
    Netrc,
}

impl From<Origin> for Source {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Gh => Self::Gh,
            Origin::Glab => Self::Glab,
            Origin::GitCredentials => Self::GitCredentials,
            Origin::Netrc => Self::Netrc,
        }
    }
}

impl Args {
    /// In the order in which one token in two places belongs to the first.
    fn sources(&self) -> Vec<Source> {
        let is_meant = |source: &Source| self.all || self.sources.iter().any(|typed| Source::from(*typed) == *source);
        Source::ALL.into_iter().filter(is_meant).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    if args.sources().is_empty() {
        let known = Source::ALL.map(Source::id).join(", ");
        return Err(Failure::usage(format!("which of {known} is to be looked through, or --all of them"))
            .hint("gitconn import --all --dry-run"));
    }
    let session = context.session()?;
    let has_store = session.place().header().map_err(Error::from)?.is_some();
    let store = match (has_store, args.dry_run) {
        (false, _) => None,
        (true, true) => Some(session.store()?),
        (true, false) => Some(session.writer()?),
    };
    context.progress.begin("looking for tokens");
    let survey = context.wait(import::survey(&session, store.as_ref(), &args.sources(), args.offline))?;
    if survey.candidates.is_empty() && survey.unread.is_empty() {
        context.out.note(match survey.files {
            0 => "none of their files are here",
            _ => "no token is there",
        });
    }
    let mut found = Found::new(&survey, args.dry_run);
    if args.dry_run {
        return end(&found, context);
    }
    let Survey { mut candidates, .. } = survey;
    let store = match store {
        None if !candidates.iter().any(|candidate| matches!(candidate.fate, Fate::New)) => return end(&found, context),
        None => store::open_or_make(&session, context)?,
        Some(store) => store,
    };
    take_in(args, (&session, &store), &mut candidates, &mut found.rows, context)?;
    take_out(args, &store, &candidates, &mut found.rows, context)?;
    end(&found, context)
}

/// Checks and stores what is new.
fn take_in(
    args: &Args,
    (session, store): (&Session<'_>, &Store),
    candidates: &mut [Candidate],
    rows: &mut [Row],
    context: &Context<'_>,
) -> Result<(), Failure> {
    let count = candidates.iter().filter(|candidate| matches!(candidate.fate, Fate::New)).count();
    if count == 0 {
        return Ok(());
    }
    if !args.offline {
        let message = format!("asking about {}", plural(u64::try_from(count).unwrap_or(u64::MAX), "token"));
        context.progress.begin_many(&message, count);
    }
    let step = |done| context.progress.step(done);
    let (carried, durable) = context.wait(import::carry(session, store, candidates, &args.tags, step))?;
    for import::Carried { at, result } in carried {
        match result {
            Ok((connection, warnings)) => {
                for warning in &warnings {
                    context.out.warn(&format!("`{}`: {}", connection.name, warning.text));
                }
                rows[at].is_stored(&connection);
            }
            Err(error) => rows[at].has_failed(&error.into()),
        }
    }
    store::say_durability(durable, context);
    Ok(())
}

/// Takes what the store has out of where it stood, if that is wanted.
fn take_out(
    args: &Args,
    store: &Store,
    candidates: &[Candidate],
    rows: &mut [Row],
    context: &Context<'_>,
) -> Result<(), Failure> {
    let at: Vec<usize> = (0..candidates.len()).filter(|at| rows[*at].is_kept()).collect();
    let kept: Vec<&Candidate> = at.iter().map(|at| &candidates[*at]).collect();
    if kept.is_empty() {
        return Ok(());
    }
    if args.delete_source || context.prompt.is_allowed() {
        say_unasked(&kept, context);
    }
    if !args.delete_source {
        if !context.prompt.is_allowed() {
            context.out.note("the tokens still stand where they were found");
            context.out.hint(&format!("gitconn import {} --delete-source", said(args)));
            return Ok(());
        }
        for row in &*rows {
            if let Some(sentence) = row.sentence() {
                context.out.note(&sentence);
            }
        }
        let question = format!("take {} out of {}?", them(kept.len()), places(&kept));
        if !context.prompt.confirm(&question, "--delete-source")? {
            return Ok(());
        }
    }
    for deleted in import::delete(store, &kept)? {
        rows[at[deleted.whose]].is_deleted(&deleted);
    }
    if let Some(name) = rows.iter().find(|row| row.is_gone_from(Source::Gh)).and_then(Row::name) {
        context.out.note("gh has no token of its own there now");
        context.out.hint(&format!("gitconn exec {} -- gh auth status   # gives it one", shell_word(name)));
    }
    Ok(())
}

/// What git reads by itself it does not find any more: who has not set it up yet is told before.
fn say_unasked(kept: &[&Candidate], context: &Context<'_>) {
    let of_git = kept.iter().filter(|candidate| matches!(candidate.source, Source::GitCredentials | Source::Netrc));
    let mut unasked: Vec<String> = of_git
        .filter_map(|candidate| candidate.host.as_ref())
        .filter(|host| !setup_git::is_asked(host))
        .map(ToString::to_string)
        .collect();
    unasked.sort();
    unasked.dedup();
    if !unasked.is_empty() {
        context.out.note(&format!(
            "git does not ask gitconn yet for {}, and finds no password there once it is gone",
            unasked.join(", ")
        ));
        context.out.hint("gitconn setup-git");
    }
}

fn them(count: usize) -> String {
    if count == 1 { "it".to_owned() } else { format!("these {count}") }
}

/// What was typed, once more.
fn said(args: &Args) -> String {
    if args.all {
        return "--all".to_owned();
    }
    args.sources().into_iter().map(Source::id).collect::<Vec<_>>().join(" ")
}

/// The files, and the keyring, without doubles.
fn places(candidates: &[&Candidate]) -> String {
    let mut places: Vec<String> = Vec::new();
    for spot in candidates.iter().flat_map(|candidate| &candidate.spots) {
        let place = match spot {
            Spot::File { path, .. } => format!("`{}`", view::shown(path)),
            Spot::Keyring { .. } => "the keyring".to_owned(),
            Spot::Gh { .. } => continue,
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.join(", ")
}

/// Shows it; what failed decides about the exit code.
fn end(found: &Found, context: &Context<'_>) -> Result<(), Failure> {
    context.out.data(found)?;
    let hints = found.hints();
    let kinds = found.failures();
    let kind = match kinds.as_slice() {
        [] => {
            hints.iter().take(2).for_each(|hint| context.out.hint(hint));
            return Ok(());
        }
        [kind, rest @ ..] if !found.has_kept() && rest.iter().all(|other| other == kind) => *kind,
        _ => Kind::Partial,
    };
    let message = match found.troubles().as_slice() {
        [only] => only.clone(),
        [first, rest @ ..] => format!("{first}; and {} more", rest.len()),
        [] => "some of it failed".to_owned(),
    };
    Err(hints.into_iter().take(2).fold(Failure::new(kind, message), Failure::hint))
}

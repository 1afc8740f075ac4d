//! `gitconn validate`: does each credential still work?

mod view;

use self::view::{ResultView, Results, Unchecked};
use super::context::Context;
use super::due_args::DueArgs;
use super::failure::{Failure, Kind};
use super::filter::FilterArgs;
use super::out::Format;
use super::storeless::StorelessArgs;
use super::words;
use crate::model::{Due, Verdict, shell_word};
use crate::ops::Error;
use crate::ops::backing::Backing;
use crate::ops::changes::Change;
use crate::ops::validate::{self, Checked};

/// Check now whether credentials still work: all enabled ones by default, side by side
///
/// Exit code 0 if all work, 4 if one is refused, 6 if none is refused but one could not be checked. A network fault never counts against a
/// credential. 5 if a login could not be renewed because this store is a copy, or cannot be saved. With --expiring-within or --older-than all are checked as
/// without, and the exit code is 9 if all work but something is due. With --changed it is 9 if something changed, else 6 if something could not be checked, else 0: what was
/// refused before and still is was reported then.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names, or the beginnings of ids
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    due: DueArgs,
    /// Change nothing in the store
    #[arg(long)]
    no_save: bool,
    /// Report only what is not as it was when it was last checked. Exit code 9 if something is
    #[arg(long, conflicts_with_all = ["expiring_within", "older_than"])]
    changed: bool,
    #[command(flatten)]
    storeless: StorelessArgs,
}

pub(super) fn run(args: &Args, only_test: bool, context: &Context<'_>) -> Result<(), Failure> {
    validate(args, only_test, context).map_err(|failure| args.storeless.spoken(failure))
}

fn validate(args: &Args, only_test: bool, context: &Context<'_>) -> Result<(), Failure> {
    let of_a_store = [("NAME", !args.names.is_empty()), ("--tag", !args.filter.tags.is_empty()), ("--changed", args.changed)];
    let place = (args.filter.provider, args.filter.host.as_deref());
    let backing = args.storeless.backing(place, &of_a_store, context)?;
    let connections = backing.several(&args.names, &args.filter.filter(None))?;
    let count = connections.len();
    let message = format!("asking about {}", words::plural(u64::try_from(count).unwrap_or(u64::MAX), "connection"));
    context.progress.begin_many(&message, count);
    let checked = context.wait(async { validate::check(&*backing, connections, |done| context.progress.step(done)).await })?;
    let unsaved = if args.no_save || only_test { None } else { keep(&*backing, &checked, context) };
    let due = due(args, &checked, context);
    let changes = if args.changed { Some(changes(&*backing, &checked)?) } else { None };
    show(args, (&checked, &due), changes.as_deref(), context)?;
    for Checked { connection, seen, .. } in &checked {
        // A good key is not all that an app needs: who validates before a deployment wants to hear of that now.
        if !args.changed && seen.as_ref().is_some_and(|seen| seen.installations.iter().all(|one| one.suspended_at.is_some())) {
            let name = &connection.name;
            context.out.warn(&format!("`{name}` can do nothing now: it is installed nowhere, or suspended wherever it is"));
            context.out.hint(&format!("gitconn installations list {}", shell_word(name.as_str())));
        }
    }
    let is_news = |at: usize| changes.as_ref().is_none_or(|changes| changes[at].is_some());
    let pointed = checked.iter().enumerate().filter(|(at, _)| is_news(*at)).map(|(_, checked)| checked);
    point_to_help(pointed, args.storeless.is_given(), context);
    let is_due = args.due.is_given() && due.iter().any(Option::is_some);
    if is_due {
        say_due(&checked, &due, context);
    }
    let unsaved = unsaved.map(Failure::from);
    if let Some(failure) = &unsaved {
        failure.say("what was found could not be kept", context.out);
    }
    let is_changed = changes.is_some_and(|changes| changes.iter().any(Option::is_some));
    let verdicts: Vec<Verdict> = checked.iter().map(|checked| checked.probe.verdict).collect();
    // What is wrong with a credential counts more than that it could not be written down.
    let obstacle = checked.into_iter().find_map(|checked| checked.obstacle).map(Failure::from);
    if is_changed {
        Err(Failure::said(Kind::Due))
    } else if !args.changed && verdicts.iter().any(|verdict| verdict.is_refusal()) {
        Err(Failure::said(Kind::Refused))
    } else if let Some(obstacle) = obstacle {
        // A copy of the store, a store that cannot be saved: another time will not do.
        if let Some(hint) = obstacle.first_hint() {
            context.out.hint(&hint);
        }
        Err(Failure::said(obstacle.kind()))
    } else if verdicts.iter().any(|verdict| verdict.is_unknown()) {
        Err(Failure::said(Kind::Unavailable))
    } else {
        let kind = unsaved.map(|failure| failure.kind()).or(is_due.then_some(Kind::Due));
        kind.map_or(Ok(()), |kind| Err(Failure::said(kind)))
    }
}

/// Keeps what was found, where there is a store. What stands in the way of that is no reason not to show it (a read-only pipeline).
fn keep(backing: &dyn Backing, checked: &[Checked], context: &Context<'_>) -> Option<Error> {
    let store = backing.store()?;
    if store.is_reader() {
        context.out.note("what is found is not kept: this key reads the store and does not write it");
        return None;
    }
    match validate::save(store, &context.stamp(), checked) {
        Ok(durable) => {
            crate::cli::store::say_durability(durable, context);
            None
        }
        // Mostly by intention: the exit code is that of what was found.
        Err(Error::Store(error)) if error.is_read_only() => {
            context.out.note("what is found is not kept: the store is read-only here");
            None
        }
        Err(error) => Some(error),
    }
}

/// Of each that was checked, what is not as it was.
fn changes(backing: &dyn Backing, checked: &[Checked]) -> Result<Vec<Option<Change>>, Failure> {
    Ok(checked.iter().map(|checked| backing.change(checked)).collect::<Result<_, _>>()?)
}

/// Of each that was checked, whether it is due by what is known of it now. One that was named is asked about even if it is disabled.
fn due(args: &Args, checked: &[Checked], context: &Context<'_>) -> Vec<Option<Due>> {
    let (spans, stamp) = (args.due.spans(context.config), context.stamp());
    checked.iter().map(|checked| spans.due(&checked.after(&stamp), stamp.at)).collect()
}

/// Which of those that work are due, each with the command that mends it. What does not work has its own words.
fn say_due(checked: &[Checked], due: &[Option<Due>], context: &Context<'_>) {
    for (Checked { connection, probe, .. }, due) in checked.iter().zip(due) {
        if let (Verdict::Valid, Some(due)) = (probe.verdict, due) {
            context.out.note(&format!("{}: {}", due.in_words(connection, context.env.now()), due.remedy(connection)));
        }
    }
}

fn show(
    args: &Args,
    (checked, due): (&[Checked], &[Option<Due>]),
    changes: Option<&[Option<Change>]>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let is_stored = !args.storeless.is_given();
    let all = checked.iter().zip(due).map(|(checked, due)| ResultView::new(checked, *due, is_stored));
    let Some(changes) = changes else {
        let mut results: Vec<ResultView> = all.collect();
        if context.out.format() == Format::Json
            && (args.names.len() == 1 || !is_stored)
            && results.len() == 1
            && let Some(result) = results.pop()
        {
            let text = serde_json::to_string(&result).map_err(Failure::bug)?;
            return context.out.raw(&(text + "\n"));
        }
        return context.out.data(&Results { results, unchecked: None });
    };
    let results = all.zip(changes).filter_map(|(result, change)| change.as_ref().map(|change| result.changed(change))).collect();
    let unchecked: Vec<Unchecked> = checked.iter().filter_map(Unchecked::of).collect();
    if context.out.format() != Format::Json {
        for one in &unchecked {
            context.out.missing(&one.line());
        }
    }
    context.out.data(&Results { results, unchecked: Some(unchecked) })
}

/// At most two things to do, the most pressing first.
fn point_to_help<'a>(checked: impl Iterator<Item = &'a Checked>, is_loose: bool, context: &Context<'_>) {
    let mut hints = Vec::new();
    for Checked { connection, probe, is_login, .. } in checked {
        let name = shell_word(connection.name.as_str()).into_owned();
        match (probe.verdict, &probe.mend_url) {
            (_, Some(url)) => hints.push(crate::cli::failure::open(url)),
            // A token from the environment is its pipeline's to replace.
            _ if is_loose => {}
            (Verdict::Expired | Verdict::Revoked | Verdict::Invalid, None) if *is_login => {
                hints.push(format!("gitconn connect --reauth {name}   # logs in again"));
            }
            (Verdict::Expired | Verdict::Revoked | Verdict::Invalid, None) => {
                hints.push(format!("gitconn rotate {name}   # a new token in its place"));
            }
            _ => {}
        }
    }
    for hint in hints.iter().take(2) {
        context.out.hint(hint);
    }
}

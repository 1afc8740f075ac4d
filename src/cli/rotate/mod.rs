//! `gitconn rotate`: new tokens in the place of old ones. What needs nobody goes first and side by side; then whoever is at the terminal is led through the rest.

mod args;
mod person;
mod plans;
mod view;

pub(super) use self::args::Args;

use self::person::Led;
use self::plans::{Planned, Plans};
use self::view::{Row, Rows};
use super::context::Context;
use super::failure::{Failure, Kind};
use super::words;
use crate::model::{Connection, clean, shell_word};
use crate::ops::rotate::{self, Fate, Order, Outcome, Plan};
use crate::ops::{Error, Session, Store};

/// One connection and how it goes with it; or why it cannot.
type Intended = (Connection, Result<Plan, Error>);

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    args.check()?;
    let session = context.session()?;
    let store = session.store()?;
    let order = args.order(context.env.now())?;
    let mut intended = intended(args, &session, &store, &order, context)?;
    if intended.is_empty() {
        context.out.note(args.nothing());
    }
    if args.dry_run {
        let plans = intended.iter().map(|(connection, plan)| Planned::of(connection, plan, &order)).collect();
        return context.out.data(&Plans { plans });
    }
    if intended.is_empty() {
        return context.out.data(&Rows { rotations: Vec::new() });
    }
    // What was typed for one connection is an error like any other.
    if let [(_, Err(_))] = intended.as_slice()
        && let Some((_, Err(error))) = intended.pop()
    {
        return Err(error.into());
    }
    for (connection, plan) in &intended {
        if let Ok(plan) = plan
            && !plan.twins.is_empty()
        {
            say_twins(connection, &plan.twins, &intended, context);
        }
    }
    let compromised: Vec<Connection> = intended.iter().filter(|_| args.compromised).map(|(one, _)| one.clone()).collect();
    let (rows, interrupted) = carry_out(args, (&session, &store), &order, intended, context)?;
    let ended = if rows.is_empty() && interrupted.is_some() { Ok(()) } else { end(args, rows, context) };
    for connection in &compromised {
        say_what_to_look_at(connection, context);
    }
    interrupted.map_or(ended, Err)
}

/// Who else holds the token; and that those who are not rotated here, and have somebody to tell, have that left to do.
fn say_twins(connection: &Connection, twins: &[Connection], intended: &[Intended], context: &Context<'_>) {
    let names: Vec<&str> = twins.iter().map(|twin| twin.name.as_str()).collect();
    let is_intended = |twin: &Connection| intended.iter().any(|(other, _)| other.id == twin.id);
    let has_to_tell = twins.iter().any(|twin| twin.hook.is_some() && !is_intended(twin));
    let left = if has_to_tell { " (what their hooks have to tell: gitconn rotate --resume)" } else { "" };
    let names = names.join(", ");
    context.out.note(&format!(
        "`{}`: the same token is held by {}, and so will the new one be{left}",
        connection.name,
        clean(&names)
    ));
}

/// Which connections, and how it goes with each.
fn intended(
    args: &Args,
    session: &Session<'_>,
    store: &Store,
    order: &Order,
    context: &Context<'_>,
) -> Result<Vec<Intended>, Failure> {
    let view = store.read().map_err(Error::from)?;
    let chosen = if args.resume {
        rotate::unfinished(store, &view, &args.names)?
    } else {
        rotate::choose(&view, &args.chosen(context.config), context.env.now())?
    };
    let is_handed_over = args.is_handed_over();
    if is_handed_over && chosen.len() != 1 {
        return Err(Failure::usage("a token takes the place of one connection's: name one"));
    }
    let plan = |connection: Connection| {
        let plan = rotate::plan(session, &view, connection.clone(), order, is_handed_over);
        (connection, plan)
    };
    Ok(chosen.into_iter().map(plan).collect())
}

/// First what needs nobody, side by side; then one after another what needs a person. What was done, and whether somebody gave up in between.
fn carry_out(
    args: &Args,
    (session, store): (&Session<'_>, &Store),
    order: &Order,
    intended: Vec<Intended>,
    context: &Context<'_>,
) -> Result<(Vec<Row>, Option<Failure>), Failure> {
    let mut rows: Vec<(usize, Row)> = Vec::with_capacity(intended.len());
    let (mut automatic, mut led) = (Vec::new(), Vec::new());
    for (position, (connection, plan)) in intended.into_iter().enumerate() {
        match plan {
            Ok(plan) if plan.is_automatic(order) => automatic.push((position, plan)),
            Ok(plan) => led.push((position, plan)),
            Err(error) => rows.push((position, Row::failed(&connection, error.into()))),
        }
    }
    let (places, plans): (Vec<usize>, Vec<Plan>) = automatic.into_iter().unzip();
    let led_by = Led { args, session, store, order, context };
    if !plans.is_empty() {
        let count = words::plural(u64::try_from(plans.len()).unwrap_or(u64::MAX), "connection");
        context.progress.begin_many(&format!("rotating {count}"), plans.len());
        let outcomes =
            context.wait(async { Ok(rotate::run(session, store, &plans, order, |done| context.progress.step(done)).await) });
        let outcomes = outcomes.map_err(|failure| match failure.kind() {
            Kind::Interrupted => failure.hint("gitconn rotate --resume   # finishes what was begun, and says what became of it"),
            _ => failure,
        })?;
        for ((position, plan), outcome) in places.into_iter().zip(&plans).zip(outcomes) {
            rows.push((position, settled(&led_by, plan, outcome)));
        }
    }
    let mut interrupted = None;
    for (position, plan) in led {
        let row = match led_by.rotate(&plan) {
            Ok(row) => row,
            // Whoever gives up is not asked about the next one; what was done stays.
            Err(failure) if failure.kind() == Kind::Interrupted => {
                interrupted = Some(failure);
                break;
            }
            Err(failure) => Row::failed(&plan.connection, failure),
        };
        rows.push((position, row));
    }
    rows.sort_by_key(|(position, _)| *position);
    Ok((rows.into_iter().map(|(_, row)| row).collect(), interrupted))
}

/// What came of one that needed nobody. Whether an old token dies that a person is to decide about is asked now.
fn settled(led: &Led<'_, '_>, plan: &Plan, outcome: Outcome) -> Row {
    let old = &plan.connection;
    match outcome {
        Outcome::Rotated(finished) => Row::finished(old, *finished, "rotated"),
        Outcome::Told(finished) => Row::finished(old, *finished, "renewed"),
        Outcome::Resumed(mut finished) => {
            if let Fate::Undecided = finished.fate {
                finished.fate = led.decide(&finished.connection);
            }
            let row = Row::finished(old, *finished, "resumed");
            if led.args.resume { row } else { row.with_warnings(vec![Row::only_finished(old)]) }
        }
        Outcome::Renewed(connection) => Row::renewed(old, &connection),
        Outcome::DidNotHappen(connection) => Row::did_not_happen(&connection),
        Outcome::Elsewhere(connection) => Row::elsewhere(&connection),
        Outcome::Failed(error) => Row::failed(old, (*error).into()),
    }
}

/// Whoever had the token may have used it: where that shows.
fn say_what_to_look_at(connection: &Connection, context: &Context<'_>) {
    let name = shell_word(connection.name.as_str());
    context.out.note(&format!(
        "`{}`: look for what was not you: other tokens, deploy keys, SSH keys and webhooks at {}; and what it was used for here:",
        connection.name, connection.host
    ));
    context.out.hint(&format!("gitconn audit list --connection {name} --kind used --limit 0"));
}

/// The summary, and the exit code.
fn end(args: &Args, mut rows: Vec<Row>, context: &Context<'_>) -> Result<(), Failure> {
    let is_named = args.names.len() == 1 || args.is_handed_over();
    let is_one = rows.len() == 1;
    if is_one && is_named && rows.first().is_some_and(Row::has_done_nothing) {
        return match rows.pop().and_then(Row::into_failure) {
            Some(failure) => Err(failure),
            None => Ok(()),
        };
    }
    for warning in rows.iter().flat_map(|row| &row.warnings) {
        context.out.warn(warning);
    }
    let hints: Vec<String> = rows.iter().filter_map(Row::hint).take(2).collect();
    let kinds: Vec<Kind> = rows.iter().filter_map(Row::failure_kind).collect();
    if rows.len() > 1 {
        context.out.note(&view::summary(&rows));
    }
    context.out.data(&Rows { rotations: rows })?;
    for hint in hints {
        context.out.hint(&hint);
    }
    match kinds.as_slice() {
        [] => Ok(()),
        [kind, ..] if is_one => Err(Failure::said(*kind)),
        _ => Err(Failure::said(Kind::Partial)),
    }
}

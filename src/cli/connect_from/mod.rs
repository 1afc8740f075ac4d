//! `gitconn connect --from FILE`: many connections at once. All rows are looked at before anybody is asked about one.

mod rows;
mod view;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use self::rows::Row;
use self::view::{Outcome, Results};
use super::context::Context;
use super::failure::{Failure, Kind};
use super::store;
use super::token_input;
use crate::model::{Connection, clean, plural};
use crate::ops::connect::Plan;
use crate::ops::connect_many::{self, Kept, Wanted};
use crate::ops::{Error, HostOptions, Said, Session};
use crate::secret::Secret;

/// More than any list of connections has, in bytes.
const LIMIT: u64 = 4 * 1024 * 1024;
/// So many faults are named.
const ENOUGH: usize = 20;

/// A row that cannot be done, and how messages name it.
struct Wrong {
    row: String,
    why: Failure,
}

/// A row whose words are sound, and its token.
struct Ready {
    plan: Plan,
    token: Secret,
}

pub(super) fn run(file: &Path, offline: bool, session: &Session<'_>, context: &Context<'_>) -> Result<(), Failure> {
    let text = read(file)?;
    let rows = rows::parse(&text).map_err(|why| Failure::usage(format!("`{}`: {why}", shown(file))))?;
    if rows.is_empty() {
        return Err(Failure::usage(format!("`{}` names no connection", shown(file))).hint("gitconn help connect"));
    }
    // What a row names lies where the list lies.
    let folder = if is_stdin(file) { Path::new("") } else { file.parent().unwrap_or_else(|| Path::new("")) };
    let mut wrong = Vec::new();
    let mut ready = Vec::new();
    for row in rows {
        let row = row.map_err(|rows::Wrong { row, why }| Wrong { row, why: Failure::usage(why) });
        let prepared = row.and_then(|row| {
            let label = row.label();
            match prepare(row, folder, offline, context) {
                Ok(one) => Ok((label, one)),
                Err(why) => Err(Wrong { row: label, why }),
            }
        });
        match prepared {
            Ok(one) => ready.push(one),
            Err(one) => wrong.push(one),
        }
    }
    wrong.extend(doubles(&ready));
    let has_store = session.place().header().map_err(Error::from)?.is_some();
    let mut known = vec![None; ready.len()];
    if has_store {
        let store = session.writer()?;
        known = connect_many::holders(&store, ready.iter().map(|(_, one)| &one.token))?;
        // A name that another token has is no twin: somebody has to choose.
        let new = ready.iter().zip(&known).filter(|(_, known)| known.is_none());
        wrong.extend(new.filter_map(|((label, one), _)| {
            let error = one.plan.check(&store).err()?;
            Some(Wrong { row: label.clone(), why: error.into() })
        }));
    }
    if !wrong.is_empty() {
        return Err(refusal(file, &wrong));
    }
    connect(ready, known, session, context)
}

/// Asks about those that are new, and stores those that are good.
fn connect(
    ready: Vec<(String, Ready)>,
    known: Vec<Option<Connection>>,
    session: &Session<'_>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let mut results = Results::default();
    let mut wanted = Vec::new();
    let mut places = Vec::new();
    for (at, ((label, Ready { plan, token }), known)) in ready.into_iter().zip(known).enumerate() {
        let outcome = Outcome::new(label, &plan, known.as_ref());
        outcome.warnings().for_each(|warning| context.out.warn(&warning));
        results.push(outcome);
        if known.is_none() {
            wanted.push(Wanted { plan, token, from: None });
            places.push(at);
        }
    }
    if !wanted.is_empty() {
        let store = store::open_or_make(session, context)?;
        let count = plural(u64::try_from(wanted.len()).unwrap_or(u64::MAX), "token");
        context.progress.begin_many(&format!("asking about {count}"), wanted.len());
        let Kept { results: kept, durable } =
            context.wait(connect_many::connect(session, &store, wanted, |done| context.progress.step(done)))?;
        for (at, result) in places.into_iter().zip(kept) {
            match result {
                Ok((connection, warnings)) => {
                    for warning in &warnings {
                        context.out.warn(&format!("`{}`: {}", connection.name, warning.text));
                    }
                    results.at(at).is_connected(&connection, warnings.into_iter().map(|warning| warning.text).collect());
                }
                // The same was put there while this one was being asked about.
                Err(Error::HeldAlready { name, id }) => results.at(at).is_held(name, id),
                Err(error) => results.at(at).has_failed(&error.into()),
            }
        }
        store::say_durability(durable, context);
    }
    context.out.note(&results.summary());
    context.out.data(&results)?;
    for hint in results.hints().iter().take(2) {
        context.out.hint(hint);
    }
    match results.failures().as_slice() {
        [] => Ok(()),
        [kind, rest @ ..] if results.all_failed() && rest.iter().all(|other| other == kind) => Err(Failure::said(*kind)),
        _ => Err(Failure::said(Kind::Partial)),
    }
}

/// A plan and a token from a row. What is wrong is said without a value that could be a secret.
fn prepare(row: Row, folder: &Path, offline: bool, context: &Context<'_>) -> Result<Ready, Failure> {
    let file = |path: &Option<PathBuf>| -> Result<Option<String>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let path = folder.join(path);
        std::fs::read_to_string(&path).map(Some).map_err(|error| Failure::unreadable(&path, error))
    };
    let given = HostOptions {
        api: row.api_url,
        ca_pem: file(&row.ca_file)?,
        client_pem: file(&row.client_cert)?.map(Secret::from),
        allow_http: row.allow_http,
        replace: false,
    };
    let token = match (&row.token_env, &row.token_file) {
        (Some(variable), None) => token_input::from_variable(variable, "token", context),
        (None, Some(path)) => token_input::from_file(&folder.join(path), "token"),
        (Some(_), Some(_)) => Err(Failure::usage("its token is named twice: leave out `token_env` or `token_file`")),
        (None, None) => Err(Failure::usage("no token is named: `token_env` or `token_file` says where it is")),
    };
    let token = token?;
    let mut plan = Plan::new(row.provider, row.host.as_deref(), given)?;
    plan.name = row.name;
    plan.description = row.description;
    plan.tags = row.tags;
    plan.said = Said { email: row.email, workspace: row.workspace, expires_at: row.expires_at };
    plan.offline = offline || row.offline;
    plan.force = row.force;
    plan.examine(&token)?;
    Ok(Ready { plan, token })
}

/// Rows that are for the same name, or have the same token.
fn doubles(ready: &[(String, Ready)]) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (at, (label, one)) in ready.iter().enumerate() {
        let before = &ready[..at];
        let name = one.plan.name.as_ref();
        let has_name = |other: &Ready| {
            name.is_some() && other.plan.name.as_ref().map(crate::model::Name::key) == name.map(crate::model::Name::key)
        };
        let has_token = |other: &Ready| other.token.fingerprint() == one.token.fingerprint();
        if let Some((first, _)) = before.iter().find(|(_, other)| has_name(other)) {
            wrong.push(Wrong { row: label.clone(), why: Failure::usage(format!("{first} has the same name")) });
        }
        if let Some((first, _)) = before.iter().find(|(_, other)| has_token(other)) {
            wrong.push(Wrong { row: label.clone(), why: Failure::usage(format!("{first} has the same token")) });
        }
    }
    wrong
}

fn refusal(file: &Path, wrong: &[Wrong]) -> Failure {
    let rows = plural(u64::try_from(wrong.len()).unwrap_or(u64::MAX), "fault");
    // A token that cannot be one is refused, as it is by itself; everything else is in the list.
    let is_refused = wrong.iter().all(|one| one.why.kind() == Kind::Refused);
    let kind = if is_refused { Kind::Refused } else { Kind::Usage };
    let failure = Failure::new(kind, format!("{rows} in `{}`; nothing was asked and nothing stored", shown(file)));
    let named = wrong.iter().take(ENOUGH).map(|Wrong { row, why }| format!("{row}: {}", why.in_full()));
    let failure = named.fold(failure, Failure::cause);
    match wrong.len().saturating_sub(ENOUGH) {
        0 => failure,
        more => failure.cause(format!("and {more} more")),
    }
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn shown(file: &Path) -> String {
    if is_stdin(file) { "stdin".to_owned() } else { clean(&file.display().to_string()).into_owned() }
}

/// The list's text. It should hold no secret, and is wiped in case it does.
fn read(file: &Path) -> Result<zeroize::Zeroizing<String>, Failure> {
    let mut text = zeroize::Zeroizing::new(String::new());
    let read = if is_stdin(file) {
        std::io::stdin().lock().take(LIMIT + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(LIMIT + 1).read_to_string(&mut text))
    };
    let length = read.map_err(|error| Failure::unreadable(Path::new(&shown(file)), error))?;
    if length as u64 > LIMIT {
        return Err(Failure::usage(format!("`{}` is larger than 4 MiB", shown(file))));
    }
    Ok(text)
}

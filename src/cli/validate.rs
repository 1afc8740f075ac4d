//! `gitconn validate`: does each credential still work?

use serde::Serialize;

use super::context::Context;
use super::due_args::DueArgs;
use super::failure::{Failure, Kind};
use super::filter::FilterArgs;
use super::grid::Grid;
use super::out::{Style, View};
use super::words;
use crate::model::{Due, Expiry, Installation, ProviderId, Timestamp, Verdict, clean, shell_word};
use crate::ops::validate::{self, Checked};
use crate::ops::{Session, resolve};

/// Check now whether credentials still work: all enabled ones by default, side by side
///
/// Exit code 0 if all work, 4 if one is refused, 6 if none is refused but one could not be checked. A network fault never counts against a
/// credential. 5 if a login could not be renewed because this store is a copy, or cannot be saved. With --expiring-within or --older-than all are checked as
/// without, and the exit code is 9 if all work but something is due.
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
}

/// One result's JSON (the seeds' `POST …/validate`).
#[derive(Debug, Serialize)]
struct ResultView {
    id: String,
    name: String,
    provider: ProviderId,
    host: String,
    valid: bool,
    verdict: Verdict,
    username: Option<String>,
    scopes: Option<Vec<String>>,
    expires_at: Option<Timestamp>,
    /// Nobody has to do anything when it expires.
    auto_renews: bool,
    /// When the refresh token dies.
    refresh_expires_at: Option<Timestamp>,
    rate_limit_limit: Option<u64>,
    rate_limit_remaining: Option<u64>,
    rate_limit_reset: Option<Timestamp>,
    error: Option<String>,
    /// The server's version, where it says so.
    server_version: Option<String>,
    request_id: Option<String>,
    mend_url: Option<String>,
    /// Of a GitHub App: where it is installed.
    installations: Option<Vec<InstalledView>>,
    /// Why a person has to act, although it works.
    due: Option<&'static str>,
    #[serde(skip)]
    due_at: Option<Due>,
    #[serde(skip)]
    last_good: Option<Timestamp>,
    #[serde(skip)]
    is_app: bool,
}

impl ResultView {
    fn new(Checked { connection, probe, seen, .. }: &Checked, due: Option<Due>) -> Self {
        let limit = probe.rate_limit;
        let known = probe.verdict.is_unknown();
        Self {
            id: connection.id.to_string(),
            name: connection.name.to_string(),
            provider: connection.provider,
            host: connection.host.to_string(),
            valid: probe.verdict == Verdict::Valid,
            verdict: probe.verdict,
            username: probe.username.clone(),
            scopes: probe.scopes.clone(),
            expires_at: match probe.expiry {
                Some(Expiry::At(at)) => Some(at),
                _ => connection.expiry.at(),
            },
            auto_renews: connection.auto_renews,
            refresh_expires_at: connection.refresh_expires_at,
            rate_limit_limit: limit.and_then(|limit| limit.limit),
            rate_limit_remaining: limit.map(|limit| limit.remaining),
            rate_limit_reset: limit.and_then(|limit| limit.reset),
            error: probe.reason.clone().or_else(|| (probe.verdict != Verdict::Valid).then(|| probe.verdict.to_string())),
            server_version: probe.server_version.clone(),
            request_id: probe.request_id.clone(),
            mend_url: probe.mend_url.clone(),
            installations: seen.as_ref().map(|seen| seen.installations.iter().map(Into::into).collect()),
            due: due.map(Due::id),
            due_at: due,
            last_good: connection.validated_at.filter(|_| known && connection.validation_error.is_none()),
            is_app: connection.is_app(),
        }
    }

    /// What a person reads behind the name: what is left, or why not.
    fn remark(&self, style: Style) -> String {
        if self.valid {
            let left = self.rate_limit_remaining.zip(self.rate_limit_limit).map(|(remaining, limit)| {
                format!("{} of {} requests left", words::thousands(remaining), words::thousands(limit))
            });
            let renews = self.refresh_expires_at.filter(|_| self.auto_renews);
            let renews = renews.map(|end| format!("renews itself, log in again {}", style.moment(end)));
            let installed = self.installations.as_deref().map(installed_in_words);
            let due = self.due_at.filter(|due| !matches!(due, Due::LoginEnds(_)));
            let due = due.map(|due| format!("{}{}", if self.is_app { "its key " } else { "" }, due.briefly(style.now())));
            return left.into_iter().chain(renews).chain(installed).chain(due).collect::<Vec<_>>().join("; ");
        }
        let text = clean(self.error.as_deref().unwrap_or_default()).into_owned();
        match self.last_good {
            Some(at) => {
                let what = if self.is_app { "key" } else { "token" };
                format!("{text}; the {what} was last good {}", style.moment(at))
            }
            None => text,
        }
    }
}

/// An installation that the provider told of.
#[derive(Debug, Serialize)]
struct InstalledView {
    installation_id: u64,
    account_login: String,
    suspended: bool,
}

impl From<&Installation> for InstalledView {
    fn from(installation: &Installation) -> Self {
        Self {
            installation_id: installation.id,
            account_login: installation.account.clone(),
            suspended: installation.suspended_at.is_some(),
        }
    }
}

/// `3 installations, 1 suspended (acme-client-a)`
fn installed_in_words(installations: &[InstalledView]) -> String {
    let all = words::plural(u64::try_from(installations.len()).unwrap_or(u64::MAX), "installation");
    let suspended: Vec<&str> = installations.iter().filter(|one| one.suspended).map(|one| one.account_login.as_str()).collect();
    match suspended.len() {
        0 => all,
        count => format!("{all}, {count} suspended ({})", clean(&suspended.join(", "))),
    }
}

#[derive(Serialize)]
struct Results {
    results: Vec<ResultView>,
}

impl View for Results {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        for result in &self.results {
            let sign = match result.verdict {
                verdict if verdict.is_refusal() => style.bad("✗"),
                verdict if verdict.is_unknown() => style.doubtful("?"),
                _ => style.good("✓"),
            };
            let finding = match (&result.username, result.valid) {
                (Some(username), true) => clean(username).into_owned(),
                (None, true) => "valid".to_owned(),
                (_, false) => result.verdict.to_string(),
            };
            let name = clean(&result.name).into_owned();
            let row = if style.is_human() {
                vec![format!("{sign} {name}"), finding, result.remark(style)]
            } else {
                vec![name, result.verdict.to_string(), finding, result.remark(style)]
            };
            grid.row(row);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.results.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, only_test: bool, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let view = store.read()?;
    let connections = resolve::several(&view, &args.names, &args.filter.filter(None))?;
    let count = connections.len();
    let message = format!("asking about {}", words::plural(u64::try_from(count).unwrap_or(u64::MAX), "connection"));
    context.progress.begin_many(&message, count);
    let checked = context
        .wait(async { validate::check(&session, &store, &view, connections, |done| context.progress.step(done)).await })?;
    let mut unsaved = None;
    let is_reader = store.is_reader();
    if is_reader && !(args.no_save || only_test) {
        context.out.note("what is found is not kept: this key reads the store and does not write it");
    } else if !(args.no_save || only_test) {
        let stamp = session.stamp();
        match validate::save(&store, &stamp, &checked) {
            Ok(durable) => super::store::say_durability(durable, context),
            // What was found is worth showing even where it cannot be kept (a read-only pipeline).
            Err(error) => unsaved = Some(error),
        }
    }
    let due = due(args, &checked, &session, context);
    show(args, &checked, &due, context)?;
    for Checked { connection, seen, .. } in &checked {
        // A good key is not all that an app needs: who validates before a deployment wants to hear of that now.
        if seen.as_ref().is_some_and(|seen| seen.installations.iter().all(|one| one.suspended_at.is_some())) {
            let name = &connection.name;
            context.out.warn(&format!("`{name}` can do nothing now: it is installed nowhere, or suspended wherever it is"));
            context.out.hint(&format!("gitconn installations list {}", shell_word(name.as_str())));
        }
    }
    point_to_help(&checked, context);
    let is_due = args.due.is_given() && due.iter().any(Option::is_some);
    if is_due {
        say_due(&checked, &due, context);
    }
    let verdicts: Vec<Verdict> = checked.iter().map(|checked| checked.probe.verdict).collect();
    let unsaved = unsaved.map(Failure::from);
    if let Some(failure) = &unsaved {
        failure.say("what was found could not be kept", context.out);
    }
    // What is wrong with a credential counts more than that it could not be written down.
    let obstacle = checked.into_iter().find_map(|checked| checked.obstacle).map(Failure::from);
    if verdicts.iter().any(|verdict| verdict.is_refusal()) {
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

/// Of each that was checked, whether it is due by what is known of it now. One that was named is asked about even if it is disabled.
fn due(args: &Args, checked: &[Checked], session: &Session<'_>, context: &Context<'_>) -> Vec<Option<Due>> {
    let (spans, stamp) = (args.due.spans(context.config), session.stamp());
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

fn show(args: &Args, checked: &[Checked], due: &[Option<Due>], context: &Context<'_>) -> Result<(), Failure> {
    let mut results: Vec<ResultView> = checked.iter().zip(due).map(|(checked, due)| ResultView::new(checked, *due)).collect();
    if context.out.format() == super::out::Format::Json
        && args.names.len() == 1
        && results.len() == 1
        && let Some(result) = results.pop()
    {
        let text = serde_json::to_string(&result).map_err(Failure::bug)?;
        return context.out.raw(&(text + "\n"));
    }
    context.out.data(&Results { results })
}

/// At most two things to do, the most pressing first.
fn point_to_help(checked: &[Checked], context: &Context<'_>) {
    let mut hints = Vec::new();
    for Checked { connection, probe, is_login, .. } in checked {
        let name = shell_word(connection.name.as_str()).into_owned();
        match (probe.verdict, &probe.mend_url) {
            (_, Some(url)) => hints.push(super::failure::open(url)),
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

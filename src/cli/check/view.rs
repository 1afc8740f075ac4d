//! What a check of a repository found, as it is shown.

use serde::Serialize;

use super::Args;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::grid::Grid;
use crate::cli::out::{Style, View};
use crate::cli::words;
use crate::model::{Branch, Expiry, Timestamp, clean};
use crate::ops::Push;
use crate::ops::check::{Report, Step};

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Went {
    Ok,
    Failed,
    /// A step before it failed.
    Skipped,
}

/// A step's JSON.
#[derive(Debug, Serialize)]
struct StepView {
    step: &'static str,
    result: Went,
    /// In words.
    detail: Option<String>,
    /// Of one that failed: the kind of error, a word of the exit codes.
    kind: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct BranchView {
    name: String,
    is_default: bool,
    is_protected: Option<bool>,
    sha: String,
}

/// The JSON of it all.
#[derive(Serialize)]
pub(super) struct ReportView {
    ok: bool,
    repository: Option<String>,
    host: Option<String>,
    connection: Option<String>,
    /// Of an app: the number of the installation that serves it, and its account.
    installation_id: Option<u64>,
    installation_account: Option<String>,
    /// When the token that was used ends.
    token_expires_at: Option<Timestamp>,
    private: Option<bool>,
    archived: Option<bool>,
    /// The account's role there, in the provider's word.
    role: Option<String>,
    default_branch: Option<BranchView>,
    branch: Option<BranchView>,
    /// Null where nobody asked, or nobody says.
    may_push: Option<bool>,
    steps: Vec<StepView>,
}

impl View for ReportView {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        for step in &self.steps {
            let detail = step.detail.clone().unwrap_or_default();
            if !style.is_human() {
                let went = match step.result {
                    Went::Ok => "ok",
                    Went::Failed => "failed",
                    Went::Skipped => "skipped",
                };
                grid.row(vec![step.step.to_owned(), went.to_owned(), detail]);
                continue;
            }
            let sign = match step.result {
                Went::Ok => style.good("✓"),
                Went::Failed => style.bad("✗"),
                // For a person the list ends where it failed.
                Went::Skipped => continue,
            };
            grid.row(vec![format!("{sign} {}", step.step.replace('_', " ")), detail]);
        }
        grid
    }
}

/// Everything that was found, and what ended it.
pub(super) fn of(report: &Report, args: &Args, stopped: Option<&(Step, Failure)>, context: &Context<'_>) -> ReportView {
    let mut steps = vec![Step::Connection, Step::Token, Step::Repository, Step::DefaultBranch];
    steps.extend(args.branch.is_some().then_some(Step::Branch));
    steps.extend(args.write.then_some(Step::Push));
    let steps = steps.into_iter().map(|step| {
        let (result, detail, kind) = match stopped {
            Some((at, _)) if step > *at => (Went::Skipped, None, None),
            Some((at, failure)) if step == *at => (Went::Failed, Some(failure.in_full()), Some(failure.kind().id())),
            _ => (Went::Ok, Some(detail(step, report, args, context)), None),
        };
        StepView { step: name(step), result, detail, kind }
    });
    let (serving, access) = (report.serving.as_ref(), report.access.as_ref());
    let installation = serving.and_then(|serving| serving.installation.as_ref());
    let branch = |branch: &Branch| BranchView {
        name: branch.name.clone(),
        is_default: report.default_branch.as_ref().is_some_and(|default| default.name == branch.name),
        is_protected: branch.is_protected,
        sha: branch.sha.clone(),
    };
    ReportView {
        ok: stopped.is_none(),
        repository: access.map(|access| access.full_name.clone()).or_else(|| report.path.as_ref().map(ToString::to_string)),
        host: serving.map(|serving| serving.connection.host.to_string()),
        connection: serving.map(|serving| serving.connection.name.to_string()),
        installation_id: installation.map(|installation| installation.id),
        installation_account: installation.map(|installation| installation.account.clone()),
        token_expires_at: report.token_ends.and_then(Expiry::at),
        private: access.and_then(|access| access.private),
        archived: access.map(|access| access.archived),
        role: access.and_then(|access| access.role.clone()),
        default_branch: report.default_branch.as_ref().map(branch),
        branch: report.branch.as_ref().map(branch),
        may_push: report.push.as_ref().and_then(|push| match push {
            Push::May(_) => Some(true),
            Push::MayNot(_) => Some(false),
            Push::Unknown(_) => None,
        }),
        steps: steps.collect(),
    }
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Connection => "connection",
        Step::Token => "token",
        Step::Repository => "repository",
        Step::DefaultBranch => "default_branch",
        Step::Branch => "branch",
        Step::Push => "push",
    }
}

/// What a step that went well has found.
fn detail(step: Step, report: &Report, args: &Args, context: &Context<'_>) -> String {
    match step {
        Step::Connection => connection(report, args.storeless.is_given()),
        Step::Token => token(report, context),
        Step::Repository => repository(report),
        Step::DefaultBranch => report.default_branch.as_ref().map(|branch| protection(branch, None)).unwrap_or_default(),
        Step::Branch => report.branch.as_ref().map(|branch| protection(branch, report.branch_is_open)).unwrap_or_default(),
        Step::Push => push(report),
    }
}

/// `work is active`; of a token from the environment, where it goes.
fn connection(report: &Report, is_loose: bool) -> String {
    let Some(serving) = &report.serving else { return String::new() };
    let connection = &serving.connection;
    let name = clean(connection.name.as_str()).into_owned();
    if is_loose { format!("{name}, for {}", connection.host) } else { format!("{name} is {}", connection.status.id()) }
}

/// `made for installation acme-corp, ends in 54 minutes`
fn token(report: &Report, context: &Context<'_>) -> String {
    let Some(serving) = &report.serving else { return String::new() };
    let origin = match (&serving.installation, serving.connection.auto_renews) {
        (Some(installation), _) => format!("made for installation {}, ", clean(&installation.account)),
        (None, true) => "renews itself, ".to_owned(),
        (None, false) => String::new(),
    };
    let end = match report.token_ends {
        Some(Expiry::At(at)) => format!("ends {}", words::relative(at, context.env.now())),
        Some(Expiry::Never) => "has no end".to_owned(),
        Some(Expiry::Unknown) | None => "its end is not known".to_owned(),
    };
    origin + &end
}

/// `acme/site can be read (private, role write)`
fn repository(report: &Report) -> String {
    let Some(access) = &report.access else { return String::new() };
    let contents = report.serving.as_ref().and_then(|serving| serving.installation.as_ref()?.permissions.get("contents"));
    let facts = [
        access.private.map(|private| if private { "private" } else { "public" }.to_owned()),
        access.archived.then(|| "archived".to_owned()),
        access.role.as_ref().map(|role| format!("role {}", clean(role))),
        contents.map(|level| format!("contents: {}", clean(level))),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let name = clean(&access.full_name);
    if facts.is_empty() { format!("{name} can be read") } else { format!("{name} can be read ({})", facts.join(", ")) }
}

/// `main is there, protected`. `is_open`: to the account, whatever protects it.
fn protection(branch: &Branch, is_open: Option<bool>) -> String {
    let name = clean(&branch.name);
    let protected = match (branch.is_protected, is_open) {
        (Some(true), Some(true)) => "protected, and open to this account",
        (Some(true), Some(false)) => "protected, and not open to this account",
        (Some(true), None) => "protected",
        (Some(false), _) => "not protected",
        (None, _) => "whether it is protected is not shown",
    };
    format!("{name} is there, {protected}")
}

/// `role write`; that a branch is protected may still stand against it.
fn push(report: &Report) -> String {
    let Some(Push::May(why)) = &report.push else { return String::new() };
    let is_doubtful = |branch: &&Branch| branch.is_protected == Some(true) && report.branch_is_open.is_none();
    match report.branch.as_ref().filter(is_doubtful) {
        Some(branch) => format!("{}; the rules of {} may refuse it all the same", clean(why), clean(&branch.name)),
        None => clean(why).into_owned(),
    }
}

//! `gitconn setup-git`: tells git to ask gitconn, and takes that back.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::out::{Style, View};
use crate::model::{HostUrl, clean, shell_word};
use crate::ops::setup_git::{self, Asked, Change, Plan, Scope};

/// Let git ask gitconn for passwords
///
/// For each host it sets gitconn as the only helper, and has git say which repository it asks about, so that owners can be told apart. What others have set for
/// other hosts stays as it is. It is shown before it is changed; doing it twice changes nothing more.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn setup-git                        for the hosts of all connections
  gitconn setup-git --host git.acme.com --https
  gitconn setup-git --undo")]
pub(super) struct Args {
    /// Change the settings of the user (this is the default)
    #[arg(long)]
    global: bool,
    /// Change the settings of this checkout alone
    #[arg(long, conflicts_with = "global")]
    local: bool,
    /// For this host instead of those of all connections; may be given several times
    #[arg(long = "host", value_name = "HOST", value_parser = HostUrl::parse)]
    hosts: Vec<HostUrl>,
    /// Also let git use HTTPS where a remote says `git@HOST:` or `ssh://git@HOST/`
    #[arg(long, conflicts_with = "undo")]
    https: bool,
    /// Take back what this command has set, and nothing else
    #[arg(long)]
    undo: bool,
    /// Show what would change, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct ChangeView {
    /// `add` or `remove`.
    change: &'static str,
    key: String,
    value: String,
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        let (change, key, value) = match change {
            Change::Add { key, value } => ("add", key, value),
            Change::Drop { key, value } => ("remove", key, value),
        };
        Self { change, key: key.clone(), value: value.clone() }
    }
}

#[derive(Serialize)]
struct SetupView {
    /// `global` or `local`.
    scope: &'static str,
    /// Whether the changes were made.
    applied: bool,
    changes: Vec<ChangeView>,
}

impl View for SetupView {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["CHANGE", "SETTING", "VALUE"]).flowing();
        // A person has seen them before they were made.
        for change in self.changes.iter().filter(|_| !(style.is_human() && self.applied)) {
            let value =
                if style.is_human() && change.value.is_empty() { "\"\"".to_owned() } else { clean(&change.value).into_owned() };
            grid.row(vec![change.change.to_owned(), clean(&change.key).into_owned(), value]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.changes.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let scope = if args.local { Scope::Local } else { Scope::Global };
    let plan = plan(args, scope, context)?;
    for host in &plan.unrewritten {
        let name = host.domain();
        context.out.warn(&format!("`git@{name}:` may mean {host} or another host of that name: such addresses stay as they are"));
    }
    let mut view = SetupView {
        scope: if args.local { "local" } else { "global" },
        applied: false,
        changes: plan.changes.iter().map(Into::into).collect(),
    };
    if args.dry_run {
        return context.out.data(&view);
    }
    if plan.changes.is_empty() {
        view.applied = true;
        context.out.note(if args.undo { "nothing of gitconn is set there" } else { "git is set up already" });
        if !args.undo {
            say_overruled(&plan, scope, context);
        }
        return context.out.data(&view);
    }
    if !args.yes {
        if context.prompt.is_allowed() {
            context.out.note(&format!("this changes git's {} settings:", view.scope));
            for change in &view.changes {
                let sign = if change.change == "add" { '+' } else { '-' };
                context.out.note(&clean(&format!("  {sign} {} = {}", change.key, change.value)));
            }
        }
        if !context.prompt.confirm("change them?", "--yes")? {
            return Err(Failure::interrupted_by("nothing was changed"));
        }
    }
    plan.carry_out()?;
    view.applied = true;
    let about = clean(&plan.addresses.iter().map(|address| short(address)).collect::<Vec<_>>().join(", ")).into_owned();
    if args.undo {
        context.out.note(&format!("git does not ask gitconn for {about} any more"));
    } else {
        context.out.note(&format!("git asks gitconn for {about}"));
        let local = if args.local { "--local " } else { "" };
        context.out.hint(&format!("gitconn setup-git {local}--undo   # takes it back"));
        say_overruled(&plan, scope, context);
    }
    context.out.data(&view)
}

fn plan(args: &Args, scope: Scope, context: &Context<'_>) -> Result<Plan, Failure> {
    let mut options = Vec::new();
    for (option, path) in context.typed_paths() {
        if let Some(path) = path {
            options.extend([option.to_owned(), setup_git::from_everywhere(path)?]);
        }
    }
    let of_all = if args.hosts.is_empty() && !args.undo { setup_git::hosts(&context.session()?)? } else { Vec::new() };
    let hosts = if of_all.is_empty() { &args.hosts } else { &of_all };
    let asked = Asked { scope, hosts, rewrites: args.https, options: &options };
    Ok(if args.undo { setup_git::undoing(&asked)? } else { setup_git::plan(context.env, &asked)? })
}

/// Says what is still asked in our place: what stands in the checkout, or in the environment, comes after the settings of the user.
fn say_overruled(plan: &Plan, scope: Scope, context: &Context<'_>) {
    let overruled = setup_git::overruled(&plan.hosts);
    for one in &overruled {
        let by = one.by.as_deref().unwrap_or("nobody");
        context.out.warn(&format!("for {} git still asks {by}: what is set there comes after this", one.host));
    }
    let options: Vec<String> = overruled
        .iter()
        .filter(|one| one.by_checkout && scope == Scope::Global)
        .map(|one| format!(" --host {}", shell_word(&one.host.to_string())))
        .collect();
    if !options.is_empty() {
        context.out.hint(&format!("gitconn setup-git --local{}", options.concat()));
    }
}

/// An address as a host is shown elsewhere.
fn short(address: &str) -> String {
    HostUrl::parse(address).map_or_else(|_| address.to_owned(), |host| host.to_string())
}

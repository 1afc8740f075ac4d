//! `gitconn route`: which connection serves which repositories.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::out::{Style, View};
use super::store;
use crate::model::{ProviderId, Status, Timestamp, clean, shell_word};
use crate::ops::apps::route::Fallback;
use crate::ops::resolve::Because;
use crate::ops::routes::{self, Doubt, Led, Tested, Why};

/// Say which connection serves which repositories
///
/// Without a route, a repository is served by the only connection for its host, or by the GitHub App that is installed on its owner. Where several fit, a route
/// settles it: for a whole host, for an owner or group with everything below, or for one repository. The longest one counts. `git`, `repos`, `branches`, `exec`
/// and `token` go by it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(AddArgs),
    /// List all routes
    #[command(visible_alias = "ls")]
    List,
    #[command(visible_alias = "rm")]
    Remove(RemoveArgs),
    Test(TestArgs),
}

/// Let a connection serve what lies below an address
///
/// The address is on the connection's own host: its token goes nowhere else. A route that is there for the same address is replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn route add github.com/acme prod-app
  gitconn route add github.com/acme/site work
  gitconn route add git.acme.com gl-ops")]
struct AddArgs {
    /// Host, owner or group, or repository; without a host it is the connection's
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// Name, or the beginning of an id
    #[arg(value_name = "NAME")]
    connection: String,
}

/// Remove a route
#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// As `route list` shows it
    #[arg(value_name = "ADDRESS")]
    address: String,
}

/// Say which connection serves an address, and why
///
/// Nobody is asked, and nothing is used. The exit code is that of a command that would use it: 2 if several fit equally well, 3 if none does, 4 if it cannot be used.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn route test git@github.com:acme/site.git
  gitconn route test acme/site --json")]
struct TestArgs {
    /// Address of a repository, as git has it, or a host
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// Never with another installation of a GitHub App than the owner's
    #[arg(long)]
    strict: bool,
}

/// One route's JSON.
#[derive(Debug, Serialize)]
struct RouteView {
    route: String,
    host: String,
    /// Below the host; empty for all of it.
    path: String,
    connection: String,
    connection_id: String,
    provider: ProviderId,
    status: Status,
    is_active: bool,
    added_by: String,
    added_at: Timestamp,
}

impl From<&Led> for RouteView {
    fn from(Led { route, to }: &Led) -> Self {
        Self {
            route: route.to_string(),
            host: route.host.to_string(),
            path: route.path.as_str().to_owned(),
            connection: to.name.to_string(),
            connection_id: to.id.to_string(),
            provider: to.provider,
            status: to.status,
            is_active: to.is_active,
            added_by: route.added_by.clone(),
            added_at: route.added_at,
        }
    }
}

impl RouteView {
    /// What stands in its way, in the status's colour.
    fn state(&self, style: Style) -> String {
        match (self.is_active, self.status.is_usable()) {
            (false, _) => style.bad("disabled"),
            (true, false) => style.bad(self.status.id()),
            (true, true) => style.good(self.status.id()),
        }
    }
}

#[derive(Serialize)]
struct ListView {
    routes: Vec<RouteView>,
}

impl View for ListView {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["ROUTE", "CONNECTION", "STATUS", "ADDED"]);
        for route in &self.routes {
            grid.row(vec![
                clean(&route.route).into_owned(),
                clean(&route.connection).into_owned(),
                route.state(style),
                style.moment(route.added_at),
            ]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.routes.iter().map(serde_json::to_value).collect()
    }
}

/// The route that was added, or its removal.
#[derive(Serialize)]
#[serde(untagged)]
enum Changed {
    Added { route: RouteView, replaced: Option<String> },
    Removed { deleted: bool },
}

impl View for Changed {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        if let (Self::Added { route, .. }, false) = (self, style.is_human()) {
            grid.row(vec![route.route.clone(), route.connection.clone()]);
        }
        grid
    }
}

/// What serves an address.
#[derive(Serialize)]
struct TestView {
    address: String,
    connection: String,
    connection_id: String,
    provider: ProviderId,
    host: String,
    /// `setting`, `route`, `installation` or `only`.
    because: &'static str,
    route: Option<String>,
    /// Of an app: the account whose installation serves.
    installation: Option<String>,
    installation_id: Option<u64>,
    #[serde(skip)]
    words: String,
}

impl From<&Tested> for TestView {
    fn from(tested: &Tested) -> Self {
        let connection = &tested.connection;
        let installation = tested.installation.as_ref();
        let (because, why) = match &tested.because {
            Why::Setting(origin) => ("setting", format!("it is the default connection ({origin})")),
            Why::Found(Because::Route(route)) => ("route", format!("the route `{}` leads there", clean(&route.to_string()))),
            Why::Found(Because::Installed { account }) => ("installation", format!("it is installed on `{}`", clean(account))),
            Why::Found(Because::Username) => ("username", "it is the one whose account the address names".to_owned()),
            Why::Found(Because::Only) => ("only", format!("no other connection for {} can serve it", connection.host)),
        };
        let as_whom = installation.map(|installation| format!(", as installed on `{}`", clean(&installation.account)));
        let as_whom = as_whom.filter(|_| because != "installation").unwrap_or_default();
        Self {
            address: tested.remote.describe(),
            connection: connection.name.to_string(),
            connection_id: connection.id.to_string(),
            provider: connection.provider,
            host: connection.host.to_string(),
            because,
            route: match &tested.because {
                Why::Found(Because::Route(route)) => Some(route.to_string()),
                _ => None,
            },
            installation: installation.map(|installation| installation.account.clone()),
            installation_id: installation.map(|installation| installation.id),
            words: format!("`{}` serves `{}`{as_whom}: {why}", connection.name, clean(&tested.remote.describe())),
        }
    }
}

impl View for TestView {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        if style.is_human() {
            grid.row(vec![self.words.clone()]);
        } else {
            let route = self.route.clone().or_else(|| self.installation.clone()).unwrap_or_default();
            grid.row(vec![self.connection.clone(), self.because.to_owned(), route]);
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    match &args.command {
        Command::Add(args) => add(args, context),
        Command::List => list(context),
        Command::Remove(args) => remove(args, context),
        Command::Test(args) => test(args, context),
    }
}

fn add(args: &AddArgs, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let added = routes::add(&session, &session.writer()?, &args.address, &args.connection)?;
    store::say_durability(added.durable, context);
    let (route, name) = (added.led.route.to_string(), &added.led.to.name);
    let instead = added.before.as_deref().map(|before| format!(" instead of `{}`", clean(before))).unwrap_or_default();
    context.out.note(&format!("`{}` serves `{}` now{instead}", name, clean(&route)));
    match added.doubt {
        Some(Doubt::Unusable) => {
            context.out.warn(&format!("`{name}` cannot be used as it is, and nothing else serves what the route is for"));
            context.out.hint(&format!("gitconn show {}", shell_word(name.as_str())));
        }
        Some(Doubt::NotInstalled) => {
            context.out.warn(&format!("`{name}` is not known to be installed there"));
            context.out.hint(&format!("gitconn installations sync {}", shell_word(name.as_str())));
        }
        None => {}
    }
    context.out.data(&Changed::Added { route: RouteView::from(&added.led), replaced: added.before })
}

fn list(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let routes: Vec<RouteView> = routes::list(&*session.store()?.read()?)?.iter().map(Into::into).collect();
    if routes.is_empty() {
        context.out.note("there are no routes: each repository is served by the only connection for its host");
        context.out.hint("gitconn route add github.com/OWNER NAME");
    }
    context.out.data(&ListView { routes })
}

fn remove(args: &RemoveArgs, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let removed = routes::remove(&session, &session.writer()?, &args.address)?;
    store::say_durability(removed.durable, context);
    context.out.note(&format!("removed the route `{}`", clean(&removed.route.to_string())));
    context.out.data(&Changed::Removed { deleted: true })
}

fn test(args: &TestArgs, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let fallback = Fallback::for_reading(&session, args.strict);
    let tested = routes::test(&session, &*session.store()?.read()?, &args.address, fallback)?;
    context.out.data(&TestView::from(&tested))
}

//! `gitconn installations`: where a GitHub App is installed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::browser;
use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::out::{Style, View};
use super::store;
use crate::model::{
    AccountType, Connection, InstallationStatus, RepositorySelection, Timestamp, clean, permissions_in_words, shell_word,
};
use crate::ops::apps::installations::{self, Installed, REMOVED, UNINSTALLED};
use crate::ops::apps::route;
use crate::ops::apps::sync::{self, Changes};
use crate::ops::{InstallationRecord, Session, Store};

/// See and change where a GitHub App is installed
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the installations of an app, or of all
    List {
        /// Name of the app's connection, or the beginning of its id
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Install the app on another account: opens the provider's page, and waits for the new installation
    Add {
        /// Name of the app's connection, or the beginning of its id; may be left out where there is only one
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Only print the address of the page, and wait
        #[arg(long)]
        no_browser: bool,
        /// Take in an installation that exists, by its number
        #[arg(long, value_name = "ID", conflicts_with = "no_browser")]
        installation_id: Option<u64>,
    },
    /// Put an installation aside: it is not used here until it is restored
    ///
    /// Tokens, repositories and branches of its account are no longer had through this app. It stays at the provider, unless --uninstall takes it off
    /// there too: for everybody, and for good. One that is gone at the provider is forgotten.
    Remove {
        /// Name of the app's connection, or the beginning of its id
        #[arg(value_name = "NAME")]
        name: String,
        /// The account that it is on, or its number
        #[arg(value_name = "ACCOUNT")]
        installation: String,
        /// Also take the app off the account at the provider
        #[arg(long)]
        uninstall: bool,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Take back an installation that was put aside
    Restore {
        /// Name of the app's connection, or the beginning of its id
        #[arg(value_name = "NAME")]
        name: String,
        /// The account that it is on, or its number
        #[arg(value_name = "ACCOUNT")]
        installation: String,
    },
    /// Open the page where the repositories of an installation are chosen
    Open {
        /// Name of the app's connection, or the beginning of its id
        #[arg(value_name = "NAME")]
        name: String,
        /// The account that it is on, or its number; may be left out where there is only one
        #[arg(value_name = "ACCOUNT")]
        installation: Option<String>,
        /// Only print the address of the page
        #[arg(long)]
        no_browser: bool,
    },
    /// Bring what is known of the installations up to date with the provider
    Sync {
        /// Name of the app's connection, or the beginning of its id; all apps if left out
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
}

/// An installation's JSON. The first four fields are the seeds'.
#[derive(Debug, Serialize)]
pub(super) struct InstallationView {
    installation_id: u64,
    account_login: String,
    account_type: Option<AccountType>,
    created_at: Timestamp,
    connection: String,
    status: InstallationStatus,
    repository_selection: RepositorySelection,
    permissions: BTreeMap<String, String>,
    suspended_at: Option<Timestamp>,
    removed_at: Option<Timestamp>,
    uninstalled_at: Option<Timestamp>,
    /// The page where its repositories are chosen.
    url: String,
}

impl InstallationView {
    pub(super) fn of(connection: &Connection, record: &InstallationRecord) -> Self {
        let installation = &record.installation;
        Self {
            installation_id: installation.id,
            account_login: installation.account.clone(),
            account_type: installation.account_type,
            created_at: installation.created_at,
            connection: connection.name.to_string(),
            status: record.status(),
            repository_selection: installation.selection,
            permissions: installation.permissions.clone(),
            suspended_at: installation.suspended_at,
            removed_at: record.removed_at,
            uninstalled_at: record.uninstalled_at,
            url: installation.page.clone(),
        }
    }

    /// The status in its colour, with since when.
    pub(super) fn state(&self, style: Style) -> String {
        let since = match self.status {
            InstallationStatus::Active => None,
            InstallationStatus::Suspended => self.suspended_at,
            InstallationStatus::Removed => self.removed_at,
            InstallationStatus::Uninstalled => self.uninstalled_at,
        };
        let word = self.status.id();
        let text = match since.filter(|_| style.is_human()) {
            Some(at) => format!("{word} {}", style.moment(at)),
            None => word.to_owned(),
        };
        match self.status {
            InstallationStatus::Active => style.good(&text),
            InstallationStatus::Suspended => style.doubtful(&text),
            InstallationStatus::Removed | InstallationStatus::Uninstalled => style.faint(&text),
        }
    }

    /// In one line, for `show`.
    pub(super) fn line(&self, style: Style) -> String {
        format!(
            "{} ({}), {} repositories, {}",
            clean(&self.account_login),
            self.installation_id,
            self.repository_selection,
            self.state(style)
        )
    }
}

#[derive(Debug, Serialize)]
struct Listing {
    installations: Vec<InstallationView>,
    #[serde(skip)]
    several: bool,
}

impl Listing {
    fn of(apps: &[Installed]) -> Self {
        let views = |app: &Installed| {
            app.installations.iter().map(|record| InstallationView::of(&app.connection, record)).collect::<Vec<_>>()
        };
        Self { installations: apps.iter().flat_map(views).collect(), several: apps.len() > 1 }
    }
}

impl View for Listing {
    fn grid(&self, style: Style) -> Grid {
        let human = style.is_human();
        let mut headings = vec!["ID", "ACCOUNT", "TYPE", "REPOSITORIES", "STATUS", "CREATED", "PERMISSIONS"];
        if self.several || !human {
            headings.push("CONNECTION");
        }
        let count = headings.len();
        let mut grid = Grid::new(&headings);
        for one in &self.installations {
            let kind = one.account_type.map_or_else(|| "-".to_owned(), |kind| kind.to_string());
            let mut cells = vec![
                one.installation_id.to_string(),
                clean(&one.account_login).into_owned(),
                kind,
                one.repository_selection.to_string(),
                one.state(style),
                style.moment(one.created_at),
                clean(&permissions_in_words(&one.permissions)).into_owned(),
                clean(&one.connection).into_owned(),
            ];
            cells.truncate(count);
            grid.row(cells);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.installations.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    match &args.command {
        Command::List { name } => {
            let apps = installations::all(&store, name.as_deref())?;
            let listing = Listing::of(&apps);
            if listing.installations.is_empty() {
                say_none(&apps, context);
            }
            context.out.data(&listing)
        }
        Command::Add { name, no_browser, installation_id } => {
            let app = installations::one(&store, name.as_deref())?;
            match installation_id {
                Some(id) => take_in(&session, &store, &app, *id, context),
                None => add(&session, &store, &app, browser::is_here(context.env) && !no_browser, context),
            }
        }
        Command::Remove { name, installation, uninstall, yes } => {
            let app = installations::one(&store, Some(name))?;
            remove(&session, &store, &app, installation, (*uninstall, *yes), context)
        }
        Command::Restore { name, installation } => {
            let app = installations::one(&store, Some(name))?;
            restore(&session, &store, &app, installation, context)
        }
        Command::Open { name, installation, no_browser } => {
            let app = installations::one(&store, Some(name))?;
            open(&store, &app, installation.as_deref(), browser::is_here(context.env) && !no_browser, context)
        }
        Command::Sync { name } => {
            let apps = installations::all(&store, name.as_deref())?;
            sync_all(&session, &store, apps, context)
        }
    }
}

fn say_none(apps: &[Installed], context: &Context<'_>) {
    for app in apps {
        context.out.note(&format!("`{}` is not installed anywhere that is known here", app.connection.name));
        context.out.hint(&format!("gitconn installations sync {}", shell_word(app.connection.name.as_str())));
    }
}

/// Shows the page, and waits for whoever installs the app there.
fn add(session: &Session<'_>, store: &Store, app: &Installed, opens: bool, context: &Context<'_>) -> Result<(), Failure> {
    let before = context.wait(installations::present(session, store, &app.connection))?;
    let new = context.wait(wait_for_another(session, store, app, &before, opens, context))?;
    say_new(&app.connection, &new, context)
}

/// The same within work that is under way already.
pub(super) async fn wait_for_another(
    session: &Session<'_>,
    store: &Store,
    app: &Installed,
    before: &std::collections::HashSet<u64>,
    opens: bool,
    context: &Context<'_>,
) -> Result<Vec<InstallationRecord>, crate::ops::Error> {
    let page = app.install_page()?;
    if opens && browser::open(&page, context) {
        context.progress.say("opening your browser; if nothing happens, open");
    } else {
        context.progress.say("to install it, open");
    }
    context.progress.say(&format!("  {page}"));
    context.progress.begin(&format!("waiting for {} … (Ctrl-C to stop)", app.connection.host));
    installations::wait_for_another(session, store, &app.connection, before).await
}

/// Says which installations came.
fn say_new(connection: &Connection, new: &[InstallationRecord], context: &Context<'_>) -> Result<(), Failure> {
    let views: Vec<InstallationView> = new.iter().map(|record| InstallationView::of(connection, record)).collect();
    for one in &views {
        context.out.note(&format!(
            "`{}` is installed on {} ({} repositories)",
            connection.name,
            clean(&one.account_login),
            one.repository_selection
        ));
    }
    context.out.hint(&format!("gitconn repos {}", shell_word(connection.name.as_str())));
    context.out.data(&Listing { installations: views, several: false })
}

fn take_in(session: &Session<'_>, store: &Store, app: &Installed, id: u64, context: &Context<'_>) -> Result<(), Failure> {
    context.progress.begin(&format!("asking {}", app.connection.host));
    let record = context.wait(installations::take_in(session, store, &app.connection, id))?;
    say_new(&app.connection, &[record], context)
}

/// What became of an installation.
#[derive(Serialize)]
struct Removed {
    deleted: bool,
    uninstalled: bool,
    installation_id: u64,
    account_login: String,
}

impl View for Removed {
    fn grid(&self, _style: Style) -> Grid {
        Grid::new(&[])
    }
}

fn remove(
    session: &Session<'_>,
    store: &Store,
    app: &Installed,
    typed: &str,
    (uninstall, yes): (bool, bool),
    context: &Context<'_>,
) -> Result<(), Failure> {
    let connection = &app.connection;
    let record = route::find(connection, &app.installations, typed)?;
    let (id, account) = (record.installation.id, clean(&record.installation.account).into_owned());
    let is_gone = record.status() == InstallationStatus::Uninstalled;
    context
        .out
        .note(&format!("what stops working: tokens, repositories and branches of {account} through `{}`", connection.name));
    if uninstall && !is_gone {
        context.out.note(&format!(
            "--uninstall takes the app off {account} at {}: for everybody who uses it there, and for good",
            connection.host
        ));
    }
    if !yes && !is_gone {
        let verb = if uninstall { "uninstall" } else { "remove" };
        if !context.prompt.confirm(&format!("{verb} the installation on {account}?"), "--yes")? {
            return Err(Failure::interrupted_by("nothing was changed"));
        }
    }
    if uninstall && !is_gone {
        context.progress.begin(&format!("asking {}", connection.host));
        context.wait(installations::uninstall(session, store, connection, id))?;
    }
    let durable = if is_gone {
        installations::forget(session, store, connection, id)?
    } else {
        installations::remove(session, store, connection, id, if uninstall { UNINSTALLED } else { REMOVED })?
    };
    store::say_durability(durable, context);
    let name = shell_word(connection.name.as_str());
    if is_gone {
        context.out.note(&format!("forgot the installation on {account}: it is gone at {} already", connection.host));
    } else if uninstall {
        context.out.note(&format!("uninstalled `{}` from {account}", connection.name));
        context.out.hint(&format!("gitconn installations add {name}   # installs it again"));
    } else {
        context.out.note(&format!("removed the installation on {account} here; it stays at {}", connection.host));
        context.out.hint(&format!("gitconn installations restore {name} {}", shell_word(&account)));
    }
    let uninstalled = uninstall || is_gone;
    context.out.data(&Removed { deleted: true, uninstalled, installation_id: id, account_login: account })
}

fn restore(session: &Session<'_>, store: &Store, app: &Installed, typed: &str, context: &Context<'_>) -> Result<(), Failure> {
    let connection = &app.connection;
    let record = route::find(connection, &app.installations, typed)?;
    if record.status() != InstallationStatus::Removed && record.uninstalled_at.is_none() {
        context.out.note(&format!("the installation on {} is in use already", clean(&record.installation.account)));
        return context.out.data(&Listing { installations: vec![InstallationView::of(connection, record)], several: false });
    }
    context.progress.begin(&format!("asking {}", connection.host));
    let restored = context.wait(installations::restore(session, store, connection, record))?;
    context.out.note(&format!("`{}` uses its installation on {} again", connection.name, clean(&restored.installation.account)));
    context.out.data(&Listing { installations: vec![InstallationView::of(connection, &restored)], several: false })
}

/// A page that was opened, or is to be.
#[derive(Serialize)]
struct Opened {
    url: String,
}

impl View for Opened {
    fn grid(&self, _style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        grid.row(vec![self.url.clone()]);
        grid
    }
}

fn open(store: &Store, app: &Installed, typed: Option<&str>, opens: bool, context: &Context<'_>) -> Result<(), Failure> {
    let url = match typed {
        Some(typed) => route::find(&app.connection, &app.installations, typed)?.installation.page.clone(),
        None => route::named_or_only(&*store.read().map_err(crate::ops::Error::from)?, &app.connection, None)?.page,
    };
    if opens {
        browser::open(&url, context);
    }
    context.out.data(&Opened { url })
}

fn sync_all(session: &Session<'_>, store: &Store, apps: Vec<Installed>, context: &Context<'_>) -> Result<(), Failure> {
    for app in apps {
        context.progress.begin(&format!("asking {}", app.connection.host));
        let (changes, durable) = context.wait(sync::sync(session, store, &app.connection))?;
        store::say_durability(durable, context);
        say_changes(&app.connection, &changes, context);
    }
    Ok(())
}

fn say_changes(connection: &Connection, changes: &Changes, context: &Context<'_>) {
    let name = &connection.name;
    for (what, accounts) in [
        ("is now installed on", &changes.added),
        ("is suspended on", &changes.suspended),
        ("is no longer suspended on", &changes.unsuspended),
        ("was uninstalled from", &changes.uninstalled),
    ] {
        if !accounts.is_empty() {
            context.out.note(&format!("`{name}` {what} {}", clean(&accounts.join(", "))));
        }
    }
    if changes.is_empty() {
        context.out.note(&format!("`{name}`: nothing has changed"));
    }
    if !changes.passed_over.is_empty() {
        context.out.note(&format!("also installed on {}, and not taken in here", clean(&changes.passed_over.join(", "))));
        context.out.hint(&format!("gitconn installations add {} --installation-id ID", shell_word(name.as_str())));
    }
}

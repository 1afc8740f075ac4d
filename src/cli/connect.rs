//! `gitconn connect`: takes a token or logs in, asks the provider about it, and stores it.

use std::path::PathBuf;

use super::app_args::AppArgs;
use super::commands::Subject;
use super::connect_plan::plan;
use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::login_args::{Chosen, LoginArgs};
use super::out::{Style, View};
use super::said_args::SaidArgs;
use super::target::Target;
use super::token_input::TokenArgs;
use super::view::ConnectionView;
use super::{browser, commands, connect_app, connect_from, create_app, said_args, store, words};
use crate::model::{Connection, Expiry, Name, Status, Timestamp, clean, shell_word};
use crate::ops::apps::connect as apps;
use crate::ops::connect::{self, Plan};
use crate::ops::login::Login;
use crate::ops::{Error, Notices as _, Offered, Outcome, Said, Session, Store, clients, guide, replace_token};
use crate::secret::Secret;

/// What to add where nobody can be asked.
const TOKEN_SOURCES: &str = "--token-stdin < FILE";

/// Add a connection, or log in again for one
///
/// On a terminal it offers a login where an OAuth client is known for the host (`gitconn oauth status`), and takes a pasted token otherwise. A token also
/// comes from stdin, a file, or a named variable. It is checked with the provider before it is stored. The first `connect` also makes the store.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn connect github
  gitconn connect https://git.acme.com/gitlab ops --tag prod
  gitconn connect bitbucket --email ada@acme.com --expires-at 2027-02-14
  gitconn connect github --device
  gitconn connect github prod-app --app --client-id Iv23li… --private-key-file app.pem
  gitconn connect --reauth work
  gitconn connect --from team.toml
  printf %s \"$TOKEN\" | gitconn connect github ci --token-stdin")]
pub(super) struct Args {
    /// Whose API the host speaks; or an address, which is asked
    #[arg(value_name = "PROVIDER|URL", required_unless_present_any = ["reauth", "from"])]
    pub(super) target: Option<Target>,
    /// Name of the connection; made of provider, host and account if left out
    #[arg(value_name = "NAME")]
    pub(super) name: Option<Name>,
    /// Address of a self-hosted instance, with its path root if it has one
    #[arg(long, value_name = "URL")]
    pub(super) host: Option<String>,
    /// Address of the API where it is not the usual one for the host
    #[arg(long, value_name = "URL")]
    pub(super) api_url: Option<String>,
    #[command(flatten)]
    token: TokenArgs,
    /// Store without asking the provider: the status is `pending`
    #[arg(long)]
    pub(super) offline: bool,
    /// Take a token whose checksum does not fit
    #[arg(long)]
    pub(super) force: bool,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(super) description: Option<String>,
    /// A word to find it by; may be given several times
    #[arg(long = "tag", value_name = "TAG", value_parser = words::parse_tag)]
    pub(super) tags: Vec<String>,
    #[command(flatten)]
    pub(super) said: SaidArgs,
    /// Certificates (PEM) to trust for this host besides the system's
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// Client certificate with its key (PEM) for this host
    #[arg(long, value_name = "FILE")]
    pub(super) client_cert: Option<PathBuf>,
    /// Allow `http://` to this host: the token travels in the clear
    #[arg(long)]
    pub(super) allow_http: bool,
    /// Let these host options count for the host's other connections too, where they differ from what is known
    #[arg(long)]
    pub(super) replace_host: bool,
    /// Open the page for making a token in the browser
    #[arg(long)]
    open: bool,
    /// Add many at once: a list in TOML (`[[connection]]`) or a JSON object a line, which names each token's variable or file; `-` is stdin
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "target", "name", "host", "api_url", "stdin", "file", "variable", "force", "description", "tags", "expires_at", "email", "workspace",
            "ca_file", "client_cert", "allow_http", "replace_host", "open", "app", "create_app", "reauth",
        ]
    )]
    from: Option<PathBuf>,
    // The heading of each group stands over everything that follows it.
    #[command(flatten)]
    login: LoginArgs,
    /// Log in again for this connection: it keeps its id, name, tags and history
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = [
            "target", "name", "host", "api_url", "stdin", "file", "variable", "offline", "force", "description", "tags",
            "expires_at", "email", "workspace", "ca_file", "client_cert", "allow_http", "replace_host", "open", "app", "create_app",
        ]
    )]
    reauth: Option<String>,
    /// With --reauth: take a login of another account
    #[arg(long, requires = "reauth")]
    allow_account_change: bool,
    #[command(flatten)]
    app: AppArgs,
}

/// A connection that was just stored. For a person the sentence on stderr says it all; a script gets the name.
#[derive(Debug, serde::Serialize)]
pub(super) struct Stored {
    #[serde(flatten)]
    connection: ConnectionView,
    warnings: Vec<String>,
}

impl Stored {
    pub(super) fn new(connection: &Connection, warnings: Vec<String>) -> Self {
        Self { connection: connection.into(), warnings }
    }
}

impl View for Stored {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]);
        if !style.is_human() {
            grid.row(vec![self.connection.name.clone()]);
        }
        grid
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    args.app.check()?;
    let session = context.session()?;
    if let Some(file) = &args.from {
        return connect_from::run(file, args.offline, &session, context);
    }
    if let Some(name) = &args.reauth {
        return log_in_again(name, args, &session, context).map_err(|failure| failure.about(Subject::Known(name.clone())));
    }
    let subject = args.name.as_ref().map_or_else(Subject::default, |name| Subject::Named(name.to_string()));
    connect_new(args, &session, context).map_err(|failure| failure.about(subject))
}

/// A connection that is not there yet.
fn connect_new(args: &Args, session: &Session<'_>, context: &Context<'_>) -> Result<(), Failure> {
    let mut plan = plan(args, session, context)?;
    if let Some(option) = args.app.option()
        && !apps::has_apps(plan.provider)
    {
        // Before a store is made for it.
        let (provider, name, host) = (plan.provider, args.name.as_ref().map(Name::as_str), plan.host.to_string());
        return Err(Failure::usage(format!("{provider} has no apps of this kind: `{option}` is for github"))
            .hint(commands::connect(provider, name, &host, "")));
    }
    if args.app.is_given() {
        return connect_app::run(&args.app, plan, session, context);
    }
    if let Some(wanted) = args.app.to_create()? {
        return create_app::run(&wanted, &plan, args.login.opens_browser(context), session, context);
    }
    // A token that can never work is refused before a store is made for it; a name that is taken before anybody is asked for a token.
    let given = args.token.read(context)?;
    if let Some(token) = &given {
        let wants = plan.shape(token)?.wants;
        plan.take_owner(wants);
        said_args::complete(&mut plan.said, wants, context)?;
    } else if !args.login.is_given() && !context.prompt.is_allowed() {
        return Err(Failure::nobody_to_ask("token", TOKEN_SOURCES));
    }
    let has_store = session.place().header().map_err(Error::from)?.is_some();
    if args.login.is_given() && !has_store && !clients::is_in_environment(session, plan.provider, &plan.host)? {
        // Before a store is made, and somebody thinks of a passphrase for it.
        return Err(Error::NoClient(Box::new(guide::guide(plan.provider, &plan.host))).into());
    }
    let store = store::open_or_make(session, context)?;
    plan.check(&store)?;
    let connected = match given {
        Some(token) => add(session, &store, plan, Offered::Token(token), context)?,
        None => match log_in_or_ask(args, session, &store, plan, context)? {
            Some(connected) => connected,
            None => return Ok(()),
        },
    };
    let warnings = connected.warnings.iter().map(|warning| (warning.text.clone(), warning.hint.clone())).collect();
    let is_pending = connected.connection.status == Status::Pending;
    say(&connected.connection, warnings, connected.durable, is_pending, "connected", context)
}

/// A login where that is wanted and a client is known; else a token that is pasted, or an app. `None` if everything has been said.
fn log_in_or_ask(
    args: &Args,
    session: &Session<'_>,
    store: &Store,
    mut plan: Plan,
    context: &Context<'_>,
) -> Result<Option<connect::Connected>, Failure> {
    let (way, place) = match args.login.choose(plan.login(session, store)?, (plan.provider, &plan.host), context)? {
        Chosen::Login(login) => *login,
        Chosen::Token => {
            let token = ask(args, &plan, context)?;
            let wants = plan.shape(&token)?.wants;
            plan.take_owner(wants);
            said_args::complete(&mut plan.said, wants, context)?;
            return add(session, store, plan, Offered::Token(token), context).map(Some);
        }
        Chosen::App if args.said.has_end() => {
            return Err(Failure::usage("the key of an app has no end here: leave out --expires-at"));
        }
        Chosen::App => return connect_app::run(&args.app, plan, session, context).map(|()| None),
    };
    say_if_copy(store, context)?;
    let scopes = args.login.scopes();
    let login = way.log_in(session, &place, scopes.as_deref(), context);
    context.wait(async {
        let (grant, page) = login.await?.parts();
        context.progress.begin(&format!("asking {}", plan.host));
        let connected = connect::connect(session, store, plan, Offered::Login(Box::new(grant))).await;
        let shown = connected.as_ref().map(|connected| &connected.connection);
        Login::show(page, outcome(shown)).await;
        connected.map(Some)
    })
}

/// Checks a token that somebody handed over, and stores it.
fn add(
    session: &Session<'_>,
    store: &Store,
    plan: Plan,
    offered: Offered,
    context: &Context<'_>,
) -> Result<connect::Connected, Failure> {
    if !plan.offline {
        context.progress.begin(&format!("asking {}", plan.host));
    }
    context.wait(connect::connect(session, store, plan, offered))
}

/// A login in the place of the one that a connection has.
fn log_in_again(name: &str, args: &Args, session: &Session<'_>, context: &Context<'_>) -> Result<(), Failure> {
    let store = session.writer()?;
    let (connection, place, scopes) = replace_token::again(session, &store, name)?;
    let (way, place) = args.login.settle(place, context)?;
    say_if_copy(&store, context)?;
    let scopes = args.login.scopes().or(scopes);
    let login = way.log_in(session, &place, scopes.as_deref(), context);
    let replaced = context.wait(async {
        let (grant, page) = login.await?.parts();
        let offered = Offered::Login(Box::new(grant));
        let replaced =
            replace_token::replace(session, &store, &connection, offered, Said::default(), args.allow_account_change).await;
        Login::show(page, outcome(replaced.as_ref().map(|replaced| &replaced.connection))).await;
        replaced
    })?;
    let warnings = replaced.warnings.iter().map(|warning| (warning.text.clone(), warning.hint.clone())).collect();
    say(&replaced.connection, warnings, replaced.durable, false, "logged in again:", context)
}

/// A login that is made in a copy of the store is not renewed there either: that is known before anybody goes to a browser.
fn say_if_copy(store: &Store, context: &Context<'_>) -> Result<(), Failure> {
    if crate::ops::store::is_copy(store)? {
        context
            .progress
            .warn("this store is a copy, its home is another machine: here the login lasts only as long as its first token");
        context.out.hint("gitconn store accept --move --yes   # makes this machine its home");
    }
    Ok(())
}

/// What the browser is shown in the end. Of a failure the terminal says more.
fn outcome(stored: Result<&Connection, &Error>) -> Outcome {
    match stored {
        Ok(connection) => Outcome::Connected {
            name: connection.name.to_string(),
            account: super::view::account(connection),
            host: connection.host.to_string(),
        },
        Err(_) => Outcome::Failed { what: "The login worked, but the connection was not stored.".to_owned() },
    }
}

/// Says what was stored.
fn say(
    connection: &Connection,
    warnings: Vec<(String, Option<String>)>,
    durable: bool,
    is_pending: bool,
    verb: &str,
    context: &Context<'_>,
) -> Result<(), Failure> {
    for (text, hint) in &warnings {
        context.out.warn(text);
        if let Some(hint) = hint {
            context.out.hint(hint);
        }
    }
    store::say_durability(durable, context);
    context.out.note(&sentence(verb, connection, context.env.now()));
    if is_pending {
        context.out.hint(&format!("gitconn validate {}", shell_word(connection.name.as_str())));
    } else {
        context.out.hint("gitconn repos");
    }
    context.out.data(&Stored::new(connection, warnings.into_iter().map(|(text, _)| text).collect()))
}

/// Shows the page where a token is made, opens it if that is wanted, and takes the token without echo, again if its text cannot be one.
fn ask(args: &Args, plan: &Plan, context: &Context<'_>) -> Result<Secret, Failure> {
    let page = plan.token_page();
    context.out.note(&format!("make a token at {}", page.url));
    if let Some(url) = &page.fine_grained {
        context.out.note(&format!("or a fine-grained one at {url}"));
    }
    for line in page.advice.iter().flat_map(|advice| advice.lines()) {
        context.out.note(&format!("  {line}"));
    }
    if args.open {
        browser::open(&page.url, context);
    }
    for _ in 0..2 {
        let token = context.prompt.secret("token", TOKEN_SOURCES)?;
        if token.expose().trim().is_empty() {
            return Err(Failure::interrupted());
        }
        match plan.shape(&token) {
            Ok(_) => return Ok(token),
            Err(error) => context.out.warn(&format!("{error}; try again")),
        }
    }
    let token = context.prompt.secret("token", TOKEN_SOURCES)?;
    plan.shape(&token)?;
    Ok(token)
}

/// ``connected `work` as octocat on github.com (classic token: repo, read:org; expires 18 Feb 2027, in 90 days)``
fn sentence(verb: &str, connection: &Connection, now: Timestamp) -> String {
    let account = match &connection.username {
        Some(_) => format!(" as {}", super::view::account(connection)),
        None => String::new(),
    };
    let mut facts = connect::describe(connection);
    if connection.scopes.is_some() {
        facts = format!("{facts}: {}", super::view::scopes(connection));
    }
    match connection.expiry {
        _ if connection.auto_renews => facts += "; renews itself",
        Expiry::At(at) => facts = format!("{facts}; expires {}, {}", words::date(at), words::relative(at, now)),
        Expiry::Never => facts += "; never expires",
        Expiry::Unknown => {}
    }
    let checked = if connection.validated_at.is_none() { ", not checked yet" } else { "" };
    // A bare number says nothing of what it is the number of.
    let told = connection.server_version.as_ref().filter(|version| version.starts_with(char::is_alphabetic));
    let server = told.map(|version| format!(", {}", clean(version))).unwrap_or_default();
    format!("{verb} `{}`{account} on {}{server} ({facts}{checked})", connection.name, connection.host)
}

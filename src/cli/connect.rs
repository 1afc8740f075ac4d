//! `gitconn connect`: takes a token, asks the provider about it, and stores it.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::failure::Failure;
use super::grid::Grid;
use super::out::{Style, View};
use super::token_input::TokenArgs;
use super::view::ConnectionView;
use super::{store, words};
use crate::env;
use crate::model::{Connection, Expiry, HostUrl, Name, ProviderId, Timestamp, shell_word};
use crate::ops::connect::{self, HostOptions, Plan};
use crate::secret::Secret;

/// What to add where nobody can be asked.
const TOKEN_SOURCES: &str = "--token-stdin < FILE";

/// Add a connection
///
/// The token comes from stdin, a file, a named variable, or a prompt; it is checked with the provider before it is stored. The first `connect`
/// also makes the store.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn connect github
  gitconn connect gitlab ops --host https://git.acme.com/gitlab --tag prod
  printf %s \"$TOKEN\" | gitconn connect github ci --token-stdin")]
pub(super) struct Args {
    /// Whose API the host speaks
    #[arg(value_enum)]
    provider: ProviderId,
    /// Name of the connection; made of provider, host and account if left out
    #[arg(value_name = "NAME")]
    name: Option<Name>,
    /// Address of a self-hosted instance, with its path root if it has one
    #[arg(long, value_name = "URL")]
    host: Option<String>,
    /// Address of the API where it is not the usual one for the host
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    #[command(flatten)]
    token: TokenArgs,
    /// Store without asking the provider: the status is `pending`
    #[arg(long)]
    offline: bool,
    /// Take a token whose checksum does not fit
    #[arg(long)]
    force: bool,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A word to find it by; may be given several times
    #[arg(long = "tag", value_name = "TAG", value_parser = words::parse_tag)]
    tags: Vec<String>,
    /// When the token ends, where the provider does not say
    #[arg(long, value_name = "DATE", value_parser = words::parse_date)]
    expires_at: Option<Timestamp>,
    /// Certificates (PEM) to trust for this host besides the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Client certificate with its key (PEM) for this host
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,
    /// Allow `http://` to this host: the token travels in the clear
    #[arg(long)]
    allow_http: bool,
    /// Let these host options count for the host's other connections too, where they differ from what is known
    #[arg(long)]
    replace_host: bool,
    /// Open the page for making a token in the browser
    #[arg(long)]
    open: bool,
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
    let session = context.session()?;
    let given = HostOptions {
        api: args.api_url.as_deref().map(HostUrl::parse).transpose().map_err(crate::ops::Error::from)?,
        ca_pem: read(args.ca_file.as_deref())?,
        client_pem: read(args.client_cert.as_deref())?.map(Secret::from),
        allow_http: args.allow_http,
        replace: args.replace_host,
    };
    let mut plan = Plan::new(args.provider, args.host.as_deref(), given)?;
    plan.name.clone_from(&args.name);
    plan.description.clone_from(&args.description);
    plan.tags.clone_from(&args.tags);
    plan.expires_at = args.expires_at;
    plan.offline = args.offline;
    plan.force = args.force;

    // A token that can never work is refused before a store is made for it; a name that is taken before anybody is asked for a token.
    let given = args.token.read(context)?;
    if let Some(token) = &given {
        plan.shape(token)?;
    } else if !context.prompt.is_allowed() {
        return Err(Failure::nobody_to_ask("token", TOKEN_SOURCES));
    }
    let store = store::open_or_make(&session, context)?;
    plan.check(&store)?;
    let token = match given {
        Some(token) => token,
        None => ask(args, &plan, context)?,
    };
    let host = plan.host.to_string();
    if !plan.offline {
        context.progress.begin(&format!("asking {host}"));
    }
    let connected = context.wait(connect::connect(&session, &store, plan, token))?;
    for warning in &connected.warnings {
        context.out.warn(&warning.text);
        if let Some(hint) = &warning.hint {
            context.out.hint(hint);
        }
    }
    store::say_durability(connected.durable, context);
    let connection = &connected.connection;
    context.out.note(&sentence(connection, context.env.now()));
    if args.offline {
        context.out.hint(&format!("gitconn validate {}", shell_word(connection.name.as_str())));
    } else {
        context.out.hint("gitconn repos");
    }
    let warnings = connected.warnings.iter().map(|warning| warning.text.clone()).collect();
    context.out.data(&Stored::new(connection, warnings))
}

/// Shows the page where a token is made, opens it if that is wanted, and takes the token without echo, again if its text cannot be one.
fn ask(args: &Args, plan: &Plan, context: &Context<'_>) -> Result<Secret, Failure> {
    let page = plan.token_page();
    context.out.note(&format!("make a token at {}", page.url));
    if let Some(url) = &page.fine_grained {
        context.out.note(&format!("or a fine-grained one at {url}"));
    }
    if let Some(advice) = page.advice {
        context.out.note(&format!("  {advice}"));
    }
    if args.open {
        // A browser inherits the environment, and there is no taking a variable out of our own.
        if env::name::SECRETS.iter().any(|name| context.env.os(name).is_some()) {
            context.out.warn("no browser is opened while GITCONN_KEY is set: it would inherit the key");
        } else if webbrowser::open(&page.url).is_err() {
            context.out.warn("no browser could be opened");
        }
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

fn read(path: Option<&Path>) -> Result<Option<String>, Failure> {
    path.map(|path| std::fs::read_to_string(path).map_err(|error| Failure::unreadable(path, error))).transpose()
}

/// ``connected `work` as octocat on github.com (classic token: repo, read:org; expires 18 Feb 2027, in 90 days)``
fn sentence(connection: &Connection, now: Timestamp) -> String {
    let account = match &connection.username {
        Some(_) => format!(" as {}", super::view::account(connection)),
        None => String::new(),
    };
    let mut facts = connect::describe(connection);
    if connection.scopes.is_some() {
        facts = format!("{facts}: {}", super::view::scopes(connection));
    }
    match connection.expiry {
        Expiry::At(at) => facts = format!("{facts}; expires {}, {}", words::date(at), words::relative(at, now)),
        Expiry::Never => facts += "; never expires",
        Expiry::Unknown => {}
    }
    let checked = if connection.validated_at.is_none() { ", not checked yet" } else { "" };
    format!("connected `{}`{account} on {} ({facts}{checked})", connection.name, connection.host)
}

//! `gitconn oauth`: as which app one logs in at a host.

use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Style, View};
use super::{commands, store, token_input};
use crate::model::{OAuthClient, ProviderId, clean, shell_word};
use crate::ops::clients::{self, HostClient, Set, Source};
use crate::ops::guide;

/// Say as which OAuth client to log in at a host
///
/// No client comes with gitconn: an app is registered once at the provider, and `connect` logs in with it from then on. `gitconn oauth status` shows where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Set(SetArgs),
    /// Show which hosts one can log in at, and how to register a client where one cannot
    Status,
    Remove(RemoveArgs),
}

/// Remember the client of a host
///
/// A public client has no secret. The one of the environment (`gitconn help environment`) goes first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn oauth set github.com --client-id Ov23li…
  printf %s \"$SECRET\" | gitconn oauth set github.com --client-id Ov23li… --client-secret-stdin
  gitconn oauth set git.acme.com/gitlab --provider gitlab --client-id 41d4…")]
struct SetArgs {
    /// The host's address
    host: String,
    /// The client's id, as the provider shows it
    #[arg(long, value_name = "ID", value_parser = parse_id)]
    client_id: String,
    /// Read the client's secret from stdin
    #[arg(long)]
    client_secret_stdin: bool,
    /// Whose API the host speaks, where its address does not tell
    #[arg(long, value_enum)]
    provider: Option<ProviderId>,
}

/// Forget the client of a host
#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// The host's address
    host: String,
    /// Whose API the host speaks, where its address does not tell
    #[arg(long, value_enum)]
    provider: Option<ProviderId>,
}

/// A client's id: what a provider shows, and no secret of a known shape (those are refused before anything is read).
fn parse_id(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 200 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a client's id has 1 to 200 letters, digits and signs, and no spaces".to_owned());
    }
    Ok(text.to_owned())
}

/// One host's JSON.
#[derive(Debug, Serialize)]
struct HostView {
    host: String,
    provider: ProviderId,
    enabled: bool,
    client_id: Option<String>,
    has_secret: bool,
    /// `store`, or the environment variable that says so.
    from: Option<&'static str>,
    /// Which logins there are: `browser`, `device`.
    logins: Vec<&'static str>,
    /// Connections that renew themselves there.
    connections: Vec<String>,
    /// Where a client is registered.
    register_url: String,
    /// The redirect address that it is registered with.
    redirect_uri: String,
    scopes: Vec<String>,
}

impl From<HostClient> for HostView {
    fn from(host: HostClient) -> Self {
        let guide = guide::guide(host.provider, &host.host);
        let logins = [("browser", host.ways.browser), ("device", host.ways.device)];
        Self {
            host: host.host.to_string(),
            provider: host.provider,
            enabled: host.is_ready(),
            has_secret: host.known.as_ref().is_some_and(|known| known.client.secret.is_some()),
            from: host.known.as_ref().map(|known| match known.from {
                Source::Env(name) => name,
                Source::Store => "store",
            }),
            client_id: host.known.map(|known| known.client.id),
            logins: logins.into_iter().filter(|(_, can)| *can).map(|(word, _)| word).collect(),
            connections: host.connections,
            register_url: guide.page,
            redirect_uri: guide.redirect,
            scopes: guide.scopes,
        }
    }
}

#[derive(Serialize)]
struct StatusView {
    /// `github_enabled`, `gitlab_enabled`: whether one can log in at the provider's own host.
    #[serde(flatten)]
    own: std::collections::BTreeMap<String, bool>,
    hosts: Vec<HostView>,
}

impl View for StatusView {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&["HOST", "PROVIDER", "LOGIN", "CLIENT", "SECRET", "FROM", "CONNECTIONS"]);
        for host in &self.hosts {
            let login = if host.enabled { style.good(&host.logins.join(", ")) } else { style.faint("not ready") };
            let has_secret = if host.has_secret { "yes" } else { "no" };
            grid.row(vec![
                host.host.clone(),
                host.provider.to_string(),
                login,
                host.client_id.as_deref().map_or_else(|| "-".to_owned(), |id| clean(id).into_owned()),
                if host.enabled { has_secret } else { "-" }.to_owned(),
                host.from.unwrap_or("-").to_owned(),
                host.connections.len().to_string(),
            ]);
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.hosts.iter().map(serde_json::to_value).collect()
    }
}

/// What `set` and `remove` came to.
#[derive(Serialize)]
struct Changed {
    host: String,
    provider: ProviderId,
    client_id: Option<String>,
    has_secret: bool,
    /// Connections that can no longer renew themselves.
    stranded: Vec<String>,
}

impl View for Changed {
    fn grid(&self, _: Style) -> Grid {
        Grid::new(&[])
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    match &args.command {
        Command::Set(args) => set(args, context),
        Command::Status => status(context),
        Command::Remove(args) => remove(args, context),
    }
}

fn set(args: &SetArgs, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let secret = if args.client_secret_stdin { Some(token_input::from_stdin("client secret", context)?) } else { None };
    let store = store::open_or_make(&session, context)?;
    let (provider, host) = clients::host_of(&*store.read()?, &args.host, args.provider)?;
    let client = OAuthClient { id: args.client_id.clone(), secret };
    let Set { has_secret, stranded, durable } = clients::set(&session, &store, (provider, host.clone()), &client)?;
    store::say_durability(durable, context);
    context.out.note(&format!("{host}: logs in as client `{}`", clean(&client.id)));
    if let Some(variable) = clients::overridden_by(&session, provider, &host)? {
        context.out.warn(&format!("{variable} names another client for {host}, and goes first"));
    }
    say_stranded(&stranded, context);
    let guide = guide::guide(provider, &host);
    if guide.every_login_wants_secret() && !has_secret {
        context.out.warn(&format!("nobody can log in at {host} without the client's secret"));
        context.out.hint(&commands::oauth_set(provider, &host.to_string(), Some(&client.id), "--client-secret-stdin"));
    } else {
        context.out.hint(&commands::connect(provider, None, &host.to_string(), ""));
    }
    context.out.data(&Changed { host: host.to_string(), provider, client_id: Some(client.id), has_secret, stranded })
}

fn say_stranded(stranded: &[String], context: &Context<'_>) {
    if let Some(first) = stranded.first() {
        let names = stranded.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        context.out.warn(&format!("made with another client, and cannot renew themselves any more: {names}"));
        context.out.hint(&format!("gitconn connect --reauth {}", shell_word(first)));
    }
}

fn status(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let view = match session.store() {
        Ok(store) => Some(store.read().map_err(crate::ops::Error::from)?),
        // The environment may have a client before there is a store.
        Err(crate::ops::Error::Store(crate::ops::StoreError::Missing(_))) => None,
        Err(other) => return Err(other.into()),
    };
    let hosts = clients::status(&session, view.as_deref())?;
    let own = hosts.iter().filter(|host| clients::is_own(host.provider, &host.host.to_string()));
    let own = own.map(|host| (format!("{}_enabled", host.provider), host.is_ready())).collect();
    // Of the hosts that are held; if none is, of the first.
    let missing: Vec<_> = hosts.iter().filter(|host| !host.is_ready()).collect();
    let held = missing.iter().filter(|host| host.is_held).count();
    let missing = missing.into_iter().filter(|host| held == 0 || host.is_held).take(held.max(1));
    let missing: Vec<_> = missing.map(|host| guide::guide(host.provider, &host.host)).collect();
    let view = StatusView { own, hosts: hosts.into_iter().map(Into::into).collect() };
    context.out.data(&view)?;
    for guide in missing {
        context.out.note(&format!("register a client for {} at {}, then:", guide.host, guide.page));
        context.out.hint(&commands::oauth_set_anew(&guide));
    }
    Ok(())
}

fn remove(args: &RemoveArgs, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let (provider, host) = clients::host_of(&*store.read()?, &args.host, args.provider)?;
    let Some(Set { stranded, durable, .. }) = clients::remove(&session, &store, (provider, host.clone()))? else {
        let message = format!("no client is remembered for {host}");
        return Err(Failure::new(Kind::NotFound, message).hint("gitconn oauth status"));
    };
    store::say_durability(durable, context);
    context.out.note(&format!("{host}: its client is forgotten"));
    say_stranded(&stranded, context);
    context.out.data(&Changed { host: host.to_string(), provider, client_id: None, has_secret: false, stranded })
}

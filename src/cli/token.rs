//! `gitconn token`: prints a live token, and nothing else.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::out::Format;
use super::words;
use crate::model::{Expiry, Permissions, RepositoryPath, Timestamp, shell_word};
use crate::ops::apps::token::Asked;
use crate::ops::token;
use crate::ops::{AppError, Error};

/// Print a live token, for a script that cannot take it otherwise
///
/// It goes to stdout with a line end, and nowhere else. Of a GitHub App it is the token of an installation: the shared one, which is kept for its hour, or
/// with --repo, --permission or --fresh one that is made for this call and kept nowhere.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name, beginning of an id, host, or address of a repository
    #[arg(value_name = "NAME|URL")]
    connection: String,
    /// Of a GitHub App: only for this repository; may be given several times
    #[arg(long = "repo", value_name = "OWNER/NAME", value_parser = parse_path, conflicts_with_all = ["installation", "webhook_secret"])]
    repositories: Vec<RepositoryPath>,
    /// Of a GitHub App: only this permission; may be given several times
    #[arg(long = "permission", value_name = "NAME=LEVEL", value_parser = words::parse_permission, conflicts_with = "webhook_secret")]
    permissions: Vec<(String, String)>,
    /// Of a GitHub App: its installation on this account, or of this number
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "webhook_secret")]
    installation: Option<String>,
    /// Of a GitHub App: a token of its own instead of the shared one
    #[arg(long, conflicts_with = "webhook_secret")]
    fresh: bool,
    /// Of a GitHub App that was made here: the secret that its webhook's events are signed with, instead of a token
    #[arg(long)]
    webhook_secret: bool,
}

fn parse_path(text: &str) -> Result<RepositoryPath, String> {
    let path = RepositoryPath::new(text).filter(|path| path.segments().count() == 2);
    path.ok_or_else(|| "a repository is named `owner/name`".to_owned())
}

/// The token's JSON: the one place where a secret is written out, because that is what was asked for.
#[derive(Serialize)]
struct TokenView<'a> {
    token: &'a str,
    connection: &'a str,
    username: Option<&'a str>,
    /// The user name git sends with it over HTTPS.
    git_username: &'static str,
    expires_at: Option<Timestamp>,
    /// Of an app: the number of the installation.
    installation_id: Option<u64>,
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let view = store.read()?;
    let (connection, path) = token::meant(&session, &view, &args.connection)?;
    if args.webhook_secret {
        let secret = token::webhook_secret(&view, &connection)?;
        return context.out.raw(&zeroize::Zeroizing::new(format!("{}\n", secret.expose())));
    }
    let asked = asked(args);
    let (serving, narrowing) = token::settle(&view, connection, path.as_ref(), &asked).map_err(|error| explained(error, args))?;
    let at_hand = if asked.is_for_one_call() { None } else { token::at_hand(&session, &store, &view, &serving)? };
    let handed = match at_hand {
        Some(handed) => handed,
        None if asked.is_for_one_call() => context.wait(token::once(&session, &store, &serving, &narrowing))?,
        None => context.wait(token::live(&session, &store, &serving))?,
    };
    let (secret, connection) = (&handed.token, &handed.connection);
    let account = handed.installation.as_ref().map(|installation| installation.account.as_str());
    let text = match context.out.format() {
        Format::Table | Format::Tsv => zeroize::Zeroizing::new(format!("{}\n", secret.expose())),
        Format::Json | Format::Ndjson => {
            let view = TokenView {
                token: secret.expose(),
                connection: connection.name.as_str(),
                username: account.or(connection.username.as_deref()),
                git_username: token::git_username(connection),
                expires_at: handed.expiry.at(),
                installation_id: handed.installation.as_ref().map(|installation| installation.id),
            };
            zeroize::Zeroizing::new(serde_json::to_string(&view).map_err(Failure::bug)? + "\n")
        }
    };
    context.out.raw(&text)?;
    if let Expiry::At(at) = handed.expiry
        && at <= context.env.now()
    {
        context.out.warn(&format!("by what is known, `{}` has expired", connection.name));
    }
    token::note(&session, &store, &view, connection, path.as_ref().or(args.repositories.first()));
    Ok(())
}

/// What was typed beyond the connection.
fn asked(args: &Args) -> Asked {
    Asked {
        installation: args.installation.clone(),
        repositories: args.repositories.clone(),
        permissions: args.permissions.iter().cloned().collect::<Permissions>(),
        fresh: args.fresh,
    }
}

/// One of several installations is named by adding to what was typed.
fn explained(error: Error, args: &Args) -> Failure {
    let accounts = match &error {
        Error::App(app) => match &**app {
            AppError::WhichInstallation { accounts, .. } if args.installation.is_none() => accounts,
            _ => return error.into(),
        },
        _ => return error.into(),
    };
    let account = accounts.first().map(|account| shell_word(account).into_owned()).unwrap_or_default();
    Failure::from(error).again(format!("--installation {account}"), "for example")
}

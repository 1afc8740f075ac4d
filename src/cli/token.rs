//! `gitconn token`: prints a live token, and nothing else.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::narrow_args::NarrowArgs;
use super::out::Format;
use crate::model::{Expiry, Purpose, Timestamp};
use crate::ops::token;

/// Print a live token, for a script that cannot take it otherwise
///
/// It goes to stdout with a line end, and nowhere else. Of a GitHub App it is the token of an installation: the shared one, which is kept for its hour, or
/// with --repo, --permission or --fresh one that is made for this call and kept nowhere.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name, beginning of an id, host, or address of a repository
    #[arg(value_name = "NAME|URL")]
    connection: String,
    #[command(flatten)]
    narrow: NarrowArgs,
    /// Of a GitHub App that was made here: the secret that its webhook's events are signed with, instead of a token
    #[arg(long, conflicts_with_all = ["repositories", "permissions", "installation", "fresh"])]
    webhook_secret: bool,
}

/// What a webhook's events are signed with, as JSON.
#[derive(Serialize)]
struct WebhookSecretView<'a> {
    webhook_secret: &'a str,
    connection: &'a str,
}

/// The token's JSON: written out, because that is what was asked for.
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
    token::exportable(&connection)?;
    if args.webhook_secret {
        let secret = token::webhook_secret(&view, &connection)?;
        let text = match context.out.format() {
            Format::Table | Format::Tsv => zeroize::Zeroizing::new(format!("{}\n", secret.expose())),
            Format::Json | Format::Ndjson => {
                let view = WebhookSecretView { webhook_secret: secret.expose(), connection: connection.name.as_str() };
                zeroize::Zeroizing::new(serde_json::to_string(&view).map_err(Failure::bug)? + "\n")
            }
        };
        return context.out.raw(&text);
    }
    let asked = args.narrow.asked()?;
    let (serving, narrowing) =
        token::settle(&view, connection, path.as_ref(), &asked).map_err(|error| args.narrow.explained(error))?;
    let own = asked.is_for_one_call().then_some(&narrowing);
    let handed = token::handed((&session, &store, &view), &serving, own, |work| context.wait(work))?;
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
    token::note(&session, &store, &view, connection, Purpose::Token, path.as_ref().or(args.narrow.repository()));
    Ok(())
}

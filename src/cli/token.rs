//! `gitconn token`: prints a live token, and nothing else.

use serde::Serialize;

use super::context::Context;
use super::failure::Failure;
use super::out::Format;
use crate::model::{Expiry, Timestamp};
use crate::ops::token;

/// Print a live token, for a script that cannot take it otherwise
///
/// It goes to stdout with a line end, and nowhere else.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name, beginning of an id, host, or address of a repository
    #[arg(value_name = "NAME|URL")]
    connection: String,
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
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.store()?;
    let view = store.read()?;
    let connection = token::connection(&session, &view, &args.connection)?;
    let (secret, connection) = match token::at_hand(&session, &store, &view, &connection)? {
        Some(secret) => (secret, connection),
        None => context.wait(token::live(&session, &store, &connection))?,
    };
    let text = match context.out.format() {
        Format::Table | Format::Tsv => zeroize::Zeroizing::new(format!("{}\n", secret.expose())),
        Format::Json | Format::Ndjson => {
            let view = TokenView {
                token: secret.expose(),
                connection: connection.name.as_str(),
                username: connection.username.as_deref(),
                git_username: token::git_username(&connection),
                expires_at: connection.expiry.at(),
            };
            zeroize::Zeroizing::new(serde_json::to_string(&view).map_err(Failure::bug)? + "\n")
        }
    };
    context.out.raw(&text)?;
    if let Expiry::At(at) = connection.expiry
        && at <= context.env.now()
    {
        context.out.warn(&format!("by what is known, `{}` has expired", connection.name));
    }
    token::note(&session, &store, &view, &connection);
    Ok(())
}

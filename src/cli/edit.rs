//! `gitconn edit`: what the user says of a connection, and a new token in place of the old.

use super::app_args::{KeyArgs, KeyText};
use super::connect::Stored;
use super::context::Context;
use super::failure::Failure;
use super::token_input::TokenArgs;
use super::{said_args, store, words};
use crate::model::{Expiry, Name};
use crate::ops::apps::replace_key;
use crate::ops::edit::{self, Changes};
use crate::ops::{Offered, Said, Session, Store, replace_token, resolve};

/// Change name, description, end, tags, workspace, hook, whether `token` hands it out, or put a new token or key in place
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  gitconn edit work --name work-2027 --tag prod --untag staging
  gitconn edit ci --hook 'gh secret set DEPLOY_TOKEN --repo acme/site'
  gitconn edit work --token-stdin < new-token", mut_group("KeyArgs", |group| group.conflicts_with("TokenArgs")))]
pub(super) struct Args {
    /// Name, or the beginning of an id
    #[arg(value_name = "NAME")]
    connection: String,
    /// New name
    #[arg(long, value_name = "NEW")]
    name: Option<Name>,
    /// What it is for; an empty text removes it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// When the token ends, or `none`
    #[arg(long, value_name = "DATE|none", value_parser = parse_end)]
    expires_at: Option<Expiry>,
    /// E-mail address that the token is sent with (Bitbucket's API tokens)
    #[arg(long, value_name = "ADDRESS", value_parser = said_args::parse_email)]
    email: Option<String>,
    /// Workspace that the connection is confined to (Bitbucket); an empty text lifts it
    #[arg(long, value_name = "WORKSPACE", value_parser = parse_workspace)]
    workspace: Option<String>,
    /// Command that is run in a shell after each rotation, with the new token on stdin; an empty text removes it
    #[arg(long, value_name = "CMD")]
    hook: Option<String>,
    /// Forbid `token` for it: it then serves git and `exec` only
    #[arg(long, conflicts_with = "export")]
    no_export: bool,
    /// Allow `token` again
    #[arg(long)]
    export: bool,
    /// Add a tag; may be given several times
    #[arg(long = "tag", value_name = "TAG", value_parser = words::parse_tag)]
    tags: Vec<String>,
    /// Take a tag away; may be given several times
    #[arg(long = "untag", value_name = "TAG")]
    untags: Vec<String>,
    #[command(flatten)]
    token: TokenArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Allow a new token of another account
    #[arg(long)]
    allow_account_change: bool,
}

fn parse_end(text: &str) -> Result<Expiry, String> {
    if text == "none" { Ok(Expiry::Never) } else { words::parse_date(text).map(Expiry::At) }
}

fn parse_workspace(text: &str) -> Result<String, String> {
    if text.is_empty() { Ok(String::new()) } else { said_args::parse_workspace(text) }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    // What goes with a new token is said of that one, not of the old.
    let of_old = |text: &Option<String>| text.clone().filter(|_| !args.token.is_given());
    let changes = Changes {
        name: args.name.clone(),
        description: args.description.clone(),
        expiry: args.expires_at.filter(|end| !args.token.is_given() || end.at().is_none()),
        email: of_old(&args.email),
        workspace: of_old(&args.workspace),
        hook: args.hook.clone(),
        no_export: (args.no_export || args.export).then_some(args.no_export),
        add_tags: args.tags.clone(),
        remove_tags: args.untags.clone(),
    };
    if changes.is_empty() && !args.token.is_given() && !args.key.is_given() {
        return Err(Failure::usage("nothing to change").hint("gitconn edit --help"));
    }
    if args.token.is_given() && args.key.is_given() {
        return Err(Failure::usage("a connection has a token or a private key, not both"));
    }
    let session = context.session()?;
    let store = session.writer()?;
    let mut warnings = Vec::new();
    if let Some(end) = args.expires_at.and_then(Expiry::at).filter(|end| *end <= context.env.now()) {
        let past = format!("{} is in the past: from now on the token counts as ended", words::date(end));
        context.out.warn(&past);
        warnings.push(past);
    }
    if let Some(key) = args.key.read(context)? {
        warnings.extend(put_key(args, &key, &changes, (&session, &store), context)?);
    }
    if let Some(token) = args.token.read(context)? {
        let before = resolve::named(&*store.read()?, &args.connection)?;
        // Either all of it or nothing: a name that is taken is found out before the token is replaced.
        edit::check(&store, &before, &changes)?;
        context.progress.begin(&format!("asking {}", before.host));
        let said = Said {
            email: args.email.clone(),
            workspace: args.workspace.clone(),
            expires_at: args.expires_at.and_then(Expiry::at),
        };
        let offered = Offered::Token(token);
        let replaced =
            context.wait(replace_token::replace(&session, &store, &before, offered, said, args.allow_account_change))?;
        store::say_durability(replaced.durable, context);
        for warning in &replaced.warnings {
            context.out.warn(&warning.text);
            if let Some(hint) = &warning.hint {
                context.out.hint(hint);
            }
        }
        warnings.extend(replaced.warnings.into_iter().map(|warning| warning.text));
        context.out.note(&format!("`{}` has a new token; the old one was not revoked", before.name));
    }
    let edited = edit::edit(&session, &store, &args.connection, &changes)?;
    store::say_durability(edited.durable, context);
    if !changes.is_empty() {
        context.out.note(&match edited.fields.as_slice() {
            [] => format!("`{}` is so already", edited.connection.name),
            fields => format!("changed `{}`: {}", edited.connection.name, fields.join(", ")),
        });
    }
    context.out.data(&Stored::new(&edited.connection, warnings))
}

/// A new private key in the place of an app's.
fn put_key(
    args: &Args,
    key: &KeyText,
    changes: &Changes,
    (session, store): (&Session<'_>, &Store),
    context: &Context<'_>,
) -> Result<Vec<String>, Failure> {
    let before = resolve::named(&*store.read().map_err(crate::ops::Error::from)?, &args.connection)?;
    edit::check(store, &before, changes)?;
    context.progress.begin(&format!("asking {}", before.host));
    let replaced = context.wait(replace_key::replace(session, store, &before, &key.text))?;
    store::say_durability(replaced.durable, context);
    for warning in &replaced.warnings {
        context.out.warn(&warning.text);
    }
    context
        .out
        .note(&format!("`{}` signs with the new key; the old one stays good until it is deleted on the app's page", before.name));
    if replaced.durable {
        key.origin.say_kept(context);
    }
    Ok(replaced.warnings.into_iter().map(|warning| warning.text).collect())
}

//! `gitconn remove`: takes a connection out of the store, after the name was typed.

use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Style, View};
use crate::model::shell_word;
use crate::ops::{Error, RevokeBy, remove};

/// Remove a connection, after its name was typed; the token itself lives on unless --revoke is given
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name, or the beginning of an id
    name: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Also revoke the token at the provider; this cannot be undone
    #[arg(long)]
    revoke: bool,
    /// Also remove what depends on it
    #[arg(long)]
    cascade: bool,
}

#[derive(Serialize)]
struct Removed {
    deleted: bool,
    revoked: bool,
}

impl View for Removed {
    fn grid(&self, _: Style) -> Grid {
        Grid::new(&[])
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    let store = session.writer()?;
    let remove::Plan { connection, by, is_default, twins, revoke_by } = remove::plan(&session, &store, &args.name)?;
    let name = connection.name.as_str();
    let credential = if connection.is_app() { "private key" } else { "token" };
    if !by.is_empty() && !args.cascade {
        return Err(Error::Depended { name: name.to_owned(), by }.into());
    }
    if let (true, RevokeBy::Page(url)) = (args.revoke, &revoke_by) {
        let message = if connection.is_app() {
            format!("{} has no call that deletes an app's private key: only a person can, on its page", connection.host)
        } else {
            format!("{} has no call that revokes this token: only a person can, on a page", connection.host)
        };
        return Err(Failure::new(Kind::Failed, message)
            .open(url)
            .hint(format!("gitconn remove {}   # without --revoke", shell_word(name))));
    }
    if args.revoke && !twins.is_empty() {
        context.out.warn(&format!("the same token is held by {}: it dies there too", twins.join(", ")));
    }
    if !args.yes {
        let fate = if args.revoke { "and revokes its token for good".to_owned() } else { format!("; its {credential} lives on") };
        let what = format!("this removes `{name}` ({} on {})", super::view::account(&connection), connection.host);
        if context.prompt.is_allowed() {
            context.out.note(&format!("{what}{}{fate}", if args.revoke { " " } else { "" }));
        }
        let typed = context.prompt.line("type its name to go on", "--yes")?;
        if typed.to_lowercase() != connection.name.key() {
            return Err(Failure::interrupted_by("the name was not typed; nothing was removed"));
        }
    }
    if args.revoke {
        context.progress.begin(&format!("asking {}", connection.host));
        let without = format!("gitconn remove {}   # without --revoke", shell_word(name));
        let revoked = context.wait(remove::revoke(&session, &store, &connection));
        let revoked = revoked.map_err(|failure| failure.cause("nothing was removed").hint(without))?;
        context.out.note(match revoked {
            crate::ops::Revoked::Done => "the token is revoked",
            crate::ops::Revoked::Accepted => "the provider has taken the order to revoke the token; it dies within moments",
        });
    }
    let durable = remove::remove(&session, &store, &connection, is_default)?;
    super::store::say_durability(durable, context);
    context.out.note(&format!("removed `{name}`"));
    if !args.revoke && !twins.is_empty() {
        context.out.note(&format!("its {credential} is still held by {}", twins.join(", ")));
    } else if !args.revoke && connection.status.is_usable() {
        let verb = if connection.is_app() { "delete" } else { "revoke" };
        context.out.note(&format!("its {credential} still works at {}: {verb} it there if nobody needs it", connection.host));
        if let (true, RevokeBy::Page(url)) = (connection.is_app(), &revoke_by) {
            context.out.hint(&super::failure::open(url));
        }
    }
    context.out.data(&Removed { deleted: true, revoked: args.revoke })
}

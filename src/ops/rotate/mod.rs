//! `rotate`: a new token in the place of an old one, so that none is lost (reliability §3.5). The order is always the same: the store is proved to be savable
//! by saving what is about to happen → one call, or a person's paste → save → verify from the saved copy → hook → end the old token → done. Each step is
//! in the store before the next, so that whoever comes after a crash knows how far it had come.

mod api;
mod ask;
mod choose;
mod dependents;
mod error;
mod finish;
mod guided;
mod hook;
mod keep;
mod many;
mod settle;

use jiff::civil::Date;

pub(crate) use self::choose::{Chosen, choose, unfinished};
pub(crate) use self::dependents::dies_with;
pub(crate) use self::error::RotateError;
pub(crate) use self::finish::{Fate, Finished, HookRun, end_old, go_on};
pub(crate) use self::guided::{Accepted, First, accept, accept_key, prepare, revoke_first};
pub(crate) use self::many::{Outcome, run};
pub(crate) use self::settle::say_unfinished;
pub(super) use self::settle::{STORY, is_in_doubt, settled};

use super::{Error, Session, clients, resolve};
use crate::model::{AuthMethod, Connection, OldToken, Rotation, RotationStep};
use crate::provider::{self, RotateBy, TokenPage};
use crate::store::{Store, View};

/// What is wanted of a rotation.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The day on whose beginning the new token ends, UTC.
    pub(crate) expires_on: Date,
    /// Whether somebody named that day: then nothing else will do.
    pub(crate) is_said: bool,
    pub(crate) old: Old,
    /// The old token is in wrong hands.
    pub(crate) is_compromised: bool,
    /// The command that is told, instead of the connection's own.
    pub(crate) hook: Option<String>,
    /// The connection that makes the new token, by name.
    pub(crate) maker: Option<String>,
    pub(crate) allow_account_change: bool,
    /// Only what was begun is gone on with; nothing new is begun.
    pub(crate) is_resume: bool,
}

/// What is wanted of the old token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Old {
    /// Whatever is usual: ended where the provider made the new one, asked about where a person did.
    Usual,
    Revoke,
    Keep,
}

/// How it goes for one connection.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// The pair of a login is renewed.
    Renew,
    /// One call, after which the old one is dead at once.
    AtOnce,
    /// One call, of the token itself or of a connection that may make others; the old one lives until it is ended.
    Overlap { maker: Option<Box<Connection>> },
    /// A person makes the new one, on this page.
    Guided(TokenPage),
    /// A person makes a new private key for an app, on this page.
    Key(String),
    /// Somebody logs in again.
    Login,
}

/// What would happen to one connection.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) connection: Connection,
    pub(crate) way: Way,
    /// One that was begun before and not finished.
    pub(crate) open: Option<Rotation>,
    /// The name under which the new token is made.
    pub(crate) label: String,
    /// Other connections that hold the same token: they get the new one too.
    pub(crate) twins: Vec<Connection>,
}

impl Plan {
    /// Whether nobody is needed for it.
    pub(crate) const fn is_automatic(&self, order: &Order) -> bool {
        match self.way {
            _ if order.is_resume => true,
            // One that is in wrong hands is not only finished.
            _ if self.is_only_unfinished() && !order.is_compromised => true,
            // A login that is in wrong hands is revoked, and somebody logs in again.
            Way::Renew => !order.is_compromised,
            Way::AtOnce | Way::Overlap { .. } => true,
            Way::Guided(_) | Way::Key(_) | Way::Login => false,
        }
    }

    /// Whether the new token is in place already, and only what comes after it is left.
    pub(crate) const fn is_only_unfinished(&self) -> bool {
        match &self.open {
            Some(open) => !matches!(open.step, RotationStep::Asked),
            None => false,
        }
    }
}

/// How that goes for a connection, by what is known of its provider and server.
pub(crate) fn way(connection: &Connection) -> RotateBy {
    provider::kind(connection.provider).rotate_by(connection)
}

/// How it would go, and whether it may. `is_handed_over`: somebody has made the new token already.
///
/// # Errors
///
/// `RotateError::KeepsNoOld` where the old token is to be kept and cannot be; `RotateError::NotBeside` where no other connection can make such a token.
pub(crate) fn plan(
    session: &Session<'_>,
    view: &View,
    connection: Connection,
    order: &Order,
    is_handed_over: bool,
) -> Result<Plan, Error> {
    let label = label(session, &connection);
    let open = view.rotation(&connection.id)?;
    let name = || connection.name.to_string();
    if is_handed_over && !order.is_compromised && open.as_ref().is_some_and(|open| open.step != RotationStep::Asked) {
        return Err(RotateError::Unfinished { name: name() }.into());
    }
    if is_handed_over && connection.auth_method == AuthMethod::OAuth {
        return Err(RotateError::WantsLogin { name: name() }.into());
    }
    let kind = provider::kind(connection.provider);
    let page = || Way::Guided(kind.successor_page(&connection, &label));
    let way = if let Some(page) = super::apps::keys_page(view, &connection)? {
        Way::Key(page)
    } else if is_handed_over {
        page()
    } else if let Some(typed) = &order.maker {
        let maker = maker(view, &connection, typed)?;
        Way::Overlap { maker: Some(Box::new(maker)) }
    } else {
        match way(&connection) {
            RotateBy::Itself => Way::Renew,
            RotateBy::ApiAtOnce => Way::AtOnce,
            RotateBy::Reset if reset_client(session, view, &connection)?.is_some() => Way::AtOnce,
            // A token that others have must not be what the new one is made with.
            RotateBy::Api if order.is_compromised => page(),
            RotateBy::Api => Way::Overlap { maker: None },
            RotateBy::Reset | RotateBy::Login => Way::Login,
            RotateBy::Page(_) => page(),
        }
    };
    let goes_on = open.as_ref().is_some_and(|open| open.step != RotationStep::Asked) || order.is_resume;
    if order.old == Old::Keep && matches!(way, Way::Renew | Way::AtOnce) && !goes_on {
        let (name, host) = (connection.name.to_string(), connection.host.to_string());
        let has_other_way = kind.makes_beside(&connection);
        return Err(RotateError::KeepsNoOld { name, host, has_other_way }.into());
    }
    let twins = keep::twins(view, &connection)?;
    Ok(Plan { connection, way, open, label, twins })
}

/// The connection that is to make a token beside another's.
fn maker(view: &View, connection: &Connection, typed: &str) -> Result<Connection, Error> {
    let maker = resolve::usable(view, typed)?;
    let name = connection.name.to_string();
    if !provider::kind(connection.provider).makes_beside(connection) {
        return Err(RotateError::NotBeside { name, provider: connection.provider }.into());
    }
    if maker.host != connection.host || maker.provider != connection.provider || maker.id == connection.id {
        let host = connection.host.to_string();
        return Err(RotateError::OtherMaker { name, host, maker: maker.name.to_string() }.into());
    }
    Ok(maker)
}

/// The client that may reset a login's token: the one that the login was made with, if its secret is known.
fn reset_client(session: &Session<'_>, view: &View, connection: &Connection) -> Result<Option<crate::model::OAuthClient>, Error> {
    if connection.auth_method != AuthMethod::OAuth {
        return Ok(None);
    }
    let Some(grant) = view.grant(&connection.id)? else { return Ok(None) };
    let known = clients::of_host(session.env(), view, connection.provider, &connection.host)?;
    Ok(known.map(|known| known.client).filter(|client| client.id == grant.client_id && client.secret.is_some()))
}

/// `gitconn work 2026-11-20 1a2b`: says where a token comes from, and no other has it.
fn label(session: &Session<'_>, connection: &Connection) -> String {
    let day = session.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let random = uuid::Uuid::new_v4().simple().to_string();
    let name: String = connection.name.as_str().chars().filter(char::is_ascii).take(24).collect();
    format!("gitconn {} {day} {}", name.trim(), random.get(..4).unwrap_or_default())
}

impl Order {
    /// The command that is told of a new token: the one that was named, else the connection's own.
    fn hook_of(&self, connection: &Connection) -> Option<String> {
        self.hook.clone().or_else(|| connection.hook.clone()).filter(|hook| !hook.trim().is_empty())
    }

    /// What becomes of a token that lives on.
    const fn fate(&self, usual: OldToken) -> OldToken {
        match self.old {
            Old::Usual if self.is_compromised => OldToken::Revoke,
            Old::Usual => usual,
            Old::Revoke => OldToken::Revoke,
            Old::Keep => OldToken::Keep,
        }
    }
}

/// A store that may be written here: a copy must not end a token that its home still holds.
fn at_home(store: &Store, view: &View, connection: &Connection) -> Result<(), Error> {
    if store.is_at_home(&view.meta()?) {
        return Ok(());
    }
    let (name, host) = (connection.name.to_string(), connection.host.to_string());
    Err(RotateError::Copy { name, host }.into())
}

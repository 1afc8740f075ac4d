//! Whether the store can stand in for what another program keeps: only then it may go from there.

use crate::model::{Connection, HostUrl, shell_word};
use crate::ops::import::entry::Useless;
use crate::ops::{Error, connect_many, detect};
use crate::store::{Db, HeldAs};

/// Who has a token that is kept for an address.
pub(super) enum Keeper {
    /// A connection that serves that host with it.
    Serves(String),
    /// A connection has it, or had it, and does not serve that host with it. Why.
    Idle(Useless),
    Nobody,
}

/// Looks in the store for a token by its fingerprint. The same text may be a token of two hosts: whoever has it for one does not answer for the other.
///
/// # Errors
///
/// If the store cannot be read.
pub(super) fn keeper(db: &Db, fingerprint: &str, address: &HostUrl) -> Result<Keeper, Error> {
    let mut idle = None;
    for holder in db.holders(fingerprint)? {
        let Some(connection) = db.find(holder.connection.as_str())?.filter(|found| found.id == holder.connection) else {
            continue;
        };
        match doubt(&connection, &holder.held_as, address) {
            None => return Ok(Keeper::Serves(connection.name.to_string())),
            Some(useless) => idle = idle.or(Some(useless)),
        }
    }
    if let Some(useless) = idle {
        return Ok(Keeper::Idle(useless));
    }
    Ok(match connect_many::holder(db, fingerprint)? {
        Some(Connection { name, .. }) => {
            Keeper::Idle(Useless::because(format!("`{name}` had it before, and has another one now")))
        }
        None => Keeper::Nobody,
    })
}

/// Why a connection that has a token does not serve an address with it.
fn doubt(connection: &Connection, held_as: &HeldAs, address: &HostUrl) -> Option<Useless> {
    let Connection { name, host, status, .. } = connection;
    let word = shell_word(name.as_str());
    if host.origin() != detect::web_host(address).origin() {
        return Some(Useless::because(format!("`{name}` holds it for another host, {host}")));
    }
    if *held_as != HeldAs::Token {
        return Some(Useless::because(format!("`{name}` holds it, and not as the token that it serves with")));
    }
    if !connection.is_active {
        return Some(Useless::because(format!("`{name}` holds it and is disabled")).instead(format!("gitconn enable {word}")));
    }
    if !status.is_usable() {
        return Some(Useless::because(format!("`{name}` holds it and is {status}")).instead(format!("gitconn rotate {word}")));
    }
    None
}

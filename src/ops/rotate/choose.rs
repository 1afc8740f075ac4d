//! Which connections are rotated: those that were named, or those that are due.

use std::time::Duration;

use super::super::{Error, Filter, resolve};
use super::RotateError;
use crate::model::{Connection, Timestamp};
use crate::store::{Store, View};

/// What was said of them.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// Names, or the beginnings of ids.
    pub(crate) names: Vec<String>,
    /// Those that are not named have to pass it.
    pub(crate) filter: Filter,
    /// Only those that are due: whose token ends within the first span, or has no end and is older than the second.
    pub(crate) due: Option<(Option<Duration>, Option<Duration>)>,
}

/// Those that are meant, each once, by name.
///
/// # Errors
///
/// If a name does not exist. None at all is no error here: nothing may be due.
pub(crate) fn choose(view: &View, chosen: &Chosen, now: Timestamp) -> Result<Vec<Connection>, Error> {
    let fits =
        |connection: &Connection| chosen.due.is_none_or(|(within, older_than)| connection.due(now, within, older_than).is_some());
    if !chosen.names.is_empty() {
        if chosen.filter != Filter::default() {
            return Err(Error::Usage("connections are chosen by name or by filter, not by both".to_owned()));
        }
        let mut found: Vec<Connection> = Vec::with_capacity(chosen.names.len());
        for name in &chosen.names {
            let connection = resolve::named(view, name)?;
            if fits(&connection) && !found.iter().any(|known| known.id == connection.id) {
                found.push(connection);
            }
        }
        return Ok(found);
    }
    let all = view.connections()?.into_iter();
    Ok(all.filter(|connection| connection.is_active && chosen.filter.passes(connection) && fits(connection)).collect())
}

/// Those with a rotation that can be gone on with: the ones that were named, or all.
///
/// # Errors
///
/// `RotateError::NothingOpen` for one that was named and has none.
pub(crate) fn unfinished(store: &Store, view: &View, names: &[String]) -> Result<Vec<Connection>, Error> {
    let is_open = |connection: &Connection| {
        let is_rescued = || !connection.auto_renews && store.has_rescued(&view.header().store_id, &connection.id);
        Ok::<_, Error>(view.rotation(&connection.id)?.is_some() || is_rescued())
    };
    let mut found = Vec::new();
    if names.is_empty() {
        for connection in view.connections()? {
            if is_open(&connection)? {
                found.push(connection);
            }
        }
        return Ok(found);
    }
    for name in names {
        let connection = resolve::named(view, name)?;
        if !is_open(&connection)? {
            return Err(RotateError::NothingOpen { name: connection.name.to_string() }.into());
        }
        found.push(connection);
    }
    Ok(found)
}

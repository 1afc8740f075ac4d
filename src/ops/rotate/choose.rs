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

/// Those that are meant, each once.
///
/// # Errors
///
/// As with [`resolve::several`]; but where only what is due was asked for, none at all is no error.
pub(crate) fn choose(view: &View, chosen: &Chosen, now: Timestamp) -> Result<Vec<Connection>, Error> {
    let found = resolve::several(view, &chosen.names, &chosen.filter);
    let Some((within, older_than)) = chosen.due else { return found };
    match found {
        Err(Error::NoneUsable { .. }) => Ok(Vec::new()),
        found => Ok(found?.into_iter().filter(|connection| connection.due(now, within, older_than).is_some()).collect()),
    }
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

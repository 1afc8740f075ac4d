//! What follows the use of a connection: it is noted, and whoever used it hears in time that its token ends.

use super::Session;
use crate::model::{Connection, Due, Purpose};
use crate::store::{Store, View};

/// Notes that a connection was used, and warns if its end is near. Never makes anyone wait and never fails.
pub(super) fn note(
    session: &Session<'_>,
    store: &Store,
    view: &View,
    connection: &Connection,
    purpose: Purpose,
    repository: Option<&str>,
) {
    store.note_use(view, &connection.id, purpose, repository, &session.stamp());
    warn(session, store, view, connection);
}

/// Says once a day that the token, or the login behind it, ends before long. What has ended already is its provider's to refuse.
fn warn(session: &Session<'_>, store: &Store, view: &View, connection: &Connection) {
    let now = session.now();
    let ends = |connection: &Connection| {
        let due = connection.due(now, Some(session.config().expiry_warning()), None)?;
        due.end().filter(|end| *end > now).map(|_| due)
    };
    // Most of the time this is all that is done.
    let Some(due) = ends(connection) else { return };
    let due = if matches!(due, Due::LoginEnds(_)) { ends(&present(store, connection)) } else { Some(due) };
    if let Some(due) = due
        && session.notices().is_heard()
        && store.is_first_today(view, &connection.id, now)
    {
        session.notices().warn(&format!("{}: {}", due.in_words(connection, now), due.remedy(connection)));
    }
}

/// The connection as the store has it now: this very use may have renewed its login.
fn present(store: &Store, connection: &Connection) -> Connection {
    let present = store.read().and_then(|view| view.find(connection.id.as_str()));
    present.ok().flatten().unwrap_or_else(|| connection.clone())
}

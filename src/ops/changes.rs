//! What a check changed: what was known of each connection, beside what was found.

use super::Error;
use super::apps::sync::{self, Changes};
use super::validate::Checked;
use crate::model::{Connection, EventKind, Status, Verdict};
use crate::store::{Db, EventQuery};

/// So many checks are looked back on for one that learnt something.
const ENOUGH: usize = 100;

/// What is not as it was.
#[derive(Debug)]
pub(crate) struct Change {
    /// The last verdict that was known; `None` if the credential was never checked.
    pub(crate) was: Option<Verdict>,
    /// Of an app: of its installations.
    pub(crate) installed: Changes,
}

/// What a check found to be otherwise than the store has it. A check that learnt nothing changes nothing.
pub(super) fn of(before: &Db, checked: &Checked) -> Result<Option<Change>, Error> {
    let verdict = checked.probe.verdict;
    if verdict.is_unknown() {
        return Ok(None);
    }
    let id = &checked.connection.id;
    let was = match before.find(id.as_str())? {
        Some(connection) => last_known(before, &connection)?,
        None => None,
    };
    let installed = match &checked.seen {
        Some(seen) => sync::compare(before, id, seen)?,
        None => Changes::default(),
    };
    Ok((was != Some(verdict) || !installed.is_empty()).then_some(Change { was, installed }))
}

/// The verdict that stands. A status only tells whether a credential is dead: what kept a living one from something, the trail knows.
fn last_known(db: &Db, connection: &Connection) -> Result<Option<Verdict>, Error> {
    match connection.status {
        Status::Expired => return Ok(Some(Verdict::Expired)),
        Status::Revoked => return Ok(Some(Verdict::Revoked)),
        Status::Invalid => return Ok(Some(Verdict::Invalid)),
        Status::Pending | Status::Error => return Ok(None),
        Status::Active => {}
    }
    let query = EventQuery {
        connection: Some(connection.id.clone()),
        kinds: vec!["validated".to_owned()],
        limit: Some(ENOUGH),
        ..EventQuery::default()
    };
    let told = db.events(&query)?.into_iter().find_map(|event| match event.kind {
        EventKind::Validated { verdict } if !verdict.is_unknown() => Some(verdict),
        _ => None,
    });
    Ok(match told {
        // Another token took the place of the one that this was said of.
        Some(verdict) if verdict.is_dead() => Some(Verdict::Valid),
        None if connection.validation_error.is_some() => None,
        told => Some(told.unwrap_or(Verdict::Valid)),
    })
}

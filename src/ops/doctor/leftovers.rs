//! What programs that were stopped in the middle have left: files, and things begun at a provider.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{Area, Finding, Mend, Place};
use crate::model::{Timestamp, clean, relative, shell_word};
use crate::ops::{Error, Session, clone, import};
use crate::store::{Store, View};

/// A file that is younger may belong to a program that is at work.
const YOUNG: Duration = Duration::from_mins(1);

pub(super) fn look(session: &Session<'_>, opened: Option<(&Store, &View)>) -> Result<Place, Error> {
    let mut findings = Vec::new();
    let temporary = session.place().temporaries();
    let old = temporary.iter().filter(|file| is_old(file)).count();
    if old > 0 {
        let what =
            format!("{old} temporary {} beside the store, of saves that were cut off", if old == 1 { "file" } else { "files" });
        let finding = Finding::new(Area::Leftovers, what, "they are encrypted and of no use; the next save removes them");
        findings.push(finding.command("gitconn doctor --fix").mend(Mend::Save).advice());
    }
    for file in import::leftovers(session.env()).into_iter().filter(|file| is_old(file)) {
        let shown = clean(&file.display().to_string()).into_owned();
        let what = format!("`{shown}` was left by a program that was stopped while it changed the file without that ending");
        let finding =
            Finding::new(Area::Leftovers, what, "it may hold passwords, and git stores and erases none while its lock is there");
        findings.push(finding.command(format!("rm {}", shell_word(&shown))).mend(Mend::Remove { path: file }));
    }
    for folder in clone::left().into_iter().filter(|folder| is_old(folder)) {
        let shown = clean(&folder.display().to_string()).into_owned();
        let what = format!("`{shown}` was left by a `gitconn clone` or `pull` that was killed");
        let finding = Finding::new(Area::Leftovers, what, "it holds no secret, and nobody will remove it");
        findings.push(finding.command(format!("rm -r {}", shell_word(&shown))).mend(Mend::Clear { folder }).advice());
    }
    if let Some((store, view)) = opened {
        if store.key().is_unsettled() {
            let what = "the store was re-keyed, and that was cut off before its end";
            let finding = Finding::new(Area::Leftovers, what, "its key lies where only a re-keying leaves it");
            findings.push(finding.command("gitconn store rekey"));
        }
        findings.extend(begun(store, view, session.now())?);
    }
    Ok(Place::new(Area::Leftovers, "nothing was left unfinished", findings))
}

/// What was begun at a provider. Whoever is still at it holds the connection's lock.
fn begun(store: &Store, view: &View, now: Timestamp) -> Result<Vec<Finding>, Error> {
    let store_id = &view.header().store_id;
    let mut findings = Vec::new();
    for connection in view.connections()? {
        let name = shell_word(connection.name.as_str()).into_owned();
        let rotation = view.rotation(&connection.id)?;
        let intent = view.intent(&connection.id)?;
        let is_rescued = store.has_rescued(store_id, &connection.id);
        if rotation.is_none() && intent.is_none() && !is_rescued {
            continue;
        }
        if store.is_connection_locked(store_id, &connection.id) {
            continue;
        }
        if let Some(rotation) = rotation {
            let what = format!("a rotation of `{}` was begun {} and not finished", connection.name, relative(rotation.at, now));
            let finding =
                Finding::new(Area::Leftovers, what, "which of two tokens counts is not settled, and an old one may live on");
            findings.push(finding.command(format!("gitconn rotate --resume {name}")));
        } else if let Some(intent) = intent {
            let what =
                format!("a renewal of `{}` was begun {} and its answer not saved", connection.name, relative(intent.at, now));
            let finding =
                Finding::new(Area::Leftovers, what, "its refresh token may be spent: then somebody has to log in again");
            findings.push(finding.command(format!("gitconn refresh {name}")));
        } else {
            let what = format!("new tokens of `{}` lie beside the store and are not in it", connection.name);
            let finding = Finding::new(Area::Leftovers, what, "the ones in the store are spent");
            let command = if connection.auto_renews { "gitconn refresh" } else { "gitconn rotate --resume" };
            findings.push(finding.command(format!("{command} {name}")));
        }
    }
    Ok(findings)
}

fn is_old(file: &Path) -> bool {
    let changed = std::fs::symlink_metadata(file).and_then(|facts| facts.modified()).ok();
    changed.is_some_and(|changed| age(changed).is_some_and(|age| age > YOUNG))
}

/// `None` for a file from the future.
fn age(changed: SystemTime) -> Option<Duration> {
    changed.elapsed().ok()
}

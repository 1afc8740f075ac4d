//! Who was reminded today that a token ends: a small file a connection in the state directory, so that it is said once a day and not once a command.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use jiff::Timestamp;

use super::{Store, View, file};
use crate::model::ConnectionId;

/// A day in seconds.
const DAY: i64 = 86_400;
/// More than a day's number is long.
const MOST: u64 = 32;

impl Store {
    /// Whether nobody has been reminded of this connection today (by UTC): from now on somebody has. Never waits and never fails. Where nothing can be kept,
    /// every call is the first: too often is better than never.
    pub(crate) fn is_first_today(&self, view: &View, id: &ConnectionId, now: Timestamp) -> bool {
        let Ok(path) = self.place.of_connection("reminders", &view.header.store_id, id) else { return true };
        is_first_of(now.as_second().div_euclid(DAY), &path).unwrap_or_else(|error| {
            tracing::debug!(%error, "that somebody was reminded was not noted");
            true
        })
    }
}

/// Whether no call for this day has come before. Of several at once one is the first.
fn is_first_of(day: i64, path: &Path) -> io::Result<bool> {
    let open = || file::private().read(true).write(true).create(true).open(path);
    let mut note = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            file::make_directory(file::directory(path)).map_err(io::Error::other)?;
            open()?
        }
        opened => opened?,
    };
    if !note.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    match note.try_lock() {
        Ok(()) => {}
        // Whoever holds it is saying it now.
        Err(TryLockError::WouldBlock) => return Ok(false),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let today = day.to_string();
    if content(&note).is_ok_and(|noted| noted == today) {
        return Ok(false);
    }
    // Nobody waits for the disk: what a power loss takes is said once more.
    note.set_len(0)?;
    note.rewind()?;
    note.write_all(today.as_bytes())?;
    Ok(true)
}

fn content(note: &File) -> io::Result<String> {
    let mut text = String::new();
    note.take(MOST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{file, is_first_of};

    #[test]
    fn it_is_the_first_once_a_day() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("reminders/store-connection");
        let first = |day| is_first_of(day, &path).unwrap();
        assert_eq!([first(7), first(7), first(8), first(8), first(10_000), first(8)], [true, false, true, false, true, true]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "8");
        assert!(is_first_of(8, &state.path().join("reminders/store-other")).unwrap());
    }

    #[test]
    fn of_many_at_once_one_is_the_first() {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("one");
        for day in 0..50 {
            let firsts = std::thread::scope(|scope| {
                let all: Vec<_> = (0..4).map(|_| scope.spawn(|| is_first_of(day, &path).unwrap())).collect();
                all.into_iter().map(|one| one.join().unwrap()).filter(|first| *first).count()
            });
            assert_eq!(firsts, 1, "day {day}");
        }
    }

    #[test]
    fn what_cannot_be_noted_is_an_error_and_nobody_waits() {
        let state = tempfile::tempdir().unwrap();
        assert!(is_first_of(1, state.path()).is_err());
        assert!(is_first_of(1, &state.path().join("x\0y")).is_err());
        let path = state.path().join("held");
        let held = file::private().write(true).create(true).open(&path).unwrap();
        held.lock().unwrap();
        assert!(!is_first_of(1, &path).unwrap());
    }
}

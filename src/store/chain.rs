//! The chain of the trail recomputed: where it breaks first, and each event with its hash for who wants to recompute it elsewhere.

use jiff::Timestamp;
use rusqlite::Row;

use super::audit::{GENESIS, Line, event_from};
use super::rows::{count, moment};
use super::{Db, Error};
use crate::model::Event;

/// What recomputing the chain found.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) events: u64,
    /// When the oldest kept event happened.
    pub(crate) since: Option<Timestamp>,
    /// The number of the first event that does not fit, if any.
    pub(crate) broken_at: Option<u64>,
    /// That event, and what is wrong with it.
    pub(crate) broken: Option<(Event, Fault)>,
}

/// What is wrong with an event's place in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its hash does not fit: it was changed, or the hash of the one before it.
    Changed,
    /// These events are missing before it.
    Missing { first: u64, last: u64 },
    /// It does not follow what is kept of the events that were dropped, `dropped` of them.
    Unlinked { dropped: u64 },
}

impl Fault {
    /// The word for programs.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing { .. } => "missing",
            Self::Unlinked { .. } => "unlinked",
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed => f.write_str("its hash does not fit: it was changed, or the hash of the event before it was"),
            Self::Missing { first, last } if first == last => write!(f, "event {first} is missing before it"),
            Self::Missing { first, last } => write!(f, "events {first} to {last} are missing before it"),
            Self::Unlinked { dropped: 0 } => {
                f.write_str("it does not follow the chain's beginning: what is kept of that was changed")
            }
            Self::Unlinked { dropped } => {
                write!(
                    f,
                    "it does not follow event {dropped}, the last one that was dropped: it was changed, or what is kept of that one"
                )
            }
        }
    }
}

/// An event with its place in the chain.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) event: Event,
    /// The JSON text that is hashed.
    pub(crate) detail: String,
    /// SHA-256 in lower-case hexadecimal, as it is stored.
    pub(crate) hash: String,
    /// The hash of the event before, which this one's covers.
    pub(crate) before: String,
    pub(crate) fault: Option<Fault>,
}

impl Db {
    /// Recomputes the hash chain.
    pub(crate) fn verify_chain(&self) -> Result<Chain, Error> {
        let verify = || {
            let mut chain = Chain { events: 0, since: None, broken_at: None, broken: None };
            self.walk(|row, line, _, _, fault| {
                if chain.events == 0 {
                    chain.since = Some(moment(row, "at")?);
                }
                chain.events += 1;
                if let (None, Some(fault)) = (chain.broken_at, fault) {
                    chain.broken_at = Some(line.sequence);
                    chain.broken = Some((event_from(row)?, fault));
                }
                Ok(())
            })?;
            Ok(chain)
        };
        verify().map_err(self.failed())
    }

    /// All events with their hashes, oldest first.
    pub(crate) fn links(&self) -> Result<Vec<Link>, Error> {
        let mut links = Vec::new();
        let read = self.walk(|row, line, before, hash, fault| {
            let [before, hash] = [before, hash].map(hexadecimal);
            links.push(Link { event: event_from(row)?, detail: line.detail, hash, before, fault });
            Ok(())
        });
        read.map_err(self.failed())?;
        Ok(links)
    }

    /// Goes through the trail from its oldest event on: the row, its fields, the hash before it, its own as it is stored, and what is wrong with it.
    fn walk(
        &self,
        mut step: impl FnMut(&Row<'_>, Line, &[u8], &[u8], Option<Fault>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (dropped, mut before): (u64, Vec<u8>) =
            self.sqlite
                .query_row("SELECT dropped_events, dropped_hash FROM meta", [], |row| Ok((count(row, 0)?, row.get(1)?)))?;
        let mut last = dropped;
        let mut statement = self.sqlite.prepare("SELECT * FROM events ORDER BY sequence")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let line = Line::from_row(row)?;
            let hash: Vec<u8> = row.get("hash")?;
            let sequence = line.sequence;
            let is_first = last == dropped;
            let fault = if sequence > last + 1 {
                Some(Fault::Missing { first: last + 1, last: sequence - 1 })
            } else if sequence <= last {
                Some(Fault::Unlinked { dropped })
            } else if line.hash(&before)[..] == hash {
                None
            } else if is_first && (dropped > 0 || before != GENESIS) {
                Some(Fault::Unlinked { dropped })
            } else {
                Some(Fault::Changed)
            };
            step(row, line, &before, &hash, fault)?;
            last = sequence;
            before = hash;
        }
        Ok(())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

//! What other programs keep in plain sight: found, told apart, taken into the store, and taken out of where it stood.
//!
//! The readers (`gh`, `glab`, `git_credentials`, `netrc`) are handed bytes and touch nothing. A token goes to the host that it was kept for, and to no other.

mod ask_gh;
mod carry;
mod delete;
mod entry;
mod exposed;
mod gather;
mod gh;
mod git_credentials;
mod glab;
mod keeper;
mod netrc;
mod places;
mod rewrite;
mod survey;
mod traces;
mod yaml;

pub(crate) use carry::{Carried, carry};
pub(crate) use delete::{Deleted, delete};
pub(crate) use exposed::{Exposed, exposed};
pub(crate) use gather::Spot;
pub(crate) use survey::{Candidate, Fate, Survey, survey};

use std::path::PathBuf;

use self::entry::{Entry, Fault};
use crate::env::Env;

/// A program, or a file, that tokens are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// GitHub's command line.
    Gh,
    /// GitLab's command line.
    Glab,
    /// What `git-credential-store` keeps.
    GitCredentials,
    Netrc,
}

impl Source {
    pub(crate) const ALL: [Self; 4] = [Self::Gh, Self::Glab, Self::GitCredentials, Self::Netrc];

    /// The word on the command line and in JSON.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Gh => "gh",
            Self::Glab => "glab",
            Self::GitCredentials => "git-credentials",
            Self::Netrc => "netrc",
        }
    }

    /// Reads a file of it.
    fn read(self, bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
        match self {
            Self::Gh => gh::read(bytes),
            Self::Glab => glab::read(bytes),
            Self::GitCredentials => git_credentials::read(bytes),
            Self::Netrc => netrc::read(bytes),
        }
    }

    /// Whether its writers take `FILE.lock` first, as git's do.
    const fn is_locked(self) -> bool {
        matches!(self, Self::GitCredentials)
    }
}

/// Files that an import, or git's own helper, has left beside the sources when it was stopped. The young ones may belong to a program that is at work.
pub(crate) fn leftovers(env: &Env) -> Vec<PathBuf> {
    let beside = |source: Source| {
        let files = places::of(source, env).into_iter();
        files.flat_map(move |file| rewrite::left_beside(&file.canonicalize().unwrap_or(file), source.is_locked()))
    };
    Source::ALL.into_iter().flat_map(beside).collect()
}

//! Why a rotation stopped, named for what it means for the two tokens.

use std::path::PathBuf;

use crate::model::{ProviderId, Timestamp};
use crate::provider::{self, Probe};
use crate::store;

/// A rotation that stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RotateError {
    /// The old token was to be kept (exit 2). Nothing was asked.
    #[error("the old token of `{name}` cannot be kept: {host} ends it in the very call that makes the new one")]
    KeepsNoOld {
        name: String,
        host: String,
        /// Whether a connection of an owner can make a second one beside it.
        has_other_way: bool,
    },
    /// Another connection was to make the new token (exit 2).
    #[error(
        "no other connection can make the new token of `{name}`: only those of GitLab's projects and groups have an owner who can"
    )]
    NotBeside { name: String, provider: ProviderId },
    /// The connection that was to make the new token is for another host, or is the same (exit 2).
    #[error("`{maker}` cannot make the new token of `{name}`: that takes a connection of an owner at {host}")]
    OtherMaker { name: String, host: String, maker: String },
    /// The store is a copy (exit 5). Nothing was asked.
    #[error("`{name}` is not rotated here: this store is a copy, and its home is another machine")]
    Copy { name: String, host: String },
    /// The token is dead, so it cannot make a successor (exit 4).
    #[error("`{name}` was not rotated: its token is {}, and only a living one can be replaced by API", probe.verdict)]
    Dead { name: String, probe: Box<Probe> },
    /// The provider could not be asked whether the token lives (exit 6). Nothing was begun.
    #[error("`{name}` was not rotated: whether its token is alive could not be found out")]
    Unchecked { name: String, probe: Box<Probe> },
    /// The provider has said no (its error's exit code). The old token is as it was.
    #[error("`{name}` was not rotated, its token is as it was")]
    Declined {
        name: String,
        /// The day that was asked for, where the server finds it too far off.
        is_too_far: bool,
        error: Box<provider::Error>,
    },
    /// No usable answer came, and the old token still works (exit 6).
    #[error("`{name}` was not rotated: {host} gave no usable answer, and the old token still works")]
    DidNotHappen {
        name: String,
        host: String,
        /// So many tokens were made that nobody received, and were ended again.
        ended: usize,
        error: Box<provider::Error>,
    },
    /// No usable answer came, and the old token is dead: the new one was made, and nobody has it (exit 4).
    #[error("the new token of `{name}` is lost: {host} made it and ended the old one, but its answer did not arrive")]
    Lost {
        name: String,
        host: String,
        provider: ProviderId,
        /// Why it did not arrive; `None` where another run was cut off.
        error: Option<Box<provider::Error>>,
        /// Whether it is a login's token.
        is_login: bool,
        /// Of the other run: `ops@build-7`, and when.
        begun: Option<(String, Timestamp)>,
    },
    /// No usable answer came, and whether the old token lives cannot be found out now (exit 6).
    #[error(
        "whether `{name}` was rotated is not known: {host} gave no usable answer, and does not say now whether the old token works"
    )]
    Unsure { name: String, host: String, error: Box<provider::Error> },
    /// The new token could not be put into the store, and lies beside it (exit 1).
    #[error("the new token of `{name}` is safe in `{}`, encrypted to the store's key: the store itself could not be saved", path.display())]
    Rescued { name: String, path: PathBuf, source: Box<store::Error> },
    /// The new token could be kept nowhere (exit 1).
    #[error("the new token of `{name}` is lost: it could be saved neither in the store ({source}) nor beside it ({second})")]
    Unkept { name: String, host: String, source: Box<store::Error>, second: Box<store::Error> },
    /// The store cannot be saved, so nothing was asked (the store's exit code).
    #[error("`{name}` was not rotated: the store cannot be saved, and the new token would be lost")]
    Unsavable { name: String, source: Box<store::Error> },
    /// The saved token does not work, or could not be tried (exit 4 or 6).
    #[error("the new token of `{name}` is saved, but {}", why(probe))]
    NotVerified { name: String, probe: Box<Probe> },
    /// What is offered is the old token (exit 2).
    #[error("this is the token that `{name}` has already")]
    SameToken { name: String },
    /// What is offered belongs to somebody else (exit 2).
    #[error("the new token is of `{new}`, `{name}` is of `{old}`")]
    OtherAccount { name: String, old: String, new: String },
    /// It takes a person, and nobody is there (exit 2).
    #[error("`{name}` is rotated by hand, or with --token-stdin: {what}")]
    WantsPerson {
        name: String,
        what: String,
        page: Option<String>,
        /// Whether there is nothing left that works: then it is no matter of how it was called (exit 4).
        is_dead: bool,
    },
    /// Somebody has to log in again (exit 4).
    #[error("`{name}` is a login that does not renew itself: logging in again is what replaces its token")]
    WantsLogin { name: String },
    /// An earlier rotation is not finished, and the token that was handed over has no place yet (exit 2).
    #[error("an earlier rotation of `{name}` is not finished: that one comes first")]
    Unfinished { name: String },
    /// A token may have been made that nobody received, and it could not be looked for (the exit code of why not).
    #[error("`{name}` was not rotated: a token that nobody received may be at {host} as `{label}`, and could not be ended")]
    Orphan { name: String, host: String, label: String, error: Box<super::super::Error> },
    /// Another token was put in place while the new one was being made (exit 1).
    #[error("`{name}` was given another token while this one was being made: {}", if *is_ended { "the new one is ended again" } else { "the new one could not be ended, and nobody has it" })]
    Overtaken { name: String, is_ended: bool },
    /// Whose the new token is cannot be told (exit 2).
    #[error("whose the new token is cannot be told, and `{name}` is of `{old}`")]
    UnknownAccount { name: String, old: String },
    /// Nothing was begun that could be gone on with (exit 3).
    #[error("no rotation of `{name}` is unfinished")]
    NothingOpen { name: String },
}

fn why(probe: &Probe) -> String {
    let reason = probe.reason.clone().unwrap_or_else(|| probe.verdict.to_string());
    if probe.verdict.is_refusal() { format!("does not work: {reason}") } else { format!("could not be tried: {reason}") }
}

impl From<RotateError> for super::Error {
    fn from(error: RotateError) -> Self {
        Self::Rotate(Box::new(error))
    }
}

//! What is wrong with this set-up: looked for place by place, each finding with why it matters and what mends it. Looking changes nothing.

mod elsewhere;
mod git;
mod hosts;
mod keyring;
mod leftovers;
mod permissions;
mod tokens;

use std::path::PathBuf;

use super::setup_git::{self, Asked, Scope};
use super::{Error, Session, clone};
use crate::model::HostUrl;
use crate::store::{Keep, Store, View};

/// Where is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    Store,
    Keyring,
    Permissions,
    Leftovers,
    Connections,
    Routes,
    Git,
    Plaintext,
    Hosts,
    Clock,
}

impl Area {
    /// The word for programs.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Keyring => "keyring",
            Self::Permissions => "permissions",
            Self::Leftovers => "leftovers",
            Self::Connections => "connections",
            Self::Routes => "routes",
            Self::Git => "git",
            Self::Plaintext => "plaintext",
            Self::Hosts => "hosts",
            Self::Clock => "clock",
        }
    }
}

/// Something that is not as it should be.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) area: Area,
    /// Whether it is worth knowing and no more.
    pub(crate) is_advice: bool,
    pub(crate) what: String,
    /// Why it matters.
    pub(crate) why: &'static str,
    /// What mends it, to be pasted.
    pub(crate) command: Option<String>,
    /// What can be done about it here.
    pub(crate) mend: Option<Mend>,
}

impl Finding {
    fn new(area: Area, what: impl Into<String>, why: &'static str) -> Self {
        Self { area, is_advice: false, what: what.into(), why, command: None, mend: None }
    }

    fn advice(self) -> Self {
        Self { is_advice: true, ..self }
    }

    fn command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    fn mend(self, mend: Mend) -> Self {
        Self { mend: Some(mend), ..self }
    }
}

/// Something that can be done without anybody deciding anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mend {
    /// Takes what others may do with a file away.
    Close { path: PathBuf, forbidden: u32 },
    /// Removes a file that a program left when it was stopped.
    Remove { path: PathBuf },
    /// Removes the folder that a clone left when it was killed.
    Clear { folder: PathBuf },
    /// Saves the store once, which sweeps up beside it.
    Save,
    /// Has git ask this program alone for hosts for which it was told of it already.
    SetUpGit { hosts: Vec<HostUrl>, scope: Scope },
}

/// One place that was looked at.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) area: Area,
    /// What is right there, in words; of what was not looked at, why.
    pub(crate) sound: String,
    pub(crate) was_looked_at: bool,
    pub(crate) findings: Vec<Finding>,
}

impl Place {
    fn new(area: Area, sound: impl Into<String>, findings: Vec<Finding>) -> Self {
        Self { area, sound: sound.into(), was_looked_at: true, findings }
    }

    fn unseen(area: Area, why: &str) -> Self {
        Self { area, sound: why.to_owned(), was_looked_at: false, findings: Vec::new() }
    }
}

/// All that was looked at.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) places: Vec<Place>,
    /// Why the store does not open; what is in it was not looked at then.
    pub(crate) closed: Option<Error>,
}

/// Looks everywhere. Hosts, and the clock by theirs, only unless `offline`.
///
/// # Errors
///
/// If a store that opened cannot be read on.
pub(crate) async fn examine(session: &Session<'_>, offline: bool) -> Result<Report, Error> {
    let opened = open(session);
    let (store, view, closed) = match opened {
        Ok(Some((store, view))) => (Some(store), Some(view), None),
        Ok(None) => (None, None, None),
        Err(error) => (None, None, Some(error)),
    };
    let mut places = Vec::new();
    let sound = match (&store, &closed) {
        (Some(store), _) => format!("it opens, with the key from {}", store.key().from()),
        (None, None) => "there is none yet".to_owned(),
        (None, Some(_)) => String::new(),
    };
    places.push(Place::new(Area::Store, sound, Vec::new()));
    places.push(keyring::look(store.as_ref(), closed.as_ref()));
    places.push(permissions::look(session, is_copy(store.as_ref().zip(view.as_ref()))?));
    places.push(leftovers::look(session, store.as_ref().zip(view.as_ref()))?);
    if let Some(view) = &view {
        places.push(tokens::look(session, view)?);
        places.push(tokens::routes(view)?);
    }
    let records = view.as_ref().map(hosts::in_use).transpose()?.unwrap_or_default();
    places.push(git::look(&records));
    places.push(elsewhere::look(session, store.as_ref())?);
    if offline {
        places.push(Place::unseen(Area::Hosts, "not asked (--offline)"));
        places.push(Place::unseen(Area::Clock, "not compared (--offline)"));
    } else {
        places.extend(hosts::look(session, &records).await);
    }
    Ok(Report { places, closed })
}

/// Whether the store is one that was exported for a pipeline, opened as that pipeline does: such a file may lie where others read it.
fn is_copy(opened: Option<(&Store, &View)>) -> Result<bool, Error> {
    match opened {
        Some((store, view)) if store.is_reader() => Ok(view.meta()?.copy_of.is_some()),
        _ => Ok(false),
    }
}

/// The store, if there is one.
fn open(session: &Session<'_>) -> Result<Option<(Store, View)>, Error> {
    if session.place().header()?.is_none() && session.place().backups().is_empty() {
        return Ok(None);
    }
    let store = session.store()?;
    let view = store.read()?;
    Ok(Some((store, view)))
}

/// Does what can be done here about a finding.
///
/// # Errors
///
/// In words, what was in the way.
pub(crate) fn mend(session: &Session<'_>, mend: &Mend) -> Result<(), String> {
    let in_words = |error: std::io::Error| crate::model::clean(&error.to_string()).into_owned();
    match mend {
        Mend::Close { path, forbidden } => permissions::close(path, *forbidden).map_err(in_words),
        Mend::Remove { path } => std::fs::remove_file(path).map_err(in_words),
        Mend::Clear { folder } => clone::remove_left(folder).map_err(in_words),
        Mend::SetUpGit { hosts, scope } => {
            let asked = Asked { scope: *scope, hosts, rewrites: false, options: &[] };
            let planned = setup_git::plan(session.env(), &asked).and_then(|plan| plan.carry_out());
            planned.map_err(|error| crate::model::clean(&error.to_string()).into_owned())
        }
        Mend::Save => {
            let save = || -> Result<(), Error> {
                let store = session.writer()?;
                let _ = store.change(&session.stamp(), Keep::Nothing, |_| Ok::<_, Error>(()))?;
                Ok(())
            };
            save().map_err(|error| crate::model::clean(&error.to_string()).into_owned())
        }
    }
}

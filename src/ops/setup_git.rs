//! Telling git that it may ask us: what is to change in its settings, and changing it.

use std::path::Path;

use super::{Error, Session, resolve};
use crate::env::Env;
use crate::git::config::{self, Settings};
use crate::git::setup::{self, Wanted};
use crate::git::{self, Helper};
use crate::model::{HostUrl, clean};

pub(crate) use crate::git::config::{Change, ConfigError, Scope};

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) scope: Scope,
    /// None: those of the store's connections, or to undo it all that something is set for.
    pub(crate) hosts: &'a [HostUrl],
    /// Whether addresses over SSH become those over HTTPS.
    pub(crate) rewrites: bool,
    /// Options for this program that hold for git too: another store.
    pub(crate) options: &'a [String],
}

/// What is to change.
#[derive(Debug)]
pub(crate) struct Plan {
    scope: Scope,
    /// The hosts that are set up.
    pub(crate) hosts: Vec<HostUrl>,
    /// Those whose addresses over SSH stay as they are: they may be another host's of that name.
    pub(crate) unrewritten: Vec<HostUrl>,
    /// The addresses it is about, as they are set.
    pub(crate) addresses: Vec<String>,
    pub(crate) changes: Vec<Change>,
}

impl Plan {
    /// Has git do it.
    ///
    /// # Errors
    ///
    /// If git refuses one of the changes; those before it are made.
    pub(crate) fn carry_out(&self) -> Result<(), Error> {
        Ok(config::apply(self.scope, &self.changes)?)
    }
}

/// The hosts of all enabled connections.
///
/// # Errors
///
/// `Error::NoneUsable` if there is none.
pub(crate) fn hosts(session: &Session<'_>) -> Result<Vec<HostUrl>, Error> {
    let hosts = resolve::hosts(&*session.store()?.read()?)?;
    if hosts.is_empty() {
        return Err(Error::NoneUsable { why: "the store holds no enabled connection whose host git could ask for".to_owned() });
    }
    Ok(hosts)
}

/// What is missing so that git asks for these hosts.
///
/// # Errors
///
/// If git's settings cannot be read; `Error::NoPlace` if this program lies where no setting can name it.
pub(crate) fn plan(env: &Env, asked: &Asked<'_>) -> Result<Plan, Error> {
    let present = Settings::read(asked.scope)?;
    let program = env.program().ok_or(Error::NoPlace)?;
    let options: Vec<&str> = asked.options.iter().map(String::as_str).collect();
    let helper = program.to_str().and_then(|program| setup::command(program, &options)).ok_or(Error::NoPlace)?;
    let before = setup::Before::end_of(asked.scope);
    let has_twin = |host: &HostUrl| asked.hosts.iter().any(|other| other != host && other.domain() == host.domain());
    let is_taken = |host: &HostUrl| asked.rewrites && (has_twin(host) || setup::is_rewritten_elsewhere(&present, host));
    let unrewritten: Vec<HostUrl> = asked.hosts.iter().filter(|host| is_taken(host)).cloned().collect();
    let of_host = |host: &HostUrl| {
        let rewrites = asked.rewrites && !unrewritten.contains(host);
        setup::changes(&present, &before, host, &Wanted { helper: &helper, rewrites })
    };
    let changes = asked.hosts.iter().flat_map(of_host).collect();
    let addresses = asked.hosts.iter().map(setup::address_of).collect();
    Ok(Plan { scope: asked.scope, hosts: asked.hosts.to_vec(), unrewritten, addresses, changes })
}

/// What git asks first, or besides, although this was carried out.
#[derive(Debug)]
pub(crate) struct Overruled {
    pub(crate) host: HostUrl,
    /// Its command and where it is set, as they may be shown; `None` where nothing is asked at all.
    pub(crate) by: Option<String>,
    /// Whether the checkout around us sets it.
    pub(crate) by_checkout: bool,
}

/// The hosts for which git does not ask us alone, as it reads its settings here.
pub(crate) fn overruled(hosts: &[HostUrl]) -> Vec<Overruled> {
    let helpers = git::helpers(Path::new("."));
    let of_checkout = git::helpers_of_checkout(Path::new("."));
    let by = |host: &HostUrl| {
        let chain = git::chain(&helpers, host.as_str());
        let is_other = |helper: &&&Helper| !helper.is_ours();
        let other = chain.iter().find(is_other).copied();
        if other.is_none() && !chain.is_empty() {
            return None;
        }
        // What emptied the list is the last that was said.
        let decisive = other.or_else(|| helpers.iter().rfind(|helper| helper.is_for(host.as_str())));
        let by_checkout = decisive.is_some_and(|helper| of_checkout.contains(helper));
        Some(Overruled { host: host.clone(), by: other.map(described), by_checkout })
    };
    hosts.iter().filter_map(by).collect()
}

/// Whether git asks gitconn about a host, as it reads its settings here.
pub(crate) fn is_asked(host: &HostUrl) -> bool {
    git::chain(&git::helpers(Path::new(".")), host.as_str()).iter().any(|helper| helper.is_ours())
}

/// ``the helper `store` (file:/home/ada/.gitconfig)``
pub(super) fn described(helper: &Helper) -> String {
    let command = crate::provider::redact(&clean(&helper.command)).into_owned();
    format!("the helper `{command}` ({})", clean(&helper.origin))
}

/// What takes away what was set up for these hosts, or for all.
///
/// # Errors
///
/// If git's settings cannot be read.
pub(crate) fn undoing(asked: &Asked<'_>) -> Result<Plan, Error> {
    let present = Settings::read(asked.scope)?;
    let addresses = match asked.hosts {
        [] => setup::addresses(&present),
        hosts => hosts.iter().map(setup::address_of).collect(),
    };
    let changes = addresses.iter().flat_map(|address| setup::undoing(&present, address)).collect();
    Ok(Plan { scope: asked.scope, hosts: Vec::new(), unrewritten: Vec::new(), addresses, changes })
}

/// A path as it is found from everywhere.
///
/// # Errors
///
/// `Error::NoPlace` if no setting can hold it.
pub(crate) fn from_everywhere(path: &Path) -> Result<String, Error> {
    let path = std::path::absolute(path).map_err(|_| Error::NoPlace)?;
    path.to_str().map(ToOwned::to_owned).ok_or(Error::NoPlace)
}

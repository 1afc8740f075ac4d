//! Whose API an address speaks: what the store knows of the host, what its name tells, or what it answers.

use super::{Error, HostOptions, Session};
use crate::git::Remote;
use crate::model::{HostUrl, ProviderId};
use crate::net::Trust;
use crate::provider::{self, Detected};
use crate::store::Store;

/// A host whose provider is known.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) provider: ProviderId,
    pub(crate) host: HostUrl,
    /// What is to be said of it: `found GitLab at git.acme.com/gitlab`. `None` for a provider's own host.
    pub(crate) note: Option<String>,
}

/// The web address that is meant: as it stands, or where the repository of a remote address lies, as `git remote -v` shows it. `None` if it is none.
pub(crate) fn address(text: &str) -> Option<HostUrl> {
    if let Ok(host) = HostUrl::parse(text) {
        return Some(host);
    }
    // Over SSH only the name is known; its web address is most likely the usual one.
    HostUrl::parse(&Remote::parse(text)?.describe()).ok()
}

/// What comes first behind the host in an address: of a repository, whose it is.
pub(crate) fn owner(address: &HostUrl, host: &HostUrl) -> Option<String> {
    // The host may be another one than was typed: that of the web for that of the API. Then the path says nothing.
    let is_there = address.url().origin() == host.url().origin();
    let path = address.root().strip_prefix(host.root()).filter(|_| is_there)?;
    path.trim_start_matches('/').split('/').next().filter(|owner| !owner.is_empty()).map(ToOwned::to_owned)
}

/// Finds out whose API an address speaks. `store` is the one that may know the host, if there is one already.
///
/// # Errors
///
/// `Error::Undetected` if it answers nothing that is known here.
pub(crate) async fn detect(
    session: &Session<'_>,
    store: Option<&Store>,
    address: &HostUrl,
    given: &HostOptions,
) -> Result<Place, Error> {
    if let Some(known) = stored(store, address)? {
        return Ok(known);
    }
    let trust = Trust { ca_pem: given.ca_pem.clone(), client_pem: given.client_pem.clone(), allow_http: given.allow_http };
    match provider::detect(session.http(), address, &trust).await? {
        Detected::Known { provider, host } => {
            let is_own = provider::kind(provider).default_host().as_ref() == Some(&host);
            let note = (!is_own).then(|| format!("{host} is known to be {provider}"));
            Ok(Place { provider, host, note })
        }
        Detected::Found { provider, host, what } => {
            let note = Some(format!("found {what} at {host}"));
            Ok(Place { provider, host, note })
        }
        Detected::Unspoken { what } => Err(Error::Usage(format!("{address} is {what}, whose API is not spoken here"))),
        Detected::Unknown => Err(Error::Undetected { address: address.to_string(), host: address.origin().to_string() }),
    }
}

/// Whose API an address speaks, where the store or its name tells: nobody is asked.
pub(super) fn known(store: Option<&Store>, address: &HostUrl) -> Result<Option<Place>, Error> {
    if let Some(known) = stored(store, address)? {
        return Ok(Some(known));
    }
    let by_name = ProviderId::ALL.iter().find(|provider| provider::kind(**provider).knows(address));
    Ok(by_name.map(|provider| Place { provider: *provider, host: provider::kind(*provider).web_host(address), note: None }))
}

/// The web host of an address whose name is known; any other is its own.
pub(super) fn web_host(address: &HostUrl) -> HostUrl {
    let by_name = ProviderId::ALL.iter().map(|provider| provider::kind(*provider)).find(|kind| kind.knows(address));
    by_name.map_or_else(|| address.clone(), |kind| kind.web_host(address))
}

/// The host that the address lies on, where the store knows exactly one.
fn stored(store: Option<&Store>, address: &HostUrl) -> Result<Option<Place>, Error> {
    let Some(store) = store else { return Ok(None) };
    let lies_on = |host: &HostUrl| {
        let below = address.root().strip_prefix(host.root());
        address.url().origin() == host.url().origin() && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut fitting: Vec<(ProviderId, HostUrl)> = store
        .read()?
        .hosts()?
        .into_iter()
        .map(|record| (record.provider, record.host))
        .filter(|(_, host)| lies_on(host))
        .collect();
    match (fitting.pop(), fitting.is_empty()) {
        (Some((provider, host)), true) => {
            let note = Some(format!("{host} is known to be {provider}"));
            Ok(Some(Place { provider, host, note }))
        }
        _ => Ok(None),
    }
}

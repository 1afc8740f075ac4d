//! Whose API an address speaks: what the store knows of the host, what its name tells, or what it answers.

use super::{Error, HostOptions, Session};
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

/// Finds out whose API an address speaks. `store` is the one that may know the host, if there is one already.
///
/// # Errors
///
/// `Error::Undetected` if it answers nothing that is known here, or may not be asked.
pub(crate) async fn detect(
    session: &Session<'_>,
    store: Option<&Store>,
    address: &HostUrl,
    given: &HostOptions,
    offline: bool,
) -> Result<Place, Error> {
    if let Some(known) = stored(store, address)? {
        return Ok(known);
    }
    let by_name = ProviderId::ALL.iter().copied().find(|provider| provider::kind(*provider).knows(address));
    if by_name.is_none() && offline {
        return Err(Error::Undetected { address: address.to_string(), why: "with --offline nobody is asked" });
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
        Detected::Unknown => Err(Error::Undetected {
            address: address.to_string(),
            why: "it answers as none of the providers that are known here",
        }),
    }
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

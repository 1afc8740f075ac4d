//! How somebody comes by an OAuth client for a host.

use crate::model::{HostUrl, ProviderId};
use crate::provider;

/// How somebody without a client comes by one: in words, for whoever wants to log in.
#[derive(Debug, Clone)]
pub(crate) struct Guide {
    pub(crate) provider: ProviderId,
    pub(crate) host: HostUrl,
    pub(crate) page: String,
    /// Where those that are registered can be changed.
    pub(crate) apps: String,
    pub(crate) redirect: String,
    pub(crate) scopes: Vec<String>,
    /// What to tick besides.
    pub(crate) advice: &'static str,
    /// What switches the device login on; empty where nothing does.
    pub(crate) device_advice: &'static str,
    /// Whether a secret is wanted for the browser login.
    pub(crate) wants_secret: bool,
    /// Whether there is a login by code.
    pub(crate) has_device: bool,
}

impl Guide {
    /// Whether nobody can log in without the client's secret: the browser login wants it, and there is no other.
    pub(crate) const fn every_login_wants_secret(&self) -> bool {
        self.wants_secret && !self.has_device
    }
}

/// How a client for this host is registered.
pub(crate) fn guide(provider: ProviderId, host: &HostUrl) -> Guide {
    let endpoints = provider::kind(provider).oauth(host, None);
    Guide {
        provider,
        host: host.clone(),
        redirect: endpoints.redirect_address(),
        scopes: endpoints.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        advice: endpoints.register_advice,
        device_advice: endpoints.device_advice,
        wants_secret: endpoints.browser_needs_secret,
        has_device: endpoints.device.is_some(),
        page: endpoints.register_page,
        apps: endpoints.apps_page,
    }
}

//! What a user says about a host, and what the store knows of it already.

use super::Error;
use crate::model::{HostUrl, ProviderId};
use crate::provider;
use crate::secret::Secret;
use crate::store::{Db, HostRecord};

/// What a user says about a host beyond its address; what is not said stays as the store knows it.
#[derive(Debug, Default)]
pub(crate) struct HostOptions {
    /// Another API address than the provider's own for this host.
    pub(crate) api: Option<HostUrl>,
    /// Certificates (PEM) to trust besides the system's.
    pub(crate) ca_pem: Option<String>,
    /// A client certificate with its key (PEM).
    pub(crate) client_pem: Option<Secret>,
    pub(crate) allow_http: bool,
    /// Where this differs from what the store knows, it counts from now on, for all connections of the host.
    pub(crate) replace: bool,
}

impl HostOptions {
    /// The host as it is to be known: what is known already, with what the user says.
    ///
    /// # Errors
    ///
    /// `Error::HostDiffers` where they contradict each other and `replace` is not set: other connections' tokens would go elsewhere.
    pub(super) fn merge(&self, db: &Db, provider: ProviderId, host: &HostUrl) -> Result<(HostRecord, Vec<&'static str>), Error> {
        let Some(known) = db.host(host, provider)? else {
            let record = HostRecord {
                provider,
                host: host.clone(),
                api: self.api.clone().unwrap_or_else(|| provider::kind(provider).api_base(host)),
                ca_pem: self.ca_pem.clone(),
                client_pem: self.client_pem.clone(),
                allow_http: self.allow_http,
            };
            return Ok((record, Vec::new()));
        };
        let mut record = known.clone();
        let mut differing = Vec::new();
        if let Some(api) = self.api.as_ref().filter(|api| **api != known.api) {
            record.api = api.clone();
            differing.push("--api-url");
        }
        if self.ca_pem.is_some() && self.ca_pem != known.ca_pem {
            record.ca_pem.clone_from(&self.ca_pem);
            differing.push("--ca-file");
        }
        if let Some(pem) = &self.client_pem
            && known.client_pem.as_ref().is_none_or(|known| known.fingerprint() != pem.fingerprint())
        {
            record.client_pem = Some(pem.clone());
            differing.push("--client-cert");
        }
        if self.allow_http && !known.allow_http {
            record.allow_http = true;
            differing.push("--allow-http");
        }
        if !differing.is_empty() && !self.replace {
            let others = db.connections()?.into_iter().filter(|other| other.host == *host && other.provider == provider);
            let others = others.map(|other| other.name.to_string()).collect();
            return Err(Error::HostDiffers { host: host.to_string(), api: known.api.to_string(), differing, others });
        }
        Ok((record, differing))
    }
}

//! What a host needs beyond the public web: its own certificate authority, a client certificate, plain HTTP.

use reqwest::tls::{Certificate, Identity, Version};
use reqwest::{Client, ClientBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::Error;
use super::fault::Limits;
use crate::secret::Secret;

/// What every request says of its sender. GitHub refuses requests without it.
const USER_AGENT: &str = concat!("gitconn/", env!("CARGO_PKG_VERSION"));

/// How far a host is trusted. The default is the public web: the system's roots, HTTPS only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    /// Certificates (PEM) to trust besides the system's, for this host only.
    pub(crate) ca_pem: Option<String>,
    /// A client certificate with its key (PEM).
    pub(crate) client_pem: Option<Secret>,
    /// Plain HTTP beyond loopback, which the user has allowed for this host.
    pub(crate) allow_http: bool,
}

/// What tells one HTTP client from another.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct ClientKey {
    ca_pem: Option<String>,
    client: Option<String>,
    /// Plain HTTP within this machine: without proxy and without TLS.
    pub(super) direct: bool,
}

impl ClientKey {
    pub(super) fn of(trust: &Trust, direct: bool) -> Self {
        Self { ca_pem: trust.ca_pem.clone(), client: trust.client_pem.as_ref().map(Secret::fingerprint), direct }
    }
}

impl Trust {
    /// Looks at the certificates without setting anything up.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`]
    pub(super) fn check(&self) -> Result<(), Error> {
        self.authorities()?;
        self.identity()?;
        Ok(())
    }

    fn authorities(&self) -> Result<Vec<Certificate>, Error> {
        const WHAT: &str = "certificate authority's file";
        let Some(pem) = &self.ca_pem else { return Ok(Vec::new()) };
        let fault = |why: &str| Error::Certificate { what: WHAT, why: why.to_owned() };
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| fault("it is not PEM"))?;
            store.add(certificate).map_err(|_| fault("one of its certificates is malformed"))?;
        }
        if store.is_empty() {
            return Err(fault("it holds no certificate in PEM"));
        }
        Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| fault("it is not PEM"))
    }

    fn identity(&self) -> Result<Option<Identity>, Error> {
        let Some(pem) = &self.client_pem else { return Ok(None) };
        Identity::from_pem(pem.expose().as_bytes()).map(Some).map_err(|_| {
            Self::client_fault("it must hold a certificate and its private key in PEM, the key without a passphrase")
        })
    }

    fn client_fault(why: &str) -> Error {
        Error::Certificate { what: "client certificate", why: why.to_owned() }
    }

    /// The HTTP client for this trust. `direct` is for plain HTTP within this machine.
    pub(super) fn client(&self, direct: bool, limits: Limits) -> Result<Client, Error> {
        let bare = || -> Result<ClientBuilder, Error> {
            let builder = Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(limits.connect)
                .timeout(limits.whole)
                .tls_version_min(Version::TLS_1_2);
            if direct {
                // Without any root: reading the system's costs time, and there is no TLS here.
                return Ok(builder.no_proxy().tls_certs_only([]));
            }
            Ok(builder.tls_certs_merge(self.authorities()?))
        };
        let Some(identity) = self.identity()? else {
            return bare()?.build().map_err(|_| no_roots());
        };
        bare()?.identity(identity).build().or_else(|_| {
            bare()?.build().map_err(|_| no_roots())?;
            Err(Self::client_fault("its key does not belong to it, or is of a kind that is not supported"))
        })
    }
}

/// The one thing that makes a client without certificates of its own fail.
fn no_roots() -> Error {
    Error::Unusable { why: "no certificate authorities are installed on this system (package `ca-certificates`)".to_owned() }
}

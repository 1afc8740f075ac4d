//! What a host needs beyond the public web: its own certificate authority, a client certificate, plain HTTP.

use crate::secret::Secret;

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

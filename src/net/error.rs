//! Why there is no answer, named for what happened to the user.

use jiff::Timestamp;

/// A request that brought no usable answer. No variant holds a URL's query, a header or a body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No connection, a broken one, or no answer in time. `why` is in words: `it refused the connection`, `no answer within 60 s`,
    /// `its name could not be found`, `its certificate is not trusted: …`.
    #[error("{host} could not be reached: {why}")]
    Unreachable {
        host: String,
        why: String,
        /// Whether the request may have got there all the same: then nobody knows what it did.
        maybe_sent: bool,
    },
    /// The provider asks to wait for longer than `--max-wait` allows.
    #[error("{host} limits requests{}", until.map(|until| format!(" until {until}")).unwrap_or_default())]
    Limited { host: String, until: Option<Timestamp> },
    /// The answer is larger than 16 MiB after decompression.
    #[error("{host} sent more than {limit} MiB in answer to {call}")]
    TooLarge { host: String, call: String, limit: u64 },
    /// The server points to another origin; the credential does not follow.
    #[error("{host} redirects {call} to {target}, where the credential does not follow")]
    Redirected { host: String, call: String, target: String },
    /// `http://` to a host that is neither loopback nor allowed.
    #[error("{host} would be reached without encryption")]
    Plain { host: String },
    /// A certificate or client certificate that cannot be read.
    #[error("the {what} cannot be read: {why}")]
    Certificate { what: &'static str, why: String },
    /// The token could not be had (renewal failed).
    #[error(transparent)]
    Token(#[from] Box<dyn std::error::Error>),
    /// The system refuses what every request needs (no TLS roots, no runtime).
    #[error("the network cannot be used: {why}")]
    Unusable { why: String },
}

//! What the libraries below call an error, said in words for people. Nothing of a URL, header or body gets through.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// The time limits of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Until the connection stands.
    pub(super) connect: Duration,
    /// From the first byte sent to the last one received.
    pub(super) whole: Duration,
}

/// A request without a whole answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What happened, as `net::Error::Unreachable` says it.
    pub(super) why: String,
    /// Whether a standing connection broke: what is worth asking again. A refusal, a name that does not exist, a certificate or
    /// silence will be the same in a second.
    pub(super) broken: bool,
    /// Whether the request may have got there all the same.
    pub(super) maybe_sent: bool,
}

impl Fault {
    fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), broken: false, maybe_sent: true }
    }

    fn broken(why: impl Into<String>) -> Self {
        Self { why: why.into(), broken: true, maybe_sent: true }
    }
}

/// Says what happened. Without a connection nothing was sent.
pub(super) fn explain(error: reqwest::Error, limits: Limits) -> Fault {
    let maybe_sent = !(error.is_connect() || error.is_builder() || error.is_dns());
    Fault { maybe_sent, ..in_words(error, limits) }
}

fn in_words(error: reqwest::Error, limits: Limits) -> Fault {
    let error = error.without_url();
    if error.is_timeout() {
        let (what, limit) = if error.is_connect() { ("connection", limits.connect) } else { ("answer", limits.whole) };
        return Fault::lasting(format!("no {what} within {}", seconds(limit)));
    }
    // The most telling first: an I/O error lies at the bottom of nearly everything.
    if let Some(fault) = [tls, proxy, io, http].into_iter().find_map(|layer| causes(&error).find_map(layer)) {
        return fault;
    }
    if error.is_dns() {
        return Fault::lasting("its name could not be found");
    }
    if error.is_decode() {
        return Fault::lasting("its answer cannot be decompressed");
    }
    if error.is_builder() {
        return Fault::lasting("the request could not be put together");
    }
    if error.is_connect() {
        return Fault::lasting("no connection could be made");
    }
    Fault::broken("the connection broke")
}

/// A time in words: `60 s`, `250 ms`.
fn seconds(limit: Duration) -> String {
    if limit.subsec_millis() == 0 { format!("{} s", limit.as_secs()) } else { format!("{} ms", limit.as_millis()) }
}

/// An error and everything below it. An I/O error names only what lies *below* the error it wraps, so that one is put in by hand.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        let error: &'a (dyn StdError + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

fn tls(error: &(dyn StdError + 'static)) -> Option<Fault> {
    let why = match error.downcast_ref::<TlsError>()? {
        TlsError::InvalidCertificate(found) => format!("its certificate is not trusted: {}", certificate(found)),
        TlsError::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::NoCertificate) => {
            "it asks for a client certificate".to_owned()
        }
        TlsError::AlertReceived(
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied,
        ) => "it does not accept the client certificate, or asks for one".to_owned(),
        TlsError::AlertReceived(AlertDescription::ProtocolVersion) | TlsError::PeerIncompatible(_) => {
            "it speaks no TLS that is safe today (1.2 or newer)".to_owned()
        }
        TlsError::AlertReceived(AlertDescription::UnrecognisedName) => "it does not serve this name".to_owned(),
        TlsError::AlertReceived(alert) => format!("it refused the TLS connection ({alert:?})"),
        TlsError::InvalidMessage(_) => "it does not speak TLS on this port".to_owned(),
        _ => "the TLS connection failed".to_owned(),
    };
    Some(Fault::lasting(why))
}

fn certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::UnknownIssuer => "its issuer is not known here",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => "it is for another name",
        CertificateError::Revoked => "it was revoked",
        CertificateError::BadEncoding => "it cannot be read",
        CertificateError::BadSignature => "its signature is wrong",
        // webpki's own words, which rustls passes on: `openssl req -x509` makes a self-signed certificate that is an authority too.
        CertificateError::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            "it is an authority's certificate, not a server's"
        }
        // The platform verifier's wrapping of a wrong purpose, and webpki's rarer complaints.
        CertificateError::Other(_) => "its form or purpose is not allowed for servers",
        _ => "it breaks a rule for certificates",
    }
}

/// hyper-util keeps its tunnel error to itself; its words are all there is (a test holds them).
fn proxy(error: &(dyn StdError + 'static)) -> Option<Fault> {
    let text = error.to_string();
    let why = match text.strip_prefix("tunnel error: ")? {
        "proxy authorization required" => "the proxy wants a user name and password",
        "unsuccessful" => "the proxy refuses to connect to it",
        "failed to create underlying connection" => "the proxy could not be reached",
        _ => "the proxy did not connect to it",
    };
    Some(Fault::lasting(why))
}

fn io(error: &(dyn StdError + 'static)) -> Option<Fault> {
    let error = error.downcast_ref::<io::Error>()?;
    Some(match error.kind() {
        ErrorKind::ConnectionRefused => Fault::lasting("it refused the connection"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::NotConnected => {
            Fault::broken("the connection was reset")
        }
        ErrorKind::UnexpectedEof => Fault::broken("the connection was closed in the middle of the answer"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
            Fault::lasting("there is no way to it in this network")
        }
        ErrorKind::PermissionDenied => Fault::lasting("the system forbids the connection"),
        // `Other`, `InvalidData`: wraps what hyper or the decompression has to say.
        _ => return None,
    })
}

fn http(error: &(dyn StdError + 'static)) -> Option<Fault> {
    let error = error.downcast_ref::<hyper::Error>()?;
    Some(if error.is_incomplete_message() {
        Fault::broken("the connection was closed in the middle of the answer")
    } else if error.is_parse() {
        Fault::lasting("its answer is not HTTP, or has too many headers")
    } else {
        // Closed before the request went out, or what HTTP/2 says of it: a stream refused, the server going away.
        Fault::broken("the connection broke")
    })
}
